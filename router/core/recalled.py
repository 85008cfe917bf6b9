"""What the journal's events tell of live state that no row keeps: for a rebuild of the store.

Of an item: who refused it, for whom it waits, what its queue's overflow did. Of an agent: whether they ramp up.
Who drains for what is found anew: what waited too long does so still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.core import events as happened
from router.core.events import Event
from router.core.model.state import REFUSALS
from router.core.words import AgentId, Channel, Ms


@dataclass(slots=True, kw_only=True)
class Recalled:
    """The fields of core/records.py:Item of these names."""

    refusals: dict[AgentId, int] = field(default_factory=dict)
    excluded: dict[AgentId, Ms] = field(default_factory=dict)
    preferred: AgentId | None = None
    preferred_until: Ms = 0
    regardless: bool = False
    overflow: str = ""
    alone: bool = False


def recall_item(events: Iterable[Event], *, cooldown_ms: Ms, now: Ms) -> Recalled:
    """events: of one open item, in order. What is over by now is left out."""
    told = Recalled()
    for event in events:
        match event:
            case happened.ItemQueued():
                _queued(told, event, cooldown_ms)
            case happened.ItemOverflow():
                told.overflow = event.action
                told.alone = told.alone or event.when == "nobody_signed_in"
            case happened.OfferDeclined(agent=agent) | happened.OfferExpired(agent=agent):
                told.refusals[agent] = told.refusals.get(agent, 0) + 1
                _exclude(told, agent, 0 if told.refusals[agent] >= REFUSALS else event.at + cooldown_ms)
    told.excluded = {agent: until for agent, until in told.excluded.items() if until == 0 or until > now}
    if told.preferred_until <= now:
        told.preferred, told.preferred_until, told.regardless = None, 0, False
    return told


def _queued(told: Recalled, event: happened.ItemQueued, cooldown_ms: Ms) -> None:
    told.preferred, told.preferred_until, told.regardless = event.preferred, event.preferred_until, event.regardless
    if event.reason in ("new", "transfer", "rerouted"):
        told.overflow, told.alone = "", False
    if event.reason == "transfer" and event.by is not None:
        _exclude(told, event.by, event.at + cooldown_ms)


def _exclude(told: Recalled, agent: AgentId, until: Ms) -> None:
    if told.excluded.get(agent) != 0:
        told.excluded[agent] = until


def recall_ramp(
    events: Iterable[Event], *, statuses: Mapping[str, Iterable[Channel]], ramp_ms: Ms, now: Ms
) -> tuple[bool, Ms]:
    """Whether the agent came back lately, and until when nothing new comes (0: it may).

    events: presences and offers of one agent, in order; before them the agent was gone. Whether they are half full
    since then is another question.
    """
    ramping, until, worked = False, 0, False
    for event in events:
        match event:
            case happened.AgentPresence():
                works = any(True for _ in statuses.get(event.status, ()))
                if works != worked:
                    ramping, until, worked = works and ramp_ms > 0, 0, works
            case happened.OfferCreated(direct=False) if ramping:
                until = event.at + ramp_ms
    return ramping, until if until > now else 0
