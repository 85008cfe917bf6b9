"""What bots are taught beside their files, and which questions somebody has seen to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    bot: str
    intent: str
    language: str
    text: str
    added_by: str
    added_at: Ms


async def add(database: Database, taught: Taught, *, sources: Collection[ConversationId] = ()) -> None:
    """Once; the same text for the same intent again changes nothing. sources: whose words it was made of."""
    kept(taught.text)
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO bot_examples (bot, intent, language, text, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT DO NOTHING
            """,
            *(taught.bot, taught.intent, taught.language, taught.text, taught.added_by, taught.added_at),
        )
        await connection.execute(
            """
            INSERT INTO bot_example_sources (bot, intent, text, conversation_id)
            SELECT $1, $2, $3, id FROM unnest($4::text[]) AS id ON CONFLICT DO NOTHING
            """,
            *(taught.bot, taught.intent, taught.text, list(sources)),
        )


async def remove(database: Database, bot: str, intent: str, text: str) -> None:
    await database.execute(
        "DELETE FROM bot_examples WHERE bot = $1 AND intent = $2 AND text = $3", *(bot, intent, text)
    )


async def all_of(database: Database, bots: Collection[str]) -> list[Taught]:
    rows = await database.fetch(
        "SELECT * FROM bot_examples WHERE bot = ANY ($1) ORDER BY added_at, intent, text", list(bots)
    )
    return [Taught(**row) for row in rows]


async def seen(database: Database, questions: Collection[tuple[ConversationId, int]], *, by: str, at: Ms) -> None:
    """These questions are not to be shown again."""
    await database.execute(
        """
        INSERT INTO bot_seen (conversation_id, n, seen_by, seen_at)
        SELECT q.id, q.n, $3, $4 FROM unnest($1::text[], $2::int[]) AS q (id, n)
        JOIN bot_turns t ON t.conversation_id = q.id AND t.n = q.n ON CONFLICT DO NOTHING
        """,
        *([conversation for conversation, _ in questions], [n for _, n in questions], by, at),
    )
