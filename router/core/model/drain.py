"""Drain: an item that takes half of an agent or more and has waited too long gets one agent who takes nothing else.

The next agent who is settled, could take it with less in hand and drains for nothing yet, drains for it until it fits;
so small items cannot starve large ones. When the item is gone, its agent is settled at the end of the step.
"""

from __future__ import annotations

from router.core.compiler import Lane, eligible
from router.core.events import AgentDraining
from router.core.model.state import State
from router.core.words import AgentId, Ms, WorkItemId


def await_drain(state: State, item: WorkItemId) -> None:
    """An item that waits for all: note when it has waited too long."""
    record = state.items[item]
    queue = state.settings.queues.get(state.lane(item).queue)
    if queue and queue.drain_after_ms and not record.overdue and record.preferred is None:
        at = record.enqueued_at + queue.drain_after_ms
        state.change_item(item, drain_at=at)
        state.set_timer(at, "drain", item)


def leave_drain(state: State, now: Ms, item: WorkItemId) -> None:
    """The item leaves its line."""
    record = state.items[item]
    if record.drain_at:
        state.change_item(item, drain_at=0)
        state.drop_timer("drain", item)
    if record.drained_by is not None:
        state.undrained.append(record.drained_by)
        end_drain(state, now, record.drained_by)


def overdue(state: State, item: WorkItemId) -> None:
    """It has waited too long."""
    state.change_item(item, drain_at=0, overdue=True)


def end_drain(state: State, now: Ms, agent: AgentId) -> None:
    item = state.agents[agent].draining
    assert item is not None
    state.change_agent(agent, draining=None)
    state.change_item(item, drained_by=None)
    state.events.append(AgentDraining(at=now, agent=agent))


def begin_drain(state: State, now: Ms, agent: AgentId) -> None:
    """For the first item that waits too long, which they could take with less in hand."""
    if state.agents[agent].draining is not None:
        return
    for item in sorted(state.items, key=lambda item: (state.items[item].score, item)):
        record = state.items[item]
        waits = record.state == "waiting" and record.overdue and record.preferred is None
        if waits and record.drained_by is None and could_drain(state, item, agent):
            state.change_agent(agent, draining=item)
            state.change_item(item, drained_by=agent)
            state.events.append(AgentDraining(at=now, agent=agent, for_item=item))
            return


def could_drain(state: State, item: WorkItemId, agent: AgentId) -> bool:
    """Whether the agent could be offered the item with nothing in hand, and it takes half of them or more."""
    record, lane = state.agents[agent], state.lane(item)
    profile, statuses = state.profiles[record.profile], state.settings.statuses
    return (
        record.reachability == "connected"
        and lane.channel in statuses.get(record.status, ())
        and (not record.next_status or lane.channel in statuses.get(record.next_status, ()))
        and not lane.interruptible
        and record.limit <= 2 * lane.weight <= 2 * record.limit
        and drains(state, lane)
        and eligible(lane, profile)
        and agent not in state.items[item].excluded
    )


def drains(state: State, lane: Lane) -> bool:
    queue = state.settings.queues.get(lane.queue)
    return queue is not None and queue.drain_after_ms > 0
