"""Who has which case open, told between nodes, so that two do not answer one customer unawares."""

from __future__ import annotations

import asyncio

from router.core.words import AgentId
from router.engine import talk
from router.engine.cases import keeping, seeing
from router.engine.cases.watching import BEAT_S, VIEWS_TOLD_EVERY_S
from router.engine.centre import Centre
from router.engine.outbox import Outbox
from router.engine.patience import patiently


async def open_(centre: Centre, agent_id: AgentId, outbox: Outbox, case_id: str) -> None:
    """Errors: unknown_case."""
    await seeing.require(centre, agent_id, case_id)
    await keeping.now(centre, case_id)
    centre.cases.watching.open(outbox, agent_id, case_id, centre.now())
    await tell(centre)


async def leave(centre: Centre, agent_id: AgentId, outbox: Outbox) -> None:
    if centre.cases.watching.open(outbox, agent_id, "", centre.now()):
        await tell(centre)


async def tell(centre: Centre) -> None:
    """All nodes, this one too, hear what people of this node look at."""
    await centre.say(talk.CaseViewsSaid(node=centre.node, views=centre.cases.watching.here()))


async def run(centre: Centre) -> None:
    """Tell watchers of changes beat by beat, and the other nodes now and then who looks at what; for ever."""
    watching, beats = centre.cases.watching, 0

    async def once() -> None:
        nonlocal beats
        await asyncio.sleep(BEAT_S)
        watching.tell(centre.now())
        beats += 1
        again = beats * BEAT_S >= VIEWS_TOLD_EVERY_S and bool(watching.here())
        if watching.views_changed or again:
            beats, watching.views_changed = 0, False
            await tell(centre)

    await patiently("case watchers", once)
