"""The people of a recorded day under another policy, on the reference model in virtual time.

Theirs: when customers come, how long each would wait, how long work on each takes and how long agents let it ring, when
agents are there and in what status. The policy's: who waits where, who gets what, in which order. What nobody can know
is drawn: the patience of who was answered from an exponential law of the day's mean (given that they waited as long as
they did), the work of who was not from that of others on the channel. Declined and missed offers are not repeated,
nor are queues opened and closed by hand: hours alone say what is open.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from router.core import closing, events, model
from router.core.agent_condition import TRUE
from router.core.compiler import Plan, Settings, lane_id, named_plan, plan_id, profile_id, profile_of, settings_of
from router.core.demands import demand_moved, point_credit_ms
from router.core.hours import is_open, next_change
from router.core.outcomes import Outcome
from router.core.policy import Demand, Policy, Supply
from router.core.replay.drawn import UNKNOWN_STINT, mean_patience_ms, stints_by_channel
from router.core.replay.histories import History, Stint, histories, one_each
from router.core.replay.record import Facts, RecordedDay
from router.core.replay.told import Told
from router.core.rules import Ruleset, compile_rules, route
from router.core.taskrouter.demand import supply_in
from router.core.words import AgentId, Channel, DeviceId, Ms, OfferId, PlanId, WorkItemId

DEVICE = DeviceId("replay")
FOREVER_MS: Ms = 10**12
NEVER: Ms = 2**62
TIMERS_AT_ONCE = 1_000
Act = Callable[[Ms], None]


def what_if(
    day: RecordedDay, policy: Policy, *, staff: Sequence[Supply] | None = None, seed: int = 1
) -> list[events.Event]:
    """The events of the other day. staff: instead of the day's; whom the day does not know is there all of it."""
    if staff is None:
        staff = [supply_in(policy, supply, day.attributes.get(supply.agent_id, {})) for supply in day.supplies]
    return _WhatIf(day, policy, staff, Random(seed)).live()


@dataclass(slots=True, kw_only=True)
class _Guest:
    """A customer in the other day. came: their item in the real one. stints: still to come.

    patience_ms: None once answered, or when nobody's ends.
    """

    came: WorkItemId
    channel: Channel
    patience_ms: Ms | None
    stints: list[Stint] = field(default_factory=list)


class _WhatIf:
    def __init__(self, day: RecordedDay, policy: Policy, staff: Sequence[Supply], random: Random) -> None:
        self._day, self._policy, self._random = day, policy, random
        self._staff = [
            replace(supply, interruptible_limit=policy.interruptible_limit)
            for supply in staff
            if supply.queues or supply.backup
        ]
        self._ruleset: Ruleset = compile_rules(policy)
        self._state = model.State(settings=_settings(policy))
        self._told = Told(policy, self._state)
        self._due: list[tuple[Ms, int, Act]] = []
        self._numbers = itertools.count()
        self._histories = one_each(histories(day.events), day.items)
        self._guests: dict[WorkItemId, _Guest] = {}
        self._happened: list[events.Event] = []
        self._taken: dict[WorkItemId, tuple[AgentId, Ms]] = {}
        """Who accepted each item last, and when."""
        self._stints = stints_by_channel(self._histories, day.items)
        self._patience_ms = mean_patience_ms(self._histories.values())
        self._patience_ms_of: dict[WorkItemId, Ms | None] = {}

    def live(self) -> list[events.Event]:
        for supply in self._staff:
            self._employ(supply)
        self._replay_presence()
        self._close_queues()
        for item, history in self._histories.items():
            if item in self._day.items:
                self._at(history.arrived_at, partial(self._arrive, item))
        while self._due or self._state.items:
            timer = min(self._state.timers.values(), default=NEVER)
            if self._due and self._due[0][0] < timer:
                now, _, act = heapq.heappop(self._due)
                act(now)
            elif timer < self._day.until + FOREVER_MS // 2:
                model.tick(self._state, timer, TIMERS_AT_ONCE)
            else:
                break  # what still waits, waits for ever
            self._look()
        return self._happened

    def _at(self, at: Ms, act: Act) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), act))

    # -- agents --------------------------------------------------------------------------------------------------

    def _employ(self, supply: Supply) -> None:
        profile = profile_of(supply)
        self._state.profiles[profile_id(profile)] = profile
        model.put_agent(self._state, 0, supply.agent_id, profile_id(profile), supply.limit)

    def _replay_presence(self) -> None:
        known = {supply.agent_id for supply in self._day.supplies}
        for event in self._day.events:
            if isinstance(event, events.AgentPresence) and event.agent in self._state.agents:
                self._at(event.at, partial(self._present, event))
        for supply in self._staff:
            if supply.agent_id not in known:
                agent = supply.agent_id
                self._at(self._day.since, partial(self._connect, agent, ""))
                self._at(self._day.until, partial(self._leave, agent))

    def _present(self, event: events.AgentPresence, now: Ms) -> None:
        if event.reachability == "gone":
            self._leave(event.agent, now)
        elif event.reachability == "grace":
            model.unlease(self._state, now, event.agent, DEVICE)
        else:
            self._connect(event.agent, event.status, now)
            if event.status in self._state.settings.statuses:
                model.set_status(self._state, now, event.agent, event.status)

    def _connect(self, agent: AgentId, status: str, now: Ms) -> None:
        known = status if status in self._state.settings.statuses else ""
        model.lease(self._state, now, agent, DEVICE, "replay", FOREVER_MS, known)

    def _leave(self, agent: AgentId, now: Ms) -> None:
        model.sign_out(self._state, now, agent)

    # -- items ---------------------------------------------------------------------------------------------------

    def _arrive(self, item: WorkItemId, now: Ms) -> None:
        self._enter(item, item, now, now)

    def _enter(self, item: WorkItemId, came: WorkItemId, since: Ms, now: Ms) -> None:
        """Into line, where its queue or the one that takes what is for it is open; or what is done when it is closed.

        came: the item of the real day whose customer it is. since: when its waiting began.
        """
        demand, credit_ms = self._routed(self._day.items[came], now)
        queue, shut = closing.place(self._policy, demand.queue, now)
        if queue != demand.queue:
            demand = demand_moved(self._policy, demand, queue)
        if shut is None or shut.rule.action in ("wait", "queue"):
            self._line_up(item, came, demand, since, credit_ms, now)
        elif shut.holds:
            opens_at = shut.held_until(now)
            self._patience_ms_of[came] = None  # what they wrote stays, whether they do or not
            if opens_at < self._day.until:
                self._at(opens_at, partial(self._enter, item, came, opens_at))

    def _line_up(self, item: WorkItemId, came: WorkItemId, demand: Demand, since: Ms, credit_ms: Ms, now: Ms) -> None:
        history, patience_ms = self._histories[came], self._patience_of(came)
        self._guests[item] = _Guest(
            came=came, channel=demand.channel, patience_ms=patience_ms, stints=list(history.stints)
        )
        expected_ms = self._told.expected_ms(demand.queue, now)
        plan = self._plan(demand)
        model.enqueue(self._state, now, item, plan, enqueued_at=since, credit_ms=credit_ms, expected_ms=expected_ms)
        if patience_ms is not None:
            self._at(max(now, since + patience_ms), lambda at: self._lose_patience(at, item))

    def _close_queues(self) -> None:
        """When queues close, what is done to those who come is done to those who wait, where the policy says so."""
        for name, queue in self._policy.queues.items():
            hours = self._policy.hours.get(queue.hours)
            if hours is None or queue.when_closed.waiting == "keep" or queue.when_closed.action == "wait":
                continue
            at = next_change(hours, self._day.since - 1)
            while at is not None and at < self._day.until:
                if not is_open(hours, at):
                    self._at(at, partial(self._send_home, name))
                at = next_change(hours, at)

    def _send_home(self, queue: str, now: Ms) -> None:
        waiting = [
            item
            for item, record in self._state.items.items()
            if record.state == "waiting" and self._state.lane(item).queue == queue
        ]
        for item in waiting:
            since, came = self._state.items[item].enqueued_at, self._guests[item].came
            model.cancel(self._state, now, item, events.QUEUE_CLOSED)
            self._enter(WorkItemId(f"{item}.2"), came, since, now)

    def _routed(self, facts: Facts, now: Ms) -> tuple[Demand, Ms]:
        """What it asks for under the policy, and the waiting credited to it."""
        if facts.attributes:
            routed = route(self._ruleset, facts.attributes, now)
            demand, priority, credit_ms = routed.demand, routed.priority, routed.credit_ms
        else:
            demand, priority, credit_ms = self._adapted(facts.demand), facts.priority, facts.credit_ms
        return demand, priority * point_credit_ms(self._policy, demand.queue) + credit_ms

    def _adapted(self, demand: Demand) -> Demand:
        """A demand of the real day with what the policy says of its queue: how it asks, loosens and overflows."""
        if demand.queue not in self._policy.queues or demand.channel not in self._policy.channels:
            return demand
        if demand.condition != TRUE or self._policy.workflows:
            queue, channel = self._policy.queues[demand.queue], self._policy.channels[demand.channel]
            return replace(demand, weight=queue.weights.get(demand.channel, channel.weight), model=queue.model)
        return demand_moved(self._policy, demand, demand.queue)

    def _plan(self, demand: Demand) -> PlanId:
        plan, definitions = named_plan(demand)
        for definition in definitions:
            if isinstance(definition, Plan):
                self._state.plans[plan_id(definition)] = definition
            else:
                self._state.lanes[lane_id(definition)] = definition
        return plan

    def _patience_of(self, came: WorkItemId) -> Ms | None:
        """From the beginning of the waiting; drawn once a customer."""
        if came not in self._patience_ms_of:
            self._patience_ms_of[came] = self._drawn(self._histories[came])
        return self._patience_ms_of[came]

    def _drawn(self, history: History) -> Ms | None:
        if history.left_after_ms is not None:
            return history.left_after_ms
        if self._patience_ms is None:
            return None
        return history.waited_ms + 1 + round(self._random.expovariate(1 / self._patience_ms))

    def _lose_patience(self, now: Ms, item: WorkItemId) -> None:
        record = self._state.items.get(item)
        if record is not None and record.state in ("waiting", "offered") and self._guests[item].patience_ms is not None:
            model.cancel(self._state, now, item, "customer_left")

    # -- what happens --------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """React to what the last step made happen, and keep it."""
        new, self._state.events = self._state.events, []
        self._happened += new
        self._told.look(new)
        for event in new:
            match event:
                case events.OfferCreated():
                    self._ring(event)
                case events.OfferAccepted():
                    self._work(event)
                case events.WrapUpStarted():
                    self._wrap_up(event)
                case _:
                    pass

    def _next_stint(self, item: WorkItemId) -> Stint:
        guest = self._guests[item]
        if not guest.stints:
            known = self._stints.get(guest.channel) or self._stints.get("")
            guest.stints.append(self._random.choice(known) if known else UNKNOWN_STINT)
        return guest.stints[0]

    def _ring(self, event: events.OfferCreated) -> None:
        rang_ms = min(self._next_stint(event.item).rang_ms, event.expires_at - event.at - 1)
        self._at(event.at + rang_ms, lambda now: self._accept(now, event.offer, event.agent))

    def _accept(self, now: Ms, offer: OfferId, agent: AgentId) -> None:
        model.accept(self._state, now, offer, agent)

    def _work(self, event: events.OfferAccepted) -> None:
        item, agent, stint = event.item, event.agent, self._next_stint(event.item)
        self._guests[item].patience_ms = None
        self._taken[item] = agent, event.at
        self._at(event.at + stint.talk_ms, lambda now: self._end_work(now, item, agent, event.at))

    def _end_work(self, now: Ms, item: WorkItemId, agent: AgentId, since: Ms) -> None:
        record = self._state.items.get(item)
        if record is None or record.state != "assigned" or self._taken[item] != (agent, since):
            return  # the agent was lost meanwhile; whoever has it now ends it
        stint = self._guests[item].stints[0]
        match stint.end:
            case "left":
                model.cancel(self._state, now, item, "customer_left")
            case "done":
                model.wrap_up(self._state, now, item, agent)
            case "to_queue" | "to_agent":
                del self._guests[item].stints[0]
                self._hand_over(now, item, agent, stint)

    def _hand_over(self, now: Ms, item: WorkItemId, agent: AgentId, stint: Stint) -> None:
        if stint.target is not None:
            reply = model.transfer_to_agent(self._state, now, item, agent, stint.target)
            if reply.outcome is Outcome.OK:
                return
        demand = self._day.plans.get(stint.plan) if stint.plan is not None else None
        plan = PlanId(self._state.items[item].lane) if demand is None else self._plan(self._adapted(demand))
        queue = self._state.lane(item).queue if demand is None else demand.queue
        expected_ms = self._told.expected_ms(queue, now)
        model.transfer_to_queue(self._state, now, item, agent, plan, expected_ms=expected_ms)

    def _wrap_up(self, event: events.WrapUpStarted) -> None:
        item, agent = event.item, event.agent
        ends_at = event.at + self._guests[item].stints[0].wrap_up_ms
        if ends_at < event.until:
            self._at(ends_at, lambda now: self._complete(now, item, agent))

    def _complete(self, now: Ms, item: WorkItemId, agent: AgentId) -> None:
        model.complete(self._state, now, item, agent, "")


def _settings(policy: Policy) -> Settings:
    """Customers leave when their patience ends, so nothing is told from their silence."""
    return replace(settings_of(policy), visit_ms={})
