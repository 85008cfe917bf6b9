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
from router.engine import brief, records
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

BEHIND_S, BEHIND_TRIES = 1.0, 200
"""How far the board and the journal may be behind the store."""
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


async def load_desk(centre: Centre, agent_id: AgentId) -> Desk:
    """An agent's desk as the store has it now; events after its `seq` may be in it already."""
    seq, agent = await asyncio.gather(centre.store.seq(), centre.store.agent(agent_id))
    if agent is None:
        raise NotFound("unknown_agent")
    colleague = centre.staff.get(agent_id)
    desk = Desk(
        agent_id=agent_id,
        seq=seq,
        presence=await _presence(centre, agent_id, agent, seq),
        units_limit=agent.limit,
        auto_accept=colleague is not None and colleague.auto_accept,
    )
    await asyncio.gather(
        *(_lay_on_desk(centre, desk, item_id) for item_id in (*agent.items, *agent.paused, *agent.offers))
    )
    return desk


async def _presence(centre: Centre, agent_id: AgentId, agent: Agent, seq: int) -> Presence:
    """The store knows the status, the board since when and why; it is a moment behind."""
    for _ in range(BEHIND_TRIES):
        if centre.board.seq >= seq:
            break
        await asyncio.sleep(BEHIND_S / BEHIND_TRIES)
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


async def _lay_on_desk(centre: Centre, desk: Desk, item_id: WorkItemId) -> None:
    """Put one item the agent has, or is offered, on the desk, unless it has moved on."""
    item = await centre.store.item(item_id)
    ringing = item.ringing.get(desk.agent_id) if item is not None else None
    if item is None or (ringing is None and item.agent != desk.agent_id):
        return
    offer_id = OfferId(f"{item_id}:{ringing.attempt if ringing is not None else item.taken}")
    created, accepted = await _made_and_taken(centre, item_id, offer_id, rings=ringing is not None)
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
        )


async def _made_and_taken(
    centre: Centre, item_id: WorkItemId, offer_id: OfferId, *, rings: bool
) -> tuple[events.OfferCreated, events.OfferAccepted | None]:
    """How it was offered, and taken unless it still rings. Raises Unavailable: not in the journal in time."""
    for _ in range(BEHIND_TRIES):
        told = [decode_event(packed) for _, packed in await journal.of_item(centre.database, item_id, limit=10_000)]
        created = next((e for e in told if isinstance(e, events.OfferCreated) and e.offer == offer_id), None)
        accepted = next((e for e in told if isinstance(e, events.OfferAccepted) and e.offer == offer_id), None)
        if created is not None and (accepted is not None or rings):
            return created, accepted
        await asyncio.sleep(BEHIND_S / BEHIND_TRIES)
    raise Unavailable("unavailable")


async def staff_snapshot(centre: Centre, desk: Desk) -> staff.StaffSnapshot:
    """offers and work as the desk has them when this is called; conversations as PostgreSQL has them then."""
    colleague = centre.staff.get(desk.agent_id)
    if colleague is None:
        raise NotFound("unknown_agent")
    policy, presence = centre.policy, desk.presence
    offers, work = list(desk.offers.values()), list(desk.work.values())
    units_held, units_limit = desk.units_held, desk.units_limit
    assignments = await _assignments(centre, work)
    return staff.StaffSnapshot(
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
    )


async def _assignments(centre: Centre, work: Collection[Work]) -> list[shown.Assignment]:
    if not work:
        return []
    ids = [ConversationId(each.item.conversation_id) for each in work]
    rows, newest = await asyncio.gather(
        stored.by_ids(centre.database, ids),
        messages.newest(centre.database, ids, each=records.MESSAGES_SENT),
    )
    assignments = []
    for each in work:
        row = rows.get(ConversationId(each.item.conversation_id))
        if row is not None:
            online = row.visitor_id is not None and await centre.attendance.is_here(row.visitor_id)
            assignments.append(_assignment(each, records.conversation(row, newest.get(row.id, [])), online))
    return assignments


def _assignment(work: Work, conversation: shown.Conversation, online: bool) -> shown.Assignment:
    return shown.Assignment(
        work_item=work.item,
        state=work.state,
        accepted_at=work.accepted_at,
        wrap_up_until=work.wrap_up_until,
        conversation=conversation,
        customer_online=online,
    )


async def item_assigned(centre: Centre, work: Work) -> staff.ItemAssigned:
    """An accepted item with its conversation. Raises Unavailable when the conversation cannot be loaded."""
    assignments = await _assignments(centre, [work])
    if not assignments:
        raise Unavailable("unavailable")
    return staff.ItemAssigned(assignment=assignments[0])


# ---------------------------------------------------------------- customers


async def begin_window(centre: Centre, visitor: Visitor, outbox: Outbox) -> None:
    """The session of a visitor begins: its window is here, its snapshot comes first."""
    window = centre.live.visitor_joins(visitor.visitor_id, visitor.customer_id, outbox)
    if not window.conversation_id or window.closed:
        row = await stored.open_of_visitor(centre.database, visitor.visitor_id)
        item = await _open_item(centre, row.id) if row is not None else None
        if row is not None and (not window.conversation_id or window.closed):
            centre.live.follow(window, row.id, item.id if item else NO_ITEM)
    outbox.put_later(customer_snapshot(centre, window))


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
        customer=records.customer_card(person),
        conversation=conversation,
        queue=queue,
        agent=face,
    )


async def _shown_first(centre: Centre, window: Window, customer_id: CustomerId) -> stored.Conversation | None:
    if window.conversation_id:
        return await stored.by_id(centre.database, ConversationId(window.conversation_id))
    last = await stored.of_customer(centre.database, customer_id, limit=1)
    recent = last and (last[0].closed_at or centre.now()) > centre.now() - RATING_OFFERED_MS
    return last[0] if recent else None


async def _where(
    centre: Centre, window: Window, row: stored.Conversation
) -> tuple[customer.QueuePosition | None, customer.AgentFace | None]:
    """Waiting, with somebody, or neither."""
    if row.state == "closed" or not window.work_item_id:
        return None, None
    item = await centre.store.item(window.work_item_id)
    if item is None:
        return None, None
    if item.agent is not None:
        return None, customer.AgentFace(name=centre.staff.face_of(item.agent))
    where = (await centre.store.positions([window.work_item_id])).get(window.work_item_id)
    if where is None or where.state not in ("waiting", "offered") or window.closed:
        return None, None
    window.waiting = True
    position = centre.board.queue_position(where.queue, (where.rank or 0) + 1, centre.now())
    centre.live.show_position(window, position)
    return position, None
