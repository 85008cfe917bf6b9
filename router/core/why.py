"""Why an item waits and why an agent gets nothing: counts of the first predicate that fails, over a State.

Facts only; clients put them into a sentence of their language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from router.core.compiler import Lane, Profile, eligible
from router.core.model.obstacles import Obstacle, first_obstacle, lasting_obstacles, own_obstacles
from router.core.model.state import State
from router.core.words import AgentId, WorkItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWhy:
    """Why a waiting item is with nobody.

    counted: the first obstacle of each agent of the queue, most agents first, without times and levels of single ones.
    agents: the first obstacle of each agent who could ever serve the item; None: they could have it now.
    missing: what the nearest agents lack; () unless no agent the store knows has what the item asks.
    """

    counted: tuple[tuple[Obstacle, int], ...]
    agents: dict[AgentId, Obstacle | None]
    missing: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWhy:
    """Why an agent gets nothing now.

    own: what keeps everything from them; None: they could take work. waiting: items looked at.
    counted: the first obstacle of each waiting item of the agent's queues, most items first.
    """

    own: Obstacle | None
    waiting: int
    counted: tuple[tuple[Obstacle, int], ...]


def why_item(state: State, item: WorkItemId) -> ItemWhy:
    """Over all agents of the state. The item is open."""
    lane = state.lane(item)
    lasting = {
        profile_id: tuple(lasting_obstacles(lane, state.profiles[profile_id]))
        for profile_id in {agent.profile for agent in state.agents.values()}
    }
    firsts = {agent: first_obstacle(state, item, agent) for agent in state.agents}
    able = {agent: first for agent, first in firsts.items() if not lasting[state.agents[agent].profile]}
    return ItemWhy(
        counted=_counted([first for first in firsts.values() if first is None or first.code != "not_member"]),
        agents=able,
        missing=min(lasting.values(), key=len, default=()) if not able else (),
    )


def never_served(lanes: Sequence[Lane], profiles: Iterable[Profile]) -> tuple[Obstacle, ...]:
    """What the nearest profile lacks for the last lane, if none of them may ever serve any; empty: some may."""
    nearest: tuple[Obstacle, ...] = (Obstacle("not_member", lanes[-1].queue),)
    least = None
    for profile in profiles:
        if any(eligible(lane, profile) for lane in lanes):
            return ()
        lacking = tuple(lasting_obstacles(lanes[-1], profile))
        if least is None or len(lacking) < least:
            nearest, least = lacking, len(lacking)
    return nearest


def why_agent(state: State, agent_id: AgentId) -> AgentWhy:
    """Over the waiting items of the state."""
    agent = state.agents[agent_id]
    queues = state.profiles[agent.profile].queues
    waiting = [
        item for item, record in state.items.items() if record.state == "waiting" and state.lane(item).queue in queues
    ]
    return AgentWhy(
        own=next(own_obstacles(state, agent), None),
        waiting=len(waiting),
        counted=_counted([first_obstacle(state, item, agent_id) for item in waiting]),
    )


def _counted(firsts: list[Obstacle | None]) -> tuple[tuple[Obstacle, int], ...]:
    """Equal kinds together, most first; facts that differ between them are left out."""
    kinds = Counter(_kind(first) for first in firsts if first is not None)
    return tuple(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0])))


def _kind(obstacle: Obstacle) -> Obstacle:
    needs = obstacle.needs if obstacle.code in ("skill", "units") else 0
    return obstacle._replace(has=0, until=0, needs=needs)
