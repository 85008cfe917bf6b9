"""Overflow and callbacks in a running centre: what customers are offered, what they ask for, what agents get."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from router.core.policy import Callback, ChannelRule, Overflow, Policy, Queue
from router.core.words import ConversationId
from router.embedded import Urls
from router.store.postgres import conversations, work_items
from tests.gateway.centre import Room, TestCentre, room_policy, two_nodes
from tests.gateway.http import request
from tests.gateway.wire import Refused, Tab
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLS = Callback(retry_ms=300, attempts=2)
LONG = Overflow(when="length", least=1, action="callback", text={"en": "It is busy here."})
SLOW = Overflow(when="expected_wait", least=1, action="announce", text={"en": "This may take a while."})
ALONE = Overflow(when="nobody_signed_in", action="message", text={"en": "We answer tomorrow."})


def overflowing_policy() -> Policy:
    """Rooms 1–4 call back when one waits, rooms 5–8 take messages while nobody is in, room 9 tells of long waits."""
    policy = room_policy()
    more = {
        name: ChannelRule(name=name, weight=weight, ring_ms=20_000, at_most=2)
        for name, weight in (("voice", 100), ("webform", 10))
    }
    queues = {name: _overflowing(queue, number) for number, (name, queue) in enumerate(policy.queues.items(), 1)}
    works = policy.statuses["available"]
    statuses = {**policy.statuses, "available": replace(works, channels=frozenset({"webchat", "voice", "webform"}))}
    return replace(policy, queues=queues, channels={**policy.channels, **more}, statuses=statuses)


def _overflowing(queue: Queue, number: int) -> Queue:
    if number == 9:
        return replace(queue, overflows=(SLOW,))
    if number > 8:
        return queue
    return replace(queue, callback=CALLS, overflows=(LONG,) if number <= 4 else (ALONE,))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def overflowing(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    async with two_nodes(embedded_urls, migrated_template, policy=overflowing_policy()) as made:
        yield made
        await made.close_tabs()


async def position(tab: Tab, key: str, value: str) -> dict[str, Any]:
    """Where the customer is told to be, once that says so."""
    while True:
        told = (await tab.event("queue.changed"))["queue"]
        if told is not None and told.get(key, "") == value:
            return dict(told)


async def rings(tab: Tab) -> dict[str, Any]:
    await eventually(lambda: bool(tab.state["offers"]))
    [offer] = tab.state["offers"]
    return dict(offer)


async def waiting_two(room: Room) -> tuple[Tab, Tab, str]:
    """One customer who waits, and the next one, who is offered a callback; the conversation of the latter."""
    first, second = await room.customer(), await room.customer()
    await room.start(first)
    conversation_id = await room.start(second, name="Ola")
    told = await position(second, "callback", "offered")
    assert (told["overflow"], told["text"], told["position"]) == ("callback", {"en": "It is busy here."}, 2)
    return first, second, conversation_id


async def test_who_comes_to_a_long_line_may_ask_for_a_call_and_keeps_the_place(overflowing: TestCentre) -> None:
    room = Room(centre=overflowing, number=1)
    first, second, conversation_id = await waiting_two(room)
    await second.ask("callback.ask", conversation_id=conversation_id, phone=" +48 22 123 45 67 ")
    assert (await position(second, "callback", "asked"))["position"] == 2
    await second.close()
    anna = await room.tab(room.anna)
    offer = await rings(anna)
    assert offer["work_item"]["channel"] == "webchat", "the first in line is first"
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await anna.event("item.assigned")
    assert not anna.state["offers"], "a call takes a whole agent"
    ben = await room.tab(room.ben)
    work = (await rings(ben))["work_item"]
    assert (work["channel"], work["phone"], work.get("tries", 0), work["weight"]) == (
        "voice",
        "+48 22 123 45 67",
        0,
        100,
    )
    await first.close()


async def test_a_call_that_nobody_answers_is_tried_again_and_is_over_after_the_last_try(
    overflowing: TestCentre,
) -> None:
    room = Room(centre=overflowing, number=2)
    first, second, conversation_id = await waiting_two(room)
    await second.ask("callback.ask", conversation_id=conversation_id, phone="112")
    assert first.state["conversation"] is not None
    await first.ask("conversation.end", conversation_id=first.state["conversation"]["conversation_id"])
    ben = await room.tab(room.ben)
    for tried in range(2):
        offer = await rings(ben)
        work = offer["work_item"]
        assert (work["phone"], work.get("tries", 0)) == ("112", tried)
        await ben.ask("offer.accept", offer_id=offer["offer_id"])
        await ben.ask("callback.not_reached", work_item_id=work["work_item_id"])
        await ben.event("item.closed", work_item_id=work["work_item_id"])
    row = await conversations.by_id(overflowing.database, ConversationId(conversation_id))
    assert row is not None
    assert row.state == "closed"
    items = await work_items.of_conversation(overflowing.database, ConversationId(conversation_id))
    assert [item.disposition for item in items] == ["not_reached", "not_reached"]
    await first.close()


async def test_where_none_is_offered_none_can_be_asked_for(overflowing: TestCentre) -> None:
    room = Room(centre=overflowing, number=3)
    customer = await room.customer()
    conversation_id = await room.start(customer)
    with pytest.raises(Refused, match="wrong_state"):
        await customer.ask("callback.ask", conversation_id=conversation_id, phone="112")


async def test_while_nobody_is_in_what_is_written_waits_as_a_message(overflowing: TestCentre) -> None:
    room = Room(centre=overflowing, number=5)
    closed = await closed_of(overflowing, room)
    assert (closed["action"], closed["busy"], closed["text"]) == ("message", True, {"en": "We answer tomorrow."})
    customer = await room.customer()
    await room.start(customer)
    told = await position(customer, "overflow", "message")
    assert told["text"] == {"en": "We answer tomorrow."}
    await customer.close()
    anna = await room.tab(room.anna)
    work = (await rings(anna))["work_item"]
    assert (work["channel"], work["weight"], work["queue"]) == ("webform", 10, room.queue)
    assert await closed_of(overflowing, room) is None


async def closed_of(centre: TestCentre, room: Room) -> Any:
    shown = (await request(centre.first.url, "GET", "/api/widget/config?account=shop")).json()
    return next(one["closed"] for one in shown["departments"] if one["name"] == room.queue)


async def test_the_story_of_an_item_tells_of_its_overflow(overflowing: TestCentre) -> None:
    room = Room(centre=overflowing, number=6)
    sue, customer = await room.tab(room.sue), await room.customer()
    await room.start(customer)
    await position(customer, "overflow", "message")
    [item] = (await sue.ask("queue.waiting", queue=room.queue))["items"]
    told = await sue.ask("explain.item", work_item_id=item["work_item_id"])
    decided = [(one["kind"], one["reason"]) for one in told["decisions"]]
    assert decided == [("queued", "new"), ("overflow", "nobody_signed_in message"), ("queued", "overflow")]


async def test_who_is_handed_to_a_line_that_is_slow_is_told_so(overflowing: TestCentre) -> None:
    room = Room(centre=overflowing, number=9)
    anna, customers = await room.tab(room.anna), [await room.customer() for _ in range(8)]
    for customer in customers[:3]:  # nothing is expected before three were handled
        await room.start(customer)
        item = await taken(anna)
        await anna.ask("item.wrap_up", work_item_id=item)
        await anna.ask("item.complete", work_item_id=item, disposition="resolved")
    held = []
    for customer in customers[3:7]:
        await room.start(customer)
        held.append(await taken(anna))
    await room.start(customers[7])
    assert (await position(customers[7], "overflow", "announce"))["text"] == {"en": "This may take a while."}
    await anna.ask("item.transfer_to_queue", work_item_id=held[0], queue=room.queue)
    assert (await position(customers[3], "overflow", "announce"))["text"] == {"en": "This may take a while."}


async def taken(agent: Tab) -> str:
    offer = await rings(agent)
    await agent.ask("offer.accept", offer_id=offer["offer_id"])
    await agent.event("item.assigned")
    item: str = offer["work_item"]["work_item_id"]
    return item
