"""Offers and assignments: what agents do with the work they are given.

Each is one step in the store, journaled before it is answered. A repeated command finds its work done and is
answered alike.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from router.core.outcomes import Outcome
from router.core.records import Item, Preference
from router.core.words import AgentId, ConversationId, ItemState, OfferId, WorkItemId
from router.engine import arrivals, conversations, lanes, notes, overflows
from router.engine.centre import Centre
from router.engine.refusals import refuse
from router.protocol.errors import BadRequest, Conflict, Forbidden, NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import work_items

LONGEST_WAIT_S = 3_600


async def accept(centre: Centre, agent_id: AgentId, offer: OfferId) -> None:
    """Errors: offer_expired (late_ms), not_yours, unknown_offer."""
    conversation_id = centre.live.offered(agent_id, offer)
    step = await centre.store.accept(offer, agent_id)
    await centre.journal(step.events)
    refuse(step)
    if step.events:
        if conversation_id is None:
            row = await work_items.by_id(centre.database, WorkItemId(offer.rpartition(":")[0]))
            conversation_id = row.conversation_id if row is not None else None
        if conversation_id is not None:
            await conversations.system_line(centre, conversation_id, "agent.joined", agent_id, once=f"joined:{offer}")


async def decline(centre: Centre, agent_id: AgentId, offer: OfferId, reason: str) -> None:
    """Errors: reason_needed, offer_expired, offer_gone (accepted already), not_yours, unknown_offer."""
    reasons = centre.policy.offers.decline_reasons
    if reasons and reason not in reasons:
        raise BadRequest("reason_needed")
    step = await centre.store.decline(offer, agent_id, reason=reason if reasons else "")
    await centre.journal(step.events)
    if step.outcome is Outcome.WRONG_STATE:
        raise Conflict("offer_gone")
    refuse(step)


async def wrap_up(centre: Centre, agent_id: AgentId, item: WorkItemId) -> None:
    """The talking is over: the conversation closes, the item's units stay held until it is completed.

    The conversation closes first: a crash in between leaves work that the agent can still end.
    """
    conversation_id, _ = await in_hand(centre, agent_id, item)
    if conversation_id is not None:
        await conversations.end_by_agent(centre, conversation_id, agent_id)
    step = await centre.store.wrap_up(item, agent_id)
    await centre.journal(step.events)
    if step.outcome is not Outcome.WRONG_STATE:  # in wrap-up already
        refuse(step)


async def complete(centre: Centre, agent_id: AgentId, item: WorkItemId, disposition: str) -> None:
    """Errors: unknown_disposition, not_yours, unknown_work_item."""
    if disposition and disposition not in {known.name for known in centre.policy.dispositions}:
        raise BadRequest("unknown_disposition")
    conversation_id, state = await in_hand(centre, agent_id, item)
    if conversation_id is not None and state != "wrap_up":  # else it was closed before the wrap-up
        await conversations.end_by_agent(centre, conversation_id, agent_id)
    step = await centre.store.complete(item, agent_id, disposition=disposition)
    await centre.journal(step.events)
    refuse(step)


async def not_reached(centre: Centre, agent_id: AgentId, item: WorkItemId) -> None:
    """Nobody answered a callback: it is tried again after a while, by whoever is next then; over after the last try.

    Errors: not_yours, unknown_work_item, wrong_state (not a callback).
    """
    row, _ = await _held(centre, agent_id, item)
    conversation = await stored.by_id(centre.database, row.conversation_id) if row.conversation_id else None
    if conversation is None or "callback" not in conversation.attributes:
        raise Conflict("wrong_state")
    callback: dict[str, Any] = dict(conversation.attributes["callback"])
    tried = {**callback.get("tried", {}), item: True}
    queue = centre.policy.queues.get(row.queue)
    most, retry_ms = (queue.callback.attempts, queue.callback.retry_ms) if queue is not None else (1, 0)
    await stored.keep_callback(centre.database, conversation.id, {**callback, "tried": tried})
    await notes.leave(
        centre, conversation.id, f"☎ … {len(tried)}/{most}", once=f"not_reached:{item}", author_id=agent_id
    )
    if len(tried) < most:
        await stored.hold(centre.database, conversation.id, until=centre.now() + retry_ms)
    else:
        await conversations.end_by_agent(centre, conversation.id, agent_id)
    step = await centre.store.complete(item, agent_id, disposition="not_reached")
    await centre.journal(step.events)
    refuse(step)


def first_for(centre: Centre, agent: str, wait_s: int) -> Preference | None:
    """The wish that a colleague has an item first. Errors: unknown_agent, bad_value."""
    if not agent:
        return None
    if centre.staff.get(AgentId(agent)) is None:
        raise NotFound("unknown_agent")
    if not 1 <= wait_s <= LONGEST_WAIT_S:
        raise BadRequest("bad_value", "A colleague is waited for from 1 to 3600 seconds.", field="wait_s")
    return Preference(AgentId(agent), wait_s * 1_000, regardless=True)


async def transfer_to_queue(
    centre: Centre, agent_id: AgentId, item: WorkItemId, queue: str, note: str, first: Preference | None = None
) -> None:
    """first: a colleague it waits for before it is for all. Errors: unknown_queue, not_yours, unknown_work_item."""
    target = centre.policy.queues.get(queue)
    if target is None:
        raise BadRequest("unknown_queue")
    row, now = await _handable(centre, agent_id, item)
    arrival = await arrivals.of(centre, row)
    if arrival is None:
        raise NotFound("unknown_work_item")
    demand = lanes.in_queue(centre.policy, arrival.demand, queue)
    await lanes.remember(centre, demand)
    if row.conversation_id is not None:
        await _note(centre, row.conversation_id, agent_id, note, _once(item, now))
        await conversations.handed_over(centre, row.conversation_id, agent_id, once=_once(item, now))
    await centre.store.replace_brief(item, arrivals.brief_of(replace(arrival, demand=demand)))
    expected_ms = overflows.expected_ms(centre, queue)
    step = await centre.store.transfer_to_queue(item, agent_id, demand, first, expected_ms=expected_ms)
    await centre.journal(step.events)
    refuse(step)


async def transfer_to_agent(centre: Centre, agent_id: AgentId, item: WorkItemId, target: AgentId, note: str) -> None:
    """Errors: agent_unavailable, unknown_agent, not_yours, unknown_work_item."""
    if centre.staff.get(target) is None:
        raise NotFound("unknown_agent")
    if target == agent_id:
        raise BadRequest("agent_unavailable", "The work is yours already.")
    row, now = await _handable(centre, agent_id, item)
    if row.conversation_id is not None:
        await _note(centre, row.conversation_id, agent_id, note, _once(item, now))
    step = await centre.store.transfer_to_agent(item, agent_id, target)
    await centre.journal(step.events)
    if step.outcome is Outcome.UNKNOWN_AGENT:  # a colleague who never signed in
        raise Conflict("agent_unavailable")
    refuse(step)
    if row.conversation_id is not None:
        await conversations.handed_over(centre, row.conversation_id, agent_id, once=_once(item, now))


def _once(item: WorkItemId, now: Item) -> str:
    """Names the end of this assignment: a repeated transfer writes its lines once."""
    return f"handed:{item}:{now.taken}"


async def _note(centre: Centre, conversation_id: ConversationId, agent_id: AgentId, note: str, once: str) -> None:
    if note.strip():
        await conversations.note_before_transfer(centre, conversation_id, agent_id, note, once=once)


async def _handable(centre: Centre, agent_id: AgentId, item: WorkItemId) -> tuple[work_items.WorkItem, Item]:
    """As `_held`; an item in wrap-up cannot be handed over: wrong_state."""
    row, now = await _held(centre, agent_id, item)
    if now.state == "wrap_up":
        raise Conflict("wrong_state")
    return row, now


async def in_hand(centre: Centre, agent_id: AgentId, item: WorkItemId) -> tuple[ConversationId | None, ItemState]:
    """The conversation and state of an item in this agent's hands. Raises NotFound and Forbidden.

    Where their desk is here it knows that an item is in wrap-up: nothing but its end comes after that.
    """
    work = centre.live.work_of(agent_id, item)
    if work is None:
        row, now = await _held(centre, agent_id, item)
        return row.conversation_id, now.state
    conversation_id = ConversationId(work.item.conversation_id)
    if work.state == "wrap_up":
        return conversation_id, work.state
    return conversation_id, _theirs(await centre.store.item(item), agent_id).state


async def _held(centre: Centre, agent_id: AgentId, item: WorkItemId) -> tuple[work_items.WorkItem, Item]:
    """The durable row and the live state of an item in this agent's hands. Raises NotFound and Forbidden."""
    now, row = await asyncio.gather(centre.store.item(item), work_items.by_id(centre.database, item))
    if row is None:
        raise NotFound("unknown_work_item")
    return row, _theirs(now, agent_id)


def _theirs(now: Item | None, agent_id: AgentId) -> Item:
    """The item, if this agent has it in hand."""
    if now is None:
        raise NotFound("unknown_work_item")
    if now.agent != agent_id:
        raise Forbidden("not_yours")
    return now
