"""A small world at its boundaries, in which the store and the reference model live through the same history.

Numbers are chosen to meet: units fit exactly, scores and idle times are equal, things happen in the ms they end, ids
are prefixes of one another.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from router.core import model
from router.core.compiler import Lane, Plan, lane_id, named_plan, plan_id, profile_id, profile_of
from router.core.events import Event
from router.core.model import Reply, State
from router.core.outcomes import Outcome
from router.core.policy import Demand
from router.core.records import Preference
from router.core.words import AgentId, DeviceId, OfferId, PlanId, WorkItemId
from router.store import library
from router.store.audit import broken
from router.store.connection import Connection
from router.store.routing import RoutingStore, Step
from tests.store.routing.histories import opening, themed
from tests.store.routing.scene import (
    AGENTS,
    DEMANDS,
    NOBODY,
    OTHER_SETTINGS,
    SETTINGS,
    START,
    STATUSES,
    SUPPLIES,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing to do: to the store, and to the model."""

    said: str
    of_store: Callable[[], Awaitable[Step]]
    of_model: Callable[[State, int], Reply]


@dataclass(slots=True, kw_only=True)
class World:
    """Store and model side by side; `step` does one thing to both and compares."""

    connection: Connection
    store: RoutingStore
    state: State
    clock: list[int]
    demands: tuple[Demand, ...] = DEMANDS
    """What items may ask for here."""
    seq: int = 0
    born: int = 0
    steps: list[str] = field(default_factory=list)

    def imagine(self, op: str, a: int, b: int, c: int, wait_ms: int) -> tuple[Ask, Reply]:
        """Do one thing in the model alone; what was done, and its reply."""
        self.clock[0] += wait_ms
        now = self.clock[0]
        ask = _ASKS[op](self, a, b, c)
        self.steps.append(f"{now - START:>6} {ask.said}")
        self.state.events.clear()
        return ask, ask.of_model(self.state, now)

    async def step(self, op: str, a: int, b: int, c: int, wait_ms: int) -> None:
        ask, reply = self.imagine(op, a, b, c, wait_ms)
        step, snapshot = await asyncio.gather(ask.of_store(), self.store.snapshot(limit=100_000))  # one round trip
        assert (step.outcome, step.late_ms) == (reply.outcome, reply.fact), self.told()
        self.compare_events(step)
        if snapshot.seq != self.seq:  # the step took two calls, as its definitions were new to the store
            snapshot = await self.store.snapshot(limit=100_000)
        assert snapshot.agents == self.state.agents, self.told()
        assert snapshot.items == self.state.items, self.told()
        assert snapshot.seq == self.seq, self.told()
        assert not any(broken(self.state).values()), self.told()  # of the store too: its records are the same

    def compare_events(self, step: Step) -> None:
        events: list[Event] = [written.event for written in step.events]
        assert events == self.state.events, self.told()
        assert [written.seq for written in step.events] == list(range(self.seq + 1, self.seq + 1 + len(events)))
        self.seq += len(events)

    def told(self) -> str:
        return "\n".join(["differs after", *self.steps])

    def learn(self, demand: Demand) -> PlanId:
        """Make the model know what the store will be told."""
        plan, definitions = named_plan(demand)
        for definition in definitions:
            match definition:
                case Lane():
                    self.state.lanes[lane_id(definition)] = definition
                case Plan():
                    self.state.plans[plan_id(definition)] = definition
        return plan

    # What an argument means now --------------------------------------------------------------------------------------

    def demand(self, number: int) -> tuple[Demand, int]:
        """One of those that items ask for here, and which of all it is."""
        demand = _pick(self.demands, number)
        return demand, DEMANDS.index(demand)

    def offer(self, a: int, b: int, c: int) -> tuple[OfferId, AgentId]:
        """A pending offer and (b = 0: not) its agent, or (c = 0) an earlier or later one, or that of any item."""
        rings = [(item, agent) for item, record in self.state.items.items() for agent in record.ringing]
        if rings and (c > 0 or a > 4):
            item, agent = _pick(rings, a + b)
            attempt = self.state.items[item].ringing[agent].attempt
        else:
            item = self.any_item(a)
            agent = self.holder(item, b)
            attempt = self.state.items[item].attempt if item in self.state.items else 1
        offer = OfferId(f"{item}:{attempt + (0 if c else _pick((-1, 0, 1), a))}")
        return offer, agent if b > 0 else _pick(AGENTS, len(item))

    def refused_most(self) -> tuple[OfferId, AgentId] | None:
        """The pending offer whose agent has refused its item most often: chance alone seldom comes to the last one."""
        rings = [(item, agent) for item, record in self.state.items.items() for agent in record.ringing]
        if not rings:
            return None
        item, agent = max(rings, key=lambda ring: self.state.items[ring[0]].refusals.get(ring[1], 0))
        return OfferId(f"{item}:{self.state.items[item].ringing[agent].attempt}"), agent

    def held(self, a: int, c: int) -> WorkItemId:
        """An item in an agent's hands, or (c = 0) any one."""
        held = [item for item, record in self.state.items.items() if record.agent is not None]
        return _pick(held, a) if held and c > 0 else self.any_item(a)

    def busy_agent(self, a: int, c: int) -> AgentId:
        """An agent who holds something, or (c = 0) anybody."""
        busy = [agent for agent, record in self.state.agents.items() if record.items]
        return _pick(busy, a) if busy and c > 0 else _pick((*AGENTS, NOBODY), a)

    def any_item(self, a: int) -> WorkItemId:
        return _pick([*self.state.items, *list(self.state.closed)[-3:], WorkItemId("unborn")], a)

    def holder(self, item: WorkItemId, b: int) -> AgentId:
        """Whose the item is, or (b = 0) somebody else."""
        record = self.state.items.get(item)
        owner = record.agent if record else self.state.closed.get(item)
        return owner if owner and b > 0 else _pick(AGENTS, b + len(item))


def _pick(choices: Sequence[T], number: int) -> T:
    return choices[number % len(choices)]


# The things to do, each from three small numbers ----------------------------------------------------------------------


def _enqueue(world: World, a: int, b: int, c: int) -> Ask:
    if b == 7:
        item = world.any_item(a)
    else:
        world.born += 1
        item = WorkItemId(f"i{world.born}")
    demand, number = world.demand(a + 8 * (b % 7))
    plan = world.learn(demand)
    more: dict[str, Any] = {
        "enqueued_at": START if c % 2 else None,
        "credit_ms": _pick((0, 0, 1, 1_000), c),
        "preference": _preference(a + b) if c in (3, 6) else None,
        "excluded": (AGENTS[0],) if c == 5 else (),
        "expected_ms": _pick((-1, 999, 1_000), a + c),
        "brief": b"" if c < 4 else b"\x00\xff" * (128 if c == 7 else 1),
    }
    return Ask(
        said=f"enqueue {item} as {number}, {more}",
        of_store=lambda: world.store.enqueue(item, demand, **more),
        of_model=lambda state, now: model.enqueue(state, now, item, plan, **more),
    )


def _preference(number: int) -> Preference:
    return Preference(_pick((*AGENTS, NOBODY), number), _pick((1_000, 3_000, 10_000, 0), number), number % 2 == 0)


def _accept(world: World, a: int, b: int, c: int) -> Ask:
    offer, agent = world.offer(a, b, c)
    return Ask(
        said=f"accept {offer} by {agent}",
        of_store=lambda: world.store.accept(offer, agent),
        of_model=lambda state, now: model.accept(state, now, offer, agent),
    )


def _decline(world: World, a: int, b: int, c: int) -> Ask:
    offer, agent = (world.refused_most() if c > 3 else None) or world.offer(a, b, c)
    return Ask(
        said=f"decline {offer} by {agent}",
        of_store=lambda: world.store.decline(offer, agent, reason="tired"),
        of_model=lambda state, now: model.decline(state, now, offer, agent, "tired"),
    )


def _wrap_up(world: World, a: int, b: int, c: int) -> Ask:
    item = world.held(a, c)
    agent = world.holder(item, b)
    return Ask(
        said=f"wrap_up {item} by {agent}",
        of_store=lambda: world.store.wrap_up(item, agent),
        of_model=lambda state, now: model.wrap_up(state, now, item, agent),
    )


def _complete(world: World, a: int, b: int, c: int) -> Ask:
    item = world.held(a, c)
    agent = world.holder(item, b)
    return Ask(
        said=f"complete {item} by {agent}",
        of_store=lambda: world.store.complete(item, agent, disposition="done"),
        of_model=lambda state, now: model.complete(state, now, item, agent, "done"),
    )


def _cancel(world: World, a: int, b: int, c: int) -> Ask:
    item, unheld = world.held(a + b, 1) if c > 5 else world.any_item(a + b), c % 3 == 1
    return Ask(
        said=f"cancel {item}{' if nobody has it' if unheld else ''}",
        of_store=lambda: world.store.cancel(item, reason="left", unheld=unheld),
        of_model=lambda state, now: model.cancel(state, now, item, "left", unheld=unheld),
    )


def _relane(world: World, a: int, b: int, c: int) -> Ask:
    free = [item for item, record in world.state.items.items() if record.agent is None]
    item = _pick(free, a) if free and c > 0 else world.any_item(a)
    credit = _pick((0, 0, 1_000, -1), c)
    demand, number = world.demand(b + 8 * a)
    plan = world.learn(demand)
    return Ask(
        said=f"relane {item} to {number}, credit {credit}",
        of_store=lambda: world.store.relane(item, demand, more_credit_ms=credit),
        of_model=lambda state, now: model.relane(state, now, item, plan, credit),
    )


def _expect(world: World, a: int, b: int, c: int) -> Ask:
    items, channel = [world.any_item(number) for number in (a, a + b, a + c)], _pick(("webchat", "webchat", "voice"), b)
    return Ask(
        said=f"expect {items} of {channel}",
        of_store=lambda: world.store.expect(channel, items),
        of_model=lambda state, now: model.expect(state, now, channel, items),
    )


def _transfer_to_queue(world: World, a: int, b: int, c: int) -> Ask:
    item = world.held(a, c)
    agent = world.holder(item, c)
    demand, number = world.demand(b + 8 * a)
    plan = world.learn(demand)
    first, expected_ms = _preference(a) if b > 4 else None, _pick((-1, 1_000), b)
    return Ask(
        said=f"transfer {item} by {agent} to {number}, first {first}, expected {expected_ms}",
        of_store=lambda: world.store.transfer_to_queue(item, agent, demand, first, expected_ms=expected_ms),
        of_model=lambda state, now: model.transfer_to_queue(state, now, item, agent, plan, first, expected_ms),
    )


def _transfer_to_agent(world: World, a: int, b: int, c: int) -> Ask:
    item = world.held(a, c)
    agent = world.holder(item, c)
    target = _pick((*AGENTS, NOBODY), b)
    return Ask(
        said=f"transfer {item} by {agent} to {target}",
        of_store=lambda: world.store.transfer_to_agent(item, agent, target),
        of_model=lambda state, now: model.transfer_to_agent(state, now, item, agent, target),
    )


def _assign(world: World, a: int, b: int, c: int) -> Ask:
    item, target, by = world.any_item(a), _pick((*AGENTS, NOBODY), b), AgentId("supervisor")
    return Ask(
        said=f"assign {item} to {target}",
        of_store=lambda: world.store.assign(item, target, by=by),
        of_model=lambda state, now: model.assign(state, now, item, target, by),
    )


def _pick_item(world: World, a: int, b: int, c: int) -> Ask:
    item, agent = world.any_item(a + c), _pick((*AGENTS, NOBODY), b)
    return Ask(
        said=f"pick {item} by {agent}",
        of_store=lambda: world.store.pick(item, agent),
        of_model=lambda state, now: model.pick(state, now, item, agent),
    )


def _pause(world: World, a: int, b: int, c: int) -> Ask:
    item = world.held(a, c)
    agent = world.holder(item, b)
    return Ask(
        said=f"pause {item} by {agent}",
        of_store=lambda: world.store.pause(item, agent),
        of_model=lambda state, now: model.pause(state, now, item, agent),
    )


def _resume(world: World, a: int, b: int, c: int) -> Ask:
    paused = [item for item, record in world.state.items.items() if record.state == "paused"]
    item = _pick(paused, a) if paused and c > 0 else world.any_item(a)
    by, prefer_ms = world.holder(item, b) if b < 3 else None, _pick((0, 1_000, 3_000), c)
    return Ask(
        said=f"resume {item} by {by}, preferred for {prefer_ms}",
        of_store=lambda: world.store.resume(item, by=by, prefer_ms=prefer_ms),
        of_model=lambda state, now: model.resume(state, now, item, by, prefer_ms),
    )


def _put_agent(world: World, a: int, b: int, c: int) -> Ask:
    supply = replace(_pick(SUPPLIES, b), agent_id=_pick(AGENTS, a))
    if c == 0:
        supply = replace(supply, limit=max(0, supply.limit - 25))
    profile = profile_of(supply)
    world.state.profiles[profile_id(profile)] = profile
    return Ask(
        said=f"put {supply.agent_id} with {b % len(SUPPLIES)}, limit {supply.limit}",
        of_store=lambda: world.store.put_agent(supply),
        of_model=lambda state, now: model.put_agent(state, now, supply.agent_id, profile_id(profile), supply.limit),
    )


def _lease(world: World, a: int, b: int, c: int) -> Ask:
    agent, device = _pick((*AGENTS, *AGENTS, NOBODY), a + b), DeviceId(f"tab{b % 3}")
    ttl_ms, status = _pick((*[100_000] * 5, 1_000, 3_000, 0), c), _pick((*[""] * 6, "busy", "nonsense"), a + c)
    return Ask(
        said=f"lease {agent} {device} for {ttl_ms}, status {status}",
        of_store=lambda: world.store.lease(agent, device, node="n1", ttl_ms=ttl_ms, sign_in_status=status),
        of_model=lambda state, now: model.lease(state, now, agent, device, "n1", ttl_ms, status),
    )


def _unlease(world: World, a: int, b: int, c: int) -> Ask:
    agent = world.busy_agent(a, b)
    record = world.state.agents.get(agent)
    device = _pick(list(record.devices), b) if record and record.devices and c > 0 else DeviceId("other")
    node = "n2" if c == 2 else "n1"  # every device is at n1
    return Ask(
        said=f"unlease {agent} {device} as {node}",
        of_store=lambda: world.store.unlease(agent, device, node=node),
        of_model=lambda state, now: model.unlease(state, now, agent, device, node),
    )


def _sign_out(world: World, a: int, b: int, c: int) -> Ask:
    agent = world.busy_agent(a, c)
    return Ask(
        said=f"sign out {agent}",
        of_store=lambda: world.store.sign_out(agent),
        of_model=lambda state, now: model.sign_out(state, now, agent),
    )


def _set_status(world: World, a: int, b: int, c: int) -> Ask:
    agent, status = _pick((*AGENTS, *AGENTS, NOBODY), a), _pick(STATUSES, b)
    by = AgentId("supervisor") if c == 0 else None
    return Ask(
        said=f"status of {agent}: {status} by {by}",
        of_store=lambda: world.store.set_status(agent, status, by=by),
        of_model=lambda state, now: model.set_status(state, now, agent, status, "supervisor" if by else "chosen", by),
    )


def _set_next_status(world: World, a: int, b: int, c: int) -> Ask:
    agent, status = world.busy_agent(a, c), _pick((*STATUSES, "", "busy"), a + b)
    return Ask(
        said=f"next status of {agent}: {status}",
        of_store=lambda: world.store.set_next_status(agent, status),
        of_model=lambda state, now: model.set_next_status(state, now, agent, status),
    )


def _configure(world: World, a: int, b: int, c: int) -> Ask:
    changed = world.state.settings != SETTINGS
    settings = SETTINGS if changed and c > 3 else _pick(OTHER_SETTINGS, a + 8 * b)
    return Ask(
        said=f"configure {OTHER_SETTINGS.index(settings)}",
        of_store=lambda: world.store.configure(settings),
        of_model=lambda state, now: model.configure(state, now, settings),
    )


def _tick(world: World, a: int, b: int, c: int) -> Ask:
    limit = _pick((100, 100, 1, 2), a)

    async def tick() -> Step:
        ticked = await world.store.tick(limit)
        return Step(Outcome.OK, ticked.at, ticked.events, ticked.next_due_at or 0)

    return Ask(said=f"tick {limit}", of_store=tick, of_model=lambda state, now: model.tick(state, now, limit))


_ASKS = {
    "tick": _tick,
    "enqueue": _enqueue,
    "accept": _accept,
    "decline": _decline,
    "wrap_up": _wrap_up,
    "complete": _complete,
    "cancel": _cancel,
    "expect": _expect,
    "relane": _relane,
    "transfer_to_queue": _transfer_to_queue,
    "transfer_to_agent": _transfer_to_agent,
    "assign": _assign,
    "pick": _pick_item,
    "pause": _pause,
    "resume": _resume,
    "put_agent": _put_agent,
    "lease": _lease,
    "unlease": _unlease,
    "sign_out": _sign_out,
    "set_status": _set_status,
    "set_next_status": _set_next_status,
    "configure": _configure,
}
_epochs = itertools.count(1)


async def new_world(connection: Connection, functions: str, *, backlog: bool, theme: int | None = None) -> World:
    """A shard with five agents, of whom three are signed in, or in a third of the themes nobody.

    functions: the text of the library to run. backlog: an item of every demand was there before them. theme: chooses
    THEME demands and the settings at the beginning, as what meets often goes wrong sooner; None: everything.
    """
    demands, settings = themed(theme)
    clock = [START]
    await library.load(connection, functions)
    store = RoutingStore(connection, clock=lambda: clock[0])
    epoch = f"epoch{next(_epochs)}"
    await store.rebuilding.begin(epoch, 0, settings)
    await store.rebuilding.end(epoch)
    state = State(settings=settings)
    world = World(connection=connection, store=store, state=state, clock=clock, demands=demands, seq=1)
    for move in opening(theme, backlog=backlog):
        await world.step(*move)
    return world
