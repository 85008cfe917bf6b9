"""Nodes forget what is older than the policy keeps it: by themselves, and when an operator says so."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest

from config.secret import Secret
from config.settings import Settings
from router import app
from router.cli.serving import plan_of
from router.core.policy import Demand
from router.core.retention import DAY_MS, KINDS, Retention
from router.core.words import CustomerId, Ms, WorkItemId
from router.engine import journal_gaps, rebuild, retention, streams
from router.engine.centre import Centre
from router.store.event_reader import EventReader
from router.store.postgres import audit, conversations, customers, erasures, messages
from router.store.step import Step
from tests.patience import PATIENCE_S
from tests.postgres.conftest import a_start

OLD: Ms = 40 * DAY_MS
KEPT = Retention(days=dict.fromkeys(KINDS, 30))


@pytest.fixture
async def centre(valkey_url: str, postgres_url: str) -> AsyncIterator[Centre]:
    """One at rest, without anything of the demo's but its policy, which keeps everything for thirty days."""
    settings = Settings(redis_url=Secret(valkey_url), postgres_url=Secret(postgres_url))
    plan, _ = plan_of(settings, 0)
    async with app.centre(replace(plan, policy=replace(plan.policy, retention=KEPT))) as (made, _):
        await rebuild.ensure(made)
        yield made


async def talked(centre: Centre, customer_id: str, closed_at: Ms) -> str:
    """A conversation that is over, of a customer who came then."""
    customer = customers.Customer(id=CustomerId(customer_id), name="Anna", created_at=closed_at)
    visitor = customers.Visitor(
        id=f"vis_{customer_id}", customer_id=customer.id, account="shop", created_at=closed_at, last_seen_at=closed_at
    )
    await customers.add_visitor(centre.database, customer_id, visitor, customer)
    begun = await conversations.start(centre.writer, a_start(customer_id=customer.id, at=closed_at))
    assert isinstance(begun, conversations.Started)
    await centre.database.execute(
        "UPDATE conversations SET state = 'closed', closed_at = $2 WHERE id = $1", begun.conversation_id, closed_at
    )
    await centre.database.execute("UPDATE work_items SET state = 'closed', closed_at = $1", closed_at)
    return begun.conversation_id


async def said(centre: Centre, conversation_id: str) -> str:
    return (await messages.texts(centre.database, [(conversation_id, 1)]))[conversation_id, 1]


async def test_a_dry_run_counts_and_a_run_forgets_the_same_and_tells_the_audit(centre: Centre) -> None:
    old, young = [
        await talked(centre, name, centre.now() - age) for name, age in (("cus_old", OLD), ("cus_young", DAY_MS))
    ]
    dry = await retention.all_turns(centre, dry=True)
    assert {turn.kind: turn.count for turn in dry if turn.count} == {"conversations": 1, "customers": 1}
    assert [await said(centre, each) for each in (old, young)] == ["Hello", "Hello"]
    assert [turn.count for turn in await retention.all_turns(centre, dry=False)] == [turn.count for turn in dry]
    assert [await said(centre, each) for each in (old, young)] == ["", "Hello"]
    assert await erasures.standing(centre.database, [CustomerId("cus_old")]) == "under_way"
    noted = [(each.action, each.subject, each.detail["count"]) for each in await audit.newest(centre.database)]
    assert noted == [("retention.forget", "customers", 1), ("retention.forget", "conversations", 1)]
    assert sum(turn.count for turn in await retention.all_turns(centre, dry=False)) == 0


async def test_a_node_forgets_by_itself_and_only_when_it_is_its_turn(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LOOKED_EVERY_S", 0.01)
    old = await talked(centre, "cus_old", centre.now() - OLD)
    running = asyncio.create_task(retention.run(centre))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while await said(centre, old):
                await asyncio.sleep(0.01)
            while await centre.database.fetch_value("SELECT count(*) FROM retention_turns") < len(KINDS):
                await asyncio.sleep(0.01)
        later = await talked(centre, "cus_later", centre.now() - OLD)
        await asyncio.sleep(0.1)
        assert await said(centre, later) == "Hello"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def queued(centre: Centre) -> Step:
    """A step of the store with an event, which nobody has journaled yet."""
    demand = Demand(queue="orders", channel="webchat", requirements=frozenset(), weight=25, model="longest_idle")
    step = await centre.store.enqueue(WorkItemId(f"wi_{secrets.token_hex(4)}"), demand)
    assert step.events
    return step


async def test_no_event_leaves_the_stream_that_the_journal_does_not_have(centre: Centre) -> None:
    future = centre.now() + DAY_MS
    await centre.journal((await queued(centre)).events)
    lost, last = await queued(centre), await queued(centre)
    await centre.journal(last.events)
    before = await centre.store.oldest_event()
    await streams.forget_events(centre.store, centre.database, before=future)
    assert await centre.store.oldest_event() == before
    await centre.journal(lost.events)
    await streams.forget_events(centre.store, centre.database, before=centre.now() - DAY_MS)
    assert await centre.store.oldest_event() == before
    await streams.forget_events(centre.store, centre.database, before=future)
    assert await centre.store.oldest_event() == last.events[0].seq
    reader = EventReader(centre.store.connection, after_seq=await journal_gaps.first_unsure(centre))
    assert [written.seq async for batch in journal_gaps.in_stream(centre, reader) for written in batch] == [
        written.seq for written in last.events
    ]
