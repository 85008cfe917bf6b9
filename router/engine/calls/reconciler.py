"""What keeps calls true when nothing is heard: timers, routing looked at, and the provider asked how things are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from router.core.call.facts import TimePassed
from router.core.call.state import State
from router.core.outbound import NotSent
from router.core.words import Ms
from router.engine.calls import handing
from router.engine.calls.hearing import hear, look
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import alone, patiently
from router.store.errors import StoreUnavailable
from router.store.postgres import calls

log = structlog.get_logger()

TIMERS_EVERY_S = 0.25
ASK_EVERY_S = 1.0
ASKED_AT_ONCE = 8
"""Each takes about four requests: one call after the other, one slow answer would keep all others waiting."""
LOOKED_EVERY_S = 5.0
PAGE = 100
DAY_MS = 86_400_000
KEPT_MS = 8 * DAY_MS
"""How long what was heard is remembered, so that a repeat is known."""
FORGET_EVERY_S = 3_600.0
PATIENCE_MS: Mapping[State, Ms] = {
    "menu": 30_000,
    "bot": 30_000,
    "queued": 40_000,
    "callback": 20_000,
    "voicemail": 60_000,
    "dialing": 8_000,
    "connecting": 8_000,
    "reconnecting": 8_000,
    "talking": 15_000,
    "held": 15_000,
    "consulting": 4_000,
}
"""After how long without a word the provider is asked."""
AGAIN_MS: Ms = 4_000
"""And asked again when it did not say, or the node that asked is gone: not the whole patience later."""


async def run_timers(centre: Centre) -> None:
    """Do what is due, for ever; any number of nodes may."""

    async def once() -> None:
        await asyncio.sleep(TIMERS_EVERY_S)
        for call_id in await calls.due(centre.database, centre.switchboard.lines, now=centre.now(), limit=PAGE):
            with alone("call timers", call_id=call_id):
                await hear(centre, call_id, TimePassed())

    await patiently("call timers", once)


async def run_looking(centre: Centre) -> None:
    """Let calls follow the items this node moved, at once; others are looked at when their callers or we ask again."""
    board = centre.switchboard

    async def once() -> None:
        await woken(board.looking, LOOKED_EVERY_S)
        while board.to_look:
            call_id = next(iter(board.to_look))
            del board.to_look[call_id]
            try:
                with alone("calls and routing", call_id=call_id):
                    await look(centre, call_id)
            except StoreUnavailable:
                board.look(call_id)
                raise

    await patiently("calls and routing", once)


async def run_asking(centre: Centre) -> None:
    """Ask the provider about calls that fell silent, for ever; and forget what was heard long ago."""
    forget_at = 0.0

    async def once() -> None:
        nonlocal forget_at
        await asyncio.sleep(ASK_EVERY_S)
        await ask(centre)
        if asyncio.get_running_loop().time() >= forget_at:
            forget_at = asyncio.get_running_loop().time() + FORGET_EVERY_S
            await calls.forget_facts(centre.database, before=centre.now() - KEPT_MS)

    await patiently("calls and provider", once)


async def ask(centre: Centre, *, patience_ms: Mapping[State, Ms] = PATIENCE_MS) -> int:
    """One pass; how many calls were not as they were thought to be."""
    lines, room = centre.switchboard.lines, asyncio.Semaphore(ASKED_AT_ONCE)
    silent = await calls.unheard(centre.database, lines, now=centre.now(), patience_ms=patience_ms, limit=PAGE)

    async def one(call_id: str, since: Ms) -> bool:
        async with room:
            if await calls.claim_silent(centre.database, call_id, since=since, for_ms=AGAIN_MS):
                with alone("calls and provider", call_id=call_id):
                    return await _ask_about(centre, call_id)
        return False

    return sum(await asyncio.gather(*(one(call_id, since) for call_id, since in silent.items())))


async def _ask_about(centre: Centre, call_id: str) -> bool:
    call = await look(centre, call_id)
    if call is not None:
        await handing.finish(centre, call)
    if call is None or call.over:
        return False
    try:
        found = await centre.switchboard.telephone.look(call)
    except NotSent as error:
        log.info("provider not asked about a call", call_id=call_id, code=error.code)
        return False
    after = await hear(centre, call_id, *found) if found else call
    await calls.touch(centre.database, call_id, at=centre.now())
    if after is None or after.version == call.version:
        return False
    log.warning("call repaired", call_id=call_id, was=call.state, now=after.state)
    return True
