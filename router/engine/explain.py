"""Why: for any item why it waits or whose it is, for any agent why nothing comes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

import msgspec

from router.core import events as happened
from router.core.model.obstacles import Obstacle, first_obstacle
from router.core.model.state import State
from router.core.records import Item
from router.core.why import why_agent, why_item
from router.core.words import AgentId, WorkItemId
from router.engine import brief
from router.engine.centre import Centre
from router.engine.obstacles import told_obstacle
from router.protocol import explain
from router.protocol.errors import Forbidden, NotFound, Unavailable
from router.store.postgres import journal, work_items
from router.store.routing import decode_event

MOST_LOOKED_AT = 20_000
"""Agents, and waiting items, of one explanation; beside the one it is about."""
MOST_NAMED = 100
"""Agents listed by name."""
MOST_DECISIONS = 200
MOST_WAITING = 200


async def _state(centre: Centre) -> State:
    """The live state as the reference model has it, as far as it is looked at. Raises StoreUnavailable."""
    snapshot = await centre.store.snapshot(limit=MOST_LOOKED_AT)
    known = centre.definitions
    await known.read(centre.store.connection, centre.store.prefix)
    if known.settings is None:
        raise Unavailable("unavailable")
    return State(
        settings=known.settings,
        lanes=known.lanes,
        plans=known.plans,
        profiles=known.profiles,
        agents=dict(snapshot.agents),
        items=dict(snapshot.items),
    )


async def item(centre: Centre, item_id: WorkItemId) -> explain.ItemExplained:
    """Errors: unknown_work_item."""
    row = await work_items.by_id(centre.database, item_id)
    if row is None:
        raise NotFound("unknown_work_item")
    decisions = await _decisions(centre, item_id)
    state = await _state(centre)
    record = state.items.get(item_id) or await centre.store.item(item_id)
    if record is None:
        return explain.ItemExplained(
            work_item_id=item_id, queue=row.queue, state="closed", enqueued_at=row.enqueued_at, decisions=decisions
        )
    state.items[item_id] = record
    lane = state.lane(item_id)
    told = explain.ItemExplained(
        work_item_id=item_id,
        queue=lane.queue,
        state=record.state,
        enqueued_at=record.enqueued_at,
        requirements=[" + ".join(f"{skill}≥{level}" for skill, level in needs) for needs in lane.needs if needs],
        decisions=decisions,
    )
    return await _waiting(centre, state, item_id, told) if record.state == "waiting" else told


async def _waiting(
    centre: Centre, state: State, item_id: WorkItemId, told: explain.ItemExplained
) -> explain.ItemExplained:
    place = (await centre.store.positions([item_id])).get(item_id)
    why = why_item(state, item_id)
    named = [
        explain.AgentObstacle(agent_id=agent, name=centre.staff.name_of(agent), obstacle=told_obstacle(first))
        for agent, first in why.agents.items()
        if first is not None
    ]
    return msgspec.structs.replace(
        told,
        position=place.rank + 1 if place is not None and place.rank is not None else None,
        counted=_counted(why.counted),
        agents=sorted(named, key=lambda one: (one.obstacle.code, one.name))[:MOST_NAMED],
        able=len(why.agents),
        missing=[told_obstacle(obstacle) for obstacle in why.missing],
    )


async def agent(centre: Centre, agent_id: AgentId) -> explain.AgentExplained:
    """Errors: unknown_agent."""
    if centre.staff.get(agent_id) is None:
        raise NotFound("unknown_agent")
    state = await _state(centre)
    record = state.agents.get(agent_id) or await centre.store.agent(agent_id)
    if record is None:
        return explain.AgentExplained(agent_id=agent_id, own=told_obstacle(Obstacle("gone")), waiting=0, counted=[])
    state.agents[agent_id] = record
    why = why_agent(state, agent_id)
    return explain.AgentExplained(
        agent_id=agent_id,
        own=told_obstacle(why.own) if why.own is not None else None,
        waiting=why.waiting,
        counted=_counted(why.counted),
    )


async def waiting(centre: Centre, asks: AgentId, queue: str) -> explain.Waiting:
    """The first of a queue's line, or of all queues of whoever asks, and what keeps each item from these.

    Errors: unknown_queue, wrong_role (an agent asks for a queue that is not theirs).
    """
    colleague = centre.staff.get(asks)
    own = colleague.supply.queues if colleague is not None else frozenset()
    if queue and queue not in centre.policy.queues:
        raise NotFound("unknown_queue")
    if queue and queue not in own and (colleague is None or colleague.role == "agent"):
        raise Forbidden("wrong_role")
    names = [queue] if queue else sorted(own)
    lines = await asyncio.gather(*(centre.store.waiting(name, limit=MOST_WAITING) for name in names))
    together = [(item_id, record) for _, line in lines for item_id, record in line.items()]
    items = dict(sorted(together, key=lambda one: (one[1].score, one[0]))[:MOST_WAITING])
    briefs = await centre.store.briefs(list(items))
    shown = {item_id: brief.unpack(packed).item for item_id, packed in briefs.items()}
    kept = await _kept_from(centre, asks, items)
    return explain.Waiting(
        queue=queue,
        items=[
            explain.WaitingItem(
                work_item_id=item_id,
                channel=shown[item_id].channel,
                customer=shown[item_id].customer.name,
                enqueued_at=record.enqueued_at,
                refusals=sum(record.refusals.values()),
                missing=_missing(centre, item_id),
                queue=shown[item_id].queue,
                preview=shown[item_id].preview,
                priority=shown[item_id].priority,
                weight=shown[item_id].weight,
                obstacle=kept.get(item_id),
            )
            for item_id, record in items.items()
            if item_id in shown
        ],
    )


async def _kept_from(
    centre: Centre, agent_id: AgentId, items: Mapping[WorkItemId, Item]
) -> dict[WorkItemId, explain.Obstacle]:
    """What keeps each item from the agent, of those that something does."""
    record = await centre.store.agent(agent_id)
    known = centre.definitions
    await known.read(centre.store.connection, centre.store.prefix)
    if record is None or known.settings is None:
        return {}
    state = State(
        settings=known.settings,
        lanes=known.lanes,
        plans=known.plans,
        profiles=known.profiles,
        agents={agent_id: record},
        items=dict(items),
    )
    firsts = {item_id: first_obstacle(state, item_id, agent_id) for item_id in items}
    return {item_id: told_obstacle(first) for item_id, first in firsts.items() if first is not None}


def _missing(centre: Centre, item_id: WorkItemId) -> list[explain.Obstacle]:
    known = centre.board.items.get(item_id)
    return [told_obstacle(one) for one in known.missing] if known is not None else []


async def _decisions(centre: Centre, item_id: WorkItemId) -> list[explain.Decision]:
    """What the journal has of the item, oldest first, the newest MOST_DECISIONS."""
    packed = await journal.of_item(centre.database, item_id)
    return [decided for _, body in packed if (decided := _decision(centre, decode_event(body))) is not None][
        -MOST_DECISIONS:
    ]


def _decision(centre: Centre, event: happened.Event) -> explain.Decision | None:
    def decided(
        kind: explain.DecisionKind, *, agent: AgentId | None = None, queue: str = "", reason: str = ""
    ) -> explain.Decision:
        name = centre.staff.name_of(agent) if agent is not None else ""
        return explain.Decision(at=event.at, kind=kind, name=name, queue=queue, reason=reason)

    match event:
        case happened.ItemQueued():
            return decided("queued", queue=event.queue, reason=event.reason)
        case happened.ItemOverflow():
            return decided("overflow", queue=event.queue, reason=f"{event.when} {event.action}")
        case happened.OfferCreated():
            return decided("offered", agent=event.agent, queue=event.queue)
        case happened.OfferAccepted():
            return decided("accepted", agent=event.agent)
        case happened.OfferDeclined():
            return decided("declined", agent=event.agent, reason=event.reason)
        case happened.OfferExpired():
            return decided("expired", agent=event.agent)
        case happened.OfferRescinded():
            return decided("rescinded", agent=event.agent, reason=event.reason)
        case happened.ItemClosed():
            return decided(event.outcome, reason=event.reason or event.disposition)
        case _:
            return None


def _counted(counted: Iterable[tuple[Obstacle, int]]) -> list[explain.Counted]:
    return [explain.Counted(obstacle=told_obstacle(obstacle), count=count) for obstacle, count in counted]
