"""What was said between two people, without the two: for texts that others will read."""

from __future__ import annotations

import re
from collections.abc import Collection

LEFT_OUT = "…"
FEW_WORDS = 4
"""A line of so few words that named somebody greeted them, or took leave."""

_CODES = re.compile(r"\S+@\S+|[+(]?\d[\d ()/.-]{3,}\d|\b[A-Z0-9-]*\d[A-Z0-9-]{4,}\b", re.IGNORECASE)
"""E-mail addresses; numbers of five digits or more, however they are written; codes that hold digits."""
_GREETING = re.compile(r"\A(?:[^\W\d_]+[,.]?\s+){1,3}…(?:\s+…)*\s*[,.!:;–-]+\s*(?=\w)")


def without_codes(text: str) -> str:
    """Without what may name a person or an order."""
    return _CODES.sub(LEFT_OUT, text)


def impersonal(text: str, names: Collection[str]) -> str:
    """Without quoted lines, without what may name a person or an order, and without these names, whole or in part.

    Greetings and farewells that named somebody go whole. Names are looked for as names are written, with a capital:
    a customer called Will takes no "will" from the text.
    """
    said = _SPACE_IN_LINE.sub(" ", without_codes("\n".join(_unquoted(text.splitlines()))))
    named = _pattern(names)
    lines = []
    for line in said.split("\n"):
        told = named.sub(LEFT_OUT, line) if named is not None else line
        if told == line or len(told.split()) > FEW_WORDS:
            lines.append(told.rstrip())
    kept = "\n".join(lines).strip()
    greeted = _GREETING.match(kept)
    if greeted is not None:
        kept = kept[greeted.end() :]
        kept = kept[:1].upper() + kept[1:]
    return _EMPTY_LINES.sub("\n\n", kept)


_SPACE_IN_LINE = re.compile(r"[ \t]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def _unquoted(lines: list[str]) -> list[str]:
    """Without what a mail quotes, and the line that says whom."""
    quoted = [line.lstrip().startswith(">") for line in lines]
    return [
        line
        for line, is_quoted, next_is in zip(lines, quoted, [*quoted, False][1:], strict=True)
        if not is_quoted and not (next_is and line.rstrip().endswith(":"))
    ]


def _pattern(names: Collection[str]) -> re.Pattern[str] | None:
    words = {word for name in names for word in re.findall(r"[^\W\d_]{2,}", name)}
    written = sorted(
        {form for word in words for form in (word.capitalize(), word.upper())}
        | {word for word in words if not word.islower()}
    )
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, written))})\b") if written else None
