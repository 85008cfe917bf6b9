"""Work given and taken by hand: agents pick what waits, supervisors assign, agents put work aside and take it up again.

Each is one step in the store, journaled before it is answered. A repeated command finds its work done and is
answered alike.
"""

from __future__ import annotations

from router.core import events
from router.core.words import AgentId, ConversationId, WorkItemId
from router.engine import conversations
from router.engine.centre import Centre
from router.engine.refusals import refuse
from router.protocol.errors import Forbidden, NotFound
from router.store.postgres import work_items
from router.store.step import Step


async def pick(centre: Centre, agent_id: AgentId, item: WorkItemId) -> None:
    """Errors: not_yours (somebody has it, or the agent is no member of its queue), agent_unavailable,
    unknown_work_item.
    """
    colleague, row = centre.staff.get(agent_id), await work_items.by_id(centre.database, item)
    if colleague is None or row is None:
        raise NotFound("unknown_work_item")
    if row.queue not in colleague.supply.queues:
        raise Forbidden("not_yours")
    step = await _carried_out(centre, await centre.store.pick(item, agent_id))
    for written in step.events:
        accepted = written.event
        if isinstance(accepted, events.OfferAccepted) and accepted.picked:
            await _joined(centre, item, accepted)


async def assign(centre: Centre, by: AgentId, item: WorkItemId, target: AgentId) -> None:
    """Errors: agent_unavailable, unknown_agent, wrong_state (in wrap-up), unknown_work_item."""
    if centre.staff.get(target) is None:
        raise NotFound("unknown_agent")
    step = await _carried_out(centre, await centre.store.assign(item, target, by=by))
    for written in step.events:
        happened = written.event
        if isinstance(happened, events.OfferCreated) and happened.from_agent is not None and happened.item == item:
            await _handed_over(centre, item, happened)
        elif isinstance(happened, events.OfferAccepted) and happened.picked and happened.item == item:
            await _joined(centre, item, happened)


async def pause(centre: Centre, agent_id: AgentId, item: WorkItemId) -> None:
    """Errors: not_yours, wrong_state (in wrap-up), unknown_work_item."""
    await _carried_out(centre, await centre.store.pause(item, agent_id))


async def resume(centre: Centre, agent_id: AgentId, item: WorkItemId) -> None:
    """Errors: not_yours, unknown_work_item."""
    await _carried_out(centre, await centre.store.resume(item, by=agent_id))


async def _handed_over(centre: Centre, item: WorkItemId, created: events.OfferCreated) -> None:
    row = await work_items.by_id(centre.database, item)
    if row is not None and row.conversation_id is not None and created.from_agent is not None:
        conversation_id = ConversationId(row.conversation_id)
        await conversations.handed_over(centre, conversation_id, created.from_agent, once=f"assigned:{created.offer}")


async def _joined(centre: Centre, item: WorkItemId, accepted: events.OfferAccepted) -> None:
    row = await work_items.by_id(centre.database, item)
    if row is not None and row.conversation_id is not None:
        once = f"joined:{accepted.offer}"
        await conversations.system_line(centre, row.conversation_id, "agent.joined", accepted.agent, once=once)


async def _carried_out(centre: Centre, step: Step) -> Step:
    await centre.journal(step.events)
    refuse(step)
    return step
