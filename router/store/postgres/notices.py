"""What other programs are told: kept in the commit of what it is about, sent later, once as far as anybody can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from router.core.words import Ms
from router.store.postgres.database import Database

CLAIMED_MS: Ms = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """key: the same twice is one; receivers know it as its id."""

    key: str
    receiver: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One to send. attempts: this one included."""

    notice: Notice
    attempts: int


async def keep_in(connection: Any, notices: Sequence[Notice], now: Ms) -> None:
    """By whoever has a transaction."""
    if notices:
        await connection.execute(
            """
            INSERT INTO notices (key, receiver, body, next_at, at)
            SELECT key, receiver, body, $4, $4
            FROM unnest($1::text[], $2::text[], $3::text[]) AS n (key, receiver, body)
            ON CONFLICT DO NOTHING
            """,
            *([each.key for each in notices], [each.receiver for each in notices], [each.body for each in notices]),
            now,
        )


async def claim(database: Database, *, now: Ms, limit: int) -> list[Due]:
    """Those whose time has come, this caller's for CLAIMED_MS."""
    rows = await database.fetch(
        """
        UPDATE notices SET attempts = attempts + 1, next_at = $1 + $3 WHERE key IN (
            SELECT key FROM notices WHERE state = 'waiting' AND next_at <= $1
            ORDER BY next_at, key LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING key, receiver, body, attempts
        """,
        *(now, limit, CLAIMED_MS),
    )
    return [
        Due(notice=Notice(key=row["key"], receiver=row["receiver"], body=row["body"]), attempts=row["attempts"])
        for row in rows
    ]


async def sent(database: Database, key: str) -> None:
    await database.execute("UPDATE notices SET state = 'sent', reason = '' WHERE key = $1", key)


async def not_sent(database: Database, key: str, *, reason: str, again_at: Ms | None) -> None:
    """again_at: None: it is parked until somebody asks for it."""
    await database.execute(
        """
        UPDATE notices SET state = CASE WHEN $3::bigint IS NULL THEN 'parked' ELSE 'waiting' END,
            next_at = coalesce($3, next_at), reason = $2
        WHERE key = $1 AND state = 'waiting'
        """,
        *(key, reason[:300], again_at),
    )


async def parked(database: Database, *, limit: int) -> list[str]:
    """Those that were given up, each as a sentence."""
    rows = await database.fetch(
        "SELECT key, receiver, reason FROM notices WHERE state = 'parked' ORDER BY at LIMIT $1", limit
    )
    return [f"{row['key']} to {row['receiver']}: {row['reason']}" for row in rows]


async def try_again(database: Database, *, now: Ms) -> int:
    """Let what was given up be sent; how many."""
    return await database.execute(
        "UPDATE notices SET state = 'waiting', attempts = 0, next_at = $1 WHERE state = 'parked'", now
    )
