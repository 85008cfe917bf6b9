"""What a customer's widget says and hears (endpoint `/ws/customer`)."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from router.core.words import Ms
from router.protocol.base import Ack, Command, Hello, Id, Ping, Record, Result, ServerEvent
from router.protocol.records import Conversation, CustomerCard
from router.protocol.staff import (
    ConversationClosed,
    ConversationRated,
    FetchMessages,
    MessageChanged,
    MessageCreated,
    Read,
    ReceiptsChanged,
    SendMessage,
    Typing,
    TypingShown,
)


class StartConversation(Command, tag="conversation.start", frozen=True, kw_only=True):
    """The first message of a conversation; it becomes a work item. Idempotent by client_id.

    phone: needed where the queue is closed and calls back; where it offers callbacks, a wish to be called.
    person: a person is wanted at once, though a bot may answer first here.
    Errors: conversation_open (detail conversation_id) when this visitor has one open already; queue_closed (detail
    opens_at, 0 when not known) when the queue takes nothing while it is closed.
    """

    client_id: Id
    text: str
    name: str = ""
    email: str = ""
    department: str = ""
    language: str = "en"
    page_url: str = ""
    phone: str = ""
    person: bool = False


class EndConversation(Command, tag="conversation.end", frozen=True, kw_only=True):
    conversation_id: Id


class AskCallback(Command, tag="callback.ask", frozen=True, kw_only=True):
    """Call me there when it is my turn; I keep my place and need not stay. Again with another number corrects it.

    Errors: wrong_state (not offered, or an agent has it already).
    """

    conversation_id: Id
    phone: str


class RateConversation(Command, tag="conversation.rate", frozen=True, kw_only=True):
    """stars 1–5; rating again replaces the rating."""

    conversation_id: Id
    stars: int
    comment: str = ""


class ListConversations(Command, tag="conversations.list", frozen=True, kw_only=True):
    """This visitor's conversations, newest first, each with its last messages."""


CustomerIn = (
    Hello
    | Ack
    | Ping
    | StartConversation
    | SendMessage
    | EndConversation
    | AskCallback
    | RateConversation
    | FetchMessages
    | ListConversations
    | Typing
    | Read
)


class Started(Result, tag="started", frozen=True, kw_only=True):
    conversation_id: str
    n: int
    at: Ms


class Listed(Result, tag="listed", frozen=True, kw_only=True):
    conversations: list[Conversation]


class QueuePosition(Record, frozen=True, kw_only=True):
    """position: 1 is next. expected_wait_*: null when there is no data to tell from.

    overflow: what the queue did last for whoever waits too long (queue, message, case, callback, announce); message and
    case: what was written is kept, and waiting is not needed. text: what the policy says of it, by language.
    callback: it may be asked for one (callback.ask), or was; who waits for a call need not stay either.
    """

    position: int
    expected_wait_p50_ms: Ms | None
    expected_wait_p90_ms: Ms | None
    overflow: str = ""
    text: dict[str, str] = field(default_factory=dict)
    callback: Literal["", "offered", "asked"] = ""


class AgentFace(Record, frozen=True, kw_only=True):
    """As much of an agent as customers may see. bot: it is a program, and says so."""

    name: str
    bot: bool = False


class CustomerSnapshot(ServerEvent, tag="customer.snapshot", frozen=True, kw_only=True):
    """Everything the widget needs; replaces all it knew.

    conversation: the open one, or the last if it was closed a short while ago (for rating), else null.
    queue: set while waiting. agent: set while somebody has it, a bot too.
    """

    server_time: Ms
    customer: CustomerCard
    conversation: Conversation | None
    queue: QueuePosition | None
    agent: AgentFace | None


class ConversationStarted(ServerEvent, tag="conversation.started", frozen=True, kw_only=True):
    """A conversation was opened by this visitor (in this tab or another)."""

    conversation: Conversation


class QueueChanged(ServerEvent, tag="queue.changed", frozen=True, kw_only=True):
    """null: not waiting any more."""

    conversation_id: str
    queue: QueuePosition | None


class AgentChanged(ServerEvent, tag="agent.changed", frozen=True, kw_only=True):
    """Who serves the conversation now; null: nobody at the moment."""

    conversation_id: str
    agent: AgentFace | None


CustomerEvent = (
    CustomerSnapshot
    | ConversationStarted
    | QueueChanged
    | AgentChanged
    | MessageCreated
    | MessageChanged
    | ReceiptsChanged
    | TypingShown
    | ConversationClosed
    | ConversationRated
)
