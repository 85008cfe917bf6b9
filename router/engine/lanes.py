"""Demands and their plain form, kept in PostgreSQL by lane or plan so that a rebuild finds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from router.core.compiler import named_plan
from router.core.demands import demand_moved, with_conditions
from router.core.policy import Demand, Policy, Requirement
from router.engine.centre import Centre
from router.store.postgres import lanes as stored
from router.store.postgres.change import place_in_plan
from router.store.postgres.work_items import WorkItem

_encode = msgspec.json.Encoder(order="deterministic").encode


@lru_cache(maxsize=4_096)
def to_plain(demand: Demand) -> Mapping[str, Any]:
    """The same for equal demands: sets are in order."""
    plain: Mapping[str, Any] = json.loads(_encode(demand))
    return plain


def from_plain(plain: Mapping[str, Any]) -> Demand:
    return with_conditions(msgspec.convert(plain, Demand))


async def remember(centre: Centre, demand: Demand) -> None:
    """Make the demand durable before an item is put in its lane, and where it may overflow to; once a plan and node."""
    for other in demand.elsewhere:
        if other.demand is not None:
            await remember(centre, other.demand)
    plan, _ = named_plan(demand)
    if plan not in centre.lanes:
        await stored.keep(centre.database, plan, to_plain(demand))
        centre.lanes[plan] = demand


async def now_of(centre: Centre, row: WorkItem) -> Demand:
    """What the item asks for now: the demand of its plan, which a transfer changes; before its first line, its own."""
    plan, _ = place_in_plan(row.lane)
    if plan and plan not in centre.lanes:
        centre.lanes |= {known: from_plain(plain) for known, plain in (await stored.every(centre.database)).items()}
    return centre.lanes.get(plan) or from_plain(row.demand)


def in_queue(policy: Policy, demand: Demand, queue: str) -> Demand:
    """What the item asks for in another queue: all that queue asks, and what rules ask whatever queue it is in."""
    return demand_moved(policy, demand, queue)


def shown(demand: Demand) -> list[str]:
    """Requirements as people read them: `skill≥level`; of several sets of which one will do, all in one."""
    sets = [" + ".join(_each(one)) for one in demand.alternatives if one]
    return [*_each(demand.requirements), *([" | ".join(sets)] if sets else [])]


def _each(requirements: Iterable[Requirement]) -> list[str]:
    return [f"{requirement.skill}≥{requirement.level}" for requirement in sorted(requirements)]
