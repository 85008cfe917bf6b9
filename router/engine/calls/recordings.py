"""Recordings leave the provider: fetched, kept here, deleted there; heard by who may; forgotten in time.

Crash between fetching and deleting: the row says `deleting`, any node goes on.
"""

from __future__ import annotations

import asyncio

import structlog

from router.core.call.state import Call
from router.core.outbound import Refused
from router.core.words import AgentId, Ms
from router.engine.audited import note
from router.engine.calls.shown import supervises
from router.engine.centre import Centre
from router.engine.patience import attempt, backoff_ms, patiently
from router.protocol.errors import Forbidden, NotFound
from router.store.postgres import calls
from router.store.postgres import recordings as stored
from router.store.postgres.recordings import Kept, ToKeep

log = structlog.get_logger()

LOOKED_EVERY_S = 1.0
AT_ONCE = 4
"""Each is up to 25 MB in memory."""
FETCH_S = 60.0
"""Below the time of a claim."""
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 2_000, 3_600_000
TRIES = 60
"""Over about two days: providers keep them until they are told otherwise."""
FORGET_EVERY_S = 3_600.0
DAY_MS: Ms = 86_400_000


async def run(centre: Centre) -> None:
    """Fetch and delete what is to be, for ever; any number of nodes may."""
    forget_at = 0.0

    async def once() -> None:
        nonlocal forget_at
        if not await keep(centre):
            await asyncio.sleep(LOOKED_EVERY_S)
        if asyncio.get_running_loop().time() >= forget_at:
            forget_at = asyncio.get_running_loop().time() + FORGET_EVERY_S
            await forget(centre)

    await patiently("recordings", once)


async def keep(centre: Centre) -> int:
    """One pass; how many were worked on."""
    found = await stored.claim(centre.database, now=centre.now(), limit=AT_ONCE)
    await asyncio.gather(*(_keep(centre, each) for each in found))
    return len(found)


async def _keep(centre: Centre, each: ToKeep) -> None:
    failed = await attempt("recordings", _bring(centre, each), account=each.account, sid=each.sid)
    if failed is None:
        return
    again_at = None  # what is refused may be there in a while: recordings are told of before they can be had
    if each.attempts < TRIES:
        wait_ms = backoff_ms(each.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS, trouble=failed)
        again_at = centre.now() + wait_ms
    else:
        log.error("recording given up", account=each.account, sid=each.sid, reason=str(failed))
    await stored.not_yet(centre.database, each.sid, reason=str(failed), again_at=again_at)


async def _bring(centre: Centre, each: ToKeep) -> None:
    """From the provider to us, and away there. Raises NotSent, TimeoutError."""
    telephone = centre.switchboard.telephone
    if each.account not in centre.switchboard.lines:
        raise Refused("unknown_account", "its account is not here any more")
    async with asyncio.timeout(FETCH_S):
        if each.state == "fetching":
            content, media_type = await telephone.recording(each.account, each.sid)
            await stored.fetched(centre.database, each.sid, content, media_type, now=centre.now())
        await telephone.forget_recording(each.account, each.sid)
        await stored.deleted(centre.database, each.sid)


async def forget(centre: Centre) -> None:
    """What is older than its line keeps it."""
    for line in centre.switchboard.lines.values():
        if line.recordings_kept_days:
            before = centre.now() - line.recordings_kept_days * DAY_MS
            if count := await stored.forget(centre.database, line.account, before=before):
                log.info("recordings forgotten", account=line.account, count=count)


# ---------------------------------------------------------------- hearing them


def may_hear(centre: Centre, person: AgentId, call: Call) -> bool:
    """Recordings are for supervisors and for who talked."""
    return supervises(centre, person) or person in call.spoke


async def find(centre: Centre, person: AgentId, call_id: str, number: int) -> Kept:
    """The recording of a call with this number, from 1. Raises NotFound unknown_call, Forbidden not_yours."""
    call = await calls.by_id(centre.database, call_id)
    if call is None:
        raise NotFound("unknown_call")
    if not may_hear(centre, person, call):
        raise Forbidden("not_yours")
    kept = (await stored.of_calls(centre.database, [call_id])).get(call_id, [])
    if not 1 <= number <= len(kept):
        raise NotFound("unknown_call")
    return kept[number - 1]


async def part(centre: Centre, person: AgentId, call_id: str, kept: Kept, first: int, count: int) -> bytes:
    """So many bytes of one that was found, from `first` on. Who hears it from its beginning is written down."""
    if first == 0:
        await note(centre, person, "call.recording", call_id, recording=kept.sid)
    return await stored.part(centre.database, kept.sid, first, count)
