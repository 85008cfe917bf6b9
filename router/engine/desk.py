"""A desk: what one agent has before them, and the events that tell their tabs how it changes.

Made from the store when the agent's first session on this node begins, kept true by the routing events after it.
Pure but for `load`, which fetches the conversation of an item just accepted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from router.core import events
from router.core.words import AgentId, Ms, OfferId, Reachability, Units, WorkItemId
from router.engine import brief
from router.protocol import records, staff
from router.protocol.base import ServerEvent


@dataclass(slots=True, kw_only=True)
class Work:
    """An item in the agent's hands."""

    item: records.WorkItem
    state: Literal["assigned", "paused", "wrap_up"]
    accepted_at: Ms
    wrap_up_until: Ms | None = None
    paused_units: Units | None = None
    """What it holds since it was paused; None: its weight."""
    why: records.Why | None = None
    """As its offer said."""

    @property
    def units(self) -> Units:
        return self.item.weight if self.paused_units is None else self.paused_units


@dataclass(slots=True, kw_only=True)
class Presence:
    status: str
    status_since: Ms
    reason: str
    reachability: Reachability
    status_by: AgentId | None = None
    next_status: str = ""


@dataclass(slots=True, kw_only=True)
class Desk:
    """seq: the last routing event this state includes."""

    agent_id: AgentId
    seq: int
    presence: Presence
    units_limit: Units
    auto_accept: bool = False
    """The agent's client accepts every offer itself."""
    offers: dict[OfferId, records.Offer] = field(default_factory=dict)
    work: dict[WorkItemId, Work] = field(default_factory=dict)

    @property
    def units_held(self) -> Units:
        """Without interruptible work: that fills a pool of its own."""
        offers = (offer.work_item for offer in self.offers.values())
        offered = sum(item.weight for item in offers if not item.interruptible)
        return offered + sum(work.units for work in self.work.values() if not work.item.interruptible)

    def conversations(self) -> Iterator[str]:
        """Those whose messages this agent gets."""
        return (work.item.conversation_id for work in self.work.values())


Later = Callable[[Work], Awaitable[ServerEvent]]
"""Loads the conversation of accepted work into its `item.assigned` event."""
Name = Callable[[AgentId], str]
Told = ServerEvent | Awaitable[ServerEvent]


def apply(desk: Desk, event: events.Event, *, name_of: Name, load: Later) -> list[Callable[[], Told]]:
    """Change the desk by one event and return what its sessions must be told, in order.

    Each entry is called once a session: most give the same event, loading gives each its own.
    """
    before = desk.units_held
    told = _apply(desk, event, name_of, load)
    if desk.units_held != before:
        told.append(_just(staff.LoadChanged(units_held=desk.units_held, units_limit=desk.units_limit)))
    return told


def _just(event: ServerEvent) -> Callable[[], Told]:
    return lambda: event


def _apply(desk: Desk, event: events.Event, name_of: Name, load: Later) -> list[Callable[[], Told]]:
    match event:
        case events.OfferCreated():
            return _offer_created(desk, event, name_of)
        case events.OfferAccepted():
            return _accepted(desk, event, load)
        case events.OfferDeclined():
            return _offer_closed(desk, event.offer, "declined", event.reason)
        case events.OfferExpired():
            return _offer_closed(desk, event.offer, "expired", "")
        case events.OfferRescinded():
            return _offer_closed(desk, event.offer, "rescinded", event.reason)
        case events.ItemPaused():
            return _paused(desk, event)
        case events.ItemResumed():
            return _resumed(desk, event)
        case events.WrapUpStarted():
            return _wrap_up(desk, event)
        case events.ItemClosed():
            return _work_ended(desk, event.item, event.outcome)
        case events.ItemQueued():
            return _work_ended(desk, event.item, _QUEUED_AGAIN.get(event.reason, "transferred"))
        case events.AgentPresence():
            return _presence(desk, event, name_of)
        case events.AgentProfile():
            desk.units_limit = event.limit
            return [_just(staff.LoadChanged(units_held=desk.units_held, units_limit=desk.units_limit))]
        case (
            events.ItemAlert()
            | events.ItemOverflow()
            | events.ItemRelaxed()
            | events.AgentDraining()
            | events.AlarmRang()
            | events.StoreRebuilt()
        ):
            return []


_QUEUED_AGAIN: dict[str, Literal["agent_gone", "resumed"]] = {"agent_gone": "agent_gone", "resumed": "resumed"}
"""How work ended that waits again; else it was transferred."""


def _offer_created(desk: Desk, event: events.OfferCreated, name_of: Name) -> list[Callable[[], Told]]:
    if event.agent != desk.agent_id:  # handed to a colleague: the item has left this agent
        return _work_ended(desk, event.item, "transferred")
    if event.offer in desk.offers:  # read with the store's state already
        return []
    offer = brief.offer_of(event, transferred_by=name_of(event.by) if event.by else None, auto_accept=desk.auto_accept)
    desk.offers[event.offer] = offer
    picked = event.by == event.agent  # rings nowhere: the next event accepts it
    return [] if picked else [_just(staff.OfferCreated(offer=offer))]


def _accepted(desk: Desk, event: events.OfferAccepted, load: Later) -> list[Callable[[], Told]]:
    offer = desk.offers.pop(event.offer, None)
    if offer is None:
        return []
    work = desk.work[event.item] = Work(item=offer.work_item, state="assigned", accepted_at=event.at, why=offer.why)
    closed = [] if event.picked else [_just(staff.OfferClosed(offer_id=event.offer, outcome="accepted"))]
    return [*closed, lambda: load(replace(work))]


def _offer_closed(
    desk: Desk, offer: OfferId, outcome: Literal["declined", "expired", "rescinded"], reason: str
) -> list[Callable[[], Told]]:
    if desk.offers.pop(offer, None) is None:
        return []
    return [_just(staff.OfferClosed(offer_id=offer, outcome=outcome, reason=reason))]


def _paused(desk: Desk, event: events.ItemPaused) -> list[Callable[[], Told]]:
    work = desk.work.get(event.item)
    if work is None or work.state == "paused":  # not here, or read with the store's state already
        return []
    work.state, work.paused_units = "paused", event.units
    return [_just(staff.ItemPaused(work_item_id=event.item, units=event.units))]


def _resumed(desk: Desk, event: events.ItemResumed) -> list[Callable[[], Told]]:
    work = desk.work.get(event.item)
    if work is None or work.state == "assigned":
        return []
    work.state, work.paused_units = "assigned", None
    return [_just(staff.ItemResumed(work_item_id=event.item))]


def _wrap_up(desk: Desk, event: events.WrapUpStarted) -> list[Callable[[], Told]]:
    work = desk.work.get(event.item)
    if work is None or work.wrap_up_until == event.until:  # not here, or read with the store's state already
        return []
    work.state, work.wrap_up_until = "wrap_up", event.until
    return [_just(staff.ItemWrapUp(work_item_id=event.item, until=event.until))]


def _work_ended(
    desk: Desk, item: WorkItemId, reason: Literal["completed", "cancelled", "transferred", "agent_gone", "resumed"]
) -> list[Callable[[], Told]]:
    if desk.work.pop(item, None) is None:
        return []
    return [_just(staff.ItemClosed(work_item_id=item, reason=reason))]


def _presence(desk: Desk, event: events.AgentPresence, name_of: Name) -> list[Callable[[], Told]]:
    now, same = desk.presence, event.status == desk.presence.status
    now = desk.presence = Presence(
        status=event.status,
        status_since=now.status_since if same else event.at,
        reason=event.reason,
        reachability=event.reachability,
        status_by=now.status_by if same else event.by,
        next_status=event.next_status,
    )
    return [
        _just(
            staff.PresenceChanged(
                status=now.status,
                status_since=now.status_since,
                reachability=now.reachability,
                reason=now.reason,
                by=name_of(event.by) if event.by else None,
                status_by=name_of(now.status_by) if now.status_by else None,
                next_status=now.next_status,
            )
        )
    ]
