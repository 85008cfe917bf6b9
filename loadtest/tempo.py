"""How quick and how careful simulated people are."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """think_s: bounds of a pause; a_letter_s: added for each letter written. The rest are chances from 0 to 1.

    decline, ignore: of an offer. transfer: of an agent to give the conversation back to its queue at one of its turns.
    cut: of losing the connection around a turn. typing, reads: of showing so.
    """

    think_s: tuple[float, float]
    a_letter_s: float = 0.0
    longest_s: float = 60.0
    decline: float = 0.0
    ignore: float = 0.0
    transfer: float = 0.0
    cut: float = 0.0
    typing: float = 0.0
    reads: float = 0.0
    rates: float = 0.0

    def pause_s(self, chance: Random) -> float:
        return chance.uniform(*self.think_s)

    def writing_s(self, text: str, chance: Random) -> float:
        return min(self.longest_s, self.pause_s(chance) + self.a_letter_s * len(text) * chance.uniform(0.6, 1.4))
