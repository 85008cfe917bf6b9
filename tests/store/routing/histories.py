"""What happens in a world: moves drawn by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from router.core.compiler import Settings
from router.core.policy import Demand
from tests.store.routing.scene import AGENTS, DEMANDS, OTHER_SETTINGS, SETTINGS, TIMES_MS

Move = tuple[str, int, int, int, int]
"""What, three numbers that choose on whom, ms that passed before."""
HISTORY = 100
"""Moves of a history."""
THEME, THEMES = 8, 64
"""Demands of a theme; themes there are."""
_OFTEN = {
    "tick": 5,
    "enqueue": 12,
    "accept": 18,
    "decline": 8,
    "wrap_up": 12,
    "complete": 4,
    "cancel": 3,
    "expect": 2,
    "relane": 4,
    "transfer_to_queue": 4,
    "transfer_to_agent": 6,
    "assign": 3,
    "pick": 3,
    "pause": 9,
    "resume": 10,
    "put_agent": 2,
    "lease": 8,
    "unlease": 2,
    "sign_out": 1,
    "set_status": 8,
    "set_next_status": 4,
    "configure": 2,
}


class History(NamedTuple):
    """What happens, and where: with items that wait before anybody comes, in a world with fewer demands."""

    moves: Sequence[Move]
    backlog: bool = False
    theme: int | None = None


def histories() -> st.SearchStrategy[History]:
    """Of HISTORY moves."""
    ops = [op for op, times in _OFTEN.items() for _ in range(times)]
    small = st.integers(0, 7)
    move = st.tuples(st.sampled_from(ops), small, small, small, st.sampled_from(TIMES_MS))
    moves = st.lists(move, min_size=HISTORY, max_size=HISTORY)
    return st.builds(History, moves, st.booleans(), st.none() | st.integers(0, THEMES - 1))


def by_chance(count: int, seed: int = 1) -> Iterator[History]:
    """As many, the same ones for a seed: for when no smallest example is wanted."""
    moves = random_moves(Random(seed))
    for number in range(count):
        yield History(tuple(islice(moves, HISTORY)), number % 2 == 1, number if number % 4 else None)


def random_moves(random: Random) -> Iterator[Move]:
    """Without end."""
    ops, weights = list(_OFTEN), list(_OFTEN.values())
    while True:
        a, b, c = (random.randrange(8) for _ in range(3))
        yield random.choices(ops, weights)[0], a, b, c, random.choice(TIMES_MS)


def themed(theme: int | None) -> tuple[tuple[Demand, ...], Settings]:
    if theme is None:
        return DEMANDS, SETTINGS
    random = Random(theme)
    return tuple(random.sample(DEMANDS, THEME)), random.choice((SETTINGS, *OTHER_SETTINGS))


def opening(theme: int | None, *, backlog: bool) -> Iterator[Move]:
    """How a world begins: its agents, what waits there before them, and who signs in."""
    for number in range(len(AGENTS)):
        yield "put_agent", number, number % 4, 1, 0
    for number in range(len(themed(theme)[0]) if backlog else 0):
        yield "enqueue", number % 8, number // 8, 2, 1
    for number in range(3 if theme is None or theme % 3 else 0):
        yield "lease", number, 0, 0, 0
