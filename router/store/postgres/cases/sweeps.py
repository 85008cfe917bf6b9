"""What a crash between two lines can leave of cases; and what is due."""

from __future__ import annotations

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database

PAGE = 500


async def unheard(database: Database, *, before: Ms, after: str) -> tuple[str, list[ConversationId]]:
    """Of the next PAGE open cases by id: conversations with a message, written before, that has had no effect yet.

    The last case looked at comes first; "": the last there is.
    """
    rows = await database.fetch(
        """
        SELECT p.id, late.conversation_id
        FROM (SELECT id FROM cases WHERE closed_at IS NULL AND id > $2 ORDER BY id LIMIT $3) p LEFT JOIN LATERAL (
            SELECT cc.conversation_id FROM case_conversations cc JOIN conversations c ON c.id = cc.conversation_id
            WHERE cc.case_id = p.id AND c.last_n > cc.seen_n AND EXISTS (
                SELECT FROM messages m
                WHERE m.conversation_id = c.id AND m.n > cc.seen_n AND m.kind = 'text' AND m.at < $1
            )
        ) late ON true ORDER BY p.id
        """,
        *(before, after, PAGE),
    )
    seen = {row["id"] for row in rows}
    last = rows[-1]["id"] if len(seen) == PAGE else ""
    return last, [row["conversation_id"] for row in rows if row["conversation_id"] is not None]


async def unheard_in_work(database: Database, *, before: Ms) -> list[ConversationId]:
    """The same of conversations somebody works on, whether their cases are closed or not."""
    rows = await database.fetch(
        """
        SELECT cc.conversation_id FROM work_items w
            JOIN case_conversations cc ON cc.conversation_id = w.conversation_id
            JOIN conversations c ON c.id = cc.conversation_id
        WHERE w.state <> 'closed' AND c.last_n > cc.seen_n AND EXISTS (
            SELECT FROM messages m WHERE m.conversation_id = c.id AND m.n > cc.seen_n AND m.kind = 'text' AND m.at < $1
        ) LIMIT $2
        """,
        *(before, PAGE),
    )
    return [row["conversation_id"] for row in rows]


async def taken(database: Database, *, before: Ms) -> list[ConversationId]:
    """Conversations whose work somebody took before, which their case does not know; its own, or nobody's case."""
    rows = await database.fetch(
        """
        SELECT w.conversation_id FROM work_items w JOIN LATERAL (
            SELECT c.id FROM case_conversations cc JOIN cases c ON c.id = cc.case_id
            WHERE cc.conversation_id = w.conversation_id AND c.owner_id = ''
            UNION ALL SELECT id FROM cases WHERE conversation_id = w.conversation_id
        ) c ON true
        WHERE w.state <> 'closed' AND w.state IN ('assigned', 'paused') AND w.agent_id <> '' AND w.accepted_at < $1
            AND NOT EXISTS (
                SELECT FROM case_entries e WHERE e.case_id = c.id
                    AND e.key = 'taken:' || coalesce(w.offer_id, w.id) || ':' || w.agent_id
            )
        LIMIT $2
        """,
        *(before, PAGE),
    )
    return [row["conversation_id"] for row in rows]


async def without_case(database: Database, *, after: Ms, before: Ms) -> list[ConversationId]:
    """Conversations with open work, begun between, that belong to no case."""
    rows = await database.fetch(
        """
        SELECT w.conversation_id FROM work_items w
        WHERE w.state <> 'closed' AND w.enqueued_at > $1 AND w.enqueued_at < $2 AND w.channel <> 'case'
            AND w.conversation_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM case_conversations cc WHERE cc.conversation_id = w.conversation_id)
        LIMIT $3
        """,
        *(after, before, PAGE),
    )
    return [row["conversation_id"] for row in rows]


async def not_in_line(database: Database, *, before: Ms) -> list[str]:
    """Cases that are to be in line or in work, and have no open work item."""
    rows = await database.fetch(
        """
        SELECT c.id FROM cases c WHERE c.routed_at < $1 AND NOT EXISTS (
            SELECT FROM work_items w WHERE w.conversation_id = c.conversation_id AND w.state <> 'closed'
        ) LIMIT $2
        """,
        *(before, PAGE),
    )
    return [row["id"] for row in rows]


async def timed(database: Database, *, after: str, limit: int) -> list[tuple[str, Ms]]:
    """Cases that are to be looked at by themselves, and when; by id."""
    rows = await database.fetch(
        "SELECT id, next_at FROM cases WHERE next_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2", after, limit
    )
    return [(row["id"], row["next_at"]) for row in rows]


async def unheard_of(database: Database, case_id: str) -> list[ConversationId]:
    """Conversations of the case with a message that has had no effect yet."""
    rows = await database.fetch(
        """
        SELECT cc.conversation_id FROM case_conversations cc JOIN conversations c ON c.id = cc.conversation_id
        WHERE cc.case_id = $1 AND c.last_n > cc.seen_n
        """,
        case_id,
    )
    return [row["conversation_id"] for row in rows]


async def due(database: Database, *, now: Ms, limit: int) -> list[str]:
    """Cases that are to be looked at by now, the longest due first."""
    rows = await database.fetch("SELECT id FROM cases WHERE next_at <= $1 ORDER BY next_at LIMIT $2", now, limit)
    return [row["id"] for row in rows]
