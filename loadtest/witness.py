"""Witnesses: what must hold, seen from outside only, by what agents are told.

An agent's events come in one order, so its own work is checked event by event. What two agents are told comes over two
sockets and in no common order: that nobody else holds an item is checked by the times of whole holdings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from router.protocol import staff
from router.protocol.records import Offer, WorkItem

MOST_DETAILS = 50
BETWEEN_SOCKETS_S = 0.2
"""Two sockets' frames read this close together are in no known order."""
CLOCKS_DIFFER_MS = 20

INVARIANTS = (
    "seq is gap-free and every frame is as defined",
    "no item is held by two agents",
    "an offer fits the agent's units",
    "no more offers ring than may at once",
    "no offer during wrap-up",
    "an offer meets the item's requirements",
    "an item is in one state",
    "a returned item keeps its age",
    "an item is not offered again to who declined it within the cool-down",
)

(FRAMES, ONE_HOLDER, UNITS, PACING, WRAP_UP, REQUIREMENTS, ONE_STATE, AGE, COOLDOWN) = INVARIANTS


@dataclass(slots=True, kw_only=True)
class Holding:
    """An agent's time with an item, in loop seconds. until None: still held."""

    agent: str
    since: float
    until: float | None = None


@dataclass(slots=True, kw_only=True)
class Findings:
    """Violations of a run, and what all agents together know of items. cooldown_ms: of the centre's policy."""

    clock: Callable[[], float]
    cooldown_ms: int
    counts: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    enqueued_at: dict[str, int] = field(default_factory=dict)
    holdings: dict[str, list[Holding]] = field(default_factory=dict)

    def violated(self, invariant: str, detail: str) -> None:
        self.counts[invariant] = self.counts.get(invariant, 0) + 1
        if len(self.details) < MOST_DETAILS:
            self.details.append(f"{invariant}: {detail}")

    def total(self) -> int:
        return sum(self.counts.values())

    def seen(self, item: WorkItem) -> None:
        first = self.enqueued_at.setdefault(item.work_item_id, item.enqueued_at)
        if first != item.enqueued_at:
            self.violated(AGE, f"item {item.work_item_id} waited since {first}, now since {item.enqueued_at}")

    def check_holders(self) -> None:
        """Once all is over: no two agents' holdings of an item overlap."""
        for item, holdings in self.holdings.items():
            ordered = sorted(holdings, key=lambda holding: holding.since)
            for earlier, later in pairwise(ordered):
                ended = earlier.until if earlier.until is not None else float("inf")
                if later.agent != earlier.agent and later.since < ended - BETWEEN_SOCKETS_S:
                    self.violated(ONE_HOLDER, f"item {item}: {earlier.agent} and {later.agent}")


class Witness:
    """One agent's own account, event by event; replaced by every snapshot."""

    __slots__ = (
        "_agent", "_away_since", "_findings", "_held", "_let_go_ms", "_limits", "_offers", "_pacing", "_paused",
        "_skills", "_wrapping",
    )  # fmt: skip

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._agent = ""
        self._limits = {False: 0, True: 0}
        self._pacing = 1
        self._skills: dict[str, int] = {}
        self._offers: dict[str, Offer] = {}
        self._held: dict[str, WorkItem] = {}
        self._paused: dict[str, int] = {}
        self._wrapping: set[str] = set()
        self._let_go_ms: dict[str, int] = {}
        self._away_since: float | None = None

    def lost_sight(self) -> None:
        """The connection is gone: what happens to the held items meanwhile is not seen."""
        if self._away_since is None:
            self._away_since = self._findings.clock()

    def resumed(self) -> None:
        self._away_since = None

    def declines(self, item: str, at_ms: int) -> None:
        """The agent is about to decline the item, at this time of the server's: it can only be declined later."""
        self._let_go_ms[item] = at_ms

    def see(self, event: staff.StaffEvent) -> None:
        match event:
            case staff.StaffSnapshot():
                self._snapshot(event)
            case staff.OfferCreated(offer=offer):
                self._offered(offer)
            case staff.OfferClosed():
                self._offer_closed(event)
            case staff.ItemAssigned(assignment=assignment):
                self._assigned(assignment.work_item)
            case staff.ItemWrapUp(work_item_id=item):
                if item not in self._held or item in self._wrapping:
                    self._findings.violated(ONE_STATE, f"{self._agent}: wrap-up of {item}, which is not worked on")
                self._wrapping.add(item)
            case staff.ItemPaused(work_item_id=item, units=units):
                self._pauses(item, units)
            case staff.ItemResumed(work_item_id=item):
                self._paused.pop(item, None)
            case staff.ItemClosed(work_item_id=item):
                self._closed(item)
            case staff.LoadChanged():
                self._limits[False] = event.units_limit
            case _:
                pass

    def _snapshot(self, snapshot: staff.StaffSnapshot) -> None:
        me = snapshot.me
        self._agent, self._skills, self._pacing = me.agent_id, dict(me.skills), snapshot.pacing
        self._limits = {False: me.units_limit, True: me.interruptible_limit}
        still = {assignment.work_item.work_item_id for assignment in snapshot.assignments}
        for item in [item for item in self._held if item not in still]:
            self._let_go(item, self._away_since)
        self._offers = {offer.offer_id: offer for offer in snapshot.offers}
        self._wrapping = {a.work_item.work_item_id for a in snapshot.assignments if a.state == "wrap_up"}
        self._paused = {
            one.work_item.work_item_id: one.units
            for one in snapshot.assignments
            if one.state == "paused" or one.units != one.work_item.weight
        }
        for assignment in snapshot.assignments:
            self._findings.seen(assignment.work_item)
            if assignment.work_item.work_item_id not in self._held:
                self._take(assignment.work_item)
        self._away_since = None

    def _offered(self, offer: Offer) -> None:
        item = offer.work_item
        self._findings.seen(item)
        units, limit = self._units(item.interruptible) + item.weight, self._limits[item.interruptible]
        if units > limit and not offer.why.transferred_by:
            self._findings.violated(UNITS, f"{self._agent}: {units} of {limit} with {item.work_item_id}")
        if len(self._offers) >= self._pacing and not offer.why.transferred_by:
            self._findings.violated(PACING, f"{self._agent}: {offer.offer_id} beside {', '.join(self._offers)}")
        for wrapped in self._wrapping:
            self._findings.violated(WRAP_UP, f"{self._agent}: {offer.offer_id} in wrap-up of {wrapped}")
        for asked in item.requirements:
            skill, _, level = asked.partition("≥")
            if self._skills.get(skill, 0) < int(level or 1):
                self._findings.violated(
                    REQUIREMENTS, f"{self._agent} lacks {asked} of {item.work_item_id}, has {self._skills}"
                )
        self._rested(offer)
        self._offers[offer.offer_id] = offer

    def _units(self, interruptible: bool) -> int:
        """What is held in one of the two pools, ringing offers with it; a paused item holds what it was said to."""
        held = sum(
            self._paused.get(item, work.weight)
            for item, work in self._held.items()
            if work.interruptible is interruptible
        )
        ringing = (offer.work_item for offer in self._offers.values())
        return held + sum(item.weight for item in ringing if item.interruptible is interruptible)

    def _pauses(self, item: str, units: int) -> None:
        if item not in self._held or item in self._wrapping:
            self._findings.violated(ONE_STATE, f"{self._agent}: {item} paused, which is not worked on")
        self._paused[item] = units

    def _rested(self, offer: Offer) -> None:
        item = offer.work_item.work_item_id
        let_go_ms = self._let_go_ms.get(item)
        if let_go_ms is None:
            return
        rested_ms = offer.expires_at - offer.ring_ms - let_go_ms
        if rested_ms < self._findings.cooldown_ms - CLOCKS_DIFFER_MS:
            self._findings.violated(COOLDOWN, f"{self._agent}: {item} after {rested_ms} ms")

    def _offer_closed(self, event: staff.OfferClosed) -> None:
        offer = self._offers.pop(event.offer_id, None)
        if offer is None:
            self._findings.violated(ONE_STATE, f"{self._agent}: offer {event.offer_id} closed, which did not ring")
        elif event.outcome == "expired":
            self._let_go_ms[offer.work_item.work_item_id] = offer.expires_at

    def _assigned(self, item: WorkItem) -> None:
        self._findings.seen(item)
        if item.work_item_id in self._held:
            self._findings.violated(ONE_STATE, f"{self._agent}: {item.work_item_id} assigned, which it held")
            return
        self._take(item)

    def _closed(self, item: str) -> None:
        if item not in self._held:
            self._findings.violated(ONE_STATE, f"{self._agent}: {item} closed, which it did not hold")
            return
        self._wrapping.discard(item)
        self._let_go(item, None)

    def _take(self, item: WorkItem) -> None:
        self._held[item.work_item_id] = item
        holding = Holding(agent=self._agent, since=self._findings.clock())
        self._findings.holdings.setdefault(item.work_item_id, []).append(holding)

    def _let_go(self, item: str, at: float | None) -> None:
        del self._held[item]
        self._paused.pop(item, None)
        for holding in self._findings.holdings[item]:
            if holding.agent == self._agent and holding.until is None:
                holding.until = self._findings.clock() if at is None else at
