"""What an engine is taught by: texts with the intents they mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from router.understanding.text import cleaned, worded

MOST_EXAMPLES = 100_000
MOST_INTENTS = 5_000


class NothingToLearn(ValueError):
    """The examples cannot be taught: there are none with words and an intent, or far too many."""


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """intents: one, unless several things are said at once."""

    text: str
    intents: tuple[str, ...]


def prepared(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Cleaned, without doubles, in an order that does not depend on that of the files they came from.

    Raises NothingToLearn.
    """
    unique = {
        Example(text, tuple(sorted(set(example.intents))))
        for example in examples
        if example.intents and worded(text := cleaned(example.text))
    }
    intents = {intent for example in unique for intent in example.intents}
    if not unique:
        raise NothingToLearn("there is no example with words and an intent")
    if len(unique) > MOST_EXAMPLES or len(intents) > MOST_INTENTS:
        raise NothingToLearn(
            f"{len(unique)} examples of {len(intents)} intents; at most {MOST_EXAMPLES} of {MOST_INTENTS} can be taught"
        )
    return tuple(sorted(unique))


def fingerprint(examples: Iterable[Example]) -> str:
    """SHA-256 in hexadecimal; the same for the same prepared examples."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(repr((example.text, example.intents)).encode())
    return digest.hexdigest()
