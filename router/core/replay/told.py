"""How long one would wait in the other day, as its board tells: for the queues that overflow by it, and only those."""

from __future__ import annotations

from collections.abc import Iterable

from router.core import events
from router.core.expected_wait import Pace, expected_wait
from router.core.model.state import State
from router.core.policy import Policy
from router.core.records import Item
from router.core.words import Ms, WorkItemId

UNKNOWN: Ms = -1


class Told:
    """Fed with all that happens, in order. state: of the model, as it is after that."""

    __slots__ = ("_began", "_came", "_paces", "_rang", "_state")

    def __init__(self, policy: Policy, state: State) -> None:
        self._state = state
        self._paces = {
            name: Pace()
            for name, queue in policy.queues.items()
            if any(rule.when == "expected_wait" for rule in queue.overflows)
        }
        self._came: dict[WorkItemId, Ms] = {}
        self._rang: dict[WorkItemId, events.OfferCreated] = {}
        self._began: dict[WorkItemId, events.OfferCreated] = {}
        """The offer by which each is in somebody's hands."""

    def expected_ms(self, queue: str, now: Ms) -> Ms:
        """For an item that comes to the queue now; UNKNOWN without data."""
        pace = self._paces.get(queue)
        if pace is None:
            return UNKNOWN
        waiting = sum(record.state == "waiting" for record in self._of(queue))
        wait = expected_wait(pace, position=waiting + 1, busy=self._busy(queue), now=now)
        return wait.p50_ms if wait is not None else UNKNOWN

    def look(self, happened: Iterable[events.Event]) -> None:
        if not self._paces:
            return
        for event in happened:
            match event:
                case events.ItemQueued():
                    self._ended(event.item, event.at)
                    self._came[event.item] = event.at
                case events.OfferCreated():
                    self._ended(event.item, event.at)
                    self._rang[event.item] = event
                case events.OfferAccepted():
                    self._started(event)
                case events.ItemClosed():
                    self._ended(event.item, event.at)
                case _:
                    pass

    def _started(self, event: events.OfferAccepted) -> None:
        offer = self._rang.pop(event.item, None)
        pace = self._paces.get(offer.queue) if offer is not None else None
        if offer is None or pace is None:
            return
        self._began[event.item] = offer
        if self._came.get(event.item) != offer.at:  # it was not offered as it came
            pace.started(event.at, event.at - offer.enqueued_at)
        self._count(offer.queue)

    def _ended(self, item: WorkItemId, at: Ms) -> None:
        offer = self._began.pop(item, None)
        if offer is not None:
            self._paces[offer.queue].ended(at - offer.at)
            self._count(offer.queue)

    def _count(self, queue: str) -> None:
        in_hand = sum(record.state in ("offered", "assigned", "wrap_up") for record in self._of(queue))
        self._paces[queue].in_hand(in_hand, self._busy(queue))

    def _of(self, queue: str) -> Iterable[Item]:
        return (record for item, record in self._state.items.items() if self._state.lane(item).queue == queue)

    def _busy(self, queue: str) -> int:
        """Agents of the queue who have any work in hand."""
        profiles = self._state.profiles
        return sum(
            bool(agent.counts) and queue in profiles[agent.profile].queues for agent in self._state.agents.values()
        )
