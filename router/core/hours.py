"""When a queue is open: weekly hours in a time zone, with split and overnight shifts, holidays and clock changes.

A shift belongs to the day it begins on, and lasts from the first moment the wall clock shows its begin until the last
moment it shows its end. So it opens once and closes once, whatever the clocks do, and everybody whose clock shows a
time within it finds it open: 22:00–06:00 lasts seven hours in the night of the lost hour and nine in the other one.
A begin or end that the clock leaves out is the moment of the change.

Pure: the time is an argument. Instants are Ms of store time; zones come from the system or from PyPI `tzdata`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from router.core.words import Ms

if TYPE_CHECKING:
    from holidays import HolidayBase

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE_MS = 60_000
DAY_MIN = 1_440
HORIZON_DAYS = 400
"""How far ahead a change is looked for: a year of holidays and a little more."""
MOST_YEARS = 20
"""How far ahead time is counted."""

_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\Z")


class Shift(NamedTuple):
    """In minutes of the wall clock after the midnight its day begins with: 0 ≤ begin < 1,440, begin < end ≤ 2,879."""

    begins_min: int
    ends_min: int


Shifts = tuple[Shift, ...]
"""Of one day, in order, not overlapping."""


class Opening(NamedTuple):
    """Open from `begins_at` until just before `ends_at`; None: as far as one can see."""

    begins_at: Ms
    ends_at: Ms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """week: seven days, monday first. What a day has is said by the first of: dates, yearly, public holidays, week."""

    name: str
    zone: str
    week: tuple[Shifts, ...]
    dates: Mapping[date, Shifts] = field(default_factory=dict)
    """Special days, once. No shifts: closed."""
    yearly: Mapping[tuple[int, int], Shifts] = field(default_factory=dict)
    """Special days, every year: (month, day)."""
    public_holidays: str = ""
    """Closed on the public holidays of a country (ISO 3166: PL) or a part of it (DE-BY)."""

    def shifts_on(self, day: date) -> Shifts:
        if day in self.dates:
            return self.dates[day]
        if (day.month, day.day) in self.yearly:
            return self.yearly[day.month, day.day]
        if self.public_holidays and day in public_holidays(self.public_holidays):
            return ()
        return self.week[day.weekday()]


def shift(text: str) -> Shift:
    """`08:00-16:30`; an end before the begin is on the next day; `00:00-24:00` is a whole day. Raises ValueError."""
    found = _SHIFT.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a shift like 08:00-16:30")
    begins_min = int(found[1]) * 60 + int(found[2])
    ends_min = int(found[3]) * 60 + int(found[4]) if found[3] else DAY_MIN
    if begins_min == ends_min:
        raise ValueError(f"{text!r} begins when it ends; a whole day is 00:00-24:00")
    return Shift(begins_min, ends_min if ends_min > begins_min else ends_min + DAY_MIN)


def shift_text(worked: Shift) -> str:
    """The way back from `shift`."""
    ends_min = worked.ends_min if worked.ends_min <= DAY_MIN else worked.ends_min - DAY_MIN
    return f"{_clock(worked.begins_min)}-{_clock(ends_min)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@cache
def public_holidays(place: str) -> HolidayBase:
    """Days of a country (`PL`) or a part of it (`DE-BY`), worked out year by year as asked. Raises ValueError."""
    import holidays  # half a second to import: only for those who name a place

    country, _, part = place.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise ValueError(f"no public holidays are known for {place!r}") from None


def is_open(hours: Hours, at: Ms) -> bool:
    zone = ZoneInfo(hours.zone)
    today = _day(zone, at)
    return any(begins_at <= at < ends_at for begins_at, ends_at in _spans(hours, zone, today - timedelta(2), 4))


def next_change(hours: Hours, at: Ms) -> Ms | None:
    """When it next opens (if closed) or closes (if open); None: not within HORIZON_DAYS."""
    opening = next(openings(hours, at), None)
    if opening is None:
        return None
    return opening.begins_at if opening.begins_at > at else opening.ends_at


def next_opening(hours: Hours, at: Ms) -> Ms | None:
    """`at` itself when open then, else when it next opens; None: not within HORIZON_DAYS."""
    opening = next(openings(hours, at), None)
    return None if opening is None else max(at, opening.begins_at)


def openings(hours: Hours, at: Ms) -> Iterator[Opening]:
    """The times it is open that end after `at`, in order, those that touch joined."""
    zone = ZoneInfo(hours.zone)
    first = _day(zone, at) - timedelta(2)
    begins_at = ends_at = at
    for begin, end in _spans(hours, zone, first, HORIZON_DAYS):
        if begin > ends_at:  # the one before is whole
            if ends_at > at:
                yield Opening(begins_at, ends_at)
            begins_at, ends_at = begin, end
        elif end > ends_at:
            begins_at, ends_at = (begins_at if ends_at > at else begin), end
    if ends_at > at:
        in_sight = _instant(zone, first + timedelta(HORIZON_DAYS), 0, last=False)
        yield Opening(begins_at, ends_at if ends_at < in_sight else None)


def _day(zone: ZoneInfo, at: Ms) -> date:
    return datetime.fromtimestamp(at / 1000, zone).date()


def _spans(hours: Hours, zone: ZoneInfo, first: date, days: int) -> Iterator[tuple[Ms, Ms]]:
    """Begin and end of every shift of these days, begins in order."""
    for n in range(days):
        day = first + timedelta(n)
        for begins_min, ends_min in hours.shifts_on(day):
            begin = _instant(zone, day, begins_min, last=False)
            # Until the last minute before the end is over, but not into a time that only repeats the end.
            over = _instant(zone, day, ends_min - 1, last=True) + MINUTE_MS
            end = min(_instant(zone, day, ends_min, last=True), over)
            if begin < end:  # else the clock leaves it out
                yield begin, end


def _instant(zone: ZoneInfo, day: date, minute: int, *, last: bool) -> Ms:
    """When the wall clock shows this first, or last; when it never does, the moment it leaps over it."""
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    before, after = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert before is not None
    assert after is not None
    wall_s = round(local.replace(tzinfo=UTC).timestamp())
    early_s, late_s = wall_s - round(before.total_seconds()), wall_s - round(after.total_seconds())
    if early_s <= late_s:
        return (late_s if last else early_s) * 1000
    while early_s - late_s > 1:  # a leap: it lies after late_s, at early_s the latest
        middle_s = (early_s + late_s) // 2
        if datetime.fromtimestamp(middle_s, UTC).astimezone(zone).utcoffset() == before:
            late_s = middle_s
        else:
            early_s = middle_s
    return early_s * 1000


# ---------------------------------------------------------------- time that counts


def open_ms(hours: Hours | None, begins_at: Ms, ends_at: Ms) -> Ms:
    """How much of the time between is open; None: all of it."""
    if hours is None or ends_at <= begins_at:
        return max(0, ends_at - begins_at)
    counted = 0
    for opening in _all_openings(hours, begins_at):
        if opening.begins_at >= ends_at:
            break
        until = ends_at if opening.ends_at is None else min(opening.ends_at, ends_at)
        counted += until - max(opening.begins_at, begins_at)
        if until == ends_at:
            break
    return counted


def after_open(hours: Hours | None, at: Ms, ms: Ms) -> Ms | None:
    """When so much open time has passed since `at`: the first such moment; None: it never does.

    The way back from `open_ms`: open_ms(hours, at, after_open(hours, at, ms)) == ms. ms ≤ 0 is over at once.
    """
    if hours is None or ms <= 0:
        return at + max(0, ms)
    for opening in _all_openings(hours, at):
        begins_at = max(opening.begins_at, at)
        if opening.ends_at is None or opening.ends_at - begins_at >= ms:
            return begins_at + ms
        ms -= opening.ends_at - begins_at
    return None


def _all_openings(hours: Hours, at: Ms) -> Iterator[Opening]:
    """As `openings`, on beyond its horizon, for MOST_YEARS at most; they end where nothing opens any more."""
    last_ms = at + MOST_YEARS * 365 * DAY_MIN * MINUTE_MS
    while at < last_ms:
        seen_to = at
        for opening in openings(hours, at):
            if opening.ends_at is None:  # it goes on beyond the horizon: looked at anew from there
                seen_to = max(opening.begins_at, at + (HORIZON_DAYS - 10) * DAY_MIN * MINUTE_MS)
                if opening.begins_at < seen_to:
                    yield Opening(opening.begins_at, seen_to)
                break
            yield opening
            seen_to = opening.ends_at
        if seen_to == at:
            return
        at = seen_to
