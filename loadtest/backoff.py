"""How long a client waits before it tries again: 0.3 s growing to 15 s, jittered so that crowds spread out."""

from __future__ import annotations

from random import Random

FIRST_S = 0.3
LONGEST_S = 15.0


def wait_s(attempt: int, chance: Random) -> float:
    """attempt: 0 for the first. Between half the step and the whole of it."""
    step = min(LONGEST_S, FIRST_S * 2.0 ** min(attempt, 10))
    return step * chance.uniform(0.5, 1.0)
