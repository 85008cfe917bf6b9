"""The inbox: webhooks and mails, durable as they came, each worked off once however often it is sent."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database, to_json
from router.store.postgres.writer import Answers, Kind, Writer

AGAIN_MS = (1_000, 5_000, 30_000, 120_000, 600_000)
"""How long after each failure it is tried again; after the last it stays `failed` until somebody asks for it."""
LONGEST_AWAY_MS, TRIES_AWAY = 30_000, 2_880
"""Where nothing is wrong but that a store is away, it is tried so soon after each failure, for a day: when the store
is back, nobody waits for long."""
LARGE_WITHIN_S = 60.0
BODIES_BYTES = 64 * 1024 * 1024
"""Of entries worked off together; one that is larger comes alone."""
BLOCKING_FAILURES = 2
"""An entry that failed more often lets those behind it pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """sender: who wrote; what shares it is worked off in order. dedupe_id: what repeats of a request share."""

    account: str
    sender: str
    dedupe_id: str
    headers: Mapping[str, str]
    body: bytes
    at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A request to work off. attempts: how often it failed."""

    id: int
    account: str
    sender: str
    headers: Mapping[str, str]
    body: bytes
    received_at: Ms
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where an inbound message belongs. n: its place there once it is written."""

    conversation_id: ConversationId | None
    n: int | None


async def receive(writer: Writer, received: Received) -> bool:
    """Keep a request; False when the same came before. Answered after its commit.

    Raises StoreUnavailable (perhaps kept: the provider sends it again) and Overloaded.
    """
    return await writer.submit(RECEIVE, received, order_by=received.account)


async def receive_large(database: Database, received: Received) -> bool:
    """The same for a body that would hold up what is committed together with it."""
    async with database.connection() as connection:
        added = await connection.execute(
            """
            INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, next_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (account, dedupe_id) DO NOTHING
            """,
            *(received.account, received.sender, received.dedupe_id, received.headers, received.body, received.at),
            timeout=LARGE_WITHIN_S,
        )
        return bool(added == "INSERT 0 1")


@contextlib.asynccontextmanager
async def claimed(database: Database, *, now: Ms, settled_at: Ms, limit: int) -> AsyncIterator[Claim]:
    """Entries whose time has come, this caller's alone for the block; free again at once when it dies.

    They are locked, not marked: what a dead node had begun is done again without waiting. An entry with an older one of
    its sender that somebody else works on, or that failed a moment ago, is left alone; so is what a sender began to
    send after settled_at, as more of it that was written before may be on its way.
    """
    async with database.transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT id, account, sender, headers, octet_length(body) AS body_bytes, received_at, attempts FROM inbox i
            WHERE state = 'waiting' AND next_at <= $1 AND NOT EXISTS (
                SELECT FROM inbox e
                WHERE e.account = i.account AND e.sender = i.sender AND e.sender <> '' AND e.id < i.id
                    AND e.state = 'waiting' AND e.next_at > $1 AND e.attempts BETWEEN 1 AND $3
            ) AND (received_at <= $4 OR EXISTS (
                SELECT FROM inbox e
                WHERE e.account = i.account AND e.sender = i.sender AND e.sender <> '' AND e.id < i.id
                    AND e.state = 'waiting' AND e.received_at <= $4
            ))
            ORDER BY id LIMIT $2 FOR UPDATE OF i SKIP LOCKED
            """,
            *(now, limit, BLOCKING_FAILURES, settled_at),
        )
        entries = await _with_bodies(connection, rows)
        more = len(rows) == limit or len(entries) < len(rows)
        behind = await connection.fetch(
            """
            SELECT mine.id FROM unnest($1::bigint[], $2::text[], $3::text[]) AS mine (id, account, sender)
            WHERE EXISTS (
                SELECT FROM inbox e
                WHERE e.account = mine.account AND e.sender = mine.sender AND e.sender <> '' AND e.id < mine.id
                    AND e.state = 'waiting' AND e.attempts <= $4 AND e.id <> ALL ($1)
            )
            """,
            *([e.id for e in entries], [e.account for e in entries], [e.sender for e in entries], BLOCKING_FAILURES),
        )
        later = {row["id"] for row in behind}
        mine = [entry for entry in entries if entry.id not in later]
        claim = Claim(mine, connection, more=more and bool(mine))
        yield claim
        await claim.note_ended()


async def _with_bodies(connection: Any, rows: Sequence[Any]) -> list[Entry]:
    """The first of them, as many as may be in memory together; the others are left to the next claim."""
    room = BODIES_BYTES
    first: list[Any] = []
    for row in rows:
        room -= row["body_bytes"]
        if room < 0 and first:
            break
        first.append(row)
    found = await connection.fetch("SELECT id, body FROM inbox WHERE id = ANY ($1)", [row["id"] for row in first])
    bodies = {row["id"]: row["body"] for row in found}
    return [
        Entry(body=bodies[row["id"]], **{name: value for name, value in row.items() if name != "body_bytes"})
        for row in first
    ]


@dataclass(frozen=True, slots=True)
class Claim:
    """Entries and the transaction that holds them."""

    entries: Sequence[Entry]
    connection: Any
    more: bool
    """Others may be waiting whose time has come."""
    ended: list[tuple[int, str, str]] = field(default_factory=list)

    def done(self, entry: Entry, *, kind: str, reason: str = "") -> None:
        """It has had its effect; noted with all the others at the end."""
        self.ended.append((entry.id, kind, reason[:500]))

    async def note_ended(self) -> None:
        if self.ended:
            await self.connection.execute(
                """
                UPDATE inbox SET state = 'done', kind = e.kind, reason = e.reason
                FROM unnest($1::bigint[], $2::text[], $3::text[]) AS e (id, kind, reason) WHERE inbox.id = e.id
                """,
                *(list(column) for column in zip(*self.ended, strict=True)),
            )

    async def put_off(self, entry: Entry, *, until: Ms) -> None:
        """It was not tried, and waits for what comes before it."""
        await self.connection.execute("UPDATE inbox SET next_at = $2 WHERE id = $1", entry.id, until)

    async def failed(self, entry: Entry, *, reason: str, now: Ms, away: bool) -> bool:
        """Try it again later; False when that was the last time and it stays as it is. away: so is a store."""
        again = entry.attempts < (TRIES_AWAY if away else len(AGAIN_MS))
        wait_ms = AGAIN_MS[min(entry.attempts, len(AGAIN_MS) - 1)]
        next_at = now + (min(wait_ms, LONGEST_AWAY_MS) if away else wait_ms)
        await self.connection.execute(
            "UPDATE inbox SET state = $2, next_at = $3, reason = $4, attempts = attempts + 1 WHERE id = $1",
            *(entry.id, "waiting" if again else "failed", next_at, reason[:500]),
        )
        return again


async def try_again(database: Database, *, now: Ms) -> int:
    """Let what was given up be worked off anew; how many."""
    return await database.execute(
        "UPDATE inbox SET state = 'waiting', attempts = 0, next_at = $1 WHERE state = 'failed'", now
    )


async def target(database: Database, account: str, external_id: str, thread: str, *, inbox_id: int, at: Ms) -> Target:
    """Where a message was to be written, if it was seen before; else the open conversation of its thread, noted now."""
    row = await database.fetch_row(
        """
        INSERT INTO inbound_messages (account, external_id, inbox_id, at, conversation_id) VALUES ($1, $2, $3, $4, (
            SELECT id FROM conversations WHERE account = $1 AND thread = $5 AND state = 'open'
        ))
        ON CONFLICT (account, external_id) DO UPDATE SET at = inbound_messages.at
        RETURNING conversation_id, n
        """,
        *(account, external_id, inbox_id, at, thread),
    )
    return Target(**row) if row is not None else Target(conversation_id=None, n=None)


async def known(database: Database, account: str, external_id: str) -> Target | None:
    """Where a message was written, if it was seen before."""
    row = await database.fetch_row(
        "SELECT conversation_id, n FROM inbound_messages WHERE account = $1 AND external_id = $2", account, external_id
    )
    return None if row is None else Target(**row)


async def newest(database: Database, conversation_id: ConversationId, *, up_to: int | None = None) -> str:
    """The provider's id of the newest message of the customer in a conversation; "" when it is not known.

    up_to: the last number that counts; what is just being written has none yet, and counts.
    """
    found: str | None = await database.fetch_value(
        """
        SELECT external_id FROM inbound_messages WHERE conversation_id = $1 AND (n IS NULL OR n <= coalesce($2, n))
        ORDER BY at DESC, n DESC LIMIT 1
        """,
        *(conversation_id, up_to),
    )
    return found or ""


async def aim(database: Database, account: str, external_id: str, conversation_id: ConversationId) -> None:
    """Say where it will be written, before it is."""
    await database.execute(
        "UPDATE inbound_messages SET conversation_id = $3 WHERE account = $1 AND external_id = $2 AND n IS NULL",
        *(account, external_id, conversation_id),
    )


async def written(database: Database, account: str, external_id: str, conversation_id: ConversationId, n: int) -> None:
    await database.execute(
        "UPDATE inbound_messages SET conversation_id = $3, n = $4 WHERE account = $1 AND external_id = $2",
        *(account, external_id, conversation_id, n),
    )


def _columns(received: Sequence[Received]) -> list[list[object]]:
    return [
        [one.account for one in received],
        [one.sender for one in received],
        [one.dedupe_id for one in received],
        [to_json(one.headers) for one in received],
        [one.body for one in received],
        [one.at for one in received],
    ]


def _outcomes(_: Sequence[Received], rows: Answers) -> list[bool]:
    return [row["outcome"] == "received" for row in rows]


RECEIVE: Kind[Received, bool] = Kind(rank=5, function="receive_inbox", columns=_columns, outcomes=_outcomes)
