from __future__ import annotations

from math import inf
from random import Random

import pytest

from router.bench.interval import interval, mean_of, student


@pytest.mark.parametrize(
    ("probability", "freedom", "table"),
    [(0.975, 9, 2.2622), (0.975, 15, 2.1314), (0.9995, 15, 4.0728), (0.975, 30, 2.0423), (0.5, 15, 0.0)],
)
def test_quantiles_of_student_are_those_of_the_tables(probability: float, freedom: int, table: float) -> None:
    assert student(probability, freedom) == pytest.approx(table, rel=5e-4, abs=1e-12)


def test_a_mean_is_over_all_lives_not_of_their_means() -> None:
    assert mean_of([(1, 1), (0, 9)]) == pytest.approx(0.1)
    assert mean_of([(0, 0), (0, 0)]) == 0


def test_what_was_never_seen_may_still_come_three_times_in_all_tries() -> None:
    never = [(0.0, 100.0)] * 4
    low, high = interval(never, most=1, burst=1, error=0.05)
    assert low == 0
    assert high == pytest.approx(3.0 / 400, abs=1e-4)
    assert interval(never, most=1, burst=5, error=0.05).high == pytest.approx(5 * high)
    always = interval([(100.0, 100.0)] * 4, most=1, burst=1, error=0.05)
    assert always.high == 1
    assert always.low == pytest.approx(1 - high)


def test_equal_lives_that_all_show_it_leave_no_doubt() -> None:
    low, high = interval([(5, 100)] * 4, most=1, burst=1, error=0.05)
    assert low == pytest.approx(0.05)
    assert high == pytest.approx(0.05)


def test_an_interval_keeps_off_the_ends_and_is_wider_where_there_is_room() -> None:
    rare = [(0.0, 10.0), (1.0, 10.0), (1.0, 10.0), (4.0, 10.0)]
    low, high = interval(rare, most=1, burst=0, error=0.05)
    assert 0 < low < 0.15 < high < 1
    assert high - 0.15 > 0.15 - low
    low, high = interval(rare, most=inf, burst=0, error=0.05)
    assert low * high == pytest.approx(0.15**2)


@pytest.mark.parametrize("error", [0.5, 0.05])
@pytest.mark.parametrize("skewed", [False, True])
def test_the_interval_misses_about_as_often_as_it_says(error: float, skewed: bool) -> None:
    random = Random(7)

    def life() -> tuple[float, float]:
        return (random.expovariate(1 / 6) if skewed else random.gauss(6, 2), 1.0)

    runs = ([life() for _ in range(16)] for _ in range(4_000))
    told = [interval(lives, most=inf, burst=0, error=error) for lives in runs]
    missed = sum(not low <= 6 <= high for low, high in told)
    assert missed / len(told) == pytest.approx(error, rel=0.3)
