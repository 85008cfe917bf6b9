"""Demands and their plain form, kept in PostgreSQL by lane so that a rebuild finds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.compiler import lane_id, lane_of
from router.core.policy import Demand, Policy, Requirement
from router.engine.centre import Centre
from router.store.postgres import lanes as stored
from router.store.postgres.work_items import WorkItem


def to_plain(demand: Demand) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(demand)
    plain["requirements"] = [
        {"skill": requirement.skill, "level": requirement.level} for requirement in sorted(demand.requirements)
    ]
    return plain


def from_plain(plain: Mapping[str, Any]) -> Demand:
    return msgspec.convert(plain, Demand)


async def remember(centre: Centre, demand: Demand) -> None:
    """Make the demand durable before an item is put in its lane; once a lane and node."""
    lane = lane_id(lane_of(demand))
    if lane not in centre.lanes:
        await stored.keep(centre.database, lane, to_plain(demand))
        centre.lanes[lane] = demand


async def now_of(centre: Centre, row: WorkItem) -> Demand:
    """What the item asks for now: its lane's demand, which a transfer changes; before its first line, its own."""
    if row.lane and row.lane not in centre.lanes:
        centre.lanes |= {lane: from_plain(plain) for lane, plain in (await stored.every(centre.database)).items()}
    return centre.lanes.get(row.lane) or from_plain(row.demand)


def shown(demand: Demand) -> list[str]:
    """Requirements as people read them: `skill≥level`."""
    return [f"{requirement.skill}≥{requirement.level}" for requirement in sorted(demand.requirements)]


def carried_over(policy: Policy, demand: Demand) -> frozenset[Requirement]:
    """What an item still asks for in another queue: what rules asked (a language), not what its old queue did."""
    old = policy.queues.get(demand.queue)
    of_queue = {requirement.skill for requirement in old.requirements} if old is not None else set()
    return frozenset(requirement for requirement in demand.requirements if requirement.skill not in of_queue)
