"""Closed queues, carried out: where an item goes, what is held until the opening, who is taken out of line at closing.

What is held is an open conversation without a work item and with `held_until` among its attributes; when that is over,
the reconciler makes the item, whose waiting begins then.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import structlog

from router.core import closing
from router.core.closing import Closed
from router.core.events import QUEUE_CLOSED
from router.core.rules import Routed
from router.core.words import ConversationId
from router.engine import intake, lanes
from router.engine.centre import Centre
from router.engine.text import one_line
from router.protocol.errors import BadRequest, Conflict, UsherError
from router.store.postgres import conversations as stored
from router.store.postgres import messages, work_items

log = structlog.get_logger()

LOOKED_AT_EVERY_S = 5.0
PAGE = 200
PHONE_CHARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """routed: to the queue that takes it now. shut: how that one is closed; None: it is open."""

    routed: Routed
    shut: Closed | None

    @property
    def holds(self) -> bool:
        return self.shut is not None and self.shut.holds


def decide(centre: Centre, routed: Routed) -> Decided:
    name, shut = closing.place(centre.policy, routed.demand.queue, centre.now())
    if name != routed.demand.queue:
        routed = replace(routed, demand=lanes.in_queue(centre.policy, routed.demand, name))
    return Decided(routed=routed, shut=shut)


def phone_asked(decided: Decided, phone: str) -> str:
    """The telephone number to call back. Raises BadRequest when it is needed, Conflict when nothing is taken now."""
    if decided.shut is None:
        return ""
    if decided.shut.rule.action == "announce":
        raise Conflict("queue_closed", opens_at=decided.shut.opens_at or 0)
    number = one_line(phone, PHONE_CHARS, field="phone")
    if decided.shut.rule.action != "callback":
        return ""
    if not number:
        raise BadRequest("bad_value", "This is needed to call back.", field="phone")
    return number


async def note_phone(centre: Centre, conversation_id: ConversationId, phone: str) -> None:
    """For whoever takes it up; said once."""
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="note",
        author="system",
        author_id="",
        author_name="",
        text=f"☎ {phone}",
        client_id="callback",
        at=centre.now(),
    )
    await messages.append(centre.writer, draft)


async def run(centre: Centre) -> None:
    """See to those who wait at closing time, for ever; any number of nodes may."""
    while True:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        try:
            await take_out(centre)
        except UsherError as error:
            log.info("seeing to closed queues later", code=error.code)
        except Exception:
            log.exception("task failed", task="closed queues")


async def take_out(centre: Centre) -> int:
    """Do to those who wait in closed queues what is done to those who come, where the policy says so; how many."""
    taken = 0
    for name, queue in centre.policy.queues.items():
        shut = closing.closed(centre.policy, name, centre.now())
        if shut is None or queue.when_closed.waiting == "keep" or queue.when_closed.action == "wait":
            continue
        _, waiting = await centre.store.waiting(name, limit=PAGE)
        rows = await work_items.by_ids(centre.database, list(waiting))
        for row in rows.values():
            taken += await _take_out(centre, row, shut)
    if taken:
        log.info("queues closed", taken_out=taken)
    return taken


async def _take_out(centre: Centre, row: work_items.WorkItem, shut: Closed) -> bool:
    conversation = await stored.by_id(centre.database, row.conversation_id) if row.conversation_id else None
    now = await centre.store.item(row.id)
    if conversation is None or conversation.state == "closed" or now is None or now.state != "waiting":
        return False
    step = await centre.store.cancel(row.id, reason=QUEUE_CLOSED)
    await centre.journal(step.events)
    if shut.rule.action == "announce":
        from router.engine import conversations  # it imports the intake, which imports this

        await conversations.close(centre, conversation.id, by="system", author="system", author_id="", name="")
    else:
        await intake.ensure_item(centre, conversation, conversation.subject, enqueued_at=row.enqueued_at)
    return True
