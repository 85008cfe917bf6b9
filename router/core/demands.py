"""What a work item asks for in a queue, at first and as it waits.

Rules ask something of the item whatever queue it is in (a language); the queue asks something of its own. Both loosen
together. Ages count from the beginning of the waiting, in other queues too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from router.core.policy import Alternatives, Demand, Later, Policy, Queue, Relaxation, Requirement
from router.core.words import Channel, Ms, Units

STRICT_CREDIT_MS: Ms = 100_000_000_000
"""Waiting that a point of priority is worth where the order is strict: three years."""
FIRST_CREDIT_MS: Ms = 2**51
"""Waiting credited at the ageing cap: more than any priority."""
NOTHING: frozenset[Requirement] = frozenset()


def point_credit_ms(policy: Policy, queue: str) -> Ms:
    """The waiting a point of priority is worth for items that come to the queue."""
    known = policy.queues.get(queue)
    return STRICT_CREDIT_MS if known is not None and known.order == "strict" else policy.priority_credit_ms


def demand_in(
    policy: Policy, queue: Queue, channel: Channel, asked: frozenset[Requirement], weight: Units | None = None
) -> Demand:
    """All that an item asks for that comes to the queue.

    asked: of it whatever queue it is in. weight: of it whatever queue and channel say.
    """
    moves = sorted(queue.overflows, key=lambda move: move.after_ms)
    stays: list[tuple[Ms, Queue]] = [(0, queue), *((move.after_ms, policy.queues[move.queue]) for move in moves)]
    ends = [since for since, _ in stays[1:]]
    later: list[Later] = []
    for (since, stay), until in zip(stays, [*ends, None], strict=True):
        for age in _ages(queue, stay, since, until):
            demand = _at(policy, stay, channel, asked, weight, age)
            later.append(Later(at_ms=age, demand=demand, keeps=age > since, credit_ms=_credit_ms(queue, age)))
    first, *rest = later
    return replace(first.demand, later=tuple(rest))


def _ages(came_to: Queue, stay: Queue, since: Ms, until: Ms | None) -> list[Ms]:
    """The ages at which something changes while the item stays in a queue, the first at its coming."""
    changes = {relaxation.at_ms for relaxation in stay.relaxations} | {stay.delay_ms, came_to.ageing_cap_ms}
    return [since, *sorted(age for age in changes if since < age and (until is None or age < until))]


def _credit_ms(came_to: Queue, age: Ms) -> Ms:
    capped = came_to.order == "strict" and 0 < came_to.ageing_cap_ms <= age
    return FIRST_CREDIT_MS if capped else 0


def _at(
    policy: Policy, queue: Queue, channel: Channel, asked: frozenset[Requirement], weight: Units | None, age: Ms
) -> Demand:
    """What is asked in the queue at an age, with the relaxations so far."""
    sets: Alternatives = tuple(strictest((queue.requirements, more)) for more in queue.requires_any or (NOTHING,))
    for relaxation in sorted(queue.relaxations, key=lambda relaxation: relaxation.at_ms):
        if relaxation.at_ms <= age:
            asked, sets = _relaxed(relaxation, asked, sets)
    whole = tuple(strictest((asked, own)) for own in sets)
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


def _relaxed(
    relaxation: Relaxation, asked: frozenset[Requirement], sets: Alternatives
) -> tuple[frozenset[Requirement], Alternatives]:
    if relaxation.any:
        return NOTHING, (NOTHING,)
    loosened = tuple(_loosened(relaxation, own) for own in (*sets, *relaxation.also))
    return _loosened(relaxation, asked), loosened


def _loosened(relaxation: Relaxation, asked: frozenset[Requirement]) -> frozenset[Requirement]:
    return frozenset(
        Requirement(skill=one.skill, level=min(one.level, relaxation.levels.get(one.skill, one.level)))
        for one in asked
        if one.skill not in relaxation.drop
    )


def strictest(asked: Iterable[Iterable[Requirement]]) -> frozenset[Requirement]:
    """All requirements together; of several for one skill, the highest level."""
    levels: dict[str, int] = {}
    for requirements in asked:
        for requirement in requirements:
            levels[requirement.skill] = max(requirement.level, levels.get(requirement.skill, 0))
    return frozenset(Requirement(skill=skill, level=level) for skill, level in levels.items())


def carried_over(policy: Policy, demand: Demand) -> frozenset[Requirement]:
    """What an item still asks for in another queue: what rules asked (a language), not what its old queue did."""
    old = policy.queues.get(demand.queue)
    sets = (old.requirements, *old.requires_any) if old is not None else ()
    of_queue = {requirement.skill for own in sets for requirement in own}
    return frozenset(requirement for requirement in demand.requirements if requirement.skill not in of_queue)
