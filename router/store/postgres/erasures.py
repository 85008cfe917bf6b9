"""Customers whose data is to go: asked for in one transaction, carried out customer by customer, by any node.

One that fails waits, longer each time, and lets the others pass; it is never given up, as somebody has a right to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from router.core.words import CustomerId, Ms
from router.store.postgres import traces
from router.store.postgres.database import Database
from router.store.postgres.merges import LOCK

CLAIMED_MS: Ms = 60_000
"""How long a node may take for one part of it before another thinks it dead."""
AFTERWARDS_MS: Ms = 90 * 86_400_000
STUCK = 3
"""Attempts in vain after which people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """attempts: this one counted."""

    customer_id: CustomerId
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One that failed again and again. reason: why it did last."""

    customer_id: CustomerId
    attempts: int
    reason: str
    at: Ms


async def ask(database: Database, ids: Sequence[CustomerId], *, by: str, at: Ms) -> None:
    """Names and identities are gone at once, the rest is to be erased; again changes nothing.

    by: a member of staff; "": their time was over.
    """
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(
            """
            INSERT INTO erasures (customer_id, by, at, next_at) SELECT id, $2, $3, $3 FROM unnest($1::text[]) AS id
            ON CONFLICT (customer_id) DO UPDATE SET done_at = NULL, attempts = 0, next_at = $3, reason = ''
            """,
            *(list(ids), by, at),
        )
        # What was never understood belongs to no conversation: it is theirs by who sent it.
        await connection.execute(
            """
            DELETE FROM inbox WHERE state = 'failed' AND sender IN (
                SELECT value FROM identities WHERE customer_id = ANY ($1)
                UNION SELECT ltrim(value, '+') FROM identities WHERE customer_id = ANY ($1)
            )
            """,
            list(ids),
        )
        await connection.execute("DELETE FROM identities WHERE customer_id = ANY ($1)", list(ids))
        await connection.execute("DELETE FROM claims WHERE customer_id = ANY ($1)", list(ids))
        await connection.execute("DELETE FROM visitors WHERE customer_id = ANY ($1)", list(ids))
        await connection.execute(
            """
            UPDATE customers SET erased_at = coalesce(erased_at, $2), name = '', email = '', attributes = '{}'
            WHERE id = ANY ($1)
            """,
            *(list(ids), at),
        )


# ---------------------------------------------------------------- how far it is


async def standing(database: Database, ids: Collection[CustomerId]) -> Literal["", "under_way", "stuck"]:
    """How far the erasure of these is; "": none was asked for, or it is done."""
    most: int | None = await database.fetch_value(
        "SELECT max(attempts) FROM erasures WHERE customer_id = ANY ($1) AND done_at IS NULL", list(ids)
    )
    if most is None:
        return ""
    return "stuck" if most > STUCK else "under_way"


async def stuck(database: Database, *, limit: int) -> list[Stuck]:
    """Those that failed again and again, the oldest first."""
    rows = await database.fetch(
        """
        SELECT customer_id, attempts, reason, at FROM erasures WHERE done_at IS NULL AND attempts > $1 AND reason <> ''
        ORDER BY at, customer_id LIMIT $2
        """,
        *(STUCK, limit),
    )
    return [Stuck(**row) for row in rows]


# ---------------------------------------------------------------- carrying it out


async def claim(database: Database, *, now: Ms) -> Erasure | None:
    """The next one whose time has come, this caller's for CLAIMED_MS; None: there is none."""
    row = await database.fetch_row(
        """
        UPDATE erasures SET attempts = attempts + 1, next_at = $1 + $2 WHERE customer_id = (
            SELECT customer_id FROM erasures WHERE done_at IS NULL AND next_at <= $1
            ORDER BY next_at, customer_id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING customer_id, attempts
        """,
        *(now, CLAIMED_MS),
    )
    return None if row is None else Erasure(**row)


async def carry_out(database: Database, customer_id: CustomerId, *, now: Ms) -> AsyncIterator[None]:
    """All of it but what is under way now, a part each step; done again, it finds nothing left."""
    async for ids in _pages(database, "SELECT id FROM conversations WHERE customer_id = $1", customer_id):
        await traces.take_out_of_conversations(database, ids, at=now)
        yield
    async for ids in _pages(database, "SELECT id FROM cases WHERE customer_id = $1", customer_id):
        await traces.take_out_of_cases(database, ids, at=now)
        yield
    over = "SELECT id FROM calls WHERE customer_id = $1 AND ended_at IS NOT NULL"
    async for ids in _pages(database, over, customer_id):
        await traces.take_out_of_calls(database, ids, at=now)
        yield
    await traces.take_out_of_customers(database, [customer_id])
    yield


async def _pages(database: Database, chosen: str, customer_id: CustomerId) -> AsyncIterator[list[str]]:
    last = ""
    while rows := await database.fetch(
        f"{chosen} AND id > $2 ORDER BY id LIMIT $3",
        *(customer_id, last, traces.AT_ONCE),
    ):
        yield [row["id"] for row in rows]
        last = rows[-1]["id"]


async def goes_on(database: Database, customer_id: CustomerId, *, now: Ms) -> None:
    """Somebody is at it still."""
    await database.execute("UPDATE erasures SET next_at = $2 WHERE customer_id = $1", customer_id, now + CLAIMED_MS)


async def finished(database: Database, customer_id: CustomerId, *, at: Ms) -> bool:
    """Nothing is left; False while a call of theirs goes on."""
    return bool(
        await database.execute(
            """
            UPDATE erasures SET done_at = $2, reason = '' WHERE customer_id = $1
                AND NOT EXISTS (SELECT FROM calls WHERE customer_id = $1 AND ended_at IS NULL)
            """,
            *(customer_id, at),
        )
    )


async def not_yet(
    database: Database, customer_id: CustomerId, *, reason: str, again_at: Ms, failed: bool = True
) -> None:
    """reason: a word; nothing of the customer's may be in it. failed: the attempt counts."""
    await database.execute(
        """
        UPDATE erasures SET reason = $2, next_at = $3, attempts = attempts - CASE WHEN $4 THEN 0 ELSE 1 END
        WHERE customer_id = $1
        """,
        *(customer_id, reason, again_at, failed),
    )


async def ask_again(database: Database, *, now: Ms) -> int:
    """Of those whose conversation was open while they were erased, what came after goes now that it is over; how many.

    Looked at for AFTERWARDS_MS: nobody keeps a conversation open for longer.
    """
    return await database.execute(
        """
        UPDATE erasures e SET done_at = NULL, attempts = 0, next_at = $1
        WHERE done_at > $1::bigint - $2
            AND EXISTS (SELECT FROM conversations c WHERE c.customer_id = e.customer_id AND c.closed_at > e.done_at)
        """,
        *(now, AFTERWARDS_MS),
    )


async def try_again(database: Database, *, now: Ms) -> int:
    """Let those that wait be tried at once; how many."""
    return await database.execute("UPDATE erasures SET next_at = $1 WHERE done_at IS NULL AND next_at > $1", now)
