"""Items that ring at several agents, and agents at whom several items ring."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.compiler import Settings
from router.core.events import OfferAccepted, OfferCreated, OfferRescinded
from router.core.outcomes import Outcome
from router.core.words import AgentId, OfferId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import SETTINGS, Centre, call

ANN, BOB, CEM = AgentId("ann"), AgentId("bob"), AgentId("cem")
ITEM, OTHER = WorkItemId("i"), WorkItemId("j")


def ringing_at(agents: int, *, pacing: int = 1) -> Settings:
    queues = {name: replace(queue, ring_agents=agents) for name, queue in SETTINGS.queues.items()}
    return replace(SETTINGS, queues=queues, pacing=pacing)


@pytest.fixture
async def trio(centre: Centre) -> Centre:
    """Three agents, of whom the two best are rung at once."""
    await centre.store.configure(ringing_at(2))
    for name in (ANN, BOB, CEM):
        await centre.agent(name)
    return centre


def rung(centre: Centre) -> list[str]:
    """Whom the last step made offers to."""
    return [event.agent for event in centre.events if isinstance(event, OfferCreated)]


async def test_an_item_rings_at_the_best_two_at_once(trio: Centre) -> None:
    await trio.item("i")
    assert rung(trio) == ["ann", "bob"]
    item = await trio.store.item(ITEM)
    assert item is not None
    assert {agent: offer.attempt for agent, offer in item.ringing.items()} == {"ann": 1, "bob": 2}


async def test_the_first_to_accept_has_it_and_the_others_are_told_in_the_same_step(trio: Centre) -> None:
    await trio.item("i")
    await trio.item("waits", call(french=9))
    assert await trio.did(await trio.store.accept(OfferId("i:2"), BOB)) == Outcome.OK
    rescinded, accepted = trio.events
    assert isinstance(rescinded, OfferRescinded)
    assert (rescinded.agent, rescinded.offer, rescinded.reason) == ("ann", "i:1", "taken")
    assert isinstance(accepted, OfferAccepted)
    assert (accepted.agent, accepted.offer) == ("bob", "i:2")
    late = await trio.store.accept(OfferId("i:1"), ANN)
    assert (late.outcome, late.events) == (Outcome.OFFER_EXPIRED, ())
    again = await trio.store.accept(OfferId("i:2"), BOB)
    assert (again.outcome, again.events) == (Outcome.OK, ())
    assert await audit(trio.connection, trio.store) == []


async def test_who_lost_an_offer_to_another_takes_what_waits(trio: Centre) -> None:
    await trio.item("i")
    await trio.item("j")
    await trio.item("k")
    assert trio.offered_to("k") is None
    await trio.did(await trio.store.accept(OfferId("i:1"), ANN))
    assert (rung(trio), trio.offered_to("k")) == (["ann"], "ann")
    await trio.did(await trio.store.decline(OfferId("j:1"), CEM))
    assert rung(trio) == ["bob"]


async def test_who_declines_while_it_rings_elsewhere_is_replaced_by_the_next_best(trio: Centre) -> None:
    await trio.item("i")
    await trio.did(await trio.store.decline(OfferId("i:1"), ANN))
    assert rung(trio) == ["cem"]
    await trio.did(await trio.store.decline(OfferId("i:3"), CEM))
    assert rung(trio) == []
    item = await trio.store.item(ITEM)
    assert item is not None
    assert (item.state, list(item.ringing)) == ("offered", ["bob"])
    await trio.did(await trio.store.decline(OfferId("i:2"), BOB))
    assert (await trio.store.positions([ITEM]))[ITEM].rank == 0


async def test_a_replacement_has_the_whole_ring_time(trio: Centre) -> None:
    await trio.item("i")
    trio.clock[0] += 19_000
    await trio.did(await trio.store.decline(OfferId("i:1"), ANN))
    await trio.wait(1_000)  # bob missed it
    item = await trio.store.item(ITEM)
    assert item is not None
    assert {agent: offer.expires_at - trio.clock[0] for agent, offer in item.ringing.items()} == {"cem": 19_000}


async def test_a_customer_who_leaves_silences_every_offer(trio: Centre) -> None:
    await trio.item("i")
    await trio.did(await trio.store.cancel(ITEM))
    told = [(event.agent, event.reason) for event in trio.events if isinstance(event, OfferRescinded)]
    assert told == [("ann", "cancelled"), ("bob", "cancelled")]
    assert await trio.item("j") in ("ann", "bob")


async def test_an_agent_may_have_two_offers_ring_at_once_and_no_third(centre: Centre) -> None:
    await centre.store.configure(ringing_at(1, pacing=2))
    await centre.agent("ann")
    assert [await centre.item(name) for name in ("i", "j", "k")] == ["ann", "ann", None]
    await centre.did(await centre.store.accept(OfferId("j:1"), ANN))
    assert centre.offered_to("k") == "ann"
    agent = await centre.store.agent(ANN)
    assert agent is not None
    assert (agent.items, agent.offers, agent.used) == (["j"], ["i", "k"], 75)


async def test_offers_that_ring_together_still_fit_together(centre: Centre) -> None:
    await centre.store.configure(ringing_at(1, pacing=3))
    await centre.agent("ann", limit=50)
    assert [await centre.item(name) for name in ("i", "j", "k")] == ["ann", "ann", None]


async def test_one_item_never_rings_twice_at_one_agent(centre: Centre) -> None:
    await centre.store.configure(ringing_at(3, pacing=3))
    await centre.agent("ann")
    await centre.item("i")
    assert rung(centre) == ["ann"]


async def test_missing_one_offer_returns_the_others_that_the_new_status_does_not_allow(centre: Centre) -> None:
    await centre.store.configure(ringing_at(1, pacing=2))
    await centre.agent("ann")
    await centre.item("i")
    await centre.wait(10_000)
    await centre.item("j")
    await centre.wait(10_000)
    assert [(event.item, event.reason) for event in centre.events if isinstance(event, OfferRescinded)] == [
        ("j", "status")
    ]


async def test_more_offers_at_once_are_given_as_soon_as_they_are_allowed(centre: Centre) -> None:
    await centre.agent("ann")
    for name in ("i", "j", "k"):
        await centre.item(name)
    await centre.did(await centre.store.configure(ringing_at(1, pacing=2)))
    assert [(event.item, event.agent) for event in centre.events if isinstance(event, OfferCreated)] == [("j", "ann")]
    await centre.did(await centre.store.configure(ringing_at(1)))
    assert centre.events == []
    await centre.did(await centre.store.accept(OfferId("i:1"), ANN))
    assert centre.events[1:] == []


async def test_a_decline_gains_or_loses_nobody_their_place_among_the_idle(centre: Centre) -> None:
    for name in ("ann", "bob"):
        await centre.agent(name)
    assert await centre.item("i") == "ann"
    await centre.did(await centre.store.decline(OfferId("i:1"), ANN))
    await centre.did(await centre.store.decline(OfferId("i:2"), BOB))
    assert await centre.item("j") == "ann"


async def test_a_missed_offer_costs_nobody_their_place_among_the_idle(centre: Centre) -> None:
    for name in ("ann", "bob"):
        await centre.agent(name)
    assert await centre.item("i") == "ann"
    await centre.wait(20_000)
    assert centre.offered_to("i") == "bob"
    await centre.did(await centre.store.accept(OfferId("i:2"), BOB))
    await centre.did(await centre.store.set_status(ANN, "available"))
    assert await centre.item("j") == "ann"


async def test_an_old_offer_is_told_how_long_it_has_been_over_while_the_next_one_rings(centre: Centre) -> None:
    for name in ("ann", "bob"):
        await centre.agent(name)
    await centre.item("i")
    await centre.wait(20_000)
    centre.clock[0] += 300
    step = await centre.store.accept(OfferId("i:1"), ANN)
    assert (step.outcome, step.late_ms) == (Outcome.OFFER_EXPIRED, 300)
