"""Fitting what we say into what a channel carries."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

JOINS = ("\u200d", "\ufe0f", "\ufe0e", "\u20e3")
"""Characters that belong to the one before: joiners and forms of emoji."""


def utf16_units(text: str) -> int:
    """How Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """How Instagram counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def split(text: str, most: int, size: Callable[[str], int] = len) -> tuple[str, ...]:
    """Parts that each fit, ended at a line, else at a word, else between characters people see as such.

    No part is empty or blank; but for the white space where it was cut, together they are the text.
    """
    parts, rest = [], text.strip()
    while rest:
        end = len(rest) if size(rest) <= most else _end(rest, most, size)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(part for part in parts if part)


def _end(text: str, most: int, size: Callable[[str], int]) -> int:
    """Where to cut: at least after one character; at a line or word only if that leaves no more than half unused."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= most else (low, middle - 1)
    for separator in ("\n\n", "\n", " "):
        cut = text.rfind(separator, low // 2, low + 1)
        if cut > 0:
            return cut
    end = low
    while end > 1 and _belongs_together(text[end - 1], text[end]):
        end -= 1
    return end if end > 1 else low


def _belongs_together(before: str, after: str) -> bool:
    modifier = "\U0001f3fb" <= after <= "\U0001f3ff"
    return bool(unicodedata.combining(after)) or after in JOINS or before == "\u200d" or modifier


def numbered(text: str, choices: Sequence[str]) -> str:
    """The text with the choices below, for channels without buttons."""
    lines = (f"{n}. {choice}" for n, choice in enumerate(choices, 1))
    return "\n".join((*((text,) if text else ()), *lines))


def as_buttons(choices: Sequence[str], *, most: int, chars: int) -> bool:
    """Whether the choices can be buttons: not too many, none too long, no two the same."""
    return 0 < len(choices) <= most and len(set(choices)) == len(choices) and all(len(one) <= chars for one in choices)
