"""What is wrong in a configuration file, and where.

ConfigInvalid        a file cannot be used; carries every fault found, in file order
└── PolicyInvalid    … and it is the policy
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

MOST_FAULTS = 500
"""Reading on after this many helps nobody; the last line then says that there are more."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to mend. line and column count from 1, columns in characters."""

    file: str
    line: int
    column: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.reason}"


class ConfigInvalid(Exception):
    """A configuration file cannot be used as it is."""

    code: ClassVar[str] = "config_invalid"
    status: ClassVar[int] = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class PolicyInvalid(ConfigInvalid):
    """The policy cannot be used as it is; the one in force stays in force."""

    code: ClassVar[str] = "policy_invalid"


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The end of a sentence that names the nearest known word, or lists them when they are few."""
    near = get_close_matches(word[:64], known, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 12 else ""  # a longer list hides the point
