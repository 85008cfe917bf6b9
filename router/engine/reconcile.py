"""The reconciler: mends what a crash between two lines can leave, by comparing what is durable with what is live.

    durable item, not in the store        → into line, its age kept (crash between commit and enqueue)
    closed conversation, item waiting      → the item is cancelled (crash between close and cancel)
    closed conversation, item assigned     → its agent wraps up
Items younger than a few seconds are left alone: their own start is still at it.
"""

from __future__ import annotations

import asyncio

import structlog

from router.engine import intake
from router.engine.centre import Centre
from router.protocol.errors import UsherError
from router.store.postgres import conversations as stored
from router.store.postgres import work_items

log = structlog.get_logger()

EVERY_S = 5.0
SETTLED_MS = 5_000
PAGE = 500


async def run(centre: Centre) -> None:
    """Reconcile for ever; an unavailable store is tried again at the next turn."""
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            mended = await once(centre)
        except UsherError as error:
            log.info("reconciling later", code=error.code)
        else:
            if mended:
                log.warning("reconciled", work_items=mended)


async def once(centre: Centre) -> int:
    """One pass over the open items; how many had to be mended."""
    mended = 0
    page: list[work_items.WorkItem] = []
    while page := await work_items.open_items(
        centre.database, after=(page[-1].enqueued_at, page[-1].id) if page else None, limit=PAGE
    ):
        settled = [row for row in page if row.enqueued_at < centre.now() - SETTLED_MS]
        mended += await _page(centre, settled)
    return mended


async def _page(centre: Centre, rows: list[work_items.WorkItem]) -> int:
    live = await centre.store.positions([row.id for row in rows]) if rows else {}
    conversations = await stored.by_ids(
        centre.database, [row.conversation_id for row in rows if row.conversation_id is not None]
    )
    mended = 0
    for row in rows:
        conversation = conversations.get(row.conversation_id) if row.conversation_id is not None else None
        closed = conversation is not None and conversation.state == "closed"
        where = live.get(row.id)
        if where is None and not closed:
            fresh = await work_items.by_id(centre.database, row.id)
            arrival = await intake.arrival_of(centre, fresh) if fresh and fresh.state != "closed" else None
            if arrival is not None:
                await intake.enqueue(centre, arrival)
                mended += 1
        elif closed and (where is None or where.state != "wrap_up"):
            await intake.end_item(centre, row.id)
            mended += 1
    return mended
