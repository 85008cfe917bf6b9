"""Offers: pending → accepted, declined, expired, rescinded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from router.core.events import (
    AgentPresence,
    ItemAlert,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRescinded,
    PresenceReason,
)
from router.core.model.matching import place, settle
from router.core.model.state import REFUSALS, Reply, State
from router.core.outcomes import Outcome
from router.core.words import AgentId, Ms, OfferId, WorkItemId

Rescinded = Literal["status", "disconnected", "profile", "cancelled", "taken", "moved"]
Keeps = Callable[[WorkItemId], bool]


class Ended(NamedTuple):
    """An offer that just ended. ringing: at how many others the item rings."""

    offer: OfferId
    ringing: int


def tell_presence(state: State, now: Ms, agent: AgentId, reason: PresenceReason, by: AgentId | None = None) -> None:
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


def end_offer(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> Ended:
    """Give the agent their room back."""
    record = state.items[item]
    ringing = record.ringing[agent]
    others = {other: offer for other, offer in record.ringing.items() if other != agent}
    state.take_room(agent, state.lane(item), sign=-1)
    state.change_agent(agent, offers=[other for other in state.agents[agent].offers if other != item])
    over_at = max(record.over_at, min(ringing.expires_at, now))
    state.change_item(item, ringing=others, direct=False, over_at=over_at)
    state.drop_timer("offer", item, agent)
    return Ended(OfferId(f"{item}:{ringing.attempt}"), len(others))


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
    refusals = sum(state.items[item].refusals.values())
    if refusals == state.settings.alert_after:
        state.events.append(ItemAlert(at=now, item=item, refusals=refusals))
    if record.excluded.get(agent) != 0:
        exclude(state, item, agent, 0 if count >= REFUSALS else now + state.settings.cooldown_ms)


def rescind(state: State, now: Ms, item: WorkItemId, agent: AgentId, reason: Rescinded) -> None:
    """Take a ringing offer back without fault of the agent."""
    offer, ringing = end_offer(state, now, item, agent)
    state.events.append(OfferRescinded(at=now, offer=offer, item=item, agent=agent, reason=reason, ringing=ringing))


def rescind_all(
    state: State, now: Ms, item: WorkItemId, reason: Rescinded, *, but: AgentId | None = None
) -> list[AgentId]:
    """Take the ringing offers of an item back, oldest first; from whom."""
    agents = [agent for agent in state.items[item].ringing if agent != but]
    for agent in agents:
        rescind(state, now, item, agent, reason)
    return agents


def find_offer(state: State, now: Ms, offer: OfferId, agent: AgentId) -> Reply | WorkItemId:
    """The item whose pending offer this is, or that this very agent accepted by it before; else why not."""
    parts = re.fullmatch(r"(.+):(\d+)", offer)
    item, attempt = (WorkItemId(parts[1]), int(parts[2])) if parts else (WorkItemId(""), 0)
    record = state.items.get(item)
    if record is None:
        return Reply(Outcome.OFFER_EXPIRED if item in state.closed else Outcome.UNKNOWN_OFFER)
    if not 1 <= attempt <= record.attempt:
        return Reply(Outcome.UNKNOWN_OFFER)
    if record.agent is not None and attempt == record.taken:
        return item if record.agent == agent else Reply(Outcome.NOT_YOURS)
    for rung, ringing in record.ringing.items():
        if ringing.attempt == attempt and rung != agent:
            return Reply(Outcome.NOT_YOURS)
        if ringing.attempt == attempt:
            return item if now < ringing.expires_at else Reply(Outcome.OFFER_EXPIRED, now - ringing.expires_at)
    return Reply(Outcome.OFFER_EXPIRED, max(0, now - record.over_at))


def accept(state: State, now: Ms, offer: OfferId, agent: AgentId) -> Reply:
    item = find_offer(state, now, offer, agent)
    if isinstance(item, Reply):
        return item
    if agent not in state.items[item].ringing:
        return Reply(Outcome.OK)
    losers = rescind_all(state, now, item, "taken", but=agent)
    take(state, now, item, agent)
    for idle in (agent, *losers):
        settle(state, now, idle)
    return Reply(Outcome.OK)


def take(state: State, now: Ms, item: WorkItemId, agent: AgentId, *, picked: bool = False) -> None:
    """The one offer that still rings is accepted."""
    attempt, held = state.items[item].ringing[agent].attempt, state.agents[agent]
    state.change_item(item, state="assigned", agent=agent, taken=attempt, ringing={}, direct=False, over_at=now)
    state.change_agent(agent, offers=[other for other in held.offers if other != item], items=[*held.items, item])
    state.drop_timer("offer", item, agent)
    offer = OfferId(f"{item}:{attempt}")
    state.events.append(OfferAccepted(at=now, offer=offer, item=item, agent=agent, picked=picked))


def decline(state: State, now: Ms, offer: OfferId, agent: AgentId, reason: str) -> Reply:
    item = find_offer(state, now, offer, agent)
    if isinstance(item, Reply):
        return item
    if agent not in state.items[item].ringing:
        return Reply(Outcome.WRONG_STATE)
    _, ringing = end_offer(state, now, item, agent)
    state.events.append(OfferDeclined(at=now, offer=offer, item=item, agent=agent, reason=reason, ringing=ringing))
    note_refusal(state, now, item, agent)
    place(state, now, item)
    settle(state, now, agent)
    return Reply(Outcome.OK)


def return_offers(state: State, now: Ms, agent: AgentId, reason: Rescinded, *, keeps: Keeps = lambda _: False) -> None:
    """Ringing offers move on to somebody else, oldest first, but those the agent keeps."""
    for item in state.agents[agent].offers:
        if not keeps(item):
            rescind(state, now, item, agent, reason)
            place(state, now, item, besides=agent)


def allowed_in(state: State, status: str) -> Keeps:
    """Items on channels the status allows."""
    channels = state.settings.statuses.get(status, ())
    return lambda item: state.lane(item).channel in channels


def direct_or(state: State, keeps: Keeps) -> Keeps:
    """Items transferred to this very agent, and those another test keeps."""
    return lambda item: state.items[item].direct or keeps(item)


def expire_offer(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> None:
    offer, ringing = end_offer(state, now, item, agent)
    state.events.append(OfferExpired(at=now, offer=offer, item=item, agent=agent, ringing=ringing))
    missed = state.settings.missed_status
    if state.agents[agent].status != missed:
        state.take_status(agent, missed)
        tell_presence(state, now, agent, "missed_offer")
    note_refusal(state, now, item, agent)
    place(state, now, item)
    return_offers(state, now, agent, "status", keeps=allowed_in(state, missed))
    settle(state, now, agent)


def end_exclusion(state: State, now: Ms, item: WorkItemId, agent: AgentId) -> None:
    left = {other: until for other, until in state.items[item].excluded.items() if other != agent}
    state.change_item(item, excluded=left)
    if state.items[item].state == "waiting":
        place(state, now, item)
