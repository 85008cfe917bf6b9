"""State of the reference model: dictionaries of the same records the store packs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from router.core.compiler import Lane, Plan, Profile, Settings
from router.core.events import Event
from router.core.outcomes import Outcome
from router.core.records import Agent, Item
from router.core.words import AgentId, Channel, LaneId, Ms, PlanId, ProfileId, Units, WorkItemId

BRIEF_BYTES = 4096
DEVICES = 16
"""Most open devices of one agent."""
REFUSALS = 3
"""After so many refusals of an item it is never offered to that agent again."""


class Reply(NamedTuple):
    """fact: ms since the offer ended (offer_expired), or when the next timer is due (tick)."""

    outcome: Outcome
    fact: int = 0


class Deserted(NamedTuple):
    """Since when nobody serves a queue and channel, and when that is too long.

    seen: place in line (score, item) of the last item that was looked at since then.
    """

    since: Ms
    due: Ms
    seen: tuple[int, WorkItemId] | None = None


@dataclass(slots=True, kw_only=True)
class State:
    settings: Settings
    lanes: dict[LaneId, Lane] = field(default_factory=dict)
    plans: dict[PlanId, Plan] = field(default_factory=dict)
    """Of two steps or more."""
    profiles: dict[ProfileId, Profile] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    items: dict[WorkItemId, Item] = field(default_factory=dict)
    """Open items only."""
    briefs: dict[WorkItemId, bytes] = field(default_factory=dict)
    closed: dict[WorkItemId, AgentId | None] = field(default_factory=dict)
    """Whose each closed item was."""
    timers: dict[str, Ms] = field(default_factory=dict)
    """When each "<kind> <id>[ <device, agent or channel>]" is due."""
    events: list[Event] = field(default_factory=list)
    deserted: dict[tuple[str, Channel], Deserted] = field(default_factory=dict)
    """Queues and channels that nobody serves now, of those that overflow so."""
    undrained: list[AgentId] = field(default_factory=list)
    """Agents to settle at the end of the step: what they drained for has left its line."""

    def lane(self, item: WorkItemId) -> Lane:
        return self.lanes[self.items[item].lane]

    def change_item(self, item: WorkItemId, **fields: Any) -> None:
        self.items[item] = replace(self.items[item], **fields)

    def change_agent(self, agent: AgentId, **fields: Any) -> None:
        self.agents[agent] = replace(self.agents[agent], **fields)

    def take_status(self, agent: AgentId, status: str, by: AgentId | None = None) -> None:
        """Who set the status changes with it only. From one that allowed nothing the agent comes back."""
        old, statuses = self.agents[agent].status, self.settings.statuses
        if old == status:
            return
        self.change_agent(agent, status=status, status_by=by)
        if not statuses.get(status):
            self.end_ramp(agent)
        elif not statuses.get(old):
            self.change_agent(agent, ramping=self.settings.ramp_ms > 0)

    def end_ramp(self, agent: AgentId) -> None:
        self.change_agent(agent, ramping=False, ramp_until=0)
        self.drop_timer("ramp", agent)

    def take_room(self, agent: AgentId, lane: Lane, *, sign: int) -> None:
        """Take (sign 1) or give back (sign -1) an agent's room for one item of the lane."""
        held = self.agents[agent].counts
        counts = held | {lane.channel: held.get(lane.channel, 0) + sign}
        self.change_agent(agent, counts={channel: count for channel, count in counts.items() if count})
        self.take_units(agent, lane, sign * lane.weight)

    def take_units(self, agent: AgentId, lane: Lane, units: Units) -> None:
        """Take units, or give them back, of the pool that items of the lane fill."""
        pool = "used_interruptible" if lane.interruptible else "used"
        self.change_agent(agent, **{pool: getattr(self.agents[agent], pool) + units})

    def give_room_back(self, item: WorkItemId) -> None:
        """The agent who holds the item has the room it took again."""
        record = self.items[item]
        assert record.agent is not None
        if record.paused_units is None:
            self.take_room(record.agent, self.lane(item), sign=-1)
        else:
            self.take_units(record.agent, self.lane(item), -record.paused_units)

    def set_timer(self, due: Ms, *words: str) -> None:
        self.timers[" ".join(words)] = due

    def drop_timer(self, *words: str) -> None:
        self.timers.pop(" ".join(words), None)
