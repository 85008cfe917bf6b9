"""Work given, taken and put aside by hand, in the words of the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from router.core.events import (
    ItemAlert,
    ItemPaused,
    ItemQueued,
    ItemResumed,
    OfferAccepted,
    OfferCreated,
    OfferRescinded,
)
from router.core.outcomes import Outcome
from router.core.words import AgentId, OfferId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import SETTINGS, Centre, chat

ANN, BOB, EVE = AgentId("ann"), AgentId("bob"), AgentId("eve")
ITEM, OTHER = WorkItemId("i"), WorkItemId("j")


@pytest.fixture
async def sound(centre: Centre) -> AsyncIterator[Centre]:
    """A centre whose every shelf is in order at the end of the test."""
    yield centre
    assert await audit(centre.connection, centre.store) == []


async def used(centre: Centre, agent: AgentId) -> tuple[int, int]:
    """Units held, and the limit."""
    record = await centre.store.agent(agent)
    assert record is not None
    return record.used, record.limit


# Picking --------------------------------------------------------------------------------------------------------------


async def test_an_agent_picks_what_waits_whatever_their_skills_and_beyond_their_limit(sound: Centre) -> None:
    ann = await sound.agent("ann", limit=25)
    await sound.item("i")
    await sound.accepted("i")
    assert await sound.item("j", chat(french=9)) is None
    assert await sound.did(await sound.store.pick(OTHER, ann)) == Outcome.OK
    created, accepted = sound.events
    assert isinstance(created, OfferCreated)
    assert isinstance(accepted, OfferAccepted)
    assert (created.agent, created.by, created.direct, accepted.picked) == (ann, ann, True, True)
    assert await used(sound, ann) == (50, 25)
    again = await sound.store.pick(OTHER, ann)
    assert (again.outcome, again.events) == (Outcome.OK, ())


async def test_what_rings_elsewhere_is_taken_away_there_in_the_same_step(sound: Centre) -> None:
    await sound.agent("ann")
    await sound.agent("bob")
    assert await sound.item("i") == "ann"
    await sound.did(await sound.store.pick(ITEM, BOB))
    assert [(e.agent, e.reason) for e in sound.events if isinstance(e, OfferRescinded)] == [("ann", "taken")]
    assert await sound.item("j") == "ann"


async def test_what_somebody_has_or_was_given_by_hand_cannot_be_picked(sound: Centre) -> None:
    for name in ("ann", "bob", "eve"):
        await sound.agent(name)
    await sound.item("i")
    await sound.accepted("i")
    assert (await sound.store.pick(ITEM, BOB)).outcome == Outcome.NOT_YOURS
    await sound.store.transfer_to_agent(ITEM, ANN, BOB)
    assert (await sound.store.pick(ITEM, EVE)).outcome == Outcome.NOT_YOURS
    assert (await sound.store.pick(ITEM, BOB)).outcome == Outcome.OK


async def test_nobody_who_is_gone_or_offline_picks(sound: Centre) -> None:
    ann = await sound.agent("ann")
    await sound.store.set_status(ann, "offline")
    await sound.item("i")
    assert (await sound.store.pick(ITEM, ann)).outcome == Outcome.AGENT_UNAVAILABLE
    await sound.store.sign_out(ann)
    assert (await sound.store.pick(ITEM, ann)).outcome == Outcome.AGENT_UNAVAILABLE
    assert (await sound.store.pick(WorkItemId("none"), ann)).outcome == Outcome.UNKNOWN_ITEM
    assert (await sound.store.pick(ITEM, EVE)).outcome == Outcome.UNKNOWN_AGENT


# Assigning ------------------------------------------------------------------------------------------------------------


async def test_a_supervisor_gives_a_waiting_item_to_an_agent_who_is_asked_at_once(sound: Centre) -> None:
    await sound.item("i", chat(french=9))
    ann = await sound.agent("ann", limit=10)
    assert await sound.did(await sound.store.assign(ITEM, ann, by=EVE)) == Outcome.OK
    (created,) = sound.events
    assert isinstance(created, OfferCreated)
    assert (created.agent, created.by, created.direct, created.from_agent) == (ann, EVE, True, None)
    assert await used(sound, ann) == (25, 10)
    again = await sound.store.assign(ITEM, ann, by=EVE)
    assert (again.outcome, again.events) == (Outcome.OK, ())
    await sound.did(await sound.store.decline(OfferId("i:1"), ann))
    assert (await sound.store.positions([ITEM]))[ITEM].rank == 0


async def test_a_supervisor_takes_work_out_of_one_agents_hands_into_anothers(sound: Centre) -> None:
    await sound.agent("ann")
    await sound.agent("bob")
    await sound.item("i")
    await sound.accepted("i")
    await sound.did(await sound.store.assign(ITEM, BOB, by=EVE))
    (created,) = [event for event in sound.events if isinstance(event, OfferCreated)]
    assert (created.agent, created.from_agent) == ("bob", "ann")
    assert (await used(sound, ANN), await used(sound, BOB)) == ((0, 100), (25, 100))
    await sound.accepted("i")
    await sound.store.wrap_up(ITEM, BOB)
    assert (await sound.store.assign(ITEM, ANN, by=EVE)).outcome == Outcome.WRONG_STATE


async def test_a_supervisor_moves_a_ringing_item(sound: Centre) -> None:
    await sound.agent("ann")
    await sound.agent("bob")
    await sound.item("i")
    await sound.did(await sound.store.assign(ITEM, BOB, by=EVE))
    assert [(e.agent, e.reason) for e in sound.events if isinstance(e, OfferRescinded)] == [("ann", "moved")]
    assert sound.offered_to("i") == "bob"


async def test_no_item_is_given_to_somebody_at_whom_another_rings_or_who_is_not_here(sound: Centre) -> None:
    ann = await sound.agent("ann")
    await sound.agent("bob", signed_in=False)
    await sound.item("i")
    await sound.item("j")
    assert (await sound.store.assign(OTHER, ann, by=EVE)).outcome == Outcome.AGENT_UNAVAILABLE
    assert (await sound.store.assign(OTHER, BOB, by=EVE)).outcome == Outcome.AGENT_UNAVAILABLE
    assert (await sound.store.assign(OTHER, EVE, by=EVE)).outcome == Outcome.UNKNOWN_AGENT


# Pauses ---------------------------------------------------------------------------------------------------------------


async def paused(centre: Centre, name: str) -> None:
    """A new item that Ann has accepted and put aside."""
    assert await centre.item(name) == "ann"
    await centre.accepted(name)
    assert await centre.did(await centre.store.pause(WorkItemId(name), ANN)) == Outcome.OK


async def test_a_paused_item_holds_its_paused_weight_and_no_place_of_its_channel(sound: Centre) -> None:
    queues = {**SETTINGS.queues, "sales": replace(SETTINGS.queues["sales"], paused_units={"webchat": 5})}
    await sound.store.configure(replace(SETTINGS, queues=queues))
    await sound.agent("ann", limit=35)
    await paused(sound, "i")
    told = [event for event in sound.events if isinstance(event, ItemPaused)]
    assert [(event.item, event.units, event.offer) for event in told] == [("i", 5, "i:1")]
    record = await sound.store.agent(ANN)
    assert record is not None
    assert (record.used, record.counts, record.items, record.paused) == (5, {}, [], ["i"])
    assert await sound.item("j") == "ann"


async def test_without_a_paused_weight_it_holds_nothing(sound: Centre) -> None:
    await sound.agent("ann", limit=25)
    await paused(sound, "i")
    assert (await used(sound, ANN))[0] == 0


async def test_when_the_customer_writes_again_it_is_back_with_its_whole_weight(sound: Centre) -> None:
    await sound.agent("ann")
    await paused(sound, "i")
    await sound.did(await sound.store.resume(ITEM))
    assert [type(event) for event in sound.events] == [ItemResumed]
    assert (await used(sound, ANN))[0] == 25
    again = await sound.store.resume(ITEM)
    assert (again.outcome, again.events) == (Outcome.OK, ())


async def test_it_pushes_nobody_over_but_goes_back_to_its_place_in_line(sound: Centre) -> None:
    await sound.agent("ann", limit=25)
    await paused(sound, "i")
    await sound.item("j")
    await sound.accepted("j")
    await sound.item("k")
    await sound.did(await sound.store.resume(ITEM))
    told = [(e.item, e.reason, e.from_agent) for e in sound.events if isinstance(e, ItemQueued)]
    assert told == [("i", "resumed", "ann")]
    assert list((await sound.store.waiting("sales"))[1]) == ["i", "k"]
    assert await used(sound, ANN) == (25, 25)


async def test_it_may_wait_for_its_agent_alone_first(sound: Centre) -> None:
    await sound.agent("ann", limit=25)
    await paused(sound, "i")
    await sound.item("j")
    await sound.accepted("j")
    await sound.agent("bob")
    await sound.did(await sound.store.resume(ITEM, prefer_ms=60_000))
    assert sound.offered_to("i") is None
    await sound.did(await sound.store.complete(OTHER, ANN))
    assert sound.offered_to("i") == "ann"


async def test_its_agent_may_take_it_up_again_beyond_their_limit(sound: Centre) -> None:
    await sound.agent("ann", limit=25)
    await paused(sound, "i")
    await sound.item("j")
    await sound.accepted("j")
    assert (await sound.store.resume(ITEM, by=BOB)).outcome == Outcome.NOT_YOURS
    assert (await sound.store.resume(ITEM, by=ANN)).outcome == Outcome.OK
    assert await used(sound, ANN) == (50, 25)


async def test_a_paused_item_stays_with_an_agent_who_goes_home_and_moves_on_when_its_customer_writes(
    sound: Centre,
) -> None:
    await sound.agent("ann")
    await paused(sound, "i")
    await sound.store.sign_out(ANN)
    item = await sound.store.item(ITEM)
    assert item is not None
    assert (item.state, item.agent) == ("paused", "ann")
    await sound.agent("bob")
    await sound.did(await sound.store.resume(ITEM))
    assert sound.offered_to("i") == "bob"


async def test_the_end_of_the_last_item_in_hand_brings_the_next_status_though_one_is_paused(sound: Centre) -> None:
    await sound.agent("ann")
    await paused(sound, "i")
    await sound.item("j")
    await sound.accepted("j")
    await sound.store.set_next_status(ANN, "away")
    await sound.store.complete(OTHER, ANN)
    record = await sound.store.agent(ANN)
    assert record is not None
    assert (record.status, record.paused) == ("away", ["i"])


async def test_wrapping_up_a_paused_item_takes_no_more_than_it_held(sound: Centre) -> None:
    await sound.agent("ann", limit=25)
    await paused(sound, "i")
    await sound.item("j")
    await sound.accepted("j")
    await sound.did(await sound.store.wrap_up(ITEM, ANN))
    assert await used(sound, ANN) == (25, 25)
    await sound.did(await sound.store.complete(ITEM, ANN))
    assert await used(sound, ANN) == (25, 25)


# Refusals -------------------------------------------------------------------------------------------------------------


async def test_supervisors_are_alerted_once_when_an_item_was_refused_three_times(sound: Centre) -> None:
    alerts = []
    for name in ("ann", "bob", "eve", "cem"):
        await sound.agent(name)
    agent = await sound.item("i")
    for attempt in range(1, 5):
        await sound.did(await sound.store.decline(OfferId(f"i:{attempt}"), AgentId(agent or "")))
        alerts += [(attempt, event.refusals) for event in sound.events if isinstance(event, ItemAlert)]
        agent = sound.offered_to("i")
    assert alerts == [(3, 3)]
