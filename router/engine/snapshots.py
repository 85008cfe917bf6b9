"""Snapshots: everything a session needs, from what the store and PostgreSQL know now.

A session asks for events first and is given its snapshot in the first place of its stream; what happens while the
snapshot is loaded comes behind it. Told twice is harmless: events name whole states, not differences.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from router.core import events
from router.core.records import Agent
from router.core.words import AgentId, ConversationId, CustomerId, OfferId, WorkItemId
from router.engine import brief, overflows, records
from router.engine.bot import first
from router.engine.calls import shown as calls
from router.engine.centre import Centre
from router.engine.desk import Desk, Presence, Work
from router.engine.live import NO_ITEM, Window
from router.engine.outbox import Outbox
from router.engine.visitors import Visitor
from router.protocol import customer, staff
from router.protocol import records as shown
from router.protocol.errors import NotFound, Unavailable
from router.store.postgres import conversations as stored
from router.store.postgres import customers, journal, messages, work_items
from router.store.step import decode_event

BEHIND_S, ANEW_BEHIND_S = 10.0, 1.0
"""How far the board and the journal may be behind the store; less where everybody else waits for one desk."""
LOOKED_EVERY_S, SELDOM_S = 0.005, 0.25
LOOKED_THROUGH = 10
RATING_OFFERED_MS = 30 * 60_000
"""How long after its end a conversation is still shown first in the widget."""


# ---------------------------------------------------------------- staff


async def begin_desk(centre: Centre, agent_id: AgentId, outbox: Outbox) -> None:
    """The session of a member of staff begins: its desk is here, its snapshot comes first."""
    with centre.live.loading(agent_id) as missed:
        here = centre.live.agents.get(agent_id)
        desk = here.desk if here is not None else await load_desk(centre, agent_id)
        desk = centre.live.agent_joins(desk, outbox, missed)
    outbox.put_later(staff_snapshot(centre, desk))


async def load_desk(centre: Centre, agent_id: AgentId, *, seq: int | None = None) -> Desk:
    """An agent's desk as the store has it now; events after its `seq` may be in it already.

    seq: of an event the board has; None: as the store counts now, and the board is waited for.
    """
    until = _in(BEHIND_S if seq is None else ANEW_BEHIND_S)
    if seq is None:
        seq = await centre.store.seq()
    agent = await centre.store.agent(agent_id)
    if agent is None:
        raise NotFound("unknown_agent")
    colleague = centre.staff.get(agent_id)
    desk = Desk(
        agent_id=agent_id,
        seq=seq,
        presence=await _presence(centre, agent_id, agent, seq, until),
        units_limit=agent.limit,
        auto_accept=colleague is not None and colleague.auto_accept,
    )
    await asyncio.gather(
        *(_lay_on_desk(centre, desk, item_id, until) for item_id in (*agent.items, *agent.paused, *agent.offers))
    )
    return desk


def _in(seconds: float) -> float:
    """By the clock of the loop."""
    return asyncio.get_running_loop().time() + seconds


async def _presence(centre: Centre, agent_id: AgentId, agent: Agent, seq: int, until: float) -> Presence:
    """The store knows the status, the board since when and why; it is a moment behind."""
    while centre.board.seq < seq and _in(0) < until:  # noqa: ASYNC110 - folded event by event, told nobody
        await asyncio.sleep(LOOKED_EVERY_S)
    now = centre.board.agents.get(agent_id)
    known = now is not None and now.status == agent.status
    return Presence(
        status=agent.status,
        status_since=now.since if now is not None and known else centre.now(),
        reason=now.reason if now is not None and known else "",
        reachability=agent.reachability,
        status_by=agent.status_by,
        next_status=agent.next_status,
    )


async def _lay_on_desk(centre: Centre, desk: Desk, item_id: WorkItemId, until: float) -> None:
    """Put one item the agent has, or is offered, on the desk, unless it has moved on."""
    item = await centre.store.item(item_id)
    ringing = item.ringing.get(desk.agent_id) if item is not None else None
    if item is None or (ringing is None and item.agent != desk.agent_id):
        return
    offer_id = OfferId(f"{item_id}:{ringing.attempt if ringing is not None else item.taken}")
    created, accepted = await _made_and_taken(centre, item_id, offer_id, until, rings=ringing is not None)
    by = centre.staff.name_of(created.by) if created.by else None
    offer = brief.offer_of(created, transferred_by=by, auto_accept=desk.auto_accept)
    if ringing is not None:
        desk.offers[created.offer] = offer
    elif accepted is not None:
        desk.work[item_id] = Work(
            item=offer.work_item,
            state=item.state if item.state in ("paused", "wrap_up") else "assigned",
            accepted_at=accepted.at,
            wrap_up_until=item.until or None,
            paused_units=item.paused_units,
            why=offer.why,
        )


async def _made_and_taken(
    centre: Centre, item_id: WorkItemId, offer_id: OfferId, until: float, *, rings: bool
) -> tuple[events.OfferCreated, events.OfferAccepted | None]:
    """How it was offered, and taken unless it still rings. Raises Unavailable: not in the journal in time."""
    pause_s = LOOKED_EVERY_S
    while True:
        told = [decode_event(packed) for _, packed in await journal.of_item(centre.database, item_id, limit=10_000)]
        created = next((e for e in told if isinstance(e, events.OfferCreated) and e.offer == offer_id), None)
        accepted = next((e for e in told if isinstance(e, events.OfferAccepted) and e.offer == offer_id), None)
        if created is not None and (accepted is not None or rings):
            return created, accepted
        if _in(0) >= until:
            raise Unavailable("unavailable")
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, SELDOM_S)


async def staff_snapshot(centre: Centre, desk: Desk) -> staff.StaffSnapshot:
    """offers and work as the desk has them when this is called; conversations as PostgreSQL has them then."""
    colleague = centre.staff.get(desk.agent_id)
    if colleague is None:
        raise NotFound("unknown_agent")
    policy, presence = centre.policy, desk.presence
    offers, work = list(desk.offers.values()), list(desk.work.values())
    units_held, units_limit = desk.units_held, desk.units_limit
    assignments = await _assignments(centre, work)
    seen = await calls.seen_by(centre, desk.agent_id)
    if here := centre.live.agents.get(desk.agent_id):
        here.calls = {call.call_id: call.version for call in seen} | here.calls
    return staff.StaffSnapshot(
        calls=seen,
        voice=centre.calls is not None,
        server_time=centre.now(),
        me=shown.Me(
            agent_id=desk.agent_id,
            name=colleague.name,
            email=colleague.email,
            role=colleague.role,
            team=colleague.team,
            language=colleague.language,
            status=presence.status,
            status_since=presence.status_since,
            status_reason=presence.reason,
            reachability=presence.reachability,
            units_held=units_held,
            units_limit=units_limit,
            skills=dict(colleague.supply.skills),
            queues=sorted(colleague.supply.queues),
            interruptible_limit=policy.interruptible_limit,
            status_by=centre.staff.name_of(presence.status_by) if presence.status_by else None,
            next_status=presence.next_status,
        ),
        statuses=[
            shown.StatusChoice(
                name=status.name,
                label=status.label,
                productive=status.productive,
                icon=status.icon,
                channels=sorted(status.channels),
            )
            for status in policy.statuses.values()
        ],
        queues=[shown.QueueName(name=queue.name, label=queue.label) for queue in policy.queues.values()],
        dispositions=[shown.DispositionName(name=each.name, label=each.label) for each in policy.dispositions],
        decline_reasons=list(policy.offers.decline_reasons),
        offers=offers,
        assignments=assignments,
        skills=sorted(policy.skills),
        pacing=policy.offers.pacing,
    )


async def _assignments(centre: Centre, work: Collection[Work]) -> list[shown.Assignment]:
    ids = [ConversationId(each.item.conversation_id) for each in work]
    known = await asyncio.gather(*(centre.conversations.get(conversation_id) for conversation_id in ids))
    assignments = []
    for each, whole in zip(work, known, strict=True):
        if whole is not None:
            row = whole.conversation
            online = row.visitor_id is not None and await centre.attendance.is_here(row.visitor_id)
            carrier = centre.carriers.get(row.account)
            assignments.append(_assignment(each, records.conversation(row, whole.newest, carrier), online))
    return assignments


def _assignment(work: Work, conversation: shown.Conversation, online: bool) -> shown.Assignment:
    return shown.Assignment(
        work_item=work.item,
        units=work.units,
        state=work.state,
        accepted_at=work.accepted_at,
        wrap_up_until=work.wrap_up_until,
        conversation=conversation,
        customer_online=online,
        why=work.why,
    )


async def item_assigned(centre: Centre, work: Work) -> staff.ItemAssigned:
    """An accepted item with its conversation. Raises Unavailable when the conversation cannot be loaded."""
    assignments = await _assignments(centre, [work])
    if not assignments:
        raise Unavailable("unavailable")
    return staff.ItemAssigned(assignment=assignments[0])


# ---------------------------------------------------------------- customers


def begin_window(centre: Centre, visitor: Visitor, outbox: Outbox) -> None:
    """The session of a visitor begins: its window is here, its snapshot comes first.

    In one go: what another tab's window is told from here on must find the snapshot before it.
    """
    window = centre.live.visitor_joins(visitor.visitor_id, visitor.customer_id, outbox)
    outbox.put_later(_first_snapshot(centre, window))


async def _first_snapshot(centre: Centre, window: Window) -> customer.CustomerSnapshot:
    if _shows_nothing_open(window):
        row = await stored.open_of_visitor(centre.database, window.visitor_id)
        item = await _open_item(centre, row.id) if row is not None else None
        if row is not None and _shows_nothing_open(window):
            centre.live.follow(window, row.id, item.id if item else NO_ITEM)
    return await customer_snapshot(centre, window)


def _shows_nothing_open(window: Window) -> bool:
    return not window.conversation_id or window.closed


async def _open_item(centre: Centre, conversation_id: ConversationId) -> work_items.WorkItem | None:
    rows = await work_items.of_conversation(centre.database, conversation_id)
    return next((row for row in rows if row.state != "closed"), None)


async def customer_snapshot(centre: Centre, window: Window) -> customer.CustomerSnapshot:
    """The open conversation, or the last one while it may still be rated."""
    person = await customers.by_id(centre.database, window.customer_id)
    if person is None:
        raise NotFound("unknown_conversation")
    row = await _shown_first(centre, window, person.id)
    conversation = None
    queue: customer.QueuePosition | None = None
    face: customer.AgentFace | None = None
    if row is not None:
        if not window.conversation_id:
            centre.live.follow(window, row.id, NO_ITEM, closed=row.state == "closed")
        newest = await messages.page(centre.database, row.id, limit=records.MESSAGES_SENT, notes=False)
        conversation = records.conversation_for_customer(row, newest)
        queue, face = await _where(centre, window, row)
    return customer.CustomerSnapshot(
        server_time=centre.now(),
        customer=records.own_card(person),
        conversation=conversation,
        queue=queue,
        agent=face,
    )


async def _shown_first(centre: Centre, window: Window, customer_id: CustomerId) -> stored.Conversation | None:
    if window.conversation_id:
        return await stored.by_id(centre.database, ConversationId(window.conversation_id))
    rows = await stored.of_customer(centre.database, customer_id, limit=LOOKED_THROUGH)
    last = next((row for row in rows if row.visitor_id == window.visitor_id), None)  # not what another browser has open
    recent = last is not None and (last.closed_at or centre.now()) > centre.now() - RATING_OFFERED_MS
    return last if recent else None


async def _where(
    centre: Centre, window: Window, row: stored.Conversation
) -> tuple[customer.QueuePosition | None, customer.AgentFace | None]:
    """Waiting, with somebody, or neither."""
    if row.state == "closed" or not window.work_item_id:
        name = first.face(centre, row)
        return None, customer.AgentFace(name=name, bot=True) if name else None
    item = await centre.store.item(window.work_item_id)
    if item is None:
        return None, None
    if item.agent is not None:
        return None, customer.AgentFace(name=centre.staff.face_of(item.agent))
    item_id, window.waiting = window.work_item_id, not window.closed
    where = (await centre.store.positions([item_id])).get(item_id)
    if not window.waiting or window.work_item_id != item_id:  # that is told behind this snapshot
        return None, None
    if where is None or where.state not in ("waiting", "offered"):
        window.waiting = False
        return None, None
    position = overflows.told(centre, where)
    centre.live.show_position(window, position)
    return position, None
