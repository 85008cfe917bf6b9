"""Items in the store's line: put there, moved, taken up again, ended. Each is one step, journaled before it is told."""

from __future__ import annotations

from dataclasses import replace

import structlog

from router.core.outcomes import Outcome
from router.core.records import Preference
from router.core.rules import Routed
from router.core.words import Ms, WorkItemId
from router.engine import arrivals, lanes, overflows
from router.engine.arrivals import Arrival
from router.engine.centre import Centre
from router.protocol.errors import Unavailable
from router.store.postgres import merges, work_items

log = structlog.get_logger()

TRIES = 3


async def enqueue(centre: Centre, arrival: Arrival, *, first: Preference | None = None) -> Outcome:
    """Put a durable item in the store's line, its age kept: ok, exists (a repeat) or item_closed.

    first: an agent it waits for, whomever the queue would prefer.
    """
    await lanes.remember(centre, arrival.demand)
    step = await centre.store.enqueue(
        arrival.item_id,
        arrival.demand,
        credit_ms=arrivals.credit_ms(centre, arrival),
        brief=arrivals.brief_of(arrival),
        enqueued_at=arrival.enqueued_at,
        preference=first or await _preference(centre, arrival),
        expected_ms=overflows.expected_ms(centre, arrival.demand.queue),
    )
    await centre.journal(step.events)
    await overflows.refresh_briefs(centre, (written.event for written in step.events))
    if step.outcome not in (Outcome.OK, Outcome.EXISTS, Outcome.ITEM_CLOSED):
        log.error("work item not taken by the store", work_item_id=arrival.item_id, outcome=step.outcome)
        raise Unavailable("unavailable")
    return step.outcome


async def reroute(centre: Centre, arrival: Arrival, routed: Routed, *, more_credit_ms: Ms) -> bool:
    """Let a waiting item ask for something else, its place kept; False: it waits no more."""
    await lanes.remember(centre, routed.demand)
    moved = replace(arrival, demand=routed.demand, priority=routed.priority)
    await centre.store.replace_brief(arrival.item_id, arrivals.brief_of(moved))
    step = await centre.store.relane(arrival.item_id, routed.demand, more_credit_ms=more_credit_ms)
    await centre.journal(step.events)
    return bool(step.events)


async def _preference(centre: Centre, arrival: Arrival) -> Preference | None:
    """The agent whom the customer had last, on whichever channel, if the queue waits for them."""
    queue = centre.policy.queues.get(arrival.demand.queue)
    if queue is None or queue.preferred_ms == 0:
        return None
    everybody = await merges.together(centre.database, arrival.conversation.customer_id)
    agent = await work_items.last_agent(centre.database, everybody)
    return Preference(agent, queue.preferred_ms) if agent else None


async def customer_wrote(centre: Centre, item: WorkItemId) -> None:
    """A paused item is worked on again: by its agent if it fits there now, or soon; else by whoever is next."""
    known = centre.board.items.get(item)
    queue = centre.policy.queues.get(known.queue) if known is not None else None
    step = await centre.store.resume(item, prefer_ms=queue.preferred_ms if queue is not None else 0)
    await centre.journal(step.events)


async def end(centre: Centre, item: WorkItemId) -> None:
    """The customer is gone: an agent who has the item wraps up, otherwise it is cancelled.

    When it changes hands again and again in between, the reconciler sees to it.
    """
    for _ in range(TRIES):
        now = await centre.store.item(item)
        if now is not None and now.state == "wrap_up":
            return
        if now is not None and now.agent is not None:
            step = await centre.store.wrap_up(item, now.agent)
        else:
            step = await centre.store.cancel(item, reason="customer_left", unheld=True)
        await centre.journal(step.events)
        if step.outcome not in (Outcome.WRONG_STATE, Outcome.NOT_YOURS):
            return
