"""Hours and closing in a policy: read as people write them, refused with the place of the fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config import policy
from router.core.hours import shift
from router.core.policy import WhenClosed

HEAD = """\
[queues.sales]
label = "Sales"
[queues.night]
label = "Night"
[hours.office]
zone = "Europe/Warsaw"
"""
"""Six lines on which the texts of this file's tests stand: what follows begins in line 7."""


def faults(folder: Path, text: str) -> list[tuple[int, int, str]]:
    file = folder / "policy.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return [(fault.line, fault.column, fault.reason) for fault in policy.check(file)]


def test_hours_are_read_as_they_are_written(tmp_path: Path) -> None:
    text = """mon = ["13:00-17:00", "08:00-12:00"]
fri = ["22:00-06:00"]
public_holidays = "PL"
days = { 2026-12-24 = ["08:00-12:00"], 12-31 = [] }
[queues.late]
label = "Late"
hours = "office"
when_closed = { action = "queue", queue = "night", waiting = "same", text = { pl = "Zamknięte" } }
"""
    assert faults(tmp_path, text) == []
    loaded = policy.load(tmp_path / "policy.toml")
    hours = loaded.hours["office"]
    assert hours.week[0] == (shift("08:00-12:00"), shift("13:00-17:00"))
    assert hours.week[4] == (shift("22:00-06:00"),)
    assert hours.week[6] == ()
    assert hours.dates == {date(2026, 12, 24): (shift("08:00-12:00"),)}
    assert hours.yearly == {(12, 31): ()}
    assert loaded.queues["late"].when_closed == WhenClosed(
        action="queue", queue="night", waiting="same", text={"pl": "Zamknięte"}
    )
    assert (loaded.queues["sales"].hours, loaded.queues["sales"].when_closed) == ("", WhenClosed())


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ('mon = ["8-16"]', 7, 8, "'8-16' is not a shift like 08:00-16:30"),
        ('mon = ["08:00-08:00"]', 7, 8, "'08:00-08:00' begins when it ends; a whole day is 00:00-24:00"),
        ('mon = ["08:00-12:00", "11:00-13:00"]', 7, 23, "overlaps '08:00-12:00' of {file}:7"),
        ('mon = ["22:00-06:00"]\ntue = ["05:00-13:00"]', 8, 8, "overlaps '22:00-06:00' of {file}:7"),
        ('mon = ["05:00-13:00"]\nsun = ["22:00-06:00"]', 7, 8, "overlaps '22:00-06:00' of {file}:8"),
        ('days = { 12-24 = ["08:00-10:00", "09:00-11:00"] }', 7, 34, "overlaps '08:00-10:00' of {file}:7"),
        ("days = { 02-30 = [] }", 7, 10, "'02-30' is neither a date (2026-12-24) nor a day of every year (12-24)"),
        ('public_holidays = "XX"', 7, 19, "no public holidays are known for 'XX'"),
        ("mondays = []", 7, 1, "unknown key 'mondays'; did you mean 'days'?"),
        (
            '[hours.other]\nzone = "Europe/Warsow"',
            8,
            8,
            "unknown time zone 'Europe/Warsow'; did you mean 'Europe/Warsaw'?",
        ),
    ],
)
def test_a_fault_in_hours_is_told_with_its_place(
    tmp_path: Path, text: str, line: int, column: int, reason: str
) -> None:
    told = faults(tmp_path, text)
    assert told == [(line, column, reason.format(file=tmp_path / "policy.toml"))]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ('hours = "offices"', 9, 9, "undefined hours 'offices'; did you mean 'office'?"),
        ('when_closed = { action = "message" }', 9, 1, "a queue without hours is never closed"),
        ('hours = "office"\nwhen_closed = { action = "queue" }', 10, 1, "missing key 'queue': which queue takes them?"),
        ('hours = "office"\nwhen_closed = { queue = "night" }', 10, 17, "only action 'queue' sends to another queue"),
        (
            'hours = "office"\nwhen_closed = { action = "queue", queue = "late" }',
            10,
            43,
            "leads back to 'late': with all of them closed nobody would take them",
        ),
    ],
)
def test_a_fault_in_closing_is_told_with_its_place(
    tmp_path: Path, text: str, line: int, column: int, reason: str
) -> None:
    assert faults(tmp_path, f'[queues.late]\nlabel = "Late"\n{text}\n') == [(line, column, reason)]


def test_overnight_shifts_that_meet_the_next_days_do_not_overlap(tmp_path: Path) -> None:
    assert faults(tmp_path, 'mon = ["22:00-06:00"]\ntue = ["06:00-14:00", "14:00-22:00"]') == []
