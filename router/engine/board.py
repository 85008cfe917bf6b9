"""The board: every agent and queue as they are now, folded from the routing events.

Each node keeps one, made from a snapshot of the store and kept true by the events after it; the law is that the fold
of old state and events is the state fetched anew. What changed is remembered for each watcher until it is taken, so
a slow board gets the newest state, never a backlog.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from router.core import events
from router.core.expected_wait import Pace, expected_wait
from router.core.policy import Policy, Supply
from router.core.words import AgentId, Channel, ItemState, Ms, Reachability, Units, WorkItemId
from router.protocol.customer import QueuePosition
from router.protocol.records import BoardAgent, BoardQueue, BoardWork

AGES_MS = (30_000, 60_000, 120_000, 300_000)


@dataclass(slots=True, kw_only=True)
class ItemNow:
    item: WorkItemId
    queue: str
    channel: Channel
    weight: Units
    enqueued_at: Ms
    state: ItemState
    since: Ms
    agent: AgentId | None = None
    """Who holds it."""
    ringing: tuple[AgentId, ...] = ()
    """To whom it is offered."""

    @property
    def agents(self) -> tuple[AgentId, ...]:
        """On whose tiles it is shown."""
        return (self.agent,) if self.agent else self.ringing


@dataclass(slots=True, kw_only=True)
class AgentNow:
    """since: when the status was taken."""

    agent: AgentId
    status: str
    since: Ms
    reachability: Reachability
    reason: str = ""
    """Of the last change of status or reachability."""
    status_by: AgentId | None = None
    next_status: str = ""
    work: dict[WorkItemId, ItemNow] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class QueueNow:
    """waiting: (enqueued_at, item), sorted. The rest are counts."""

    waiting: list[tuple[Ms, WorkItemId]] = field(default_factory=list)
    offered: int = 0
    in_progress: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    eligible: int = 0
    free: int = 0
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Person:
    """What the board shows of an agent beside their state."""

    name: str
    team: str
    supply: Supply


@dataclass(slots=True)
class Changes:
    """What a watcher has not seen yet."""

    agents: set[AgentId] = field(default_factory=set)
    queues: set[str] = field(default_factory=set)


class Board:
    """person_of: None for somebody who is no agent any more."""

    def __init__(self, policy: Policy, person_of: Callable[[AgentId], Person | None]) -> None:
        self._policy, self._person_of = policy, person_of
        self.agents: dict[AgentId, AgentNow] = {}
        self.items: dict[WorkItemId, ItemNow] = {}
        self.queues: dict[str, QueueNow] = {name: QueueNow() for name in policy.queues}
        self._counted: dict[AgentId, tuple[frozenset[str], bool]] = {}
        self._watchers: set[int] = set()
        self._changes: dict[int, Changes] = {}
        self.seq = 0

    # ------------------------------------------------------------ beginning

    def begin(self, seq: int, agents: Iterable[AgentNow], items: Iterable[ItemNow]) -> None:
        """Start from the store's state after event `seq`; counts of today are kept."""
        self.seq = seq
        self.agents = {now.agent: now for now in agents}
        self.items = {}
        self._counted = {}
        for queue in self.queues.values():
            queue.waiting.clear()
            queue.offered = queue.in_progress = queue.eligible = queue.free = 0
        for item in items:
            self._add(item)
        for agent in self.agents:
            self._recount(agent)
        for changes in self._changes.values():
            changes.agents.update(self.agents)
            changes.queues.update(self.queues)

    def _add(self, item: ItemNow) -> None:
        self.items[item.item] = item
        self._enter(item)

    def count(self, queue: str, answered_waits_ms: Iterable[Ms], abandoned_waits_ms: Iterable[Ms]) -> None:
        """Add what was counted before this board began."""
        now, threshold = self._queue(queue), self._service_level_ms(queue)
        for waited_ms in answered_waits_ms:
            now.answered += 1
            now.answered_in_time += waited_ms <= threshold
        for waited_ms in abandoned_waits_ms:
            now.abandoned += 1
            now.abandoned_in_time += waited_ms <= threshold

    # ------------------------------------------------------------ folding

    def apply(self, seq: int, event: events.Event) -> None:
        """Take in one event; those already included are passed over."""
        if seq <= self.seq:
            return
        self.seq = seq
        match event:
            case events.ItemQueued():
                self._queued(event)
            case events.ItemRelaxed():
                self._relaxed(event)
            case events.OfferCreated():
                self._offered(event)
            case events.OfferAccepted():
                self._accepted(event)
            case events.OfferDeclined() | events.OfferExpired() | events.OfferRescinded():
                self._rings_no_more(event.item, event.agent, event.at)
            case events.WrapUpStarted():
                self._move(event.item, "wrap_up", event.agent, event.at)
            case events.ItemClosed():
                self._closed(event)
            case events.AgentPresence():
                self._presence(event)
            case events.AgentProfile():
                self._touch(event.agent)
            case events.StoreRebuilt():
                pass

    def _queued(self, event: events.ItemQueued) -> None:
        if event.item in self.items:
            self._leave(self.items[event.item])
        self._add(
            ItemNow(
                item=event.item,
                queue=event.queue,
                channel=event.channel,
                weight=event.weight,
                enqueued_at=event.enqueued_at,
                state="waiting",
                since=event.at,
            )
        )

    def _relaxed(self, event: events.ItemRelaxed) -> None:
        item = self.items.get(event.item)
        if item is not None:
            self._leave(item)
            item.queue, item.weight = event.queue, event.weight
            self._enter(item)

    def _offered(self, event: events.OfferCreated) -> None:
        item = self.items.get(event.item)
        rings = item.ringing if item is not None else ()
        self._move(event.item, "offered", None, event.at, ringing=(*rings, event.agent))

    def _rings_no_more(self, item_id: WorkItemId, agent: AgentId, at: Ms) -> None:
        item = self.items.get(item_id)
        rings = tuple(other for other in item.ringing if other != agent) if item is not None else ()
        self._move(item_id, "offered" if rings else "waiting", None, at, ringing=rings)

    def _accepted(self, event: events.OfferAccepted) -> None:
        item = self._move(event.item, "assigned", event.agent, event.at)
        if item is None:
            return
        queue = self._queue(item.queue)
        waited_ms = event.at - item.enqueued_at
        queue.pace.started(event.at, waited_ms)
        queue.answered += 1
        queue.answered_in_time += waited_ms <= self._service_level_ms(item.queue)

    def _closed(self, event: events.ItemClosed) -> None:
        item = self.items.pop(event.item, None)
        if item is None:
            return
        self._leave(item)
        if event.outcome == "cancelled" and item.state in ("waiting", "offered"):
            self._abandoned(item, event.at - item.enqueued_at)

    def _abandoned(self, item: ItemNow, waited_ms: Ms) -> None:
        queue = self._queue(item.queue)
        queue.abandoned += 1
        queue.abandoned_in_time += waited_ms <= self._service_level_ms(item.queue)

    def _presence(self, event: events.AgentPresence) -> None:
        now = self.agents.get(event.agent)
        if now is None:
            now = self.agents[event.agent] = AgentNow(
                agent=event.agent, status=event.status, since=event.at, reachability=event.reachability
            )
        if now.status != event.status:
            now.since, now.status_by = event.at, event.by
        now.status, now.reachability, now.reason = event.status, event.reachability, event.reason
        now.next_status = event.next_status
        if event.reachability == "gone":
            del self.agents[event.agent]
        self._touch(event.agent)

    def _move(
        self,
        item_id: WorkItemId,
        state: ItemState,
        agent: AgentId | None,
        at: Ms,
        *,
        ringing: tuple[AgentId, ...] = (),
    ) -> ItemNow | None:
        item = self.items.get(item_id)
        if item is None:
            return None
        self._leave(item)
        item.state, item.agent, item.ringing, item.since = state, agent, ringing, at
        self._enter(item)
        return item

    def _enter(self, item: ItemNow) -> None:
        """Count the item where it is now."""
        queue = self._queue(item.queue)
        if item.state == "waiting":
            insort(queue.waiting, (item.enqueued_at, item.item))
        elif item.state == "offered":
            queue.offered += 1
        else:
            queue.in_progress += 1
        for agent in item.agents:
            if now := self.agents.get(agent):
                now.work[item.item] = item
                self._touch(agent)
        self._queue_changed(item.queue)

    def _leave(self, item: ItemNow) -> None:
        """Undo `_enter`."""
        queue = self._queue(item.queue)
        if item.state == "waiting":
            place = bisect_left(queue.waiting, (item.enqueued_at, item.item))
            del queue.waiting[place : place + 1]
        elif item.state == "offered":
            queue.offered -= 1
        else:
            queue.in_progress -= 1
        for agent in item.agents:
            if now := self.agents.get(agent):
                now.work.pop(item.item, None)
                self._touch(agent)
        self._queue_changed(item.queue)

    def _queue(self, name: str) -> QueueNow:
        return self.queues.setdefault(name, QueueNow())

    def _service_level_ms(self, queue: str) -> Ms:
        known = self._policy.queues.get(queue)
        return known.service_level_ms if known else 20_000

    # ------------------------------------------------------------ who is free

    def _touch(self, agent: AgentId) -> None:
        self._recount(agent)
        for changes in self._changes.values():
            changes.agents.add(agent)

    def _recount(self, agent: AgentId) -> None:
        queues, free = self._counted.pop(agent, (frozenset(), False))
        self._count(queues, free, -1)
        now, person = self.agents.get(agent), self._person_of(agent)
        if now is None or person is None or now.reachability != "connected":
            return
        queues, free = person.supply.queues, self._is_free(now, person.supply)
        self._counted[agent] = queues, free
        self._count(queues, free, +1)

    def _count(self, queues: frozenset[str], free: bool, by: int) -> None:
        for name in queues:
            queue = self._queue(name)
            queue.eligible += by
            if free:
                queue.free += by
            self._queue_changed(name)

    def _is_free(self, now: AgentNow, supply: Supply) -> bool:
        """Whether some channel's work would fit: the rule of the store without skills and exclusions."""
        status = self._policy.statuses.get(now.status)
        states = [item.state for item in now.work.values()]
        if status is None or "wrap_up" in states or states.count("offered") >= self._policy.offers.pacing:
            return False
        room = supply.limit - sum(item.weight for item in now.work.values())
        held: defaultdict[Channel, int] = defaultdict(int)
        for item in now.work.values():
            held[item.channel] += 1
        return any(
            channel in status.channels and held[channel] < at_most and self._policy.channels[channel].weight <= room
            for channel, at_most in supply.at_most.items()
            if channel in self._policy.channels
        )

    def anybody_in(self) -> bool:
        """Whether some agent is here in a status that allows work on some channel."""
        statuses = self._policy.statuses
        return any(
            now.reachability == "connected" and now.status in statuses and bool(statuses[now.status].channels)
            for now in self.agents.values()
        )

    # ------------------------------------------------------------ watching

    def watch(self, watcher: int) -> None:
        self._changes[watcher] = Changes()

    def unwatch(self, watcher: int) -> None:
        self._changes.pop(watcher, None)

    def take_changes(self, watcher: int) -> Changes:
        """What changed since this watcher asked last."""
        changes = self._changes[watcher]
        self._changes[watcher] = Changes()
        return changes

    def _queue_changed(self, name: str) -> None:
        for changes in self._changes.values():
            changes.queues.add(name)

    def agent_card(self, agent: AgentId) -> BoardAgent | None:
        """None: not signed in, or no agent any more."""
        now, person = self.agents.get(agent), self._person_of(agent)
        if now is None or person is None:
            return None
        return BoardAgent(
            agent_id=agent,
            name=person.name,
            team=person.team,
            status=now.status,
            status_since=now.since,
            reachability=now.reachability,
            units_held=sum(item.weight for item in now.work.values()),
            units_limit=person.supply.limit,
            skills=dict(person.supply.skills),
            channels=sorted(person.supply.at_most),
            work=[_work(item) for item in now.work.values()],
            status_by=self._name_of(now.status_by),
            next_status=now.next_status,
        )

    def _name_of(self, agent: AgentId | None) -> str | None:
        person = self._person_of(agent) if agent else None
        return person.name if person is not None else agent

    def queue_position(self, queue: str, position: int, now: Ms) -> QueuePosition:
        """What a customer at this position (1 is next) is told."""
        wait = expected_wait(self._queue(queue).pace, position, now)
        return QueuePosition(
            position=position,
            expected_wait_p50_ms=wait.p50_ms if wait else None,
            expected_wait_p90_ms=wait.p90_ms if wait else None,
        )

    def queue_card(self, name: str, now: Ms) -> BoardQueue:
        queue, policy = self._queue(name), self._policy.queues.get(name)
        wait = expected_wait(queue.pace, len(queue.waiting) + 1, now)
        if queue.free and not queue.waiting:
            wait_ms: Ms | None = 0
        else:
            wait_ms = wait.p50_ms if wait else None
        offered = queue.answered + queue.abandoned - queue.abandoned_in_time
        return BoardQueue(
            name=name,
            label=policy.label if policy else name,
            waiting=len(queue.waiting),
            offered=queue.offered,
            in_progress=queue.in_progress,
            longest_enqueued_at=queue.waiting[0][0] if queue.waiting else None,
            waiting_by_age=waiting_by_age(queue.waiting, now),
            expected_wait_ms=wait_ms,
            service_level=queue.answered_in_time / offered if offered > 0 else None,
            service_level_ms=self._service_level_ms(name),
            answered=queue.answered,
            abandoned=queue.abandoned,
            agents_eligible=queue.eligible,
            agents_free=queue.free,
        )


def waiting_by_age(waiting: list[tuple[Ms, WorkItemId]], now: Ms) -> list[int]:
    """Counts by age: under each of AGES_MS, then older. waiting: sorted, oldest first."""
    older_than = [bisect_left(waiting, (now - age, WorkItemId(""))) for age in AGES_MS]
    edges = [len(waiting), *older_than, 0]
    return [edges[place] - edges[place + 1] for place in range(len(edges) - 1)]


def _work(item: ItemNow) -> BoardWork:
    state = item.state if item.state in ("offered", "assigned", "wrap_up") else "assigned"
    return BoardWork(
        work_item_id=item.item,
        channel=item.channel,
        queue=item.queue,
        state=state,
        since=item.since,
        weight=item.weight,
    )
