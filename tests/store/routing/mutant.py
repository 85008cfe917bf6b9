"""One mistake somebody could make in the store functions."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    mistake: str
    file: str
    old: str
    new: str
