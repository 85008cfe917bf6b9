"""Items that wait for one agent: the last one of the customer, an account owner, a colleague named in a transfer."""

from __future__ import annotations

from router.core.events import ItemQueued, OfferCreated
from router.core.outcomes import Outcome
from router.core.policy import Supply
from router.core.records import Preference
from router.core.words import AgentId, OfferId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import TAB, Centre, call, chat

ANN, BOB, ITEM = AgentId("ann"), AgentId("bob"), WorkItemId("i")
WAIT_MS = 30_000


async def for_ann(centre: Centre, name: str = "i", *, regardless: bool = False, french: int = 0) -> str | None:
    """A chat that is Ann's for half a minute; whom it is offered to."""
    centre.clock[0] += 1
    demand = chat(french=french) if french else chat()
    preference = Preference(ANN, WAIT_MS, regardless)
    await centre.did(await centre.store.enqueue(WorkItemId(name), demand, preference=preference))
    return centre.offered_to(name)


async def busy_ann(centre: Centre) -> None:
    """Ann is on a call, Bob is free, and Ann has been idle for less long."""
    await centre.agent("ann")
    await centre.item("call", call())
    await centre.accepted("call")
    await centre.agent("bob")


async def test_an_item_goes_to_its_preferred_agent_though_others_were_idle_for_longer(centre: Centre) -> None:
    await centre.agent("bob")
    await centre.agent("ann")
    assert await for_ann(centre) == "ann"


async def test_an_item_waits_for_its_preferred_agent_while_others_are_free(centre: Centre) -> None:
    await busy_ann(centre)
    assert await for_ann(centre) is None
    assert await audit(centre.connection, centre.store) == []
    await centre.did(await centre.store.complete(WorkItemId("call"), ANN))
    assert centre.offered_to("i") == "ann"


async def test_after_a_while_it_is_for_all_at_its_old_place(centre: Centre) -> None:
    await busy_ann(centre)
    await for_ann(centre)
    await centre.wait(WAIT_MS - 1)
    assert centre.events == []
    await centre.wait(1)
    assert [event.reason for event in centre.events if isinstance(event, ItemQueued)] == ["preferred_over"]
    assert centre.offered_to("i") == "bob"


async def test_the_wait_for_a_preferred_agent_counts_in_the_queue(centre: Centre) -> None:
    await busy_ann(centre)
    await for_ann(centre)
    await centre.store.set_status(BOB, "away")
    await centre.item("j")
    positions = await centre.store.positions([ITEM, WorkItemId("j")])
    assert [positions[ITEM].rank, positions[WorkItemId("j")].rank] == [0, 1]


async def test_an_agent_takes_the_older_of_what_waits_for_them_and_what_waits_for_all(centre: Centre) -> None:
    await centre.item("old", chat(french=1))
    await centre.agent("ann", french=1, signed_in=True)
    await centre.store.set_status(ANN, "away")
    await for_ann(centre, "young")
    await centre.did(await centre.store.set_status(ANN, "available"))
    assert centre.offered_to("old") == "ann"
    await centre.accepted("old")
    assert centre.offered_to("young") == "ann"


async def test_who_is_not_signed_in_is_not_waited_for(centre: Centre) -> None:
    await centre.agent("bob")
    assert await for_ann(centre) == "bob"
    await centre.agent("ann", signed_in=False)
    await centre.accepted("i")
    assert await for_ann(centre, "j") == "bob"


async def test_who_has_not_the_skill_is_not_waited_for_unless_the_item_is_for_them_regardless(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.agent("bob", french=5)
    assert await for_ann(centre, french=5) == "bob"
    assert await for_ann(centre, "j", regardless=True, french=5) == "ann"


async def test_when_the_preferred_agent_leaves_the_item_is_for_all_at_once(centre: Centre) -> None:
    await busy_ann(centre)
    await for_ann(centre)
    await centre.did(await centre.store.sign_out(ANN))
    assert centre.offered_to("i") == "bob"


async def test_when_the_preferred_agent_loses_the_skill_the_item_is_for_all_at_once(centre: Centre) -> None:
    await busy_ann(centre)
    await for_ann(centre)
    supply = Supply(agent_id=ANN, skills={}, queues=frozenset({"help"}), limit=100, at_most={"webchat": 4, "voice": 1})
    await centre.did(await centre.store.put_agent(supply))
    assert centre.offered_to("i") == "bob"


async def test_when_the_preferred_agent_declines_the_item_is_for_all_at_once(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.agent("bob")
    await for_ann(centre)
    await centre.did(await centre.store.decline(OfferId("i:1"), ANN))
    assert centre.offered_to("i") == "bob"


async def test_a_short_absence_does_not_end_the_wait_for_an_agent(centre: Centre) -> None:
    await busy_ann(centre)
    await for_ann(centre)
    await centre.store.unlease(ANN, TAB)
    await centre.store.cancel(WorkItemId("call"))
    await centre.wait(5_000)
    assert [event for event in centre.events if isinstance(event, OfferCreated)] == []
    await centre.sign_in(ANN)
    assert centre.offered_to("i") == "ann"


async def test_a_transfer_may_name_who_is_to_take_it_and_the_queue_it_falls_back_to(centre: Centre) -> None:
    await centre.agent("cem")
    await centre.item("i")
    await centre.accepted("i")
    await busy_ann(centre)
    step = await centre.store.transfer_to_queue(
        ITEM, AgentId("cem"), chat("help", french=9), Preference(ANN, WAIT_MS, True)
    )
    assert await centre.did(step) == Outcome.OK
    await centre.did(await centre.store.complete(WorkItemId("call"), ANN))
    assert centre.offered_to("i") == "ann"
    offer = [event for event in centre.events if isinstance(event, OfferCreated)][-1]
    assert offer.queue == "help"


async def test_once_taken_the_preference_is_over(centre: Centre) -> None:
    await centre.agent("ann")
    await for_ann(centre)
    await centre.accepted("i")
    await centre.agent("bob")
    await centre.did(await centre.store.transfer_to_queue(ITEM, ANN, chat()))
    assert centre.offered_to("i") == "bob"
    assert [event.reason for event in centre.events if isinstance(event, ItemQueued)] == ["transfer"]
