"""Presence: who is reachable, on which devices, in which status."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from router.core.outcomes import Outcome
from router.core.policy import Supply
from router.core.words import AgentId, DeviceId
from router.engine.centre import Centre
from router.engine.patience import alone
from router.engine.staff_directory import Colleague
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.step import Step


async def sign_in(centre: Centre, agent_id: AgentId, device: DeviceId) -> None:
    """A device of the agent is connected: begin or renew its lease. An agent the store does not know is made known."""
    step = await centre.store.lease(agent_id, device, node=centre.node, ttl_ms=centre.policy.presence.lease_ms)
    if step.outcome is Outcome.UNKNOWN_AGENT:
        await make_known(centre, agent_id)
        step = await centre.store.lease(agent_id, device, node=centre.node, ttl_ms=centre.policy.presence.lease_ms)
    await centre.journal(step.events)
    if step.outcome is not Outcome.OK:
        raise Conflict("agent_unavailable", f"This device cannot be signed in: {step.outcome}.")


async def heard(centre: Centre, devices: Collection[tuple[AgentId, DeviceId]]) -> None:
    """Renew the leases of those still connected here: a device that has left must not come back by an old beat."""
    agents = centre.live.agents
    here = [each for each in devices if (known := agents.get(each[0])) and each[1] in known.connected.values()]
    changed = await centre.store.renew(here, node=centre.node, ttl_ms=centre.policy.presence.lease_ms)
    for (agent_id, device), step in changed.items():
        with alone("lease", agent_id=agent_id):
            await centre.journal(step.events)
            if step.outcome is not Outcome.OK:
                await sign_in(centre, agent_id, device)


async def make_known(centre: Centre, agent_id: AgentId) -> None:
    """Give the store the agent's skills, queues and limits."""
    colleague = centre.staff.get(agent_id)
    if colleague is None:
        raise NotFound("unknown_agent")
    step = await centre.store.put_agent(supply_of(centre, colleague))
    await centre.journal(step.events)


def supply_of(centre: Centre, colleague: Colleague) -> Supply:
    """What they bring, with what the policy says of everybody."""
    return replace(colleague.supply, interruptible_limit=centre.policy.interruptible_limit)


async def leave(centre: Centre, agent_id: AgentId, device: DeviceId) -> None:
    """A device of the agent is gone from this node; after the last one the grace begins."""
    step = await centre.store.unlease(agent_id, device, node=centre.node)
    await centre.journal(step.events)


async def sign_out(centre: Centre, agent_id: AgentId) -> None:
    """The agent went home: no grace."""
    step = await centre.store.sign_out(agent_id)
    await centre.journal(step.events)


async def set_status(centre: Centre, agent_id: AgentId, status: str, *, by: AgentId | None = None) -> None:
    """Errors: unknown_status, unknown_agent, agent_unavailable (not signed in)."""
    if status not in centre.policy.statuses:
        raise BadRequest("unknown_status")
    if centre.staff.get(agent_id) is None:
        raise NotFound("unknown_agent")
    await _taken(centre, await centre.store.set_status(agent_id, status, by=by))


async def set_next_status(centre: Centre, agent_id: AgentId, status: str) -> None:
    """status: taken when the last item in hand ends; "": none any more. Errors: as of set_status."""
    if status and status not in centre.policy.statuses:
        raise BadRequest("unknown_status")
    await _taken(centre, await centre.store.set_next_status(agent_id, status))


async def _taken(centre: Centre, step: Step) -> None:
    await centre.journal(step.events)
    match step.outcome:
        case Outcome.OK:
            return
        case Outcome.UNKNOWN_STATUS:
            raise BadRequest("unknown_status")
        case _:
            raise Conflict("agent_unavailable")
