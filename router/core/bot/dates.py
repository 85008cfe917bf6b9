"""A day with the name of its month, said or written: "the third of May", "3 мая", "May 3rd", "trzeciego maja".

Recognition writes ordinals in words as often as in digits. The words are the house's, by language (`bot_house.toml`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from router.core.bot.definition import SpokenWords

_SUFFIX = r"(?:[.-]?[^\W\d_]{1,3})?"
"""3rd, 3., 3-го, 3ης."""
_YEAR = r"(?:\W+(?P<year>20\d\d)\b)?"


def dated(text: str, words: SpokenWords) -> str:
    """The day as slots read it, 3.5. or 3.5.2027; the text as it is when none is named so."""
    pattern = _pattern(words)
    found = pattern.search(_folded(text)) if pattern is not None else None
    if found is None:
        return text
    day = found["day"] or found["day_after"]
    month = found["month"] or found["month_before"]
    number = _numbers(words.days).get(_spaced(day)) or re.sub(r"\D", "", day)
    return f"{number}.{_numbers(words.months)[month]}.{found['year'] or found['year_after'] or ''}"


@cache
def _pattern(words: SpokenWords) -> re.Pattern[str] | None:
    """Either the day first or the month. None: this language has no words for them."""
    if not words.months:
        return None
    day = rf"\d{{1,2}}{_SUFFIX}|{_any(words.days)}"
    month, of = _any(words.months), "|".join(re.escape(_folded(word)) for word in words.of)
    between = rf"(?:\W+(?:{of}))*\W+" if of else r"\W+"
    first = rf"(?P<day>{day}){between}(?P<month>{month})\b{_YEAR}"
    after = rf"(?P<month_before>{month}){between}(?P<day_after>{day})\b{_YEAR.replace('year', 'year_after')}"
    return re.compile(rf"\b(?:{first}|{after})")


def _any(forms: tuple[tuple[str, ...], ...]) -> str:
    """Longest first: twenty first before twenty."""
    known = sorted(_numbers(forms), key=len, reverse=True)
    return "|".join(re.escape(form).replace(r"\ ", r"[\s-]+") for form in known)


@cache
def _numbers(forms: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    """Each word → its number, from 1."""
    return {_folded(form): number for number, one in enumerate(forms, 1) for form in one}


def _spaced(day: str) -> str:
    return re.sub(r"[\s-]+", " ", day)


def _folded(text: str) -> str:
    """Without case and accents, which recognition leaves out as it likes."""
    return "".join(char for char in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(char))
