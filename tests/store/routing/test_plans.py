"""How what an item asks for changes with its waiting: drops, rings, backups, other queues."""

from __future__ import annotations

from dataclasses import replace

from router.core.events import ItemRelaxed
from router.core.policy import Demand, Later, Requirement, Supply
from router.core.words import AgentId, OfferId, WorkItemId
from router.store.audit import audit
from router.store.routing import RestoredAgent, RestoredItem
from tests.store.routing.centre import SETTINGS, START, Centre, chat

ANN, BOB, ITEM = AgentId("ann"), AgentId("bob"), WorkItemId("i")
EXPERT = chat(french=5)


def relaxing(*later: tuple[int, Demand], first: Demand = EXPERT) -> Demand:
    return replace(first, later=tuple(Later(at_ms=at, demand=demand) for at, demand in later))


def relaxed(centre: Centre) -> list[tuple[str, int, str]]:
    """Item, step and queue of what was relaxed in the last step."""
    return [(e.item, e.step, e.queue) for e in centre.events if isinstance(e, ItemRelaxed)]


async def test_an_item_asks_for_less_at_the_age_its_plan_says_and_not_a_ms_sooner(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.item("i", relaxing((15_000, chat())))
    await centre.wait(14_999)
    assert centre.events == []
    await centre.wait(1)
    assert (relaxed(centre), centre.offered_to("i")) == ([("i", 1, "sales")], "ann")


async def test_fully_skilled_agents_are_asked_first_at_every_step(centre: Centre) -> None:
    await centre.agent("ann")
    await centre.agent("bob", french=5)
    await centre.did(await centre.store.set_status(BOB, "away"))
    await centre.item("i", relaxing((15_000, chat())))
    await centre.did(await centre.store.set_status(ANN, "away"))
    await centre.wait(15_000)
    await centre.did(await centre.store.set_status(ANN, "available"))
    assert centre.offered_to("i") == "ann"
    await centre.did(await centre.store.set_status(BOB, "available"))
    await centre.agent("cem")
    await centre.did(await centre.store.decline(OfferId("i:1"), ANN))
    assert centre.offered_to("i") == "bob"


async def test_a_decline_does_not_reset_the_step_and_time_in_hand_counts(centre: Centre) -> None:
    await centre.agent("ann", french=5)
    await centre.agent("bob")
    assert await centre.item("i", relaxing((10_000, chat()))) == "ann"
    centre.clock[0] += 12_000
    await centre.did(await centre.store.decline(OfferId("i:1"), ANN))
    assert (relaxed(centre), centre.offered_to("i")) == ([("i", 1, "sales")], "bob")


async def test_rings_widen_to_further_sets_of_skills(centre: Centre) -> None:
    ring = replace(chat(), alternatives=(frozenset({Requirement(skill="products", level=3)}),))
    await centre.agent("ann", products=3)
    await centre.agent("bob", french=4)
    await centre.item("i", relaxing((15_000, ring), (30_000, chat(french=4))))
    await centre.wait(15_000)
    assert centre.offered_to("i") == "ann"
    await centre.did(await centre.store.decline(OfferId("i:1"), ANN))
    await centre.wait(15_000)
    assert centre.offered_to("i") == "bob"


async def test_any_of_several_sets_of_skills_will_do(centre: Centre) -> None:
    sets = (EXPERT.requirements, frozenset({Requirement(skill="products", level=3)}))
    await centre.agent("ann", products=2, french=4)
    await centre.agent("bob", products=3)
    assert await centre.item("i", replace(chat(), alternatives=sets)) == "bob"


async def test_agents_of_a_backup_profile_see_items_only_after_the_delay(centre: Centre) -> None:
    supply = Supply(
        agent_id=ANN,
        skills={},
        queues=frozenset({"help"}),
        limit=100,
        at_most={"webchat": 4},
        backup=frozenset({"sales"}),
    )
    await centre.store.put_agent(supply)
    await centre.sign_in(ANN)
    await centre.item("i", relaxing((20_000, replace(chat(), backup=True)), first=chat()))
    await centre.wait(19_999)
    assert centre.offered_to("i") is None
    await centre.wait(1)
    assert centre.offered_to("i") == "ann"


async def test_an_item_overflows_to_another_queue_by_age_and_keeps_its_place(centre: Centre) -> None:
    demand = replace(chat(), later=(Later(at_ms=300_000, demand=chat("help"), keeps=False),))
    await centre.item("i", demand)
    await centre.item("j", chat("help"))
    await centre.wait(300_000)
    assert relaxed(centre) == [("i", 1, "help")]
    places = await centre.store.positions([ITEM, WorkItemId("j")])
    assert [(place.queue, place.rank) for place in places.values()] == [("help", 0), ("help", 1)]


async def test_an_item_that_comes_with_an_age_starts_at_the_step_of_that_age(centre: Centre) -> None:
    await centre.agent("ann")
    centre.clock[0] += 40_000
    await centre.did(await centre.store.enqueue(ITEM, relaxing((15_000, chat())), enqueued_at=START))
    assert (relaxed(centre), centre.offered_to("i")) == ([("i", 1, "sales")], "ann")


async def test_a_rebuild_restores_an_item_at_its_step_and_it_goes_on_from_there(centre: Centre) -> None:
    plan = replace(
        EXPERT,
        later=(Later(at_ms=10_000, demand=chat("help"), keeps=False, credit_ms=5), Later(at_ms=20_000, demand=chat())),
    )
    item = RestoredItem(item=ITEM, demand=plan, state="waiting", score=START - 5, enqueued_at=START, step=1)
    ann = RestoredAgent(
        supply=Supply(agent_id=ANN, skills={}, queues=frozenset({"sales"}), limit=100, at_most={"webchat": 4}),
        status="available",
        idle_since=START,
        signed_in=True,
    )
    await centre.store.rebuilding.begin("second", 10, SETTINGS)
    await centre.store.rebuilding.restore("second", agents=[ann], items=[item])
    await centre.did(await centre.store.rebuilding.end("second"))
    await centre.sign_in(ANN)
    assert await audit(centre.connection, centre.store) == []
    assert (await centre.store.positions([ITEM]))[ITEM].queue == "help"
    await centre.wait(20_000)
    assert (relaxed(centre), centre.offered_to("i")) == ([("i", 2, "sales")], "ann")
    record = await centre.store.item(ITEM)
    assert record is not None
    assert record.score == START
