"""Whether a text says no more than another: what an adviser made of an article is told only when this finds nothing.

It cannot be proven that two texts say the same, so what would hurt is looked for: links, addresses, marks of HTML,
numbers, prices, dates and promises that came in or got lost, a "not" that did, and length. Pure; a doubt is a refusal,
for the article's own words are always there. That both mean alike is another check (`engine/bot/advising.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

Why = Literal["", "language", "length", "links", "numbers", "claims", "negation"]
"""What was found first; "": nothing."""
ClaimWords = Mapping[str, Mapping[str, Sequence[str]]]
"""By language: a claim (a number, weekday, month, "free" …) and the words that make it; `stem*` stands for every word
that begins so. One claim has one name in all languages. `not` is looked at by itself.
"""

MOST_LONGER, SPARE_CHARS = 1.6, 80
LEAST_SHARE = 0.3
NOT = "not"

_LINK = re.compile(r"\w{2,}://\S+|[\w.+-]+@[\w.-]+|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\b(?:/\S*)?|[<>]|\]\(|`|\{|\}|\|")
_NUMBER = re.compile(r"\d+(?:[., ’'](?=\d{3}(?!\d))\d{3}|[.,:]\d+)*")
_SIGNS = re.compile(r"[%‰]|[^\W\d_]*[$€£¥₽][^\W\d_]*", re.UNICODE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def unfaithful(text: str, said: str, *, language: str, said_in: str, words: ClaimWords) -> Why:
    """What keeps `said` from being told in place of `text`; "" when nothing does. languages: of the two."""
    if language not in words or said_in not in words:
        return "language"
    text, said = _even(text), _even(said)
    if not LEAST_SHARE * len(text) <= len(said) <= MOST_LONGER * len(text) + SPARE_CHARS:
        return "length"
    if not _links(said) <= _links(text):
        return "links"
    if _numbers(said) != _numbers(text) or not _signs(said) <= _signs(text):
        return "numbers"
    made, made_before = _claims(said, words[said_in]), _claims(text, words[language])
    if (NOT in made) != (NOT in made_before):
        return "negation"
    return "" if made == made_before else "claims"


def _even(text: str) -> str:
    """One spelling for what looks the same; nothing that is not seen."""
    kept = unicodedata.normalize("NFKC", text)
    seen = "".join(char for char in kept if char.isprintable() or char in "\n\t")
    return " ".join(seen.split())


def _links(text: str) -> frozenset[str]:
    return frozenset(found.strip(".,;:!?)»”").casefold() for found in _LINK.findall(text))


def _numbers(text: str) -> list[str]:
    """Each as often as it is said, however it is written: 1,000 is 1 000."""
    plain = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    return sorted(re.sub(r"\D", "", found) for found in _NUMBER.findall(plain))


def _signs(text: str) -> frozenset[str]:
    return frozenset(found.casefold() for found in _SIGNS.findall(text))


def _claims(text: str, words: Mapping[str, Sequence[str]]) -> frozenset[str]:
    said = {bare(found) for found in _WORD.findall(text)}
    return frozenset(claim for claim, forms in words.items() if any(_is(word, form) for form in forms for word in said))


def _is(word: str, form: str) -> bool:
    return word.startswith(form[:-1]) if form.endswith("*") else word == form


def bare(word: str) -> str:
    """In small letters and without accents, as claim words are written."""
    apart = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(char for char in apart if not unicodedata.combining(char))
