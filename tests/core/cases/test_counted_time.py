"""Time that counts, against the minutes a scan of the wall clock finds open: zones, clock changes, nights, holidays."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given, settings
from hypothesis.strategies import integers

from router.core.hours import DAY_MIN, MINUTE_MS, Hours, after_open, open_ms, shift
from router.core.words import Ms
from tests.core.test_hours import ALL_DAY, NIGHT, OFFICE, at, hours, scanned, worked

LONG_MIN = 3 * DAY_MIN
minutes = integers(0, LONG_MIN)


def inner(truth: dict[Ms, bool]) -> list[Ms]:
    return list(truth)[DAY_MIN : -2 * DAY_MIN]


@settings(max_examples=40)
@given(worked(), minutes, minutes)
@example((hours(*[NIGHT] * 7), date(2026, 10, 22)), 0, LONG_MIN)
@example((hours(*[NIGHT] * 7), date(2026, 3, 26)), 0, LONG_MIN)
@example((hours(*[ALL_DAY] * 7, zone="Australia/Lord_Howe"), date(2026, 4, 2)), 0, LONG_MIN)
def test_open_time_is_the_open_minutes_between(kept_from: tuple[Hours, date], one: int, other: int) -> None:
    kept, first = kept_from
    truth = scanned(kept, first)
    moments = inner(truth)
    begin, end = sorted((moments[one], moments[other]))
    assert open_ms(kept, begin, end) == MINUTE_MS * sum(truth[ms] for ms in moments if begin <= ms < end)


@settings(max_examples=40)
@given(worked(), minutes, minutes)
@example((hours(*[NIGHT] * 7), date(2026, 10, 22)), 0, 17 * 60)
@example((OFFICE, date(2026, 3, 26)), 30, 480)
def test_so_much_open_time_is_over_when_so_many_open_minutes_are(
    kept_from: tuple[Hours, date], begin_min: int, wanted_min: int
) -> None:
    kept, first = kept_from
    truth = scanned(kept, first)
    moments = inner(truth)
    begin = moments[begin_min]
    left, due = wanted_min, begin
    for ms in moments[begin_min:]:
        if left == 0:
            break
        if truth[ms]:
            left, due = left - 1, ms + MINUTE_MS
    told = after_open(kept, begin, wanted_min * MINUTE_MS)
    if left == 0:
        assert told == due
    else:
        assert told is None or told > moments[-1]


@settings(max_examples=40)
@given(worked(), minutes, integers(1, 60 * DAY_MIN))
def test_the_end_of_open_time_is_as_far_as_one_was_told(kept_from: tuple[Hours, date], begin_min: int, ms: int) -> None:
    kept, first = kept_from
    begin = inner(scanned(kept, first))[begin_min]
    told = after_open(kept, begin, ms)
    if told is not None:
        assert open_ms(kept, begin, told) == ms
        assert open_ms(kept, begin, told - 1) == ms - 1


def test_without_hours_all_time_counts() -> None:
    assert after_open(None, 1_000, 500) == 1_500
    assert open_ms(None, 1_000, 1_500) == 500
    assert open_ms(None, 1_500, 1_000) == 0


def test_what_never_opens_is_never_due() -> None:
    assert after_open(hours(), at("2026-01-01 00:00"), 1) is None


def test_time_is_counted_over_years() -> None:
    new_year = Hours(name="rare", zone="UTC", week=((),) * 7, yearly={(1, 1): (shift("10:00-11:00"),)})
    three_years = after_open(new_year, at("2026-06-01 00:00", "UTC"), 3 * 3_600_000)
    assert three_years == at("2029-01-01 11:00", "UTC")
    assert after_open(new_year, at("2026-06-01 00:00", "UTC"), 30 * 3_600_000) is None


def test_friday_evening_to_monday_morning() -> None:
    assert after_open(OFFICE, at("2026-11-20 16:30"), 3_600_000) == at("2026-11-23 08:30")
