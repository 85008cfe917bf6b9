"""Cases over which nothing went but time since they were made: they can be taken back whole."""

from __future__ import annotations

from collections.abc import Sequence, Set

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database


async def old(database: Database, talks: Sequence[ConversationId], *, made_before: Ms) -> Set[ConversationId]:
    """Of conversations that cases began with: those whose case was made before."""
    rows = await database.fetch(
        "SELECT id FROM conversations WHERE id = ANY ($1) AND (attributes ->> 'made_at')::bigint < $2",
        *(list(talks), made_before),
    )
    return {row["id"] for row in rows}


async def take_back(database: Database, case_id: str, talk: ConversationId) -> bool:
    """Remove a case and its two conversations if nobody did or said anything since it was made; whether it was so.

    talk: the conversation it began with; when the case was made with it stands in its attributes (`made_at`). The
    customer stays, and everything of theirs besides.
    """
    async with database.transaction() as connection:
        own: str | None = await connection.fetchval(
            """
            SELECT c.conversation_id FROM cases c JOIN conversations t ON t.id = $2
            WHERE c.id = $1 AND t.attributes ? 'made_at' AND c.parent_id IS NULL
            AND NOT EXISTS (SELECT FROM cases WHERE parent_id = c.id)
            AND NOT EXISTS (SELECT FROM customers WHERE merged_into = c.customer_id)
            AND NOT EXISTS (SELECT FROM customers WHERE id = c.customer_id AND merged_into IS NOT NULL)
            AND NOT EXISTS (
                SELECT FROM case_entries WHERE case_id = c.id AND by_id <> ''
                AND at > (t.attributes ->> 'made_at')::bigint
            )
            AND NOT EXISTS (
                SELECT FROM case_conversations WHERE case_id = c.id AND conversation_id NOT IN (t.id, c.conversation_id)
            )
            AND NOT EXISTS (
                SELECT FROM messages WHERE conversation_id IN (t.id, c.conversation_id) AND author <> 'system'
                AND at > (t.attributes ->> 'made_at')::bigint
            )
            AND NOT EXISTS (SELECT FROM work_items WHERE conversation_id IN (t.id, c.conversation_id))
            AND NOT EXISTS (SELECT FROM steps WHERE conversation_id IN (t.id, c.conversation_id))
            AND NOT EXISTS (SELECT FROM files WHERE conversation_id IN (t.id, c.conversation_id))
            FOR UPDATE OF c, t
            """,
            *(case_id, talk),
        )
        if own is None:
            return False
        await connection.execute("DELETE FROM conversations WHERE id = ANY ($1)", [talk, own])  # the case goes with it
        return True
