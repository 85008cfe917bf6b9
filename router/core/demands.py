"""What a work item asks for in a queue, at first and as it waits.

Rules ask something of the item whatever queue it is in (a language); the queue asks something of its own. Both loosen
together. Ages count from the beginning of the waiting, in other queues too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

from router.core.agent_condition import tupled
from router.core.policy import (
    Alternatives,
    Demand,
    Elsewhere,
    Later,
    Overflow,
    OverflowAction,
    Policy,
    Queue,
    Relaxation,
    Requirement,
)
from router.core.words import Channel, Ms, Units

STRICT_CREDIT_MS: Ms = 100_000_000_000
"""Waiting that a point of priority is worth where the order is strict: three years."""
FIRST_CREDIT_MS: Ms = 2**51
"""Waiting credited at the ageing cap: more than any priority."""
NOTHING: frozenset[Requirement] = frozenset()
MOVES: tuple[OverflowAction, ...] = ("queue", "message", "case")
"""Overflows with which an item waits somewhere else or as something else."""
BECOMES: Mapping[OverflowAction, Channel] = {"message": "webform", "case": "email"}
CONCERNED: Mapping[OverflowAction, tuple[Channel, ...]] = {
    "message": ("webchat",),
    "case": ("webchat", "voice"),
    "callback": ("webchat", "voice"),
    "voicemail": ("voice",),
    "announce": ("webchat", "voice"),
}
"""Channels whose customers wait there, so that they can be told or asked something; absent: all."""


def point_credit_ms(policy: Policy, queue: str) -> Ms:
    """The waiting a point of priority is worth for items that come to the queue."""
    known = policy.queues.get(queue)
    return STRICT_CREDIT_MS if known is not None and known.order == "strict" else policy.priority_credit_ms


def demand_in(
    policy: Policy, queue: Queue, channel: Channel, asked: Alternatives = (NOTHING,), weight: Units | None = None
) -> Demand:
    """All that an item asks for that comes to the queue.

    asked: any one of these sets, of it whatever queue it is in. weight: of it whatever queue and channel say.
    """
    stays, told = _by_age(policy, queue, channel)
    ends = [stay.since for stay in stays[1:]]
    later: list[Later] = []
    for stay, until in zip(stays, [*ends, None], strict=True):
        for age in _ages(queue, stay, until, told):
            demand = _at(policy, stay.queue, stay.channel, asked, weight, age)
            comes = age == stay.since
            action = stay.action if comes else told.get(age)
            later.append(
                Later(at_ms=age, demand=demand, keeps=not comes, credit_ms=_credit_ms(queue, age), action=action)
            )
    first, *rest = later
    elsewhere = tuple(
        _elsewhere(policy, queue, channel, asked, weight, rule)
        for rule in queue.overflows
        if rule.when != "age" and concerns(rule, channel)
    )
    return replace(first.demand, later=tuple(rest), elsewhere=elsewhere)


class _Stay(NamedTuple):
    """Where an item is from an age on, as what, and by which overflow."""

    since: Ms
    queue: Queue
    channel: Channel
    action: OverflowAction | None


def _by_age(policy: Policy, came_to: Queue, channel: Channel) -> tuple[list[_Stay], dict[Ms, OverflowAction]]:
    """Where an item is as it waits, and what it is told at which age.

    In every queue it comes to, that queue's rules count from then on beside those of the queues before: only the ones
    whose age is still to come, or it would be sent on before anybody there could take it.
    """
    stays = [_Stay(0, came_to, channel, None)]
    ahead = _rules_of(came_to, channel, 0)
    seen, told = {came_to.name}, dict[Ms, OverflowAction]()
    while ahead:
        origin, rule = ahead.pop(0)
        here = stays[-1]
        if not concerns(rule, here.channel):
            continue
        if rule.action not in MOVES:
            told[rule.after_ms] = rule.action
            continue
        stay = _stay(policy, origin, here.channel, rule)
        if (stay.queue.name, stay.channel) == (here.queue.name, here.channel):
            continue
        stays.append(stay)
        if stay.queue.name not in seen:
            seen.add(stay.queue.name)
            ahead += _rules_of(stay.queue, stay.channel, stay.since)
            ahead.sort(key=_after_ms)
    return stays, told


def _rules_of(queue: Queue, channel: Channel, since: Ms) -> list[tuple[Queue, Overflow]]:
    """The queue's overflows by age that come after an age, the earliest first."""
    rules = [rule for rule in queue.overflows if rule.when == "age" and concerns(rule, channel)]
    return sorted(((queue, rule) for rule in rules if rule.after_ms > since), key=_after_ms)


def _after_ms(ruled: tuple[Queue, Overflow]) -> Ms:
    return ruled[1].after_ms


def concerns(rule: Overflow, channel: Channel) -> bool:
    """Whether an overflow is for items of the channel: what is offered or told needs somebody who waits."""
    return channel in CONCERNED.get(rule.action, (channel,))


def _stay(policy: Policy, queue: Queue, channel: Channel, rule: Overflow) -> _Stay:
    target = policy.queues[rule.queue] if rule.queue else queue
    return _Stay(rule.after_ms, target, BECOMES.get(rule.action, channel), rule.action)


def _elsewhere(
    policy: Policy,
    queue: Queue,
    channel: Channel,
    asked: Alternatives,
    weight: Units | None,
    rule: Overflow,
) -> Elsewhere:
    """There, that queue's overflows by age count; those for who comes do not, or two queues could go on for ever."""
    demand = None
    if rule.action in MOVES:
        stay = _stay(policy, queue, channel, rule)
        by_age = tuple(other for other in stay.queue.overflows if other.when == "age" and stay.queue != queue)
        demand = demand_in(policy, replace(stay.queue, overflows=by_age), stay.channel, asked, weight)
    return Elsewhere(when=rule.when, least=rule.least, action=rule.action, demand=demand)


def _ages(came_to: Queue, stay: _Stay, until: Ms | None, told: Iterable[Ms]) -> list[Ms]:
    """The ages at which something changes while the item stays in a queue, the first at its coming."""
    changes = {relaxation.at_ms for relaxation in stay.queue.relaxations}
    changes |= {stay.queue.delay_ms, came_to.ageing_cap_ms, *told}
    return [stay.since, *sorted(age for age in changes if stay.since < age and (until is None or age < until))]


def _credit_ms(came_to: Queue, age: Ms) -> Ms:
    capped = came_to.order == "strict" and 0 < came_to.ageing_cap_ms <= age
    return FIRST_CREDIT_MS if capped else 0


def _at(policy: Policy, queue: Queue, channel: Channel, asked: Alternatives, weight: Units | None, age: Ms) -> Demand:
    """What is asked in the queue at an age, with the relaxations so far."""
    sets: Alternatives = tuple(strictest((queue.requirements, more)) for more in queue.requires_any or (NOTHING,))
    for relaxation in sorted(queue.relaxations, key=lambda relaxation: relaxation.at_ms):
        if relaxation.at_ms <= age:
            asked, sets = _relaxed(relaxation, asked, sets)
    whole = tuple(dict.fromkeys(strictest((of_item, own)) for of_item in asked for own in sets))
    common = reduce(frozenset.intersection, whole)
    return Demand(
        queue=queue.name,
        channel=channel,
        requirements=common,
        weight=weight or queue.weights.get(channel, policy.channels[channel].weight),
        model=queue.model,
        alternatives=tuple(dict.fromkeys(own - common for own in whole)) if len(whole) > 1 else (),
        backup=queue.delay_ms <= age,
        interruptible=policy.channels[channel].interruptible if queue.interruptible is None else queue.interruptible,
    )


def _relaxed(relaxation: Relaxation, asked: Alternatives, sets: Alternatives) -> tuple[Alternatives, Alternatives]:
    if relaxation.any:
        return (NOTHING,), (NOTHING,)
    loosened = tuple(_loosened(relaxation, own) for own in (*sets, *relaxation.also))
    return tuple(_loosened(relaxation, own) for own in asked), loosened


def _loosened(relaxation: Relaxation, asked: frozenset[Requirement]) -> frozenset[Requirement]:
    return frozenset(
        Requirement(skill=one.skill, level=min(one.level, relaxation.levels.get(one.skill, one.level)))
        for one in asked
        if one.skill not in relaxation.drop
    )


def together(asked: Iterable[Alternatives]) -> Alternatives:
    """Any one set of each, all together: every way to choose."""
    ways: Alternatives = (NOTHING,)
    for sets in asked:
        ways = tuple(dict.fromkeys(strictest((way, own)) for way in ways for own in sets))
    return ways


def strictest(asked: Iterable[Iterable[Requirement]]) -> frozenset[Requirement]:
    """All requirements together; of several for one skill, the highest level."""
    levels: dict[str, int] = {}
    for requirements in asked:
        for requirement in requirements:
            levels[requirement.skill] = max(requirement.level, levels.get(requirement.skill, 0))
    return frozenset(Requirement(skill=skill, level=level) for skill, level in levels.items())


def carried_over(policy: Policy, demand: Demand) -> Alternatives:
    """What an item still asks for in another queue: what rules asked (a language), not what its old queue did."""
    old = policy.queues.get(demand.queue)
    sets = (old.requirements, *old.requires_any) if old is not None else ()
    of_queue = {requirement.skill for own in sets for requirement in own}
    whole = (demand.requirements | own for own in demand.alternatives or (NOTHING,))
    return tuple(dict.fromkeys(frozenset(one for one in own if one.skill not in of_queue) for own in whole))


def demand_moved(policy: Policy, demand: Demand, queue: str) -> Demand:
    """What an item asks for in this queue: all that the queue asks, and what rules ask whatever queue it is in."""
    return demand_in(policy, policy.queues[queue], demand.channel, carried_over(policy, demand))


def with_conditions(demand: Demand) -> Demand:
    """A demand that was read back from JSON: its conditions are tuples again."""
    later = tuple(replace(later, demand=with_conditions(later.demand)) for later in demand.later)
    elsewhere = tuple(
        replace(other, demand=with_conditions(other.demand)) if other.demand is not None else other
        for other in demand.elsewhere
    )
    return replace(demand, condition=tupled(demand.condition), later=later, elsewhere=elsewhere)
