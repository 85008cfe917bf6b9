"""Two people act on one conversation at the same moment: whoever comes second finds what the first has done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from config.secret import Secret
from config.settings import Settings
from router import app
from router.cli.serving import plan_of
from router.core.policy import Demand, Supply
from router.core.words import AgentId, DeviceId, OfferId, WorkItemId
from router.engine import in_line, intake, rebuild
from router.engine.centre import Centre
from router.store.postgres import conversations, customers, work_items
from tests.postgres.conftest import a_start

ANN = AgentId("ann")


@pytest.fixture
async def ringing(valkey_url: str, postgres_url: str) -> AsyncIterator[tuple[Centre, conversations.Started]]:
    """A centre at rest, in which a conversation's item rings at ann."""
    settings = Settings(redis_url=Secret(valkey_url), postgres_url=Secret(postgres_url))
    async with app.centre(plan_of(settings, 0)[0]) as (made, _):
        await rebuild.ensure(made)
        new = a_start()
        await customers.add(made.database, customers.Customer(id=new.customer_id, created_at=1))
        begun = await conversations.start(made.writer, new)
        assert isinstance(begun, conversations.Started)
        supply = Supply(agent_id=ANN, skills={}, queues=frozenset({"sales"}), limit=100, at_most={"webchat": 4})
        await made.store.put_agent(supply)
        await made.store.lease(ANN, DeviceId("tab"), node="node", ttl_ms=600_000)
        demand = Demand(queue="sales", channel="webchat", requirements=frozenset(), weight=25, model="longest_idle")
        assert begun.item_id is not None
        await made.journal((await made.store.enqueue(begun.item_id, demand)).events)
        yield made, begun


async def test_an_agent_who_accepts_as_the_customer_leaves_wraps_up(
    ringing: tuple[Centre, conversations.Started],
) -> None:
    centre, begun = ringing
    item = WorkItemId(begun.item_id or "")
    _, accepted = await asyncio.gather(in_line.end(centre, item), centre.store.accept(OfferId(f"{item}:1"), ANN))
    assert accepted.outcome == "ok"
    now = await centre.store.item(item)
    assert now is not None
    assert (now.state, now.agent) == ("wrap_up", ANN)


async def test_what_is_written_as_the_conversation_closes_is_nobodys_work(
    ringing: tuple[Centre, conversations.Started],
) -> None:
    centre, begun = ringing
    await in_line.end(centre, WorkItemId(begun.item_id or ""))
    await centre.database.execute("UPDATE conversations SET state = 'closed', closed_at = 2")
    row = await conversations.by_id(centre.database, begun.conversation_id)
    assert row is not None
    await intake.ensure_item(centre, row, "One more thing")
    assert len(await work_items.of_conversation(centre.database, begun.conversation_id)) == 1
