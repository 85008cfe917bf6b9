"""Queues that are closed by their hours: what a running centre does with who comes, who waits, and when they open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from router.core.hours import Hours, shift
from router.core.policy import Policy, WhenClosed
from router.core.words import ConversationId
from router.embedded import Urls
from router.store.postgres import work_items
from tests.gateway.centre import Room, TestCentre, room_policy, two_nodes
from tests.gateway.http import request
from tests.gateway.wire import Refused, Tab
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALWAYS = Hours(name="always", zone="Europe/Warsaw", week=((shift("00:00-24:00"),),) * 7)
NEVER = Hours(name="never", zone="Europe/Warsaw", week=((),) * 7)
RULES = (
    WhenClosed(action="wait"),
    WhenClosed(action="queue", queue="room-6", waiting="same"),
    WhenClosed(action="message", waiting="same", text={"en": "Back on Monday."}),
    WhenClosed(action="callback"),
    WhenClosed(action="announce", waiting="same"),
)
"""Of the first five rooms; the sixth is always open."""


def closing_policy() -> Policy:
    """Hours of a room can be changed while it runs: `hours` is a dict of this test's own."""
    policy = room_policy()
    rules = dict(zip(policy.queues, RULES, strict=False))
    queues = {
        name: replace(queue, hours=f"of-{name}", when_closed=rules[name]) if name in rules else queue
        for name, queue in policy.queues.items()
    }
    return replace(policy, queues=queues, hours={f"of-{name}": NEVER for name in rules})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closing(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    async with two_nodes(embedded_urls, migrated_template, policy=closing_policy()) as made:
        yield made
        await made.close_tabs()


def room(closing: TestCentre, number: int, hours: Hours) -> Room:
    """The room with this number, open or closed."""
    assert isinstance(closing.policy.hours, dict)
    closing.policy.hours[f"of-room-{number}"] = hours
    return Room(centre=closing, number=number)


async def items_of(closing: TestCentre, conversation_id: str) -> list[work_items.WorkItem]:
    return await work_items.of_conversation(closing.database, ConversationId(conversation_id))


async def rings(tab: Tab, queue: str) -> Any:
    """The offer that rings at this tab's agent, sooner or later."""
    await eventually(lambda: bool(tab.state["offers"]))
    [offer] = tab.state["offers"]
    assert offer["work_item"]["queue"] == queue
    return offer


async def test_who_may_wait_all_the_same_is_in_line(closing: TestCentre) -> None:
    one = room(closing, 1, NEVER)
    conversation_id = await one.start(await one.customer())
    [item] = await items_of(closing, conversation_id)
    assert (item.queue, item.state) == (one.queue, "waiting")


async def test_another_queue_takes_who_comes_and_who_waits(closing: TestCentre) -> None:
    two, six = room(closing, 2, ALWAYS), Room(centre=closing, number=6)
    early = await two.start(await two.customer())
    [first] = await items_of(closing, early)
    assert first.queue == two.queue
    room(closing, 2, NEVER)
    late = await two.start(await two.customer())
    assert [item.queue for item in await items_of(closing, late)] == [six.queue]
    anna = await six.tab(six.anna)
    offered = {}
    for _ in range(2):
        offer = await rings(anna, six.queue)
        offered[offer["work_item"]["conversation_id"]] = offer["work_item"]["enqueued_at"]
        await anna.ask("offer.accept", offer_id=offer["offer_id"])
        await anna.event("offer.closed")
    assert set(offered) == {early, late}
    assert offered[early] == first.enqueued_at  # the age is kept


async def test_a_message_is_kept_and_becomes_work_when_the_queue_opens(closing: TestCentre) -> None:
    three = room(closing, 3, NEVER)
    anna, customer = await three.tab(three.anna), await three.customer()
    conversation_id = await three.start(customer, "Do you open on Sunday?")
    await eventually(lambda: bool(customer.state["conversation"]))
    assert customer.state["conversation"]["state"] == "open"
    assert customer.state["queue"] is None
    await customer.ask("message.send", conversation_id=conversation_id, client_id="more", text="Hello?")
    assert await items_of(closing, conversation_id) == []
    room(closing, 3, ALWAYS)
    await closing.database.execute("UPDATE conversations SET attributes = attributes || '{\"held_until\": 1}'")
    offer = await rings(anna, three.queue)
    assert offer["work_item"]["conversation_id"] == conversation_id
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    said = (await anna.event("item.assigned"))["assignment"]["conversation"]["messages"]
    assert [message["text"] for message in said if message["kind"] == "text"] == ["Do you open on Sunday?", "Hello?"]


async def test_who_waits_at_closing_time_is_held_until_the_opening_and_not_abandoned(closing: TestCentre) -> None:
    three = room(closing, 3, ALWAYS)
    for name in (three.anna, three.ben):
        await (await three.tab(name)).ask("status.set", status="busy")
    sue, customer = await three.tab(three.sue), await three.customer()
    await sue.watch_board()
    abandoned = sue.state["board"]["queues"][three.queue]["abandoned"]
    conversation_id = await three.start(customer)
    await eventually(lambda: sue.state["board"]["queues"][three.queue]["waiting"] == 1)
    room(closing, 3, NEVER)
    await eventually(lambda: sue.state["board"]["queues"][three.queue]["waiting"] == 0)
    assert sue.state["board"]["queues"][three.queue]["abandoned"] == abandoned
    async with asyncio.timeout(PATIENCE_S):  # the board may know before it is written down
        while [item.state for item in await items_of(closing, conversation_id)] != ["closed"]:
            await asyncio.sleep(0.05)
    assert customer.state["conversation"]["state"] == "open"


async def test_a_node_that_starts_later_has_counted_the_day_alike(closing: TestCentre) -> None:
    """One is answered, one leaves, and the queue closes on one: told from PostgreSQL as from the events."""
    three = room(closing, 3, ALWAYS)
    sue, anna = await three.tab(three.sue), await three.tab(three.anna)
    await sue.watch_board()
    await anna.ask("status.set", status="available")
    await three.talking(anna, await three.customer())
    await anna.ask("status.set", status="busy")
    impatient = await three.customer()
    left = await three.start(impatient)
    await impatient.ask("conversation.end", conversation_id=left)
    await three.start(await three.customer())
    await eventually(lambda: sue.state["board"]["queues"][three.queue]["waiting"] == 1)
    room(closing, 3, NEVER)
    await eventually(lambda: sue.state["board"]["queues"][three.queue]["waiting"] == 0)
    seen = sue.state["board"]["queues"][three.queue]
    assert seen["abandoned"] >= 1
    assert seen["answered"] >= 1
    async with closing.another() as later:
        elsewhere = await three.tab(three.sue, node=later)
        await elsewhere.watch_board()
        counts = ("answered", "abandoned", "service_level")
        told = elsewhere.state["board"]["queues"][three.queue]
        assert {name: told[name] for name in counts} == {name: seen[name] for name in counts}
        await closing.close_tabs()


async def test_a_call_back_needs_a_telephone_number_which_staff_see(closing: TestCentre) -> None:
    four = room(closing, 4, NEVER)
    customer = await four.customer()
    with pytest.raises(Refused) as refused:
        await four.start(customer)
    assert (refused.value.code, refused.value.detail["field"]) == ("bad_value", "phone")
    conversation_id = await four.start(customer, phone="+48 600 100 200")
    notes = await closing.database.fetch(
        "SELECT text FROM messages WHERE conversation_id = $1 AND kind = 'note'", conversation_id
    )
    assert [row["text"] for row in notes] == ["☎ +48 600 100 200"]
    assert "100 200" not in json.dumps(customer.state)
    assert "600100200" not in json.dumps(customer.state)


async def test_an_announcement_takes_nothing_and_ends_the_wait_of_who_is_there(closing: TestCentre) -> None:
    five = room(closing, 5, ALWAYS)
    waiting, late = await five.customer(), await five.customer()
    await five.start(waiting)
    room(closing, 5, NEVER)
    with pytest.raises(Refused) as refused:
        await five.start(late)
    assert refused.value.code == "queue_closed"
    await eventually(lambda: waiting.state["conversation"]["state"] == "closed")


async def test_the_widget_is_told_what_is_closed_and_what_customers_read(closing: TestCentre) -> None:
    three = room(closing, 3, NEVER)
    response = await request(closing.first.url, "GET", "/api/widget/config?account=shop")
    departments = {department["name"]: department["closed"] for department in response.json()["departments"]}
    kept = {"action": "message", "opens_at": None, "text": {"en": "Back on Monday."}, "busy": False}
    assert departments[three.queue] == kept
    assert departments["room-6"] is None
    assert response.json()["closed"] is None
    room(closing, 3, ALWAYS)
    response = await request(closing.first.url, "GET", "/api/widget/config?account=shop")
    departments = {department["name"]: department["closed"] for department in response.json()["departments"]}
    assert departments[three.queue] is None
