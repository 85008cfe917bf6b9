"""Time does something to cases: warnings, deadlines, the end of a long silence.

The store's alarm rings when a case is to be looked at, on whichever node ticks, and again until that was done; a sweep
finds what has no alarm. A case that is looked at too often is as it was: whoever finds nothing due changes nothing.
"""

from __future__ import annotations

import asyncio

import structlog

from router.core.cases.matter import rung
from router.engine.cases import alarms, changing, hearing, keeping, promising
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import alone, patiently
from router.protocol.errors import NotFound
from router.store.postgres.cases import sweeps

log = structlog.get_logger()

SWEPT_EVERY_S = 10.0
LATE_MS = 5_000
"""What is due so long has no alarm."""
AT_ONCE = 100


async def run(centre: Centre) -> None:
    """Look at the cases whose time has come, for ever."""

    now_s = asyncio.get_running_loop().time
    swept_at_s = now_s()

    async def once() -> None:
        nonlocal swept_at_s
        rang = await woken(centre.cases.something_rang, SWEPT_EVERY_S)
        if not rang or now_s() - swept_at_s >= SWEPT_EVERY_S:  # others ring all the time where many work
            swept_at_s = now_s()
            for case_id in await sweeps.due(centre.database, now=centre.now() - LATE_MS, limit=AT_ONCE):
                centre.cases.ring(case_id)
        for case_id in centre.cases.take_rang():
            with alone("case clocks", case_id=case_id):  # it rings again
                await ring(centre, case_id)

    await patiently("case clocks", once)


async def ring(centre: Centre, case_id: str) -> None:
    """Whatever is due of this case by now has its effect, once; what was said before that has had its own."""
    for conversation_id in await sweeps.unheard_of(centre.database, case_id):
        await hearing.hear(centre, case_id, conversation_id)
    try:
        turn = await keeping.decide(centre, case_id, lambda turn, world: rung(turn, world, centre.now()), anyway=True)
    except NotFound:
        await alarms.set_(centre, case_id, None)
        return
    if turn.entries:
        log.info("case rang", case_id=case_id, words=[each.word for each in turn.entries])
        await changing.follow_up(centre, turn)
    else:
        await promising.settle(centre, turn.matter)
