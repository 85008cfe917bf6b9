"""The journal's gaps: events whose node died between the store's step and the journal's commit.

Every node sees every event in the stream. A little later it asks which of them the journal has, and writes the rest:
many nodes may do it at once, as journaling an event twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque

import structlog

from router.engine.centre import Centre
from router.store.event_reader import EventReader
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
        """Take out what is old enough to be in the journal, in order."""
        before = asyncio.get_running_loop().time() - SETTLED_S
        taken: list[Written] = []
        while self._events and self._events[0][0] < before and len(taken) < AT_ONCE:
            taken.append(self._events.popleft()[1])
        return taken


async def confirm(centre: Centre, batch: list[Written]) -> int:
    """Write those of the batch that the journal does not have; how many there were."""
    if not batch:
        return 0
    present = await journal.present(centre.database, batch[0].seq, batch[-1].seq)
    missing = [written for written in batch if written.seq not in present]
    await centre.journal(missing)
    if missing:
        log.warning("journal gap closed", events=len(missing), first_seq=missing[0].seq)
    return len(missing)


async def confirm_before_start(centre: Centre, reader: EventReader) -> None:
    """Close what an earlier crash of all nodes left. reader: from `first_unsure`; it ends at the store's last event."""
    last = await centre.store.seq()
    while reader.seq < last:
        async for batch in reader:
            await confirm(centre, batch)
            break


async def first_unsure(centre: Centre) -> int:
    return max(0, await journal.max_seq(centre.database) - BEFORE_START)
