"""Who of several free agents is chosen, and what keeps one from being free."""

from __future__ import annotations

from dataclasses import replace

from router.core.events import OfferCreated
from router.core.policy import Demand, Direction, Requirement, Supply
from router.core.words import AgentId, ChoiceModel, OfferId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import SETTINGS, START, Centre, call, chat

ANN, BOB = AgentId("ann"), AgentId("bob")
MAIL = Demand(
    queue="help", channel="email", requirements=frozenset(), weight=50, model="longest_idle", interruptible=True
)


async def blended(centre: Centre, name: str, **changes: object) -> AgentId:
    """An agent who takes calls, chats and letters, whatever else `changes` says of them."""
    most = {"webchat": 4, "voice": 1, "email": 3}
    agent = AgentId(name)
    supply = Supply(agent_id=agent, skills={}, queues=frozenset({"sales", "help"}), limit=100, at_most=most)
    await centre.store.put_agent(replace(supply, **changes))  # type: ignore[arg-type]
    centre.clock[0] += 1
    await centre.sign_in(agent)
    return agent


async def letters(centre: Centre) -> None:
    await centre.store.configure(replace(SETTINGS, statuses={"available": ("voice", "webchat", "email"), "away": ()}))


async def taken(centre: Centre, name: str, demand: Demand) -> str | None:
    """Whom the item was offered to, who accepted it."""
    agent = await centre.item(name, demand)
    if agent is not None:
        await centre.accepted(name)
    return agent


def of(model: ChoiceModel, **needs: int) -> Demand:
    return chat("help", model=model, **needs)


# Models ---------------------------------------------------------------------------------------------------------------


async def test_most_available_takes_who_has_most_units_free_and_not_the_smaller_share(centre: Centre) -> None:
    await centre.agent("ann", limit=50)
    await centre.agent("bob", limit=100)
    assert [await taken(centre, name, of("most_available")) for name in "ijkl"] == ["bob", "bob", "ann", "bob"]


async def test_best_fit_keeps_experts_for_what_needs_them(centre: Centre) -> None:
    await centre.agent("ann", french=5, english=9, german=9)
    await centre.agent("bob", french=9)
    await centre.agent("cem", french=6)
    assert [await taken(centre, name, of("best_fit", french=5)) for name in "ij"] == ["cem", "cem"]
    await centre.store.set_status(AgentId("cem"), "away")
    assert await taken(centre, "k", of("best_fit", french=5)) == "bob"
    assert await taken(centre, "l", of("best_fit", german=1)) == "ann"


async def test_surplus_is_told_beside_the_set_that_an_agent_meets_most_closely(centre: Centre) -> None:
    english, both = {"english": 1}, {"french": 4, "german": 1}
    sets = tuple(frozenset(Requirement(skill=skill, level=n) for skill, n in one.items()) for one in (english, both))
    await centre.agent("bob", english=1, italian=1, spanish=1)
    await centre.agent("ann", english=6, french=9, german=5)
    assert await taken(centre, "i", replace(of("best_fit"), alternatives=sets)) == "ann"


async def test_who_stands_behind_one_who_is_excluded_is_still_ranked_before_others(centre: Centre) -> None:
    for name, grade in (("ann", 2), ("bob", 2), ("cem", 1)):
        await blended(centre, name, attributes={"grade": grade})
    demand = replace(of("longest_idle"), order=(("grade", "desc"),))
    await centre.did(await centre.store.enqueue(WorkItemId("i"), demand, excluded=[ANN]))
    assert centre.offered_to("i") == "bob"


async def test_of_equal_fit_the_longest_idle_is_chosen(centre: Centre) -> None:
    await centre.agent("zoe", french=5)
    await centre.agent("ann", english=5, french=5)
    await centre.agent("bob", french=5)
    assert await taken(centre, "i", of("best_fit", french=5)) == "zoe"


async def test_round_robin_goes_by_the_last_offer_even_if_it_was_declined(centre: Centre) -> None:
    for name in ("ann", "bob"):
        await centre.agent(name)
    assert await centre.item("i", of("round_robin")) == "ann"
    await centre.did(await centre.store.decline(OfferId("i:1"), ANN))
    await centre.accepted("i")
    centre.clock[0] += 1
    assert await taken(centre, "j", of("round_robin")) == "ann"
    assert await taken(centre, "k", of("round_robin")) == "bob"


async def test_an_order_by_attributes_has_missing_ones_last_both_ways(centre: Centre) -> None:
    for name, attributes in (("ann", {}), ("bob", {"grade": 2}), ("cem", {"grade": 9}), ("dan", {"grade": 2.5})):
        await blended(centre, name, attributes=attributes, limit=25)
    orders: dict[Direction, list[str]] = {"asc": ["bob", "cem", "ann", "dan"], "desc": ["cem", "bob", "ann", "dan"]}
    for direction, order in orders.items():
        demand = replace(of("longest_idle"), order=(("grade", direction),))
        names = [f"{direction}{number}" for number in range(4)]
        assert [await taken(centre, name, demand) for name in names] == order
        for name, agent in zip(names, order, strict=True):
            await centre.store.complete(WorkItemId(name), AgentId(agent))
        centre.clock[0] += 1_000


async def test_more_profiles_than_are_looked_into_in_order_are_chosen_from_alike(centre: Centre) -> None:
    for number in range(70):
        await blended(centre, f"a{number:02}", attributes={"grade": number % 35}, limit=25)
    demand = replace(of("longest_idle"), order=(("grade", "desc"),))
    chosen = [await taken(centre, f"i{number}", demand) for number in range(70)]
    assert chosen == [f"a{grade + more:02}" for grade in range(34, -1, -1) for more in (0, 35)]


# Conditions -----------------------------------------------------------------------------------------------------------


async def test_a_condition_on_attributes_and_load_keeps_others_out(centre: Centre) -> None:
    red = ("==", ("attr", "team"), ("const", "red"))
    idle = ("<", ("assigned", "webchat"), ("const", 1))
    await blended(centre, "ann", attributes={"team": "blue"})
    await blended(centre, "bob", attributes={"team": "red"})
    demand = replace(chat("help"), condition=("and", red, idle))
    assert [await taken(centre, name, demand) for name in "ij"] == ["bob", None]
    await centre.did(await centre.store.complete(WorkItemId("i"), BOB))
    assert centre.offered_to("j") == "bob"


# Capacity -------------------------------------------------------------------------------------------------------------


async def test_a_full_load_of_letters_still_takes_a_chat_and_no_third_letter(centre: Centre) -> None:
    await letters(centre)
    await blended(centre, "ann")
    assert [await taken(centre, name, MAIL) for name in "ijk"] == ["ann", "ann", None]
    assert [await taken(centre, name, chat()) for name in "lmno"] == ["ann"] * 4
    record = await centre.store.agent(ANN)
    assert record is not None
    assert (record.used, record.used_interruptible) == (100, 100)
    await centre.did(await centre.store.complete(WorkItemId("i"), ANN))
    assert centre.offered_to("k") == "ann"
    assert await audit(centre.connection, centre.store) == []


async def test_a_channel_is_offered_only_if_each_held_one_allows_it_beside(centre: Centre) -> None:
    await letters(centre)
    await blended(centre, "ann", limit=300)
    statuses = {"available": ("voice", "webchat", "email"), "away": ()}
    blend = {"webchat": ("email",), "email": ("voice",)}
    await centre.store.configure(replace(SETTINGS, statuses=statuses, beside=blend))
    assert await taken(centre, "i", chat()) == "ann"
    assert await centre.item("j", call()) is None
    assert await taken(centre, "k", chat()) == "ann"
    assert await taken(centre, "l", replace(MAIL, queue="sales")) == "ann"
    assert await centre.item("m", chat()) is None
    await centre.did(await centre.store.configure(replace(SETTINGS, statuses=statuses)))
    assert centre.offered_to("j") == "ann"


# Why ------------------------------------------------------------------------------------------------------------------


async def test_an_offer_tells_what_decided(centre: Centre) -> None:
    await centre.agent("ann")
    await taken(centre, "i", of("least_loaded"))
    await centre.item("j", of("least_loaded"))
    why = next(event.why for event in centre.events if isinstance(event, OfferCreated))
    assert why is not None
    assert (why.model, why.step, why.idle_since, why.used, why.limit) == ("least_loaded", 0, START + 1, 25, 100)
