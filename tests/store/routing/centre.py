"""A centre for tests of single rules: one queue of each model, agents by name, time that stands still until told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from router.core.compiler import QueueSettings, Settings
from router.core.events import Event, OfferCreated
from router.core.outcomes import Outcome
from router.core.policy import Demand, Requirement, Supply
from router.core.words import AgentId, ChoiceModel, DeviceId, OfferId, WorkItemId
from router.store.connection import Connection
from router.store.routing import RoutingStore
from router.store.step import Step

START = 1_700_000_000_000
SETTINGS = Settings(
    statuses={"available": ("voice", "webchat"), "chats": ("webchat",), "away": (), "offline": ()},
    queues={
        "sales": QueueSettings(wrap_up_ms=60_000, ring_ms={"webchat": 20_000, "voice": 15_000}),
        "help": QueueSettings(wrap_up_ms=0, ring_ms={}),
    },
    sign_in_status="available",
    missed_status="away",
    grace_ms=20_000,
    gone_boost_ms=60_000,
    cooldown_ms=120_000,
)
TAB = DeviceId("tab")


@dataclass(slots=True, kw_only=True)
class Centre:
    connection: Connection
    store: RoutingStore
    clock: list[int]
    events: list[Event] = field(default_factory=list)
    """Of the last step."""

    async def did(self, step: Step) -> Outcome:
        self.events = [written.event for written in step.events]
        return step.outcome

    async def agent(self, name: str, *, limit: int = 100, signed_in: bool = True, **skills: int) -> AgentId:
        """An agent of both queues who takes four chats and a call, signed in a millisecond after the one before."""
        agent = AgentId(name)
        at_most = {"webchat": 4, "voice": 1}
        supply = Supply(
            agent_id=agent, skills=skills, queues=frozenset({"sales", "help"}), limit=limit, at_most=at_most
        )
        await self.did(await self.store.put_agent(supply))
        self.clock[0] += 1
        if signed_in:
            await self.sign_in(agent)
        return agent

    async def sign_in(self, agent: AgentId, *, ttl_ms: int = 10_000_000) -> None:
        await self.did(await self.store.lease(agent, TAB, node="node", ttl_ms=ttl_ms))

    async def item(
        self, name: str, demand: Demand | None = None, *, credit_ms: int = 0, brief: bytes = b""
    ) -> str | None:
        """A new item a millisecond after the one before; whom it is offered to."""
        self.clock[0] += 1
        await self.did(await self.store.enqueue(WorkItemId(name), demand or chat(), credit_ms=credit_ms, brief=brief))
        return self.offered_to(name)

    async def accepted(self, name: str) -> None:
        """The one it rings at accepts; of several the last."""
        item = await self.store.item(WorkItemId(name))
        assert item is not None
        agent, ringing = list(item.ringing.items())[-1]
        assert await self.did(await self.store.accept(OfferId(f"{name}:{ringing.attempt}"), agent)) == "ok"

    async def wait(self, ms: int) -> None:
        """Let time pass and what is due happen."""
        self.clock[0] += ms
        self.events = [written.event for written in (await self.store.tick()).events]

    def offered_to(self, name: str) -> str | None:
        """Whom the last step offered the item to."""
        offers = [event for event in self.events if isinstance(event, OfferCreated) and event.item == name]
        return offers[-1].agent if offers else None


def chat(queue: str = "sales", *, weight: int = 25, model: ChoiceModel = "longest_idle", **needs: int) -> Demand:
    return _demand(queue, "webchat", weight, model, needs.items())


def call(queue: str = "sales", **needs: int) -> Demand:
    return _demand(queue, "voice", 100, "longest_idle", needs.items())


def _demand(queue: str, channel: str, weight: int, model: ChoiceModel, needs: Iterable[tuple[str, int]]) -> Demand:
    requirements = frozenset(Requirement(skill=skill, level=level) for skill, level in needs)
    return Demand(queue=queue, channel=channel, requirements=requirements, weight=weight, model=model)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Centre]:
    clock = [START]
    async with await Connection.open(url) as connection:
        store = await RoutingStore.open(connection, clock=lambda: clock[0])
        await store.rebuilding.begin("first", 0, SETTINGS)
        await store.rebuilding.end("first")
        yield Centre(connection=connection, store=store, clock=clock)
