"""Messages: appended durably and once, read in pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import asyncpg

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept
from router.store.postgres.writer import Answers, Kind, Writer, attributes

MessageKind = Literal["text", "note", "system"]
Author = Literal["customer", "agent", "bot", "system"]

PAGE_AT_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to append.

    client_id: what its author calls it; the same author, kind and client_id again is the same message.
    """

    conversation_id: ConversationId
    kind: MessageKind
    author: Author
    author_id: str
    author_name: str
    text: str
    client_id: str
    at: Ms
    even_closed: bool = False
    """Append to a closed conversation too: a note, or a word of the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """n: its place in the conversation, from 1, without gaps."""

    conversation_id: ConversationId
    n: int
    kind: MessageKind
    author: Author
    author_id: str
    author_name: str
    text: str
    client_id: str
    at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Committed. repeated: it had been appended before; n and at are of the first time."""

    n: int
    at: Ms
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Not appended."""

    reason: Literal["closed", "unknown"]


async def append(writer: Writer, draft: Draft) -> Appended | Refused:
    """Append a message; answered after its commit.

    Raises BadRequest for text that cannot be kept, StoreUnavailable (ConnectionLost: perhaps appended; try again with
    the same client_id) and Overloaded.
    """
    kept(draft.text, draft.author_name, draft.author_id, draft.client_id)
    return await writer.submit(APPEND, draft, order_by=draft.conversation_id)


async def page(
    database: Database,
    conversation_id: ConversationId,
    *,
    before_n: int | None = None,
    limit: int = 50,
    notes: bool = True,
) -> list[Message]:
    """Up to limit messages before n (None: the newest), oldest first. notes: whether staff's notes are among them."""
    rows = await database.fetch(
        """
        SELECT conversation_id, n, kind, author, author_id, author_name, text, client_id, at FROM messages
        WHERE conversation_id = $1 AND n < coalesce($2, 2147483647) AND ($4 OR kind <> 'note')
        ORDER BY n DESC LIMIT $3
        """,
        conversation_id,
        before_n,
        min(limit, PAGE_AT_MOST),
        notes,
    )
    return [_message(row) for row in reversed(rows)]


async def newest(
    database: Database, conversation_ids: Collection[ConversationId], *, each: int = 50, notes: bool = True
) -> dict[ConversationId, list[Message]]:
    """The newest messages of several conversations, oldest first; conversations without any are missing."""
    rows = await database.fetch(
        """
        SELECT m.* FROM unnest($1::text[]) AS wanted (id), LATERAL (
            SELECT conversation_id, n, kind, author, author_id, author_name, text, client_id, at FROM messages
            WHERE conversation_id = wanted.id AND ($3 OR kind <> 'note') ORDER BY n DESC LIMIT $2
        ) m ORDER BY conversation_id, n
        """,
        list(conversation_ids),
        min(each, PAGE_AT_MOST),
        notes,
    )
    found: dict[ConversationId, list[Message]] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], []).append(_message(row))
    return found


def _message(row: asyncpg.Record) -> Message:
    return Message(**row)


def _append_outcomes(_: Sequence[Draft], rows: Answers) -> list[Appended | Refused]:
    return [
        Refused(reason=row["outcome"])
        if row["outcome"] in ("closed", "unknown")
        else Appended(n=row["n"], at=row["at"], repeated=row["outcome"] == "repeated")
        for row in rows
    ]


APPEND: Kind[Draft, Appended | Refused] = Kind(
    rank=2,
    function="append_messages",
    columns=attributes(
        *("conversation_id", "kind", "author", "author_id", "author_name", "text", "client_id", "at", "even_closed")
    ),
    outcomes=_append_outcomes,
)
