"""Texts of customers as encoders take them: bounded, and one spelling for what looks the same."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARS = 1_000
"""What a message is about is said in its first lines; the rest of a long one costs time and adds noise."""

_BLANKS = re.compile(r"\s+")
_BLANKS_IN_LINES = re.compile(r"[^\S\n]+")
_UNSEEN = {*range(0x20), 0x7F, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF} - {9, 10}
_DROPPED = dict.fromkeys(_UNSEEN, " ")


def cleaned(text: str, *, keep_lines: bool = False) -> str:
    """NFKC, without control characters, lone surrogates and direction marks, at most MOST_CHARS. "" when empty."""
    kept = text[:MOST_CHARS].encode("utf-8", "ignore").decode("utf-8").translate(_DROPPED)
    blanks = _BLANKS_IN_LINES if keep_lines else _BLANKS
    return blanks.sub(" ", unicodedata.normalize("NFKC", kept)).strip()[:MOST_CHARS]


def worded(text: str) -> bool:
    """Whether there is a letter or digit in it at all."""
    return any(char.isalnum() for char in text)
