"""[hours.<name>] in a policy: the shape, its checks, and the way to `router.core.hours`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec import Meta, Struct, field

from config.document import Node
from config.fault import Fault, did_you_mean
from config.shape import Complaint, Names, Report
from router.core.hours import DAY_MIN, WEEKDAYS, Hours, Shifts, public_holidays, shift
from router.core.policy import WhenClosed

_YEARLY = re.compile(r"(\d\d)-(\d\d)\Z")
LEAP_YEAR = 2_024


class IsZone:
    """A name of the IANA time zone database."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield Complaint(f"unknown time zone {value!r}{did_you_mean(value, sorted(available_timezones()))}")


class IsShift:
    """A time of the wall clock to another, as `08:00-16:30`."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            shift(value)
        except ValueError as error:
            yield Complaint(str(error))


class IsDay:
    """A date (`2026-12-24`), or a day of every year (`12-24`)."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if _day(value) is None:
            yield Complaint(f"{value!r} is neither a date (2026-12-24) nor a day of every year (12-24)")


class IsHolidayPlace:
    """A country or a part of it whose public holidays are known."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            public_holidays(value)
        except ValueError as error:
            yield Complaint(str(error))


Worked = Annotated[
    tuple[Annotated[str, IsShift()], ...],
    Meta(description="Shifts that begin on this day: `08:00-16:30`, or into the next day: `22:00-06:00`."),
]


class HoursShape(Struct, frozen=True, kw_only=True):
    """[hours.<name>]: when queues are open."""

    zone: Annotated[str, IsZone(), Meta(description="Time zone of all times here, as `Europe/Warsaw`.")]
    mon: Worked = ()
    tue: Worked = ()
    wed: Worked = ()
    thu: Worked = ()
    fri: Worked = ()
    sat: Worked = ()
    sun: Worked = ()
    public_holidays: (
        Annotated[
            str,
            IsHolidayPlace(),
            Meta(description="Closed on the public holidays of a country (`PL`) or part (`DE-BY`)."),
        ]
        | None
    ) = None
    days: Annotated[
        dict[Annotated[str, IsDay()], Worked],
        Meta(description="Special days: a date, or month and day for every year; [] is closed."),
    ] = field(default_factory=dict)


class WhenClosedShape(Struct, frozen=True, kw_only=True):
    """[queues.<name>.when_closed]: what becomes of customers while the queue is closed."""

    action: Annotated[
        Literal["wait", "queue", "message", "callback", "announce"],
        Meta(
            description="They wait in line all the same; go to another queue; leave a message, or a telephone number "
            "with it, which becomes work when the queue opens; or are only told."
        ),
    ] = "wait"
    queue: Annotated[str, Names("queues"), Meta(description="The other queue, with action `queue`.")] | None = None
    waiting: Annotated[
        Literal["keep", "same"],
        Meta(description="Who waits at closing time: stays in line, or has the same done to them."),
    ] = "keep"
    text: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", title="an ISO 639-1 language code")],
            Annotated[str, Meta(max_length=500)],
        ],
        Meta(description="What customers read meanwhile, by language, in place of the widget's own words."),
    ] = field(default_factory=dict)


def build_hours(name: str, shape: HoursShape) -> Hours:
    special = {_day(text): _shifts(texts) for text, texts in shape.days.items()}
    return Hours(
        name=name,
        zone=shape.zone,
        week=tuple(_shifts(getattr(shape, weekday)) for weekday in WEEKDAYS),
        dates={day: shifts for day, shifts in special.items() if isinstance(day, date)},
        yearly={day: shifts for day, shifts in special.items() if isinstance(day, tuple)},
        public_holidays=shape.public_holidays or "",
    )


def build_when_closed(shape: WhenClosedShape | None) -> WhenClosed:
    if shape is None:
        return WhenClosed()
    return WhenClosed(action=shape.action, queue=shape.queue or "", waiting=shape.waiting, text=shape.text)


def _shifts(texts: Iterable[str]) -> Shifts:
    return tuple(sorted(map(shift, texts)))


def _day(text: str) -> date | tuple[int, int] | None:
    try:
        if yearly := _YEARLY.match(text):
            month, day = int(yearly[1]), int(yearly[2])
            date(LEAP_YEAR, month, day)
            return month, day
        return date.fromisoformat(text) if len(text) == len("2026-12-24") else None
    except ValueError:
        return None


# ---------------------------------------------------------------- faults no single value has


def judged_hours(tree: Node) -> Iterator[Fault]:
    """Shifts that overlap: on one day, or from one day of the week into the next."""
    for name, _ in tree.items("hours"):
        week = [list(_placed(tree.at("hours", name, weekday))) for weekday in WEEKDAYS]
        for worked in (*week, *(list(_placed(node)) for _, node in tree.items("hours", name, "days"))):
            for one, other in pairwise(worked):
                yield from _overlap(one, other)
        for today, tomorrow in pairwise([*week, week[0]]):
            if today and tomorrow:
                yield from _overlap(today[-1], tomorrow[0], later_min=DAY_MIN)


def judged_closing(tree: Node) -> Iterator[Fault]:
    """Queues that would do something when closed and have no hours, lack the other queue, or send in a circle."""
    for name, node in tree.items("queues"):
        closed = node.at("when_closed")
        if closed is None or not isinstance(closed.value, Mapping):
            continue
        if node.at("hours") is None:
            yield closed.fault("a queue without hours is never closed", key=True)
        action, other = closed.value.get("action"), closed.at("queue")
        if action == "queue" and other is None:
            yield closed.fault("missing key 'queue': which queue takes them?", key=True)
        if action != "queue" and other is not None:
            yield other.fault("only action 'queue' sends to another queue", key=True)
        if action == "queue" and other is not None and _leads_to(tree, str(other.value), name):
            yield other.fault(f"leads back to {name!r}: with all of them closed nobody would take them")


def _leads_to(tree: Node, start: str, end: str) -> bool:
    seen: set[str] = set()
    while start not in seen:
        if start == end:
            return True
        seen.add(start)
        closed = tree.at("queues", start, "when_closed")
        if closed is None or not isinstance(closed.value, Mapping) or closed.value.get("action") != "queue":
            return False
        start = str(closed.value.get("queue"))
    return False


Placed = tuple[int, int, Node]
"""Begin and end of a shift in minutes, and where it stands."""


def _placed(node: Node | None) -> Iterator[Placed]:
    """The shifts of a day in order; what is no shift is reported elsewhere."""
    found: list[Placed] = []
    for entry in node.elements() if node is not None else ():
        try:
            found.append((*shift(str(entry.value)), entry))
        except ValueError:
            continue
    yield from sorted(found, key=lambda placed: placed[:2])


def _overlap(one: Placed, other: Placed, *, later_min: int = 0) -> Iterator[Fault]:
    """later_min: how much later the day of the other begins."""
    if other[0] + later_min < one[1]:
        first = one[2].fault("")
        yield other[2].fault(f"overlaps {one[2].value!r} of {first.file}:{first.line}")
