"""Words as they are looked for: without case and accents, the same in the index and in what somebody types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

TEXT_CHARS = 20_000
"""Of one text that can be found; what follows is not looked at."""
WORDS = 12
WORD_CHARS = 60
SHORTEST_PREFIX = 3
"""Shorter beginnings of words fit to too many."""
SNIPPET_CHARS = 160
SUFFIX_DIGITS = 6
"""People leave out the country's code of a number, or the first digits: from so many on, its end is enough."""

_WORD = re.compile(r"[^\W_]+")
_KEPT_MARKS = "\u0306"
"""й is a letter of its own, not и with an accent: stems end in it."""
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ς": "σ"})


def folded(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text)  # first: some letters have a case only once they are apart
    parts = unicodedata.normalize("NFKD", apart.casefold())
    bare = "".join(c for c in parts if c in _KEPT_MARKS or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).translate(_PLAIN)


def words(text: str) -> list[str]:
    """In their order, folded."""
    return [word for word in _WORD.findall(folded(text[:TEXT_CHARS])) if len(word) <= WORD_CHARS]


def words_of_identity(value: str) -> list[str]:
    """What an identity can be found by: its words, its digits, and the ends of those."""
    digits = "".join(c for c in value if c.isdigit())
    ends = [digits[start:] for start in range(len(digits) - SUFFIX_DIGITS + 1)]
    return [*words(value), *ends]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for. last_open: they may still be writing the last word."""

    words: tuple[str, ...]
    last_open: bool


def wanted(query: str) -> Wanted:
    found = _numbers_together(query)
    return Wanted(words=tuple(found[:WORDS]), last_open=bool(query) and not query[-1].isspace())


def _numbers_together(query: str) -> list[str]:
    """The words of a query; a telephone number in groups ("+48 601 234 567") is one."""
    bare = re.sub(r"[\s().-]", "", query.strip())
    if re.fullmatch(rf"\+?\d{{{SUFFIX_DIGITS},}}", bare):
        return [bare.lstrip("+")]
    return words(query)


Stems = Mapping[str, Collection[str] | None]
"""Word → its stems in all languages; None: it says nothing in one of them (the, и, der)."""


def tsquery(asked: Wanted, stems: Stems, *, every_open: bool = False) -> str:
    """As PostgreSQL reads it: every word that says something, or a stem of it; "" when there is none.

    every_open: each word may be a beginning, not only the last.
    """
    telling = [word for word in asked.words if stems.get(word, ()) is not None] or asked.words
    parts: list[str] = []
    for word in telling:
        is_open = every_open or (asked.last_open and word == asked.words[-1])
        prefix = ":*" if is_open and len(word) >= (2 if every_open else SHORTEST_PREFIX) else ""
        others = sorted(stem for stem in set(stems.get(word) or ()) if stem != word)
        choices = [f"'{word}'{prefix}", *(f"'{stem}'{_beginning(stem)}" for stem in others)]
        parts.append(f"({' | '.join(choices)})")
    return " & ".join(parts)


def _beginning(stem: str) -> str:
    """PostgreSQL's Greek stems of one word differ at their ends (παραγγελ, παραγγελι): the shorter stands for both."""
    return ":*" if "\u0370" <= stem[0] <= "\u03ff" and len(stem) > SHORTEST_PREFIX else ""


def snippet(text: str, asked: Sequence[str]) -> str:
    """One line around the first word that fits, at most SNIPPET_CHARS."""
    line = " ".join(text.split())
    if len(line) <= SNIPPET_CHARS:
        return line
    at = min((m.start() for m in _WORD.finditer(line) if _fits(m.group(), asked)), default=0)
    start = max(0, min(at - SNIPPET_CHARS // 3, len(line) - SNIPPET_CHARS))
    cut = line[start : start + SNIPPET_CHARS]
    return f"{'…' if start else ''}{cut}{'…' if start + SNIPPET_CHARS < len(line) else ''}"


def _fits(word: str, asked: Sequence[str]) -> bool:
    """Roughly as the index does: stems mostly share their beginning."""
    plain = folded(word)
    return any(plain.startswith(each[: max(3, len(each) - 2)]) for each in asked)
