"""What the writer of a mail wrote, without what they quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.email import copied_header, words
from adapters.email.copied_header import SEPARATOR, bare

SIGNATURE_BEGINS = re.compile(r"^(?:--|__|—+|–+|-{2} )\s*$")
SENT_FROM = re.compile("|".join(words.SENT_FROM), re.IGNORECASE)
ESCAPED = ">From "
"""What mailboxes of the mbox kind make of "From " at the beginning of a line."""
MOST_SIGNATURE_LINES = 15
LONGEST_SENT_FROM = 80
MOST_WORDS_WITH_A_STOP = 7
WRAPPED_AT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """own: one's own words, signature included. signature: their last lines, "" when there is none that can be told."""

    own: str
    signature: str


def written(text: str) -> Written:
    """Leave quotations out: copied headers and what follows, "… wrote:" and what follows, lines with ">".

    A text that is nothing but quotation is left whole.
    """
    lines = text.split("\n")
    kept: list[str] = []
    at = 0
    while found := copied_header.find(lines, at):
        kept += _own(lines[at : found.start])
        while kept and (not kept[-1].strip() or SEPARATOR.match(kept[-1])):
            kept.pop()
        at = found.end
        if not _is_quoted(lines, at):
            at = len(lines)
    kept += _own(lines[at:])
    own = re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", "\n".join(kept)).strip("\n")
    if not own.strip():
        own = text.strip("\n")
    return Written(own=own, signature=_signature(own))


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    return at < len(lines) and bare(lines[at]).startswith(">")


def _own(lines: Sequence[str]) -> list[str]:
    """The lines without ">", and without those a mailer wrapped off the end of one."""
    quoted = [bare(line).startswith(">") for line in lines]
    for at, line in enumerate(lines):
        alone = not any(quoted[max(0, at - 1) : at]) and not any(quoted[at + 1 : at + 2])
        quoted[at] = quoted[at] and not (line.startswith(ESCAPED) and alone)
    return [
        line[1:] if line.startswith(ESCAPED) else line
        for at, line in enumerate(lines)
        if not quoted[at]
        and not (
            0 < at < len(lines) - 1
            and quoted[at - 1]
            and quoted[at + 1]
            and len(lines[at - 1]) > WRAPPED_AT
            and line[:1].islower()
        )
    ]


def _signature(own: str) -> str:
    """From "-- " (RFC 3676 §4.3) on, or the line a phone puts there."""
    lines = own.split("\n")
    for at in range(len(lines) - 1, max(0, len(lines) - MOST_SIGNATURE_LINES) - 1, -1):
        if at and SIGNATURE_BEGINS.match(lines[at]):
            return "\n".join(lines[at:])
    last = lines[-1].strip()
    if (
        len(lines) > 1
        and len(last) < LONGEST_SENT_FROM
        and SENT_FROM.match(last)
        and not re.search(r"[,;!?]", last)
        and not (last.endswith(".") and len(last.split()) > MOST_WORDS_WITH_A_STOP)
    ):
        return last
    return ""
