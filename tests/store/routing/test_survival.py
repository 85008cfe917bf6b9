"""What outlives what: wiped stores, restarts, failover, stale caches, nodes that install at once, rebuilds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from router.core.events import OfferCreated, StoreRebuilt
from router.core.outcomes import Outcome
from router.core.policy import Requirement, Supply
from router.core.recalled import Recalled
from router.core.words import AgentId, OfferId, WorkItemId
from router.embedded import valkey
from router.store.audit import audit
from router.store.connection import Connection
from router.store.event_reader import EventReader, EventsLost
from router.store.routing import RestoredAgent, RestoredItem, RoutingStore, StoreEmpty, Written
from tests.patience import PATIENCE_S
from tests.servers import free_port, running
from tests.store.routing.centre import SETTINGS, START, TAB, Centre, call, chat

ANN, BOB, ITEM = AgentId("ann"), AgentId("bob"), WorkItemId("i")


async def test_a_wiped_store_says_so_and_does_nothing(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.connection.call("FLUSHALL")
    for ask in (centre.store.enqueue(ITEM, chat()), centre.store.tick(), centre.store.snapshot()):
        with pytest.raises(StoreEmpty):
            await ask
    assert await centre.connection.call("DBSIZE") == 0


async def test_definitions_of_a_wiped_store_are_forgotten(centre: Centre) -> None:
    """The Lua state outlives FLUSHALL: what it remembers of lanes and profiles must not."""
    await centre.agent("ann")
    await centre.item("i")
    await centre.connection.call("FLUSHALL")
    await centre.store.rebuilding.begin("second", 100, SETTINGS)
    await centre.store.rebuilding.end("second")
    reply = await centre.connection.call(
        "FCALL", "usher_enqueue", 1, "{main}:", START, "i", "0" * 16, "", 0, "", "", 0, "", -1
    )
    assert reply[0] == b"unknown_lane"
    await centre.agent("ann")
    assert await centre.item("i") == "ann"
    assert await audit(centre.connection, centre.store) == []


async def test_a_lane_only_the_old_primary_knew_is_unknown_after_its_return(centre: Centre) -> None:
    """It comes back with a history as long as the one it remembers, but another."""
    await centre.agent("ann", french=5)
    await centre.store.prepare([chat(french=1)])
    saved = await centre.connection.call("LRANGE", "{main}:definitions", 0, -1), await _head(centre)
    await centre.store.prepare([chat(french=2)])
    await _put_head(centre, *saved)
    await centre.store.prepare([chat(french=3)])
    assert await centre.item("i", chat(french=2)) == "ann"
    definitions = b"".join(await centre.connection.call("LRANGE", "{main}:definitions", 0, -1))
    assert definitions.count(b"french") == 4
    assert await audit(centre.connection, centre.store) == []


async def _head(centre: Centre) -> bytes:
    return bytes(await centre.connection.call("GET", "{main}:meta"))


async def _put_head(centre: Centre, definitions: list[bytes], head: bytes) -> None:
    await centre.connection.call("DEL", "{main}:definitions")
    await centre.connection.call("RPUSH", "{main}:definitions", *definitions)
    await centre.connection.call("SET", "{main}:meta", head)


async def test_two_nodes_that_meet_a_new_lane_and_a_new_profile_at_once_miss_nothing(centre: Centre) -> None:
    other = RoutingStore(centre.connection, clock=lambda: centre.clock[0])
    for number in range(20):
        skill = f"skill{number}"
        asking = replace(chat(), requirements=frozenset({Requirement(skill=skill)}))
        name, item = AgentId(f"agent{number}"), WorkItemId(f"item{number}")
        supply = Supply(
            agent_id=name, skills={skill: 1}, queues=frozenset({"sales"}), limit=100, at_most={"webchat": 1}
        )
        await asyncio.gather(
            centre.store.enqueue(item, asking),
            other.put_agent(supply),
            centre.store.enqueue(WorkItemId(f"twin{number}"), asking),
        )
        await other.lease(name, TAB, node="node", ttl_ms=10_000_000)
    assert await audit(centre.connection, centre.store) == []
    snapshot = await centre.store.snapshot()
    assert all(agent.offers for agent in snapshot.agents.values())


async def test_a_rebuild_keeps_order_owners_and_numbers(centre: Centre) -> None:
    await centre.agent("ann")
    for name in ("i", "j", "k"):
        await centre.item(name, brief=b"\xff\x00")
    await centre.accepted("i")
    before = await centre.store.snapshot()
    agents = [
        RestoredAgent(
            supply=Supply(
                agent_id=ANN,
                skills={},
                queues=frozenset({"sales", "help"}),
                limit=100,
                at_most={"webchat": 4, "voice": 1},
            ),
            status="available",
            idle_since=before.agents[ANN].idle_since,
            signed_in=True,
        )
    ]
    items = [
        RestoredItem(
            item=item,
            demand=chat(),
            state="assigned" if record.state == "assigned" else "waiting",
            score=record.score,
            enqueued_at=record.enqueued_at,
            attempt=record.attempt,
            taken=record.taken,
            agent=record.agent,
            brief=b"\xff\x00",
        )
        for item, record in before.items.items()
    ]
    await centre.store.rebuilding.begin("second", before.seq, SETTINGS)
    with pytest.raises(StoreEmpty):
        await centre.store.cancel(ITEM)
    await centre.store.rebuilding.restore("second", agents=agents, items=items)
    opened = await centre.store.rebuilding.end("second")
    assert [(written.seq, type(written.event)) for written in opened.events] == [(before.seq + 1, StoreRebuilt)]
    assert await audit(centre.connection, centre.store) == []
    after = await centre.store.snapshot()
    assert after.items[ITEM] == structs.replace(before.items[ITEM], over_at=before.at)
    assert list((await centre.store.waiting("sales"))[1]) == ["j", "k"]
    await centre.sign_in(ANN)
    assert [(event.offer, event.brief) for event in centre.events if isinstance(event, OfferCreated)] == [
        (OfferId("j:2"), b"\xff\x00")
    ]


async def test_of_two_rebuilds_at_once_the_later_one_wins(centre: Centre) -> None:
    await centre.store.rebuilding.begin("early", 10, SETTINGS)
    await centre.store.rebuilding.begin("late", 20, SETTINGS)
    with pytest.raises(StoreEmpty):
        await centre.store.rebuilding.end("early")
    assert (await centre.store.rebuilding.end("late")).outcome == Outcome.OK
    assert await centre.store.seq() == 21


async def test_a_promoted_replica_goes_on_where_the_primary_was(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with pair(tmp_path) as (primary, replica):
        clock = [START]
        store = await RoutingStore.open(primary, clock=lambda: clock[0])
        await store.rebuilding.begin("first", 0, SETTINGS)
        await store.rebuilding.end("first")
        centre = Centre(connection=primary, store=store, clock=clock)
        await centre.agent("ann", french=5)
        await centre.item("i", chat(french=5))
        await centre.accepted("i")
        assert await primary.call("WAIT", 1, 30_000) == 1
        before = await store.snapshot()
        await replica.call("REPLICAOF", "NO", "ONE")
        promoted = RoutingStore(replica, clock=lambda: clock[0])
        await promoted.rebuilding.reopen("first", at_least_seq=before.seq, spare=1_000)
        after = await promoted.snapshot()
        assert (after.agents, after.items) == (before.agents, before.items)
        step = await promoted.enqueue(WorkItemId("j"), chat(french=4))
        assert [written.event.agent for written in step.events if isinstance(written.event, OfferCreated)] == ["ann"]
        assert await audit(replica, promoted) == []


def opened(url: str) -> Awaitable[Connection]:
    """Longer patient than the server it asks."""
    return Connection.open(url, timeout_s=60)


@asynccontextmanager
async def pair(directory: Path) -> AsyncIterator[tuple[Connection, Connection]]:
    """A primary and its replica, in step."""
    binary, port = str(valkey.binary()), free_port()
    with (
        running(binary, directory / "a", "--port", str(port), "--repl-diskless-sync-delay", "0") as first,
        running(binary, directory / "b") as second,
    ):
        async with await opened(first.url) as primary, await opened(second.url) as replica:
            await replica.call("REPLICAOF", "127.0.0.1", port)
            async with asyncio.timeout(PATIENCE_S):
                while b"master_link_status:up" not in await replica.call("INFO", "replication"):
                    await asyncio.sleep(0.02)
            yield primary, replica


async def test_events_are_read_in_order_without_gaps_and_from_the_middle_of_a_step(
    centre: Centre, store_url: str
) -> None:
    await centre.agent("ann")
    await centre.item("i")
    last = await centre.store.seq()
    for after in range(last):
        async with await Connection.open(store_url) as connection:
            async for batch in EventReader(connection, after_seq=after):
                assert [written.seq for written in batch] == list(range(after + 1, last + 1))
                break


async def test_a_step_may_write_more_events_than_a_command_takes_arguments(centre: Centre, store_url: str) -> None:
    """Half done it could not be undone: its writes are there, its records and events are not."""
    many = 4_200
    await centre.store.configure(replace(SETTINGS, pacing=many))
    supply = Supply(agent_id=ANN, skills={}, queues=frozenset({"sales"}), limit=many, at_most={"webchat": many})
    await centre.store.put_agent(supply)
    asked = (centre.store.enqueue(WorkItemId(f"i{number}"), chat(weight=1)) for number in range(many))
    before = (await asyncio.gather(*asked))[-1].events[-1].seq
    step = await centre.store.lease(ANN, TAB, node="node", ttl_ms=10_000_000)
    assert [written.seq for written in step.events] == list(range(before + 1, before + 1 + many + 1))
    read: list[Written] = []
    async with await Connection.open(store_url) as connection:
        async for batch in EventReader(connection, after_seq=before):
            read += batch
            if len(read) == len(step.events):
                break
    assert [(each.seq, each.packed) for each in read] == [(each.seq, each.packed) for each in step.events]
    assert await audit(centre.connection, centre.store) == []


async def test_events_that_were_trimmed_are_reported_lost(centre: Centre, store_url: str) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.connection.call("XTRIM", "{main}:events", "MAXLEN", 1)
    async with await Connection.open(store_url) as connection:
        reader = aiter(EventReader(connection, after_seq=1))
        with pytest.raises(EventsLost):
            await anext(reader)


async def test_a_rebuild_keeps_refusals_wishes_and_slow_beginnings(centre: Centre) -> None:
    settings = replace(SETTINGS, ramp_ms=10_000, queues={"sales": replace(SETTINGS.queues["sales"], drain_after_ms=50)})
    supplies = [
        Supply(agent_id=agent, skills={}, queues=frozenset({"sales"}), limit=100, at_most={"webchat": 4, "voice": 1})
        for agent in (ANN, BOB)
    ]
    ann, bob = (
        RestoredAgent(supply=supply, status="available", idle_since=START, signed_in=True) for supply in supplies
    )
    ann = replace(ann, ramping=True, ramp_until=START + 5_000)
    told = {
        "refused": Recalled(refusals={BOB: 1}, excluded={BOB: START + 3_000, ANN: 0}),
        "wanted": Recalled(preferred=ANN, preferred_until=START + 60_000),
        "told": Recalled(overflow="callback", alone=True),
    }
    items = [
        RestoredItem(
            item=WorkItemId(name), demand=chat(), state="waiting", score=START, enqueued_at=START, recalled=recalled
        )
        for name, recalled in told.items()
    ]
    large = RestoredItem(item=WorkItemId("call"), demand=call(), state="waiting", score=START + 1, enqueued_at=START)
    await centre.store.rebuilding.begin("second", 100, settings)
    await centre.store.rebuilding.restore("second", agents=[ann, bob], items=[*items, large])
    await centre.store.rebuilding.end("second")
    assert await audit(centre.connection, centre.store) == []
    await centre.sign_in(ANN)
    assert centre.events[1:] == [], "she came back lately, and got something lately"
    await centre.sign_in(BOB)
    assert centre.offered_to("told") == "bob"
    await centre.did(await centre.store.accept(OfferId("told:1"), BOB))
    assert centre.offered_to("refused") is None
    assert centre.offered_to("wanted") is None
    await centre.wait(60)
    waiting = await centre.store.item(WorkItemId("call"))
    assert waiting is not None
    assert waiting.overdue, "what waited too long does so still"
    await centre.wait(2_940)
    assert centre.offered_to("refused") == "bob"
    await centre.wait(2_000)
    assert centre.offered_to("wanted") == "ann"
    assert await audit(centre.connection, centre.store) == []
