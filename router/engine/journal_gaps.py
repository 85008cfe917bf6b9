"""The journal's gaps: events whose node died between the store's step and the journal's commit.

Every node sees every event in the stream. A little later it asks which of them the journal has, and writes the rest:
many nodes may do it at once, as journaling an event twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from itertools import islice, takewhile

import structlog

from router.engine.centre import Centre
from router.store.event_reader import EventReader, EventsLost
from router.store.postgres import journal
from router.store.step import Written

log = structlog.get_logger()

SETTLED_S = 2.0
BEFORE_START = 5_000
"""How far below the journal's highest number a crash may have left gaps: more than a node has in flight."""
KEPT = 200_000
AT_ONCE = 5_000


class Unconfirmed:
    """Events lately read from the stream; when more than KEPT wait, the oldest are left to the next start."""

    def __init__(self) -> None:
        self._events: deque[tuple[float, Written]] = deque(maxlen=KEPT)

    def read(self, batch: list[Written]) -> None:
        now = asyncio.get_running_loop().time()
        self._events.extend((now, written) for written in batch)

    def settled(self) -> list[Written]:
        """What is old enough to be in the journal, in order; stays until it is `confirmed`."""
        before = asyncio.get_running_loop().time() - SETTLED_S
        return [written for _, written in takewhile(lambda event: event[0] < before, islice(self._events, AT_ONCE))]

    def confirmed(self, last: Written) -> None:
        """The journal has everything up to this event."""
        while self._events and self._events[0][1].seq <= last.seq:
            self._events.popleft()


async def confirm(centre: Centre, batch: list[Written]) -> int:
    """Write those of the batch that the journal does not have; how many there were."""
    missing = await unwritten(centre, batch)
    await centre.journal(missing)
    if missing:
        log.warning("journal gap closed", events=len(missing), first_seq=missing[0].seq)
    return len(missing)


async def unwritten(centre: Centre, batch: list[Written]) -> list[Written]:
    """Those of the batch that the journal does not have; events from before a rebuild it will never have."""
    if not batch:
        return []
    present = await journal.present(centre.database, batch[0].seq, batch[-1].seq)
    begun = await journal.epoch(centre.database)
    first = begun.started_seq if begun is not None else 0
    return [written for written in batch if written.seq > first and written.seq not in present]


async def in_stream(centre: Centre, reader: EventReader) -> AsyncIterator[list[Written]]:
    """Batches from the reader's place to what is now the store's last event, as far as the stream still has them."""
    last = await centre.store.seq()
    try:
        while reader.seq < last:
            async for batch in reader:
                yield batch
                break
    except EventsLost as lost:
        log.error("the journal may have gaps that cannot be closed", reason=lost.reason)


async def confirm_before_start(centre: Centre, reader: EventReader) -> None:
    """Close what an earlier crash of all nodes left. reader: from `first_unsure`; it ends at the store's last event."""
    async for batch in in_stream(centre, reader):
        await confirm(centre, batch)


async def first_unsure(centre: Centre) -> int:
    """The number from which on the journal may have gaps. Ask before the store goes on: that leaves numbers out."""
    oldest = await centre.store.oldest_event()  # what was taken out of the stream before is in the journal
    return max(0, await journal.max_seq(centre.database) - BEFORE_START, oldest - 1 if oldest is not None else 0)
