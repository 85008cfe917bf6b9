"""The differential test can fail: it catches every mistake of mutants.py in bounded time."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from router.store import library
from router.store.audit import audit
from router.store.connection import Connection
from router.store.errors import StoreUnavailable
from tests.store.routing.mutants import MUTANTS, Mutant
from tests.store.routing.world import HISTORY, REFUSED_OVER_AND_OVER, new_world, random_moves

HISTORIES = 150
"""More than any mutant has lived."""


def mutated(mutant: Mutant) -> str:
    sources = library.sources()
    assert sources[mutant.file].count(mutant.old) == 1, "the replacement must fit exactly once"
    return library.assembled({**sources, mutant.file: sources[mutant.file].replace(mutant.old, mutant.new)})


async def moves_until_caught(url: str, functions: str) -> int | None:
    """How many random moves store and model agree for; None: for all of them."""
    moves = random_moves(Random(1))
    lived = 0
    async with await Connection.open(url) as connection:
        for history in range(HISTORIES):
            try:
                world = await new_world(connection, functions, backlog=history % 2 == 1)
                for move in islice(moves, HISTORY) if history else REFUSED_OVER_AND_OVER:
                    lived += 1
                    await world.step(*move)
                assert await audit(connection, world.store) == []
            except (AssertionError, StoreUnavailable):
                return lived
    return None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
async def test_every_mistake_is_caught(valkey_url: str, mutant: Mutant) -> None:
    assert await moves_until_caught(valkey_url, mutated(mutant)) is not None
