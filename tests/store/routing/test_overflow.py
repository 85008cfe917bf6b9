"""What becomes of items whose queue is too long, too slow or deserted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from router.core.events import ItemOverflow, ItemQueued
from router.core.policy import Demand, Elsewhere, OverflowAction, OverflowWhen
from router.core.words import AgentId, Channel, Ms, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import SETTINGS, TAB, Centre, chat

ANN = AgentId("ann")
HELP = chat("help")
FORM = replace(chat(), channel="webform")


def overflowing(when: OverflowWhen, action: OverflowAction, demand: Demand | None = None, *, least: int = 0) -> Demand:
    return replace(chat(), elsewhere=(Elsewhere(when=when, least=least, action=action, demand=demand),))


async def deserted_after(centre: Centre, after_ms: Mapping[Channel, Ms]) -> None:
    """Let the items of sales overflow once nobody has been signed in for so long."""
    sales = replace(SETTINGS.queues["sales"], deserted_after_ms=after_ms)
    await centre.did(await centre.store.configure(replace(SETTINGS, queues={**SETTINGS.queues, "sales": sales})))


def overflowed(centre: Centre) -> list[tuple[str, str, int]]:
    """Item, action and fact of the overflows of the last step."""
    return [(event.item, event.action, event.fact) for event in centre.events if isinstance(event, ItemOverflow)]


async def queue_of(centre: Centre, name: str) -> str:
    return (await centre.store.positions([WorkItemId(name)]))[WorkItemId(name)].queue


async def test_who_comes_to_a_line_that_is_long_enough_goes_to_the_other_queue_in_the_same_step(centre: Centre) -> None:
    demand = overflowing("length", "queue", HELP, least=2)
    for name in ("i1", "i2"):
        await centre.item(name, demand)
        assert overflowed(centre) == []
    await centre.item("i3", demand)
    assert overflowed(centre) == [("i3", "queue", 2)]
    queued = [(event.queue, event.reason) for event in centre.events if isinstance(event, ItemQueued)]
    assert queued == [("sales", "new"), ("help", "overflow")]
    assert [await queue_of(centre, name) for name in ("i1", "i2", "i3")] == ["sales", "sales", "help"]


async def test_what_an_agent_can_take_at_once_does_not_overflow_however_long_the_line_is(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i1", chat(french=5))
    assert await centre.item("i2", overflowing("length", "queue", HELP, least=1)) == "ann"
    assert overflowed(centre) == []


async def test_a_wait_that_is_expected_to_be_too_long_is_told_and_the_place_is_kept(centre: Centre) -> None:
    demand = overflowing("expected_wait", "callback", least=60_000)
    for name, expected_ms in (("i1", None), ("i2", 59_999), ("i3", 60_000)):
        centre.clock[0] += 1
        await centre.did(await centre.store.enqueue(WorkItemId(name), demand, expected_ms=expected_ms))
    assert overflowed(centre) == [("i3", "callback", 60_000)]
    _, line = await centre.store.waiting("sales")
    assert [(name, item.overflow) for name, item in line.items()] == [("i1", ""), ("i2", ""), ("i3", "callback")]


async def test_when_the_last_one_leaves_who_waits_overflows_in_order_after_the_time_set(centre: Centre) -> None:
    await centre.agent("ann")
    await deserted_after(centre, {"webchat": 30_000})
    demand = overflowing("nobody_signed_in", "message", FORM)
    await centre.did(await centre.store.set_status(ANN, "away"))
    await centre.item("i1", demand)
    await centre.item("i2", demand)
    await centre.wait(29_997)
    assert overflowed(centre) == []
    await centre.wait(1)
    assert overflowed(centre) == [("i1", "message", 30_000), ("i2", "message", 30_000)]
    item = await centre.store.item(WorkItemId("i1"))
    assert item is not None
    assert (item.state, item.overflow) == ("waiting", "message")
    await centre.item("late", demand)
    assert overflowed(centre) == [("late", "message", 30_001)]
    assert await audit(centre.connection, centre.store) == []


async def test_a_queue_is_not_deserted_any_more_when_one_status_allows_the_channel(centre: Centre) -> None:
    await centre.agent("ann")
    await deserted_after(centre, {"webchat": 1_000, "voice": 1_000})
    await centre.did(await centre.store.set_status(ANN, "away"))
    await centre.did(await centre.store.set_status(ANN, "chats"))
    await centre.item("chat", overflowing("nobody_signed_in", "announce"))
    call = replace(overflowing("nobody_signed_in", "voicemail"), channel="voice", weight=100)
    await centre.item("call", call)
    await centre.wait(2_000)
    assert overflowed(centre) == [("call", "voicemail", 2_002)]


async def test_a_lost_connection_is_no_desertion_until_the_grace_is_over(centre: Centre) -> None:
    await centre.agent("ann")
    await deserted_after(centre, {"webchat": 0})
    await centre.did(await centre.store.unlease(ANN, TAB))
    await centre.item("i", overflowing("nobody_signed_in", "queue", HELP))
    assert overflowed(centre) == []
    await centre.wait(SETTINGS.grace_ms)
    assert overflowed(centre) == [("i", "queue", 0)]


async def test_an_item_overflows_for_want_of_agents_once_and_not_at_every_turn(centre: Centre) -> None:
    await deserted_after(centre, {"webchat": 0})
    await centre.item("i", overflowing("nobody_signed_in", "announce"))
    assert overflowed(centre) == [("i", "announce", 0)] or overflowed(centre) == [("i", "announce", 1)]
    ann = await centre.agent("ann")
    await centre.did(await centre.store.set_status(ann, "away"))
    await centre.wait(10)
    assert overflowed(centre) == []


async def test_a_customer_who_need_not_stay_is_not_given_up(centre: Centre) -> None:
    await centre.did(await centre.store.configure(replace(SETTINGS, visit_ms={"webchat": 5_000})))
    await centre.item("i1", overflowing("length", "message", FORM))
    await centre.item("i2")
    await centre.wait(5_000)
    assert await centre.store.item(WorkItemId("i1")) is not None
    assert await centre.store.item(WorkItemId("i2")) is None
