"""Reads that are asked for together are one read, and fail or end together only where they must."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from router.store.errors import Overloaded, StoreUnavailable
from router.store.postgres.gathered import AT_ONCE, Gathered


class Table:
    """Rows to read; each read waits until it is let through."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.reads: list[list[int]] = []
        self.away = False
        self.through = asyncio.Semaphore(0)

    async def read(self, keys: Sequence[int]) -> dict[int, str]:
        self.reads.append(list(keys))
        await self.through.acquire()
        if self.away:
            raise StoreUnavailable("away")
        return {key: self.rows[key] for key in keys if key in self.rows}


@pytest.fixture
def table() -> Table:
    return Table()


def asked(gathered: Gathered[int, str], *keys: int) -> list[asyncio.Task[str | None]]:
    return [asyncio.create_task(gathered.get(key)) for key in keys]


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_asked_for_during_a_read_is_the_next_read_together(table: Table) -> None:
    gathered = Gathered(table.read)
    first = asked(gathered, 1)
    await turns()
    rest = asked(gathered, 2, 3, 2)
    await turns()
    assert table.reads == [[1]]
    table.rows |= {1: "one", 2: "two"}
    for _ in range(2):
        table.through.release()
    assert await asyncio.gather(*first, *rest) == ["one", "two", None, "two"]
    assert table.reads == [[1], [2, 3]]


async def test_a_row_written_before_it_is_asked_for_is_never_missed(table: Table) -> None:
    """A read under way may have passed the row already, so the same key is read again."""
    gathered = Gathered(table.read)
    early = asked(gathered, 1)
    await turns()
    table.rows[1] = "new"
    late = asked(gathered, 1)
    await turns()
    for _ in range(2):
        table.through.release()
    await asyncio.gather(*early, *late)
    assert table.reads == [[1], [1]]


async def test_a_read_that_fails_fails_for_those_who_asked_and_the_next_one_is_tried(table: Table) -> None:
    gathered = Gathered(table.read)
    table.away = True
    table.through.release()
    for failed in await asyncio.gather(*asked(gathered, 1, 2), return_exceptions=True):
        assert isinstance(failed, StoreUnavailable)
    table.away, table.rows = False, {1: "one"}
    table.through.release()
    assert await gathered.get(1) == "one"


async def test_one_who_gives_up_does_not_take_the_answer_from_another(table: Table) -> None:
    gathered = Gathered(table.read)
    impatient, patient = asked(gathered, 1, 1)
    await turns()
    impatient.cancel()
    table.rows[1] = "one"
    table.through.release()
    assert await patient == "one"
    assert impatient.cancelled()


async def test_more_than_may_wait_are_refused_at_once(table: Table) -> None:
    gathered = Gathered(table.read, at_most=2)
    waiting = asked(gathered, 1)
    await turns()
    waiting += asked(gathered, 2, 3)
    await turns()
    with pytest.raises(Overloaded):
        await gathered.get(4)
    for _ in range(2):
        table.through.release()
    await asyncio.gather(*waiting)


async def test_a_great_many_are_read_in_parts(table: Table) -> None:
    gathered = Gathered(table.read)
    waiting = asked(gathered, *range(AT_ONCE + 1))
    for _ in range(2):
        table.through.release()
    await asyncio.gather(*waiting)
    assert [len(keys) for keys in table.reads] == [AT_ONCE, 1]
