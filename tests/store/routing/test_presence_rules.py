"""One test per rule of what an agent's status brings and stops; docs/glossary.md has the words."""

from __future__ import annotations

from dataclasses import replace

from router.core.events import AgentPresence, ItemClosed, OfferRescinded
from router.core.outcomes import Outcome
from router.core.words import AgentId, OfferId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import SETTINGS, TAB, Centre, call, chat

ANN, BOSS, ITEM, OTHER = AgentId("ann"), AgentId("boss"), WorkItemId("i"), WorkItemId("j")


async def handling(centre: Centre, *items: str) -> None:
    """Ann has taken these items."""
    await centre.agent("ann")
    for item in items:
        await centre.item(item)
        await centre.accepted(item)


async def status(centre: Centre) -> tuple[str, str]:
    agent = await centre.store.agent(ANN)
    assert agent is not None
    return agent.status, agent.next_status


# Busy -----------------------------------------------------------------------------------------------------------------


async def test_choosing_busy_returns_the_offer_at_once_with_its_place_and_no_fault(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i")
    before = await centre.store.item(ITEM)
    await centre.item("j")
    await centre.did(await centre.store.set_status(ANN, "away"))
    assert [event.reason for event in centre.events if isinstance(event, OfferRescinded)] == ["status"]
    after = await centre.store.item(ITEM)
    assert before is not None
    assert after is not None
    assert (after.state, after.score, after.refusals, after.excluded) == ("waiting", before.score, {}, {})
    assert (await centre.store.positions([ITEM]))[ITEM].rank == 0
    await centre.did(await centre.store.set_status(ANN, "available"))
    assert centre.offered_to("i") == "ann"


# Next status ----------------------------------------------------------------------------------------------------------


async def test_a_next_status_is_taken_when_the_last_item_ends(centre: Centre) -> None:
    await handling(centre, "i", "j")
    await centre.did(await centre.store.set_next_status(ANN, "away"))
    assert centre.events == [
        AgentPresence(
            at=centre.clock[0],
            agent=ANN,
            reachability="connected",
            status="available",
            reason="planned",
            next_status="away",
        )
    ]
    await centre.did(await centre.store.complete(ITEM, ANN))
    assert await status(centre) == ("available", "away")
    await centre.did(await centre.store.complete(OTHER, ANN))
    assert [type(event) for event in centre.events] == [ItemClosed, AgentPresence]
    assert centre.events[1] == AgentPresence(
        at=centre.clock[0], agent=ANN, reachability="connected", status="away", reason="next"
    )
    assert await status(centre) == ("away", "")


async def test_a_next_status_waits_for_the_end_of_the_wrap_up(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.store.set_next_status(ANN, "away")
    await centre.did(await centre.store.wrap_up(ITEM, ANN))
    assert await status(centre) == ("available", "away")
    await centre.wait(60_000)
    assert await status(centre) == ("away", "")


async def test_nothing_new_comes_that_the_next_status_does_not_allow(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.store.set_next_status(ANN, "away")
    assert await centre.item("j") is None
    await centre.did(await centre.store.set_next_status(ANN, "chats"))
    assert centre.offered_to("j") == "ann"


async def test_an_offer_that_rings_is_no_reason_to_wait_with_the_next_status(centre: Centre) -> None:
    await handling(centre, "i")
    assert await centre.item("j") == "ann"
    await centre.store.set_next_status(ANN, "away")
    await centre.did(await centre.store.complete(ITEM, ANN))
    assert await status(centre) == ("away", "")
    assert [event.item for event in centre.events if isinstance(event, OfferRescinded)] == ["j"]


async def test_a_declined_offer_does_not_bring_the_next_status(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.item("j")
    await centre.store.set_next_status(ANN, "away")
    await centre.did(await centre.store.decline(OfferId("j:1"), ANN))
    assert await status(centre) == ("available", "away")


async def test_choosing_a_status_ends_the_plan_for_the_next(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.store.set_next_status(ANN, "away")
    await centre.did(await centre.store.set_status(ANN, "available"))
    assert await status(centre) == ("available", "")
    await centre.did(await centre.store.complete(ITEM, ANN))
    assert await status(centre) == ("available", "")


async def test_giving_the_plan_up_brings_work_again(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.store.set_next_status(ANN, "away")
    await centre.item("j")
    await centre.did(await centre.store.set_next_status(ANN, ""))
    assert centre.offered_to("j") == "ann"


async def test_with_nothing_in_hand_the_next_status_is_taken_at_once(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.did(await centre.store.set_next_status(ANN, "chats"))
    assert await status(centre) == ("chats", "")
    assert await centre.item("i", call()) is None
    assert await centre.item("j", chat()) == "ann"


async def test_who_leaves_has_no_next_status(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.store.set_next_status(ANN, "away")
    await centre.store.sign_out(ANN)
    assert await status(centre) == ("offline", "")


async def test_a_next_status_needs_an_agent_who_is_signed_in_and_a_status_there_is(centre: Centre) -> None:
    assert (await centre.store.set_next_status(ANN, "away")).outcome == Outcome.UNKNOWN_AGENT
    await centre.agent("ann", signed_in=False)
    assert (await centre.store.set_next_status(ANN, "away")).outcome == Outcome.AGENT_GONE
    assert (await centre.store.set_next_status(ANN, "asleep")).outcome == Outcome.UNKNOWN_STATUS


async def test_it_is_known_who_set_the_status_last(centre: Centre) -> None:
    await handling(centre, "i")
    await centre.store.set_status(ANN, "chats", by=BOSS)
    agent = await centre.store.agent(ANN)
    assert agent is not None
    assert agent.status_by == BOSS
    await centre.store.set_next_status(ANN, "away")
    await centre.store.complete(ITEM, ANN)
    agent = await centre.store.agent(ANN)
    assert agent is not None
    assert (agent.status, agent.status_by) == ("away", None)


# Ramp-up --------------------------------------------------------------------------------------------------------------


async def ramping(centre: Centre, *, waiting: int) -> None:
    """Ann, who takes four chats, comes back to a line of chats and takes the first."""
    await centre.store.configure(replace(SETTINGS, ramp_ms=5_000))
    for number in range(waiting):
        await centre.item(f"w{number}")
    await centre.agent("ann")
    await centre.accepted("w0")


async def test_who_signs_in_gets_one_item_at_a_time_until_half_full(centre: Centre) -> None:
    await ramping(centre, waiting=4)
    assert centre.offered_to("w1") is None
    await centre.wait(4_997)
    assert centre.offered_to("w1") is None
    await centre.wait(3)
    assert centre.offered_to("w1") == "ann"
    await centre.accepted("w1")
    assert centre.offered_to("w2") == "ann", "half full: no limit any more"


async def test_a_new_item_waits_while_the_only_agent_ramps_up(centre: Centre) -> None:
    await ramping(centre, waiting=1)
    assert await centre.item("i") is None
    assert await audit(centre.connection, centre.store) == []
    await centre.wait(5_000)
    assert centre.offered_to("i") == "ann"


async def test_who_comes_back_from_a_break_is_spared_and_who_changes_channels_is_not(centre: Centre) -> None:
    await centre.store.configure(replace(SETTINGS, ramp_ms=5_000))
    await centre.agent("ann")
    agent = await centre.store.agent(ANN)
    assert agent is not None
    assert agent.ramping
    await centre.store.set_status(ANN, "away")
    agent = await centre.store.agent(ANN)
    assert agent is not None
    assert not agent.ramping
    await centre.store.configure(SETTINGS)
    await centre.store.set_status(ANN, "available")
    await centre.store.configure(replace(SETTINGS, ramp_ms=5_000))
    await centre.store.set_status(ANN, "chats")
    agent = await centre.store.agent(ANN)
    assert agent is not None
    assert not agent.ramping


async def test_a_call_to_who_comes_back_ends_the_ramp_up_as_it_takes_them_whole(centre: Centre) -> None:
    await centre.store.configure(replace(SETTINGS, ramp_ms=5_000))
    await centre.item("i", call())
    await centre.agent("ann")
    await centre.accepted("i")
    await centre.item("j")
    await centre.did(await centre.store.complete(ITEM, ANN))
    assert centre.offered_to("j") == "ann"


# Leases ---------------------------------------------------------------------------------------------------------------


async def test_a_node_that_notices_late_that_a_device_left_does_not_end_its_lease_with_another(centre: Centre) -> None:
    await centre.item("i")
    await centre.agent("ann")
    await centre.did(await centre.store.lease(ANN, TAB, node="next", ttl_ms=60_000))
    assert (await centre.store.unlease(ANN, TAB, node="node")).events == ()
    item = await centre.store.item(ITEM)
    assert item is not None
    assert item.state == "offered"
    (gone, *_) = (await centre.store.unlease(ANN, TAB, node="next")).events
    assert isinstance(gone.event, AgentPresence)
    assert gone.event.reason == "disconnected"


async def test_leases_renewed_together_run_on_and_tell_of_those_to_whom_more_happened(centre: Centre) -> None:
    ben, stranger = AgentId("ben"), AgentId("stranger")
    for agent in (ANN, ben):
        await centre.agent(agent)
        await centre.sign_in(agent, ttl_ms=1_000)
    await centre.did(await centre.store.unlease(ben, TAB))
    centre.clock[0] += 900
    told = await centre.store.renew([(ANN, TAB), (ben, TAB), (stranger, TAB)], node="node", ttl_ms=1_000)
    assert {device[0]: step.outcome for device, step in told.items()} == {
        ben: Outcome.OK,
        stranger: Outcome.UNKNOWN_AGENT,
    }
    (back,) = told[ben, TAB].events
    assert isinstance(back.event, AgentPresence)
    assert back.event.reason == "reconnected"
    centre.clock[0] += 999
    assert (await centre.store.tick()).events == ()
    centre.clock[0] += 1
    gone = [written.event for written in (await centre.store.tick()).events]
    assert {event.agent for event in gone if isinstance(event, AgentPresence)} == {ANN, ben}
