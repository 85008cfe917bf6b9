"""Calls as staff see them are what they are: a node that dies once it kept a call, before it told of it, leaves pages
behind that nobody else would mend. Each node looks whether its people were shown how their calls are by now.
"""

from __future__ import annotations

import asyncio

import structlog

from router.core.call.state import Call
from router.core.words import AgentId, Ms
from router.engine import talk
from router.engine.calls import shown
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.store.postgres import calls

log = structlog.get_logger()

LOOKED_EVERY_S = 2.0
TOLD_WITHIN_MS: Ms = 3_000
"""What was kept so long ago and is not shown yet is not on its way any more."""


async def run(centre: Centre) -> None:
    """For ever, in every node: each sees to its own people."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        await tell_again(centre)

    await patiently("calls on screens", once)


async def tell_again(centre: Centre) -> int:
    """One pass; how many calls were not as they were shown."""
    here = {agent: dict(at.calls) for agent, at in centre.live.agents.items()}
    if not here:
        return 0
    known = {call_id for versions in here.values() for call_id in versions}
    behind = 0
    for call in await calls.on_screens(centre.database, here, known, before=centre.now() - TOLD_WITHIN_MS):
        sees = [agent for agent in here if _sees(call, agent) and here[agent].get(call.id, -1) < call.version]
        gone = [agent for agent, versions in here.items() if call.id in versions and not _sees(call, agent)]
        if sees or gone:
            behind += 1
            log.warning("call told again", call_id=call.id, state=call.state)
            centre.live.said(_said(centre, call, sees, gone))
    return behind


def _sees(call: Call, agent: AgentId) -> bool:
    return not call.over and agent in call.people


def _said(centre: Centre, call: Call, sees: list[AgentId], gone: list[AgentId]) -> talk.CallSaid:
    return talk.CallSaid(
        conversation_id=call.conversation_id,
        sees={str(agent): shown.to(centre, call, agent) for agent in sees},
        gone=[str(agent) for agent in gone],
        closed=shown.closed(call),
    )
