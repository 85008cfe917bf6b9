"""Demands and their plain form, kept in PostgreSQL by lane so that a rebuild finds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.compiler import lane_id, lane_of
from router.core.policy import Demand, Policy, Requirement
from router.engine.centre import Centre
from router.store.postgres import lanes as stored


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
    if lane not in centre.lanes_kept:
        await stored.keep(centre.database, lane, to_plain(demand))
        centre.lanes_kept.add(lane)


def shown(demand: Demand) -> list[str]:
    """Requirements as people read them: `skill≥level`."""
    return [f"{requirement.skill}≥{requirement.level}" for requirement in sorted(demand.requirements)]


def carried_over(policy: Policy, requirements: frozenset[Requirement]) -> frozenset[Requirement]:
    """What an item still asks for in another queue: the languages of its customer."""
    return frozenset(requirement for requirement in requirements if len(requirement.skill) == 2)
