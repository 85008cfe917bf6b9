"""The store's streams have customers' names and words in them, too: they are kept there no longer than nodes need them.

Talk is read within moments; a node that was away longer has its clients fetch what they missed. Routing events are kept
longer, and only what the journal has goes: so no crash loses any.
"""

from __future__ import annotations

import asyncio

from router.core.words import Ms
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.store.postgres import journal
from router.store.postgres.database import Database
from router.store.routing import RoutingStore

LOOKED_EVERY_S = 60.0
TALK_KEPT_MS: Ms = 600_000
EVENTS_KEPT_MS: Ms = 3_600_000
AT_ONCE = 5_000


async def run(centre: Centre) -> None:
    """Forget what is old, for ever; any number of nodes may."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        await centre.talk.forget(before=centre.now() - TALK_KEPT_MS)
        await forget_events(centre.store, centre.database, before=centre.now() - EVENTS_KEPT_MS)

    await patiently("streams", once)


async def forget_events(store: RoutingStore, database: Database, *, before: Ms) -> None:
    """Take routing events out of their stream that are older, as far as the journal has all of them."""
    first, oldest = -1, await store.oldest_event()
    while oldest is not None and oldest != first:
        last = await journal.settled(database, oldest, before=before, most=AT_ONCE)
        if last is None:
            return
        await store.forget_events(before=last)
        first, oldest = oldest, await store.oldest_event()
