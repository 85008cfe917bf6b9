"""An item that waits may come to ask for something else: it keeps its age."""

from __future__ import annotations

from router.core.events import ItemQueued, OfferRescinded
from router.core.outcomes import Outcome
from router.core.words import WorkItemId
from tests.store.routing.centre import Centre, call, chat

ITEM = WorkItemId("i")


async def test_an_item_that_is_rerouted_keeps_its_place_before_younger_ones(centre: Centre) -> None:
    await centre.item("i")
    await centre.item("j", chat("help"))
    await centre.did(await centre.store.relane(ITEM, chat("help")))
    assert [event.reason for event in centre.events if isinstance(event, ItemQueued)] == ["rerouted"]
    assert (await centre.store.positions([ITEM]))[ITEM].rank == 0
    await centre.agent("ann")
    assert centre.offered_to("i") == "ann"


async def test_an_item_that_is_rerouted_is_offered_at_once_to_who_may_take_it_now(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i", chat(french=5))
    await centre.did(await centre.store.relane(ITEM, chat()))
    assert centre.offered_to("i") == "ann"


async def test_an_offer_for_what_an_item_no_longer_asks_is_taken_back(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.agent("bob", french=5)
    await centre.item("i")
    await centre.did(await centre.store.relane(ITEM, chat(french=5)))
    assert [event.reason for event in centre.events if isinstance(event, OfferRescinded)] == ["moved"]
    assert centre.offered_to("i") == "bob"


async def test_asking_for_the_same_changes_nothing_and_credit_moves_the_place(centre: Centre) -> None:
    await centre.item("i")
    await centre.item("j")
    await centre.did(await centre.store.relane(WorkItemId("j"), chat()))
    assert centre.events == []
    await centre.did(await centre.store.relane(WorkItemId("j"), chat(), more_credit_ms=10))
    assert (await centre.store.positions([ITEM]))[ITEM].rank == 1


async def test_what_an_agent_holds_is_not_rerouted(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    assert (await centre.store.relane(ITEM, call())).outcome == Outcome.WRONG_STATE
    assert (await centre.store.relane(WorkItemId("unborn"), call())).outcome == Outcome.UNKNOWN_ITEM
