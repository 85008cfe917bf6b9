"""What must hold between the rows, and which rows do not: for the reconciler and `usher doctor`."""

from __future__ import annotations

import asyncpg

from router.core.words import ConversationId, Ms, WorkItemId
from router.store.postgres.database import Database
from router.store.postgres.migrations import migrations


async def unapplied_migrations(database: Database) -> list[str]:
    """Names of the migrations this database does not have, or has in another form."""
    try:
        rows = await database.fetch("SELECT name, sha256 FROM schema_migrations")
    except asyncpg.UndefinedTableError:
        rows = []
    applied = {row["name"]: row["sha256"] for row in rows}
    return [each.name for each in migrations() if applied.get(each.name) != each.sha256]


async def journal_holes(database: Database, after: int, *, limit: int = 100) -> list[tuple[int, int]]:
    """First and last number of each hole in the journal after a number, in order.

    Numbers left out on purpose come just before store.rebuilt and are no hole.
    """
    rows = await database.fetch(
        """
        SELECT previous + 1 AS first, seq - 1 AS last
        FROM (
            SELECT seq, type, lag(seq, 1, $1::bigint) OVER (ORDER BY seq) AS previous FROM journal WHERE seq > $1
        ) numbered
        WHERE seq <> previous + 1 AND type <> 'store.rebuilt' ORDER BY seq LIMIT $2
        """,
        *(after, limit),
    )
    return [(row["first"], row["last"]) for row in rows]


async def open_without_item(database: Database, *, before: Ms, limit: int = 100) -> list[ConversationId]:
    """Open conversations begun before a time that nobody is to work on, oldest first.

    Those that are held until their queue opens, or by a bot, are among them when that was before the time.
    """
    rows = await database.fetch(
        """
        SELECT id FROM conversations c WHERE state = 'open' AND started_at < $1
            AND coalesce((attributes ->> 'held_until')::bigint, 0) < $1
            AND coalesce((attributes ->> 'bot_until')::bigint, 0) < $1
            AND NOT EXISTS (SELECT FROM work_items w WHERE w.conversation_id = c.id AND w.state <> 'closed')
        ORDER BY started_at, id LIMIT $2
        """,
        *(before, limit),
    )
    return [row["id"] for row in rows]


async def closed_with_item(database: Database, *, limit: int = 100) -> list[WorkItemId]:
    """Items of closed conversations that still wait, ring, rest or are worked on; wrap-up is as it should be."""
    rows = await database.fetch(
        """
        SELECT w.id FROM work_items w JOIN conversations c ON c.id = w.conversation_id
        WHERE w.state NOT IN ('wrap_up', 'closed') AND c.state = 'closed'
        ORDER BY w.enqueued_at, w.id LIMIT $1
        """,
        limit,
    )
    return [row["id"] for row in rows]


async def requests_given_up(database: Database, *, limit: int = 100) -> list[str]:
    """Requests and mails that were acknowledged and could not be worked off, each as a sentence."""
    rows = await database.fetch(
        "SELECT id, account, reason FROM inbox WHERE state = 'failed' ORDER BY id LIMIT $1", limit
    )
    return [f"entry {row['id']} of {row['account']}: {row['reason']}" for row in rows]


async def paused_with_message(database: Database, *, limit: int = 100) -> list[WorkItemId]:
    """Paused items whose customer wrote after the pause; what a machine wrote for them is nobody's work."""
    rows = await database.fetch(
        """
        SELECT w.id FROM work_items w JOIN journal j ON j.seq = w.last_seq
        WHERE w.state = 'paused' AND EXISTS (
            SELECT FROM messages m
            WHERE m.conversation_id = w.conversation_id AND m.author = 'customer' AND m.at > j.at
                AND m.extra -> 'mail' -> 'automatic' IS NULL
        )
        ORDER BY w.enqueued_at, w.id LIMIT $1
        """,
        limit,
    )
    return [row["id"] for row in rows]


async def close_unseen(database: Database, item: WorkItemId, *, last_seq: int, at: Ms) -> bool:
    """Close an item the live store does not have and nobody will work on; false if an event came after last_seq."""
    closed = await database.execute(
        """
        UPDATE work_items SET state = 'closed', closed_at = $3, outcome = 'cancelled', agent_id = NULL, offer_id = NULL,
            offer_expires_at = NULL, wrap_up_until = NULL
        WHERE id = $1 AND last_seq = $2 AND state <> 'closed'
        """,
        *(item, last_seq, at),
    )
    return bool(closed)
