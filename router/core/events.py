"""Everything that can happen to items, offers and agents: the events the store functions write.

One stream per shard holds them in order, numbered without gaps. The functions write each as a msgpack map with
the field names below and the tag in `type`; the journal keeps them for good, gateways push from them, the board is
a fold over them. `at` is store time in ms.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from router.core.policy import OverflowAction, OverflowWhen
from router.core.words import (
    AgentId,
    Channel,
    ChoiceModel,
    ItemState,
    LaneId,
    Ms,
    OfferId,
    PlanId,
    ProfileId,
    Reachability,
    Units,
    WorkItemId,
)

QUEUE_CLOSED = "closed"
"""Reason of an item.closed: its queue closed and it was taken out of line; nobody left."""


PresenceReason = Literal[
    "sign_in",
    "chosen",
    "supervisor",
    "planned",
    "next",
    "missed_offer",
    "disconnected",
    "reconnected",
    "gone",
    "signed_out",
]
"""Why reachability or status of an agent changed."""


class RoutingEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    at: Ms


class ItemQueued(RoutingEvent, tag="item.queued", frozen=True, kw_only=True):
    """An item entered a queue's line: new, transferred, or given back because its agent is gone.

    score: its place; smallest first. enqueued_at: when its waiting began; kept over every return.
    An item that is offered at once in the same step still has this event first.
    """

    item: WorkItemId
    queue: str
    lane: LaneId
    channel: Channel
    weight: Units
    score: int
    enqueued_at: Ms
    reason: Literal["new", "transfer", "agent_gone", "resumed", "preferred_over", "rerouted", "overflow", "rebuild"]
    """resumed: the customer of a paused item wrote, and its agent could not take it up. preferred_over: it waited, or
    rang, for a preferred agent alone and is for all now. rerouted: it asks for something else, as the policy or what is
    known of it changed.
    """
    by: AgentId | None = None
    """Who transferred it."""
    from_agent: AgentId | None = None
    """Whose assignment ended with this (transfer, agent_gone, resumed)."""
    plan: PlanId | None = None
    """How what it asks changes with its age; None: not at all."""
    step: int = 0
    """Of the plan."""
    preferred: AgentId | None = None
    """The agent it waits for alone at first."""
    preferred_until: Ms = 0
    regardless: bool = False
    """Of the preferred agent's skills and queues."""


class ItemOverflow(RoutingEvent, tag="item.overflow", frozen=True, kw_only=True):
    """An item's queue is no good for it now, by a rule of the queue; where it goes follows, if it goes anywhere.

    queue: that it overflowed from. fact: what `when` counts: ms of age or of nobody signed in, waiting items, ms
    expected.
    """

    item: WorkItemId
    queue: str
    when: OverflowWhen
    action: OverflowAction
    fact: int = 0


class ItemRelaxed(RoutingEvent, tag="item.relaxed", frozen=True, kw_only=True):
    """A waiting item has come to a later step of its plan: it asks for something else now, maybe in another queue."""

    item: WorkItemId
    plan: PlanId
    step: int
    queue: str
    lane: LaneId
    channel: Channel
    weight: Units
    score: int
    enqueued_at: Ms


class Match(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What decided that this agent was offered the item, as it was then."""

    model: ChoiceModel
    step: int = 0
    """Of the item's plan, the first at which the agent could take it."""
    idle_since: Ms
    used: Units
    """Of the pool the item takes its units from; limit: the same."""
    limit: Units


class OfferCreated(RoutingEvent, tag="offer.created", frozen=True, kw_only=True):
    offer: OfferId
    item: WorkItemId
    agent: AgentId
    queue: str
    lane: LaneId
    channel: Channel
    weight: Units
    expires_at: Ms
    enqueued_at: Ms
    attempt: int
    """1 for the first offer of the item."""
    direct: bool = False
    """To this very agent by hand; may exceed the agent's limit."""
    by: AgentId | None = None
    """Who transferred, assigned or picked it, when direct. The agent themselves: accepted by the next event."""
    from_agent: AgentId | None = None
    """Whose assignment ends with this."""
    auto: bool = False
    """To be accepted by the agent's client itself."""
    why: Match | None = None
    """None in events of before it was told."""
    brief: bytes = b""
    """What the intake put beside the item, opaque to the store."""


class OfferAccepted(RoutingEvent, tag="offer.accepted", frozen=True, kw_only=True):
    """picked: taken by hand; its offer was made in the same step and rang nowhere."""

    offer: OfferId
    item: WorkItemId
    agent: AgentId
    picked: bool = False


class OfferDeclined(RoutingEvent, tag="offer.declined", frozen=True, kw_only=True):
    """The item waits again at its old place, unless it still rings elsewhere or the next event offers it.

    ringing: at how many others it rings (so too for the two below).
    """

    offer: OfferId
    item: WorkItemId
    agent: AgentId
    reason: str = ""
    ringing: int = 0


class OfferExpired(RoutingEvent, tag="offer.expired", frozen=True, kw_only=True):
    offer: OfferId
    item: WorkItemId
    agent: AgentId
    ringing: int = 0


class OfferRescinded(RoutingEvent, tag="offer.rescinded", frozen=True, kw_only=True):
    """Taken back without fault of the agent.

    cancelled: the item is closed in this step. taken: another agent has it by this step. moved: it was given to
    another by hand.
    """

    offer: OfferId
    item: WorkItemId
    agent: AgentId
    reason: Literal["status", "disconnected", "profile", "cancelled", "taken", "moved"]
    ringing: int = 0


class ItemAlert(RoutingEvent, tag="item.alert", frozen=True, kw_only=True):
    """Agents have refused the item so often that a supervisor should look at it."""

    item: WorkItemId
    refusals: int


class ItemPaused(RoutingEvent, tag="item.paused", frozen=True, kw_only=True):
    """The item stays its agent's and holds only these units until its customer writes again.

    offer: by which the agent holds it (so too for the two below).
    """

    item: WorkItemId
    agent: AgentId
    units: Units
    offer: OfferId


class ItemResumed(RoutingEvent, tag="item.resumed", frozen=True, kw_only=True):
    """Its agent works on it again; it holds its whole weight."""

    item: WorkItemId
    agent: AgentId
    offer: OfferId


class WrapUpStarted(RoutingEvent, tag="item.wrap_up", frozen=True, kw_only=True):
    item: WorkItemId
    agent: AgentId
    until: Ms
    offer: OfferId = OfferId("")


class ItemClosed(RoutingEvent, tag="item.closed", frozen=True, kw_only=True):
    """The end of a work item. agent: whose assignment ended with it, if any."""

    item: WorkItemId
    outcome: Literal["completed", "cancelled"]
    state: ItemState
    """Where it was when it ended: cancelled while waiting is an abandonment."""
    agent: AgentId | None = None
    disposition: str = ""
    reason: str = ""

    @property
    def customer_left(self) -> bool:
        """Nobody had done with it: an abandonment, if nobody had answered."""
        return self.outcome == "cancelled" and self.reason != QUEUE_CLOSED


class AgentPresence(RoutingEvent, tag="agent.presence", frozen=True, kw_only=True):
    """Reachability, status or next status of an agent changed; all are given as they are now.

    planned: a next status was chosen, or given up. next: it became the status, as the last held item ended.
    """

    agent: AgentId
    reachability: Reachability
    status: str
    reason: PresenceReason
    by: AgentId | None = None
    next_status: str = ""


class AgentProfile(RoutingEvent, tag="agent.profile", frozen=True, kw_only=True):
    agent: AgentId
    profile: ProfileId
    limit: Units


class AgentDraining(RoutingEvent, tag="agent.draining", frozen=True, kw_only=True):
    """The agent takes nothing but this item, which has waited too long, until it fits. for_item: None: no longer."""

    agent: AgentId
    for_item: WorkItemId | None = None


class AlarmRang(RoutingEvent, tag="alarm.rang", frozen=True, kw_only=True):
    """Something beside routing asked to be looked at now. It rings again until it is set to another time, or off."""

    alarm: str


class StoreRebuilt(RoutingEvent, tag="store.rebuilt", frozen=True, kw_only=True):
    """All live state was made anew from the journal; readers fetch theirs anew."""

    epoch: str


Event = (
    ItemQueued
    | ItemOverflow
    | ItemRelaxed
    | OfferCreated
    | OfferAccepted
    | OfferDeclined
    | OfferExpired
    | OfferRescinded
    | ItemAlert
    | ItemPaused
    | ItemResumed
    | WrapUpStarted
    | ItemClosed
    | AgentPresence
    | AgentProfile
    | AgentDraining
    | AlarmRang
    | StoreRebuilt
)
