"""Messages: appended durably and once, read in pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Literal

import asyncpg

from router.core.words import ConversationId, Ms
from router.store.postgres import files
from router.store.postgres.database import Database, to_json
from router.store.postgres.files import File
from router.store.postgres.outbox import Delivery
from router.store.postgres.text import kept
from router.store.postgres.writer import Answers, Kind, Writer

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
    extra: Mapping[str, Any] | None = None
    """What few messages have; see `router.engine.extras`."""
    outgoing: Mapping[str, Any] | None = None
    """What a provider is to be sent beside the text; see `router.engine.outgoing`."""


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
    extra: Mapping[str, Any] | None = None
    delivery: Delivery | None = None
    """How far it is on its way to its provider; None: it needs none."""
    delivery_reason: str = ""
    files: Sequence[File] = ()


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
        SELECT m.*, o.state AS delivery, coalesce(o.reason, '') AS delivery_reason
        FROM messages m LEFT JOIN outbox o USING (conversation_id, n)
        WHERE conversation_id = $1 AND n < coalesce($2, 2147483647) AND ($4 OR kind <> 'note')
        ORDER BY n DESC LIMIT $3
        """,
        conversation_id,
        before_n,
        min(limit, PAGE_AT_MOST),
        notes,
    )
    return await _with_files(database, [_message(row) for row in reversed(rows)])


async def newest(
    database: Database, conversation_ids: Collection[ConversationId], *, each: int = 50, notes: bool = True
) -> dict[ConversationId, list[Message]]:
    """The newest messages of several conversations, oldest first; conversations without any are missing."""
    rows = await database.fetch(
        """
        SELECT m.*, o.state AS delivery, coalesce(o.reason, '') AS delivery_reason
        FROM unnest($1::text[]) AS wanted (id), LATERAL (
            SELECT * FROM messages
            WHERE conversation_id = wanted.id AND ($3 OR kind <> 'note') ORDER BY n DESC LIMIT $2
        ) m LEFT JOIN outbox o USING (conversation_id, n) ORDER BY conversation_id, n
        """,
        list(conversation_ids),
        min(each, PAGE_AT_MOST),
        notes,
    )
    found: dict[ConversationId, list[Message]] = {}
    for message in await _with_files(database, [_message(row) for row in rows]):
        found.setdefault(message.conversation_id, []).append(message)
    return found


async def by_number(database: Database, conversation_id: ConversationId, n: int) -> Message | None:
    found = await page(database, conversation_id, before_n=n + 1, limit=1)
    return found[0] if found and found[0].n == n else None


async def texts(database: Database, refs: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What messages say, by conversation and number."""
    rows = await database.fetch(
        """
        SELECT m.conversation_id, m.n, m.text FROM unnest($1::text[], $2::integer[]) AS w (id, n)
            JOIN messages m ON m.conversation_id = w.id AND m.n = w.n
        """,
        *([ref[0] for ref in refs], [ref[1] for ref in refs]),
    )
    return {(row["conversation_id"], row["n"]): row["text"] for row in rows}


async def numbered(
    database: Database, wanted: Sequence[tuple[ConversationId, int]]
) -> dict[tuple[ConversationId, int], Message]:
    """These messages, by conversation and number; unknown ones are missing."""
    rows = await database.fetch(
        """
        SELECT m.*, o.state AS delivery, coalesce(o.reason, '') AS delivery_reason
        FROM unnest($1::text[], $2::integer[]) AS wanted (conversation_id, n)
            JOIN messages m USING (conversation_id, n) LEFT JOIN outbox o USING (conversation_id, n)
        """,
        *([each for each, _ in wanted], [n for _, n in wanted]),
    )
    found = await _with_files(database, [_message(row) for row in rows])
    return {(each.conversation_id, each.n): each for each in found}


async def with_file(database: Database, conversation_id: ConversationId, file_id: str) -> Message | None:
    """The message that shows a file."""
    n = await database.fetch_value(
        "SELECT n FROM messages WHERE conversation_id = $1 AND extra -> 'files' ? $2", conversation_id, file_id
    )
    return None if n is None else await by_number(database, conversation_id, n)


async def amend(
    database: Database, conversation_id: ConversationId, author_id: str, client_id: str, *, text: str, why: str, at: Ms
) -> Message | None:
    """Give a message another text, as its author did; None when there is no such, or it has that text already.

    why: edited or deleted, the word in its extra that `at` is kept under.
    """
    kept(text)
    row = await database.fetch_row(
        """
        UPDATE messages SET text = $4, extra = coalesce(extra, '{}') || jsonb_build_object($5::text, $6::bigint)
        WHERE conversation_id = $1 AND author_id = $2 AND kind = 'text' AND client_id = $3
            AND (text <> $4 OR NOT coalesce(extra, '{}') ? $5)
        RETURNING *
        """,
        *(conversation_id, author_id, client_id, text, why, at),
    )
    return None if row is None else (await _with_files(database, [_message(row)]))[0]


async def _with_files(database: Database, rows: list[Message]) -> list[Message]:
    wanted = [file_id for row in rows if row.extra for file_id in row.extra.get("files", ())]
    if not wanted:
        return rows
    known = await files.by_ids(database, wanted)
    return [
        replace(row, files=[known[each] for each in row.extra.get("files", ()) if each in known]) if row.extra else row
        for row in rows
    ]


def _message(row: asyncpg.Record) -> Message:
    return Message(**row)


def _append_columns(drafts: Sequence[Draft]) -> list[list[tuple[object, ...]]]:
    return [[row_of(draft) for draft in drafts]]


def row_of(draft: Draft) -> tuple[object, ...]:
    """A row of the type message_draft."""
    extra = None if draft.extra is None else to_json(draft.extra)
    outgoing = None if draft.outgoing is None else to_json(draft.outgoing)
    return *_PLAIN(draft), extra, outgoing


_PLAIN = attrgetter(
    *("conversation_id", "kind", "author", "author_id", "author_name", "text", "client_id", "at", "even_closed")
)


def _append_outcomes(_: Sequence[Draft], rows: Answers) -> list[Appended | Refused]:
    return [append_outcome(row["outcome"], row["n"], row["at"]) for row in rows]


def append_outcome(outcome: str, n: int, at: Ms) -> Appended | Refused:
    """Of a row of the function append_messages."""
    if outcome in ("closed", "unknown"):
        return Refused(reason="closed" if outcome == "closed" else "unknown")
    return Appended(n=n, at=at, repeated=outcome == "repeated")


APPEND: Kind[Draft, Appended | Refused] = Kind(
    rank=2,
    function="append_messages",
    columns=_append_columns,
    outcomes=_append_outcomes,
)
