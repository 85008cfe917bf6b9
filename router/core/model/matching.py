"""Matching by looking at everything: `place` finds an agent for an item, `settle` finds an item for an agent."""

from __future__ import annotations

from router.core.compiler import Lane, eligible, fit
from router.core.events import Match, OfferCreated
from router.core.model.drain import await_drain, begin_drain, could_drain, end_drain, leave_drain
from router.core.model.obstacles import first_obstacle, lane_obstacles
from router.core.model.overflow import Came, overflow
from router.core.model.plans import advance, await_step, preferred_lanes
from router.core.model.preference import give_up, has_hope
from router.core.model.room import pool_for
from router.core.model.state import State
from router.core.records import Agent, Ringing
from router.core.words import AgentId, Ms, OfferId, WorkItemId


def is_free_for(state: State, agent: Agent, lane: Lane, *, regardless: bool = False) -> bool:
    """Whether the agent could be offered an item of the lane now; regardless: of skills and queues."""
    return next(lane_obstacles(state, agent, lane, regardless=regardless), None) is None


def can_match(state: State, item: WorkItemId, agent: AgentId, lane: Lane | None = None) -> bool:
    """lane: of an earlier step of the item's plan, in place of the one it is at."""
    return first_obstacle(state, item, agent, lane) is None


def rank(state: State, agent: AgentId, lane: Lane) -> tuple[tuple[float, ...], float, Ms, AgentId]:
    """Order of agents for items of the lane, best first: by profile, by what the model counts, by idleness."""
    record = state.agents[agent]
    return fit(lane, state.profiles[record.profile]), counted(state, record, lane), record.idle_since, agent


def counted(state: State, agent: Agent, lane: Lane) -> float:
    """The model's own measure of an agent, smallest first."""
    used, limit = pool_for(state, agent, lane)
    match lane.model:
        case "least_loaded":
            return used / limit
        case "most_available":
            return used - limit
        case "round_robin":
            return agent.offered_at
        case "longest_idle" | "best_fit":
            return 0


def best_agent(state: State, item: WorkItemId, *, besides: AgentId | None = None) -> AgentId | None:
    """Of the agents who could take it at the earliest step of its plan, the best."""
    for _, lane_id in preferred_lanes(state, item):
        lane = state.lanes[lane_id]
        able = [agent for agent in state.agents if agent != besides and can_match(state, item, agent, lane)]
        if able:
            return min(rank(state, agent, lane) for agent in able)[-1]
    return None


def best_item(state: State, agent: AgentId) -> WorkItemId | None:
    waiting = [item for item, record in state.items.items() if record.state == "waiting"]
    able = [item for item in waiting if can_match(state, item, agent)]
    return min(able, key=lambda item: (state.items[item].score, item), default=None)


def make_offer(
    state: State,
    now: Ms,
    item: WorkItemId,
    agent: AgentId,
    *,
    by: AgentId | None = None,
    from_agent: AgentId | None = None,
) -> None:
    """by: who wants it to go to this very agent. from_agent: who held it until now."""
    leave_drain(state, now, item)
    lane = state.lane(item)
    queue = state.settings.queues.get(lane.queue)
    ring_ms = queue.ring_ms.get(lane.channel, state.settings.ring_ms) if queue else state.settings.ring_ms
    attempt = state.items[item].attempt + 1
    why = _why(state, item, agent, lane)
    ringing = state.items[item].ringing | {agent: Ringing(attempt, now + ring_ms)}
    state.change_item(item, state="offered", ringing=ringing, attempt=attempt, direct=by is not None)
    state.take_room(agent, lane, sign=1)
    state.change_agent(agent, offers=[*state.agents[agent].offers, item])
    state.change_agent(agent, offered_at=now)
    slow_down(state, now, agent, direct=by is not None)
    state.set_timer(now + ring_ms, "offer", item, agent)
    state.drop_timer("relax", item)
    state.drop_timer("prefer", item)
    state.events.append(
        OfferCreated(
            at=now,
            offer=OfferId(f"{item}:{attempt}"),
            item=item,
            agent=agent,
            queue=lane.queue,
            lane=state.items[item].lane,
            channel=lane.channel,
            weight=lane.weight,
            expires_at=now + ring_ms,
            enqueued_at=state.items[item].enqueued_at,
            attempt=attempt,
            direct=by is not None,
            by=by,
            why=why,
            from_agent=from_agent,
            auto=queue.auto_accept if queue else False,
            brief=state.briefs.get(item, b""),
        )
    )


def slow_down(state: State, now: Ms, agent: AgentId, *, direct: bool) -> None:
    """An offer to an agent who came back: the next one waits a while, unless they are half full now."""
    record, ramp_ms = state.agents[agent], state.settings.ramp_ms
    if not record.ramping:
        return
    if 2 * record.used >= record.limit or ramp_ms == 0:
        state.end_ramp(agent)
    elif not direct:
        state.change_agent(agent, ramp_until=now + ramp_ms)
        state.set_timer(now + ramp_ms, "ramp", agent)


def end_pause(state: State, now: Ms, agent: AgentId) -> None:
    """An agent who ramps up may have something new again."""
    state.change_agent(agent, ramp_until=0)
    settle(state, now, agent)


def await_visit(state: State, now: Ms, item: WorkItemId) -> None:
    """An item that begins to wait does so for as long as its customer is seen, or was lately."""
    visit_ms = state.settings.visit_ms.get(state.lane(item).channel)
    if visit_ms is not None and f"visit {item}" not in state.timers:
        state.set_timer(now + visit_ms, "visit", item)


def _why(state: State, item: WorkItemId, agent: AgentId, lane: Lane) -> Match:
    record = state.agents[agent]
    profile, used_limit = state.profiles[record.profile], pool_for(state, record, lane)
    steps = preferred_lanes(state, item)
    able = [step for step, lane_id in steps if eligible(state.lanes[lane_id], profile)]
    return Match(
        model=lane.model,
        step=able[0] if able else steps[-1][0],
        idle_since=record.idle_since,
        used=used_limit[0],
        limit=used_limit[1],
    )


def place(state: State, now: Ms, item: WorkItemId, *, besides: AgentId | None = None, came: Came | None = None) -> None:
    """Ring an item that is in nobody's hands at as many agents as its queue wants; if it rings nowhere, it waits.

    besides: an agent who is to be settled next, and looks for the best of all that waits then. came: it comes to its
    queue, which may overflow.
    """
    leave_drain(state, now, item)
    if not state.items[item].ringing:
        advance(state, now, item)
        give_up(state, now, item)
    queue = state.settings.queues.get(state.lane(item).queue)
    wanted = queue.ring_agents if queue and state.items[item].preferred is None else 1
    for _ in range(wanted - len(state.items[item].ringing)):
        agent = best_agent(state, item, besides=besides)
        if agent is not None:
            make_offer(state, now, item, agent)
    record = state.items[item]
    if record.ringing:
        return
    if overflow(state, now, item, came):
        place(state, now, item, besides=besides)
        return
    if record.state != "waiting":
        await_visit(state, now, item)
    state.change_item(item, state="waiting")
    await_step(state, item)
    await_drain(state, item)
    if record.preferred is not None:
        state.set_timer(record.preferred_until, "prefer", item)


def revise_wanted(state: State, now: Ms, agent: AgentId) -> None:
    """What waits for an agent of whom there is no hope now waits for all, in order."""
    mine = [item for item, record in state.items.items() if (record.state, record.preferred) == ("waiting", agent)]
    for item in sorted(mine, key=lambda item: (state.items[item].score, item)):
        if not has_hope(state, now, item):
            place(state, now, item, besides=agent)


def settle(state: State, now: Ms, agent: AgentId) -> None:
    """Offer the best waiting items to an agent whose state has changed, as many as they can take."""
    draining = state.agents[agent].draining
    if draining is not None and not could_drain(state, draining, agent):
        end_drain(state, now, agent)
    while (item := best_item(state, agent)) is not None:
        make_offer(state, now, item, agent)
    begin_drain(state, now, agent)


def settle_undrained(state: State, now: Ms) -> None:
    """Near the end of every step."""
    while state.undrained:
        settle(state, now, state.undrained.pop(0))
