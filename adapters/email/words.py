"""The words of words.toml: what mail programs write into mails, in many languages."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal

Label = Literal["from", "date", "to", "cc", "subject", "other"]

_words: dict[str, dict[str, list[str]]] = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))

LABELS: dict[Label, tuple[str, ...]] = {
    kind: tuple(_words["labels"][kind]) for kind in ("other", "subject", "cc", "to", "date", "from")
}
"""What a header copied into a body is called, by what it says; of words that mean several, the last counts."""

KIND_OF_LABEL: dict[str, Label] = {word: kind for kind, words in LABELS.items() for word in words}

WROTE = tuple(_words["lines"]["wrote"])
OF_ONESELF = tuple(_words["lines"]["of_oneself"])
FORWARDED = tuple(_words["lines"]["forwarded"])
ORIGINAL = tuple(_words["lines"]["original"])
ABOVE = tuple(_words["lines"]["above"])
SENT_FROM = tuple(_words["lines"]["sent_from"])

FORWARD_PREFIXES = frozenset(_words["prefixes"]["forward"])
REPLY_PREFIXES = frozenset(_words["prefixes"]["reply"])

UNDELIVERED = tuple(_words["subjects"]["undelivered"])
DELAYED = tuple(_words["subjects"]["delayed"])
STILL_TRYING = tuple(_words["subjects"]["still_trying"])
AUTOMATIC = tuple(_words["subjects"]["automatic"])
ABSENT = tuple(_words["subjects"]["absent"])
