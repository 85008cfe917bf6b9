"""Rebuild: live state made anew from PostgreSQL, for a store that was wiped or is older than the journal.

PostgreSQL has every acknowledged step, so whatever was answered to anybody is there. Items keep their score, so the
order of the lines is as it was; what was ringing waits again; agents who were signed in are in grace and come back
with the next heartbeat of their devices.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

import structlog

from router.core.compiler import settings_of
from router.core.words import AgentId
from router.engine import intake, lanes, presence
from router.engine.centre import Centre
from router.store.errors import StoreUnavailable
from router.store.postgres import journal, work_items
from router.store.postgres.change import place_in_plan
from router.store.restored import RestoredAgent, RestoredItem
from router.store.routing import StoreEmpty

log = structlog.get_logger()

PAGE = 500
SIGNED_IN_WITHIN_MS = 24 * 3_600_000
SPARE_NUMBERS = 100_000
"""Left out after the last known number, as nodes may have seen events that neither store nor journal has any more."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What is in the store now."""

    epoch: str
    agents: int
    items: int


async def ensure(centre: Centre) -> Rebuilt | None:
    """Make sure that the store carries out transitions and is not older than the journal.

    After a restart it goes on with what it has, if nothing is missing; else it is rebuilt, by one node. None: it was
    not rebuilt here.
    """
    if await _goes_on(centre):
        return None
    async with journal.keeper(centre.database) as mine:
        if not mine:
            raise StoreUnavailable("another node is rebuilding the store")
        if await _goes_on(centre):
            return None
        return await rebuild(centre, await _why_not(centre))


async def _goes_on(centre: Centre) -> bool:
    """Let the store go on with what it has, unless it is empty, of another epoch or older than the journal."""
    last = await journal.epoch(centre.database)
    if last is None:
        return False
    at_least = await journal.max_seq(centre.database)  # before the store: its own number only grows meanwhile
    try:
        step = await centre.store.reopen(last.epoch, at_least_seq=at_least, spare=SPARE_NUMBERS)
    except StoreEmpty:
        return False
    await centre.journal(step.events)
    if step.events:
        log.warning("the store was restarted and goes on", seq=step.events[-1].seq, journal_seq=at_least)
    return True


async def _why_not(centre: Centre) -> str:
    last, standing = await journal.epoch(centre.database), await centre.store.standing()
    if standing.state != "open":
        return "the store has no live state"
    if last is None or last.epoch != standing.epoch:
        return "the store is of another epoch than the journal"
    return "the store is older than the journal"


async def rebuild(centre: Centre, reason: str) -> Rebuilt:
    """Make all live state anew. The caller is the journal's keeper."""
    epoch, settings = f"epoch-{secrets.token_hex(8)}", settings_of(centre.policy)
    seq = await journal.max_seq(centre.database)
    first = seq + SPARE_NUMBERS if seq else 0
    log.warning("rebuilding the store", reason=reason, journal_seq=seq)
    await centre.store.begin_rebuild(epoch, first, settings)
    begun = journal.Epoch(epoch=epoch, started_seq=first, at=centre.now())
    await journal.begin_epoch(
        centre.database, begun
    )  # before anything is read: what is not journaled now never will be
    agents = await _agents(centre)
    await centre.store.restore(epoch, agents=agents)
    items = await _items(centre, epoch)
    step = await centre.store.end_rebuild(epoch)
    await centre.journal(step.events)
    log.warning("store rebuilt", epoch=epoch, agents=len(agents), items=items)
    return Rebuilt(epoch=epoch, agents=len(agents), items=items)


async def _agents(centre: Centre) -> list[RestoredAgent]:
    """Everybody; signed in are those whose last presence in the journal says so."""
    since = centre.now() - SIGNED_IN_WITHIN_MS
    last = await journal.last_presences(centre.database, since)
    restored = []
    for colleague in centre.staff:
        known = last.get(colleague.agent_id)
        signed_in = known is not None and known.reachability != "gone"
        restored.append(
            RestoredAgent(
                supply=presence.supply_of(centre, colleague),
                status=_status(centre, known.status if known is not None and signed_in else ""),
                idle_since=centre.now(),
                signed_in=signed_in,
                next_status=known.next_status if known is not None and signed_in else "",
            )
        )
    return restored


def _status(centre: Centre, status: str) -> str:
    return status if status in centre.policy.statuses else "offline"


async def _items(centre: Centre, epoch: str) -> int:
    count = 0
    page: list[work_items.WorkItem] = []
    while page := await work_items.open_items(
        centre.database, after=(page[-1].enqueued_at, page[-1].id) if page else None, limit=PAGE
    ):
        await centre.store.restore(epoch, items=[await _item(centre, row) for row in page])
        count += len(page)
    return count


async def _item(centre: Centre, row: work_items.WorkItem) -> RestoredItem:
    demand = await lanes.now_of(centre, row)
    arrival = await intake.arrival_of(centre, row)
    credit_ms = intake.credit_ms(centre, arrival) if arrival is not None else 0
    state: Literal["waiting", "assigned", "paused", "wrap_up"] = (
        row.state if row.state in ("assigned", "paused", "wrap_up") else "waiting"
    )
    return RestoredItem(
        item=row.id,
        demand=demand,
        state=state,
        score=row.score if row.score is not None else row.enqueued_at - credit_ms,
        enqueued_at=row.enqueued_at,
        step=place_in_plan(row.lane)[1],
        attempt=row.attempt,
        taken=int(row.offer_id.rpartition(":")[2]) if row.offer_id is not None else row.attempt,
        agent=AgentId(row.agent_id) if state != "waiting" and row.agent_id else None,
        until=row.wrap_up_until or 0,
        brief=intake.brief_of(arrival) if arrival is not None else b"",
    )
