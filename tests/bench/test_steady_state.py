"""The event loop of the theory bench, and the queue it compares the store with."""

from __future__ import annotations

from random import Random

import pytest

from router.bench.ideal_queue import IdealQueue
from router.bench.interval import interval, mean_of
from router.bench.steady_state import Centre, Fate, Person, live, people
from router.bench.theory_cases import NAMED, SOME, Case, erlang_c_case, skills_case, window
from router.core.queueing import Load

LOAD = Load(per_s=0.1, service_s=10, agents=2)
TWO = Centre(load=LOAD, agents=[frozenset({0})] * 2)


def person(at: int, service_ms: int, *, kind: int = 0, patience_ms: int | None = None) -> Person:
    return Person(at=at, kind=kind, service_ms=service_ms, patience_ms=patience_ms)


async def fates(centre: Centre, *customers: Person) -> list[Fate]:
    return await live(centre, customers, IdealQueue(centre))


async def test_who_comes_third_waits_for_the_first_agent_to_be_free() -> None:
    assert await fates(TWO, person(0, 100), person(10, 50), person(20, 5), person(30, 5)) == [
        Fate("answered", 0),
        Fate("answered", 0),
        Fate("answered", 40),
        Fate("answered", 35),
    ]


async def test_patience_ends_a_wait_but_no_service() -> None:
    centre = Centre(load=LOAD, agents=[frozenset({0})], patience_s=1)
    served, gone, next_one = (
        person(0, 100, patience_ms=50),
        person(1, 9, patience_ms=50),
        person(2, 9, patience_ms=99),
    )
    assert await fates(centre, served, gone, next_one) == [
        Fate("answered", 0),
        Fate("abandoned", 50),
        Fate("answered", 98),
    ]


async def test_an_agent_set_free_in_the_ms_of_the_arrival_is_free() -> None:
    centre = Centre(load=LOAD, agents=[frozenset({0})])
    assert await fates(centre, person(0, 100), person(100, 5)) == [Fate("answered", 0)] * 2


async def test_who_finds_all_places_taken_is_blocked() -> None:
    centre = Centre(load=LOAD, agents=[frozenset({0})], places=1)
    assert [fate.what for fate in await fates(centre, person(0, 100), person(1, 5), person(2, 5), person(110, 5))] == [
        "answered",
        "answered",
        "blocked",
        "answered",
    ]


async def test_agents_serve_their_kinds_only_and_the_first_who_came() -> None:
    centre = Centre(load=LOAD, kinds=2, agents=[frozenset({0}), frozenset({0, 1})])
    customers = person(0, 100), person(1, 50), person(2, 5, kind=1), person(3, 5)
    assert [fate.waited_ms for fate in await fates(centre, *customers)] == [0, 0, 49, 53]


@pytest.mark.parametrize(
    "case", [NAMED[1], NAMED[2], skills_case(6), skills_case(1), *SOME], ids=lambda case: case.name
)
async def test_the_ideal_queue_has_the_exact_law(case: Case) -> None:
    """Theory and the event loop are right or wrong by themselves, without a store."""
    centre, span_ms, lives = case.centre, round(2_000 / case.centre.load.per_s * 1000), 16
    seen = []
    for number in range(lives):
        customers = people(centre, span_ms, Random(f"ideal {number}"))
        seen.append(window(customers, await live(centre, customers, IdealQueue(centre)), centre, 0, span_ms))
    for measure in case.measures:
        sums = [measure.of(one) for one in seen]
        low, high = interval(sums, most=measure.most, burst=measure.burst, error=0.001)
        assert low <= measure.exact <= high, (measure.name, mean_of(sums), measure.exact)


def test_a_life_begins_as_the_exact_law_finds_the_centre() -> None:
    centre = erlang_c_case(Load(per_s=1, service_s=1, agents=2), within_s=()).centre
    found = [sum(one.at == 0 for one in people(centre, 0, Random(n))) for n in range(2_000)]
    assert sum(found) / len(found) == pytest.approx(4 / 3, abs=0.1)
    assert found.count(0) / len(found) == pytest.approx(1 / 3, abs=0.04)
