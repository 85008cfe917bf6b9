"""Shapes that messages share."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from router.core.service_level import Variant
from router.core.words import Channel, ChoiceModel, Ms, Reachability, Units
from router.protocol.base import Record
from router.protocol.explain import Obstacle

SYSTEM_WORDS = (
    "agent.joined",
    "agent.left",
    "transferred",
    "conversation.ended",
    "call.answered",
    "call.abandoned",
    "call.voicemail",
    "call.callback",
    "call.busy",
    "call.no_answer",
    "call.failed",
)
"""agent.joined, agent.left: author is the agent. transferred: who handed over. conversation.ended: who ended it.
call.…: how a call ended; author_name are those who talked."""

Author = Literal["customer", "agent", "bot", "system"]


class File(Record, frozen=True, kw_only=True):
    """A file of a message; its bytes are at /api/files/<file_id>.

    media_type: as its bytes say, as its sender says while it is fetched. size_bytes: null until it is here.
    """

    file_id: str
    name: str
    media_type: str
    size_bytes: int | None
    state: Literal["fetching", "stored", "failed"]


class MailHead(Record, frozen=True, kw_only=True):
    """What stands above a mail. Addresses are without names.

    sender: empty for ours. answer_to: where an answer goes. copies: who else is in it, ours left out. forwarded_by: who
    sent us this mail of somebody else; comment: what they wrote above it. notes: what was too much and is in the
    original only (docs/email.md). original: it can be looked at, at /api/mails/<conversation_id>/<n>. automatic: a
    machine wrote it; silent: none may answer.
    """

    subject: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    answer_to: str = ""
    copies: tuple[str, ...] = ()
    forwarded_by: str = ""
    comment: str = ""
    notes: tuple[str, ...] = ()
    original: bool = False
    automatic: bool = False
    silent: bool = False


class MailTo(Record, frozen=True, kw_only=True):
    """Whom an answer by e-mail goes to. to: empty: to whom wrote last. subject: empty: that of the thread."""

    to: str = ""
    cc: tuple[str, ...] = ()
    subject: str = ""


class MessageExtra(Record, frozen=True, kw_only=True):
    """What few messages have.

    sent_at: by the clock of the channel's provider, where that is known. placeholder: what kind of thing it was that
    has no text of its own (sticker, location …); the text then describes it. edited_at, deleted_at: its author changed
    it, or took it back. place: a geo: URI. mail: by e-mail only. quick_replies: answers offered beside it, to be said
    as they stand.
    """

    sent_at: Ms | None = None
    placeholder: str = ""
    place: str = ""
    edited_at: Ms | None = None
    deleted_at: Ms | None = None
    files: tuple[File, ...] = ()
    mail: MailHead | None = None
    quick_replies: tuple[str, ...] = ()


class Delivery(Record, frozen=True, kw_only=True):
    """How far a message is on its way to the customer's channel. reason: why it is parked, failed or tried again."""

    state: Literal["waiting", "sending", "sent", "delivered", "read", "failed", "parked"]
    reason: str = ""


class Message(Record, frozen=True, kw_only=True):
    """One entry of a conversation. n: its place in it, from 1, without gaps for staff.

    Notes are for staff only: customers never receive them and see a gap in `n` there.
    client_id: what the author's client called it, so that a repeated send is the same message.
    text of kind `system` is a word of SYSTEM_WORDS, shown in the reader's language, with author_name beside it.
    """

    conversation_id: str
    n: int
    kind: Literal["text", "note", "system"]
    author: Author
    author_id: str
    author_name: str
    text: str
    client_id: str
    at: Ms
    extra: MessageExtra | None = None
    delivery: Delivery | None = None
    """null: it needs no provider to get there."""


class Receipts(Record, frozen=True, kw_only=True):
    """Up to which `n` each side has got and read the other's messages."""

    customer_delivered_n: int
    customer_read_n: int
    agent_delivered_n: int
    agent_read_n: int


class CustomerCard(Record, frozen=True, kw_only=True):
    customer_id: str
    name: str
    email: str
    language: str


class TemplateChoice(Record, frozen=True, kw_only=True):
    """A message the provider has approved; {1}, {2} … in the text are variables."""

    name: str
    label: str
    language: str
    text: str


class ChannelCan(Record, frozen=True, kw_only=True):
    """What the channel of a conversation carries.

    media_types: patterns like image/*; empty: no files. reply_window_ms: how long after the customer's last message
    free text can be sent, later only templates; null: always. quick_replies: most buttons beside a message.
    """

    text_chars: int
    media_types: list[str]
    media_bytes: int
    reply_window_ms: Ms | None
    templates: list[TemplateChoice]
    quick_replies: int
    receipts: list[str]


class Conversation(Record, frozen=True, kw_only=True):
    """A conversation with its newest messages, oldest of them first. more: there are older ones.

    can: null where the channel is ours. address: the customer as the channel names them.
    """

    conversation_id: str
    channel: Channel
    account: str
    state: Literal["open", "closed"]
    department: str
    language: str
    page_url: str
    started_at: Ms
    closed_at: Ms | None
    last_n: int
    receipts: Receipts
    messages: list[Message]
    more: bool
    rating: int | None
    address: str = ""
    can: ChannelCan | None = None


class WorkItem(Record, frozen=True, kw_only=True):
    """What an agent needs to see of a work item before and while working on it."""

    work_item_id: str
    conversation_id: str
    channel: Channel
    queue: str
    customer: CustomerCard
    language: str
    requirements: list[str]
    priority: int
    weight: Units
    enqueued_at: Ms
    preview: str
    """The customer's first words, at most 200 characters."""
    phone: str = ""
    """Where the customer waits to be called."""
    tries: int = 0
    """How often that was tried and nobody answered."""
    interruptible: bool = False
    """It fills the second pool of units: other work may interrupt it."""


class Why(Record, frozen=True, kw_only=True):
    """Why this agent: facts, put into words by the client in the agent's language."""

    model: ChoiceModel
    waited_ms: Ms
    matched: list[str]
    """Requirements the agent meets, `skill≥level`; none of what came by hand."""
    attempt: int
    transferred_by: str | None
    """Name of the colleague who handed it over; the agent's own when they took it."""


class Offer(Record, frozen=True, kw_only=True):
    offer_id: str
    work_item: WorkItem
    expires_at: Ms
    ring_ms: Ms
    why: Why
    auto: bool = False
    """To be accepted by the client itself, after a warning; a person may still decline it."""


class Assignment(Record, frozen=True, kw_only=True):
    """An accepted work item, the agent's until it is completed, transferred or cancelled.

    units: what it holds now; less than its weight once it was paused, until its customer writes again.
    wrap_up_until: the deadline while in wrap-up.
    """

    work_item: WorkItem
    units: Units
    state: Literal["assigned", "paused", "wrap_up"]
    accepted_at: Ms
    wrap_up_until: Ms | None
    conversation: Conversation
    customer_online: bool
    why: Why | None = None
    """As its offer said."""


class StatusChoice(Record, frozen=True, kw_only=True):
    name: str
    label: str
    productive: bool
    icon: str
    channels: list[Channel]


class QueueName(Record, frozen=True, kw_only=True):
    name: str
    label: str


class DispositionName(Record, frozen=True, kw_only=True):
    name: str
    label: str


class Me(Record, frozen=True, kw_only=True):
    """The signed-in person."""

    agent_id: str
    name: str
    email: str
    role: Literal["agent", "supervisor", "admin"]
    team: str
    language: str
    status: str
    status_since: Ms
    status_reason: str
    reachability: Reachability
    units_held: Units
    units_limit: Units
    skills: dict[str, int]
    queues: list[str]
    interruptible_limit: Units = 0
    """Of interruptible work, beside the limit for the rest; units_held is without it."""
    status_by: str | None = None
    """Name of the supervisor who set the status."""
    next_status: str = ""
    """Taken when the last item in hand ends; empty: none is planned."""


class Colleague(Record, frozen=True, kw_only=True):
    """Somebody an item can be transferred to."""

    agent_id: str
    name: str
    team: str
    status: str
    reachability: Reachability


class BoardWork(Record, frozen=True, kw_only=True):
    """weight: units it holds now. interrupted: its agent has work in hand that goes before it."""

    work_item_id: str
    channel: Channel
    queue: str
    state: Literal["offered", "assigned", "paused", "wrap_up"]
    since: Ms
    weight: Units
    interrupted: bool = False


class BoardAgent(Record, frozen=True, kw_only=True):
    """units_held is above units_limit when work was given or picked by hand; interruptible work is counted apart."""

    agent_id: str
    name: str
    team: str
    status: str
    status_since: Ms
    reachability: Reachability
    units_held: Units
    units_limit: Units
    skills: dict[str, int]
    channels: list[Channel]
    """Channels the agent may work on."""
    work: list[BoardWork]
    status_by: str | None = None
    next_status: str = ""
    draining: str | None = None
    """The item that waits too long and for which the agent takes nothing else."""
    ramping: bool = False
    """Just back: gets one new item at a time until half full."""
    interruptible_held: Units = 0
    interruptible_limit: Units = 0
    queues: list[str] = field(default_factory=list)
    backup: list[str] = field(default_factory=list)
    """Queues they help out in."""


class ToldWaits(Record, frozen=True, kw_only=True):
    """How right the expected waits were that the last `count` customers were told who waited and were answered.

    bias_ms: told minus waited, on average. within_p90: share (0–1) who waited no longer than the longest told.
    """

    count: int
    bias_ms: Ms
    mean_abs_ms: Ms
    within_p90: float


class BoardAlert(Record, frozen=True, kw_only=True):
    """An item that waits or rings and that a supervisor should look at.

    refusals: how often it was refused, if that is too often. missing: nobody could ever take it, whoever signs in: what
    the nearest lacks; else empty.
    """

    work_item_id: str
    enqueued_at: Ms
    refusals: int
    missing: list[Obstacle]


class BoardQueue(Record, frozen=True, kw_only=True):
    """One queue now.

    waiting_by_age: counts of waiting items by age: under 30 s, 60 s, 120 s, 300 s, older.
    service_level: share (0–1) of today's items by the policy's variant; null without data.
    expected_wait_ms: for an item arriving now; null when unknown.
    """

    name: str
    label: str
    waiting: int
    offered: int
    in_progress: int
    longest_enqueued_at: Ms | None
    waiting_by_age: list[int]
    expected_wait_ms: Ms | None
    told_waits: ToldWaits | None
    service_level: float | None
    service_level_ms: Ms
    service_level_variant: Variant
    answered: int
    abandoned: int
    paused: int
    """Of those in progress: whose customers are to write again."""
    alerts: int
    """Waiting or ringing items that somebody should look at; the first 20 are in `alerted`."""
    agents_eligible: int
    """Signed in and member of the queue."""
    agents_free: int
    """Of those, with room and a status that lets them take an item now."""
    alerted: list[BoardAlert] = field(default_factory=list)
    open: bool = True
    switched: Literal["", "open", "closed"] = ""
    """By a supervisor's hand, whatever its hours say."""
