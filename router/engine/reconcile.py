"""The reconciler: mends what a crash between two lines can leave, by comparing what is durable with what is live.

    durable item, not in the store                → into line, its age kept (crash between commit and enqueue)
    closed conversation, item waiting              → the item is cancelled (crash between close and cancel)
    closed conversation, item assigned             → its agent wraps up
    closed conversation, item not in the store     → the item is closed where it is
    open conversation, its customer was lost       → the conversation is closed (crash between cancel and close)
    paused item, a newer message of its customer   → it is resumed
    open conversation, no open item                → an item is made for it; a case's own is closed
What is younger than a few seconds is left alone: its own start is still at it.

A turn costs the same however long the line is: it looks at the newest items, at those of closed conversations, and at a
page of all, beginning where the turn before it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from router.core.words import Ms, WorkItemId
from router.engine import arrivals, conversations, in_line, intake, lost
from router.engine.centre import Centre
from router.engine.patience import alone, patiently
from router.store.postgres import conversations as stored
from router.store.postgres import soundness, work_items
from router.store.snapshot import Position

log = structlog.get_logger()

EVERY_S = 5.0
SETTLED_MS = 5_000
PAGE = 500
Place = tuple[Ms, WorkItemId]
"""Behind which item a page begins: when it was put in line, and its id."""


async def run(centre: Centre) -> None:
    """Reconcile for ever; an unavailable store is tried again at the next turn."""
    behind: Place | None = None

    async def once() -> None:
        nonlocal behind
        await asyncio.sleep(EVERY_S)
        mended, behind = await turn(centre, behind)
        if mended:
            log.warning("reconciled", mended=mended)

    await patiently("reconciler", once)


async def mend(centre: Centre) -> int:
    """One pass over all open items and conversations; how many had to be mended."""
    mended, page = 0, await work_items.open_items(centre.database, limit=PAGE)
    while page:
        mended += await _look_at(centre, page)
        page = await work_items.open_items(centre.database, after=_behind(page), limit=PAGE)
    return mended + await _written_to(centre) + await _alone(centre)


async def turn(centre: Centre, behind: Place | None) -> tuple[int, Place | None]:
    """How many had to be mended, and where the next turn goes on; None: from the beginning."""
    page = await work_items.open_items(centre.database, after=behind, limit=PAGE)
    goes_on = len(page) == PAGE
    rows = {row.id: row for row in page}
    if goes_on or behind is not None:  # else these are all there are
        rows |= {row.id: row for row in await work_items.newest_open_items(centre.database, limit=PAGE)}
        rows |= await work_items.by_ids(centre.database, await soundness.closed_with_item(centre.database))
    mended = await _look_at(centre, rows.values())
    mended += await _written_to(centre) + await _alone(centre)
    return mended, _behind(page) if goes_on else None


def _behind(page: Sequence[work_items.WorkItem]) -> Place:
    return page[-1].enqueued_at, page[-1].id


async def _look_at(centre: Centre, found: Iterable[work_items.WorkItem]) -> int:
    rows = [row for row in found if row.enqueued_at < centre.now() - SETTLED_MS]
    live = await centre.store.positions([row.id for row in rows]) if rows else {}
    conversations = await stored.by_ids(
        centre.database, [row.conversation_id for row in rows if row.conversation_id is not None]
    )
    mended = 0
    for row in rows:
        conversation = conversations.get(row.conversation_id) if row.conversation_id is not None else None
        closed = conversation is not None and conversation.state == "closed"
        with alone("reconciler", work_item_id=row.id):
            mended += await (_over if closed else _wanted)(centre, row, live.get(row.id))
    return mended


async def _wanted(centre: Centre, row: work_items.WorkItem, where: Position | None) -> bool:
    """An item somebody is to work on: it must be live."""
    if where is not None:
        return False
    fresh = await work_items.by_id(centre.database, row.id)
    arrival = await arrivals.of(centre, fresh) if fresh and fresh.state != "closed" else None
    if arrival is not None:
        await in_line.enqueue(centre, arrival)
    return arrival is not None


async def _over(centre: Centre, row: work_items.WorkItem, where: Position | None) -> bool:
    """An item whose conversation is closed: at most it is wrapped up."""
    if where is None:
        return await soundness.close_unseen(centre.database, row.id, last_seq=row.last_seq, at=centre.now())
    if where.state == "wrap_up":
        return False
    await in_line.end(centre, row.id)
    return True


async def _written_to(centre: Centre) -> int:
    """Paused items whose customers wrote, seen by nobody at that moment."""
    ids = await soundness.paused_with_message(centre.database)
    for item in ids:
        with alone("reconciler", work_item_id=item):
            await in_line.customer_wrote(centre, item)
    return len(ids)


async def _alone(centre: Centre) -> int:
    """Open conversations that nobody is to work on."""
    ids = await soundness.open_without_item(centre.database, before=centre.now() - SETTLED_MS)
    for row in (await stored.by_ids(centre.database, ids)).values():
        with alone("reconciler", conversation_id=row.id):
            await _seen_to(centre, row)
    return len(ids)


async def _seen_to(centre: Centre, row: stored.Conversation) -> None:
    if row.channel == "case":  # the case itself knows whether it is to be in line
        await conversations.close(centre, row.id, by="system", author="system", author_id="", name="")
    elif await lost.was_given_up(centre, row):
        await conversations.end_lost(centre, row)
    else:
        await intake.ensure_item(centre, row, row.subject)
