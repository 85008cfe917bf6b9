"""Customers who come back to whom they know, and colleagues who are handed work before the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from router.embedded import Urls
from tests.gateway.centre import Room, TestCentre, room_policy, two_nodes
from tests.gateway.wire import Refused
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    """Queues wait ten seconds for the last agent."""
    policy = room_policy()
    queues = {name: replace(queue, preferred_ms=10_000) for name, queue in policy.queues.items()}
    async with two_nodes(embedded_urls, migrated_template, policy=replace(policy, queues=queues)) as running:
        yield running


async def test_a_customer_who_comes_back_gets_the_agent_they_had(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer = await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    ben = await room.tab(room.ben)
    await anna.ask("item.complete", work_item_id=work_item_id, disposition="")
    await eventually(lambda: customer.state["conversation"]["state"] == "closed")
    second = await room.start(customer, "One more thing")
    offer = (await anna.event("offer.created"))["offer"]
    assert offer["work_item"]["conversation_id"] == second != conversation_id
    assert ben.state["offers"] == []


async def test_work_handed_to_a_colleague_waits_for_them_and_not_for_the_first_who_is_free(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    _, work_item_id = await room.talking(anna, customer)
    ben = await room.tab(room.ben)
    await ben.ask("status.set", status="busy")
    await anna.ask("item.transfer_to_queue", work_item_id=work_item_id, queue=room.queue, agent_id=room.ben, wait_s=60)
    assert ben.state["offers"] == []
    await ben.ask("status.set", status="available")
    assert (await ben.event("offer.created"))["offer"]["work_item"]["work_item_id"] == work_item_id


async def test_work_is_handed_first_only_to_who_is_there_and_not_for_ever(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    _, work_item_id = await room.talking(anna, customer)
    handed = {"work_item_id": work_item_id, "queue": room.queue}
    for wrong, code in (({"agent_id": "nobody"}, "unknown_agent"), ({"agent_id": room.ben, "wait_s": 0}, "bad_value")):
        with pytest.raises(Refused) as refusal:
            await anna.ask("item.transfer_to_queue", **handed, **wrong)
        assert refusal.value.code == code
