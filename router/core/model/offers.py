"""Offers: pending → accepted, declined, expired, rescinded."""

from __future__ import annotations

import re
from typing import Literal

from router.core.events import AgentPresence, OfferAccepted, OfferDeclined, OfferExpired, OfferRescinded
from router.core.model.matching import place, settle
from router.core.model.state import REFUSALS, Reply, State
from router.core.outcomes import Outcome
from router.core.words import AgentId, Ms, OfferId, WorkItemId

Reason = Literal[
    "sign_in",
    "chosen",
    "supervisor",
    "planned",
    "next",
    "missed_offer",
    "disconnected",
    "reconnected",
    "gone",
    "signed_out",
]
Rescinded = Literal["status", "disconnected", "profile", "cancelled", "moved"]


def tell_presence(state: State, now: Ms, agent: AgentId, reason: Reason, by: AgentId | None = None) -> None:
    record = state.agents[agent]
    state.events.append(
        AgentPresence(
            at=now,
            agent=agent,
            reachability=record.reachability,
            status=record.status,
            reason=reason,
            by=by,
            next_status=record.next_status,
        )
    )


def pending_offer(state: State, item: WorkItemId) -> OfferId:
    return OfferId(f"{item}:{state.items[item].attempt}")


def end_offer(state: State, now: Ms, item: WorkItemId) -> None:
    """Give the agent their room back; the item is in nobody's hands."""
    record = state.items[item]
    assert record.agent is not None
    state.take_room(record.agent, state.lane(item), sign=-1)
    state.change_agent(record.agent, offer=None)
    state.change_item(item, agent=None, direct=False, expires_at=min(record.expires_at, now))
    state.drop_timer("offer", item)


def exclude(state: State, item: WorkItemId, agent: AgentId, until: Ms) -> None:
    """Keep the item from the agent until then; 0: for good."""
    state.change_item(item, excluded=state.items[item].excluded | {agent: until})
    state.drop_timer("exclusion", item, agent)
    if until > 0:
        state.set_timer(until, "exclusion", item, agent)


def note_refusal(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> None:
    record = state.items[item]
    count = record.refusals.get(agent, 0) + 1
    state.change_item(item, refusals=record.refusals | {agent: count})
    if record.excluded.get(agent) != 0:
        exclude(state, item, agent, 0 if count >= REFUSALS else now + state.settings.cooldown_ms)


def rescind(state: State, now: Ms, agent: AgentId, reason: Rescinded) -> WorkItemId:
    """Take a ringing offer back without fault of the agent; the item is to be placed or closed."""
    item = state.agents[agent].offer
    assert item is not None
    end_offer(state, now, item)
    state.events.append(OfferRescinded(at=now, offer=pending_offer(state, item), item=item, agent=agent, reason=reason))
    return item


def return_offer(state: State, now: Ms, agent: AgentId, reason: Rescinded) -> None:
    """A ringing offer moves on to somebody else."""
    if state.agents[agent].offer is not None:
        place(state, now, rescind(state, now, agent, reason))


def find_offer(state: State, now: Ms, offer: OfferId, agent: AgentId) -> Reply | WorkItemId:
    """The item whose pending offer this is, or that this very agent accepted by it before; else why not."""
    parts = re.fullmatch(r"(.+):(\d+)", offer)
    item, attempt = (WorkItemId(parts[1]), int(parts[2])) if parts else (WorkItemId(""), 0)
    record = state.items.get(item)
    if record is None:
        return Reply(Outcome.OFFER_EXPIRED if item in state.closed else Outcome.UNKNOWN_OFFER)
    if not 1 <= attempt <= record.attempt:
        return Reply(Outcome.UNKNOWN_OFFER)
    if attempt < record.attempt or record.state == "waiting":
        return Reply(Outcome.OFFER_EXPIRED, max(0, now - record.expires_at))
    if record.agent != agent:
        return Reply(Outcome.NOT_YOURS)
    if record.state == "offered" and now >= record.expires_at:
        return Reply(Outcome.OFFER_EXPIRED, now - record.expires_at)
    return item


def accept(state: State, now: Ms, offer: OfferId, agent: AgentId) -> Reply:
    item = find_offer(state, now, offer, agent)
    if isinstance(item, Reply):
        return item
    if state.items[item].state != "offered":
        return Reply(Outcome.OK)
    state.change_item(item, state="assigned", direct=False)
    state.change_agent(agent, offer=None, items=[*state.agents[agent].items, item])
    state.drop_timer("offer", item)
    state.events.append(OfferAccepted(at=now, offer=offer, item=item, agent=agent))
    settle(state, now, agent)
    return Reply(Outcome.OK)


def decline(state: State, now: Ms, offer: OfferId, agent: AgentId, reason: str) -> Reply:
    item = find_offer(state, now, offer, agent)
    if isinstance(item, Reply):
        return item
    if state.items[item].state != "offered":
        return Reply(Outcome.WRONG_STATE)
    end_offer(state, now, item)
    state.events.append(OfferDeclined(at=now, offer=offer, item=item, agent=agent, reason=reason))
    note_refusal(state, now, item, agent)
    place(state, now, item)
    settle(state, now, agent)
    return Reply(Outcome.OK)


def expire_offer(state: State, now: Ms, item: WorkItemId) -> None:
    agent = state.items[item].agent
    assert agent is not None
    end_offer(state, now, item)
    state.events.append(OfferExpired(at=now, offer=pending_offer(state, item), item=item, agent=agent))
    missed = state.settings.missed_status
    if state.agents[agent].status != missed:
        state.take_status(agent, missed)
        tell_presence(state, now, agent, "missed_offer")
    note_refusal(state, now, item, agent)
    place(state, now, item)
    settle(state, now, agent)


def end_exclusion(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> None:
    left = {other: until for other, until in state.items[item].excluded.items() if other != agent}
    state.change_item(item, excluded=left)
    if state.items[item].state == "waiting":
        place(state, now, item)
