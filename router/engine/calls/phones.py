"""Where staff answer calls: in the browser, or by a telephone of their own."""

from __future__ import annotations

from router.core.words import AgentId
from router.engine import staffing, talk
from router.engine.audited import note
from router.engine.calls import numbers
from router.engine.calls.shown import supervises
from router.engine.centre import Centre
from router.protocol import call as asked
from router.protocol.errors import Forbidden, NotFound
from router.store.postgres import staff


def fetch(centre: Centre, me: AgentId, agent_id: str) -> asked.Phone:
    """Errors: unknown_agent, wrong_role."""
    whose = _whose(centre, me, agent_id)
    colleague = centre.staff.get(whose)
    if colleague is None:
        raise NotFound("unknown_agent")
    return asked.Phone(agent_id=whose, phone=colleague.phone)


async def change(centre: Centre, me: AgentId, command: asked.SetPhone) -> asked.Phone:
    """From the next call on. Calls to it are paid for: it is one that may be called. Audited without the number.

    Errors: bad_number, unknown_agent, wrong_role.
    """
    whose = _whose(centre, me, command.agent_id)
    line = next(iter(centre.switchboard.lines.values()))
    phone = numbers.to_call(command.phone, line.country, only=line.calls_to) if command.phone.strip() else ""
    if not await staff.set_phone(centre.database, whose, phone):
        raise NotFound("unknown_agent")
    await note(centre, me, "call.set_phone", whose, by_phone=bool(phone))
    await staffing.read_anew(centre, [whose])
    await centre.say(talk.StaffSaid(agent_id=whose))
    return asked.Phone(agent_id=whose, phone=phone)


def _whose(centre: Centre, me: AgentId, agent_id: str) -> AgentId:
    """Mine, or for supervisors anybody's."""
    if agent_id in ("", me):
        return me
    if not supervises(centre, me):
        raise Forbidden("wrong_role")
    return AgentId(agent_id)
