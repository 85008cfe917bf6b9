"""Live state of one agent and one work item, as the store keeps it and the reference model has it.

The store functions pack these as msgpack maps with the same field names; what has its default is left out there.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from router.core.words import (
    AgentId,
    Channel,
    DeviceId,
    ItemState,
    LaneId,
    Ms,
    PlanId,
    ProfileId,
    Reachability,
    Units,
    WorkItemId,
)


class Ringing(msgspec.Struct, frozen=True, array_like=True):
    """A pending offer of an item to one agent; its id is `<item>:<attempt>`."""

    attempt: int
    expires_at: Ms


class Preference(NamedTuple):
    """An item waits for this agent alone for some time; regardless: of their skills and queues."""

    agent: AgentId
    wait_ms: Ms
    regardless: bool = False


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One open work item. Queue, channel and weight are its lane's."""

    lane: LaneId
    """Of the step of its plan at which it is."""
    plan: PlanId | None = None
    """None: it asks for the same for ever."""
    step: int = 0
    """Of the plan, from 0; it only grows."""
    state: ItemState
    score: int
    """Place in line, smallest first; ties by item id."""
    enqueued_at: Ms
    attempt: int = 0
    """How many offers were made of it."""
    ringing: dict[AgentId, Ringing] = {}
    """Its pending offers, one at most of each agent."""
    agent: AgentId | None = None
    """Who holds it."""
    taken: int = 0
    """The attempt by whose offer they hold it."""
    over_at: Ms = 0
    """When the last of its offers that are over ended."""
    direct: bool = False
    """The pending offer is to this very agent, by hand."""
    paused_units: Units | None = None
    """What it holds since it was paused, in place of its lane's weight and of a place among its channel's items."""
    until: Ms = 0
    """When its wrap-up ends at the latest."""
    preferred: AgentId | None = None
    """Whom it waits for or is offered to, nobody else, until preferred_until."""
    preferred_until: Ms = 0
    regardless: bool = False
    """The preferred agent need neither have its skills nor be a member of its queue."""
    drain_at: Ms = 0
    """When it will have waited too long, while it waits."""
    overdue: bool = False
    """It has waited too long: an agent may drain for it."""
    drained_by: AgentId | None = None
    """Who takes nothing else until it fits."""
    overflow: str = ""
    """The last action of an overflow of its queue, for its customer."""
    alone: bool = False
    """It overflowed as nobody was signed in."""
    excluded: dict[AgentId, Ms] = {}
    """Agents it is not offered to now, until when; 0: for good."""
    refusals: dict[AgentId, int] = {}
    """How often each agent declined it or let it expire."""


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as matching sees them."""

    profile: ProfileId
    limit: Units
    reachability: Reachability = "gone"
    status: str = "offline"
    status_by: AgentId | None = None
    """The supervisor who set the status; None: the agent did, or a rule."""
    next_status: str = ""
    """Taken when the last held item ends; until then nothing comes that it does not allow. Empty unless one is held."""
    ramping: bool = False
    """Came back and is not half full yet: gets one new item at a time."""
    ramp_until: Ms = 0
    """Nothing new comes before, as something came lately; 0: it may."""
    draining: WorkItemId | None = None
    """The item that waits too long and for which they take nothing else."""
    idle_since: Ms = 0
    """End of the last handled item, or the first sign-in. 0: never signed in."""
    used: Units = 0
    """Weights of the held items and the pending offers together; interruptible ones count apart."""
    used_interruptible: Units = 0
    offered_at: Ms = 0
    """When the last offer was made to them."""
    counts: dict[Channel, int] = {}
    """Held items and the pending offers, by channel; no zeros."""
    items: list[WorkItemId] = []
    """Held items (assigned or in wrap-up), oldest first."""
    paused: list[WorkItemId] = []
    """Held items whose customers are to write again, the one paused first first."""
    offers: list[WorkItemId] = []
    """Items whose offers ring, oldest offer first."""
    wrapping: int = 0
    """How many of the held items are in wrap-up."""
    devices: dict[DeviceId, str] = {}
    """Open devices and the node each is connected to."""
