"""The talk stream: what nodes tell one another about conversations, in the order it was said.

Routing has its own numbered stream (events.py); this one carries messages, receipts and typing between the node that
committed them and the nodes whose customers and agents wait for them. It may be trimmed or lost: everything that must
last is in PostgreSQL, numbered within its conversation, and a client that sees a gap fetches what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

from redis.exceptions import ResponseError

from router.core.words import Ms
from router.store.connection import Connection
from router.store.errors import ConnectionLost, StoreUnavailable

KEPT = 20_000
"""Entries kept, about; a reader further behind has missed some."""
TOGETHER = 100
"""With so many sayings an entry is full."""
READ_AT_ONCE = 100
BLOCK_MS = 2_000


class TalkStream:
    """calls: the node's shared connection. reads: one of its own, with a time-out above BLOCK_MS."""

    def __init__(self, calls: Connection, reads: Connection, prefix: str) -> None:
        self._calls, self._reads = calls, reads
        self._key = f"{prefix}talk"
        self._last = "$"
        self._loop = asyncio.get_running_loop()
        self._unsaid: list[bytes | str] = []
        self._told: list[asyncio.Future[None]] = []
        """Who waits to hear that the unsaid was said."""

    def say(self, sayings: Sequence[bytes]) -> asyncio.Future[None]:
        """Append sayings in order; those of one turn of the loop are one entry, whoever says them.

        The future raises StoreUnavailable; then nothing is known about any of them.
        """
        if not self._unsaid:
            self._loop.call_soon(self._say_all)
        for saying in sayings:
            self._unsaid += "e", saying
        told: asyncio.Future[None] = self._loop.create_future()
        self._told.append(told)
        if len(self._unsaid) >= 2 * TOGETHER:
            self._say_all()
        return told

    def _say_all(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        told, self._told = self._told, []
        if not unsaid:
            return
        try:
            said = self._calls.call("XADD", self._key, "MAXLEN", "~", KEPT, "*", *unsaid)
        except StoreUnavailable as error:
            _tell(told, error)
        else:
            said.add_done_callback(partial(_answered, told))

    async def forget(self, *, before: Ms) -> None:
        """Remove what was said before a time, by the server's clock; a node that has not read it goes without."""
        await self._calls.ask("XTRIM", self._key, "MINID", before)

    async def start(self) -> None:
        """Remember the end of the stream; `listen` begins after it."""
        newest = await self._reads.ask("XREVRANGE", self._key, "+", "-", "COUNT", 1)
        self._last = newest[0][0].decode() if newest else "0-0"

    async def listen(self) -> AsyncIterator[list[bytes]]:
        """Batches of sayings as they come, for ever. Raises StoreUnavailable; call again to go on from there."""
        while True:
            reply = await self._reads.ask(
                "XREAD", "COUNT", READ_AT_ONCE, "BLOCK", BLOCK_MS, "STREAMS", self._key, self._last
            )
            if not reply:
                continue
            for _, entries in reply:
                self._last = entries[-1][0].decode()
                yield [saying for _, fields in entries for saying in fields[1::2]]


def _answered(told: Sequence[asyncio.Future[None]], said: asyncio.Future[bytes]) -> None:
    error = ConnectionLost("the call was dropped") if said.cancelled() else said.exception()
    _tell(told, StoreUnavailable(str(error)) if isinstance(error, ResponseError) else error)


def _tell(told: Sequence[asyncio.Future[None]], error: BaseException | None) -> None:
    for each in told:
        if each.done():
            continue
        if error is None:
            each.set_result(None)
        else:
            each.set_exception(error)
