"""Recordings of calls: known when the provider tells of them, fetched later, kept for a while."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from router.core.words import Ms
from router.store.postgres.database import Database

CLAIMED_MS: Ms = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToKeep:
    """A recording to fetch, or to delete at the provider now that it is here. attempts: this one counted."""

    sid: str
    account: str
    state: Literal["fetching", "deleting"]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One that can be heard."""

    sid: str
    media_type: str
    size_bytes: int


async def expect(database: Database, sid: str, *, call_id: str, account: str, now: Ms, not_before: Ms) -> None:
    """One to fetch from a time on; told of again, the earlier time counts."""
    await database.execute(
        """
        INSERT INTO recordings (sid, call_id, account, state, next_at, at)
        VALUES ($1, $2, $3, 'fetching', $5, $4)
        ON CONFLICT (sid) DO UPDATE SET next_at = least(recordings.next_at, $5) WHERE recordings.state = 'fetching'
        """,
        *(sid, call_id, account, now, not_before),
    )


async def delete(database: Database, sid: str, *, call_id: str, account: str, now: Ms) -> None:
    """One that is kept elsewhere: to be deleted at the provider; the same again changes nothing."""
    await database.execute(
        """
        INSERT INTO recordings (sid, call_id, account, state, next_at, at)
        VALUES ($1, $2, $3, 'deleting', $4, $4) ON CONFLICT DO NOTHING
        """,
        *(sid, call_id, account, now),
    )


async def claim(database: Database, *, now: Ms, limit: int) -> list[ToKeep]:
    """Those whose time has come, this caller's for CLAIMED_MS."""
    rows = await database.fetch(
        """
        UPDATE recordings SET next_at = $1 + $3, attempts = attempts + 1 WHERE sid IN (
            SELECT sid FROM recordings WHERE state IN ('fetching', 'deleting') AND next_at <= $1
            ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING sid, account, state, attempts
        """,
        *(now, limit, CLAIMED_MS),
    )
    return [ToKeep(**row) for row in rows]


async def fetched(database: Database, sid: str, content: bytes, media_type: str, *, now: Ms) -> None:
    """It is here; what is left is to delete it at the provider."""
    await database.execute(
        """
        UPDATE recordings SET state = 'deleting', bytes = $2, media_type = $3, attempts = 0, next_at = $4, reason = ''
        WHERE sid = $1 AND state = 'fetching'
        """,
        *(sid, content, media_type, now),
    )


async def deleted(database: Database, sid: str) -> None:
    await database.execute(
        "UPDATE recordings SET state = 'kept', reason = '' WHERE sid = $1 AND state = 'deleting'", sid
    )


async def not_yet(database: Database, sid: str, *, reason: str, again_at: Ms | None) -> None:
    """again_at: None: it was given up."""
    await database.execute(
        """
        UPDATE recordings SET reason = $2, next_at = coalesce($3, next_at),
            state = CASE WHEN $3::bigint IS NOT NULL THEN state WHEN bytes IS NULL THEN 'failed' ELSE 'kept' END
        WHERE sid = $1
        """,
        *(sid, reason[:300], again_at),
    )


async def of_calls(database: Database, calls: Collection[str]) -> dict[str, list[Kept]]:
    """What there is to hear of each of these calls, in the order it was recorded."""
    rows = await database.fetch(
        """
        SELECT call_id, sid, media_type, length(bytes) AS size_bytes FROM recordings
        WHERE call_id = ANY ($1) AND bytes IS NOT NULL ORDER BY call_id, at, sid
        """,
        list(calls),
    )
    found: dict[str, list[Kept]] = {}
    for row in rows:
        kept = Kept(sid=row["sid"], media_type=row["media_type"], size_bytes=row["size_bytes"])
        found.setdefault(row["call_id"], []).append(kept)
    return found


async def part(database: Database, sid: str, first: int, count: int) -> bytes:
    """So many bytes from the one at `first`, counted from 0; empty when they are there no more."""
    found = await database.fetch_value(
        "SELECT substring(bytes FROM $2 FOR $3) FROM recordings WHERE sid = $1", sid, first + 1, count
    )
    return bytes(found or b"")


async def forget(database: Database, account: str, *, before: Ms) -> int:
    """Remove the sound of what was recorded before a time; how many."""
    return await database.execute(
        "UPDATE recordings SET state = 'forgotten', bytes = NULL WHERE account = $1 AND at < $2 AND bytes IS NOT NULL",
        *(account, before),
    )
