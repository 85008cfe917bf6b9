"""Work items: waiting → offered → assigned → wrap_up → closed; assigned ⇄ paused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from router.core.events import ItemClosed, WrapUpStarted
from router.core.model.drain import leave_drain
from router.core.model.matching import await_visit, place, settle
from router.core.model.offers import allowed_in, exclude, rescind_all, return_offers, tell_presence
from router.core.model.overflow import Came
from router.core.model.plans import begun, credited_ms, is_known
from router.core.model.preference import forget, prefer, tell_queued
from router.core.model.state import BRIEF_BYTES, Reply, State
from router.core.outcomes import Outcome
from router.core.records import Item, Preference
from router.core.words import AgentId, Channel, Ms, OfferId, PlanId, WorkItemId

LOOK_AGAIN_MS = 1_000
ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def enqueue(
    state: State,
    now: Ms,
    item: WorkItemId,
    plan: PlanId,
    *,
    enqueued_at: Ms | None = None,
    credit_ms: Ms = 0,
    brief: bytes = b"",
    preference: Preference | None = None,
    excluded: Iterable[AgentId] = (),
    expected_ms: Ms = -1,
) -> Reply:
    if not ID.fullmatch(item) or len(brief) > BRIEF_BYTES or (preference and preference.wait_ms < 0):
        return Reply(Outcome.BAD_REQUEST)
    if not is_known(state, plan):
        return Reply(Outcome.UNKNOWN_LANE)
    if item in state.items:
        return Reply(Outcome.EXISTS)
    if item in state.closed:
        return Reply(Outcome.ITEM_CLOSED)
    since = now if enqueued_at is None else enqueued_at
    state.items[item] = Item(
        **begun(state, plan),
        state="waiting",
        score=since - credit_ms,
        enqueued_at=since,
        excluded=dict.fromkeys(excluded, 0),
    )
    state.briefs[item] = brief
    prefer(state, now, item, preference)
    tell_queued(state, now, item, "new")
    place(state, now, item, came=Came(expected_ms))
    if state.items[item].state == "waiting":
        await_visit(state, now, item)
    return Reply(Outcome.OK)


def complete(state: State, now: Ms, item: WorkItemId, agent: AgentId, disposition: str) -> Reply:
    if item in state.closed and state.closed[item] == agent:
        return Reply(Outcome.OK)
    if refusal := not_held(state, item, agent):
        return refusal
    close_held(state, now, item, "completed", disposition=disposition)
    freed(state, now, agent)
    return Reply(Outcome.OK)


def wrap_up(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> Reply:
    if refusal := not_held(state, item, agent):
        return refusal
    if state.items[item].state == "wrap_up":
        return Reply(Outcome.OK)
    queue = state.settings.queues.get(state.lane(item).queue)
    longest_ms = queue.wrap_up_ms if queue else state.settings.wrap_up_ms
    if longest_ms == 0:
        close_held(state, now, item, "completed")
        freed(state, now, agent)
        return Reply(Outcome.OK)
    if state.items[item].state == "paused":
        to_hand(state, item)
    state.change_item(item, state="wrap_up", until=now + longest_ms)
    state.change_agent(agent, wrapping=state.agents[agent].wrapping + 1)
    state.set_timer(now + longest_ms, "wrap_up", item)
    offer = OfferId(f"{item}:{state.items[item].taken}")
    state.events.append(WrapUpStarted(at=now, item=item, agent=agent, until=now + longest_ms, offer=offer))
    settle(state, now, agent)
    return Reply(Outcome.OK)


def to_hand(state: State, item: WorkItemId) -> None:
    """A paused item is among those its agent works on again; the units it holds stay as they are."""
    agent = state.items[item].agent
    assert agent is not None
    held = state.agents[agent]
    state.change_agent(agent, items=[*held.items, item], paused=[other for other in held.paused if other != item])


def end_wrap_up(state: State, now: Ms, item: WorkItemId) -> None:
    agent = state.items[item].agent
    assert agent is not None
    close_held(state, now, item, "completed")
    freed(state, now, agent)


def cancel(state: State, now: Ms, item: WorkItemId, reason: str, *, unheld: bool = False) -> Reply:
    record = state.items.get(item)
    if record is None:
        return Reply(Outcome.OK if item in state.closed else Outcome.UNKNOWN_ITEM)
    if record.agent is not None:
        if unheld:
            return Reply(Outcome.WRONG_STATE)
        close_held(state, now, item, "cancelled", reason=reason)
        freed(state, now, record.agent)
        return Reply(Outcome.OK)
    leave_drain(state, now, item)
    rung = rescind_all(state, now, item, "cancelled")
    state.events.append(ItemClosed(at=now, item=item, outcome="cancelled", state=record.state, reason=reason))
    _erase(state, item)
    for agent in rung:
        settle(state, now, agent)
    return Reply(Outcome.OK)


def relane(state: State, now: Ms, item: WorkItemId, plan: PlanId, more_credit_ms: Ms = 0) -> Reply:
    record = state.items.get(item)
    if not is_known(state, plan):
        return Reply(Outcome.UNKNOWN_LANE)
    if record is None:
        return Reply(Outcome.ITEM_CLOSED if item in state.closed else Outcome.UNKNOWN_ITEM)
    if record.state not in ("waiting", "offered"):
        return Reply(Outcome.WRONG_STATE)
    if (record.plan or record.lane) == plan and more_credit_ms == 0:
        return Reply(Outcome.OK)
    leave_drain(state, now, item)
    rung = rescind_all(state, now, item, "moved")
    state.drop_timer("relax", item)
    score = record.score + credited_ms(state, item) - more_credit_ms
    state.change_item(item, **begun(state, plan), score=score)
    if state.lane(item).channel not in state.settings.visit_ms:
        state.drop_timer("visit", item)  # its customer need not stay
    tell_queued(state, now, item, "rerouted")
    place(state, now, item)
    for agent in rung:
        settle(state, now, agent)
    return Reply(Outcome.OK)


def expect(state: State, now: Ms, channel: Channel, items: Iterable[WorkItemId]) -> Reply:
    """The customers of these waiting items were seen."""
    for item in items:
        if f"visit {item}" in state.timers and channel in state.settings.visit_ms:
            state.set_timer(now + state.settings.visit_ms[channel], "visit", item)
    return Reply(Outcome.OK)


def end_visit(state: State, now: Ms, item: WorkItemId) -> None:
    """The customer was not seen for long: an item that waits is given up; one that rings is looked at again later."""
    match state.items[item].state:
        case "waiting":
            cancel(state, now, item, "silent")
        case "offered":
            state.set_timer(now + LOOK_AGAIN_MS, "visit", item)


def transfer_to_queue(
    state: State,
    now: Ms,
    item: WorkItemId,
    agent: AgentId,
    plan: PlanId,
    preference: Preference | None = None,
    expected_ms: Ms = -1,
) -> Reply:
    if preference and preference.wait_ms < 0:
        return Reply(Outcome.BAD_REQUEST)
    if not is_known(state, plan):
        return Reply(Outcome.UNKNOWN_LANE)
    if refusal := not_held(state, item, agent):
        return refusal
    if state.items[item].state == "wrap_up":
        return Reply(Outcome.WRONG_STATE)
    release(state, item)
    state.change_agent(agent, idle_since=now)
    state.change_item(item, **begun(state, plan))
    if state.items[item].excluded.get(agent) != 0:
        exclude(state, item, agent, now + state.settings.cooldown_ms)
    requeue(state, now, item, "transfer", by=agent, preference=preference, came=Came(expected_ms))
    freed(state, now, agent)
    return Reply(Outcome.OK)


def release(state: State, item: WorkItemId) -> None:
    """Take a held item out of its agent's hands."""
    record = state.items[item]
    assert record.agent is not None
    state.give_room_back(item)
    agent = state.agents[record.agent]
    state.change_agent(
        record.agent,
        items=[other for other in agent.items if other != item],
        paused=[other for other in agent.paused if other != item],
        wrapping=agent.wrapping - (record.state == "wrap_up"),
    )
    state.change_item(item, taken=0, until=0, paused_units=None)
    state.drop_timer("wrap_up", item)
    forget(state, item)
    state.drop_timer("visit", item)  # of the time before it was taken


def freed(state: State, now: Ms, agent: AgentId) -> None:
    """An item was taken out of the agent's hands: after the last one the next status; then work that fits."""
    record = state.agents[agent]
    if record.next_status and not record.items:
        state.take_status(agent, record.next_status)
        state.change_agent(agent, next_status="")
        tell_presence(state, now, agent, "next")
        return_offers(state, now, agent, "status", keeps=allowed_in(state, record.next_status))
    settle(state, now, agent)


def close_held(
    state: State,
    now: Ms,
    item: WorkItemId,
    outcome: Literal["completed", "cancelled"],
    *,
    disposition: str = "",
    reason: str = "",
) -> None:
    record = state.items[item]
    assert record.agent is not None
    release(state, item)
    state.change_agent(record.agent, idle_since=now)
    state.events.append(
        ItemClosed(
            at=now,
            item=item,
            outcome=outcome,
            state=record.state,
            agent=record.agent,
            disposition=disposition,
            reason=reason,
        )
    )
    _erase(state, item)


def requeue(
    state: State,
    now: Ms,
    item: WorkItemId,
    reason: Literal["transfer", "agent_gone", "resumed"],
    *,
    by: AgentId | None = None,
    preference: Preference | None = None,
    came: Came | None = None,
) -> None:
    """Back in line, out of the hands of the agent still named in it."""
    agent = state.items[item].agent
    state.change_item(item, agent=None)
    prefer(state, now, item, preference)
    tell_queued(state, now, item, reason, by=by, from_agent=agent)
    place(state, now, item, came=came)


def not_held(state: State, item: WorkItemId, agent: AgentId) -> Reply | None:
    """Why the agent can do nothing with the item; None: they hold it."""
    record = state.items.get(item)
    if record is None:
        return Reply(Outcome.ITEM_CLOSED if item in state.closed else Outcome.UNKNOWN_ITEM)
    if record.state in ("waiting", "offered"):
        return Reply(Outcome.WRONG_STATE)
    return None if record.agent == agent else Reply(Outcome.NOT_YOURS)


def _erase(state: State, item: WorkItemId) -> None:
    record = state.items.pop(item)
    state.closed[item] = record.agent
    state.briefs.pop(item)
    state.drop_timer("visit", item)
    state.drop_timer("relax", item)
    state.drop_timer("prefer", item)
    for agent in record.excluded:
        state.drop_timer("exclusion", item, agent)
