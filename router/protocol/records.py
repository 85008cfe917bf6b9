"""Shapes that messages share."""

from __future__ import annotations

from typing import Literal

from router.core.service_level import Variant
from router.core.words import Channel, ChoiceModel, Ms, Reachability, Units
from router.protocol.base import Record

SYSTEM_WORDS = ("agent.joined", "agent.left", "transferred", "conversation.ended")
"""agent.joined, agent.left: author is the agent. transferred: who handed over. conversation.ended: who ended it."""

Author = Literal["customer", "agent", "bot", "system"]


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


class Conversation(Record, frozen=True, kw_only=True):
    """A conversation with its newest messages, oldest of them first. more: there are older ones."""

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


class Why(Record, frozen=True, kw_only=True):
    """Why this agent: facts, put into words by the client in the agent's language."""

    model: ChoiceModel
    waited_ms: Ms
    matched: list[str]
    """Requirements the agent meets, `skill≥level`."""
    attempt: int
    transferred_by: str | None
    """Name of the colleague who handed it over."""


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

    paused: it holds less until its customer writes again. wrap_up_until: the deadline while in wrap-up.
    """

    work_item: WorkItem
    state: Literal["assigned", "paused", "wrap_up"]
    accepted_at: Ms
    wrap_up_until: Ms | None
    conversation: Conversation
    customer_online: bool


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
    """weight: units it holds now."""

    work_item_id: str
    channel: Channel
    queue: str
    state: Literal["offered", "assigned", "paused", "wrap_up"]
    since: Ms
    weight: Units


class BoardAgent(Record, frozen=True, kw_only=True):
    """units_held is above units_limit when work was given or picked by hand."""

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


class ToldWaits(Record, frozen=True, kw_only=True):
    """How right the expected waits were that the last `count` customers were told who waited and were answered.

    bias_ms: told minus waited, on average. within_p90: share (0–1) who waited no longer than the longest told.
    """

    count: int
    bias_ms: Ms
    mean_abs_ms: Ms
    within_p90: float


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
    """Waiting or ringing items that were refused so often that somebody should look at them."""
    agents_eligible: int
    """Signed in and member of the queue."""
    agents_free: int
    """Of those, with room and a status that lets them take an item now."""
