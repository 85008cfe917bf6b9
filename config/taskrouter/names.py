"""Names for things that come with names of another kind."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import count
from typing import Final

MOST_NAME_CHARS: Final = 64
MOST_LABEL_CHARS: Final = 80

_OTHER: Final = re.compile(r"[^A-Za-z0-9_.:-]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


def unique_name(text: str, taken: Container[str]) -> str:
    """A name as policies have them, near to the text and not taken yet."""
    base = _OTHER.sub("_", text).strip("_.:-")[: MOST_NAME_CHARS - 4] or "queue"
    return unique_text(base, taken)


def unique_text(base: str, taken: Container[str]) -> str:
    """The text itself, or with the first number behind it that makes it different from all that are taken."""
    return base if base not in taken else next(name for n in count(2) if (name := f"{base}_{n}") not in taken)


def label_of(text: str) -> str:
    """What people see: one line, at most MOST_LABEL_CHARS."""
    return _CONTROL.sub(" ", text).strip()[:MOST_LABEL_CHARS].strip() or "?"
