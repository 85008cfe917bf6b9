"""The differential test can fail: it catches every mistake of mutants.py in bounded time."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.store import library
from router.store.audit import audit
from router.store.connection import Connection
from router.store.errors import StoreUnavailable
from tests.store.routing.histories import by_chance
from tests.store.routing.mutant import Mutant
from tests.store.routing.mutants import MUTANTS
from tests.store.routing.overflow_mutants import OVERFLOW_MUTANTS
from tests.store.routing.stories import STORIES
from tests.store.routing.test_model_agrees import IN_CI
from tests.store.routing.told_by import TOLD_BY
from tests.store.routing.world import new_world

PAGE = Path(__file__).parents[3] / "docs" / "benchmarks" / "mutants.md"
BY_CHANCE = 150
"""More than any mutant has lived."""
LIVED = (*by_chance(BY_CHANCE), *STORIES)
"""Stories stand last: one more changes the number of nothing else."""


def mutated(mutant: Mutant) -> str:
    sources = library.sources()
    assert sources[mutant.file].count(mutant.old) == 1, "the replacement must fit exactly once"
    return library.assembled({**sources, mutant.file: sources[mutant.file].replace(mutant.old, mutant.new)})


async def history_that_tells(url: str, functions: str, first: int) -> int | None:
    """The number of a history in which store and model part; None: they agree in all of them.

    first: where to begin looking. The one that told last time mostly tells again; when it does not, all others do.
    """
    order: list[int] = [first, *range(first), *range(first + 1, len(LIVED))]
    async with await Connection.open(url) as connection:
        for number in order:
            moves, backlog, theme = LIVED[number]
            try:
                world = await new_world(connection, functions, backlog=backlog, theme=theme)
                for move in moves:
                    await world.step(*move)
                assert await audit(connection, world.store) == []
            except (AssertionError, StoreUnavailable):
                return number
    return None


def test_the_library_as_it_is_lives_through_all_of_them() -> None:
    """A history that parts them without any mistake would seem to catch every one. test_model_agrees lives them."""
    assert BY_CHANCE <= IN_CI


def test_the_page_of_mistakes_names_every_one() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text("utf-8").splitlines() if ".lua | " in line]
    named = [(file.removeprefix("| "), mistake.removesuffix(" |")) for file, mistake in rows]
    assert named == sorted((mutant.file, mutant.mistake) for mutant in (*MUTANTS, *OVERFLOW_MUTANTS))


@pytest.mark.parametrize("mutant", [*MUTANTS, *OVERFLOW_MUTANTS], ids=lambda mutant: mutant.mistake)
async def test_every_mistake_is_caught(valkey_url: str, mutant: Mutant) -> None:
    found = await history_that_tells(valkey_url, mutated(mutant), TOLD_BY.get(mutant.mistake, 0))
    assert found is not None
    print(f"{mutant.mistake!r}: {found},")  # noqa: T201 - a line for told_by.py
