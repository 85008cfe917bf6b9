"""Answers of data sources are kept as long as they may be, and asked for once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.data_source import Answer, DataSource
from router.engine.data_sources import DataSources

STOCK = DataSource(key="stock", url="https://shop.example/{sku}", facts={"stock": "stock"}, cache_s=600)
ORDERS = DataSource(key="orders", url="https://shop.example/o?e={email}", facts={"n": "n"}, beside=True)
PLACE = DataSource(key="place", method="POST", url="https://shop.example/", body={"sku": "{sku}"}, facts={"n": "n"})


@dataclass(slots=True)
class Counter:
    """Answers with how often it was asked; about what is slow, when it may go."""

    asked: list[tuple[str, Mapping[str, str], str]] = field(default_factory=list)
    slow: set[str] = field(default_factory=set)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, source: DataSource, values: Mapping[str, str], *, once: str = "") -> Answer:
        self.asked.append((source.key, values, once))
        number = len(self.asked)
        await (self.go.wait() if source.key in self.slow else asyncio.sleep(0))
        return Answer(source=source.key, state="found", rows=({"n": number},))


def sources(asker: Counter) -> DataSources:
    return DataSources(by_key={each.key: each for each in (STOCK, ORDERS, PLACE)}, asker=asker)


async def test_an_answer_is_kept_for_its_time_and_only_for_the_same_question() -> None:
    asker = Counter()
    known = sources(asker)
    first = await known.ask("stock", {"sku": "pot", "email": "is not its business"})
    assert await known.ask("stock", {"sku": "pot"}) == first
    assert await known.ask("stock", {"sku": "can"}) != first
    assert [values for _, values, _ in asker.asked] == [{"sku": "pot"}, {"sku": "can"}]


async def test_the_same_question_at_the_same_time_is_asked_once() -> None:
    asker = Counter()
    known = sources(asker)
    answers = await asyncio.gather(*(known.ask("orders", {"email": "a@b.example"}) for _ in range(5)))
    assert len(asker.asked) == 1
    assert len(set(map(str, answers))) == 1


async def test_a_change_is_never_answered_from_memory_and_empties_it() -> None:
    asker = Counter()
    known = sources(asker)
    await known.ask("stock", {"sku": "pot"})
    await known.ask("place", {"sku": "pot"}, once="a")
    await known.ask("place", {"sku": "pot"}, once="a")
    await known.ask("stock", {"sku": "pot"})
    assert [key for key, _, _ in asker.asked] == ["stock", "place", "place", "stock"]


async def test_what_was_asked_before_a_change_is_no_answer_to_who_asks_after_it() -> None:
    asker = Counter()
    known = sources(asker)
    asker.slow.add("stock")
    before = asyncio.create_task(known.ask("stock", {"sku": "pot"}))
    while not asker.asked:
        await asyncio.sleep(0)
    await known.ask("place", {"sku": "pot"}, once="a")
    asker.go.set()
    first, second = await asyncio.gather(before, known.ask("stock", {"sku": "pot"}))
    assert [key for key, _, _ in asker.asked] == ["stock", "place", "stock"]
    assert first != second
    assert await known.ask("stock", {"sku": "pot"}) == second


async def test_what_is_not_known_is_unavailable_and_nobody_is_asked() -> None:
    asker = Counter()
    known = sources(asker)
    assert (await known.ask("nothing", {})).state == "unavailable"
    assert (await known.ask("stock", {})).state == "unavailable"
    assert asker.asked == []


async def test_beside_a_conversation_stands_what_can_be_asked_of_its_customer() -> None:
    known = sources(Counter())
    assert [answer.source for answer in await known.beside({"email": "a@b.example", "sku": "pot"})] == ["orders"]
    assert await known.beside({"email": ""}) == []
