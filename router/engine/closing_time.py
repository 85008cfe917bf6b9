"""Closing time: what is done to those who still wait when their queue closes."""

from __future__ import annotations

import asyncio

import structlog

from router.core import closing
from router.core.closing import Closed
from router.core.events import QUEUE_CLOSED
from router.core.outcomes import Outcome
from router.engine import conversations, intake
from router.engine.centre import Centre
from router.engine.patience import alone, patiently
from router.store.postgres import conversations as stored
from router.store.postgres import work_items

log = structlog.get_logger()

LOOKED_AT_EVERY_S = 2.0
PAGE = 200


async def run(centre: Centre) -> None:
    """See to those who wait at closing time, for ever; any number of nodes may."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        await take_out(centre)

    await patiently("closing time", once)


async def take_out(centre: Centre) -> int:
    """Do to those who wait in closed queues what is done to those who come, where the policy says so; how many."""
    taken = 0
    for name, queue in centre.policy.queues.items():
        shut = closing.closed(centre.policy, name, centre.now(), centre.switches)
        if shut is None or queue.when_closed.waiting == "keep" or queue.when_closed.action == "wait":
            continue
        _, waiting = await centre.store.waiting(name, limit=PAGE)
        rows = await work_items.by_ids(centre.database, list(waiting))
        for row in rows.values():
            with alone("closing time", work_item_id=row.id):
                taken += await _take_out(centre, row, shut)
    if taken:
        log.info("queues closed", taken_out=taken)
    return taken


async def _take_out(centre: Centre, row: work_items.WorkItem, shut: Closed) -> bool:
    conversation = await stored.by_id(centre.database, row.conversation_id) if row.conversation_id else None
    now = await centre.store.item(row.id)
    if conversation is None or conversation.state == "closed" or now is None or now.state != "waiting":
        return False
    if conversation.channel == "case":  # nobody waits there: it stays in line until somebody is in
        return False
    step = await centre.store.cancel(row.id, reason=QUEUE_CLOSED, unheld=True)
    await centre.journal(step.events)
    if step.outcome is Outcome.WRONG_STATE:  # an agent took it at the last moment
        return False
    if shut.rule.action == "announce":
        await conversations.close(centre, conversation.id, by="system", author="system", author_id="", name="")
    else:
        await intake.ensure_item(centre, conversation, conversation.subject, enqueued_at=row.enqueued_at)
    return True
