"""What people brought to a day, told from its events: it is theirs under any policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from router.core import events
from router.core.replay.record import Facts
from router.core.words import AgentId, Ms, PlanId, WorkItemId

End = Literal["done", "left", "to_queue", "to_agent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stint:
    """One agent's work on an item. rang_ms: from offer to accept. end: how it ended.

    plan, target: where it was handed over to.
    """

    rang_ms: Ms
    talk_ms: Ms
    wrap_up_ms: Ms = 0
    end: End = "done"
    plan: PlanId | None = None
    target: AgentId | None = None


@dataclass(slots=True, kw_only=True)
class History:
    """One item. waited_ms: until answered, until its customer left unanswered, after left_after_ms, or until its queue
    closed on it.
    """

    arrived_at: Ms
    answered: bool = False
    stints: list[Stint] = field(default_factory=list)
    left_after_ms: Ms | None = None
    waited_ms: Ms = 0
    sent_home_at: Ms | None = None
    """When its queue closed on it while it waited."""


@dataclass(slots=True)
class _Open:
    """An item not yet closed. talked_ms: with agents who were lost; whoever comes next takes that as long again."""

    history: History
    rings_since: Ms = 0
    held_since: Ms | None = None
    rang_ms: Ms = 0
    talked_ms: Ms = 0
    wrap_up_since: Ms | None = None

    def end(self, at: Ms, end: End, *, plan: PlanId | None = None, target: AgentId | None = None) -> None:
        if self.held_since is None:
            return
        talked_until = self.wrap_up_since if self.wrap_up_since is not None else at
        stint = Stint(
            rang_ms=self.rang_ms,
            talk_ms=self.talked_ms + talked_until - self.held_since,
            wrap_up_ms=at - talked_until,
            end=end,
            plan=plan,
            target=target,
        )
        self.history.stints.append(stint)
        self.held_since = self.wrap_up_since = None
        self.talked_ms = 0


def histories(happened: Iterable[events.Event]) -> dict[WorkItemId, History]:
    """Of every item whose arrival is among the events, in the order of arrival; without work still open at the end."""
    found: dict[WorkItemId, History] = {}
    opened: dict[WorkItemId, _Open] = {}
    for event in happened:
        if isinstance(event, events.ItemQueued) and event.item not in found and event.reason == "new":
            found[event.item] = History(arrived_at=event.enqueued_at)
            opened[event.item] = _Open(found[event.item])
        item = opened.get(getattr(event, "item", WorkItemId("")))
        if item is not None:
            _fold(item, event)
        if isinstance(event, events.ItemClosed):
            opened.pop(event.item, None)
    return found


def one_each(found: Mapping[WorkItemId, History], facts: Mapping[WorkItemId, Facts]) -> dict[WorkItemId, History]:
    """One history a customer: who was sent home as the queue closed is made a new item of; the two are one matter.

    It begins where the first did and went on as the second.
    """
    merged = dict(found)
    sent_home: dict[str, WorkItemId] = {}
    for item, history in found.items():
        conversation = facts[item].conversation if item in facts else ""
        first = sent_home.pop(conversation, None) if conversation else None
        if first is not None:
            del merged[item]
            merged[first] = _continued(merged[first], history)
        if history.sent_home_at is not None and conversation:
            sent_home[conversation] = first or item
    return merged


def _continued(first: History, then: History) -> History:
    waited_ms = max(first.waited_ms, then.arrived_at + then.waited_ms - first.arrived_at)
    return replace(
        then,
        arrived_at=first.arrived_at,
        waited_ms=waited_ms,
        left_after_ms=None if then.left_after_ms is None else waited_ms,
    )


def _fold(item: _Open, event: events.Event) -> None:
    history = item.history
    match event:
        case events.ItemQueued(reason="transfer"):
            item.end(event.at, "to_queue", plan=event.plan or PlanId(event.lane))
        case events.ItemQueued(reason="agent_gone") if item.held_since is not None:
            item.talked_ms += event.at - item.held_since
            item.held_since = None
        case events.OfferCreated():
            if event.direct:
                item.end(event.at, "to_agent", target=event.agent)
            item.rings_since = event.at
        case events.OfferAccepted():
            item.rang_ms, item.held_since = event.at - item.rings_since, event.at
            if not history.answered:
                history.answered, history.waited_ms = True, event.at - history.arrived_at
        case events.WrapUpStarted():
            item.wrap_up_since = event.at
        case events.ItemClosed() if event.agent is not None:
            item.end(event.at, "left" if event.outcome == "cancelled" else "done")
        case events.ItemClosed() if not history.answered:
            history.waited_ms = event.at - history.arrived_at
            if event.customer_left:
                history.left_after_ms = history.waited_ms
            else:
                history.sent_home_at = event.at
        case _:
            pass
