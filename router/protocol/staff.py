"""What agents and supervisors say and hear (endpoint `/ws/agent`, roles agent, supervisor, admin)."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from router.core.words import Ms, Reachability, Units
from router.protocol import call, cases, customers, home, knowledge, macros, steps
from router.protocol.base import Ack, Command, Hello, Id, Number, Ping, Result, ServerEvent, Signal
from router.protocol.explain import ExplainAgent, ExplainItem, FetchWaiting
from router.protocol.records import (
    Assignment,
    BoardAgent,
    BoardQueue,
    Colleague,
    Conversation,
    CustomerCard,
    Delivery,
    DispositionName,
    MailTo,
    Me,
    Message,
    Offer,
    QueueName,
    Receipts,
    StatusChoice,
)
from router.protocol.supervision import (
    Broadcast,
    ChangeAgent,
    MonitorItem,
    MoveItem,
    NoticePosted,
    PrioritiseItem,
    ProfileChanged,
    StopMonitoring,
    SwitchQueue,
)

# ---------------------------------------------------------------- commands


class SetStatus(Command, tag="status.set", frozen=True, kw_only=True):
    status: str


class SetNextStatus(Command, tag="status.set_next", frozen=True, kw_only=True):
    """The status I take when my last item in hand ends, at once when I have none; empty: none any more.

    Until then nothing new comes that it does not allow. Choosing a status by status.set ends the plan.
    """

    status: str


class AcceptOffer(Command, tag="offer.accept", frozen=True, kw_only=True):
    """Errors: offer_expired (detail late_ms), unknown_offer, not_yours. Accepting twice is accepted once."""

    offer_id: Id


class DeclineOffer(Command, tag="offer.decline", frozen=True, kw_only=True):
    """reason: one of the centre's decline reasons when it has any (else reason_needed).

    Errors: as offer.accept, and offer_gone when it was accepted already.
    """

    offer_id: Id
    reason: str = ""


class SendMessage(Command, tag="message.send", frozen=True, kw_only=True):
    """Idempotent by client_id. Supervisors may speak in any open conversation (barge).

    Errors: text_too_long, bad_text, text_empty, conversation_closed, not_yours.
    file_ids: files uploaded to the conversation before (POST /api/files); with one the text may be empty. Errors:
    unknown_file, file_refused (the channel does not carry it).
    quick_replies: choices offered beside the text, where the channel has them. template: the name of an approved
    message, with its variables; text is then ignored. Staff only. Errors: unknown_template, bad_value.
    mail: by e-mail only: whom it goes to. Staff only. Errors: bad_value.
    """

    conversation_id: Id
    client_id: Id
    text: str
    file_ids: tuple[Id, ...] = ()
    quick_replies: tuple[str, ...] = ()
    template: str = ""
    variables: tuple[str, ...] = ()
    mail: MailTo | None = None


class ResendMessage(Command, tag="message.resend", frozen=True, kw_only=True):
    """Send a parked or failed message again. Errors: wrong_state (it is neither), not_yours."""

    conversation_id: Id
    n: Number


class AddNote(Command, tag="note.add", frozen=True, kw_only=True):
    conversation_id: Id
    client_id: Id
    text: str


class WrapUp(Command, tag="item.wrap_up", frozen=True, kw_only=True):
    """The talking is over: closes the conversation for the customer; the item's units stay held until completed."""

    work_item_id: Id


class Complete(Command, tag="item.complete", frozen=True, kw_only=True):
    work_item_id: Id
    disposition: str


class TransferToQueue(Command, tag="item.transfer_to_queue", frozen=True, kw_only=True):
    """The item waits in another queue with its age kept; it is no longer the agent's.

    agent_id: a colleague who is to have it, whatever their skills and queues: it waits for them alone, wait_s at most
        (1–3600), then for all in the queue; at once for all when they are not signed in. Errors: unknown_agent.
    """

    work_item_id: Id
    queue: str
    note: str = ""
    agent_id: str = ""
    wait_s: int = 60


class TransferToAgent(Command, tag="item.transfer_to_agent", frozen=True, kw_only=True):
    """Offers the item to one colleague at once. Errors: agent_unavailable."""

    work_item_id: Id
    agent_id: Id
    note: str = ""


class PickItem(Command, tag="item.pick", frozen=True, kw_only=True):
    """Take an item of one of my queues that waits, or rings at whomever the router chose; over my limit if need be.

    Errors: not_yours (somebody has it, or it is no queue of mine), agent_unavailable (I am offline).
    """

    work_item_id: Id


class AssignItem(Command, tag="item.assign", frozen=True, kw_only=True):
    """Supervisors: offer an item to this very agent, wherever it is but in wrap-up; over their limit if need be.

    Errors: agent_unavailable, unknown_agent, wrong_state.
    """

    work_item_id: Id
    agent_id: Id


class PauseItem(Command, tag="item.pause", frozen=True, kw_only=True):
    """The customer is to write again some time: the item stays mine and holds less until then."""

    work_item_id: Id


class CallbackNotReached(Command, tag="callback.not_reached", frozen=True, kw_only=True):
    """Nobody answered the call of this callback of mine: it is tried again later, or over after the last try.

    Errors: wrong_state (it is none).
    """

    work_item_id: Id


class ResumeItem(Command, tag="item.resume", frozen=True, kw_only=True):
    """Work on a paused item again before its customer writes; over my limit if need be."""

    work_item_id: Id


class FetchMessages(Command, tag="messages.fetch", frozen=True, kw_only=True):
    """Messages with n < before_n, the newest `limit` (1–100) of them, oldest first."""

    conversation_id: Id
    before_n: Number
    limit: int = 50


class FetchPast(Command, tag="conversations.past", frozen=True, kw_only=True):
    """Earlier conversations of a customer, newest first, each with its last messages."""

    customer_id: Id


class FetchConversation(Command, tag="conversation.fetch", frozen=True, kw_only=True):
    """One conversation of a customer of mine (or any, for supervisors)."""

    conversation_id: Id


class SubscribeBoard(Command, tag="board.subscribe", frozen=True, kw_only=True):
    """Supervisors: a board.snapshot event follows, then board.changed at most four times a second."""


class UnsubscribeBoard(Command, tag="board.unsubscribe", frozen=True, kw_only=True):
    pass


class FetchColleagues(Command, tag="colleagues.fetch", frozen=True, kw_only=True):
    """Whom an item can be transferred to, as they are now; ask when the dialog opens."""


class SetAgentStatus(Command, tag="agent.set_status", frozen=True, kw_only=True):
    """Supervisors: change somebody's status; they are told by whom."""

    agent_id: Id
    status: str


class Typing(Signal, tag="typing", frozen=True, kw_only=True):
    conversation_id: Id


class Read(Signal, tag="read", frozen=True, kw_only=True):
    """I have read up to n."""

    conversation_id: Id
    n: Number


StaffIn = (
    Hello
    | Ack
    | Ping
    | SetStatus
    | SetNextStatus
    | AcceptOffer
    | DeclineOffer
    | SendMessage
    | ResendMessage
    | AddNote
    | WrapUp
    | Complete
    | TransferToQueue
    | TransferToAgent
    | PickItem
    | AssignItem
    | PauseItem
    | CallbackNotReached
    | ResumeItem
    | FetchMessages
    | FetchPast
    | FetchConversation
    | SubscribeBoard
    | UnsubscribeBoard
    | FetchColleagues
    | SetAgentStatus
    | ExplainItem
    | ExplainAgent
    | FetchWaiting
    | call.CallCommand
    | steps.StepCommand
    | cases.CaseCommand
    | home.FetchHome
    | knowledge.KnowledgeCommand
    | macros.MacroCommand
    | customers.CustomerCommand
    | MoveItem
    | PrioritiseItem
    | ChangeAgent
    | SwitchQueue
    | Broadcast
    | MonitorItem
    | StopMonitoring
    | Typing
    | Read
)

# ---------------------------------------------------------------- results


class Sent(Result, tag="sent", frozen=True, kw_only=True):
    """The message is durable as number n."""

    n: int
    at: Ms


class Messages(Result, tag="messages", frozen=True, kw_only=True):
    messages: list[Message]
    more: bool


class Past(Result, tag="past", frozen=True, kw_only=True):
    conversations: list[Conversation]


class Colleagues(Result, tag="colleagues", frozen=True, kw_only=True):
    """Everybody who is signed in but me, by name."""

    colleagues: list[Colleague]


class Fetched(Result, tag="conversation", frozen=True, kw_only=True):
    conversation: Conversation
    customer: CustomerCard


# ---------------------------------------------------------------- events


class StaffSnapshot(ServerEvent, tag="snapshot", frozen=True, kw_only=True):
    """Everything this session needs; replaces all it knew."""

    server_time: Ms
    me: Me
    statuses: list[StatusChoice]
    queues: list[QueueName]
    dispositions: list[DispositionName]
    decline_reasons: list[str]
    offers: list[Offer]
    assignments: list[Assignment]
    calls: list[call.Call] = field(default_factory=list)
    """Those I am part of, or whose work items are mine."""
    voice: bool = False
    """Calls can be made and answered here."""
    skills: list[str] = field(default_factory=list)
    """All the centre knows."""
    pacing: int = 1
    """How many offers may ring here at once."""


class OfferCreated(ServerEvent, tag="offer.created", frozen=True, kw_only=True):
    offer: Offer


class OfferClosed(ServerEvent, tag="offer.closed", frozen=True, kw_only=True):
    """The offer rings no more. rescinded: taken back without anybody's fault; reason says why."""

    offer_id: str
    outcome: Literal["accepted", "declined", "expired", "rescinded"]
    reason: str = ""


class ItemAssigned(ServerEvent, tag="item.assigned", frozen=True, kw_only=True):
    assignment: Assignment


class ItemPaused(ServerEvent, tag="item.paused", frozen=True, kw_only=True):
    """units: what it holds from now on."""

    work_item_id: str
    units: Units


class ItemResumed(ServerEvent, tag="item.resumed", frozen=True, kw_only=True):
    """It is worked on again: its customer wrote, or I took it up."""

    work_item_id: str


class ItemWrapUp(ServerEvent, tag="item.wrap_up", frozen=True, kw_only=True):
    work_item_id: str
    until: Ms


class ItemClosed(ServerEvent, tag="item.closed", frozen=True, kw_only=True):
    """No longer this agent's work. resumed: the customer of a paused item wrote, and I had no room for it."""

    work_item_id: str
    reason: Literal["completed", "cancelled", "transferred", "agent_gone", "resumed"]


class PresenceChanged(ServerEvent, tag="presence.changed", frozen=True, kw_only=True):
    """My own presence, whole. by: the supervisor's name when one did this; status_by: who set the status, likewise."""

    status: str
    status_since: Ms
    reachability: Reachability
    reason: str
    by: str | None
    status_by: str | None = None
    next_status: str = ""


class LoadChanged(ServerEvent, tag="load.changed", frozen=True, kw_only=True):
    """My own units."""

    units_held: Units
    units_limit: Units


class MessageCreated(ServerEvent, tag="message.created", frozen=True, kw_only=True):
    """A message with an `n` the client has already is the same message and changes nothing."""

    message: Message


class MessageChanged(ServerEvent, tag="message.changed", frozen=True, kw_only=True):
    """A message the client has is different now: its text, or its files. Whole; its delivery is told apart."""

    message: Message


class DeliveryChanged(ServerEvent, tag="delivery.changed", frozen=True, kw_only=True):
    """How far a message is on its way to the customer's channel."""

    conversation_id: str
    n: int
    delivery: Delivery


class ReceiptsChanged(ServerEvent, tag="receipts.changed", frozen=True, kw_only=True):
    conversation_id: str
    receipts: Receipts


class TypingShown(ServerEvent, tag="typing.shown", frozen=True, kw_only=True):
    """Somebody on the other side is typing; show it for `for_ms`."""

    conversation_id: str
    author_name: str
    for_ms: Ms


class ConversationClosed(ServerEvent, tag="conversation.closed", frozen=True, kw_only=True):
    conversation_id: str
    closed_at: Ms
    by: Literal["customer", "agent", "system"]


class ConversationRated(ServerEvent, tag="conversation.rated", frozen=True, kw_only=True):
    conversation_id: str
    rating: int


class CustomerPresence(ServerEvent, tag="customer.presence", frozen=True, kw_only=True):
    conversation_id: str
    online: bool


class BoardSnapshot(ServerEvent, tag="board.snapshot", frozen=True, kw_only=True):
    agents: list[BoardAgent]
    queues: list[BoardQueue]


class BoardChanged(ServerEvent, tag="board.changed", frozen=True, kw_only=True):
    """Agents and queues that changed, each whole."""

    agents: list[BoardAgent]
    agents_removed: list[str]
    queues: list[BoardQueue]


StaffEvent = (
    StaffSnapshot
    | steps.StepChanged
    | cases.CaseEvent
    | OfferCreated
    | OfferClosed
    | ItemAssigned
    | ItemPaused
    | ItemResumed
    | ItemWrapUp
    | ItemClosed
    | PresenceChanged
    | LoadChanged
    | MessageCreated
    | MessageChanged
    | DeliveryChanged
    | ReceiptsChanged
    | TypingShown
    | ConversationClosed
    | ConversationRated
    | CustomerPresence
    | BoardSnapshot
    | BoardChanged
    | call.CallChanged
    | call.CallClosed
    | NoticePosted
    | ProfileChanged
)
