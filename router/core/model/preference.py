"""Preferred agents: an item that waits for one agent alone, for a while, and then for all who may take it."""

from __future__ import annotations

from typing import Literal

from router.core.compiler import eligible
from router.core.events import ItemQueued
from router.core.model.state import State
from router.core.records import Preference
from router.core.words import AgentId, Ms, WorkItemId


def prefer(state: State, now: Ms, item: WorkItemId, preference: Preference | None) -> None:
    """An item that is to be placed waits for this agent first, if there is hope of them."""
    forget(state, item)
    if preference is not None:
        state.change_item(
            item,
            preferred=preference.agent,
            preferred_until=now + preference.wait_ms,
            regardless=preference.regardless,
        )
        if not has_hope(state, now, item):
            forget(state, item)


def forget(state: State, item: WorkItemId) -> None:
    state.change_item(item, preferred=None, preferred_until=0, regardless=False)
    state.drop_timer("prefer", item)


def has_hope(state: State, now: Ms, item: WorkItemId) -> bool:
    """Whether the preferred agent may take the item yet; at once or not."""
    record, lane = state.items[item], state.lane(item)
    agent = state.agents.get(record.preferred) if record.preferred else None
    if agent is None or agent.reachability == "gone" or now >= record.preferred_until:
        return False
    profile = state.profiles[agent.profile]
    able = record.regardless or eligible(lane, profile)
    return (
        able
        and lane.channel in profile.channels
        and lane.weight <= agent.limit
        and (record.preferred not in record.excluded)
    )


def give_up(state: State, now: Ms, item: WorkItemId) -> None:
    """If there is no hope of the preferred agent any more, the item is for all, at its old place."""
    if state.items[item].preferred is not None and not has_hope(state, now, item):
        forget(state, item)
        tell_queued(state, now, item, "preferred_over")


def tell_queued(
    state: State,
    now: Ms,
    item: WorkItemId,
    reason: Literal["new", "transfer", "agent_gone", "resumed", "preferred_over", "rerouted", "overflow"],
    *,
    by: AgentId | None = None,
    from_agent: AgentId | None = None,
) -> None:
    record, lane = state.items[item], state.lane(item)
    state.events.append(
        ItemQueued(
            at=now,
            item=item,
            queue=lane.queue,
            lane=record.lane,
            channel=lane.channel,
            weight=lane.weight,
            score=record.score,
            enqueued_at=record.enqueued_at,
            reason=reason,
            by=by,
            from_agent=from_agent,
            plan=record.plan,
            step=record.step,
            preferred=record.preferred,
            preferred_until=record.preferred_until,
            regardless=record.regardless,
        )
    )
