"""What a centre's numbers are, as a fold over routing events: of the journal for any past time, or of the live stream.

A work item counts once, in the queue it is in, when it is first answered or when its customer leaves unanswered; what
comes after (it was handed over, its agent was lost) is counted apart. Memory is bounded by the items open at one
time, the agents, and `LONGEST_S` seconds of each histogram.

    AHT = (talk + wrap-up) / handled            talk includes hold; every assignment that ended is handled
    occupancy = handling / (handling + ready)   with work in hand; without, in a status that allows it
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from router.core import events
from router.core.service_level import Waits
from router.core.words import AgentId, Ms, OfferId, WorkItemId

FOREVER: Ms = 2**63
_REOPENED = re.compile(r"\.\d+\Z")
"""Items after the first of a conversation are named after it: `<conversation>.<how many there were>`."""


@dataclass(slots=True)
class Offers:
    """How offers ended. accept_ms: from ring to accept, of the accepted ones together."""

    made: int = 0
    accepted: int = 0
    declined: int = 0
    missed: int = 0
    rescinded: int = 0
    accept_ms: Ms = 0

    @property
    def missed_rate(self) -> float | None:
        """Of those an agent could have answered: rescinded ones were nobody's fault."""
        answerable = self.accepted + self.declined + self.missed
        return self.missed / answerable if answerable else None

    @property
    def mean_accept_ms(self) -> float | None:
        return self.accept_ms / self.accepted if self.accepted else None


@dataclass(slots=True)
class Handled:
    """Assignments that ended, and how long they took together."""

    count: int = 0
    talk_ms: Ms = 0
    wrap_up_ms: Ms = 0

    def add(self, talk_ms: Ms, wrap_up_ms: Ms) -> None:
        self.count += 1
        self.talk_ms += talk_ms
        self.wrap_up_ms += wrap_up_ms

    @property
    def mean_ms(self) -> float | None:
        return (self.talk_ms + self.wrap_up_ms) / self.count if self.count else None


@dataclass(slots=True)
class QueueCounts:
    """One queue. again: waits after the first answer, when an item came back or was handed over."""

    arrived: int = 0
    reopened: int = 0
    """Of those arrived: further items of conversations that had one."""
    answered: Waits = field(default_factory=Waits)
    abandoned: Waits = field(default_factory=Waits)
    again: Waits = field(default_factory=Waits)
    handled: Handled = field(default_factory=Handled)
    offers: Offers = field(default_factory=Offers)
    transfers: int = 0
    """Handed over by agents, to a queue or a colleague."""

    @property
    def transfer_rate(self) -> float | None:
        return self.transfers / self.handled.count if self.handled.count else None

    @property
    def reopen_rate(self) -> float | None:
        return self.reopened / self.arrived if self.arrived else None


@dataclass(slots=True)
class AgentCounts:
    """One agent. work_ms: of all items in hand together; more than handling_ms when they overlap."""

    signed_in_ms: Ms = 0
    handling_ms: Ms = 0
    ready_ms: Ms = 0
    work_ms: Ms = 0
    handled: Handled = field(default_factory=Handled)
    offers: Offers = field(default_factory=Offers)

    @property
    def occupancy(self) -> float | None:
        return occupancy(self.handling_ms, self.ready_ms)


def occupancy(handling_ms: Ms, ready_ms: Ms) -> float | None:
    return handling_ms / (handling_ms + ready_ms) if handling_ms + ready_ms else None


@dataclass(slots=True)
class _Open:
    """An item that is not closed. waits_since: since when it waits this time."""

    queue: str
    enqueued_at: Ms
    waits_since: Ms
    answered: bool = False
    agent: AgentId | None = None
    held_since: Ms = 0
    wrap_up_since: Ms | None = None
    ringing: dict[OfferId, Ms] = field(default_factory=dict)


@dataclass(slots=True)
class _Person:
    """An agent as they are since a moment."""

    since: Ms
    signed_in: bool = False
    ready: bool = False
    held: int = 0


class Metrics:
    """Counts what happens from `since` until just before `until`; earlier events only tell how things stood then.

    ready_statuses: those in which an agent without work is ready for some. Feed events in order; what is unknown
    (an item that arrived before the first event) is passed over.
    """

    def __init__(self, ready_statuses: AbstractSet[str], *, since: Ms = 0, until: Ms = FOREVER) -> None:
        self.since, self.until = since, until
        self.queues: defaultdict[str, QueueCounts] = defaultdict(QueueCounts)
        self.agents: defaultdict[AgentId, AgentCounts] = defaultdict(AgentCounts)
        self._ready_statuses = ready_statuses
        self._items: dict[WorkItemId, _Open] = {}
        self._people: dict[AgentId, _Person] = {}

    # ------------------------------------------------------------ folding

    def apply(self, event: events.Event) -> None:
        match event:
            case events.ItemQueued():
                self._queued(event)
            case events.OfferCreated():
                self._offered(event)
            case events.OfferAccepted():
                self._accepted(event)
            case events.OfferDeclined() | events.OfferExpired() | events.OfferRescinded():
                self._refused(event)
            case events.WrapUpStarted():
                if item := self._items.get(event.item):
                    item.wrap_up_since = event.at
            case events.ItemClosed():
                self._closed(event)
            case events.AgentPresence():
                self._presence(event)
            case _:
                pass

    def _queued(self, event: events.ItemQueued) -> None:
        item = self._items.get(event.item)
        counted = self._counts(event.at)
        if item is None:
            came_back = event.from_agent is not None
            waits_since = event.at if came_back else event.enqueued_at
            item = self._items[event.item] = _Open(event.queue, event.enqueued_at, waits_since, answered=came_back)
            if counted and event.reason == "new":
                self.queues[event.queue].arrived += 1
                self.queues[event.queue].reopened += _REOPENED.search(event.item) is not None
        elif item.agent is not None:
            if counted and event.reason == "transfer":
                self.queues[item.queue].transfers += 1
            self._assignment_ends(item, event.at)
            item.waits_since = event.at
        item.queue = event.queue
        item.ringing.clear()

    def _offered(self, event: events.OfferCreated) -> None:
        item = self._items.get(event.item)
        if item is None:
            item = self._items[event.item] = _Open(event.queue, event.enqueued_at, event.enqueued_at)
        if item.agent is not None:  # handed over to this very agent
            if self._counts(event.at):
                self.queues[item.queue].transfers += 1
            self._assignment_ends(item, event.at)
            item.waits_since = event.at
        item.ringing[event.offer] = event.at
        if self._counts(event.at):
            self.queues[item.queue].offers.made += 1
            self.agents[event.agent].offers.made += 1

    def _accepted(self, event: events.OfferAccepted) -> None:
        item = self._items.get(event.item)
        if item is None:
            return
        rang_ms = event.at - item.ringing.get(event.offer, event.at)
        item.ringing.clear()
        if self._counts(event.at):
            queue = self.queues[item.queue]
            for offers in (queue.offers, self.agents[event.agent].offers):
                offers.accepted += 1
                offers.accept_ms += rang_ms
            (queue.again if item.answered else queue.answered).add(event.at - item.waits_since)
        item.answered, item.agent, item.held_since, item.wrap_up_since = True, event.agent, event.at, None
        self._holds(event.agent, event.at, +1)

    def _refused(self, event: events.OfferDeclined | events.OfferExpired | events.OfferRescinded) -> None:
        item = self._items.get(event.item)
        if item is None:
            return
        item.ringing.pop(event.offer, None)
        if not self._counts(event.at):
            return
        for offers in (self.queues[item.queue].offers, self.agents[event.agent].offers):
            match event:
                case events.OfferDeclined():
                    offers.declined += 1
                case events.OfferExpired():
                    offers.missed += 1
                case events.OfferRescinded():
                    offers.rescinded += 1

    def _closed(self, event: events.ItemClosed) -> None:
        item = self._items.pop(event.item, None)
        if item is None:
            return
        if item.agent is not None:
            self._assignment_ends(item, event.at)
        elif item.answered or not event.customer_left:
            return
        elif self._counts(event.at):
            self.queues[item.queue].abandoned.add(event.at - item.enqueued_at)

    def _assignment_ends(self, item: _Open, at: Ms) -> None:
        agent, item.agent = item.agent, None
        assert agent is not None
        wrapped_at = item.wrap_up_since if item.wrap_up_since is not None else at
        if self._counts(at):
            for handled in (self.queues[item.queue].handled, self.agents[agent].handled):
                handled.add(max(wrapped_at - item.held_since, 0), max(at - wrapped_at, 0))
        item.wrap_up_since = None
        self._holds(agent, at, -1)

    # ------------------------------------------------------------ how agents spend their time

    def _presence(self, event: events.AgentPresence) -> None:
        person = self._lapse(event.agent, event.at)
        person.signed_in = event.reachability != "gone"
        person.ready = event.reachability == "connected" and event.status in self._ready_statuses
        if not person.signed_in and not person.held:
            del self._people[event.agent]

    def _holds(self, agent: AgentId, at: Ms, more: int) -> None:
        person = self._lapse(agent, at)
        person.held = max(person.held + more, 0)

    def _lapse(self, agent: AgentId, at: Ms) -> _Person:
        """Count the time since this agent's last change."""
        person = self._people.setdefault(agent, _Person(at))
        lapsed_ms = max(min(at, self.until) - max(person.since, self.since), 0)
        person.since = max(person.since, at)
        if lapsed_ms and (person.signed_in or person.held):
            counts = self.agents[agent]
            counts.signed_in_ms += lapsed_ms if person.signed_in else 0
            counts.work_ms += person.held * lapsed_ms
            if person.held:
                counts.handling_ms += lapsed_ms
            elif person.ready:
                counts.ready_ms += lapsed_ms
        return person

    def until_now(self, at: Ms) -> None:
        """Count the agents' time up to now; to be done before their counts are read."""
        for agent in list(self._people):
            self._lapse(agent, at)

    def _counts(self, at: Ms) -> bool:
        return self.since <= at < self.until
