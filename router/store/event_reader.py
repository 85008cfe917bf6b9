"""Reads a shard's event stream, in order and without gaps, on a connection of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

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
        entries = reply[0][1] if reply else []
        batch = [written for entry in entries for written in _events(*entry) if written.seq > self.seq]
        if batch:
            if batch[0].seq != self.seq + 1 and not isinstance(batch[0].event, StoreRebuilt):
                raise EventsLost(f"events {self.seq + 1} to {batch[0].seq - 1} are no longer in the stream")
            self.seq = batch[-1].seq
        return batch


def _events(entry: bytes, fields: list[bytes]) -> Iterator[Written]:
    """The events of one step: an entry is named by the last one's number and has each as a field."""
    packed = fields[1::2]
    last = int(entry.partition(b"-")[0])
    return (Written(seq, event) for seq, event in enumerate(packed, last - len(packed) + 1))
