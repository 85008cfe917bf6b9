"""Conversations: started, marked and closed durably; found by id, customer and visitor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import asyncpg

from router.core.words import Channel, ConversationId, CustomerId, Ms, Units, WorkItemId
from router.store.postgres.database import Database, to_json
from router.store.postgres.messages import Author
from router.store.postgres.text import kept
from router.store.postgres.writer import Answers, Kind, Writer, attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkItem:
    """demand: the compiled demand as JSON, opaque here."""

    id: WorkItemId
    queue: str
    demand: Mapping[str, Any]
    weight: Units
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A conversation to begin, with its first message.

    start_id: what the message's sender calls it (client_id); the same again is the same start.
    visitor_id: set for webchat; a visitor has at most one open conversation.
    """

    id: ConversationId
    channel: Channel
    account: str
    customer_id: CustomerId
    visitor_id: str | None = None
    start_id: str
    subject: str = ""
    language: str
    department: str = ""
    page_url: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    author: Author = "customer"
    author_id: str
    author_name: str
    text: str
    at: Ms
    item: NewWorkItem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Committed. repeated: it had been started before; all facts are of the first time."""

    conversation_id: ConversationId
    item_id: WorkItemId | None
    at: Ms
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HasOpen:
    """Not started: this visitor has this open conversation."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """A conversation to close, and the word of the house that is its last message."""

    conversation_id: ConversationId
    author: Author
    author_id: str
    author_name: str
    text: str
    client_id: str
    at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """It is closed since at. n: of this call's last message; None when it had been closed by another."""

    n: int | None
    at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Watermarks: up to which n each side has got and read. To raise some, leave the others 0."""

    customer_delivered_n: int = 0
    customer_read_n: int = 0
    agent_delivered_n: int = 0
    agent_read_n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    conversation_id: ConversationId
    marks: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: ConversationId
    channel: Channel
    account: str
    customer_id: CustomerId
    visitor_id: str | None
    subject: str
    language: str
    department: str
    page_url: str
    attributes: Mapping[str, Any]
    state: Literal["open", "closed"]
    started_at: Ms
    closed_at: Ms | None
    last_n: int
    marks: Marks
    rating: int | None
    rating_comment: str


async def start(writer: Writer, new: Start) -> Started | HasOpen:
    """Conversation, first message and work item in one transaction; answered after its commit.

    Raises BadRequest for text that cannot be kept, StoreUnavailable (perhaps started; try again with the same start_id
    and a conversation id new or old) and Overloaded; the database's own error when the customer does not exist.
    """
    kept(new.text, new.author_name, new.author_id, new.start_id, new.subject, new.page_url, new.department)
    return await writer.submit(START, new, order_by=new.id)


async def close(writer: Writer, end: Close) -> Closed | None:
    """Close it, once; None when there is no such conversation. Errors as `start`."""
    kept(end.text, end.author_name)
    return await writer.submit(CLOSE, end, order_by=end.conversation_id)


async def mark(writer: Writer, conversation_id: ConversationId, marks: Marks) -> Marks | None:
    """Raise watermarks (they never fall, nor pass last_n); all four as they are now, None when there is no such."""
    return await writer.submit(MARK, _Mark(conversation_id=conversation_id, marks=marks), order_by=conversation_id)


async def hold(database: Database, conversation_id: ConversationId, *, until: Ms) -> None:
    """Nobody is to work on it before a time: its queue is closed."""
    await database.execute(
        """
        UPDATE conversations SET attributes = attributes || jsonb_build_object('held_until', $2::bigint) WHERE id = $1
        """,
        *(conversation_id, until),
    )


async def by_id(database: Database, conversation_id: ConversationId) -> Conversation | None:
    return (await by_ids(database, [conversation_id])).get(conversation_id)


async def by_ids(database: Database, ids: Collection[ConversationId]) -> dict[ConversationId, Conversation]:
    rows = await database.fetch("SELECT * FROM conversations WHERE id = ANY ($1)", list(ids))
    return {row["id"]: _conversation(row) for row in rows}


async def of_customer(database: Database, customer_id: CustomerId, *, limit: int = 50) -> list[Conversation]:
    """A customer's conversations, newest first."""
    rows = await database.fetch(
        "SELECT * FROM conversations WHERE customer_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2",
        customer_id,
        limit,
    )
    return [_conversation(row) for row in rows]


async def open_of_visitor(database: Database, visitor_id: str) -> Conversation | None:
    row = await database.fetch_row("SELECT * FROM conversations WHERE visitor_id = $1 AND state = 'open'", visitor_id)
    return None if row is None else _conversation(row)


async def rate(database: Database, conversation_id: ConversationId, *, stars: int, comment: str) -> bool:
    """Rate it or replace its rating (stars 1–5); false when there is no such conversation."""
    kept(comment)
    return bool(
        await database.execute(
            "UPDATE conversations SET rating = $2, rating_comment = $3 WHERE id = $1", conversation_id, stars, comment
        )
    )


def _conversation(row: asyncpg.Record) -> Conversation:
    facts = dict(row)
    del facts["start_id"]
    marks = Marks(**{name: facts.pop(name) for name in Marks.__dataclass_fields__})
    return Conversation(**facts, marks=marks)


def _start_columns(starts: Sequence[Start]) -> Sequence[Sequence[object]]:
    return [
        *_PLAIN_START_COLUMNS(starts),
        [to_json(new.attributes) for new in starts],
        [new.item and new.item.id for new in starts],
        [new.item and new.item.queue for new in starts],
        [new.item and to_json(new.item.demand) for new in starts],
        [new.item and new.item.weight for new in starts],
        [new.item and new.item.priority for new in starts],
    ]


_PLAIN_START_COLUMNS = attributes(
    *("id", "channel", "account", "customer_id", "visitor_id", "start_id", "subject", "language", "department"),
    *("page_url", "at", "author", "author_id", "author_name", "text"),
)


def _start_outcomes(_: Sequence[Start], rows: Answers) -> list[Started | HasOpen]:
    return [
        HasOpen(conversation_id=row["conversation_id"])
        if row["outcome"] == "has_open"
        else Started(
            conversation_id=row["conversation_id"],
            item_id=row["item_id"],
            at=row["at"],
            repeated=row["outcome"] == "repeated",
        )
        for row in rows
    ]


def _close_outcomes(_: Sequence[Close], rows: Answers) -> list[Closed | None]:
    return [None if row["outcome"] == "unknown" else Closed(n=row["n"], at=row["at"]) for row in rows]


def _mark_outcomes(_: Sequence[_Mark], rows: Answers) -> list[Marks | None]:
    return [None if row["agent_read_n"] is None else Marks(**row) for row in rows]


START: Kind[Start, Started | HasOpen] = Kind(
    rank=1,
    function="start_conversations",
    columns=_start_columns,
    outcomes=_start_outcomes,
)
CLOSE: Kind[Close, Closed | None] = Kind(
    rank=3,
    function="close_conversations",
    columns=attributes("conversation_id", "author", "author_id", "author_name", "text", "client_id", "at"),
    outcomes=_close_outcomes,
)
MARK: Kind[_Mark, Marks | None] = Kind(
    rank=4,
    function="mark_conversations",
    columns=attributes("conversation_id", *(f"marks.{name}" for name in Marks.__dataclass_fields__)),
    outcomes=_mark_outcomes,
)
