"""The board: every agent and queue as they are now, folded from the routing events.

Each node keeps one, made from a snapshot of the store and kept true by the events after it; the law is that the fold
of old state and events is the state fetched anew. What changed is remembered for each watcher until it is taken, so
a slow board gets the newest state, never a backlog.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from router.core import closing, events
from router.core.closing import NOT_SWITCHED, Switches
from router.core.model.obstacles import Obstacle
from router.core.policy import Policy, Queue
from router.core.words import AgentId, Channel, ItemState, Ms, PlanId, Units, WorkItemId
from router.engine.agent_now import AgentNow, ItemNow, Person, card, is_free, ramps, used
from router.engine.queue_now import QueueNow
from router.protocol.customer import QueuePosition
from router.protocol.records import BoardAgent, BoardQueue

DAY_MS = 86_400_000


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
        self._counted: dict[AgentId, tuple[frozenset[str], bool, bool]] = {}
        self._switches: Switches = NOT_SWITCHED
        self._shut: frozenset[str] = frozenset()
        """Queues that were closed when somebody looked last."""
        self.unjudged: set[WorkItemId] = set()
        """Items of which it is not known yet whether anybody could ever take them."""
        self._watchers: set[int] = set()
        self._changes: dict[int, Changes] = {}
        self.seq = 0
        self._day = 0

    # ------------------------------------------------------------ beginning

    def begin(self, seq: int, agents: Iterable[AgentNow], items: Iterable[ItemNow]) -> None:
        """Start from the store's state after event `seq`; counts of today are kept."""
        self.seq = seq
        self.agents = {now.agent: now for now in agents}
        self.items = {}
        self.unjudged.clear()
        self._counted = {}
        for queue in self.queues.values():
            queue.empty()
        for item in items:
            self._add(item)
        for agent in self.agents:
            self._recount(agent)
        for changes in self._changes.values():
            changes.agents.update(self.agents)
            changes.queues.update(self.queues)

    def adopt(self, policy: Policy) -> None:
        """Judge and name by another policy from now on."""
        self._policy = policy
        for name in policy.queues:
            self._queue(name)
        for agent in self.agents:
            self._touch(agent)
        for changes in self._changes.values():
            changes.queues.update(self.queues)

    def _add(self, item: ItemNow) -> None:
        self.items[item.item] = item
        self.unjudged.add(item.item)
        self._enter(item)

    def judge_anew(self) -> None:
        """Others may be able now."""
        self.unjudged.update(self.items)

    def judged(self, item_id: WorkItemId, missing: tuple[Obstacle, ...]) -> None:
        """missing: see ItemNow."""
        self.unjudged.discard(item_id)
        item = self.items.get(item_id)
        if item is not None and item.missing != missing:
            self._leave(item)
            item.missing = missing
            self._enter(item)

    def count(self, queue: str, answered_waits_ms: Iterable[Ms], abandoned_waits_ms: Iterable[Ms]) -> None:
        """Add what was counted before this board began."""
        now = self._queue(queue)
        for waited_ms in answered_waits_ms:
            now.answered.add(waited_ms)
        for waited_ms in abandoned_waits_ms:
            now.abandoned.add(waited_ms)

    def new_day(self, at: Ms) -> None:
        """Numbers are of one day, in UTC: begin anew when another has come."""
        if at // DAY_MS <= self._day:
            return
        self._day = at // DAY_MS
        for name, queue in self.queues.items():
            queue.new_day()
            self._queue_changed(name)

    # ------------------------------------------------------------ folding

    def apply(self, seq: int, event: events.Event) -> None:
        """Take in one event; those already included are passed over."""
        if seq <= self.seq:
            return
        self.seq = seq
        self.new_day(event.at)
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
            case events.ItemAlert():
                self._alerts(event)
            case events.ItemPaused():
                self._move(event.item, "paused", event.agent, event.at, paused_units=event.units)
            case events.ItemResumed():
                self._move(event.item, "assigned", event.agent, event.at)
            case events.WrapUpStarted():
                item = self.items.get(event.item)
                units = item.paused_units if item is not None else None
                self._move(event.item, "wrap_up", event.agent, event.at, paused_units=units)
            case events.ItemClosed():
                self._closed(event)
            case events.AgentPresence():
                self._presence(event)
            case events.AgentDraining():
                if now := self.agents.get(event.agent):
                    now.draining = event.for_item
                    self._touch(event.agent)
            case events.AgentProfile():
                self._touch(event.agent)
            case events.ItemOverflow() | events.AlarmRang() | events.StoreRebuilt():
                pass

    def _queued(self, event: events.ItemQueued) -> None:
        known = self.items.get(event.item)
        if known is not None:
            self._leave(known)
            self._work_ends(known, event.at)
        item = ItemNow(
            item=event.item,
            queue=event.queue,
            channel=event.channel,
            weight=event.weight,
            enqueued_at=event.enqueued_at,
            state="waiting",
            since=event.at,
            plan=event.plan or PlanId(event.lane),
            answered=event.from_agent is not None or (known is not None and known.answered),
            refusals=known.refusals if known is not None else 0,
        )
        self._add(item)
        if not item.answered:
            queue = self._queue(event.queue)
            item.told = queue.expected(len(queue.waiting), event.at)

    def _relaxed(self, event: events.ItemRelaxed) -> None:
        item = self.items.get(event.item)
        if item is not None:
            self._leave(item)
            item.queue, item.channel, item.weight = event.queue, event.channel, event.weight
            self._enter(item)

    def _offered(self, event: events.OfferCreated) -> None:
        item = self.items.get(event.item)
        rings = item.ringing if item is not None else ()
        held = item is not None and item.agent is not None
        if item is not None and item.state == "waiting" and item.since == event.at:
            item.at_once = True
        self._move(event.item, "offered", None, event.at, ringing=(*rings, event.agent))
        if item is not None and held:
            self._work_ends(item, event.at)
        now = self.agents.get(event.agent)
        person = self._person_of(event.agent)
        if now is not None and now.ramping and person is not None:
            now.ramping = 2 * used(self._policy, now, interruptible=False) < person.supply.limit

    def _rings_no_more(self, item_id: WorkItemId, agent: AgentId, at: Ms) -> None:
        item = self.items.get(item_id)
        rings = tuple(other for other in item.ringing if other != agent) if item is not None else ()
        self._move(item_id, "offered" if rings else "waiting", None, at, ringing=rings)

    def _accepted(self, event: events.OfferAccepted) -> None:
        known = self.items.get(event.item)
        rings_since = known.since if known is not None else event.at
        item = self._move(event.item, "assigned", event.agent, event.at)
        if item is None:
            return
        item.held_since = rings_since
        if item.answered:
            return
        item.answered = True
        queue, waited_ms = self._queue(item.queue), event.at - item.enqueued_at
        queue.work_begins(event.at, waited_ms, item.told, at_once=item.at_once)
        queue.answered.add(waited_ms)

    def _closed(self, event: events.ItemClosed) -> None:
        item = self.items.pop(event.item, None)
        self.unjudged.discard(event.item)
        if item is None:
            return
        self._leave(item)
        self._work_ends(item, event.at)
        if event.customer_left and item.state in ("waiting", "offered") and not item.answered:
            self._queue(item.queue).abandoned.add(event.at - item.enqueued_at)

    def _work_ends(self, item: ItemNow, at: Ms) -> None:
        """To be called once the item has left its agent, if it had one."""
        if item.state in ("waiting", "offered") and item.held_since is None:
            return
        self._queue(item.queue).work_ends(at - item.held_since if item.held_since is not None else None)
        item.held_since = None

    def _presence(self, event: events.AgentPresence) -> None:
        now = self.agents.get(event.agent)
        before = now.status if now is not None else ""
        if now is None:
            now = self.agents[event.agent] = AgentNow(
                agent=event.agent, status="", since=event.at, reachability=event.reachability
            )
        if now.status != event.status:
            now.since, now.status_by = event.at, event.by
            now.ramping = ramps(self._policy, before, event.status, already=now.ramping)
        now.status, now.reachability, now.reason = event.status, event.reachability, event.reason
        now.next_status = event.next_status
        if event.reachability == "gone":
            del self.agents[event.agent]
        self._touch(event.agent)

    def _alerts(self, event: events.ItemAlert) -> None:
        if item := self.items.get(event.item):
            self._leave(item)
            item.refusals = event.refusals
            self._enter(item)

    def _move(
        self,
        item_id: WorkItemId,
        state: ItemState,
        agent: AgentId | None,
        at: Ms,
        *,
        ringing: tuple[AgentId, ...] = (),
        paused_units: Units | None = None,
    ) -> ItemNow | None:
        item = self.items.get(item_id)
        if item is None:
            return None
        before = self._take_out(item)
        item.state, item.agent, item.ringing, item.since = state, agent, ringing, at
        item.paused_units = paused_units
        for touched in dict.fromkeys((*before, *self._put_in(item))):  # once, though it was theirs and is
            self._touch(touched)
        return item

    def _enter(self, item: ItemNow) -> None:
        """Count the item where it is now."""
        for agent in self._put_in(item):
            self._touch(agent)

    def _leave(self, item: ItemNow) -> None:
        """Undo `_enter`."""
        for agent in self._take_out(item):
            self._touch(agent)

    def _put_in(self, item: ItemNow) -> list[AgentId]:
        """`_enter` but for who is free: the agents it came to."""
        queue = self._queue(item.queue)
        if item.state == "waiting":
            insort(queue.waiting, (item.enqueued_at, item.item))
        self._count_item(queue, item, +1)
        self._queue_changed(item.queue)
        here = [agent for agent in item.agents if agent in self.agents]
        for agent in here:
            self.agents[agent].work[item.item] = item
        return here

    def _take_out(self, item: ItemNow) -> list[AgentId]:
        """`_leave` but for who is free: the agents it left."""
        queue = self._queue(item.queue)
        if item.state == "waiting":
            place = bisect_left(queue.waiting, (item.enqueued_at, item.item))
            del queue.waiting[place : place + 1]
        self._count_item(queue, item, -1)
        self._queue_changed(item.queue)
        here = [agent for agent in item.agents if agent in self.agents]
        for agent in here:
            self.agents[agent].work.pop(item.item, None)
        return here

    @staticmethod
    def _count_item(queue: QueueNow, item: ItemNow, by: int) -> None:
        queue.offered += by * (item.state == "offered")
        queue.in_progress += by * (item.agent is not None)
        queue.paused += by * (item.state == "paused")
        if by < 0:
            queue.alerted.pop(item.item, None)
        elif item.alerts:
            queue.alerted[item.item] = item

    def _queue(self, name: str) -> QueueNow:
        queue = self.queues.get(name)
        if queue is None:
            queue = self.queues[name] = QueueNow()
        return queue

    # ------------------------------------------------------------ who is free

    def _touch(self, agent: AgentId) -> None:
        self._recount(agent)
        for changes in self._changes.values():
            changes.agents.add(agent)

    def _recount(self, agent: AgentId) -> None:
        before, now, person = self._counted.pop(agent, None), self.agents.get(agent), self._person_of(agent)
        after = None
        if now is not None and person is not None and now.reachability == "connected":
            after = person.supply.queues, is_free(self._policy, now, person.supply), bool(now.work)
            self._counted[agent] = after
        if before != after:
            if before is not None:
                self._count(*before, -1)
            if after is not None:
                self._count(*after, +1)

    def _count(self, queues: frozenset[str], free: bool, busy: bool, by: int) -> None:
        for name in queues:
            queue = self._queue(name)
            queue.eligible += by
            queue.free += by if free else 0
            queue.busy += by if busy else 0
            self._queue_changed(name)

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
        return card(self._policy, now, person, status_by=self._name_of(now.status_by))

    def _name_of(self, agent: AgentId | None) -> str | None:
        person = self._person_of(agent) if agent else None
        return person.name if person is not None else agent

    def attends(self, queue: str, channel: Channel) -> bool:
        """Whether somebody is signed in who serves the queue, if only as a helper, and by their status the channel."""
        statuses = self._policy.statuses
        return any(
            now.status in statuses and channel in statuses[now.status].channels
            for agent, now in self.agents.items()
            if (person := self._person_of(agent)) is not None
            and queue in person.supply.queues | person.supply.backup
            and person.supply.at_most.get(channel, 0) > 0
        )

    def queue_position(self, queue: str, position: int, now: Ms) -> QueuePosition:
        """What a customer at this position (1 is next) is told."""
        return self._queue(queue).place(position, now)

    def queue_card(self, name: str, now: Ms) -> BoardQueue:
        policy = self._policy.queues.get(name) or Queue(name=name, label=name)
        switched: Literal["", "open", "closed"] = ""
        if name in self._switches:
            switched = "open" if self._switches[name] else "closed"
        return self._queue(name).card(
            policy, self._policy.service_level_variant, now, is_open=self._is_open(name, now), switched=switched
        )

    def switch(self, switches: Switches) -> None:
        """These queues are open or closed by hand, all others by their hours."""
        changed = {name for name in {*switches, *self._switches} if switches.get(name) != self._switches.get(name)}
        self._switches = switches
        for name in changed:
            self._queue_changed(name)

    def look_at_hours(self, now: Ms) -> None:
        """Note which queues have opened or closed since this was asked last."""
        shut = frozenset(name for name in self._policy.queues if not self._is_open(name, now))
        for name in shut ^ self._shut:
            self._queue_changed(name)
        self._shut = shut

    def _is_open(self, name: str, now: Ms) -> bool:
        return closing.closed(self._policy, name, now, self._switches) is None

    def retouch(self, agent: AgentId) -> None:
        """What is known of the person has changed."""
        self._touch(agent)
