"""`usher bench day`: a whole day of a large centre on the running store, watched at every step.

Customers come, wait, lose patience; agents sign in, let offers ring, decline or miss some, work, wrap up, hand over,
take breaks, lose their line and go home. Time is virtual: the store's clock is moved from event to event, timers are
carried out in the ms they are due. The day ends when nobody is left in the centre.
"""

from __future__ import annotations

import heapq
import itertools
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import mean, pstdev
from typing import Any

from router.bench.day_centre import (
    CUSTOMERS,
    FIRST_HOUR,
    GRACE_MS,
    HOUR_MS,
    SETTINGS,
    Centre,
    Customer,
    Worker,
    all_demands,
    centre,
    some_demand,
)
from router.bench.day_watch import RULES, Watch
from router.core import events
from router.core.metrics import Metrics, Offers
from router.core.outcomes import Outcome
from router.core.service_level import Waits, abandon_rate, service_level
from router.core.words import AgentId, DeviceId, Ms, OfferId, WorkItemId
from router.embedded import servers
from router.store.connection import Connection
from router.store.routing import RoutingStore
from router.store.step import Written

SEED = 1
MIDNIGHT: Ms = 1_700_006_400_000
DEVICE = DeviceId("desk")
DECLINES, MISSES, HANDS_OVER, FORGETS_WRAP_UP, LOSES_LINE = 0.01, 0.02, 0.03, 0.1, 0.5
"""Shares: of offers, of offers, of work, of wrap-ups, of agents a day."""
ANSWER_MS = (1_000, 6_000)
AWAY_MS = (60_000, 180_000)
LINE_LOST_MS = (5_000, 40_000)
WRAP_UP_S = 20.0
THRESHOLD_S, SHORT_S = 20, 5
TIMERS, PEOPLE = 0, 1
"""Of what is due in one ms, timers go first."""

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """hours: the part of the day that is lived."""

    agents: int = 250
    customers: int = CUSTOMERS
    hours: tuple[int, int] = (FIRST_HOUR, 24)
    seed: int = SEED


async def run(options: Options) -> dict[str, Any]:
    """Live the day on an embedded store; the document of the command."""
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        async with (
            servers(Path(folder) / "data") as urls,
            await Connection.open(urls.redis, timeout_s=60.0) as connection,
        ):
            await connection.call("CONFIG", "SET", "appendonly", "no")
            return await live_day(connection, options)


async def live_day(connection: Connection, options: Options) -> dict[str, Any]:
    """The same in a store that may be emptied."""
    began = time.monotonic()
    random = Random(options.seed)
    scene = centre(agents=options.agents, customers=options.customers, hours=options.hours, random=random)
    clock = [MIDNIGHT + options.hours[0] * HOUR_MS]
    await connection.call("FLUSHALL", "SYNC")
    store = await RoutingStore.open(connection, clock=lambda: clock[0], stream_length=1_000)
    await store.rebuilding.begin("day", 0, SETTINGS)
    await store.rebuilding.end("day")
    demands = all_demands(scene.teams)
    await store.prepare(demands)
    for worker in scene.workers:
        await store.put_agent(worker.supply)
    watch = Watch(SETTINGS, [worker.supply for worker in scene.workers], demands)
    day = Day(store, clock, scene, watch, random)
    await day.live()
    return report(day, scene, options) | {"took_s": round(time.monotonic() - began, 1)}


class Day:
    """Everybody's intentions, by the time they are due. What an act does to the store is seen by watch and metrics."""

    def __init__(self, store: RoutingStore, clock: list[Ms], scene: Centre, watch: Watch, random: Random) -> None:
        self.watch = watch
        self.metrics = Metrics({"available"})
        self.calls = 0
        self._store, self._clock, self._scene, self._random = store, clock, scene, random
        self._due: list[tuple[Ms, int, int, Act]] = []
        self._numbers = itertools.count()
        self._customers: dict[WorkItemId, Customer] = {}
        self._to_come = len(scene.customers)
        self._leaving: set[AgentId] = set()

    async def live(self) -> None:
        for number, customer in enumerate(self._scene.customers):
            item = WorkItemId(f"{number:06}")
            self._customers[item] = customer
            self._at(MIDNIGHT + customer.at, partial(self._arrive, item))
        for worker in self._scene.workers:
            if worker.starts_at < worker.ends_at:
                self._plan(worker)
        while self._due and (self._to_come or self.watch.items):
            self._clock[0], _, _, act = heapq.heappop(self._due)
            await act()
        self.metrics.until_now(self._clock[0])

    def _at(self, at: Ms, act: Act, order: int = PEOPLE) -> None:
        heapq.heappush(self._due, (at, order, next(self._numbers), act))

    def _soon(self, between_ms: tuple[Ms, Ms], act: Act) -> None:
        self._at(self._clock[0] + self._random.randint(*between_ms), act)

    # -- customers -----------------------------------------------------------------------------------------------

    async def _arrive(self, item: WorkItemId) -> None:
        customer = self._customers[item]
        self._to_come -= 1
        step = await self._store.enqueue(item, customer.demand, credit_ms=customer.credit_ms)
        if customer.patience_ms is not None:
            self._at(self._clock[0] + customer.patience_ms, lambda: self._lose_patience(item))
        self._saw(step.events, step.outcome)

    async def _lose_patience(self, item: WorkItemId) -> None:
        waits = self.watch.items.get(item)
        if waits and (waits.agent is None or item not in self.watch.people[waits.agent].held):
            step = await self._store.cancel(item, reason="left")
            self._saw(step.events, step.outcome)

    # -- agents --------------------------------------------------------------------------------------------------

    def _plan(self, worker: Worker) -> None:
        agent = worker.supply.agent_id
        self._at(MIDNIGHT + worker.starts_at, lambda: self._connect(agent))
        self._at(MIDNIGHT + worker.ends_at, lambda: self._go_home(agent))
        for start, end in worker.breaks:
            self._at(MIDNIGHT + max(start, worker.starts_at), lambda: self._set_status(agent, "break"))
            self._at(MIDNIGHT + max(end, worker.starts_at), lambda: self._set_status(agent, "available"))
        if self._random.random() < LOSES_LINE:
            at = self._random.randint(worker.starts_at, worker.ends_at)
            self._at(MIDNIGHT + at, lambda: self._lose_line(agent))

    async def _connect(self, agent: AgentId) -> None:
        step = await self._store.lease(agent, DEVICE, node="day", ttl_ms=48 * HOUR_MS)
        self._saw(step.events, step.outcome)

    async def _set_status(self, agent: AgentId, status: str) -> None:
        if self.watch.people[agent].connected and agent not in self._leaving:
            step = await self._store.set_status(agent, status)
            self._saw(step.events, step.outcome)

    async def _lose_line(self, agent: AgentId) -> None:
        if self.watch.people[agent].connected and agent not in self._leaving:
            self._soon(LINE_LOST_MS, lambda: self._connect(agent))
            step = await self._store.unlease(agent, DEVICE)
            self._tick_at(self._clock[0] + GRACE_MS)
            self._saw(step.events, step.outcome)

    async def _go_home(self, agent: AgentId) -> None:
        """No new work; sign out when what is in hand is done."""
        if self._clock[0] >= MIDNIGHT + 24 * HOUR_MS:
            return  # the last shift stays until the centre is empty
        await self._set_status(agent, "break")
        self._leaving.add(agent)
        await self._leave_if_done(agent)

    async def _leave_if_done(self, agent: AgentId) -> None:
        if agent in self._leaving and not self.watch.people[agent].held:
            step = await self._store.sign_out(agent)
            self._saw(step.events, step.outcome)

    async def _answer(self, offer: OfferId, item: WorkItemId, agent: AgentId, *, take: bool) -> None:
        if self._is_with(item, agent) and item not in self.watch.people[agent].held:
            answer = self._store.accept(offer, agent) if take else self._store.decline(offer, agent, reason="busy")
            step = await answer
            if step.outcome is Outcome.OK:
                self._saw(step.events, step.outcome)

    async def _end_work(self, item: WorkItemId, agent: AgentId, attempt: int) -> None:
        if not self._is_with(item, agent) or self.watch.items[item].attempt != attempt:
            return
        if self._random.random() < HANDS_OVER:
            demand = some_demand(self._scene.teams, self._customers[item].demand.channel, self._random)
            step = await self._store.transfer_to_queue(item, agent, demand)
            self._tick_at(self._clock[0] + SETTINGS.cooldown_ms)
        else:
            step = await self._store.wrap_up(item, agent)
        self._saw(step.events, step.outcome)
        await self._leave_if_done(agent)

    async def _complete(self, item: WorkItemId, agent: AgentId) -> None:
        if self._is_with(item, agent):
            step = await self._store.complete(item, agent, disposition="done")
            self._saw(step.events, step.outcome)
            await self._leave_if_done(agent)

    def _is_with(self, item: WorkItemId, agent: AgentId) -> bool:
        known = self.watch.items.get(item)
        return known is not None and known.agent == agent

    # -- what happens --------------------------------------------------------------------------------------------

    def _tick_at(self, at: Ms) -> None:
        self._at(at, self._tick, TIMERS)

    async def _tick(self) -> None:
        while True:
            tick = await self._store.tick()
            self._saw(tick.events, Outcome.OK, ticked=True)
            if tick.next_due_at is None or tick.next_due_at > self._clock[0]:
                break
        for agent in sorted(self._leaving):
            if self.watch.people[agent].connected:
                await self._leave_if_done(agent)

    def _saw(self, written: Sequence[Written], outcome: Outcome, *, ticked: bool = False) -> None:
        assert outcome is Outcome.OK, outcome
        self.calls += 1
        self.watch.saw(self._clock[0], written, ticked=ticked)
        for one in written:
            self.metrics.apply(event := one.event)
            self._react(event)

    def _react(self, event: events.Event) -> None:
        match event:
            case events.OfferCreated():
                self._ring(event)
            case events.OfferAccepted():
                item, agent, attempt = event.item, event.agent, self.watch.items[event.item].attempt
                ends_at = event.at + self._customers[item].service_ms
                self._at(ends_at, lambda: self._end_work(item, agent, attempt))
            case events.WrapUpStarted():
                done_at = event.at + round(self._random.expovariate(1 / WRAP_UP_S) * 1000)
                if done_at < event.until and self._random.random() >= FORGETS_WRAP_UP:
                    self._at(done_at, lambda: self._complete(event.item, event.agent))
                else:
                    self._tick_at(event.until)
            case events.OfferDeclined() | events.OfferExpired():
                self._tick_at(event.at + SETTINGS.cooldown_ms)
            case events.AgentPresence(reason="missed_offer"):
                self._soon(AWAY_MS, lambda: self._set_status(event.agent, "available"))
            case _:
                pass

    def _ring(self, event: events.OfferCreated) -> None:
        chance = self._random.random()
        if chance < MISSES:
            self._tick_at(event.expires_at)
        else:
            take = chance >= MISSES + DECLINES
            self._soon(ANSWER_MS, lambda: self._answer(event.offer, event.item, event.agent, take=take))


# Report -------------------------------------------------------------------------------------------------------------


def report(day: Day, scene: Centre, options: Options) -> dict[str, Any]:
    """What the day was, and whether routing kept its promises."""
    answered, abandoned, offers = Waits(), Waits(), Offers()
    for counts in day.metrics.queues.values():
        answered += counts.answered
        abandoned += counts.abandoned
        for name in ("made", "accepted", "declined", "missed", "rescinded"):
            setattr(offers, name, getattr(offers, name) + getattr(counts.offers, name))
    checks = {rule: day.watch.found[rule] for rule in RULES} | {"left_waiting": len(day.watch.items)}
    return {
        "ok": not any(checks.values()),
        "checks": checks,
        "violations": day.watch.told,
        "customers": len(scene.customers),
        "answered": answered.count,
        "abandoned": abandoned.count,
        "wait_s": {
            "mean": round((answered.mean_ms or 0) / 1000, 1),
            "p50": answered.quantile_s(0.5),
            "p90": answered.quantile_s(0.9),
            "longest": max(answered.by_second, default=0),
        },
        "service_level": service_level(
            "abandoned_after_t", answered, abandoned, threshold_s=THRESHOLD_S, short_s=SHORT_S
        ),
        "abandon_rate": abandon_rate(answered, abandoned, short_s=SHORT_S),
        "offers": {name: getattr(offers, name) for name in ("made", "accepted", "declined", "missed", "rescinded")},
        "fairness": fairness(day.metrics, scene),
        "agents": options.agents,
        "steps": day.watch.steps,
        "seed": options.seed,
    }


def fairness(metrics: Metrics, scene: Centre) -> dict[str, Any]:
    """How evenly equal agents were kept busy: the spread of their occupancy within each group, in percentage points.

    least_to_most: of the groups' differences. deviation: within groups, over all agents.
    """
    groups: dict[tuple[int, int], list[float]] = {}
    for worker in scene.workers:
        counts = metrics.agents.get(worker.supply.agent_id)
        if counts is not None and counts.occupancy is not None:
            groups.setdefault(worker.group, []).append(100 * counts.occupancy)
    several = [group for group in groups.values() if len(group) > 1]
    spreads = [max(group) - min(group) for group in several]
    return {
        "groups": len(several),
        "occupancy": round(mean(itertools.chain(*groups.values())), 1) if groups else None,
        "least_to_most": {
            "mean": round(mean(spreads), 1) if spreads else None,
            "worst": round(max(spreads), 1) if spreads else None,
        },
        "deviation": round(mean(map(pstdev, several)), 1) if several else None,
    }
