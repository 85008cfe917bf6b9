"""From policy to data the store can match on: lanes, profiles, classes and eligibility.

Lanes and profiles are immutable and named by their content, so any node compiles the same demand to the same lane and
an old definition never changes under a waiting item. Whether a profile may serve a lane follows from the two
definitions alone; `eligible` here and in `store/functions/definitions.lua` are twins.
What may change under waiting items (ring time, wrap-up, grace …) is in `Settings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from math import inf

import msgspec

from router.core.agent_condition import TRUE, AgentCondition, Value, dynamic_part, holds, static_part
from router.core.demands import concerns
from router.core.policy import (
    Demand,
    Direction,
    OrderBy,
    OverflowAction,
    OverflowWhen,
    Policy,
    Queue,
    Requirement,
    Supply,
)
from router.core.words import CHANNELS, Channel, ChoiceModel, LaneId, Ms, PlanId, ProfileId, Units

Needs = tuple[tuple[str, int], ...]

VISITED: Channel = "webchat"
"""The channel whose customers wait in an open page; nodes tell while it is connected."""
OFFLINE = "offline"
"""The status of an agent who is gone; it allows no channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One distinct demand. needs: sets of (skill, least level), by skill; any one of them is enough."""

    queue: str
    channel: Channel
    weight: Units
    model: ChoiceModel
    needs: tuple[Needs, ...] = ((),)
    backup: bool = False
    """Agents for whom the queue is a backup may serve it too."""
    interruptible: bool = False
    """Its items fill the second pool of units, beside work that is not interruptible."""
    order: tuple[OrderBy, ...] = ()
    """Agents are chosen by these attributes before the model decides; who lacks one is last, both ways."""
    where: AgentCondition = TRUE
    """What attributes an agent must have."""
    beside: AgentCondition = TRUE
    """What else an agent may be doing; also on attributes and capacities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """From this age on an item waits in the lane.

    first: number of the step whose agents are asked first, then those of the steps after it up to this one; all of
        them may serve this step's lane too.
    """

    at_ms: Ms
    lane: LaneId
    first: int
    credit_ms: Ms = 0
    action: OverflowAction | None = None
    """The overflow that coming to this step is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An overflow that does not go by age. plan: what the item follows from then on; None: the same as before."""

    when: OverflowWhen
    least: int
    action: OverflowAction
    plan: PlanId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A demand that changes with waiting: steps by age, the first at 0, and moves; two steps at least, or a move."""

    steps: tuple[PlanStep, ...]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One distinct supply. queues: in order, without repeats."""

    queues: tuple[str, ...]
    channels: Mapping[Channel, int]
    """How many items of each channel an agent holds at most; channels not served are absent."""
    skills: Mapping[str, int]
    backup: tuple[str, ...] = ()
    """Queues served only where a lane says so; in order, without repeats and without those above."""
    interruptible_limit: Units = 100
    """Units of interruptible work, beside the agent's limit for the rest."""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    """Path → value in normal form, of what conditions and orders of the policy speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    wrap_up_ms: Ms
    ring_ms: Mapping[Channel, Ms]
    ring_agents: int = 1
    """At how many agents an item rings at once; the first to accept has it."""
    drain_after_ms: Ms = 0
    """When an item has waited for so long, an agent of whom it takes half or more takes nothing else; 0: never."""
    auto_accept: bool = False
    """Its offers are accepted by the clients of their agents."""
    paused_units: Mapping[Channel, Units] = field(default_factory=dict)
    """What a paused item holds; of channels that are missing: nothing."""
    deserted_after_ms: Mapping[Channel, Ms] = field(default_factory=dict)
    """How long nobody is signed in for the queue and a channel until its items overflow; absent: for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the transitions need to know of the policy beside lanes and profiles; one set per shard."""

    statuses: Mapping[str, tuple[Channel, ...]]
    """The channels each presence status allows."""
    queues: Mapping[str, QueueSettings]
    sign_in_status: str
    missed_status: str
    grace_ms: Ms
    gone_boost_ms: Ms
    cooldown_ms: Ms
    ring_ms: Ms = 20_000
    """For a queue or channel not named in `queues`."""
    wrap_up_ms: Ms = 0
    """For a queue not named in `queues`."""
    ramp_ms: Ms = 0
    """An agent who came back gets at most one new item in this time until they are half full; 0: no such limit."""
    visit_ms: Mapping[Channel, Ms] = field(default_factory=dict)
    """How long an item of the channel waits without a sign that its customer is still there; absent: for ever."""
    pacing: int = 1
    """How many offers ring at one agent at once."""
    beside: Mapping[Channel, tuple[Channel, ...]] = field(default_factory=dict)
    """The other channels an agent may be offered while holding items of a channel; absent: all."""
    alert_after: int = 3
    """After how many refusals of an item somebody should look at it; 0: never."""


def class_of(lane: Lane) -> str:
    """Name what must be equal for the heads of two lanes to be comparable in one index."""
    name = f"{lane.channel}:{lane.weight}:{pool_order(lane)}"
    if lane.interruptible:
        name += ":interruptible"
    return name if lane.beside == TRUE else f"{name}:{_digest(lane.beside)}"


def pool_order(lane: Lane) -> ChoiceModel:
    """How agents of one profile are ordered for the lane; what ranks profiles orders none of them."""
    return "longest_idle" if lane.model == "best_fit" else lane.model


def eligible(lane: Lane, profile: Profile) -> bool:
    """Whether agents of the profile may ever be offered items of the lane."""
    return (
        (lane.queue in profile.queues or (lane.backup and lane.queue in profile.backup))
        and lane.channel in profile.channels
        and any(_meets(profile, needs) for needs in lane.needs)
        and holds(lane.where, profile.attributes, {}, {})
    )


def fit(lane: Lane, profile: Profile) -> tuple[float, ...]:
    """What ranks the profile for the lane, best first: its attributes in the order asked, then its surplus of skills.

    The surplus counts in best_fit: skills beyond those asked, then levels beyond; of several sets of which one will do,
    beside the one the profile meets most closely.
    """
    attributes = tuple(_place_by(profile.attributes.get(path), direction) for path, direction in lane.order)
    if lane.model != "best_fit":
        return attributes
    surpluses = [_surplus(profile, needs) for needs in lane.needs if _meets(profile, needs)]
    return attributes + min(surpluses, default=(0, 0))


def _place_by(value: Value, direction: Direction) -> float:
    if isinstance(value, bool) or not isinstance(value, int):
        return inf
    return -value if direction == "desc" else value


def _surplus(profile: Profile, needs: Needs) -> tuple[int, int]:
    asked = dict(needs)
    levels = sum(profile.skills.get(skill, 0) - level for skill, level in needs)
    return sum(skill not in asked for skill in profile.skills), levels


def _meets(profile: Profile, needs: Needs) -> bool:
    return all(profile.skills.get(skill, 0) >= level for skill, level in needs)


def lane_of(demand: Demand) -> Lane:
    """Compile what a demand asks at first; of two levels asked of one skill the higher counts."""
    return Lane(
        queue=demand.queue,
        channel=demand.channel,
        weight=demand.weight,
        model=demand.model,
        needs=_weakest(_needs([*demand.requirements, *more]) for more in demand.alternatives or ((),)),
        backup=demand.backup,
        interruptible=demand.interruptible,
        order=demand.order,
        where=static_part(demand.condition),
        beside=dynamic_part(demand.condition),
    )


def _needs(requirements: Iterable[Requirement]) -> Needs:
    levels: dict[str, int] = {}
    for requirement in requirements:
        levels[requirement.skill] = max(requirement.level, levels.get(requirement.skill, 0))
    return tuple(sorted(levels.items()))


def _weakest(alternatives: Iterable[Needs]) -> tuple[Needs, ...]:
    """In order, without those that ask at least as much as another."""
    every = sorted(set(alternatives))
    return tuple(needs for needs in every if not any(needs != other and _implies(needs, other) for other in every))


def _implies(needs: Needs, other: Needs) -> bool:
    levels = dict(needs)
    return all(levels.get(skill, 0) >= level for skill, level in other)


def attends(profile: Profile, queue: str, channel: Channel, allowed: Iterable[Channel]) -> bool:
    """Whether somebody of the profile, in a status that allows these channels, is there for the queue and channel."""
    serves = queue in profile.queues or queue in profile.backup
    return serves and channel in profile.channels and channel in allowed


def plan_of(demand: Demand) -> tuple[Plan, tuple[Lane, ...]]:
    """Compile a demand with all it asks later; its lanes by step, and a plan of one step where nothing changes.

    A step that changes nothing is left out.
    """
    steps, lanes = _steps_of(demand)
    moves = tuple(
        Move(
            when=other.when,
            least=other.least,
            action=other.action,
            plan=named_plan(other.demand)[0] if other.demand is not None else None,
        )
        for other in demand.elsewhere
    )
    return Plan(steps=steps, moves=moves), lanes


def _steps_of(demand: Demand) -> tuple[tuple[PlanStep, ...], tuple[Lane, ...]]:
    lanes = [lane_of(demand)]
    steps = [PlanStep(at_ms=0, lane=lane_id(lanes[0]), first=0)]
    for later in sorted(demand.later, key=lambda later: later.at_ms):
        lane = lane_of(later.demand)
        keeps = later.keeps and _same_but_needs(lanes[-1], lane)
        if keeps:
            lane = _widened(lanes[-1], lane)
        first = steps[-1].first if keeps else len(steps)
        if later.at_ms <= steps[-1].at_ms:  # nobody is at the step before
            lanes.pop()
            steps.pop()
            first = min(first, len(steps))
        step = PlanStep(
            at_ms=max(0, later.at_ms),
            lane=lane_id(lane),
            first=first,
            credit_ms=later.credit_ms,
            action=later.action,
        )
        if not steps or step.action or (step.lane, step.credit_ms) != (steps[-1].lane, steps[-1].credit_ms):
            lanes.append(lane)
            steps.append(step)
    return tuple(steps), tuple(lanes)


def _same_but_needs(before: Lane, lane: Lane) -> bool:
    """Whether the later lane can keep the agents of the one before: units, channel and conditions are the same."""
    return replace(before, needs=(), backup=False, model=lane.model, order=()) == replace(
        lane, needs=(), backup=False, order=()
    )


def _widened(before: Lane, lane: Lane) -> Lane:
    """The later lane, which all agents of the one before may serve too."""
    return replace(lane, needs=_weakest((*before.needs, *lane.needs)), backup=before.backup or lane.backup)


def profile_of(supply: Supply) -> Profile:
    """Compile a supply; a channel of which the agent takes none is not served."""
    return Profile(
        queues=tuple(sorted(supply.queues)),
        backup=tuple(sorted(supply.backup - supply.queues)),
        channels={channel: most for channel, most in sorted(supply.at_most.items()) if most > 0},
        skills=dict(sorted(supply.skills.items())),
        interruptible_limit=supply.interruptible_limit,
        attributes=dict(sorted(supply.attributes.items())),
    )


def settings_of(policy: Policy) -> Settings:
    """Take from a policy what the transitions need."""
    return Settings(
        statuses={name: tuple(sorted(status.channels)) for name, status in policy.statuses.items()} | {OFFLINE: ()},
        queues={
            name: QueueSettings(
                wrap_up_ms=queue.wrap_up_ms,
                ring_ms={c: queue.ring_ms.get(c, rule.ring_ms) for c, rule in policy.channels.items()},
                ring_agents=queue.ring_agents,
                drain_after_ms=queue.drain_after_ms,
                auto_accept=queue.auto_accept,
                paused_units={
                    c: queue.paused_weights.get(c, rule.paused_weight) for c, rule in policy.channels.items()
                },
                deserted_after_ms=_deserted_after_ms(queue, policy.channels),
            )
            for name, queue in policy.queues.items()
        },
        sign_in_status=policy.presence.sign_in_status,
        missed_status=policy.presence.missed_status,
        grace_ms=policy.presence.grace_ms,
        gone_boost_ms=policy.presence.gone_boost_ms,
        cooldown_ms=policy.offers.decline_cooldown_ms,
        ramp_ms=policy.presence.ramp_ms,
        visit_ms={VISITED: policy.presence.visitor_lease_ms + policy.presence.visitor_grace_ms},
        pacing=policy.offers.pacing,
        beside={
            name: tuple(sorted(rule.beside)) for name, rule in policy.channels.items() if not rule.beside >= {*CHANNELS}
        },
        alert_after=policy.offers.alert_after,
    )


def _deserted_after_ms(queue: Queue, channels: Iterable[Channel]) -> dict[Channel, Ms]:
    rules = [rule for rule in queue.overflows if rule.when == "nobody_signed_in"]
    first = {channel: next((rule for rule in rules if concerns(rule, channel)), None) for channel in channels}
    return {channel: rule.after_ms for channel, rule in first.items() if rule is not None}


def lane_id(lane: Lane) -> LaneId:
    return LaneId(_digest(lane))


@lru_cache(maxsize=16_384)
def named_plan(demand: Demand) -> tuple[PlanId, tuple[Lane | Plan, ...]]:
    """Compile a demand, remembered: every item has one, and few differ.

    Its id and the definitions it needs, in order; a plan of one step is that lane and has its id.
    """
    plan, lanes = plan_of(demand)
    if _is_lane(plan):
        return PlanId(lane_id(lanes[0])), lanes
    others = (named_plan(other.demand)[1] for other in demand.elsewhere if other.demand is not None)
    return plan_id(plan), (*dict.fromkeys(chain(lanes, *others)), plan)


def _is_lane(plan: Plan) -> bool:
    """Whether it asks for the same for ever."""
    return len(plan.steps) == 1 and not plan.moves


@lru_cache(maxsize=16_384)
def started_plan(demand: Demand, step: int) -> tuple[PlanId | None, LaneId, int]:
    """Plan, lane and step of an item at this step of its demand's plan, or at the last one there is."""
    plan, lanes = plan_of(demand)
    step = min(step, len(lanes) - 1)
    return None if _is_lane(plan) else plan_id(plan), plan.steps[step].lane, step


def plan_id(plan: Plan) -> PlanId:
    return PlanId(_digest(plan))


def profile_id(profile: Profile) -> ProfileId:
    return ProfileId(_digest(profile))


def _digest(definition: Lane | Plan | Profile | AgentCondition) -> str:
    """64 bits of content hash: a clash among 100,000 definitions has a chance below one in three thousand million."""
    return blake2b(msgspec.json.encode(definition, order="deterministic"), digest_size=8).hexdigest()
