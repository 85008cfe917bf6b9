"""The plainest bot there is: a question is known by its words. A better one may stand in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A question and its answer. words: by language; all of them said, in any order, ask it."""

    words: Mapping[str, tuple[str, ...]]
    text: Mapping[str, str]


def answer(known: Sequence[Known], said: str, language: str) -> str | None:
    """The answer of the question with most words; None: it is for a person."""
    heard = set(_WORD.findall(said.lower()))
    best: Known | None = None
    for each in known:
        words = each.words.get(language, ())
        if words and heard.issuperset(words) and language in each.text:
            best = each if best is None or len(words) > len(best.words[language]) else best
    return best.text[language] if best is not None else None
