"""What runs in every node for as long as it lives: reading both streams, timers, positions, the journal's gaps."""

from __future__ import annotations

import asyncio

import structlog

from router.core import events
from router.core.records import Item
from router.core.words import AgentId, PlanId, WorkItemId
from router.engine import journal_gaps, lost, overflows, presence, rebuild, snapshots, staffing, supervision, talk
from router.engine.agent_now import AgentNow, ItemNow
from router.engine.cases import alarms, telling
from router.engine.centre import Centre
from router.engine.patience import alone, patiently
from router.protocol.errors import UsherError
from router.store.errors import StoreUnavailable
from router.store.event_reader import EventReader, EventsLost
from router.store.postgres import work_items

log = structlog.get_logger()

TICK_LONGEST_S = 0.2
TICK_LIMIT = 200
POSITIONS_EVERY_S = 1.0
GAPS_EVERY_S = 2.0
RENEWALS_A_LEASE = 3
LOOKED_AT_EVERY_S = 0.25
SNAPSHOT_LIMIT = 200_000
DESKS_AT_ONCE = 50
BEGIN_ANEW = 4503


# ---------------------------------------------------------------- routing events


async def read_routing(centre: Centre, reader: EventReader, unconfirmed: journal_gaps.Unconfirmed) -> None:
    """Fold routing events into desks, windows and the board, in order, for ever."""
    in_step = True

    async def read() -> None:
        nonlocal in_step
        if not in_step:
            await resync(centre)
            in_step = True
        try:
            async for batch in reader:
                unconfirmed.read(batch)
                for written in batch:
                    event = written.event
                    if isinstance(event, events.StoreRebuilt):
                        in_step = False
                        return
                    if isinstance(event, events.AgentProfile):
                        centre.changed_staff.note(event.agent)
                    centre.board.apply(written.seq, event)
                    centre.live.routing(written.seq, event)
        except EventsLost:
            log.warning("events lost; starting anew from the store's state")
            reader.seq = await centre.store.seq()
            in_step = False
        except UsherError:
            raise
        except Exception:  # half a batch may be folded
            in_step = False
            raise

    await patiently("routing events", read)


async def resync(centre: Centre) -> None:
    """Take board and desks anew from the store, sign our devices in again, and give every session a snapshot.

    Events that are read later and are in it already are passed over by their numbers.
    """
    await staffing.read_everybody(centre)
    await load_board(centre)
    agents = list(centre.live.agents)
    for start in range(0, len(agents), DESKS_AT_ONCE):
        await asyncio.gather(*(_desk_anew(centre, agent_id) for agent_id in agents[start : start + DESKS_AT_ONCE]))
    for window in list(centre.live.windows.values()):
        for outbox in tuple(window.outboxes):
            outbox.put_later(snapshots.customer_snapshot(centre, window))
    centre.watching.again()


async def _desk_anew(centre: Centre, agent_id: AgentId) -> None:
    """Whose desk cannot be made begins other sessions: all others here wait for the events behind this."""
    seq, here = centre.board.seq, centre.live.agents.get(agent_id)
    try:
        for device in here.devices if here is not None else ():
            await presence.sign_in(centre, agent_id, device)
        desk = await snapshots.load_desk(centre, agent_id, seq=seq)
    except StoreUnavailable:
        raise
    except UsherError as error:
        log.warning("desk not made anew", agent_id=agent_id, code=error.code)
        for outbox in tuple(here.outboxes) if here is not None else ():
            outbox.end(BEGIN_ANEW)
        return
    centre.live.replace_desk(desk)
    if here := centre.live.agents.get(agent_id):
        for outbox in tuple(here.outboxes):
            outbox.put_later(snapshots.staff_snapshot(centre, desk))


async def load_board(centre: Centre) -> None:
    """The board from the store's state."""
    snapshot = await centre.store.snapshot(limit=SNAPSHOT_LIMIT)
    known = centre.definitions
    await known.read(centre.store.connection, centre.store.prefix)
    rows: dict[WorkItemId, work_items.WorkItem] = {}
    ids = list(snapshot.items)
    for start in range(0, len(ids), 1_000):
        rows |= await work_items.by_ids(centre.database, ids[start : start + 1_000])
    items = [
        ItemNow(
            item=item_id,
            plan=item.plan or PlanId(item.lane),
            queue=known.lanes[item.lane].queue,
            channel=known.lanes[item.lane].channel,
            weight=known.lanes[item.lane].weight,
            enqueued_at=item.enqueued_at,
            state=item.state,
            since=item.enqueued_at,
            agent=item.agent,
            ringing=tuple(item.ringing),
            answered=rows[item_id].answered_at is not None,
            paused_units=item.paused_units,
            refusals=_alerted(centre, item),
        )
        for item_id, item in snapshot.items.items()
        if item_id in rows
    ]
    agents = [
        AgentNow(
            agent=agent_id,
            status=agent.status,
            since=agent.idle_since,
            reachability=agent.reachability,
            status_by=agent.status_by,
            next_status=agent.next_status,
            draining=agent.draining,
            ramping=agent.ramping,
        )
        for agent_id, agent in snapshot.agents.items()
        if agent.reachability != "gone"
    ]
    centre.board.begin(snapshot.seq, agents, items)


def _alerted(centre: Centre, item: Item) -> int:
    """How often the item was refused, if that is too often; else 0."""
    refusals, alert_after = sum(item.refusals.values()), centre.policy.offers.alert_after
    return refusals if 0 < alert_after <= refusals else 0


# ---------------------------------------------------------------- talk


async def read_talk(centre: Centre) -> None:
    """Pass on what nodes tell one another, for ever."""

    async def read() -> None:
        async for entries in centre.talk.listen():
            for entry in entries:
                with alone("talk"):  # one that another version of a node says must not take those behind it along
                    _heard(centre, talk.decode(entry))

    await patiently("talk", read)


def _heard(centre: Centre, said: talk.AnySaid) -> None:
    match said:
        case talk.SignedOutSaid():
            centre.logins.end(said.login)
        case talk.BroadcastSaid():
            supervision.post(centre, said)
        case talk.StaffSaid():
            centre.changed_staff.note(AgentId(said.agent_id))
        case talk.CaseSaid():
            telling.said(centre, said)
        case talk.CaseWarnedSaid():
            telling.warned(centre, said)
        case talk.CaseViewsSaid():
            centre.cases.watching.heard(said.node, said.views, centre.now())
        case _:
            centre.live.said(said)


# ---------------------------------------------------------------- timers


async def tick(centre: Centre) -> None:
    """Carry out due timers, for ever; any number of nodes may."""

    async def once() -> None:
        asked_at = centre.now()
        done = await centre.store.tick(TICK_LIMIT)
        centre.clock.heard(done.at, asked_at=asked_at)
        await centre.journal(done.events)
        happened = [written.event for written in done.events]
        await lost.close(centre, happened)
        await overflows.refresh_briefs(centre, happened)
        alarms.rang(centre, happened)
        wait_ms = TICK_LONGEST_S * 1000 if done.next_due_at is None else done.next_due_at - done.at
        await asyncio.sleep(min(max(wait_ms / 1000, 0), TICK_LONGEST_S))

    await patiently("timers", once)


async def expect_visitors(centre: Centre) -> None:
    """Keep the places of this node's waiting customers who are connected, for ever."""

    async def once() -> None:
        await asyncio.sleep(centre.policy.presence.visitor_lease_ms / 1000 / RENEWALS_A_LEASE)
        await lost.expect(centre)

    await patiently("visitors", once)


async def tell_positions(centre: Centre) -> None:
    """Tell waiting customers of this node where they stand, once a second."""

    async def once() -> None:
        await asyncio.sleep(POSITIONS_EVERY_S)
        windows = centre.live.waiting_windows()
        for start in range(0, len(windows), 500):
            part = windows[start : start + 500]
            positions = await centre.store.positions([window.work_item_id for window in part if window.work_item_id])
            for window in part:
                where = positions.get(window.work_item_id)
                if where is not None and where.state in ("waiting", "offered"):
                    centre.live.show_position(window, overflows.told(centre, where))

    await patiently("positions", once)


# ---------------------------------------------------------------- the journal


async def close_gaps(centre: Centre, unconfirmed: journal_gaps.Unconfirmed) -> None:
    """See that every event of the stream gets into the journal, for ever."""

    async def once() -> None:
        await asyncio.sleep(GAPS_EVERY_S)
        while batch := unconfirmed.settled():
            await journal_gaps.confirm(centre, batch)
            unconfirmed.confirmed(batch[-1])

    await patiently("journal gaps", once)


# ---------------------------------------------------------------- a wiped store


async def mend_store(centre: Centre) -> None:
    """Notice a wiped, restarted or replaced store and let it go on or rebuild it, for ever."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        if not (await centre.store.standing()).working:
            await rebuild.ensure(centre)

    await patiently("store", once)
