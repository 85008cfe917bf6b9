"""The last step of handing a call to somebody who is on the line already: their offer needs no further answer.

The node that began it may be gone in between; whoever looks at the call next does it then.
"""

from __future__ import annotations

from router.core.call.state import Call
from router.core.outcomes import Outcome
from router.core.words import AgentId, OfferId, WorkItemId
from router.engine.calls.hearing import look
from router.engine.centre import Centre
from router.engine.refusals import refusal


async def accept_for(centre: Centre, item: WorkItemId, agent: AgentId) -> bool:
    """Accept the offer that rings at them; False: none does."""
    now = await centre.store.item(item)
    ringing = now.ringing.get(agent) if now is not None else None
    if ringing is None:
        return False
    step = await centre.store.accept(OfferId(f"{item}:{ringing.attempt}"), agent)
    await centre.journal(step.events)
    if step.outcome is not Outcome.OK:
        raise refusal(step)
    return True


async def finish(centre: Centre, call: Call) -> None:
    """Go on with a handing over that was begun and not ended."""
    if not call.over and call.handing_to is not None and await accept_for(centre, call.item_id, call.handing_to):
        await look(centre, call.id)
