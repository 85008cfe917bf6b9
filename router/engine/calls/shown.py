"""A call as people see it, and who is told when it changes."""

from __future__ import annotations

from typing import get_args

from router.core.call.rights import Right, rights
from router.core.call.state import CUSTOMER, Call, Leg
from router.core.words import AgentId
from router.engine import talk
from router.engine.centre import Centre
from router.protocol import call as shown
from router.store.postgres import calls

SUPERVISING = ("supervisor", "admin")
_ORDER: tuple[Right, ...] = get_args(Right)


def supervises(centre: Centre, agent: AgentId) -> bool:
    colleague = centre.staff.get(agent)
    return colleague is not None and colleague.role in SUPERVISING


def to(centre: Centre, call: Call, agent: AgentId) -> shown.Call:
    """The call, with what this person may do."""
    line = centre.switchboard.lines.get(call.account)
    recordable = line is not None and line.record != "never"
    allowed = rights(call, agent, supervising=supervises(centre, agent), may_record=recordable)
    return shown.Call(
        call_id=call.id,
        version=call.version,
        work_item_id=call.item_id,
        conversation_id=call.conversation_id,
        account=call.account,
        direction=call.direction,
        state=call.state,
        outcome=call.outcome,
        number=call.number,
        queue=call.queue,
        started_at=call.started_at,
        connected_at=call.connected_at,
        ended_at=call.ended_at,
        legs=[_leg(centre, call, leg) for leg in sorted(call.legs, key=lambda leg: leg.label != CUSTOMER) if leg.live],
        recording=call.recording,
        actions=[right for right in _ORDER if right in allowed],
        notice=call.notice,
    )


def _leg(centre: Centre, call: Call, leg: Leg) -> shown.CallLeg:
    if leg.agent_id is not None:
        name = centre.staff.name_of(leg.agent_id)
    else:
        name = call.customer_name if leg.role == "customer" else ""
    return shown.CallLeg(
        label=leg.label,
        role=leg.role,
        agent_id=leg.agent_id,
        name=name,
        number="" if leg.in_browser else leg.address,
        state=leg.state,
        since=leg.since,
        muted=leg.muted,
        held=leg.held,
        mode=leg.mode,
    )


async def seen_by(centre: Centre, agent: AgentId) -> list[shown.Call]:
    """The calls that are on which this member of staff is part of."""
    if centre.calls is None:
        return []
    return [to(centre, call, agent) for call in await calls.seen_by(centre.database, agent)]


async def tell(centre: Centre, before: Call | None, after: Call) -> None:
    """Tell staff who see the call how it is now, and those who saw it until now that it is over for them."""
    sees: dict[str, shown.Call] = {} if after.over else {str(agent): to(centre, after, agent) for agent in after.people}
    saw = before.people if before is not None and not before.over else ()
    gone = [str(agent) for agent in saw if agent not in sees]
    if sees or gone:
        said = talk.CallSaid(conversation_id=after.conversation_id, sees=sees, gone=gone, closed=closed(after))
        await centre.say(said)


def closed(call: Call) -> shown.CallClosed:
    """What those are told who see it no more."""
    return shown.CallClosed(call_id=call.id, version=call.version, outcome=call.outcome, notice=call.notice)
