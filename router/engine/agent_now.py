"""One agent of the board: what they have in hand, whether they are free, and the card that shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from router.core.expected_wait import ExpectedWait
from router.core.model.obstacles import Obstacle
from router.core.policy import Policy, Supply
from router.core.words import AgentId, Channel, ItemState, Ms, PlanId, Reachability, Units, WorkItemId
from router.protocol.records import BoardAgent, BoardWork

NO_PLAN = PlanId("")


@dataclass(slots=True, kw_only=True)
class ItemNow:
    item: WorkItemId
    queue: str
    channel: Channel
    weight: Units
    enqueued_at: Ms
    state: ItemState
    since: Ms
    agent: AgentId | None = None
    """Who holds it."""
    ringing: tuple[AgentId, ...] = ()
    """To whom it is offered."""
    paused_units: Units | None = None
    """What it holds since it was paused; None: its weight."""
    refusals: int = 0
    """How often agents let it go, as far as an alert told."""
    plan: PlanId = NO_PLAN
    """What it asks, as time goes by."""
    missing: tuple[Obstacle, ...] = ()
    """What the nearest of all agents lacks, if nobody could ever take it."""
    answered: bool = False
    """Somebody had it before: it counts once."""
    at_once: bool = False
    """It was offered as it came."""
    told: ExpectedWait | None = None
    """What its customer was told when it came."""
    held_since: Ms | None = None
    """When the offer began that led to its agent; None: before this board."""

    @property
    def agents(self) -> tuple[AgentId, ...]:
        """On whose tiles it is shown."""
        return (self.agent,) if self.agent else self.ringing

    @property
    def units(self) -> Units:
        return self.weight if self.paused_units is None else self.paused_units

    @property
    def alerts(self) -> bool:
        """Whether somebody should look at it."""
        return (self.refusals > 0 or bool(self.missing)) and self.agent is None


@dataclass(slots=True, kw_only=True)
class AgentNow:
    """since: when the status was taken."""

    agent: AgentId
    status: str
    since: Ms
    reachability: Reachability
    reason: str = ""
    """Of the last change of status or reachability."""
    draining: WorkItemId | None = None
    status_by: AgentId | None = None
    next_status: str = ""
    ramping: bool = False
    """Came back and is not half full yet."""
    work: dict[WorkItemId, ItemNow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """What the board shows of an agent beside their state."""

    name: str
    team: str
    supply: Supply


# ---------------------------------------------------------------- attention


def may_be_interrupted(policy: Policy, item: ItemNow) -> bool:
    """Whether the item fills the second pool of its agent's units."""
    queue, channel = policy.queues.get(item.queue), policy.channels.get(item.channel)
    if queue is not None and queue.interruptible is not None:
        return queue.interruptible
    return channel is not None and channel.interruptible


def used(policy: Policy, now: AgentNow, *, interruptible: bool) -> Units:
    """Units of one of the two pools in use."""
    return sum(item.units for item in now.work.values() if may_be_interrupted(policy, item) is interruptible)


def is_free(policy: Policy, now: AgentNow, supply: Supply) -> bool:
    """Whether some channel's work would fit: the rule of the store without skills, exclusions and ramp-up."""
    status = policy.statuses.get(now.status)
    if status is None or now.draining:
        return False
    ringing, held = 0, dict[Channel, int]()
    room = {False: supply.limit, True: policy.interruptible_limit}
    for item in now.work.values():
        if item.state == "wrap_up":
            return False
        ringing += item.state == "offered"
        room[may_be_interrupted(policy, item)] -= item.units
        if item.paused_units is None:
            held[item.channel] = held.get(item.channel, 0) + 1
    if ringing >= policy.offers.pacing:
        return False
    allowed = status.channels & policy.statuses.get(now.next_status, status).channels
    return any(
        channel in allowed and held.get(channel, 0) < at_most and rule.weight <= room[rule.interruptible]
        for channel, at_most in supply.at_most.items()
        if (rule := policy.channels.get(channel)) is not None and _goes_beside(policy, channel, held)
    )


def _goes_beside(policy: Policy, channel: Channel, held: Iterable[Channel]) -> bool:
    """Whether all that is held allows the channel beside it."""
    rules = policy.channels
    return all(other == channel or other not in rules or channel in rules[other].beside for other in held)


def ramps(policy: Policy, before: str, status: str, *, already: bool) -> bool:
    """Whether an agent who takes the status after the other begins to ramp up, or still does."""
    if not _works(policy, status):
        return False
    return already if _works(policy, before) else policy.presence.ramp_ms > 0


def _works(policy: Policy, status: str) -> bool:
    known = policy.statuses.get(status)
    return known is not None and bool(known.channels)


def interrupted(policy: Policy, now: AgentNow) -> frozenset[WorkItemId]:
    """Interruptible items in hand beside work that goes before them."""
    in_hand = [item for item in now.work.values() if item.state == "assigned"]
    kept = frozenset(item.item for item in in_hand if may_be_interrupted(policy, item))
    return kept if len(kept) < len(in_hand) else frozenset()


# ---------------------------------------------------------------- the card


def card(policy: Policy, now: AgentNow, person: Person, *, status_by: str | None) -> BoardAgent:
    """status_by: the name of the supervisor who set the status."""
    waits = interrupted(policy, now)
    supply = person.supply
    return BoardAgent(
        agent_id=now.agent,
        name=person.name,
        team=person.team,
        status=now.status,
        status_since=now.since,
        reachability=now.reachability,
        units_held=used(policy, now, interruptible=False),
        units_limit=supply.limit,
        skills=dict(supply.skills),
        channels=sorted(supply.at_most),
        work=[_work(item, interrupted=item.item in waits) for item in now.work.values()],
        status_by=status_by,
        next_status=now.next_status,
        draining=now.draining,
        ramping=now.ramping,
        interruptible_held=used(policy, now, interruptible=True),
        interruptible_limit=policy.interruptible_limit,
        queues=sorted(supply.queues),
        backup=sorted(supply.backup),
    )


def _work(item: ItemNow, *, interrupted: bool) -> BoardWork:
    state = item.state if item.state in ("offered", "assigned", "paused", "wrap_up") else "assigned"
    return BoardWork(
        work_item_id=item.item,
        channel=item.channel,
        queue=item.queue,
        state=state,
        since=item.since,
        weight=item.units,
        interrupted=interrupted,
    )
