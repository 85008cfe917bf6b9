"""The talk stream: what nodes tell one another about conversations, in the order it was said.

Routing has its own numbered stream (events.py); this one carries messages, receipts and typing between the node that
committed them and the nodes whose customers and agents wait for them. It may be trimmed or lost: everything that must
last is in PostgreSQL, numbered within its conversation, and a client that sees a gap fetches what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from redis.exceptions import ResponseError

from router.store.connection import Connection
from router.store.errors import StoreUnavailable

KEPT = 20_000
"""Entries kept, about; a reader further behind has missed some."""
READ_AT_ONCE = 500
BLOCK_MS = 2_000


class TalkStream:
    """calls: the node's shared connection. reads: one of its own, with a time-out above BLOCK_MS."""

    def __init__(self, calls: Connection, reads: Connection, prefix: str) -> None:
        self._calls, self._reads = calls, reads
        self._key = f"{prefix}talk"
        self._last = "$"

    async def say(self, entries: Sequence[bytes]) -> None:
        """Append entries in order, in one round trip. Raises StoreUnavailable; then nothing is known about any of them.

        They are on their way, before any later call on the connection, when this is first waited for.
        """
        calls = [self._calls.call("XADD", self._key, "MAXLEN", "~", KEPT, "*", "e", entry) for entry in entries]
        try:
            await asyncio.gather(*calls)
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error

    async def start(self) -> None:
        """Remember the end of the stream; `listen` begins after it."""
        newest = await self._reads.ask("XREVRANGE", self._key, "+", "-", "COUNT", 1)
        self._last = newest[0][0].decode() if newest else "0-0"

    async def listen(self) -> AsyncIterator[list[bytes]]:
        """Batches of entries as they come, for ever. Raises StoreUnavailable; call again to go on from there."""
        while True:
            reply = await self._reads.ask(
                "XREAD", "COUNT", READ_AT_ONCE, "BLOCK", BLOCK_MS, "STREAMS", self._key, self._last
            )
            if not reply:
                continue
            for _, entries in reply:
                self._last = entries[-1][0].decode()
                yield [fields[1] for _, fields in entries]
