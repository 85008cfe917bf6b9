"""A line for a mail that is nothing but an invitation, or the answer to one (RFC 5545, RFC 6047)."""

from __future__ import annotations

import re

from adapters.lines import bracketed

PROPERTY = re.compile(r"([A-Z-]++)((?:[^\":]++|\"[^\"]*+\")*+):(.*)")
PARTICIPATION = re.compile(r";PARTSTAT=([A-Z-]{1,30})")
MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z)?)?")
METHODS = {"REQUEST": "invitation", "CANCEL": "invitation cancelled", "REPLY": "answer to an invitation"}
OF_CALENDAR, OF_EVENT = frozenset({"METHOD"}), frozenset({"SUMMARY", "DTSTART", "LOCATION", "ATTENDEE"})
LOOKED_AT_CHARS, LONGEST_LINE = 64 * 1024, 2_000


def told(calendar: str) -> str:
    """What it is, when and where: "[invitation Visit 2026-11-05 10:00 UTC Shop]"; "" when there is no event."""
    lines = re.sub(r"\r?\n[ \t]", "", calendar[:LOOKED_AT_CHARS])
    before, begin, event = lines.partition("BEGIN:VEVENT")
    if not begin:
        return ""
    found = _properties(event.partition("END:VEVENT")[0], OF_EVENT) | _properties(before, OF_CALENDAR)
    nothing = ("", "")
    answer = PARTICIPATION.search(found.get("ATTENDEE", nothing)[0]) if _value(found, "METHOD") == "REPLY" else None
    return bracketed(
        METHODS.get(_value(found, "METHOD"), "calendar"),
        answer[1].lower() if answer else "",
        _text(_value(found, "SUMMARY")),
        _when(*found.get("DTSTART", nothing)),
        _text(_value(found, "LOCATION")),
    )


def _properties(lines: str, wanted: frozenset[str]) -> dict[str, tuple[str, str]]:
    """Parameters and value of the first of each name."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines.splitlines():
        if (read := PROPERTY.fullmatch(line[:LONGEST_LINE])) and read[1] in wanted:
            found.setdefault(read[1], (read[2], read[3].strip()))
    return found


def _value(found: dict[str, tuple[str, str]], name: str) -> str:
    return found.get(name, ("", ""))[1]


def _text(value: str) -> str:
    """Without the backslashes of RFC 5545 §3.3.11, on one line."""
    return " ".join(re.sub(r"\\(.)", r"\1", re.sub(r"\\[nN]", " ", value)).split())


def _when(parameters: str, value: str) -> str:
    """By the clock it was written for: "2026-11-05 10:00 Europe/Berlin"."""
    at = MOMENT.match(value)
    if at is None:
        return ""
    zone = re.search(r";TZID=\"?([^\";:]{1,60})", parameters)
    clock = f" {at[4]}:{at[5]} {'UTC' if at[6] else zone[1] if zone else ''}" if at[4] else ""
    return f"{at[1]}-{at[2]}-{at[3]}{clock}".strip()
