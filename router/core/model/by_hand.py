"""What people decide in place of the router: transfer to a colleague, assign, pick. It may exceed units and maxima."""

from __future__ import annotations

from router.core.model.items import freed, not_held, release
from router.core.model.matching import make_offer, settle
from router.core.model.offers import Rescinded, rescind_all, take
from router.core.model.state import Reply, State
from router.core.outcomes import Outcome
from router.core.records import Agent
from router.core.words import AgentId, Ms, WorkItemId


def transfer_to_agent(state: State, now: Ms, item: WorkItemId, agent: AgentId, target: AgentId) -> Reply:
    if refusal := not_held(state, item, agent):
        return refusal
    if state.items[item].state == "wrap_up":
        return Reply(Outcome.WRONG_STATE)
    if target not in state.agents:
        return Reply(Outcome.UNKNOWN_AGENT)
    if target == agent or not _may_be_given(state, item, target):
        return Reply(Outcome.AGENT_UNAVAILABLE)
    _give(state, now, item, target, by=agent, reason="moved")
    return Reply(Outcome.OK)


def assign(state: State, now: Ms, item: WorkItemId, target: AgentId, by: AgentId) -> Reply:
    """A supervisor gives an item to an agent, wherever it is but in wrap-up."""
    if refusal := _not_there(state, item, target):
        return refusal
    record = state.items[item]
    if record.agent == target or (record.direct and target in record.ringing):
        return Reply(Outcome.OK)
    if record.state == "wrap_up":
        return Reply(Outcome.WRONG_STATE)
    if not _may_be_given(state, item, target):
        return Reply(Outcome.AGENT_UNAVAILABLE)
    _give(state, now, item, target, by=by, reason="moved")
    return Reply(Outcome.OK)


def pick(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> Reply:
    """An agent takes an item that waits, or rings at whomever the router chose."""
    if refusal := _not_there(state, item, agent):
        return refusal
    record = state.items[item]
    if record.agent == agent:
        return Reply(Outcome.OK)
    if record.agent is not None or (record.direct and agent not in record.ringing):
        return Reply(Outcome.NOT_YOURS)
    if not _is_here(state.agents[agent]):
        return Reply(Outcome.AGENT_UNAVAILABLE)
    _give(state, now, item, agent, by=agent, reason="taken")
    return Reply(Outcome.OK)


def _give(state: State, now: Ms, item: WorkItemId, agent: AgentId, *, by: AgentId, reason: Rescinded) -> None:
    """Offer it to this very agent, out of all other hands; who gives it to themselves has it at once."""
    rung, holder = rescind_all(state, now, item, reason), state.items[item].agent
    if holder is not None:
        release(state, item)
        state.change_agent(holder, idle_since=now)
        state.change_item(item, agent=None)
    make_offer(state, now, item, agent, by=by, from_agent=holder)
    if by == agent:
        take(state, now, item, agent, picked=True)
    for other in rung:
        settle(state, now, other)
    settle(state, now, agent)
    if holder is not None:
        freed(state, now, holder)


def _not_there(state: State, item: WorkItemId, agent: AgentId) -> Reply | None:
    if item not in state.items:
        return Reply(Outcome.ITEM_CLOSED if item in state.closed else Outcome.UNKNOWN_ITEM)
    return None if agent in state.agents else Reply(Outcome.UNKNOWN_AGENT)


def _is_here(agent: Agent) -> bool:
    return agent.reachability == "connected" and agent.status != "offline"


def _may_be_given(state: State, item: WorkItemId, agent: AgentId) -> bool:
    record = state.agents[agent]
    others = [other for other in record.offers if other != item]
    return _is_here(record) and len(others) < state.settings.pacing
