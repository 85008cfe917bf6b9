"""Counts that many ask for at once."""

from __future__ import annotations

import asyncio

import pytest

from router.engine.counted import KEPT_MS, MOST_KEPT, Counted


class Counter:
    def __init__(self) -> None:
        self.now, self.made = 1_000, 0

    def clock(self) -> int:
        return self.now

    async def count(self) -> int:
        self.made += 1
        made = self.made
        await asyncio.sleep(0)
        return made


async def test_many_who_ask_at_once_are_told_one_count_and_later_ones_another() -> None:
    counted, counter = Counted(), Counter()
    told = await asyncio.gather(*(counted.of("team", counter.clock, counter.count) for _ in range(5)))
    assert told == [(1, 1_000)] * 5
    counter.now += KEPT_MS - 1
    assert await counted.of("team", counter.clock, counter.count) == (1, 1_000)
    counter.now += 1
    assert await counted.of("team", counter.clock, counter.count) == (2, counter.now)


async def test_a_count_that_fails_is_not_kept() -> None:
    counted, counter = Counted(), Counter()

    async def fails() -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await counted.of("team", counter.clock, fails)
    assert (await counted.of("team", counter.clock, counter.count))[0] == 1


async def test_what_was_counted_longest_ago_makes_room() -> None:
    counted, counter = Counted(), Counter()
    for key in range(MOST_KEPT + 1):
        await counted.of(key, counter.clock, counter.count)
    await counted.of(MOST_KEPT, counter.clock, counter.count)
    assert counter.made == MOST_KEPT + 1
    await counted.of(0, counter.clock, counter.count)
    assert counter.made == MOST_KEPT + 2
