"""`usher bench day` in small: an hour of a fifth of the centre, and a watch that sees each broken promise."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from router.bench.day import Options, live_day
from router.bench.day_centre import SETTINGS
from router.bench.day_watch import Watch
from router.core import events
from router.core.compiler import lane_id, lane_of
from router.core.policy import Demand, Supply
from router.core.words import AgentId, OfferId, WorkItemId
from router.store.connection import Connection
from router.store.step import Written

AT = 1_700_000_000_000
CHAT = Demand(queue="queue01", channel="webchat", requirements=frozenset(), weight=30, model="longest_idle")
CALL = Demand(queue="queue01", channel="voice", requirements=frozenset(), weight=100, model="longest_idle")
ANN, BEN = (
    Supply(
        agent_id=AgentId(name),
        skills={},
        queues=frozenset({"queue01"}),
        limit=100,
        at_most={"voice": 1, "webchat": 2},
    )
    for name in ("ann", "ben")
)


@pytest.fixture
async def connection(valkey_url: str) -> AsyncIterator[Connection]:
    async with await Connection.open(valkey_url, timeout_s=60) as connection:
        yield connection


async def test_an_hour_of_a_real_day_breaks_no_promise(connection: Connection) -> None:
    document = await live_day(connection, Options(agents=50, customers=9_000, hours=(11, 12)))
    assert document["violations"] == []
    assert document["ok"]
    assert document["answered"] + document["abandoned"] == document["customers"] > 500
    assert min(document["offers"].values()) > 0
    assert document["wait_s"]["longest"] > 60, "nobody had to wait: nothing was checked"
    assert document["fairness"]["groups"] == 25


class Scene:
    """A watch and the events it is shown, each in a step of its own."""

    def __init__(self, *signed_in: Supply) -> None:
        self.watch = Watch(SETTINGS, [ANN, BEN], [CHAT, CALL])
        self.now = AT
        for supply in signed_in:
            self.shows(self.presence(supply, "available"))

    def shows(self, *happened: events.Event) -> None:
        self.now += 1
        self.watch.saw(self.now, [Written(0, msgspec.msgpack.encode(event)) for event in happened])

    def presence(self, supply: Supply, status: str) -> events.AgentPresence:
        return events.AgentPresence(
            at=self.now, agent=supply.agent_id, reachability="connected", status=status, reason="sign_in"
        )

    def queued(self, name: str, demand: Demand = CALL, *, score: int = AT) -> events.ItemQueued:
        return events.ItemQueued(
            at=self.now,
            item=WorkItemId(name),
            queue=demand.queue,
            lane=lane_id(lane_of(demand)),
            channel=demand.channel,
            weight=demand.weight,
            score=score,
            enqueued_at=score,
            reason="new",
        )

    def offered(self, name: str, supply: Supply, demand: Demand = CALL) -> events.OfferCreated:
        return events.OfferCreated(
            at=self.now,
            offer=OfferId(f"{name}:1"),
            item=WorkItemId(name),
            agent=supply.agent_id,
            queue=demand.queue,
            lane=lane_id(lane_of(demand)),
            channel=demand.channel,
            weight=demand.weight,
            expires_at=self.now + 20_000,
            enqueued_at=self.now,
            attempt=1,
        )

    def accepted(self, name: str, supply: Supply) -> events.OfferAccepted:
        return events.OfferAccepted(
            at=self.now, offer=OfferId(f"{name}:1"), item=WorkItemId(name), agent=supply.agent_id
        )

    @property
    def broken(self) -> set[str]:
        return {rule for rule, times in self.watch.found.items() if times}


def test_an_item_that_waits_while_an_agent_is_free_is_seen() -> None:
    scene = Scene(ANN)
    scene.shows(scene.queued("call"))
    assert scene.broken == {"idle"}


def test_an_agent_who_comes_free_while_an_item_waits_is_seen() -> None:
    scene = Scene()
    scene.shows(scene.queued("call"))
    assert scene.broken == set()
    scene.shows(scene.presence(ANN, "available"))
    assert scene.broken == {"idle"}


def test_a_later_item_taken_first_is_seen() -> None:
    scene = Scene()
    scene.shows(scene.queued("first"))
    scene.shows(scene.queued("second", score=AT + 1))
    scene.shows(scene.presence(ANN, "available"), scene.offered("second", ANN))
    assert scene.broken == {"overtaken"}


def test_the_wrong_one_of_two_free_agents_is_seen() -> None:
    scene = Scene(ANN, BEN)
    scene.shows(scene.queued("call"), scene.offered("call", BEN))
    assert scene.broken == {"choice"}


def test_more_than_an_agent_may_hold_is_seen() -> None:
    scene = Scene(ANN)
    scene.shows(scene.queued("call"), scene.offered("call", ANN))
    scene.shows(scene.accepted("call", ANN))
    assert scene.broken == set()
    scene.shows(scene.queued("chat", CHAT), scene.offered("chat", ANN, CHAT))
    assert scene.broken == {"capacity", "choice"}


def test_an_item_with_two_agents_is_seen() -> None:
    scene = Scene(ANN, BEN)
    scene.shows(scene.queued("call"), scene.offered("call", ANN))
    scene.shows(scene.accepted("call", BEN))
    assert "owner" in scene.broken
