"""What supervisors do to items, queues and conversations. Each act is audited once it is done.

Reading along ends with the session; everything else is durable before it is answered.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from router.core.demands import point_credit_ms
from router.core.records import Item
from router.core.words import AgentId, ConversationId, WorkItemId
from router.engine import arrivals, by_hand, conversations, history, lanes, overflows, presence, talk
from router.engine.audited import note
from router.engine.centre import Centre
from router.engine.outbox import Outbox
from router.engine.patience import patiently
from router.engine.refusals import refuse
from router.engine.staff_directory import Colleague
from router.engine.text import message_text
from router.protocol import staff, supervision
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import queue_switches, work_items

log = structlog.get_logger()

BROADCAST_CHARS = 1_000
SWITCHES_EVERY_S = 1.0


# ---------------------------------------------------------------- people


async def set_status(centre: Centre, by: AgentId, agent_id: AgentId, status: str) -> None:
    """They are told by whom. Errors: as of presence.set_status."""
    await presence.set_status(centre, agent_id, status, by=by)
    await note(centre, by, "agent.set_status", agent_id, status=status)


async def broadcast(centre: Centre, by: AgentId, asked: supervision.Broadcast) -> supervision.Reached:
    """Tell everybody who is signed in, but whoever says it. Errors: text_empty, text_too_long, unknown_queue."""
    text = message_text(asked.text, BROADCAST_CHARS)
    if asked.queue and asked.queue not in centre.policy.queues:
        raise BadRequest("unknown_queue")
    said = talk.BroadcastSaid(by=by, text=text, at=centre.now(), queue=asked.queue, team=asked.team)
    await note(centre, by, "staff.broadcast", asked.queue or asked.team, text=text)
    await centre.say(said)
    signed_in = (centre.staff.get(agent_id) for agent_id in centre.board.agents)
    return supervision.Reached(count=sum(colleague is not None and _meant(said, colleague) for colleague in signed_in))


def post(centre: Centre, said: talk.BroadcastSaid) -> None:
    """Show a broadcast in the tabs of this node it is for."""
    notice = supervision.NoticePosted(by=centre.staff.name_of(AgentId(said.by)), text=said.text, at=said.at)
    for agent_id, here in tuple(centre.live.agents.items()):
        colleague = centre.staff.get(agent_id)
        if colleague is not None and _meant(said, colleague):
            for outbox in tuple(here.outboxes):
                outbox.put(notice)


def _meant(said: talk.BroadcastSaid, colleague: Colleague) -> bool:
    return (
        colleague.agent_id != said.by
        and said.team in ("", colleague.team)
        and (not said.queue or said.queue in colleague.supply.queues)
    )


# ---------------------------------------------------------------- items


async def assign(centre: Centre, by: AgentId, item: WorkItemId, target: AgentId) -> None:
    """Offer an item to this very agent; a supervisor who names themselves has it at once (take over).

    Errors: agent_unavailable, unknown_agent, wrong_state (in wrap-up), unknown_work_item.
    """
    await by_hand.assign(centre, by, item, target)
    await note(centre, by, "item.assign", item, agent_id=target)


async def move(centre: Centre, by: AgentId, item: WorkItemId, queue: str) -> None:
    """Into another queue, its age kept. Errors: unknown_queue, unknown_work_item, wrong_state (in wrap-up)."""
    if queue not in centre.policy.queues:
        raise BadRequest("unknown_queue")
    arrival, now = await _open(centre, item)
    if now.state == "wrap_up":
        raise Conflict("wrong_state")
    demand = lanes.in_queue(centre.policy, arrival.demand, queue)
    more_ms = _point_ms(centre, demand.queue) - _point_ms(centre, arrival.demand.queue)
    await lanes.remember(centre, demand)
    await centre.store.replace_brief(item, arrivals.brief_of(replace(arrival, demand=demand)))
    if now.agent is None:
        step = await centre.store.relane(item, demand, more_credit_ms=arrival.priority * more_ms)
    else:
        expected_ms = overflows.expected_ms(centre, queue)
        step = await centre.store.transfer_to_queue(item, now.agent, demand, expected_ms=expected_ms)
    await centre.journal(step.events)
    refuse(step)
    if now.agent is not None:
        await conversations.handed_over(centre, arrival.conversation.id, by, once=f"moved:{item}:{now.taken}")
    await note(centre, by, "item.move", item, queue=queue)


async def prioritise(centre: Centre, by: AgentId, item: WorkItemId, priority: int) -> None:
    """Errors: unknown_work_item, wrong_state (in an agent's hands).

    A crash after the first line leaves the old place with the new priority, until the next rebuild.
    """
    arrival, now = await _open(centre, item)
    if now.agent is not None:
        raise Conflict("wrong_state")
    before = await work_items.set_priority(centre.database, item, priority)
    if before is None or before == priority:
        return
    await centre.store.replace_brief(item, arrivals.brief_of(replace(arrival, priority=priority)))
    more_ms = (priority - before) * _point_ms(centre, arrival.demand.queue)
    step = await centre.store.relane(item, arrival.demand, more_credit_ms=more_ms)
    await centre.journal(step.events)
    refuse(step)
    await note(centre, by, "item.prioritise", item, priority=priority, before=before)


def _point_ms(centre: Centre, queue: str) -> int:
    return point_credit_ms(centre.policy, queue)


async def _open(centre: Centre, item: WorkItemId) -> tuple[arrivals.Arrival, Item]:
    """An open item as PostgreSQL and the store have it. Raises NotFound."""
    row, now = await asyncio.gather(work_items.by_id(centre.database, item), centre.store.item(item))
    arrival = await arrivals.of(centre, row) if row is not None else None
    if arrival is None or now is None:
        raise NotFound("unknown_work_item")
    return arrival, now


# ---------------------------------------------------------------- conversations


async def monitor(centre: Centre, by: AgentId, item: WorkItemId, outbox: Outbox) -> staff.Fetched:
    """Read along in the conversation of an item; what it is now. Errors: unknown_work_item."""
    row = await work_items.by_id(centre.database, item)
    if row is None or row.conversation_id is None:
        raise NotFound("unknown_work_item")
    centre.live.monitors.read_along(outbox, row.conversation_id)  # first, so that nothing is missed
    await note(centre, by, "item.monitor", item)
    return await history.conversation(centre, ConversationId(row.conversation_id))


# ---------------------------------------------------------------- queues


async def switch(centre: Centre, by: AgentId, queue: str, to: supervision.SwitchedTo) -> None:
    """Open or close a queue by hand; what was held for it is looked at again when it opens. Errors: unknown_queue."""
    if queue not in centre.policy.queues:
        raise NotFound("unknown_queue")
    is_open = {"open": True, "closed": False, "hours": None}[to]
    await queue_switches.put(centre.database, queue, is_open=is_open, by=by, at=centre.now())
    await note(centre, by, "queue.switch", queue, to=to)
    await read_switches(centre)
    if to != "closed":
        await stored.release(centre.database, now=centre.now())


async def read_switches(centre: Centre) -> None:
    """Go by what is switched now."""
    switches = await queue_switches.every(centre.database)
    if switches != centre.switches:
        centre.switches = switches
        centre.board.switch(switches)


async def watch_switches(centre: Centre) -> None:
    """Follow what is switched on other nodes, for ever."""

    async def once() -> None:
        await asyncio.sleep(SWITCHES_EVERY_S)
        await read_switches(centre)

    await patiently("queue switches", once)
