"""What a batch of routing events makes of each work item's row; pure. The parts of a row: see journal.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from router.core import events
from router.core.events import Event
from router.core.words import ItemState, Ms, PlanId


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item's change, in the order of the type item_change.

    queued_seq or state_seq None: that part stays.
    """

    item_id: str
    queued_seq: int | None = None
    queue: str | None = None
    lane: str | None = None
    weight: int | None = None
    score: int | None = None
    enqueued_at: Ms | None = None
    state_seq: int | None = None
    state: ItemState | None = None
    agent_id: str | None = None
    offer_id: str | None = None
    offer_expires_at: Ms | None = None
    wrap_up_until: Ms | None = None
    attempt: int | None = None
    answered_at: Ms | None = None
    accepted_at: Ms | None = None
    closed_at: Ms | None = None
    outcome: str | None = None
    disposition: str | None = None


STATELESS: dict[str, Any] = dict.fromkeys(
    ("agent_id", "offer_id", "offer_expires_at", "wrap_up_until", "closed_at", "outcome", "disposition")
)
"""A new state leaves nothing of the last one: agent, offer, deadlines and end are of the newest event alone."""


def changes(numbered: Iterable[tuple[int, Event]]) -> list[Change]:
    """One change an item, from events in the order of their numbers; by item id."""
    by_item: dict[str, dict[str, Any]] = {}
    for seq, event in numbered:
        item = getattr(event, "item", None)
        if item is not None:
            _apply(by_item.setdefault(item, {}), seq, event)
    return [Change(item_id=item, **facts) for item, facts in sorted(by_item.items())]


def _apply(known: dict[str, Any], seq: int, event: Event) -> None:
    """Bring what is known of an item's change up to this event."""
    state: ItemState
    facts: dict[str, Any]
    match event:
        case events.ItemQueued():
            state, facts = "waiting", _place(event) | {"queued_seq": seq}
        case events.ItemRelaxed():
            state, facts = "waiting", _place(event) | {"queued_seq": seq}
        case events.OfferCreated():
            state, facts = "offered", {"offer_id": event.offer, "offer_expires_at": event.expires_at}
            facts |= {"agent_id": event.agent, "attempt": max(event.attempt, known.get("attempt") or 0)}
        case events.OfferAccepted():
            state, facts = "assigned", {"agent_id": event.agent, "offer_id": event.offer}
            facts |= {"answered_at": known.get("answered_at") or event.at, "accepted_at": event.at}
        case events.OfferDeclined() | events.OfferExpired() | events.OfferRescinded():
            state, facts = "offered" if event.ringing else "waiting", {}
        case events.ItemPaused() | events.ItemResumed():
            state = "paused" if isinstance(event, events.ItemPaused) else "assigned"
            facts = {"agent_id": event.agent, "offer_id": event.offer}
        case events.WrapUpStarted():
            state, facts = "wrap_up", {"agent_id": event.agent, "wrap_up_until": event.until}
            facts |= {"offer_id": event.offer or None}
        case events.ItemClosed():
            state, facts = "closed", {"agent_id": event.agent, "closed_at": event.at}
            facts |= {"outcome": event.outcome, "disposition": event.disposition}
        case _:
            return
    known |= STATELESS | facts
    known["state"], known["state_seq"] = state, seq


def _place(event: events.ItemQueued | events.ItemRelaxed) -> dict[str, Any]:
    """lane: of an item with a plan, "<plan>:<step>"; `place_in_plan` takes it apart."""
    facts = {name: getattr(event, name) for name in ("queue", "weight", "score", "enqueued_at")}
    return facts | {"lane": f"{event.plan}:{event.step}" if event.plan else event.lane}


def place_in_plan(lane: str) -> tuple[PlanId, int]:
    """Plan and step of an item from the lane of its row; a lone lane is at step 0 of itself."""
    plan, _, step = lane.partition(":")
    return PlanId(plan), int(step or 0)
