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
from router.engine import intake, lanes
from router.engine.centre import Centre
from router.store.errors import StoreUnavailable
from router.store.postgres import journal, work_items
from router.store.restored import RestoredAgent, RestoredItem
from router.store.routing import StoreEmpty

log = structlog.get_logger()

PAGE = 500
SIGNED_IN_WITHIN_MS = 24 * 3_600_000
SPARE_NUMBERS = 100_000
"""Left out between the journal's last number and the first of a new epoch: events another node may have seen and lost."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What is in the store now."""

    epoch: str
    agents: int
    items: int


async def needed(centre: Centre) -> str | None:
    """Why the store must be rebuilt; None when it is the one the journal belongs to and not older."""
    try:
        seq = await centre.store.seq()
        snapshot = await centre.store.snapshot(limit=1)
    except StoreEmpty:
        return "the store has no live state"
    last = await journal.epoch(centre.database)
    if last is None or last.epoch != snapshot.epoch:
        return "the store is of another epoch than the journal"
    if seq < await journal.max_seq(centre.database):
        return "the store is older than the journal"
    return None


async def ensure(centre: Centre) -> Rebuilt | None:
    """Rebuild if needed and nobody else is at it; None when there was nothing to do here."""
    if await needed(centre) is None:
        return None
    async with journal.keeper(centre.database) as mine:
        if not mine:
            raise StoreUnavailable("another node is rebuilding the store")
        reason = await needed(centre)
        if reason is None:
            return None
        return await rebuild(centre, reason)


async def rebuild(centre: Centre, reason: str) -> Rebuilt:
    """Make all live state anew. The caller is the journal's keeper."""
    epoch, settings = f"epoch-{secrets.token_hex(8)}", settings_of(centre.policy)
    seq = await journal.max_seq(centre.database)
    first = seq + SPARE_NUMBERS if seq else 0
    log.warning("rebuilding the store", reason=reason, journal_seq=seq)
    await centre.store.begin_rebuild(epoch, first, settings)
    agents = await _agents(centre)
    await centre.store.restore(epoch, agents=agents)
    items = await _items(centre, epoch)
    begun = journal.Epoch(epoch=epoch, started_seq=first, at=centre.now())
    await journal.begin_epoch(centre.database, begun)
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
        presence = last.get(colleague.agent_id)
        signed_in = presence is not None and presence.reachability != "gone"
        restored.append(
            RestoredAgent(
                supply=colleague.supply,
                status=_status(centre, presence.status if presence is not None and signed_in else ""),
                idle_since=centre.now(),
                signed_in=signed_in,
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
    state: Literal["waiting", "assigned", "wrap_up"] = row.state if row.state in ("assigned", "wrap_up") else "waiting"
    return RestoredItem(
        item=row.id,
        demand=demand,
        state=state,
        score=row.score if row.score is not None else row.enqueued_at - credit_ms,
        enqueued_at=row.enqueued_at,
        attempt=row.attempt,
        agent=AgentId(row.agent_id) if state != "waiting" and row.agent_id else None,
        until=row.wrap_up_until or 0,
        brief=intake.brief_of(arrival) if arrival is not None else b"",
    )
