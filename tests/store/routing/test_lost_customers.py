"""Customers who are not there any more: their items leave the line, and nothing else of theirs does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.events import ItemClosed, OfferCreated
from router.core.words import AgentId, OfferId, WorkItemId
from tests.store.routing.centre import SETTINGS, Centre, call

ANN, ITEM = AgentId("ann"), WorkItemId("i")
PATIENCE_MS = 10_000


@pytest.fixture(autouse=True)
async def _impatient(centre: Centre) -> None:
    await centre.store.configure(replace(SETTINGS, visit_ms={"webchat": PATIENCE_MS}))


async def is_open(centre: Centre) -> bool:
    return await centre.store.item(ITEM) is not None


async def test_an_item_whose_customer_is_not_seen_for_long_is_cancelled_as_silent(centre: Centre) -> None:
    await centre.item("i")
    await centre.wait(PATIENCE_MS - 1)
    assert await is_open(centre)
    await centre.wait(1)
    assert centre.events == [
        ItemClosed(at=centre.clock[0], item=ITEM, outcome="cancelled", state="waiting", reason="silent")
    ]


async def test_a_customer_who_is_back_in_time_has_the_place_back(centre: Centre) -> None:
    await centre.item("i")
    await centre.item("j")
    await centre.wait(PATIENCE_MS - 2)
    await centre.store.expect("webchat", [ITEM])
    await centre.wait(PATIENCE_MS - 1)
    assert (await centre.store.positions([ITEM]))[ITEM].rank == 0
    assert await centre.store.item(WorkItemId("j")) is None


async def test_an_offer_that_rings_for_a_lost_customer_rings_on(centre: Centre) -> None:
    await centre.item("i")
    await centre.wait(PATIENCE_MS - 1)
    await centre.agent("ann")
    await centre.wait(5_000)
    await centre.accepted("i")
    await centre.wait(PATIENCE_MS * 10)
    assert await is_open(centre)


async def test_a_lost_customers_item_is_given_up_when_the_offer_comes_back(centre: Centre) -> None:
    await centre.item("i")
    await centre.wait(PATIENCE_MS - 1)
    await centre.agent("ann")
    await centre.wait(5_000)
    await centre.store.decline(OfferId("i:1"), ANN)
    await centre.wait(1_000)
    assert not await is_open(centre)


async def test_what_was_in_an_agents_hands_waits_with_new_patience(centre: Centre) -> None:
    await centre.item("i")
    await centre.wait(PATIENCE_MS - 2)
    await centre.agent("ann")
    await centre.accepted("i")
    await centre.did(await centre.store.sign_out(ANN))
    await centre.wait(PATIENCE_MS - 1)
    assert await is_open(centre)
    await centre.wait(1)
    assert not await is_open(centre)


async def test_callers_are_not_asked_for(centre: Centre) -> None:
    await centre.item("i", call())
    await centre.wait(PATIENCE_MS * 10)
    assert await is_open(centre)


async def test_saying_that_customers_are_there_offers_nothing_and_brings_nobody_back(centre: Centre) -> None:
    await centre.item("i")
    await centre.wait(PATIENCE_MS)
    await centre.did(await centre.store.expect("webchat", [ITEM, WorkItemId("unborn")]))
    assert not [event for event in centre.events if isinstance(event, OfferCreated)]
    await centre.wait(PATIENCE_MS)
    assert centre.events == []
