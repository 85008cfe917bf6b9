"""A centre of a given size in an embedded store: lanes, profiles, agents and waiting items to measure transitions on.

After the prototype's scene: every lane asks one or two of 20 skills, every profile has half of them, so an agent may
serve some forty in a hundred lanes, and a waiting item about as many agents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from router.core.compiler import QueueSettings, Settings
from router.core.events import OfferCreated
from router.core.policy import Demand, Requirement, Supply
from router.core.words import AgentId, DeviceId, Ms, OfferId, WorkItemId
from router.store.connection import Connection
from router.store.routing import RestoredAgent, RestoredItem, RoutingStore
from router.store.step import Step

SEED = 1
SKILLS, PROFILES, QUEUES = 20, 100, 20
START: Ms = 1_700_000_000_000
TOGETHER = 64
"""Calls on their way at once."""
SETTINGS = Settings(
    statuses={"available": ("voice",), "busy": (), "away": (), "offline": ()},
    queues={f"queue{n}": QueueSettings(wrap_up_ms=60_000, ring_ms={"voice": 600_000}) for n in range(QUEUES)},
    sign_in_status="available",
    missed_status="away",
    grace_ms=600_000,
    gone_boost_ms=60_000,
    cooldown_ms=3_600_000,
)

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    agents: int
    waiting: int
    lanes: int
    starved: float = 0.0
    """Share of the lanes that ask for a skill nobody has."""


@dataclass(slots=True, kw_only=True)
class Scene:
    """offers: ringing, by item. held: whose each assigned item is."""

    store: RoutingStore
    size: Size
    demands: list[Demand]
    random: Random
    offers: dict[WorkItemId, tuple[OfferId, AgentId]] = field(default_factory=dict)
    held: dict[WorkItemId, AgentId] = field(default_factory=dict)
    born: int = 0

    def new_item(self) -> tuple[WorkItemId, Demand]:
        self.born += 1
        return WorkItemId(f"item{self.born}"), self.random.choice(self.demands)

    async def enqueue(self, count: int) -> None:
        await self.every([self.new_item() for _ in range(count)], lambda item: self.store.enqueue(*item))

    async def accept(self, items: Iterable[WorkItemId]) -> None:
        accepted = [(item, *self.offers.pop(item)) for item in items]
        self.held |= {item: agent for item, _, agent in accepted}
        await self.every(accepted, lambda offer: self.store.accept(offer[1], offer[2]))

    async def every(self, work: Sequence[A], act: Callable[[A], Awaitable[Step]]) -> None:
        """Do it to all, TOGETHER at a time, and note the offers that come of it."""
        for start in range(0, len(work), TOGETHER):
            for step in await asyncio.gather(*[act(one) for one in work[start : start + TOGETHER]]):
                for written in step.events:
                    if isinstance(event := written.event, OfferCreated):
                        self.offers[event.item] = (event.offer, event.agent)


def demands(size: Size) -> list[Demand]:
    """As many different demands as there are to be lanes; levels only tell them apart."""
    random, made = Random(SEED), set[Demand]()
    starved = round(size.lanes * size.starved)
    while len(made) < size.lanes:
        skills = random.sample(range(SKILLS), 1 if random.random() < 0.7 else 2)
        needs = {Requirement(skill=f"skill{skill}", level=random.randint(1, 10)) for skill in skills}
        if len(made) < starved:
            needs.add(Requirement(skill="nobody has this", level=1))
        made.add(
            Demand(
                queue=f"queue{random.randrange(QUEUES)}",
                channel="voice",
                requirements=frozenset(needs),
                weight=100,
                model="longest_idle",
            )
        )
    return sorted(made, key=repr)


def supplies(size: Size) -> list[Supply]:
    random = Random(SEED)
    profiles = [random.sample(range(SKILLS), SKILLS // 2) for _ in range(PROFILES)]
    return [
        Supply(
            agent_id=AgentId(f"agent{number}"),
            skills={f"skill{skill}": 10 for skill in profiles[number % PROFILES]},
            queues=frozenset(SETTINGS.queues),
            limit=100,
            at_most={"voice": 1},
        )
        for number in range(size.agents)
    ]


async def build(connection: Connection, size: Size, *, busy: bool) -> Scene:
    """Make the scene anew in an emptied store: every agent with an item in hand and a backlog, or all free."""
    await connection.call("FLUSHALL", "SYNC")
    clock = [START]
    store = await RoutingStore.open(connection, clock=lambda: clock[0])
    scene = Scene(store=store, size=size, demands=demands(size), random=Random(SEED))
    agents = [RestoredAgent(supply=s, status="available", idle_since=START, signed_in=True) for s in supplies(size)]
    scene.held = {WorkItemId(f"held{n}"): agent.supply.agent_id for n, agent in enumerate(agents)} if busy else {}
    items = [_restored(scene, item, agent) for item, agent in scene.held.items()]
    items += [_restored(scene, None, None) for _ in range(size.waiting if busy else 0)]
    await store.rebuilding.begin("bench", 0, SETTINGS)
    await store.rebuilding.restore("bench", agents=agents)
    for start in range(0, len(items), 20_000):
        await store.rebuilding.restore("bench", items=items[start : start + 20_000])
    await store.rebuilding.end("bench")
    for start in range(0, len(scene.demands), 1_000):
        await store.prepare(scene.demands[start : start + 1_000])
    clock[0] += 1
    device = DeviceId("tab")
    await scene.every(agents, lambda a: store.lease(a.supply.agent_id, device, node="node", ttl_ms=3_600_000))
    return scene


def _restored(scene: Scene, item: WorkItemId | None, agent: AgentId | None) -> RestoredItem:
    new, demand = scene.new_item()
    since = START - 1_000_000 + scene.born
    return RestoredItem(
        item=item or new,
        demand=demand,
        state="assigned" if agent else "waiting",
        score=since,
        enqueued_at=since,
        agent=agent,
    )
