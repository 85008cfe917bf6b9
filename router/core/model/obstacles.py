"""What keeps an item from an agent: the predicates of a match by name, in the order in which they are told to people.

The one definition of "eligible and free": matching asks whether there is no obstacle, explain asks for the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Literal, NamedTuple

from router.core.agent_condition import holds
from router.core.compiler import Lane, Needs, Profile
from router.core.model.room import room_for
from router.core.model.state import State
from router.core.records import Agent
from router.core.words import AgentId, Ms, WorkItemId

ObstacleCode = Literal[
    "gone",
    "grace",
    "status",
    "not_member",
    "backup",
    "channel",
    "skill",
    "condition",
    "wrap_up",
    "offer",
    "maximum",
    "blend",
    "units",
    "draining",
    "ramp",
    "preferred",
    "excluded",
    "refused",
]


class Obstacle(NamedTuple):
    """One predicate that fails.

    gone, grace: not signed in; connection lost a moment ago. status (about: the status): it does not allow the channel.
    not_member, backup (queue): not theirs; not theirs yet. channel (channel): never theirs.
    skill (about, needs, has 0–10): the level is missing. wrap_up: after-work time. offer: as many ring as may.
    maximum (channel, needs: the most, has): of the channel. units (needs, has: free).
    blend (channel): what they hold goes with none beside it. condition: one of the policy's, on agents.
    draining (about: the item): they take nothing but one that waits too long. ramp (until): just back, one at a time.
    preferred: the item waits for another agent first.
    excluded (until): the item's cool-down for this agent. refused: three times, never again.
    """

    code: ObstacleCode
    about: str = ""
    needs: int = 0
    has: int = 0
    until: Ms = 0


def own_obstacles(state: State, agent: Agent) -> Iterator[Obstacle]:
    """What keeps everything automatic from the agent now, whatever the item is."""
    if agent.reachability != "connected":
        yield Obstacle("gone" if agent.reachability == "gone" else "grace")
    if not state.settings.statuses.get(agent.status):
        yield Obstacle("status", agent.status)
    if agent.wrapping:
        yield Obstacle("wrap_up", has=agent.wrapping)
    if len(agent.offers) >= state.settings.pacing:
        yield Obstacle("offer")
    if agent.ramp_until:
        yield Obstacle("ramp", until=agent.ramp_until)


def lasting_obstacles(lane: Lane, profile: Profile) -> Iterator[Obstacle]:
    """What keeps every item of the lane from every agent of the profile, at any time; `compiler.eligible` in words.

    Of alternative sets of skills the one that lacks least is told.
    """
    if lane.queue not in profile.queues and not (lane.backup and lane.queue in profile.backup):
        yield Obstacle("backup" if lane.queue in profile.backup else "not_member", lane.queue)
    if lane.channel not in profile.channels:
        yield Obstacle("channel", lane.channel)
    if not holds(lane.where, profile.attributes, {}, {}):
        yield Obstacle("condition")
    yield from min(([*_lacking(needs, profile)] for needs in lane.needs), key=len)


def _lacking(needs: Needs, profile: Profile) -> Iterator[Obstacle]:
    for skill, level in needs:
        if profile.skills.get(skill, 0) < level:
            yield Obstacle("skill", skill, needs=level, has=profile.skills.get(skill, 0))


def passing_obstacles(state: State, agent: Agent, lane: Lane) -> Iterator[Obstacle]:
    """What keeps an item of the lane from the agent as they are now."""
    if lane.channel not in state.settings.statuses.get(agent.status, ()):
        yield Obstacle("status", agent.status)
    if agent.next_status and lane.channel not in state.settings.statuses.get(agent.next_status, ()):
        yield Obstacle("status", agent.next_status)
    most, held = state.profiles[agent.profile].channels.get(lane.channel, 0), agent.counts.get(lane.channel, 0)
    if held >= most:
        yield Obstacle("maximum", lane.channel, needs=most, has=held)
    room = room_for(state, agent, lane)
    if room < lane.weight:
        yield Obstacle("units", needs=lane.weight, has=max(0, room))
    allowed, profile = state.settings.beside, state.profiles[agent.profile]
    for other in agent.counts:
        if other != lane.channel and lane.channel not in allowed.get(other, (lane.channel,)):
            yield Obstacle("blend", lane.channel)
    if not holds(lane.beside, profile.attributes, agent.counts, profile.channels):
        yield Obstacle("condition")


def lane_obstacles(state: State, agent: Agent, lane: Lane, *, regardless: bool = False) -> Iterator[Obstacle]:
    """All that keeps items of the lane from the agent as they are now; none: free for them.

    regardless: of skills and queues.
    """
    return chain(
        () if regardless else lasting_obstacles(lane, state.profiles[agent.profile]),
        own_obstacles(state, agent),
        passing_obstacles(state, agent, lane),
    )


def obstacles(state: State, item: WorkItemId, agent_id: AgentId, lane: Lane | None = None) -> Iterator[Obstacle]:
    """All that keeps the item from the agent; none: they would be offered it. lane: instead of the one it is in."""
    record = state.items[item]
    here = lane or state.lane(item)
    yield from lane_obstacles(state, state.agents[agent_id], here, regardless=record.regardless)
    draining = state.agents[agent_id].draining
    if draining not in (None, item):
        yield Obstacle("draining", draining or "")
    if record.preferred not in (None, agent_id):
        yield Obstacle("preferred")
    if agent_id in record.ringing:
        yield Obstacle("offer")
    until = record.excluded.get(agent_id)
    if until is not None:
        yield Obstacle("excluded", until=until) if until else Obstacle("refused")


def first_obstacle(state: State, item: WorkItemId, agent_id: AgentId, lane: Lane | None = None) -> Obstacle | None:
    return next(obstacles(state, item, agent_id, lane), None)
