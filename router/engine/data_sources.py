"""Data sources of the centre: asked in time, answers kept for a while, the same question asked once at a time."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from router.core.data_source import Answer, DataSource

MOST_KEPT = 5_000
"""Answers kept at once; the oldest goes first."""
MOST_AT_ONCE = 64
"""Questions under way at once; one more is answered `unavailable` at once rather than late."""

Question = tuple[str, tuple[tuple[str, str], ...]]


class Asker(Protocol):
    """Carries a question to a source. Ends in time and does not raise."""

    async def ask(self, source: DataSource, values: Mapping[str, str], *, once: str = "") -> Answer: ...


class NobodyToAsk:
    """Where no data source is set up."""

    async def ask(self, source: DataSource, values: Mapping[str, str], *, once: str = "") -> Answer:
        return Answer(source=source.key, state="unavailable")


@dataclass(slots=True, kw_only=True)
class DataSources:
    """by_key: in the order of their file."""

    by_key: Mapping[str, DataSource] = field(default_factory=dict)
    asker: Asker = field(default_factory=NobodyToAsk)
    _kept: OrderedDict[Question, tuple[float, Answer]] = field(default_factory=OrderedDict)
    _asking: dict[Question, asyncio.Task[Answer]] = field(default_factory=dict)
    _under_way: int = 0
    _changes: int = 0

    async def ask(self, key: str, values: Mapping[str, str], *, once: str = "") -> Answer:
        """What the source says; an answer of a reading source may be as old as its cache allows.

        once: names a request that changes something; a repeat with the same name is carried out once by the source.
        Never raises; an unknown source or a missing value is `unavailable`.
        """
        source = self.by_key.get(key)
        if source is None or not source.needs <= values.keys():
            return Answer(source=key, state="unavailable")
        values = {name: values[name] for name in source.needs}
        if not source.reads:
            try:
                return await self._carry(source, values, once)
            finally:
                self._changes += 1  # what it changed, others may tell of
                self._kept.clear()
                self._asking.clear()  # who asks from now on is not told what was so before
        question = (key, tuple(sorted(values.items())))
        kept = self._kept.get(question)
        if kept is not None and time.monotonic() - kept[0] < source.cache_s:
            return kept[1]
        asking = self._asking.get(question)
        if asking is None:
            asking = asyncio.create_task(self._fetch(source, values, question), name=f"ask {key}")
            self._asking[question] = asking
            asking.add_done_callback(partial(self._asked, question))
        return await asyncio.shield(asking)

    def _asked(self, question: Question, asking: asyncio.Task[Answer]) -> None:
        if self._asking.get(question) is asking:
            del self._asking[question]

    async def _fetch(self, source: DataSource, values: Mapping[str, str], question: Question) -> Answer:
        asked_at, changes = time.monotonic(), self._changes
        answer = await self._carry(source, values, "")
        if source.cache_s and answer.state in ("found", "missing") and changes == self._changes:
            self._kept[question] = asked_at, answer
            self._kept.move_to_end(question)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return answer

    async def _carry(self, source: DataSource, values: Mapping[str, str], once: str) -> Answer:
        if self._under_way >= MOST_AT_ONCE:
            return Answer(source=source.key, state="unavailable")
        self._under_way += 1
        try:
            return await self.asker.ask(source, values, once=once)
        finally:
            self._under_way -= 1

    async def beside(self, known: Mapping[str, str]) -> list[Answer]:
        """What sources say of a customer, for staff: those marked `beside` of which all names are known.

        known: email, phone, name, customer_id … as text; empty ones count as unknown. In the order of the file.
        """
        said = {name: value for name, value in known.items() if value}
        wanted = [source for source in self.by_key.values() if source.beside and source.needs <= said.keys()]
        return list(await asyncio.gather(*(self.ask(source.key, said) for source in wanted)))
