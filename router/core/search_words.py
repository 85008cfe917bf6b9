"""How each language is searched: by PostgreSQL's configuration for it, and what is done to text before.

PostgreSQL stems English, German, Russian and Greek. It ships nothing for Polish: there letters lose their marks, as
people in a hurry type, and longer words match by their beginnings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from router.core.impersonal import without_codes

CONFIGURATIONS = {"en": "english", "de": "german", "ru": "russian", "el": "greek"}
BY_BEGINNING = frozenset({"pl"})
LANGUAGES = (*CONFIGURATIONS, *BY_BEGINNING)
MOST_QUERY_CHARS = 500
LIKE_ENOUGH = 0.5

_MARKED = str.maketrans("łŁ", "lL")
_WORD = re.compile(r"\w+")


def configuration(language: str) -> str:
    """PostgreSQL's text search configuration."""
    return CONFIGURATIONS.get(language, "simple")


def searchable(language: str, text: str) -> str:
    """The text as it is given to PostgreSQL, of articles and of questions alike."""
    text = text.replace("\0", " ").encode("utf-8", "replace").decode()
    if language not in BY_BEGINNING:
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_MARKED))
    return "".join(char for char in apart if not unicodedata.combining(char))


def nameless(text: str) -> str:
    """A question without what may name a person or an order, on one line, in small letters."""
    return " ".join(without_codes(text).split()).casefold()


def alike(texts: Iterable[str]) -> list[list[str]]:
    """Questions about the same, together: those that share half of their words with a group's first.

    Groups and questions stay in the order given. Takes time with the square of the number of groups: give it
    hundreds, not thousands.
    """
    groups: list[tuple[frozenset[str], list[str]]] = []
    for text in texts:
        words = frozenset(word for word in _WORD.findall(text.casefold()) if len(word) > 2)
        near = next((members for theirs, members in groups if _shared(words, theirs) >= LIKE_ENOUGH), None)
        if near is None:
            groups.append((words, [text]))
        else:
            near.append(text)
    return [members for _, members in groups]


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
