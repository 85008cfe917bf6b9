"""What people are able to do, and where they belong: changed while they work, and known alike on every node.

PostgreSQL has the truth, the store matches by it. The store's event of the change tells the other nodes to look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace

import structlog

from router.core.policy import Policy
from router.core.words import AgentId
from router.engine import presence, sign_in
from router.engine.audited import note
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.protocol import supervision
from router.protocol.errors import BadRequest, NotFound
from router.store.postgres import staff as stored

log = structlog.get_logger()

TOGETHER = 200
"""People told to the store in one write."""


async def change(centre: Centre, by: AgentId, asked: supervision.ChangeAgent) -> None:
    """From the next match on; what rings and does not fit any more is taken back.

    Errors: unknown_agent, unknown_queue, bad_value (a skill the policy does not know).
    """
    agent_id = AgentId(asked.agent_id)
    colleague = centre.staff.get(agent_id)
    if colleague is None:
        raise NotFound("unknown_agent")
    queues, backup = frozenset(asked.queues), frozenset(asked.backup) - frozenset(asked.queues)
    if not queues | backup <= centre.policy.queues.keys() | colleague.supply.queues | colleague.supply.backup:
        raise BadRequest("unknown_queue")
    if not asked.skills.keys() <= centre.policy.skills | colleague.supply.skills.keys():
        raise BadRequest("bad_value", "The policy knows no such skill.", field="skills")
    await stored.equip(centre.database, agent_id, skills=asked.skills, queues=queues, backup=backup)
    await note(centre, by, "agent.change", agent_id, skills=asked.skills, queues=sorted(queues), backup=sorted(backup))
    await read_anew(centre, [agent_id])
    await presence.make_known(centre, agent_id)


async def judge_anew(centre: Centre, old: Policy, misjudged: set[AgentId]) -> None:
    """Give everybody what another policy than `old` makes of them, here and in the store.

    misjudged: who is still to be told to the store; kept by the caller, as a store that is away ends this midway.
    """
    before = {
        colleague.agent_id: replace(colleague.supply, interruptible_limit=old.interruptible_limit)
        for colleague in centre.staff
    }
    await read_everybody(centre)
    misjudged |= {
        colleague.agent_id
        for colleague in centre.staff
        if presence.supply_of(centre, colleague) != before.get(colleague.agent_id)
    }
    while misjudged:
        together = sorted(misjudged)[:TOGETHER]
        await asyncio.gather(*(_known_anew(centre, agent_id) for agent_id in together))
        misjudged.difference_update(together)


async def _known_anew(centre: Centre, agent_id: AgentId) -> None:
    """Who never signed in is made known when they do."""
    if await centre.store.agent(agent_id) is not None:
        await presence.make_known(centre, agent_id)


async def read_everybody(centre: Centre) -> None:
    """Some changes may have been missed."""
    _know(centre, await stored.everybody(centre.database, let_go=True))


async def read_anew(centre: Centre, agents: Collection[AgentId]) -> None:
    """Know these people as PostgreSQL does now, and tell their tabs what is new to them."""
    _know(centre, await stored.by_ids(centre.database, agents))


def _know(centre: Centre, people: Iterable[stored.Staff]) -> None:
    for person in people:
        if not person.active:
            centre.staff.remove(person.id)
            centre.board.retouch(person.id)
            continue
        before, now = centre.staff.get(person.id), sign_in.colleague_of(centre.policy, person)
        if before == now:
            continue
        centre.staff.put(now)
        centre.board.retouch(person.id)
        here = centre.live.agents.get(person.id)
        for outbox in tuple(here.outboxes) if here is not None else ():
            outbox.put(supervision.ProfileChanged(skills=dict(now.supply.skills), queues=sorted(now.supply.queues)))


async def follow(centre: Centre) -> None:
    """Take in what other nodes changed, for ever."""

    async def once() -> None:
        changed = await centre.changed_staff.take()
        try:
            await read_anew(centre, changed)
            if any(centre.staff.get(agent_id) is None for agent_id in changed):  # let go: they are signed in no more
                await sign_in.end_old(centre)
        except BaseException:
            for agent_id in changed:
                centre.changed_staff.note(agent_id)
            raise

    await patiently("staff", once)
