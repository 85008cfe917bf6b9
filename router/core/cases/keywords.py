"""Keywords in a text: whole words, or their beginnings, in one pass over the text.

A phrase is words in a row; a word ending in * stands for every word that begins so (`refund*`), as languages inflect.
Words are looked up in a tree of dictionaries, so phrases that share no beginning with a text cost nothing, and each
place of the text is the beginning of at most MOST_WORDS steps down it: there is no going back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Phrase = str
MOST_CHARS = 20_000
"""Of a text; what follows is not looked at."""
MOST_WORDS = 6
"""Of a phrase."""
LEAST_STEM = 3
"""Characters before a *."""

_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def words(text: str) -> list[str]:
    """The words of a text as they are compared: without case and accents."""
    plain = unicodedata.normalize("NFD", text[:MOST_CHARS].casefold())
    return _WORD.findall("".join(each for each in plain if unicodedata.category(each) != "Mn").replace("ς", "σ"))


def phrase_words(phrase: Phrase) -> list[str]:
    """The words of a phrase, each perhaps with a * behind it. Raises ValueError when it is none."""
    found = []
    for part in phrase.split():
        stem, star = (part[:-1], "*") if part.endswith("*") else (part, "")
        plain = words(stem)
        if not plain or "*" in stem:
            raise ValueError(f"{part!r} is not a word")
        if star and len(plain[-1]) < LEAST_STEM:
            raise ValueError(f"{part!r} is too short: at least {LEAST_STEM} letters before the *")
        found += [*plain[:-1], plain[-1] + star]
    if not 1 <= len(found) <= MOST_WORDS:
        raise ValueError(f"a phrase has 1 to {MOST_WORDS} words")
    return found


@dataclass(slots=True)
class _Node:
    exact: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    """Of the stems."""
    ends: set[int] = field(default_factory=set)
    """Rules of which a phrase ends here."""

    def after(self, word: str) -> Iterable[_Node]:
        if word in self.exact:
            yield self.exact[word]
        for length in self.lengths:
            if length <= len(word) and word[:length] in self.stems:
                yield self.stems[word[:length]]


class Keywords:
    """Compiled from the phrases of rules, by number and language ("" is any language)."""

    def __init__(self, rules: Iterable[Mapping[str, Iterable[Phrase]]]) -> None:
        self._roots: dict[str, _Node] = {}
        for number, by_language in enumerate(rules):
            for language, phrases in by_language.items():
                root = self._roots.setdefault(language, _Node())
                for phrase in phrases:
                    _add(root, phrase_words(phrase), number)

    def found(self, text: str, language: str) -> list[int]:
        """Numbers of the rules with a phrase in the text, in order."""
        said = words(text)
        hits: set[int] = set()
        for name in {"", language}:
            root = self._roots.get(name)
            if root is not None:
                for place in range(len(said)):
                    _walk(root, said, place, hits)
        return sorted(hits)


def _add(node: _Node, spelled: list[str], number: int) -> None:
    for word in spelled:
        if word.endswith("*"):
            node.lengths.add(len(word) - 1)
            node = node.stems.setdefault(word[:-1], _Node())
        else:
            node = node.exact.setdefault(word, _Node())
    node.ends.add(number)


def _walk(node: _Node, said: list[str], place: int, hits: set[int]) -> None:
    """Every phrase that begins at this place."""
    here = [node]
    while here and place < len(said):
        here = [after for each in here for after in each.after(said[place])]
        for each in here:
            hits |= each.ends
        place += 1
