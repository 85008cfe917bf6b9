"""Work picked, assigned and put aside, as people at their tabs see it."""

from __future__ import annotations

import pytest

from router.core.words import WorkItemId
from router.engine import reconcile
from router.store.postgres import work_items
from tests.gateway.centre import Room
from tests.gateway.wire import Refused, Tab
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def rings(room: Room, tab: Tab) -> tuple[Tab, str]:
    """A customer, and their item that rings at the agent of the tab."""
    customer = await room.customer()
    await room.start(customer)
    offer = (await tab.event("offer.created"))["offer"]
    return customer, offer["work_item"]["work_item_id"]


async def test_an_agent_picks_an_item_that_rings_elsewhere_and_no_bell_rings_at_their_tab(room: Room) -> None:
    anna = await room.tab(room.anna)
    ben = await room.tab(room.ben)
    await ben.ask("status.set", status="busy")
    customer, item = await rings(room, anna)
    await ben.ask("item.pick", work_item_id=item)
    assignment = (await ben.event("item.assigned"))["assignment"]
    assert assignment["work_item"]["work_item_id"] == item
    closed = await anna.event("offer.closed")
    assert (closed["outcome"], closed["reason"]) == ("rescinded", "taken")
    await customer.event("agent.changed", agent={"name": "Ben", "bot": False})
    assert not [event for event in ben.events if event["type"].startswith("offer.")]
    await ben.ask("item.pick", work_item_id=item)
    with pytest.raises(Refused, match="not_yours"):
        await anna.ask("item.pick", work_item_id=item)


async def test_an_item_of_a_queue_that_is_not_mine_is_not_mine_to_pick(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    _, item = await rings(room, anna)
    with pytest.raises(Refused, match="not_yours"):
        await sue.ask("item.pick", work_item_id=item)
    with pytest.raises(Refused, match="unknown_work_item"):
        await anna.ask("item.pick", work_item_id="wi_none")


async def test_a_supervisor_gives_one_agents_work_to_another(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    customer = await room.customer()
    _, item = await room.talking(anna, customer)
    ben = await room.tab(room.ben)
    with pytest.raises(Refused, match="wrong_role"):
        await ben.ask("item.assign", work_item_id=item, agent_id=room.ben)
    for _ in range(2):
        await sue.ask("item.assign", work_item_id=item, agent_id=room.ben)
    assert (await anna.event("item.closed"))["reason"] == "transferred"
    offer = (await ben.event("offer.created"))["offer"]
    assert offer["why"]["transferred_by"].startswith("Sue")
    with pytest.raises(Refused, match="unknown_agent"):
        await sue.ask("item.assign", work_item_id=item, agent_id="nobody")
    await ben.ask("offer.accept", offer_id=offer["offer_id"])
    await ben.event("item.assigned")


async def test_a_paused_item_holds_nothing_until_its_customer_writes(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, item = await room.talking(anna, customer)
    await anna.ask("item.pause", work_item_id=item)
    await anna.event("item.paused")
    await eventually(lambda: anna.state["me"]["units_held"] == 0)
    row = await work_items.by_id(room.centre.database, WorkItemId(item))
    assert row is not None
    assert (row.state, row.agent_id) == ("paused", room.anna)
    await customer.ask("message.send", conversation_id=conversation_id, client_id="m2", text="Are you there?")
    await anna.event("item.resumed")
    await eventually(lambda: anna.state["me"]["units_held"] == 25)


async def test_a_message_that_crosses_a_pause_is_found_by_the_reconciler(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, item = await room.talking(anna, customer)
    await anna.ask("item.pause", work_item_id=item)
    await room.centre.database.execute(
        """
        INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at)
        SELECT conversation_id, max(n) + 1, 'text', 'customer', 'c', 'Ola', 'Hello?', 'lost', max(at) + 60000
        FROM messages WHERE conversation_id = $1 GROUP BY conversation_id
        """,
        conversation_id,
    )
    await anna.event("item.resumed", patience_s=PATIENCE_S + reconcile.EVERY_S)
