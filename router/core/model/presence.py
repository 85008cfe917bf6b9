"""Agents: what they bring, whether they are reachable, what status they chose."""

from __future__ import annotations

from typing import Literal

from router.core.compiler import OFFLINE, Settings, eligible
from router.core.events import AgentProfile
from router.core.model.items import ID, close_held, freed, release, requeue
from router.core.model.matching import revise_wanted, settle
from router.core.model.offers import allowed_in, direct_or, return_offers, tell_presence
from router.core.model.state import DEVICES, Reply, State
from router.core.outcomes import Outcome
from router.core.records import Agent
from router.core.words import AgentId, DeviceId, Ms, ProfileId, Units


def put_agent(state: State, now: Ms, agent: AgentId, profile: ProfileId, limit: Units) -> Reply:
    if limit < 1 or not ID.fullmatch(agent):
        return Reply(Outcome.BAD_REQUEST)
    if profile not in state.profiles:
        return Reply(Outcome.UNKNOWN_PROFILE)
    old = state.agents.get(agent)
    if old is None:
        state.agents[agent] = Agent(profile=profile, limit=limit)
    elif (old.profile, old.limit) == (profile, limit):
        return Reply(Outcome.OK)
    state.change_agent(agent, profile=profile, limit=limit)
    state.events.append(AgentProfile(at=now, agent=agent, profile=profile, limit=limit))
    able = state.profiles[profile]
    serves = direct_or(state, lambda item: state.items[item].regardless or eligible(state.lane(item), able))
    return_offers(state, now, agent, "profile", keeps=serves)
    revise_wanted(state, now, agent)
    settle(state, now, agent)
    return Reply(Outcome.OK)


def lease(
    state: State, now: Ms, agent: AgentId, device: DeviceId, node: str, ttl_ms: Ms, sign_in_status: str = ""
) -> Reply:
    if ttl_ms < 1 or not (ID.fullmatch(device) and ID.fullmatch(node)):
        return Reply(Outcome.BAD_REQUEST)
    record = state.agents.get(agent)
    if record is None:
        return Reply(Outcome.UNKNOWN_AGENT)
    status = sign_in_status or state.settings.sign_in_status
    if status not in state.settings.statuses:
        return Reply(Outcome.UNKNOWN_STATUS)
    if device not in record.devices and len(record.devices) >= DEVICES:
        return Reply(Outcome.TOO_MANY)
    state.set_timer(now + ttl_ms, "lease", agent, device)
    state.change_agent(agent, devices=record.devices | {device: node}, reachability="connected")
    if record.reachability == "connected":
        return Reply(Outcome.OK)
    if record.reachability == "gone":
        state.take_status(agent, status)
        state.change_agent(agent, idle_since=record.idle_since or now)
    state.drop_timer("grace", agent)
    tell_presence(state, now, agent, "sign_in" if record.reachability == "gone" else "reconnected")
    freed(state, now, agent)
    return Reply(Outcome.OK)


def unlease(state: State, now: Ms, agent: AgentId, device: DeviceId, node: str = "") -> Reply:
    if agent not in state.agents:
        return Reply(Outcome.UNKNOWN_AGENT)
    had = state.agents[agent].devices.get(device)
    if had is not None and node in ("", had):
        drop_device(state, now, agent, device)
    return Reply(Outcome.OK)


def drop_device(state: State, now: Ms, agent: AgentId, device: DeviceId) -> None:
    """After the last one the grace begins: nothing new, the ringing offer moves on, what is held stays."""
    state.drop_timer("lease", agent, device)
    left = {other: node for other, node in state.agents[agent].devices.items() if other != device}
    state.change_agent(agent, devices=left)
    if left:
        return
    state.change_agent(agent, reachability="grace")
    state.set_timer(now + state.settings.grace_ms, "grace", agent)
    tell_presence(state, now, agent, "disconnected")
    return_offers(state, now, agent, "disconnected")
    settle(state, now, agent)


def sign_out(state: State, now: Ms, agent: AgentId) -> Reply:
    record = state.agents.get(agent)
    if record is None:
        return Reply(Outcome.UNKNOWN_AGENT)
    if record.reachability == "gone":
        return Reply(Outcome.OK)
    for device in record.devices:
        state.drop_timer("lease", agent, device)
    state.drop_timer("grace", agent)
    state.change_agent(agent, devices={})
    leave(state, now, agent, "signed_out")
    return Reply(Outcome.OK)


def leave(state: State, now: Ms, agent: AgentId, reason: Literal["gone", "signed_out"]) -> None:
    """The agent will not be back: wrap-ups end, assigned items return to their queues in order, ahead of their age."""
    state.take_status(agent, OFFLINE)
    state.change_agent(agent, reachability="gone", next_status="")
    tell_presence(state, now, agent, reason)
    return_offers(state, now, agent, "disconnected")
    settle(state, now, agent)
    revise_wanted(state, now, agent)
    held = state.agents[agent].items
    for item in held:
        if state.items[item].state == "wrap_up":
            close_held(state, now, item, "completed")
    assigned = [item for item in held if item in state.items]
    for item in sorted(assigned, key=lambda item: (state.items[item].score, item)):
        release(state, item)
        state.change_item(item, score=state.items[item].score - state.settings.gone_boost_ms)
        requeue(state, now, item, "agent_gone")


def set_status(
    state: State,
    now: Ms,
    agent: AgentId,
    status: str,
    reason: Literal["chosen", "supervisor"] = "chosen",
    by: AgentId | None = None,
) -> Reply:
    record = state.agents.get(agent)
    if record is None:
        return Reply(Outcome.UNKNOWN_AGENT)
    if status not in state.settings.statuses:
        return Reply(Outcome.UNKNOWN_STATUS)
    if record.reachability == "gone":
        return Reply(Outcome.AGENT_GONE)
    if record.status == status and not record.next_status:
        return Reply(Outcome.OK)
    state.take_status(agent, status, by)
    state.change_agent(agent, next_status="")
    tell_presence(state, now, agent, reason, by)
    return_offers(state, now, agent, "status", keeps=allowed_in(state, status))
    settle(state, now, agent)
    return Reply(Outcome.OK)


def set_next_status(state: State, now: Ms, agent: AgentId, status: str) -> Reply:
    """status: "" gives the plan up. With nothing in hand it is taken at once."""
    record = state.agents.get(agent)
    if record is None:
        return Reply(Outcome.UNKNOWN_AGENT)
    if status and status not in state.settings.statuses:
        return Reply(Outcome.UNKNOWN_STATUS)
    if record.reachability == "gone":
        return Reply(Outcome.AGENT_GONE)
    if status and not record.items:
        return set_status(state, now, agent, status)
    if record.next_status == status:
        return Reply(Outcome.OK)
    state.change_agent(agent, next_status=status)
    tell_presence(state, now, agent, "planned")
    settle(state, now, agent)
    return Reply(Outcome.OK)


def configure(state: State, now: Ms, settings: Settings) -> Reply:
    """Put settings in force; whom they let take other work are matched anew, in order of ids."""
    old, state.settings = state.settings, settings
    before, after = old.statuses, settings.statuses
    changed = {status for status in before.keys() | after if before.get(status) != after.get(status)}
    others = (old.pacing, old.beside) != (settings.pacing, settings.beside)
    concerned = [
        agent
        for agent, record in sorted(state.agents.items())
        if record.reachability != "gone" and (others or changed & {record.status, record.next_status})
    ]
    for agent in concerned:
        settle(state, now, agent)
    for agent in concerned:
        allowed = allowed_in(state, state.agents[agent].status)
        return_offers(state, now, agent, "status", keeps=direct_or(state, allowed))
        settle(state, now, agent)
    return Reply(Outcome.OK)
