"""Conversations: started, marked and closed durably; found by id, customer and visitor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal

import asyncpg

from router.core.words import Channel, ConversationId, CustomerId, Ms, Units, WorkItemId
from router.store.errors import NotSent
from router.store.postgres.database import Database, to_json
from router.store.postgres.messages import Author
from router.store.postgres.text import kept
from router.store.postgres.writer import Answers, Kind, Writer, attributes

START_TRIES = 4


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
    thread: what its messages share on their channel; an account has at most one open conversation of it. None: it has
    a beginning of its own. address: the customer as the channel names them, to whom answers are sent.
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
    thread: str | None = None
    address: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] | None = None
    """Of the first message."""
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
    """Not started: this visitor or thread has this open conversation."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """A conversation to close, and the word of the house that is its last message.

    heard_n: it stays open when its customer said more than this; None: whatever they said.
    """

    conversation_id: ConversationId
    author: Author
    author_id: str
    author_name: str
    text: str
    client_id: str
    at: Ms
    heard_n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOpen:
    """Not closed: the customer said more than was heard."""


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
    thread: str | None = None
    address: str = ""


async def start(writer: Writer, new: Start) -> Started | HasOpen:
    """Conversation, first message and work item in one transaction; answered after its commit.

    Raises BadRequest for text that cannot be kept, StoreUnavailable (perhaps started; try again with the same start_id
    and a conversation id new or old) and Overloaded; the database's own error when the customer does not exist.
    """
    kept(new.text, new.author_name, new.author_id, new.start_id, new.subject, new.page_url, new.department)
    for _ in range(START_TRIES):
        begun = await writer.submit(START, new, order_by=new.id)
        if begun is not None:
            return begun
    raise NotSent("what is in the way of this start opens and closes again and again")


async def close(writer: Writer, end: Close) -> Closed | StillOpen | None:
    """Close it, once; None when there is no such conversation. Errors as `start`."""
    kept(end.text, end.author_name)
    return await writer.submit(CLOSE if end.heard_n is None else CLOSE_HEARD, end, order_by=end.conversation_id)


async def mark(writer: Writer, conversation_id: ConversationId, marks: Marks) -> Marks | None:
    """Raise watermarks (they never fall, nor pass last_n); all four as they are now, None when there is no such."""
    return await writer.submit(MARK, _Mark(conversation_id=conversation_id, marks=marks), order_by=conversation_id)


async def address_of(database: Database, conversation_id: ConversationId) -> str:
    """The customer as the channel names them; "" where nobody is written to."""
    found: str | None = await database.fetch_value("SELECT address FROM conversations WHERE id = $1", conversation_id)
    return found or ""


async def hold(database: Database, conversation_id: ConversationId, *, until: Ms) -> None:
    """Nobody is to work on it before a time: its queue is closed."""
    await database.execute(
        """
        UPDATE conversations SET attributes = attributes || jsonb_build_object('held_until', $2::bigint) WHERE id = $1
        """,
        *(conversation_id, until),
    )


async def note_guest(database: Database, conversation_id: ConversationId, customer_id: CustomerId) -> None:
    """Who wrote here, if the conversation is somebody else's: their words are erased with them."""
    await database.execute(
        """
        INSERT INTO guests (conversation_id, customer_id)
        SELECT id, $2 FROM conversations WHERE id = $1 AND customer_id <> $2 ON CONFLICT DO NOTHING
        """,
        *(conversation_id, customer_id),
    )


async def keep_callback(database: Database, conversation_id: ConversationId, callback: Mapping[str, Any]) -> None:
    """Where its customer wants to be called, and by which items it was tried."""
    await database.execute(
        "UPDATE conversations SET attributes = attributes || jsonb_build_object('callback', $2::jsonb) WHERE id = $1",
        *(conversation_id, callback),
    )


async def set_credit(database: Database, conversation_id: ConversationId, credit_ms: Ms) -> Ms | None:
    """Note what waiting rules credit it with now; what it was before, None when there is no such conversation."""
    before: Ms | None = await database.fetch_value(
        """
        UPDATE conversations c SET attributes = c.attributes || jsonb_build_object('credit_ms', $2::bigint)
        FROM (SELECT id, attributes FROM conversations WHERE id = $1 FOR UPDATE) old
        WHERE c.id = old.id RETURNING coalesce((old.attributes->>'credit_ms')::bigint, 0)
        """,
        *(conversation_id, credit_ms),
    )
    return before


async def release(database: Database, *, now: Ms) -> None:
    """What is held is to be looked at again: a queue has opened out of its hours."""
    await database.execute(
        """
        UPDATE conversations SET attributes = attributes || jsonb_build_object('held_until', $1::bigint)
        WHERE state = 'open' AND (attributes->>'held_until')::bigint > $1 AND NOT attributes ? 'bot_until'
        """,
        now,
    )


async def by_id(database: Database, conversation_id: ConversationId) -> Conversation | None:
    row = await database.fetch_row("SELECT * FROM conversations WHERE id = $1", conversation_id)
    return None if row is None else of_row(row)


async def by_ids(database: Database, ids: Collection[ConversationId]) -> dict[ConversationId, Conversation]:
    rows = await database.fetch("SELECT * FROM conversations WHERE id = ANY ($1)", list(ids))
    return {row["id"]: of_row(row) for row in rows}


async def of_customer(database: Database, customer_id: CustomerId, *, limit: int = 50) -> list[Conversation]:
    """A customer's conversations, newest first."""
    return await of_customers(database, [customer_id], limit=limit)


async def of_customers(database: Database, ids: Collection[CustomerId], *, limit: int = 50) -> list[Conversation]:
    """Of any of these, newest first; a case's own is none of theirs."""
    rows = await database.fetch(
        """
        SELECT * FROM conversations WHERE customer_id = ANY ($1) AND channel <> 'case'
        ORDER BY started_at DESC, id DESC LIMIT $2
        """,
        list(ids),
        limit,
    )
    return [of_row(row) for row in rows]


async def open_of_customers(database: Database, ids: Collection[CustomerId]) -> int:
    """How many of theirs are open."""
    count: int = await database.fetch_value(
        "SELECT count(*) FROM conversations WHERE customer_id = ANY ($1) AND state = 'open'", list(ids)
    )
    return count


async def open_of_visitor(database: Database, visitor_id: str) -> Conversation | None:
    row = await database.fetch_row("SELECT * FROM conversations WHERE visitor_id = $1 AND state = 'open'", visitor_id)
    return None if row is None else of_row(row)


async def open_of_thread(database: Database, account: str, thread: str) -> Conversation | None:
    """The open conversation of a thread, if there is one."""
    row = await database.fetch_row(
        "SELECT * FROM conversations WHERE account = $1 AND thread = $2 AND state = 'open'", account, thread
    )
    return None if row is None else of_row(row)


async def rate(database: Database, conversation_id: ConversationId, *, stars: int, comment: str) -> bool:
    """Rate it or replace its rating (stars 1–5); false when there is no such conversation."""
    kept(comment)
    return bool(
        await database.execute(
            "UPDATE conversations SET rating = $2, rating_comment = $3 WHERE id = $1", conversation_id, stars, comment
        )
    )


def of_row(row: asyncpg.Record) -> Conversation:
    """Of a row with all columns of its table; what else there is in it is left out."""
    marks = Marks(**{name: row[name] for name in Marks.__dataclass_fields__})
    return Conversation(**{name: row[name] for name in _OF_ROW}, marks=marks)


_OF_ROW = [name for name in Conversation.__dataclass_fields__ if name != "marks"]


def _start_columns(starts: Sequence[Start]) -> list[list[tuple[object, ...]]]:
    return [[_row(new) for new in starts]]


def _row(new: Start) -> tuple[object, ...]:
    """A row of the type conversation_start."""
    item, extra = new.item, None if new.extra is None else to_json(new.extra)
    asked = (None,) * 5 if item is None else (item.id, item.queue, to_json(item.demand), item.weight, item.priority)
    return *_PLAIN(new), to_json(new.attributes), extra, *asked


_PLAIN = attrgetter(
    *("id", "channel", "account", "customer_id", "visitor_id", "start_id", "subject", "language", "department"),
    *("page_url", "at", "author", "author_id", "author_name", "text", "thread", "address"),
)


def _start_outcomes(_: Sequence[Start], rows: Answers) -> list[Started | HasOpen | None]:
    return [_start_outcome(row) for row in rows]


def _start_outcome(row: Mapping[str, Any]) -> Started | HasOpen | None:
    """None: the open one that was in the way has closed since."""
    if row["conversation_id"] is None:
        return None
    if row["outcome"] == "has_open":
        return HasOpen(conversation_id=row["conversation_id"])
    return Started(
        conversation_id=row["conversation_id"],
        item_id=row["item_id"],
        at=row["at"],
        repeated=row["outcome"] == "repeated",
    )


def _close_outcomes(_: Sequence[Close], rows: Answers) -> list[Closed | StillOpen | None]:
    return [_close_outcome(row) for row in rows]


def _close_outcome(row: Mapping[str, Any]) -> Closed | StillOpen | None:
    match row["outcome"]:
        case "unknown":
            return None
        case "spoken":
            return StillOpen()
        case _:
            return Closed(n=row["n"], at=row["at"])


def _mark_outcomes(_: Sequence[_Mark], rows: Answers) -> list[Marks | None]:
    return [None if row["agent_read_n"] is None else Marks(**row) for row in rows]


START: Kind[Start, Started | HasOpen | None] = Kind(
    rank=1,
    function="start_conversations",
    columns=_start_columns,
    outcomes=_start_outcomes,
)
_OF_CLOSE = ("author", "author_id", "author_name", "text", "client_id", "at")
CLOSE: Kind[Close, Closed | StillOpen | None] = Kind(
    rank=3,
    function="close_conversations",
    columns=attributes("conversation_id", *_OF_CLOSE),
    outcomes=_close_outcomes,
)
CLOSE_HEARD: Kind[Close, Closed | StillOpen | None] = Kind(
    rank=3,
    function="close_heard",
    columns=attributes("conversation_id", "heard_n", *_OF_CLOSE),
    outcomes=_close_outcomes,
)
MARK: Kind[_Mark, Marks | None] = Kind(
    rank=4,
    function="mark_conversations",
    columns=attributes("conversation_id", *(f"marks.{name}" for name in Marks.__dataclass_fields__)),
    outcomes=_mark_outcomes,
)
