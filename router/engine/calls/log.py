"""The call log: who called whom, when, how long, and where it can be heard."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.call.state import Call
from router.core.words import AgentId, CustomerId, Ms
from router.engine.calls.recordings import may_hear
from router.engine.centre import Centre
from router.protocol import call as asked
from router.store.postgres import calls
from router.store.postgres import recordings as stored

LONGEST_PAGE = 100
FAR = 2**53


async def page(centre: Centre, me: AgentId, command: asked.FetchCallLog) -> asked.CallLog:
    limit, before = min(max(command.limit, 1), LONGEST_PAGE), command.before or FAR
    if command.customer_id:
        found = await calls.of_customer(centre.database, CustomerId(command.customer_id), before=before, limit=limit)
    else:
        found = await calls.spoken_by(centre.database, me, before=before, limit=limit)
    return asked.CallLog(calls=await logged(centre, me, found))


async def logged(centre: Centre, me: AgentId, found: Sequence[Call]) -> list[asked.LoggedCall]:
    """Calls as the reader may see them."""
    heard = await stored.of_calls(centre.database, [call.id for call in found if may_hear(centre, me, call)])
    return [_logged(centre, call, len(heard.get(call.id, ()))) for call in found]


def _logged(centre: Centre, call: Call, recordings: int) -> asked.LoggedCall:
    return asked.LoggedCall(
        call_id=call.id,
        conversation_id=call.conversation_id,
        customer_id=call.customer_id or "",
        customer_name=call.customer_name,
        direction=call.direction,
        outcome=call.outcome,
        number=call.number,
        queue=call.queue,
        agents=[centre.staff.name_of(agent) for agent in call.spoke],
        started_at=call.started_at,
        ended_at=call.ended_at,
        waited_ms=None if call.connected_at is None else call.connected_at - call.started_at,
        talked_ms=_talked_ms(call),
        recordings=[f"/api/calls/{call.id}/recordings/{number}" for number in range(1, recordings + 1)],
    )


def _talked_ms(call: Call) -> Ms | None:
    if call.connected_at is None or call.ended_at is None:
        return None
    return call.ended_at - call.connected_at
