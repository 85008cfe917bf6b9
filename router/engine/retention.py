"""What is kept of customers is forgotten when its time is over, kind by kind, by whichever node's turn it is.

Each kind has its own period in the policy ([retention]). What is forgotten loses its words as that of an erased
customer does; how many there were is written into the audit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from router.core.retention import KINDS, Kind
from router.core.words import AgentId, Ms
from router.engine import audited
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.store.postgres import erasures, traces
from router.store.postgres import retention as stored

log = structlog.get_logger()

LOOKED_EVERY_S = 2.0
EVERY_MS: dict[Kind, Ms] = {"requests": 10_000}
"""How often a kind has its turn in the whole centre; the others each hour."""
HOUR_MS: Ms = 3_600_000
UNSAID = frozenset({"requests"})
"""Kinds that tell of nobody's doing: the audit would be full of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """days: 0: for ever. before: what is older goes; None: nothing does. count: how many went, or are to go."""

    kind: Kind
    days: int
    before: Ms | None
    count: int


async def run(centre: Centre) -> None:
    """Forget what is due, for ever."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        for kind in KINDS:
            every_ms = EVERY_MS.get(kind, HOUR_MS)
            if centre.policy.retention.days.get(kind, 0) and await stored.take_turn(
                centre.database, kind, now=centre.now(), every_ms=every_ms
            ):
                await forget(centre, kind)

    await patiently("retention", once)


async def all_turns(centre: Centre, *, dry: bool) -> list[Turn]:
    """Every kind now, whosever turn it is; dry: only how much there is to forget."""
    found = []
    for kind in KINDS:
        before = centre.policy.retention.before(kind, centre.now())
        if before is None:
            count = 0
        elif dry:
            count = await stored.count_due(centre.database, kind, before=before)
        else:
            count = await forget(centre, kind)
        found.append(Turn(kind=kind, days=centre.policy.retention.days.get(kind, 0), before=before, count=count))
    return found


async def forget(centre: Centre, kind: Kind) -> int:
    """All of a kind that is older than the policy keeps it; how many. Done again, it finds nothing."""
    before = centre.policy.retention.before(kind, centre.now())
    if before is None:
        return 0
    if kind in ("mails", "bot", "audit", "requests"):
        count = await stored.forget_rows(centre.database, kind, before=before)
    else:
        count = 0
        async for ids in stored.due(centre.database, kind, before=before):
            for part in stored.paged(ids):
                await _forget(centre, kind, part)
            count += len(ids)
    if count:
        log.info("forgotten", kind=kind, count=count)
        if kind not in UNSAID:
            await audited.note(centre, AgentId(""), "retention.forget", kind, count=count, before=before)
    return count


async def _forget(centre: Centre, kind: Kind, ids: list[str]) -> None:
    match kind:
        case "conversations":
            await traces.take_out_of_conversations(centre.database, ids, at=centre.now())
        case "cases":
            await stored.cases(centre.database, ids, at=centre.now())
        case "calls":
            await traces.take_out_of_calls(centre.database, ids, at=centre.now())
        case "customers":
            await erasures.ask(centre.database, await stored.one_with(centre.database, ids), by="", at=centre.now())
