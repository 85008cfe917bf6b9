"""The feed of a case: its own entries and what was said in its conversations, in one order, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from router.core.cases.matter import Entry
from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database


class Place(NamedTuple):
    """Of a line in the feed. rank: 1 for messages, after entries of the same moment. sub: within a conversation."""

    at: Ms
    rank: int
    id: str
    sub: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry, or a message by its conversation and number."""

    place: Place
    entry: Entry | None = None
    message: tuple[ConversationId, int] | None = None


async def page(
    database: Database,
    case_id: str,
    conversations: Sequence[ConversationId],
    *,
    before: Place | None,
    limit: int,
) -> list[Line]:
    """At most `limit` lines before the place, newest first."""
    place = before or Place(2**62, 1, "", 0)
    rows = await database.fetch(
        """
        SELECT * FROM (
            (SELECT at, 0 AS rank, '' AS id, id AS sub, kind, by_id, word, subject, changes
             FROM case_entries WHERE case_id = $1 AND (at, 0, '', id) < ($3, $4, $5, $6)
             ORDER BY at DESC, id DESC LIMIT $7)
            UNION ALL
            (SELECT at, 1, conversation_id, n, '', '', '', '', NULL
             FROM messages WHERE conversation_id = ANY ($2) AND kind <> 'system'
                AND (at, 1, conversation_id, n) < ($3, $4, $5, $6)
             ORDER BY at DESC, conversation_id DESC, n DESC LIMIT $7)
        ) line ORDER BY at DESC, rank DESC, id DESC, sub DESC LIMIT $7
        """,
        *(case_id, list(conversations), *place, limit),
    )
    return [
        Line(
            place=Place(row["at"], row["rank"], row["id"], row["sub"]),
            entry=Entry(
                kind=row["kind"],
                at=row["at"],
                by=row["by_id"],
                word=row["word"],
                subject=row["subject"],
                changes=tuple((each[0], each[1], each[2]) for each in row["changes"]),
            )
            if row["rank"] == 0
            else None,
            message=(row["id"], row["sub"]) if row["rank"] == 1 else None,
        )
        for row in rows
    ]
