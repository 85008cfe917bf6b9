"""Hours in wall-clock terms, against a scan of every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis.strategies import SearchStrategy, builds, composite, dictionaries, integers, lists, sampled_from, tuples

from router.core.hours import (
    DAY_MIN,
    Hours,
    Shift,
    Shifts,
    is_open,
    next_change,
    next_opening,
    openings,
    shift,
    shift_text,
)
from router.core.words import Ms

MINUTE_MS = 60_000
WARSAW = "Europe/Warsaw"
NIGHT = (shift("22:00-06:00"),)
ALL_DAY = (shift("00:00-24:00"),)


def at(text: str, zone: str = WARSAW, fold: int = 0) -> Ms:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(local.timestamp() * 1000)


def hours(*week: Shifts, zone: str = WARSAW, dates: dict[date, Shifts] | None = None, holidays: str = "") -> Hours:
    """The week from monday; days not given are closed."""
    days = week + ((),) * (7 - len(week))
    return Hours(name="office", zone=zone, week=days, dates=dates or {}, public_holidays=holidays)


OFFICE = hours(*[(shift("08:00-12:00"), shift("13:00-17:00"))] * 5)


# ---------------------------------------------------------------- a plain week


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-11-23 07:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 11:59", True),
        ("2026-11-23 12:00", False),
        ("2026-11-23 13:00", True),
        ("2026-11-23 17:00", False),
        ("2026-11-22 10:00", False),
    ],
)
def test_a_split_day_is_open_in_its_shifts_and_closed_between_them(moment: str, opened: bool) -> None:
    assert is_open(OFFICE, at(moment)) is opened


def test_after_friday_it_opens_on_monday() -> None:
    assert next_opening(OFFICE, at("2026-11-20 17:00")) == at("2026-11-23 08:00")


def test_the_next_change_of_an_open_queue_is_its_closing() -> None:
    assert next_change(OFFICE, at("2026-11-23 09:00")) == at("2026-11-23 12:00")
    assert next_opening(OFFICE, at("2026-11-23 09:00")) == at("2026-11-23 09:00")


def test_an_overnight_shift_belongs_to_the_day_it_begins_on() -> None:
    monday_only = hours(NIGHT)
    assert is_open(monday_only, at("2026-11-24 05:59"))
    assert not is_open(monday_only, at("2026-11-24 06:00"))
    assert not is_open(monday_only, at("2026-11-23 05:00"))
    assert next_change(monday_only, at("2026-11-23 23:00")) == at("2026-11-24 06:00")


def test_days_that_touch_are_one_opening() -> None:
    weekend = hours((), (), (), (), (), ALL_DAY, ALL_DAY)
    assert next_change(weekend, at("2026-11-21 12:00")) == at("2026-11-23 00:00")


def test_what_never_closes_and_what_never_opens_has_no_change() -> None:
    assert next_change(hours(*[ALL_DAY] * 7), at("2026-11-21 12:00")) is None
    assert is_open(hours(*[ALL_DAY] * 7), at("2026-11-21 12:00"))
    assert next_change(hours(), at("2026-11-21 12:00")) is None
    assert next_opening(hours(), at("2026-11-21 12:00")) is None


# ---------------------------------------------------------------- special days


def test_a_holiday_closes_a_day_and_special_hours_change_one() -> None:
    special = hours(*OFFICE.week, dates={date(2026, 11, 23): (), date(2026, 11, 24): (shift("10:00-11:00"),)})
    assert next_opening(special, at("2026-11-22 10:00")) == at("2026-11-24 10:00")
    assert next_change(special, at("2026-11-24 10:30")) == at("2026-11-24 11:00")


def test_the_night_shift_before_a_holiday_is_worked_to_its_end() -> None:
    special = hours(*[NIGHT] * 7, dates={date(2026, 12, 25): ()})
    assert is_open(special, at("2026-12-25 05:00"))
    assert not is_open(special, at("2026-12-25 23:00"))
    assert next_opening(special, at("2026-12-25 07:00")) == at("2026-12-26 22:00")


def test_a_yearly_day_is_special_every_year_unless_the_very_date_says_otherwise() -> None:
    special = Hours(
        name="office",
        zone=WARSAW,
        week=(ALL_DAY,) * 7,
        yearly={(12, 24): ()},
        dates={date(2027, 12, 24): ALL_DAY},
    )
    assert [is_open(special, at(f"{year}-12-24 12:00")) for year in (2026, 2027, 2028)] == [False, True, False]


def test_public_holidays_of_a_place_are_closed_and_a_date_can_open_them() -> None:
    polish = hours(*OFFICE.week, holidays="PL", dates={date(2027, 5, 3): OFFICE.week[0]})
    assert not is_open(polish, at("2026-11-11 10:00"))
    assert is_open(polish, at("2027-05-03 10:00"))
    bavarian = hours(*OFFICE.week, zone="Europe/Berlin", holidays="DE-BY")
    assert not is_open(bavarian, at("2026-01-06 10:00"))
    assert is_open(hours(*OFFICE.week, zone="Europe/Berlin", holidays="DE"), at("2026-01-06 10:00"))


# ---------------------------------------------------------------- clock changes


def length_h(kept: Hours, moment: str) -> float:
    begins_at, ends_at = next(openings(kept, at(moment, kept.zone)))
    assert ends_at is not None
    return (ends_at - begins_at) / 3_600_000


def test_a_night_shift_lasts_seven_hours_when_an_hour_is_lost_and_nine_when_one_comes_twice() -> None:
    every_night = hours(*[NIGHT] * 7)
    assert length_h(every_night, "2026-03-28 23:00") == 7
    assert length_h(every_night, "2026-10-24 23:00") == 9
    assert length_h(every_night, "2026-10-25 23:00") == 8


def test_a_begin_or_end_the_clock_leaves_out_is_the_moment_of_the_leap() -> None:
    leap = at("2026-03-29 03:00")
    assert next_change(hours(*[(shift("02:30-08:00"),)] * 7), at("2026-03-29 01:00")) == leap
    assert next_change(hours(*[(shift("00:00-02:30"),)] * 7), at("2026-03-29 01:00")) == leap


def test_a_shift_that_lies_in_the_lost_hour_is_not_worked() -> None:
    lost = hours(*[(shift("02:00-03:00"),)] * 7)
    assert next_opening(lost, at("2026-03-29 00:00")) == at("2026-03-30 02:00")


def test_in_the_hour_that_comes_twice_it_opens_at_the_first_time_and_closes_at_the_second() -> None:
    from_it = hours(*[(shift("02:30-08:00"),)] * 7)
    assert next_change(from_it, at("2026-10-25 01:00")) == at("2026-10-25 02:30", fold=0)
    assert is_open(from_it, at("2026-10-25 02:10", fold=1))
    until_it = hours(*[(shift("00:00-02:30"),)] * 7)
    assert next_change(until_it, at("2026-10-25 01:00")) == at("2026-10-25 02:30", fold=1)


def test_the_clocks_of_santiago_change_at_midnight() -> None:
    saturday = hours((), (), (), (), (), (shift("20:00-24:00"),), zone="America/Santiago")
    assert length_h(saturday, "2026-04-04 21:00") == 5
    sunday = hours((), (), (), (), (), (), (shift("00:00-02:00"),), zone="America/Santiago")
    assert length_h(sunday, "2026-09-05 21:00") == 1


# ---------------------------------------------------------------- every minute

ZONES = (WARSAW, "UTC", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu")
FIRSTS = (
    date(2026, 3, 26),
    date(2026, 10, 22),
    date(2026, 4, 2),
    date(2026, 9, 3),
    date(2026, 9, 30),
    date(2026, 1, 1),
)
SCANNED_DAYS = 6


def cut(points: list[int]) -> Shifts:
    """Shifts between each two points."""
    ordered = sorted(set(points))
    return tuple(Shift(begin, end) for begin, end in zip(ordered[::2], ordered[1::2], strict=False) if begin < DAY_MIN)


points = sampled_from([0, 60, 90, 119, 120, 121, 150, 180, 181, 480, 1320, 1380, 1410, 1439, 1440, 1500, 1590, 1620])
days: SearchStrategy[Shifts] = builds(cut, lists(points, max_size=4))


@composite
def worked(draw) -> tuple[Hours, date]:  # type: ignore[no-untyped-def]
    first: date = draw(sampled_from(FIRSTS))
    special = dictionaries(integers(0, SCANNED_DAYS - 1).map(lambda n: first + timedelta(n)), days, max_size=2)
    kept = Hours(name="any", zone=draw(sampled_from(ZONES)), week=draw(tuples(*[days] * 7)), dates=draw(special))
    return kept, first


@cache
def wall_clock(zone: str, first: date) -> list[tuple[Ms, datetime]]:
    """Every minute of the scanned days with what the clock on the wall shows."""
    begin = at(f"{first} 00:00", "UTC") - DAY_MIN * MINUTE_MS
    moments = (begin + n * MINUTE_MS for n in range((SCANNED_DAYS + 2) * DAY_MIN))
    place = ZoneInfo(zone)
    return [(ms, datetime.fromtimestamp(ms / 1000, UTC).astimezone(place).replace(tzinfo=None)) for ms in moments]


def scanned(kept: Hours, first: date) -> dict[Ms, bool]:
    """Open from the first minute that shows a time within a shift to the last one that does, shift by shift."""
    minutes = wall_clock(kept.zone, first)
    opened = dict.fromkeys((ms for ms, _ in minutes), False)
    for n in range(-3, SCANNED_DAYS + 3):
        day = datetime.combine(first + timedelta(n), datetime.min.time())
        for begins_min, ends_min in kept.shifts_on(day.date()):
            begin, end = day + timedelta(minutes=begins_min), day + timedelta(minutes=ends_min)
            shown = [ms for ms, clock in minutes if begin <= clock < end]
            if shown:
                opened.update((ms, True) for ms in range(shown[0], shown[-1] + MINUTE_MS, MINUTE_MS))
    return opened


@settings(max_examples=60)
@given(worked())
@example((hours(*[NIGHT] * 7), date(2026, 10, 22)))
@example((hours(*[ALL_DAY] * 7, zone="Australia/Lord_Howe"), date(2026, 4, 2)))
def test_it_is_open_in_just_the_minutes_a_scan_of_the_wall_clock_finds(kept_from: tuple[Hours, date]) -> None:
    kept, first = kept_from
    truth = scanned(kept, first)
    inner = list(truth)[DAY_MIN : -2 * DAY_MIN]
    spans = [(opening.begins_at, opening.ends_at) for opening in openings_until(kept, inner[0], inner[-1])]
    said = dict.fromkeys(inner, False)
    for begins_at, ends_at in spans:
        said.update((ms, True) for ms in inner if begins_at <= ms and (ends_at is None or ms < ends_at))
    assert said == {ms: truth[ms] for ms in inner}
    assert {ms: is_open(kept, ms) for ms in inner[::61]} == {ms: truth[ms] for ms in inner[::61]}


@settings(max_examples=60)
@given(worked(), integers(0, (SCANNED_DAYS - 2) * DAY_MIN - 1))
def test_the_next_change_is_the_first_minute_that_is_different(kept_from: tuple[Hours, date], minute: int) -> None:
    kept, first = kept_from
    truth = scanned(kept, first)
    moments = list(truth)[DAY_MIN : -2 * DAY_MIN]
    now = moments[minute]
    changed = next((ms for ms in moments[minute:] if truth[ms] != truth[now]), None)
    told = next_change(kept, now)
    if changed is None:
        assert told is None or told > moments[-1]
    else:
        assert told == changed
    opens_at = next_opening(kept, now)
    assert opens_at == (now if truth[now] else told)


def openings_until(kept: Hours, begin: Ms, end: Ms):  # type: ignore[no-untyped-def]
    for opening in openings(kept, begin):
        if opening.begins_at > end:
            return
        yield opening


# ---------------------------------------------------------------- as people write them


@pytest.mark.parametrize("text", ["08:00-16:30", "22:00-06:00", "00:00-24:00", "23:59-00:00", "20:00-24:00"])
def test_a_shift_is_written_as_it_was_read(text: str) -> None:
    assert shift_text(shift(text)) == ("23:59-24:00" if text == "23:59-00:00" else text)


@pytest.mark.parametrize(
    "text", ["", "8-16", "08:00-08:00", "24:00-06:00", "08:60-09:00", "08:00 - 09:00", "08:00-25:00"]
)
def test_what_is_no_shift_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"shift like|whole day"):
        shift(text)
