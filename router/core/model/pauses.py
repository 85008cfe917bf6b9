"""Pauses: an item whose customer is to write again stays its agent's and holds less until then."""

from __future__ import annotations

from router.core.events import ItemPaused, ItemResumed
from router.core.model.items import freed, not_held, release, requeue, to_hand
from router.core.model.matching import settle
from router.core.model.room import room_for
from router.core.model.state import Reply, State
from router.core.outcomes import Outcome
from router.core.records import Preference
from router.core.words import AgentId, Ms, OfferId, WorkItemId


def pause(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> Reply:
    if refusal := not_held(state, item, agent):
        return refusal
    record, lane = state.items[item], state.lane(item)
    if record.state == "paused":
        return Reply(Outcome.OK)
    if record.state == "wrap_up":
        return Reply(Outcome.WRONG_STATE)
    queue = state.settings.queues.get(lane.queue)
    units = min(lane.weight, queue.paused_units.get(lane.channel, 0) if queue else 0)
    state.give_room_back(item)
    state.take_units(agent, lane, units)
    held = state.agents[agent]
    items = [other for other in held.items if other != item]
    state.change_agent(agent, items=items, paused=[*held.paused, item])
    state.change_item(item, state="paused", paused_units=units)
    state.events.append(ItemPaused(at=now, item=item, agent=agent, units=units, offer=_offer(state, item)))
    freed(state, now, agent)
    return Reply(Outcome.OK)


def resume(state: State, now: Ms, item: WorkItemId, agent: AgentId | None = None, prefer_ms: Ms = 0) -> Reply:
    """agent: takes it up again by hand, over the limit if need be; None: its customer wrote.

    prefer_ms: how long it waits for its agent alone, if it does not fit there at once.
    """
    if prefer_ms < 0:
        return Reply(Outcome.BAD_REQUEST)
    record = state.items.get(item)
    if record is None:
        return Reply(Outcome.ITEM_CLOSED if item in state.closed else Outcome.UNKNOWN_ITEM)
    if agent is not None and agent != record.agent:
        return Reply(Outcome.NOT_YOURS)
    if record.state != "paused" or record.agent is None:
        return Reply(Outcome.OK)
    holder = record.agent
    if agent is None and not _fits(state, item, holder):
        release(state, item)
        requeue(state, now, item, "resumed", preference=Preference(holder, prefer_ms))
        freed(state, now, holder)
        return Reply(Outcome.OK)
    to_hand(state, item)
    state.give_room_back(item)
    state.take_room(holder, state.lane(item), sign=1)
    state.change_item(item, state="assigned", paused_units=None)
    state.events.append(ItemResumed(at=now, item=item, agent=holder, offer=_offer(state, item)))
    settle(state, now, holder)
    return Reply(Outcome.OK)


def _fits(state: State, item: WorkItemId, agent: AgentId) -> bool:
    """Whether the agent is there for the channel and the item's whole weight fits beside what they have."""
    lane, record = state.lane(item), state.agents[agent]
    at_most = state.profiles[record.profile].channels.get(lane.channel, 0)
    return (
        record.reachability == "connected"
        and lane.channel in state.settings.statuses.get(record.status, ())
        and room_for(state, record, lane) + (state.items[item].paused_units or 0) >= lane.weight
        and record.counts.get(lane.channel, 0) < at_most
    )


def _offer(state: State, item: WorkItemId) -> OfferId:
    """By which its agent holds it."""
    return OfferId(f"{item}:{state.items[item].taken}")
