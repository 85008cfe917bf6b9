"""Watches a day's events and checks, after every step, what routing promises; by looking, not by asking the store.

It keeps its own view of agents and items, folded from events alone, and its own reading of the rules:

    idle        no item waits while an agent who may take it is free
    overtaken   an agent who comes free gets the first in line of all they may take
    choice      an item that comes gets the agent its queue's model of choice names
    capacity    units and items of a channel stay within the agent's limits, one offer rings at a time
    owner       an item is with one agent at most

After a step only agents and items it touched are looked at; every `WHOLE_EVERY` steps everybody is.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from router.core import events
from router.core.compiler import Settings, lane_id, lane_of
from router.core.policy import Demand, Supply
from router.core.words import AgentId, LaneId, Ms, WorkItemId
from router.store.step import Written

WHOLE_EVERY = 1_000
REFUSALS = 3
TOLD = 20
"""Violations kept word for word."""
Rule = Literal["idle", "overtaken", "choice", "capacity", "owner"]
RULES: tuple[Rule, ...] = ("idle", "overtaken", "choice", "capacity", "owner")


@dataclass(slots=True)
class Person:
    supply: Supply
    connected: bool = False
    status: str = "offline"
    idle_since: Ms = 0
    used: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    ringing: int = 0
    wrapping: int = 0
    held: set[WorkItemId] = field(default_factory=set)


@dataclass(slots=True)
class Item:
    """place: score and id while it is in line. attempt: how many offers were made of it."""

    lane: LaneId
    score: int
    agent: AgentId | None = None
    place: tuple[int, WorkItemId] | None = None
    wrapping: bool = False
    attempt: int = 0
    excluded: dict[AgentId, Ms] = field(default_factory=dict)
    refusals: Counter[AgentId] = field(default_factory=Counter)


class Watch:
    def __init__(self, settings: Settings, supplies: Iterable[Supply], demands: Iterable[Demand]) -> None:
        self.people = {supply.agent_id: Person(supply) for supply in supplies}
        self.items: dict[WorkItemId, Item] = {}
        self.found: Counter[Rule] = Counter()
        self.told: list[str] = []
        self.steps = 0
        self._settings = settings
        self._demands = {lane_id(lane_of(demand)): demand for demand in demands}
        self._lines: defaultdict[LaneId, list[tuple[int, WorkItemId]]] = defaultdict(list)
        self._serves: dict[tuple[AgentId, LaneId], bool] = {}
        self._ends: list[tuple[Ms, WorkItemId, AgentId]] = []
        """When exclusions end."""
        self._hand: WorkItemId | None = None
        """An item that is just being placed: its offer comes next, or it waits."""
        self._touched: set[AgentId | WorkItemId] = set()

    def saw(self, at: Ms, written: Iterable[Written], *, ticked: bool = False) -> None:
        """Fold one step and check. ticked: it carried out what was due."""
        self.steps += 1
        while ticked and self._ends and self._ends[0][0] <= at:
            until, item, agent = heapq.heappop(self._ends)
            if item in self.items and self.items[item].excluded.get(agent) == until:
                del self.items[item].excluded[agent]
                self._touched |= {item, agent}
        for one in written:
            self._fold(one.event)
        self._let_go()
        everybody = self.steps % WHOLE_EVERY == 0
        self._check_idle(at, self.people if everybody else self._touched)
        self._touched.clear()

    @property
    def waiting(self) -> int:
        return sum(map(len, self._lines.values()))

    # -- folding -------------------------------------------------------------------------------------------------

    def _fold(self, event: events.Event) -> None:
        match event:
            case events.ItemQueued():
                self._let_go()
                self._queued(event)
            case events.OfferCreated():
                self._offered(event)
            case events.OfferAccepted():
                self._let_go()
                self._accepted(event)
            case events.OfferDeclined() | events.OfferExpired() | events.OfferRescinded():
                self._let_go()
                self._refused(event)
            case events.WrapUpStarted():
                self._let_go()
                self.items[event.item].wrapping = True
                self.people[event.agent].wrapping += 1
            case events.ItemClosed():
                self._let_go()
                self._closed(event)
            case events.AgentPresence():
                self._presence(event)
            case _:
                pass

    def _queued(self, event: events.ItemQueued) -> None:
        item = self.items.get(event.item)
        if item is None:
            item = self.items[event.item] = Item(event.lane, event.score)
        elif item.agent is not None:
            agent = item.agent
            self._release(event.item, item)
            if event.reason == "transfer":
                self.people[agent].idle_since = event.at
                self._exclude(event.item, item, agent, event.at)
        item.lane, item.score = event.lane, event.score
        self._hand = event.item

    def _offered(self, event: events.OfferCreated) -> None:
        item, person = self.items[event.item], self.people[event.agent]
        if item.agent is not None:
            self._tell("owner", event.at, f"{event.item} offered to {event.agent}, with {item.agent}")
        if self._hand == event.item:
            self._check_choice(event, item)
            self._hand = None
        else:
            self._let_go()
            self._check_order(event, item)
            self._leave(item)
        self._take_room(person, item, 1)
        person.ringing += 1
        item.agent, item.attempt = event.agent, event.attempt
        demand = self._demands[item.lane]
        at_most = person.supply.at_most[demand.channel]
        if person.used > person.supply.limit or person.counts[demand.channel] > at_most or person.ringing > 1:
            self._tell("capacity", event.at, f"{event.agent} has {person.used} units, {dict(person.counts)}")

    def _accepted(self, event: events.OfferAccepted) -> None:
        person = self.people[event.agent]
        person.ringing -= 1
        person.held.add(event.item)
        if self.items[event.item].agent != event.agent:
            self._tell("owner", event.at, f"{event.item} accepted by {event.agent}")
        self._touched.add(event.agent)

    def _refused(self, event: events.OfferDeclined | events.OfferExpired | events.OfferRescinded) -> None:
        item, person = self.items[event.item], self.people[event.agent]
        self._take_room(person, item, -1)
        person.ringing -= 1
        item.agent = None
        self._touched |= {event.item, event.agent}
        if not isinstance(event, events.OfferRescinded):
            item.refusals[event.agent] += 1
            self._exclude(event.item, item, event.agent, event.at)
        elif event.reason == "cancelled":
            return
        self._hand = event.item

    def _closed(self, event: events.ItemClosed) -> None:
        item = self.items.pop(event.item)
        if event.agent is not None:
            self._release(event.item, item)
            self.people[event.agent].idle_since = event.at
        self._leave(item)

    def _presence(self, event: events.AgentPresence) -> None:
        person = self.people[event.agent]
        person.connected, person.status = event.reachability == "connected", event.status
        person.idle_since = person.idle_since or event.at
        self._touched.add(event.agent)

    def _release(self, name: WorkItemId, item: Item) -> None:
        assert item.agent is not None
        person = self.people[item.agent]
        self._take_room(person, item, -1)
        person.held.discard(name)
        person.wrapping -= item.wrapping
        self._touched.add(item.agent)
        item.agent, item.wrapping = None, False

    def _take_room(self, person: Person, item: Item, sign: int) -> None:
        demand = self._demands[item.lane]
        person.used += sign * demand.weight
        person.counts[demand.channel] += sign

    def _exclude(self, name: WorkItemId, item: Item, agent: AgentId, at: Ms) -> None:
        for_good = item.refusals[agent] >= REFUSALS
        until = item.excluded[agent] = 0 if for_good else at + self._settings.cooldown_ms
        if not for_good:
            heapq.heappush(self._ends, (until, name, agent))

    def _let_go(self) -> None:
        """The item in hand was offered to nobody: it is in line."""
        if self._hand is not None:
            item = self.items[self._hand]
            item.place = (item.score, self._hand)
            insort(self._lines[item.lane], item.place)
            self._touched.add(self._hand)
            self._hand = None

    def _leave(self, item: Item) -> None:
        if item.place is not None:
            line = self._lines[item.lane]
            del line[bisect_left(line, item.place)]
            if not line:
                del self._lines[item.lane]
            item.place = None

    # -- looking -------------------------------------------------------------------------------------------------

    def _may_take(self, agent: AgentId, lane: LaneId) -> bool:
        """Whether the agent is free for items of the lane, exclusions aside."""
        person, demand = self.people[agent], self._demands[lane]
        return (
            person.connected
            and person.ringing == 0
            and person.wrapping == 0
            and demand.channel in self._settings.statuses[person.status]
            and person.used + demand.weight <= person.supply.limit
            and person.counts[demand.channel] < person.supply.at_most.get(demand.channel, 0)
            and self._is_for(agent, lane)
        )

    def _is_for(self, agent: AgentId, lane: LaneId) -> bool:
        if (agent, lane) not in self._serves:
            supply, demand = self.people[agent].supply, self._demands[lane]
            self._serves[agent, lane] = demand.queue in supply.queues and all(
                supply.skills.get(need.skill, 0) >= need.level for need in demand.requirements
            )
        return self._serves[agent, lane]

    def _first_for(self, agent: AgentId) -> tuple[int, WorkItemId] | None:
        """The first in line of all the agent may take now."""
        firsts = [
            next((place for place in line if agent not in self.items[place[1]].excluded), None)
            for lane, line in self._lines.items()
            if self._may_take(agent, lane)
        ]
        return min((first for first in firsts if first is not None), default=None)

    def _check_idle(self, at: Ms, whom: Iterable[AgentId | WorkItemId]) -> None:
        for name in whom:
            if (agent := AgentId(name)) in self.people:
                if self._lines and (first := self._first_for(agent)):
                    self._tell("idle", at, f"{first[1]} waits, {agent} is free")
            elif (item := self.items.get(WorkItemId(name))) and item.place:
                free = [one for one in self.people if one not in item.excluded and self._may_take(one, item.lane)]
                if free:
                    self._tell("idle", at, f"{name} waits, {free[0]} is free")

    def _check_order(self, event: events.OfferCreated, item: Item) -> None:
        first = self._first_for(event.agent)
        if item.place is None or first is None or first < item.place:
            self._tell("overtaken", event.at, f"{event.agent} gets {item.place}, not {first}")

    def _check_choice(self, event: events.OfferCreated, item: Item) -> None:
        able = [one for one in self.people if one not in item.excluded and self._may_take(one, item.lane)]
        best = min(able, key=lambda one: self._rank(one, item.lane), default=None)
        if best != event.agent:
            self._tell("choice", event.at, f"{event.item} goes to {event.agent}, not {best}")

    def _rank(self, agent: AgentId, lane: LaneId) -> tuple[float, Ms, AgentId]:
        person = self.people[agent]
        load = person.used / person.supply.limit if self._demands[lane].model == "least_loaded" else 0.0
        return load, person.idle_since, agent

    def _tell(self, rule: Rule, at: Ms, what: str) -> None:
        self.found[rule] += 1
        if len(self.told) < TOLD:
            self.told.append(f"{rule} at {at}: {what}")
