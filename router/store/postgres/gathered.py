"""Reads by key, gathered: what is asked for while one read is under way is the next one, together.

A read of its own for each that asks takes a connection of the pool for some turns of the event loop, so a busy loop
leaves connections idle while callers wait for them; gathered, the wait is two reads, however many ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

from router.store.errors import Overloaded

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE = 500


class Gathered(Generic[K, V]):
    """read: many keys → what there is of them, as it is after the call. at_most: keys waiting; further are refused."""

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, at_most: int = 20_000) -> None:
        self._read, self._at_most = read, at_most
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """As it is now or a moment later; None: there is none. Raises Overloaded, and what `read` raises."""
        reply = self._waiting.get(key)
        if reply is None:
            if len(self._waiting) >= self._at_most:
                raise Overloaded(f"{self._at_most} reads wait for the database")
            reply = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all(), name="gathered reads")
        return await asyncio.shield(reply)  # another who asks for the same may not be cancelled with us

    async def _read_all(self) -> None:
        try:
            while self._waiting:
                batch = dict(islice(self._waiting.items(), AT_ONCE))
                for key in batch:
                    del self._waiting[key]
                await self._answer(batch)
        finally:
            self._reading = None

    async def _answer(self, batch: Mapping[K, asyncio.Future[V | None]]) -> None:
        try:
            found = await self._read(list(batch))
        except Exception as error:
            for reply in batch.values():
                reply.set_exception(error)
                reply.exception()  # whoever asked may be gone: it is told to nobody then
        else:
            for key, reply in batch.items():
                reply.set_result(found.get(key))
