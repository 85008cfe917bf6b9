"""One test per rule of who gets what when; docs/glossary.md has the words."""

from __future__ import annotations

import asyncio

from router.core.events import AgentPresence, ItemClosed, ItemQueued, OfferCreated, OfferRescinded
from router.core.outcomes import Outcome
from router.core.words import AgentId, DeviceId, OfferId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import START, TAB, Centre, call, chat

ANN, ITEM, OTHER = AgentId("ann"), WorkItemId("i"), WorkItemId("j")


# Choice of agent ------------------------------------------------------------------------------------------------------


async def test_the_longest_idle_agent_is_offered_the_item(centre: Centre) -> None:
    await centre.agent("zoe")
    await centre.agent("ann")
    assert await centre.item("i") == "zoe"


async def test_the_least_loaded_agent_is_the_one_with_the_smaller_share(centre: Centre) -> None:
    await centre.agent("ann", limit=50)
    await centre.agent("bob", limit=100)
    for name in ("i", "j"):
        await centre.item(name, chat("help", model="least_loaded"))
        await centre.accepted(name)
    assert await centre.item("k", chat("help", model="least_loaded")) == "bob"


async def test_an_agent_without_the_level_asked_is_passed_over(centre: Centre) -> None:
    await centre.agent("ann", french=4)
    await centre.agent("bob", french=5)
    assert await centre.item("i", chat(french=5)) == "bob"
    assert await centre.item("j", chat(french=6)) is None


async def test_units_that_fit_exactly_fit(centre: Centre) -> None:
    await centre.agent("ann", limit=50)
    await centre.item("i")
    await centre.accepted("i")
    assert await centre.item("j") == "ann"
    await centre.accepted("j")
    assert await centre.item("k") is None


async def test_an_agent_has_one_offer_at_a_time(centre: Centre) -> None:
    await centre.agent("ann")
    assert await centre.item("i") == "ann"
    assert await centre.item("j") is None
    await centre.accepted("i")
    assert centre.offered_to("j") == "ann"


async def test_a_full_agent_takes_no_call_beside_a_chat(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    assert await centre.item("j", call()) is None


# Order of items -------------------------------------------------------------------------------------------------------


async def test_credit_moves_an_item_ahead_of_older_ones(centre: Centre) -> None:
    await centre.item("old")
    await centre.item("favoured", credit_ms=60_000)
    await centre.agent("ann")
    assert centre.offered_to("favoured") == "ann"


async def test_equal_scores_go_by_item_id_across_lanes(centre: Centre) -> None:
    for name, demand in (("b", chat()), ("a", chat("help")), ("a.", chat(french=1))):
        await centre.store.enqueue(WorkItemId(name), demand, enqueued_at=START)
    agent = await centre.agent("ann", french=1)
    order = []
    for _ in range(3):
        record = await centre.store.agent(agent)
        assert record is not None
        order += record.offers
        await centre.accepted(record.offers[0])
    assert order == ["a", "a.", "b"]


async def test_an_agent_who_declined_the_first_forty_of_a_lane_is_offered_the_next(centre: Centre) -> None:
    for number in range(60):
        await centre.item(f"i{number:02}")
    await centre.agent("ann")
    for number in range(40):
        assert centre.offered_to(f"i{number:02}") == "ann"
        await centre.did(await centre.store.decline(OfferId(f"i{number:02}:1"), ANN))
    assert centre.offered_to("i40") == "ann"


# Offers ---------------------------------------------------------------------------------------------------------------


async def test_exactly_one_of_many_accepts_wins(centre: Centre) -> None:
    for name in ("ann", "bob", "cem"):
        await centre.agent(name)
    owner = await centre.item("i")
    names = ["ann", "bob", "cem"] * 20
    steps = await asyncio.gather(*[centre.store.accept(OfferId("i:1"), AgentId(name)) for name in names])
    for name, step in zip(names, steps, strict=True):
        assert step.outcome == (Outcome.OK if name == owner else Outcome.NOT_YOURS)
    assert sum(len(step.events) for step in steps) == 1


async def test_a_late_accept_is_told_how_late(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    centre.clock[0] += 20_700
    for _ in ("before the timer was seen", "after"):
        step = await centre.store.accept(OfferId("i:1"), ANN)
        assert (step.outcome, step.late_ms) == (Outcome.OFFER_EXPIRED, 700)
        await centre.wait(0)


async def test_an_expired_offer_returns_to_its_old_place(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.item("j")
    await centre.wait(20_000)
    positions = await centre.store.positions([ITEM, OTHER, WorkItemId("none")])
    assert {item: place.rank for item, place in positions.items()} == {"i": 0, "j": 1}
    assert [event.reason for event in centre.events if isinstance(event, AgentPresence)] == ["missed_offer"]


async def test_a_declined_item_comes_back_to_the_decliner_after_the_cool_down_and_no_fourth_time(
    centre: Centre,
) -> None:
    await centre.agent("ann")
    await centre.item("i")
    for attempt in (1, 2, 3):
        assert centre.offered_to("i") == "ann"
        await centre.did(await centre.store.decline(OfferId(f"i:{attempt}"), ANN, reason="lunch"))
        await centre.wait(119_999)
        assert centre.offered_to("i") is None
        await centre.wait(1)
    assert centre.offered_to("i") is None


async def test_when_all_declined_the_one_who_declined_first_is_asked_first(centre: Centre) -> None:
    for name in ("ann", "bob"):
        await centre.agent(name)
    first = await centre.item("i")
    await centre.did(await centre.store.decline(OfferId("i:1"), AgentId(first or "")))
    centre.clock[0] += 1
    second = centre.offered_to("i")
    await centre.did(await centre.store.decline(OfferId("i:2"), AgentId(second or "")))
    await centre.wait(119_999)
    assert (first, centre.offered_to("i")) == ("ann", "ann")


async def test_a_brief_comes_back_in_every_offer_byte_by_byte(centre: Centre) -> None:
    await centre.agent("ann")
    for name, brief in (("i", b""), ("j", bytes(range(256))), ("k", b"\xff" * 4_096)):
        await centre.item(name, brief=brief)
        assert [event.brief for event in centre.events if isinstance(event, OfferCreated)] == [brief]
        await centre.accepted(name)
    refused = await centre.store.enqueue(WorkItemId("l"), chat(), brief=b"x" * 4_097)
    assert refused.outcome == Outcome.BAD_REQUEST


# Presence -------------------------------------------------------------------------------------------------------------


async def test_choosing_a_status_without_the_channel_returns_the_offer_unblamed(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.did(await centre.store.set_status(ANN, "away"))
    assert [event.reason for event in centre.events if isinstance(event, OfferRescinded)] == ["status"]
    await centre.did(await centre.store.set_status(ANN, "chats"))
    assert centre.offered_to("i") == "ann"


async def test_several_tabs_are_one_agent_and_the_last_one_starts_the_grace(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.store.lease(ANN, DeviceId("phone"), node="node", ttl_ms=1_000)
    await centre.item("i")
    await centre.did(await centre.store.unlease(ANN, TAB))
    assert centre.events == []
    await centre.wait(1_000)
    assert [event.reason for event in centre.events if isinstance(event, OfferRescinded)] == ["disconnected"]


async def test_a_reconnect_in_grace_finds_everything_as_it_was(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    before = await centre.store.agent(ANN)
    await centre.store.unlease(ANN, TAB)
    await centre.wait(19_999)
    await centre.sign_in(ANN)
    assert await centre.store.agent(ANN) == before
    await centre.wait(1)
    assert centre.events == []


async def test_work_of_an_agent_who_does_not_come_back_returns_ahead_of_its_age(centre: Centre) -> None:
    await centre.agent("ann")
    for name in ("i", "j"):
        await centre.item(name)
        await centre.accepted(name)
    await centre.store.wrap_up(OTHER, ANN)
    await centre.item("older", credit_ms=59_000)
    await centre.store.unlease(ANN, TAB)
    await centre.wait(20_000)
    assert [event.item for event in centre.events if isinstance(event, ItemClosed)] == ["j"]
    requeued = [(event.item, event.reason) for event in centre.events if isinstance(event, ItemQueued)]
    assert requeued == [("i", "agent_gone")]
    assert list((await centre.store.waiting("sales"))[1]) == ["i", "older"]


async def test_flipping_the_status_gains_nobody_a_place(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.agent("bob")
    await centre.store.set_status(ANN, "away")
    centre.clock[0] += 1_000
    await centre.store.set_status(ANN, "available")
    assert await centre.item("i") == "ann"


async def test_losing_the_skill_takes_the_ringing_offer_away(centre: Centre) -> None:
    await centre.agent("ann", french=5)
    await centre.item("i", chat(french=5))
    await centre.agent("ann", french=4, signed_in=False)
    assert await centre.item("j") == "ann"
    assert (await centre.store.positions([ITEM]))[ITEM].rank == 0


# Ends and transfers ---------------------------------------------------------------------------------------------------


async def test_wrap_up_holds_units_and_brings_nothing_new_until_it_ends(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    await centre.store.wrap_up(ITEM, ANN)
    assert await centre.item("j") is None
    await centre.wait(60_000)
    assert centre.offered_to("j") == "ann"


async def test_without_wrap_up_the_item_closes_when_the_work_ends(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i", chat("help"))
    await centre.accepted("i")
    await centre.did(await centre.store.wrap_up(ITEM, ANN))
    assert [type(event) for event in centre.events] == [ItemClosed]


async def test_repeats_of_what_is_done_change_nothing(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    assert (await centre.store.enqueue(ITEM, chat())).outcome == Outcome.EXISTS
    for _ in range(2):
        assert (await centre.store.accept(OfferId("i:1"), ANN)).outcome == Outcome.OK
    for _ in range(2):
        assert (await centre.store.complete(ITEM, ANN)).outcome == Outcome.OK
    assert (await centre.store.cancel(ITEM)).events == ()
    assert (await centre.store.enqueue(ITEM, chat())).outcome == Outcome.ITEM_CLOSED
    assert await centre.store.item(ITEM) is None


async def test_what_somebody_took_meanwhile_is_not_cancelled_with_those_that_wait(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    assert await centre.did(await centre.store.cancel(ITEM, unheld=True)) == Outcome.WRONG_STATE
    assert centre.events == []
    held = await centre.store.item(ITEM)
    assert held is not None
    assert (held.state, held.agent) == ("assigned", ANN)


async def test_a_transfer_to_a_queue_keeps_the_age_and_does_not_come_straight_back(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    before = await centre.store.item(ITEM)
    await centre.did(await centre.store.transfer_to_queue(ITEM, ANN, chat("help")))
    after = await centre.store.item(ITEM)
    assert before is not None
    assert after is not None
    assert (after.state, after.score, after.enqueued_at) == ("waiting", before.score, before.enqueued_at)


async def test_a_direct_transfer_may_exceed_the_limit_and_falls_back_to_its_lane(centre: Centre) -> None:
    await centre.agent("ann")
    bob = await centre.agent("bob", limit=25)
    await centre.item("i")
    await centre.accepted("i")
    await centre.did(await centre.store.enqueue(OTHER, chat("help"), excluded=[ANN]))
    await centre.accepted("j")
    assert await centre.did(await centre.store.transfer_to_agent(ITEM, ANN, bob)) == "ok"
    record = await centre.store.agent(bob)
    assert record is not None
    assert (centre.offered_to("i"), record.used) == ("bob", 50)
    await centre.did(await centre.store.decline(OfferId("i:2"), bob))
    assert centre.offered_to("i") == "ann"


async def test_an_agent_with_a_ringing_offer_or_none_signed_in_cannot_be_transferred_to(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    await centre.accepted("i")
    away = await centre.agent("bob", signed_in=False)
    assert (await centre.store.transfer_to_agent(ITEM, ANN, away)).outcome == Outcome.AGENT_UNAVAILABLE
    await centre.sign_in(away)
    await centre.did(await centre.store.enqueue(OTHER, chat(), excluded=[ANN]))
    assert centre.offered_to("j") == "bob"
    assert (await centre.store.transfer_to_agent(ITEM, ANN, away)).outcome == Outcome.AGENT_UNAVAILABLE
    assert await audit(centre.connection, centre.store) == []
