"""The header Lotus Notes copies above what is answered: writer and date on lines of their own, then bare labels, in
one column, in two, or drawn as a box."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.address import SPEC
from adapters.email.words import KIND_OF_LABEL, Label

CELLS = re.compile(r"[|\t]| {2,}")
TIME = re.compile(r"\d[:.]\d{2}")
RULE = re.compile(r"^[\s|>+_=-]*$")
MOST_LINES = 18
LONGEST_WRITER = 120


def notes_header(lines: Sequence[str], at: int) -> tuple[int, dict[Label, str]] | None:
    """The end and the values of the header whose writer stands in line `at`; None when there is none."""
    writer = " ".join(_cells(lines[at]))
    if len(writer) > LONGEST_WRITER or not SPEC.search(writer) or ":" in writer:
        return None
    below = at + 1
    while below < len(lines) and below < at + 4 and RULE.match(lines[below]):
        below += 1
    if below >= len(lines) or not TIME.search(lines[below]):
        return None
    seen_to = False
    for here in range(below, min(len(lines), at + MOST_LINES)):
        for number, cell in enumerate(cells := _cells(lines[here])):
            label = KIND_OF_LABEL.get(cell.rstrip(": ").lower())
            seen_to = seen_to or label == "to"
            if label == "subject" and seen_to:
                end, subject = _subject(lines, here, cells[number + 1 :])
                return end, {"from": writer, "subject": subject}
    return None


def _cells(line: str) -> list[str]:
    return [cell.strip(" \t>") for cell in CELLS.split(line) if cell.strip(" \t>-+")]


def _subject(lines: Sequence[str], at: int, beside: list[str]) -> tuple[int, str]:
    """It stands beside its label or below."""
    end = at + 1
    if not beside:
        while end < len(lines) and RULE.match(lines[end]):
            end += 1
        beside = _cells(lines[end]) if end < len(lines) else []
        end += 1
    while end < len(lines) and RULE.match(lines[end]):
        end += 1
    return end, " ".join(beside)
