"""Reads a shard's event stream, in order and without gaps, on a connection of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

from redis.exceptions import ResponseError

from router.core.events import StoreRebuilt
from router.store.connection import Connection
from router.store.errors import ConnectionLost, StoreUnavailable
from router.store.step import Written

BLOCK_MS = 1_000
"""How long one read waits; well below the connection's time-out."""
BATCH = 500


class EventsLost(StoreUnavailable):
    """The stream no longer has the next event: read on from the journal, or fetch a snapshot."""


class EventReader:
    """A cursor in the stream of one shard.

    connection: must not be shared, as reads block it; it stays the caller's to close.
    """

    def __init__(self, connection: Connection, *, shard: str = "main", after_seq: int) -> None:
        self._connection = connection
        self._stream = f"{{{shard}}}:events"
        self.seq = after_seq
        """The number of the last event that was read."""

    async def __aiter__(self) -> AsyncIterator[list[Written]]:
        """Yield batches as they come, for ever; a broken connection is waited out.

        Raises EventsLost when events after `seq` were trimmed away, unless the store was rebuilt meanwhile: then
        the next batch begins with store.rebuilt.
        """
        while True:
            if batch := await self._next():
                yield batch

    async def _next(self) -> list[Written]:
        """The next events, none after a quiet BLOCK_MS."""
        try:
            reply = await self._connection.call(
                "XREAD", "COUNT", BATCH, "BLOCK", BLOCK_MS, "STREAMS", self._stream, f"{self.seq}-0"
            )
        except ConnectionLost:
            return []
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error
        batch = [Written(int(entry.partition(b"-")[0]), fields[1]) for entry, fields in reply[0][1]] if reply else []
        if batch:
            if batch[0].seq != self.seq + 1 and not isinstance(batch[0].event, StoreRebuilt):
                raise EventsLost(f"events {self.seq + 1} to {batch[0].seq - 1} are no longer in the stream")
            self.seq = batch[-1].seq
        return batch
