"""What can be told by words alone: that somebody wants a person, says yes, no, thanks, or is upset.

It works without any engine, so that the way to a person never depends on one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from router.core.bot.definition import Word

_NOT_WORDS = re.compile(r"[^\w]+")
ALONE_WORDS = 4
"""A single word of a list counts in messages of at most so many."""
SHORT_WORDS = 5
"""Longer messages are no mere yes, no, thanks or hello."""
MOST_CHARS = 2_000
QUESTION_MARKS = "?;\u037e？؟"  # ; is the Greek one
SHOUTING = re.compile(r"[!?]{3,}")
MIN_SHOUT_LETTERS = 12


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """Words in small letters with single spaces between; nothing else is left."""
    return " ".join(_NOT_WORDS.sub(" ", text[:MOST_CHARS].casefold()).split())


def says(word: Word, text: str, words: Mapping[Word, Sequence[str]]) -> bool:
    """Whether the text says this. A phrase of several words counts anywhere, a single one only where little else is."""
    said = plain(text)
    count = said.count(" ") + 1
    inside = f" {said} "
    for phrase in words.get(word, ()):
        wanted = plain(phrase)
        if wanted and f" {wanted} " in inside and (" " in wanted or count <= ALONE_WORDS):
            return True
    return False


def merely(word: Word, text: str, words: Mapping[Word, Sequence[str]]) -> bool:
    """Whether the text says this and hardly anything else."""
    return plain(text).count(" ") < SHORT_WORDS and says(word, text, words)


def asks(text: str, words: Mapping[Word, Sequence[str]]) -> bool:
    """Whether the text is put as a question: by its last mark, or by how it begins."""
    end = text[-MOST_CHARS:].rstrip()[-1:]
    return (end != "" and end in QUESTION_MARKS) or _begins("ask", text, words)


def _begins(word: Word, text: str, words: Mapping[Word, Sequence[str]]) -> bool:
    said = f"{plain(text)} "
    return any(said.startswith(f"{plain(phrase)} ") for phrase in words.get(word, ()))


def shouts(text: str) -> bool:
    """Capital letters throughout, or marks in a row."""
    letters = [character for character in text[:MOST_CHARS] if character.isalpha()]
    loud = len(letters) >= MIN_SHOUT_LETTERS and all(not character.islower() for character in letters)
    return (loud and any(character.isupper() for character in letters)) or bool(SHOUTING.search(text[:MOST_CHARS]))
