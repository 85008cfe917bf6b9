from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from config.policy import DEMO as DEMO_POLICY
from router.core import events
from router.core.replay.record import BadRecord, lines_of, read_lines
from tests.replay.days import a_day


def test_a_day_written_and_read_is_the_same_day() -> None:
    day = a_day(customers=20)
    again = read_lines(lines_of(day))
    assert again.events == day.events
    assert (again.since, again.until, again.items) == (day.since, day.until, day.items)
    assert list(again.supplies) == list(day.supplies)


def test_what_agents_were_shown_is_not_written() -> None:
    day = a_day(customers=1, left=0)
    (made,) = [event for event in day.events if isinstance(event, events.OfferCreated)]
    with_brief = [msgspec.structs.replace(made, brief=b"Anna, a secret")]
    written = b"".join(lines_of(type(day)(
        since=day.since, until=day.until, supplies=[], plans={}, items={}, events=with_brief
    )))  # fmt: skip
    assert b"brief" not in written


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([b'{"kind": "day", "since": 1, "until": 2}', b"nonsense"], "line 2: "),
        ([b'{"kind": "weather"}'], "line 1: Invalid value 'weather'"),
        ([], "no line of kind `day`"),
    ],
)
def test_what_is_not_a_day_is_refused_with_its_line(lines: list[bytes], reason: str) -> None:
    with pytest.raises(BadRecord, match=reason):
        read_lines(lines)


def replay(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "router.cli", "replay", *arguments, "--policy", str(DEMO_POLICY)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return result.returncode, result.stdout


def test_the_command_prints_both_days_and_draws_them(tmp_path: Path) -> None:
    file, plot = tmp_path / "day.jsonl", tmp_path / "plot.html"
    file.write_bytes(b"".join(lines_of(a_day(customers=40))))
    status, printed = replay(str(file), "--out", str(plot), "--json")
    assert status == 0
    document = json.loads(printed)
    assert document.keys() == {"real", "what_if", "plot"}
    assert document["real"]["arrived"] == document["what_if"]["arrived"] == 40
    assert (
        document["real"].keys() == document["what_if"].keys() >= {"wait_s", "service_level", "abandon_rate", "agents"}
    )
    drawn = plot.read_text()
    assert document["plot"] == str(plot)
    assert drawn.count("<svg") == 4
    assert "http" not in drawn


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
def test_what_is_neither_a_file_nor_a_date_is_bad_input(day: str) -> None:
    assert replay(day)[0] == 2


def test_a_file_that_is_no_day_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    file.write_bytes(b"nonsense\n")
    assert replay(str(file))[0] == 2
