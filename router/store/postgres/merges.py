"""Merges and un-merges: which customers are one person. The rules of the tree are `router.core.merging`'s.

One at a time in the whole centre (an advisory lock): they are rare, and each looks at trees of any shape.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from router.core.words import CustomerId, Ms
from router.protocol.errors import Conflict, NotFound
from router.store.postgres import audit
from router.store.postgres.database import Database

LOCK = 0x6D65726765  # "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """merged_id was put below kept_id; both were heads then. by: "" when an identity proved it, of this kind."""

    id: int
    kept_id: CustomerId
    merged_id: CustomerId
    kind: str
    by: str
    at: Ms
    undone_by: str | None = None
    undone_at: Ms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two customers who may be one, by an identity they share."""

    one_id: CustomerId
    other_id: CustomerId
    kind: str
    value: str
    at: Ms
    state: Literal["open", "taken", "refused"] = "open"
    by: str | None = None


async def heads(database: Database, ids: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Customer → who stands for them; themselves mostly. Unknown ones are missing."""
    rows = await database.fetch(
        "SELECT id, coalesce(head_id, id) AS head FROM customers WHERE id = ANY ($1)", list(ids)
    )
    return {row["id"]: row["head"] for row in rows}


async def together(database: Database, customer_id: CustomerId) -> list[CustomerId]:
    """All who are one with this customer: the head first, then in the order they came. Empty: there is no such."""
    rows = await database.fetch(
        """
        WITH head AS (SELECT coalesce(head_id, id) AS id FROM customers WHERE id = $1)
        SELECT c.id FROM customers c, head WHERE c.id = head.id OR c.head_id = head.id
        ORDER BY c.id <> head.id, c.created_at, c.id
        """,
        customer_id,
    )
    return [row["id"] for row in rows]


async def all_of(database: Database, heads: Collection[CustomerId]) -> dict[CustomerId, CustomerId]:
    """Everybody these stand for → their head; themselves too, but nobody who was erased."""
    rows = await database.fetch(
        """
        SELECT id, coalesce(head_id, id) AS head FROM customers
        WHERE (id = ANY ($1) OR head_id = ANY ($1)) AND erased_at IS NULL
        """,
        list(heads),
    )
    return {row["id"]: row["head"] for row in rows}


async def merge(
    database: Database, kept: CustomerId, other: CustomerId, *, by: str, at: Ms, kind: str = ""
) -> Merge | None:
    """Put the tree of other below the head of kept's tree; None: they were one already.

    A merge by a member of staff is audited in the same transaction. An automatic one (by is empty) is not made where
    somebody refused those two, or took such a merge back: None. Raises NotFound unknown_customer.
    """
    async with database.transaction() as connection:
        above, below = await _both_heads(connection, kept, other)
        if above == below or (not by and await _refused(connection, above, below)):
            return None
        row = await connection.fetchrow(
            "INSERT INTO merges (kept_id, merged_id, kind, by, at) VALUES ($1, $2, $3, $4, $5) RETURNING *",
            *(above, below, kind, by, at),
        )
        await connection.execute("UPDATE customers SET merged_into = $1, head_id = $1 WHERE id = $2", above, below)
        await connection.execute("UPDATE customers SET head_id = $1 WHERE head_id = $2", above, below)
        await connection.execute(
            """
            UPDATE merge_suggestions s SET state = 'taken', by = $2 FROM customers a, customers b
            WHERE s.state = 'open' AND a.id = s.one_id AND b.id = s.other_id
                AND coalesce(a.head_id, a.id) = $1 AND coalesce(b.head_id, b.id) = $1
            """,
            *(above, by),
        )
        await _note(connection, by, "customer.merge", above, at, merged_id=below, kind=kind)
        return Merge(**row)


async def part(database: Database, customer: CustomerId, *, by: str, at: Ms) -> Merge:
    """Take a merge back: customer and all below it are a tree again. Those two are not suggested again.

    Raises NotFound unknown_customer, Conflict not_merged.
    """
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        known = await connection.fetchrow("SELECT merged_into FROM customers WHERE id = $1", customer)
        if known is None:
            raise NotFound("unknown_customer")
        if known["merged_into"] is None:
            raise Conflict("not_merged")
        await connection.execute("UPDATE customers SET merged_into = NULL, head_id = NULL WHERE id = $1", customer)
        await connection.execute(
            """
            WITH RECURSIVE below (id) AS (
                SELECT id FROM customers WHERE merged_into = $1
                UNION ALL SELECT c.id FROM below b JOIN customers c ON c.merged_into = b.id
            ) UPDATE customers c SET head_id = $1 FROM below WHERE c.id = below.id
            """,
            customer,
        )
        row = await connection.fetchrow(
            "UPDATE merges SET undone_by = $2, undone_at = $3 WHERE merged_id = $1 AND undone_at IS NULL RETURNING *",
            *(customer, by, at),
        )
        undone = Merge(**row)
        await _refuse(connection, undone.kept_id, customer, kind=undone.kind, by=by, at=at)
        await _note(connection, by, "customer.unmerge", undone.kept_id, at, merged_id=customer)
        return undone


async def suggest(database: Database, suggestion: Suggestion) -> bool:
    """Note that two may be one; false when that is settled: they are one, or somebody refused."""
    one, other = suggestion.one_id, suggestion.other_id
    async with database.transaction() as connection:
        above, below = await _both_heads(connection, one, other)
        if above == below or await _refused(connection, above, below):
            return False
        await connection.execute(
            """
            INSERT INTO merge_suggestions (one_id, other_id, kind, value, at, state)
            VALUES (least($1, $2), greatest($1, $2), $3, $4, $5, 'open')
            ON CONFLICT (one_id, other_id) DO UPDATE SET state = 'open', by = NULL
            """,
            *(one, other, suggestion.kind, suggestion.value, suggestion.at),
        )
        return True


async def refuse(database: Database, one: CustomerId, other: CustomerId, *, by: str, at: Ms) -> None:
    """They are two: never suggest these, nor any other two of their trees as they are now. Raises NotFound."""
    async with database.transaction() as connection:
        above, below = await _both_heads(connection, one, other)
        await _refuse(connection, one, other, kind="", by=by, at=at)
        await connection.execute(
            """
            UPDATE merge_suggestions s SET state = 'refused', by = $3 FROM customers a, customers b
            WHERE s.state = 'open' AND a.id = s.one_id AND b.id = s.other_id
                AND coalesce(a.head_id, a.id) = ANY ($1::text[]) AND coalesce(b.head_id, b.id) = ANY ($2::text[])
            """,
            *([above, below], [above, below], by),
        )
        await _note(connection, by, "merge.refuse", above, at, other_id=below)


async def suggestions(
    database: Database, *, of: Collection[CustomerId] | None = None, limit: int = 50
) -> list[Suggestion]:
    """Open ones, newest first; of: with one of these customers."""
    rows = await database.fetch(
        """
        SELECT * FROM merge_suggestions
        WHERE state = 'open' AND ($1::text[] IS NULL OR one_id = ANY ($1) OR other_id = ANY ($1))
        ORDER BY at DESC, one_id DESC, other_id DESC LIMIT $2
        """,
        *(None if of is None else list(of), limit),
    )
    return [Suggestion(**row) for row in rows]


async def standing(database: Database, ids: Collection[CustomerId]) -> list[Merge]:
    """The merges that hold these customers together."""
    rows = await database.fetch(
        "SELECT * FROM merges WHERE merged_id = ANY ($1) AND undone_at IS NULL ORDER BY id", list(ids)
    )
    return [Merge(**row) for row in rows]


async def _both_heads(connection: Any, one: CustomerId, other: CustomerId) -> tuple[CustomerId, CustomerId]:
    """The heads of both, who stay heads until the transaction ends. Raises NotFound."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    rows = await connection.fetch(
        "SELECT id, coalesce(head_id, id) AS head FROM customers WHERE id = ANY ($1) AND erased_at IS NULL",
        [one, other],
    )
    found = {row["id"]: row["head"] for row in rows}
    if not {one, other} <= found.keys():
        raise NotFound("unknown_customer")
    return found[one], found[other]


async def _refused(connection: Any, one: CustomerId, other: CustomerId) -> bool:
    """Whether anybody refused any two of these trees."""
    refused: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM merge_suggestions s JOIN customers a ON a.id = s.one_id JOIN customers b ON b.id = s.other_id
            WHERE s.state = 'refused' AND (s.one_id IN (SELECT id FROM customers WHERE id = $1 OR head_id = $1)
                OR s.other_id IN (SELECT id FROM customers WHERE id = $1 OR head_id = $1))
                AND coalesce(a.head_id, a.id) IN ($1, $2) AND coalesce(b.head_id, b.id) IN ($1, $2)
                AND coalesce(a.head_id, a.id) <> coalesce(b.head_id, b.id)
        )
        """,
        *(one, other),
    )
    return refused


async def _refuse(connection: Any, one: CustomerId, other: CustomerId, *, kind: str, by: str, at: Ms) -> None:
    await connection.execute(
        """
        INSERT INTO merge_suggestions (one_id, other_id, kind, value, at, state, by)
        VALUES (least($1, $2), greatest($1, $2), $3, '', $4, 'refused', $5)
        ON CONFLICT (one_id, other_id) DO UPDATE SET state = 'refused', by = $5
        """,
        *(one, other, kind, at, by),
    )


async def _note(connection: Any, by: str, action: str, subject: str, at: Ms, **detail: str) -> None:
    await connection.execute(audit.INSERT, at, by, action, subject, detail)
