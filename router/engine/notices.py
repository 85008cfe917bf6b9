"""Other programs are told what becomes of deadlines: by signed webhooks, tried again, parked if refused."""

from __future__ import annotations

import asyncio
import json

import structlog

from router.core.cases.matter import Turn
from router.core.outbound import Refused, TryAgain
from router.engine.centre import Centre
from router.engine.patience import attempt, backoff_ms, patiently
from router.store.postgres import notices as stored

log = structlog.get_logger()

LOOKED_EVERY_S = 1.0
AT_ONCE = 16
TRIES = 12
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 2_000, 3_600_000


def of_turn(turn: Turn) -> list[stored.Notice]:
    """What a case's deadlines want told; nothing in it names or quotes anybody."""
    matter = turn.matter
    return [
        stored.Notice(
            key=f"case:{matter.id}:{why.milestone.kind}:{why.milestone.number}:{why.word}:{action.receiver}",
            receiver=action.receiver,
            body=json.dumps(
                {
                    "type": f"case.milestone.{why.word}",
                    "timestamp": why.at,
                    "data": {
                        "case_id": matter.id,
                        "number": matter.number,
                        "milestone": why.milestone.kind,
                        "due_at": why.milestone.due_at,
                        "plan": matter.plan,
                        "case_type": matter.case_type,
                        "priority": matter.priority,
                        "status": matter.status,
                        "queue": matter.queue,
                        "owner_id": matter.owner_id,
                        "customer_id": matter.customer_id,
                    },
                }
            ),
        )
        for why, action in turn.outward
        if action.do == "webhook"
    ]


async def run(centre: Centre) -> None:
    """Send what waits, here or elsewhere, for ever."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        while due := await stored.claim(centre.database, now=centre.now(), limit=AT_ONCE):
            await asyncio.gather(*(_send(centre, each) for each in due))

    await patiently("notices", once)


async def _send(centre: Centre, due: stored.Due) -> None:
    notice = due.notice
    failed = await attempt("notices", _tell(centre, notice), receiver=notice.receiver, key=notice.key)
    if failed is None:
        await stored.sent(centre.database, notice.key)
        return
    again_at = None
    if isinstance(failed, TryAgain) and due.attempts < TRIES:
        wait_ms = backoff_ms(due.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS, trouble=failed)
        again_at = centre.now() + wait_ms
    await stored.not_sent(centre.database, notice.key, reason=str(failed), again_at=again_at)
    if again_at is None:
        log.error("notice given up", receiver=notice.receiver, key=notice.key, reason=failed.code)


async def _tell(centre: Centre, notice: stored.Notice) -> None:
    receiver = centre.receivers.by_key.get(notice.receiver)
    if receiver is None:
        raise Refused("unknown_receiver", "there is no such receiver any more")
    await centre.receivers.teller.tell(receiver, notice.key, notice.body.encode(), at=centre.now())
