"""An agent's attention: two pools of units, one for work that may be interrupted."""

from __future__ import annotations

from router.core.compiler import Lane
from router.core.model.state import State
from router.core.records import Agent
from router.core.words import Units


def pool_for(state: State, agent: Agent, lane: Lane) -> tuple[Units, Units]:
    """Units used and limit of the pool that items of the lane fill."""
    if lane.interruptible:
        return agent.used_interruptible, state.profiles[agent.profile].interruptible_limit
    return agent.used, agent.limit


def room_for(state: State, agent: Agent, lane: Lane) -> Units:
    used, limit = pool_for(state, agent, lane)
    return limit - used
