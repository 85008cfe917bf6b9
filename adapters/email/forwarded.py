"""Whether a mail was forwarded to us by somebody, and whose it is."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.email import copied_header
from adapters.email.address import Mailbox
from adapters.email.copied_header import SEPARATOR, Copied
from adapters.email.words import FORWARD_PREFIXES, REPLY_PREFIXES

PREFIX = re.compile(r"^\s*\[?([^\W\d_][^:：\[\]]{0,24}?)\s*(?:\[\d+\]|\(\d+\)|\*\d+)?\s*[:：]\s*")
SCISSORS = re.compile(r"^\s*=+8<=+[^=]*=+\s*$")
"""The Bat! puts these around what it forwards."""
ONE_MARK = re.compile(r"^\s{0,3}> ?")
FINNISH = "lähettäjä"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """writer: whose mail it is; its address is "" when the program did not copy it. subject: of that mail.

    note: what the forwarder wrote above. text: the mail itself.
    """

    writer: Mailbox
    subject: str
    note: str
    text: str
    date: str = ""


def forwarded(text: str, subject: str) -> Forwarded | None:
    """The mail inside, when this is a forward: when a line says so, or when a header or "… wrote:" stands first in a
    mail whose subject says so. Under a subject with "Re:" they are quotations."""
    lines = text.split("\n")
    found = copied_header.find(lines)
    if found is None and prefix_of(subject) in FORWARD_PREFIXES:
        lines = _without_marks(lines)
        found = copied_header.find(lines)
    if found is None or not _is_forward(found, lines, subject):
        return None
    writer = found.writer
    if writer is None:
        return None
    above = list(lines[: found.start])
    while above and (not above[-1].strip() or SEPARATOR.match(above[-1])):
        above.pop()
    return Forwarded(
        writer=writer,
        subject=found.values.get("subject", "") or plain_subject(subject),
        note="\n".join(above).strip("\n"),
        text=_body(lines[found.end :]),
        date=found.values.get("date", ""),
    )


def _is_forward(found: Copied, lines: Sequence[str], subject: str) -> bool:
    prefix = prefix_of(subject)
    if found.kind == "forward":
        return prefix in FORWARD_PREFIXES or prefix not in REPLY_PREFIXES
    if prefix == "vs":  # a forward in Norwegian, a reply in Finnish
        return not any(FINNISH in line.lower() for line in lines[found.start : found.end])
    if prefix in FORWARD_PREFIXES:
        return True
    own = any(line.strip() and not SEPARATOR.match(line) for line in lines[: found.start])
    return found.kind == "header" and prefix not in REPLY_PREFIXES and not own


def prefix_of(subject: str) -> str:
    """ "fw" of "FW: Hello"; "" when the subject begins with no word and colon."""
    match = PREFIX.match(subject)
    return copied_header.lower(match[1]) if match else ""


def plain_subject(subject: str) -> str:
    """The subject without what replies and forwards put before it."""
    while (match := PREFIX.match(subject)) and copied_header.lower(match[1]) in FORWARD_PREFIXES | REPLY_PREFIXES:
        bracketed = match[0].lstrip().startswith("[") and subject.rstrip().endswith("]")
        subject = subject.rstrip()[match.end() : -1] if bracketed else subject[match.end() :]
    return subject.strip()


def _without_marks(lines: list[str]) -> list[str]:
    """The lines without ">", when all are quoted from some line on: some programs quote what they forward."""
    start = next((at for at, line in enumerate(lines) if line.lstrip().startswith(">")), len(lines))
    if any(line.strip() and not line.lstrip().startswith(">") for line in lines[start:]):
        return lines
    return lines[:start] + [ONE_MARK.sub("", line, count=1) for line in lines[start:]]


def _body(lines: Sequence[str]) -> str:
    """One level of quotation or indentation less."""
    lines = list(lines)
    while lines and _is_around(lines[-1]):
        lines.pop()
    while lines and _is_around(lines[0]):
        lines.pop(0)
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith(">"):
        lines = [ONE_MARK.sub("", line, count=1) for line in lines]
    return textwrap.dedent("\n".join(lines)).strip()


def _is_around(line: str) -> bool:
    """Nothing, a line drawn, or "-------- End of forwarded message --------"."""
    if not line.strip() or SEPARATOR.match(line) or SCISSORS.match(line):
        return True
    ruled = copied_header.RULED.match(line.strip())
    return ruled is not None and copied_header.FORWARDED.search(copied_header.lower(ruled[1])) is not None
