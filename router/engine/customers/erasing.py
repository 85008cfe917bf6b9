"""A customer's data gone for good: asked for by a supervisor, carried out by any node, surely."""

from __future__ import annotations

import asyncio

import structlog

from router.core.words import AgentId, Ms
from router.engine import audited
from router.engine.centre import Centre
from router.engine.customers import permission
from router.engine.patience import backoff_ms, patiently
from router.protocol import customers as asked
from router.protocol.errors import Conflict
from router.store.postgres import conversations, erasures

log = structlog.get_logger()

LOOKED_EVERY_S = 2.0
LOOKED_BACK_EVERY_MS: Ms = 60_000
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 5_000, 3_600_000
CALL_AGAIN_MS = 60_000


async def ask(centre: Centre, me: AgentId, command: asked.EraseCustomer) -> None:
    permission.supervising(centre, me)
    ids = await permission.theirs(centre, me, command.customer_id)
    if not command.even_open and await conversations.open_of_customers(centre.database, ids):
        raise Conflict("customer_busy")
    await audited.note(centre, me, "customer.erase", ids[0], records=len(ids))
    await erasures.ask(centre.database, ids, by=me, at=centre.now())


async def run(centre: Centre) -> None:
    """Carry out what was asked, here or elsewhere, before a crash or after."""

    looked_back_at = 0

    async def once() -> None:
        nonlocal looked_back_at
        if await erase_next(centre):
            return
        if centre.now() - looked_back_at >= LOOKED_BACK_EVERY_MS:
            looked_back_at = centre.now()
            await erasures.ask_again(centre.database, now=centre.now())
        await asyncio.sleep(LOOKED_EVERY_S)

    await patiently("erasures", once)


async def erase_next(centre: Centre) -> bool:
    """Erase the next customer whose turn it is; False: nobody's is. One who cannot be waits, and the others go on."""
    erasure = await erasures.claim(centre.database, now=centre.now())
    if erasure is None:
        return False
    try:
        async for _ in erasures.carry_out(centre.database, erasure.customer_id, now=centre.now()):
            await erasures.goes_on(centre.database, erasure.customer_id, now=centre.now())
        if await erasures.finished(centre.database, erasure.customer_id, at=centre.now()):
            log.info("customer erased", customer_id=erasure.customer_id)
        else:
            again_at = centre.now() + CALL_AGAIN_MS
            await erasures.not_yet(
                centre.database, erasure.customer_id, reason="call_under_way", again_at=again_at, failed=False
            )
    except Exception as error:  # of whatever kind: the others must not wait for it
        await _failed(centre, erasure, type(error).__name__)
    return True


async def _failed(centre: Centre, erasure: erasures.Erasure, reason: str) -> None:
    tell = log.error if erasure.attempts > erasures.STUCK else log.warning
    tell("customer not erased yet", customer_id=erasure.customer_id, reason=reason, attempts=erasure.attempts)
    again_at = centre.now() + backoff_ms(erasure.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS)
    await erasures.not_yet(centre.database, erasure.customer_id, reason=reason, again_at=again_at)
