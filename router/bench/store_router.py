"""The running store as the router of a centre of queueing theory: its own shard, virtual time as store time.

Offers are accepted in the ms they are made; a queue without wrap-up. Kinds of customers are skills: an item of kind 2
asks for `kind2`.
"""

from __future__ import annotations

from router.bench.steady_state import Centre
from router.core.compiler import QueueSettings, Settings
from router.core.events import OfferCreated
from router.core.outcomes import Outcome
from router.core.policy import Demand, Requirement, Supply
from router.core.words import AgentId, DeviceId, Ms, WorkItemId
from router.store.connection import Connection
from router.store.routing import RoutingStore
from router.store.step import Step

OPENED_AT: Ms = 1_700_000_000_000
"""Store time of virtual 0."""
FOREVER_MS: Ms = 10**12
SETTINGS = Settings(
    statuses={"available": ("voice",), "away": (), "offline": ()},
    queues={"calls": QueueSettings(wrap_up_ms=0, ring_ms={"voice": 20_000})},
    sign_in_status="available",
    missed_status="away",
    grace_ms=20_000,
    gone_boost_ms=0,
    cooldown_ms=0,
)


class StoreRouter:
    """A Router (steady_state.py)."""

    def __init__(self, store: RoutingStore, clock: list[Ms], centre: Centre) -> None:
        self._store = store
        self._clock = clock
        self._demands = [_demand(kind, centre.kinds) for kind in range(centre.kinds)]
        self._with: dict[WorkItemId, AgentId] = {}
        self.calls = 0

    @classmethod
    async def open(cls, connection: Connection, centre: Centre, *, shard: str) -> StoreRouter:
        """Make the centre in an empty shard: lanes known, every agent signed in and free since 0."""
        clock = [OPENED_AT]
        store = RoutingStore(connection, shard=shard, clock=lambda: clock[0], stream_length=100)
        await store.rebuilding.begin(shard, 0, SETTINGS)
        await store.rebuilding.end(shard)
        router = cls(store, clock, centre)
        await store.prepare(router._demands)
        for number, kinds in enumerate(centre.agents):
            supply = _supply(number, kinds)
            _done(await store.put_agent(supply))
            _done(await store.lease(supply.agent_id, DeviceId("phone"), node="theory", ttl_ms=FOREVER_MS))
        return router

    async def arrive(self, at: Ms, customer: int, kind: int) -> list[int]:
        self._clock[0] = OPENED_AT + at
        return await self._accept_offers(await self._store.enqueue(_item(customer), self._demands[kind]))

    async def leave(self, at: Ms, customer: int) -> list[int]:
        self._clock[0] = OPENED_AT + at
        item = _item(customer)
        agent = self._with.pop(item, None)
        ended = self._store.complete(item, agent) if agent else self._store.cancel(item)
        return await self._accept_offers(await ended)

    async def _accept_offers(self, step: Step) -> list[int]:
        """Which customers an agent takes now."""
        self.calls += 1
        started = []
        for written in _done(step).events:
            if isinstance(offer := written.event, OfferCreated):
                self.calls += 1
                _done(await self._store.accept(offer.offer, offer.agent))
                self._with[offer.item] = offer.agent
                started.append(int(offer.item))
        return started


def _item(customer: int) -> WorkItemId:
    """Ids in order of arrival: ties of one ms go to the first."""
    return WorkItemId(f"{customer:07}")


def _demand(kind: int, kinds: int) -> Demand:
    asked = frozenset({Requirement(skill=f"kind{kind}")}) if kinds > 1 else frozenset()
    return Demand(queue="calls", channel="voice", requirements=asked, weight=100, model="longest_idle")


def _supply(number: int, kinds: frozenset[int]) -> Supply:
    return Supply(
        agent_id=AgentId(f"agent{number:04}"),
        skills={f"kind{kind}": 1 for kind in sorted(kinds)},
        queues=frozenset({"calls"}),
        limit=100,
        at_most={"voice": 1},
    )


def _done(step: Step) -> Step:
    assert step.outcome is Outcome.OK, step
    return step
