"""What a waiting customer is told, and how wrong it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis.strategies import integers

from router.core.expected_wait import (
    HANDLED_KEPT,
    JUDGED_KEPT,
    RECENT_MS,
    ExpectedWait,
    Pace,
    WaitError,
    expected_wait,
    gamma_quantile,
)
from router.core.words import Ms

NOW: Ms = 10_000_000


def pace(*, handle_ms: Ms = 100_000, share: float = 1.0, last_ms: Ms = 0, at: Ms = NOW) -> Pace:
    """Of a queue that has seen ten items; a share of one: its agents do nothing else, an item each."""
    known = Pace()
    for _ in range(10):
        known.ended(handle_ms)
    known.in_hand(round(share * 100), 100)
    known.started(at, last_ms)
    return known


def told(known: Pace, position: int = 1, busy: int = 10, now: Ms = NOW) -> ExpectedWait:
    wait = expected_wait(known, position=position, busy=busy, now=now)
    assert wait is not None
    return wait


def test_without_data_the_wait_is_unknown_and_not_nought() -> None:
    assert expected_wait(Pace(), position=1, busy=10, now=NOW) is None


def test_while_nobody_works_the_wait_is_unknown() -> None:
    assert expected_wait(pace(last_ms=60_000), position=1, busy=0, now=NOW) is None


def test_a_wait_that_is_told_is_never_nought() -> None:
    assert told(pace(handle_ms=0)).p50_ms > 0


def test_the_next_in_line_waits_for_the_first_of_the_agents_to_finish() -> None:
    wait = told(pace(handle_ms=100_000), position=1, busy=10)
    assert 6_500 < wait.p50_ms < 7_300  # ln 2 × 10 s
    assert 22_000 < wait.p90_ms < 24_500  # ln 10 × 10 s


def test_far_back_in_line_each_place_is_worth_the_time_between_two_ends() -> None:
    wait = told(pace(handle_ms=100_000), position=60, busy=10)
    assert 585_000 < wait.p50_ms < 600_000


def test_a_queue_that_has_a_fifth_of_its_agents_work_moves_a_fifth_as_fast() -> None:
    alone, shared = (told(pace(share=share), position=40) for share in (1, 0.2))
    assert round(shared.p50_ms / alone.p50_ms, 3) == 5


def test_the_last_one_served_counts_a_third_and_only_for_a_while() -> None:
    known = pace(handle_ms=100_000, last_ms=2_000_000)
    fresh, stale = (told(known, position=40, now=now) for now in (NOW + RECENT_MS - 1, NOW + RECENT_MS))
    assert round(fresh.p50_ms / stale.p50_ms, 3) == round(2 / 3 + 2_000_000 / 400_000 / 3, 3)


def test_with_the_last_one_alone_the_wait_is_told_from_that() -> None:
    known = Pace()
    known.started(NOW, 60_000)
    assert 30_000 < told(known, position=1).p50_ms < 60_000


@given(integers(1, 500), integers(1, 200), integers(1, 3_600_000))
def test_further_back_is_later_and_more_agents_are_sooner(position: int, busy: int, handle_ms: Ms) -> None:
    known = pace(handle_ms=handle_ms)
    wait = told(known, position, busy)
    assert wait.p50_ms <= wait.p90_ms
    assert wait.p50_ms <= told(known, position + 1, busy).p50_ms
    assert wait.p90_ms <= told(known, position + 1, busy).p90_ms
    assert wait.p50_ms >= told(known, position, busy + 1).p50_ms


def test_gamma_quantiles_are_those_of_the_tables() -> None:
    for shape, median, p90 in ((1, 0.693, 2.303), (2, 1.678, 3.890), (10, 9.669, 14.206), (50, 49.667, 59.249)):
        assert abs(gamma_quantile(shape, 0) / median - 1) < 0.02
        assert abs(gamma_quantile(shape, 1.2815515655) / p90 - 1) < 0.011


def test_handle_times_of_long_ago_are_forgotten() -> None:
    known = pace(handle_ms=1_000_000)
    for _ in range(HANDLED_KEPT):
        known.ended(50_000)
    assert known.each_ms(busy=10) == 5_000


def test_the_error_is_what_was_told_against_what_was_waited() -> None:
    known = Pace()
    assert known.error() is None
    for waited_ms in (10_000, 30_000, 50_000, 90_000):
        known.started(NOW, waited_ms, ExpectedWait(p50_ms=40_000, p90_ms=60_000))
    known.started(NOW, 500_000)  # was told nothing
    assert known.error() == WaitError(count=4, bias_ms=-5_000, mean_abs_ms=25_000, within_p90=0.75)


def test_only_the_latest_are_judged() -> None:
    known = Pace()
    for _ in range(JUDGED_KEPT):
        known.started(NOW, 1_000, ExpectedWait(p50_ms=9_000, p90_ms=9_000))
    for _ in range(JUDGED_KEPT):
        known.started(NOW, 1_000, ExpectedWait(p50_ms=1_000, p90_ms=1_000))
    assert known.error() == WaitError(count=JUDGED_KEPT, bias_ms=0, mean_abs_ms=0, within_p90=1.0)
