"""Rebuild: live state made anew from PostgreSQL, for a store that was wiped or is older than the journal.

PostgreSQL has every acknowledged step, so whatever was answered to anybody is there. Items keep their score, so the
order of the lines is as it was; what was ringing waits again; agents who were signed in are in grace and come back
with the next heartbeat of their devices.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import structlog

from router.core.compiler import settings_of
from router.core.recalled import recall_item, recall_ramp
from router.core.words import AgentId, Ms
from router.engine import arrivals, lanes, presence, staffing
from router.engine.cases import alarms
from router.engine.centre import Centre
from router.store.errors import StoreUnavailable
from router.store.postgres import journal, work_items
from router.store.postgres.cases import sweeps
from router.store.postgres.change import place_in_plan
from router.store.restored import RestoredAgent, RestoredItem
from router.store.routing import StoreEmpty
from router.store.step import decode_event

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
        step = await centre.store.rebuilding.reopen(last.epoch, at_least_seq=at_least, spare=SPARE_NUMBERS)
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
    await centre.store.rebuilding.begin(epoch, first, settings)
    begun = journal.Epoch(epoch=epoch, started_seq=first, at=centre.now())
    await journal.begin_epoch(
        centre.database, begun
    )  # before anything is read: what is not journaled now never will be
    agents = await _agents(centre)
    await centre.store.rebuilding.restore(epoch, agents=agents)
    items = await _items(centre, epoch)
    await _alarms(centre, epoch)
    step = await centre.store.rebuilding.end(epoch)
    await centre.journal(step.events)
    log.warning("store rebuilt", epoch=epoch, agents=len(agents), items=items)
    return Rebuilt(epoch=epoch, agents=len(agents), items=items)


async def _agents(centre: Centre) -> list[RestoredAgent]:
    """Everybody, whether this node has heard of them or not; signed in are those whose last presence says so."""
    await staffing.read_everybody(centre)
    since = centre.now() - SIGNED_IN_WITHIN_MS
    last = await journal.last_presences(centre.database, since)
    ramps = await _ramps(centre, since)
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
                ramping=ramps.get(colleague.agent_id, (False, 0))[0],
                ramp_until=ramps.get(colleague.agent_id, (False, 0))[1],
            )
        )
    return restored


async def _ramps(centre: Centre, since: Ms) -> dict[str, tuple[bool, Ms]]:
    """Who came back lately and gets new work slowly; nothing is read where nobody does."""
    ramp_ms, settings = centre.policy.presence.ramp_ms, settings_of(centre.policy)
    if ramp_ms == 0:
        return {}
    lately = centre.now() - ramp_ms  # an older offer keeps nothing new away
    told = await journal.presences_and_offers(centre.database, since, offers_since=lately)
    return {
        agent: recall_ramp(map(decode_event, packed), statuses=settings.statuses, ramp_ms=ramp_ms, now=centre.now())
        for agent, packed in told.items()
    }


def _status(centre: Centre, status: str) -> str:
    return status if status in centre.policy.statuses else "offline"


async def _items(centre: Centre, epoch: str) -> int:
    count = 0
    page: list[work_items.WorkItem] = []
    while page := await work_items.open_items(
        centre.database, after=(page[-1].enqueued_at, page[-1].id) if page else None, limit=PAGE
    ):
        told = await journal.of_items(centre.database, [row.id for row in page])
        known = await arrivals.of_items(centre, page)
        items = [await _item(centre, row, known.get(row.id), told.get(row.id, [])) for row in page]
        await centre.store.rebuilding.restore(epoch, items=items)
        count += len(page)
    return count


async def _alarms(centre: Centre, epoch: str) -> None:
    """Of all cases that time does something to."""
    after = ""
    while page := await sweeps.timed(centre.database, after=after, limit=PAGE):
        after = page[-1][0]
        ringing = {alarms.name_of(case_id): at for case_id, at in page}
        await centre.store.rebuilding.restore(epoch, alarms=ringing)


async def _item(
    centre: Centre, row: work_items.WorkItem, arrival: arrivals.Arrival | None, told: Iterable[bytes]
) -> RestoredItem:
    demand = arrival.demand if arrival is not None else await lanes.now_of(centre, row)
    credit_ms = arrivals.credit_ms(centre, arrival) if arrival is not None else 0
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
        recalled=recall_item(
            map(decode_event, told), cooldown_ms=centre.policy.offers.decline_cooldown_ms, now=centre.now()
        ),
        brief=arrivals.brief_of(arrival) if arrival is not None else b"",
    )
