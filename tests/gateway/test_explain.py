"""Why an item waits and why an agent gets nothing, as supervisors and agents are told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.centre import Room
from tests.gateway.wire import Refused, Tab

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def first_waiting(room: Room, sue: Tab) -> dict[str, Any]:
    items = (await sue.ask("queue.waiting", queue=room.queue))["items"]
    item: dict[str, Any] = items[0]
    return item


def codes(told: dict[str, Any]) -> dict[str, str]:
    """Who could serve the item at all, and what keeps them."""
    return {one["agent_id"]: one["obstacle"]["code"] for one in told["agents"]}


async def test_a_supervisor_reads_who_could_take_a_waiting_item_and_what_keeps_each(room: Room) -> None:
    anna, sue, customer = await room.tab(room.anna), await room.tab(room.sue), await room.customer()
    await anna.ask("status.set", status="busy")
    await room.start(customer, name="Ola")
    item = await first_waiting(room, sue)
    assert (item["customer"], item["channel"], item["refusals"]) == ("Ola", "webchat", 0)
    told = await sue.ask("explain.item", work_item_id=item["work_item_id"])
    assert (told["state"], told["position"], told["able"], told["missing"]) == ("waiting", 1, 2, [])
    assert codes(told) == {room.anna: "status", room.ben: "gone"}
    counted = {one["obstacle"]["code"]: one["count"] for one in told["counted"]}
    assert counted == {"status": 1, "gone": 1}, "people of other queues say nothing about it"
    assert [one["kind"] for one in told["decisions"]] == ["queued"]


async def test_who_let_it_go_is_told_until_when_it_stays_away(room: Room) -> None:
    anna, sue, customer = await room.tab(room.anna), await room.tab(room.sue), await room.customer()
    await room.start(customer)
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.decline", offer_id=offer["offer_id"])
    item = await first_waiting(room, sue)
    told = await sue.ask("explain.item", work_item_id=item["work_item_id"])
    assert codes(told)[room.anna] == "excluded"
    assert [(one["kind"], one["name"]) for one in told["decisions"]][1:] == [
        ("offered", f"Anna Room{room.number}"),
        ("declined", f"Anna Room{room.number}"),
    ]
    why = await anna.ask("explain.agent", agent_id=room.anna)
    assert (why["own"], why["waiting"]) == (None, 1)
    assert [(one["obstacle"]["code"], one["count"]) for one in why["counted"]] == [("excluded", 1)]


async def test_an_agent_learns_why_nothing_comes_to_them_and_only_to_them(room: Room) -> None:
    anna = await room.tab(room.anna)
    await anna.ask("status.set", status="busy")
    why = await anna.ask("explain.agent", agent_id=room.anna)
    assert (why["own"]["code"], why["own"]["about"]) == ("status", "busy")
    with pytest.raises(Refused) as refusal:
        await anna.ask("explain.agent", agent_id=room.ben)
    assert refusal.value.code == "wrong_role"


async def test_the_way_of_an_item_in_hand_is_told_to_whose_it_is(room: Room) -> None:
    anna, ben, customer = await room.tab(room.anna), await room.tab(room.ben), await room.customer()
    _, work_item_id = await room.talking(anna, customer)
    told = await anna.ask("explain.item", work_item_id=work_item_id)
    assert told["state"] == "assigned"
    assert [one["kind"] for one in told["decisions"]] == ["queued", "offered", "accepted"]
    with pytest.raises(Refused) as refusal:
        await ben.ask("explain.item", work_item_id=work_item_id)
    assert refusal.value.code == "wrong_role"
