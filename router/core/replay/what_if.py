"""The people of a recorded day under another policy, on the reference model in virtual time.

Theirs: when customers come, how long each would wait, how long work on each takes and how long agents let it ring, when
agents are there and in what status. The policy's: who waits where, who gets what, in which order. What nobody can know
is drawn: the patience of who was answered from an exponential law of the day's mean (given that they waited as long as
they did), the work of who was not from that of others on the channel. Declined and missed offers are not repeated.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from router.core import events, model
from router.core.compiler import Plan, Settings, lane_id, named_plan, profile_id, profile_of, settings_of
from router.core.outcomes import Outcome
from router.core.policy import Demand, Policy, Supply
from router.core.replay.histories import History, Stint, histories
from router.core.replay.record import Facts, RecordedDay
from router.core.rules import Ruleset, compile_rules, route
from router.core.words import AgentId, Channel, DeviceId, Ms, OfferId, PlanId, WorkItemId

DEVICE = DeviceId("replay")
FOREVER_MS: Ms = 10**12
NEVER: Ms = 2**62
TIMERS_AT_ONCE = 1_000
UNKNOWN_STINT = Stint(rang_ms=3_000, talk_ms=180_000, wrap_up_ms=20_000)
"""When nobody was served all day."""

Act = Callable[[Ms], None]


def what_if(
    day: RecordedDay, policy: Policy, *, staff: Sequence[Supply] | None = None, seed: int = 1
) -> list[events.Event]:
    """The events of the other day. staff: instead of the day's; whom the day does not know is there all of it."""
    return _WhatIf(day, policy, day.supplies if staff is None else staff, Random(seed)).live()


@dataclass(slots=True, kw_only=True)
class _Guest:
    """A customer in the other day. patience_ms: None once answered, or when nobody's ends. stints: still to come."""

    channel: Channel
    patience_ms: Ms | None
    stints: list[Stint] = field(default_factory=list)


class _WhatIf:
    def __init__(self, day: RecordedDay, policy: Policy, staff: Sequence[Supply], random: Random) -> None:
        self._day, self._policy, self._staff, self._random = day, policy, staff, random
        self._ruleset: Ruleset = compile_rules(policy)
        self._state = model.State(settings=_settings(policy))
        self._due: list[tuple[Ms, int, Act]] = []
        self._numbers = itertools.count()
        self._histories = histories(day.events)
        self._guests: dict[WorkItemId, _Guest] = {}
        self._happened: list[events.Event] = []
        self._taken: dict[WorkItemId, tuple[AgentId, Ms]] = {}
        """Who accepted each item last, and when."""
        self._stints = _stints_by_channel(self._histories, day.items)
        self._patience_ms = _mean_patience_ms(self._histories.values())

    def live(self) -> list[events.Event]:
        for supply in self._staff:
            self._employ(supply)
        self._replay_presence()
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
        history, facts = self._histories[item], self._day.items[item]
        demand, credit_ms = self._routed(facts)
        patience_ms = self._patience_of(history)
        self._guests[item] = _Guest(channel=demand.channel, patience_ms=patience_ms, stints=list(history.stints))
        model.enqueue(self._state, now, item, self._plan(demand), enqueued_at=history.arrived_at, credit_ms=credit_ms)
        if patience_ms is not None:
            self._at(history.arrived_at + patience_ms, lambda at: self._lose_patience(at, item))

    def _routed(self, facts: Facts) -> tuple[Demand, Ms]:
        """What it asks for under the policy, and the waiting credited to it."""
        if not facts.attributes:
            return self._adapted(facts.demand), facts.priority * self._policy.priority_credit_ms + facts.credit_ms
        routed = route(self._ruleset, facts.attributes)
        return routed.demand, routed.priority * self._policy.priority_credit_ms + routed.credit_ms

    def _adapted(self, demand: Demand) -> Demand:
        """A demand of the real day with what the policy says of its queue."""
        queue, channel = self._policy.queues.get(demand.queue), self._policy.channels.get(demand.channel)
        if queue is None or channel is None:
            return demand
        weight = queue.weights.get(demand.channel, channel.weight)
        return replace(demand, weight=weight, model=queue.model)

    def _plan(self, demand: Demand) -> PlanId:
        plan, definitions = named_plan(demand)
        for definition in definitions:
            if isinstance(definition, Plan):
                self._state.plans[plan] = definition
            else:
                self._state.lanes[lane_id(definition)] = definition
        return plan

    def _patience_of(self, history: History) -> Ms | None:
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
        model.transfer_to_queue(self._state, now, item, agent, plan)

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


def _stints_by_channel(
    known: Mapping[WorkItemId, History], facts: Mapping[WorkItemId, Facts]
) -> Mapping[Channel, list[Stint]]:
    """Work that came to its end, by channel; all of it under ''."""
    found: defaultdict[Channel, list[Stint]] = defaultdict(list)
    for item, history in known.items():
        whole = [stint for stint in history.stints if stint.end == "done"]
        found[""] += whole
        if item in facts:
            found[facts[item].demand.channel] += whole
    return found


def _mean_patience_ms(known: Iterable[History]) -> float | None:
    """Of an exponential law, from waits that ended in leaving and waits cut short by an answer (maximum likelihood).

    None: nobody left.
    """
    waited_ms = left = 0
    for history in known:
        waited_ms += history.waited_ms
        left += history.left_after_ms is not None
    return max(1.0, waited_ms / left) if left else None
