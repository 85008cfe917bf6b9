"""Days made up for replay: the demo centre's people and policy, customers at random."""

from __future__ import annotations

from random import Random

from config.policy import DEMO as DEMO_POLICY
from config.policy import load
from config.staff import DEMO as DEMO_STAFF
from config.staff import load_staff
from router.core import events
from router.core.compiler import lane_id, lane_of
from router.core.policy import Demand, Policy, Supply
from router.core.replay.record import Facts, RecordedDay
from router.core.rules import compile_rules, route
from router.core.words import AgentId, Ms, OfferId, WorkItemId

SINCE: Ms = 1_700_006_400_000
HOUR_MS = 3_600_000
POLICY = load(DEMO_POLICY)
STAFF = tuple(person.supply for person in load_staff(DEMO_STAFF, POLICY) if person.queues)


def a_day(*, customers: int = 150, hours: int = 2, left: float = 0.1, seed: int = 1) -> RecordedDay:
    """Each customer is served for some minutes by somebody, or leaves; who it is matters to nobody."""
    random, happened = Random(seed), [present(supply.agent_id, SINCE) for supply in STAFF]
    items: dict[WorkItemId, Facts] = {}
    for number in range(customers):
        item, at = WorkItemId(f"wi{number:04}"), SINCE + random.randrange(hours * HOUR_MS)
        facts = items[item] = some_facts(POLICY, random)
        talk_ms, wrap_up_ms = round(random.expovariate(1 / 240_000)), random.randrange(5_000, 30_000)
        if random.random() < left:
            happened += [queued(item, facts.demand, at), left_unanswered(item, at + random.randrange(5_000, 60_000))]
        else:
            happened += served(item, facts.demand, STAFF[0], at, answer_ms=4_000, talk_ms=talk_ms, wrap_ms=wrap_up_ms)
    return day_of(sorted(happened, key=lambda event: event.at), items)


def day_of(happened: list[events.Event], items: dict[WorkItemId, Facts], *, hours: int = 24) -> RecordedDay:
    return RecordedDay(
        since=SINCE, until=SINCE + hours * HOUR_MS, supplies=STAFF, plans={}, items=items, events=happened
    )


def some_facts(policy: Policy, random: Random) -> Facts:
    attributes = {
        "channel": "webchat",
        "account": "shop",
        "department": random.choice(["orders", "sales", "returns"]),
        "language": random.choice(["en", "en", "en", "de", "pl"]),
        "page_url": "",
        "text": "Hello",
        "customer": {"name": "", "email": ""},
    }
    routed = route(compile_rules(policy), attributes)
    return Facts(attributes=attributes, demand=routed.demand, priority=routed.priority, credit_ms=routed.credit_ms)


def present(agent: AgentId, at: Ms) -> events.Event:
    return events.AgentPresence(at=at, agent=agent, reachability="connected", status="available", reason="sign_in")


def queued(item: WorkItemId, demand: Demand, at: Ms) -> events.Event:
    return events.ItemQueued(
        at=at,
        item=item,
        queue=demand.queue,
        lane=lane_id(lane_of(demand)),
        channel=demand.channel,
        weight=demand.weight,
        score=at,
        enqueued_at=at,
        reason="new",
    )


def left_unanswered(item: WorkItemId, at: Ms) -> events.Event:
    return events.ItemClosed(at=at, item=item, outcome="cancelled", state="waiting", reason="customer_left")


def offered(item: WorkItemId, demand: Demand, agent: AgentId, at: Ms, *, direct: bool = False) -> events.Event:
    return events.OfferCreated(
        at=at,
        offer=OfferId(f"{item}:1"),
        item=item,
        agent=agent,
        queue=demand.queue,
        lane=lane_id(lane_of(demand)),
        channel=demand.channel,
        weight=demand.weight,
        expires_at=at + 20_000,
        enqueued_at=at,
        attempt=1,
        direct=direct,
    )


def accepted(item: WorkItemId, agent: AgentId, at: Ms) -> events.Event:
    return events.OfferAccepted(at=at, offer=OfferId(f"{item}:1"), item=item, agent=agent)


def closed(item: WorkItemId, agent: AgentId, at: Ms) -> events.Event:
    return events.ItemClosed(at=at, item=item, outcome="completed", state="wrap_up", agent=agent)


def served(
    item: WorkItemId, demand: Demand, supply: Supply, at: Ms, *, answer_ms: Ms, talk_ms: Ms, wrap_ms: Ms
) -> list[events.Event]:
    agent, accepted_at = supply.agent_id, at + answer_ms
    wrap_at = accepted_at + talk_ms
    return [
        queued(item, demand, at),
        offered(item, demand, agent, at),
        accepted(item, agent, accepted_at),
        events.WrapUpStarted(at=wrap_at, item=item, agent=agent, until=wrap_at + 60_000),
        closed(item, agent, wrap_at + wrap_ms),
    ]
