from __future__ import annotations

from dataclasses import replace
from random import Random

from msgspec import structs

from router.core import events
from router.core.hours import Hours, shift
from router.core.policy import Overflow, Policy, Relaxation, Requirement, Supply, WhenClosed
from router.core.replay.comparison import figures
from router.core.replay.record import Facts, RecordedDay
from router.core.replay.what_if import what_if
from router.core.words import AgentId, Ms, WorkItemId
from tests.replay.days import HOUR_MS, POLICY, SINCE, STAFF, a_day, day_of, present, queued, served, some_facts

NOBODY_HAS = Requirement(skill="nobody", level=1)
SPAN = {"since": SINCE, "until": SINCE + 3 * HOUR_MS, "threshold_s": 20}


def told(day: RecordedDay, policy: Policy = POLICY, **changes: object) -> dict[str, object]:
    return figures(what_if(day, policy, **changes), policy, **SPAN)  # type: ignore[arg-type]


def test_the_day_under_its_own_policy_is_the_same_day() -> None:
    first = what_if(a_day(), POLICY)
    again = what_if(replace(a_day(), events=first), POLICY)
    assert again == first
    assert figures(again, POLICY, **SPAN) == figures(first, POLICY, **SPAN)


def test_everybody_who_came_comes_and_is_answered_or_leaves() -> None:
    other = told(a_day())
    assert other["arrived"] == 150
    assert int(str(other["answered"])) + int(str(other["abandoned"])) == 150


def test_fewer_people_make_longer_waits_and_more_work_each() -> None:
    day = a_day(customers=300)
    many, few = told(day), told(day, staff=STAFF[: len(STAFF) // 3])
    assert mean_wait(few) > 2 * mean_wait(many)
    assert few["occupancy"] > many["occupancy"]  # type: ignore[operator]


def test_lighter_chats_shorten_waits() -> None:
    day = a_day(customers=500)
    chat = POLICY.channels["webchat"]
    heavy, light = (with_chats(weight) for weight in (100, 10))
    assert chat.weight not in (100, 10)
    assert mean_wait(told(day, heavy)) > mean_wait(told(day, light))


def test_queues_of_the_other_policy_overflow_in_the_replayed_day() -> None:
    first, second = list(POLICY.queues)[:2]
    moves = (Overflow(when="length", least=1, queue=second), Overflow(when="nobody_signed_in", queue=second))
    overflowing = replace(POLICY.queues[first], overflows=moves, requirements=frozenset({NOBODY_HAS}))
    policy = replace(POLICY, queues={**POLICY.queues, first: overflowing}, default_queue=first, rules=())
    happened = what_if(a_day(), policy)
    assert any(isinstance(event, events.ItemOverflow) for event in happened)
    assert {event.queue for event in happened if isinstance(event, events.OfferCreated)} == {second}


def test_who_would_wait_too_long_in_the_other_day_overflows_once_that_is_known() -> None:
    first, second = list(POLICY.queues)[:2]
    slow = Overflow(when="expected_wait", least=30_000, queue=second)
    queues = {name: replace(queue, overflows=(), requirements=frozenset()) for name, queue in POLICY.queues.items()}
    queues[first] = replace(queues[first], overflows=(slow,))
    staff = [replace(supply, queues=frozenset({first}), backup=frozenset()) for supply in STAFF[:3]]
    policy = replace(with_chats(100), queues=queues, default_queue=first, rules=())
    happened = what_if(a_day(customers=300), policy, staff=staff)
    moved = [event for event in happened if isinstance(event, events.ItemOverflow)]
    assert moved
    assert {(event.when, event.queue) for event in moved} == {("expected_wait", first)}
    assert min(event.fact for event in moved) >= 30_000
    answered = [event for event in happened if isinstance(event, events.OfferAccepted)]
    assert sum(event.at < moved[0].at for event in answered) >= 3, "nothing is told before three were handled"


def with_chats(weight: int) -> Policy:
    channels = {**POLICY.channels, "webchat": replace(POLICY.channels["webchat"], weight=weight)}
    queues = {name: replace(queue, weights={}) for name, queue in POLICY.queues.items()}
    return replace(POLICY, channels=channels, queues=queues)


def mean_wait(day: dict[str, object]) -> float:
    waits = day["wait_s"]
    assert isinstance(waits, dict)
    return float(waits["mean"])


def test_whom_the_day_does_not_know_is_there_all_of_it() -> None:
    newcomer = Supply(
        agent_id=AgentId("new"),
        skills=dict.fromkeys(POLICY.skills, 10),
        queues=frozenset(POLICY.queues),
        limit=100,
        at_most={"webchat": 4},
    )
    other = told(a_day(customers=400), staff=[*STAFF[:3], newcomer])
    agents = other["agents"]
    assert isinstance(agents, dict)
    assert agents["new"]["handled"] > 0
    assert agents["new"]["signed_in_h"] == 3


def test_who_stayed_away_that_day_stays_away() -> None:
    day = a_day()
    away = STAFF[0].agent_id
    happened = [event for event in day.events if getattr(event, "agent", None) != away]
    agents = told(replace(day, events=happened))["agents"]
    assert isinstance(agents, dict)
    assert away not in agents


def test_an_agent_works_only_while_they_were_there() -> None:
    agent, item = STAFF[0].agent_id, WorkItemId("wi")
    facts = some_facts(POLICY, Random(1))
    skilled = replace(
        STAFF[0], skills=dict.fromkeys(POLICY.skills, 10), queues=frozenset(POLICY.queues), at_most={"webchat": 1}
    )
    early = served(item, facts.demand, skilled, SINCE, answer_ms=1_000, talk_ms=1_000, wrap_ms=1_000)
    comes_at = SINCE + 60_000
    happened = what_if(replace(day_of([*early, present(agent, comes_at)], {item: facts}), supplies=[skilled]), POLICY)
    accepts = [event.at for event in happened if isinstance(event, events.OfferAccepted)]
    assert accepts == [comes_at + 1_000]


def test_a_customer_who_left_waits_no_longer_than_they_did() -> None:
    day = a_day(left=1.0, customers=20)
    nobody = what_if(day, POLICY, staff=[])
    gone = {event.item: event.at for event in nobody if isinstance(event, events.ItemClosed)}
    assert gone == {event.item: event.at for event in day.events if isinstance(event, events.ItemClosed)}


# ---------------------------------------------------------------- what the policy says of time

OPEN_S = 1_800
"""The shop's first half hour of the day; then it closes."""


def closing_after(rule: WhenClosed, *, open_s: int = OPEN_S) -> Policy:
    """All queues are open for so long from the beginning of the day, and the next day again."""
    opens = time_of(SINCE)
    hours = Hours(name="shop", zone="UTC", week=((shift(f"{opens}-{time_of(SINCE + open_s * 1_000)}"),),) * 7)
    queues = {name: replace(queue, hours="shop", when_closed=rule) for name, queue in POLICY.queues.items()}
    return replace(POLICY, hours={"shop": hours}, queues=queues)


def time_of(at: Ms) -> str:
    return f"{at // 3_600_000 % 24:02}:{at // 60_000 % 60:02}"


def arrivals(happened: list[events.Event]) -> list[Ms]:
    return [event.at - SINCE for event in happened if isinstance(event, events.ItemQueued) and event.reason == "new"]


def test_who_comes_when_the_queue_is_closed_is_told_so_and_not_taken() -> None:
    day = a_day(customers=60)
    came = [at for at in arrivals(list(day.events)) if at < OPEN_S * 1_000]
    happened = what_if(day, closing_after(WhenClosed(action="announce")))
    assert arrivals(happened) == came
    assert 0 < len(came) < 60


def test_what_is_held_while_the_queue_is_closed_begins_to_wait_at_the_opening() -> None:
    day = replace(a_day(customers=30), until=SINCE + 26 * HOUR_MS)
    happened = what_if(day, closing_after(WhenClosed(action="message")))
    late = [at for at in arrivals(happened) if at >= OPEN_S * 1_000]
    assert len(arrivals(happened)) == 30
    assert set(late) == {24 * HOUR_MS}


def test_who_waits_at_closing_time_is_sent_home_where_the_policy_says_so_and_abandons_nothing() -> None:
    day, sent = a_day(customers=40, left=0), {}
    for waiting in ("same", "keep"):
        policy = closing_after(WhenClosed(action="announce", waiting=waiting))
        happened = what_if(day, policy, staff=[])
        sent[waiting] = [event for event in happened if isinstance(event, events.ItemClosed)]
        assert not any(event.customer_left for event in sent[waiting])
    assert {event.at for event in sent["same"]} == {SINCE + OPEN_S * 1_000}
    assert {event.reason for event in sent["same"]} == {events.QUEUE_CLOSED}
    assert sent["keep"] == []


def test_a_colleague_helps_out_once_the_queue_has_waited_for_its_own() -> None:
    facts, backup = some_facts(POLICY, Random(1)), by_name("backup")
    item, queue = WorkItemId("wi"), facts.demand.queue
    helper = replace(backup, queues=frozenset({"elsewhere"}), backup=frozenset({queue}))
    day = replace(
        day_of([present(helper.agent_id, SINCE), queued(item, facts.demand, SINCE)], {item: facts}), supplies=[helper]
    )
    delayed = replace(POLICY, queues={**POLICY.queues, queue: replace(POLICY.queues[queue], delay_ms=45_000)})
    assert offers(what_if(day, delayed)) == [(SINCE + 45_000, helper.agent_id)]


def test_requirements_loosen_as_the_other_policy_says_without_attributes_too() -> None:
    """Only the demand is known of some items: then what its queue asks comes from the policy."""
    facts = some_facts(POLICY, Random(1))
    item, queue = WorkItemId("wi"), facts.demand.queue
    able = replace(by_name("able"), skills={"rare": 3})
    asks = replace(
        POLICY.queues[queue],
        requirements=frozenset({Requirement(skill="rare", level=5)}),
        relaxations=(Relaxation(at_ms=30_000, levels={"rare": 3}),),
    )
    policy = replace(POLICY, skills=POLICY.skills | {"rare"}, queues={**POLICY.queues, queue: asks})
    plain = Facts(attributes={}, demand=replace(facts.demand, requirements=frozenset()))
    day = replace(
        day_of([present(able.agent_id, SINCE), queued(item, facts.demand, SINCE)], {item: plain}), supplies=[able]
    )
    assert offers(what_if(day, policy)) == [(SINCE + 30_000, able.agent_id)]


def test_people_belong_where_the_other_policy_puts_them() -> None:
    facts = some_facts(POLICY, Random(1))
    item, queue = WorkItemId("wi"), facts.demand.queue
    ann = replace(by_name("ann"), queues=frozenset())
    there = replace(POLICY.queues[queue], workers="site == 'Athens'")
    policy = replace(POLICY, queues={**POLICY.queues, queue: there})
    day = replace(
        day_of([present(ann.agent_id, SINCE), queued(item, facts.demand, SINCE)], {item: facts}),
        supplies=[ann],
        attributes={ann.agent_id: {"site": "Athens"}},
    )
    assert offers(what_if(day, policy)) == [(SINCE, ann.agent_id)]
    assert offers(what_if(day, POLICY)) == []


def test_an_item_made_anew_at_the_opening_is_the_same_customer() -> None:
    """On the real day the queue closed on them; under a policy without hours they are served at once, and once."""
    facts = some_facts(POLICY, Random(1))
    first, again, agent = WorkItemId("wi"), WorkItemId("con.2"), by_name("ann")
    sent_home = events.ItemClosed(
        at=SINCE + 5_000, item=first, outcome="cancelled", state="waiting", reason=events.QUEUE_CLOSED
    )
    served_later = served(again, facts.demand, agent, SINCE + HOUR_MS, answer_ms=1_000, talk_ms=60_000, wrap_ms=1_000)
    of_one = structs.replace(facts, conversation="con")
    day = replace(
        day_of(
            [present(agent.agent_id, SINCE), queued(first, facts.demand, SINCE), sent_home, *served_later],
            {first: of_one, again: of_one},
        ),
        supplies=[agent],
    )
    happened = what_if(day, POLICY)
    assert arrivals(happened) == [0]
    assert offers(happened) == [(SINCE, agent.agent_id)]
    (worked,) = [event.at for event in happened if isinstance(event, events.WrapUpStarted)]
    assert worked == SINCE + 1_000 + 60_000


def by_name(agent: str) -> Supply:
    """An agent of all skills and queues."""
    return replace(
        STAFF[0],
        agent_id=AgentId(agent),
        skills=dict.fromkeys(POLICY.skills, 10),
        queues=frozenset(POLICY.queues),
    )


def offers(happened: list[events.Event]) -> list[tuple[Ms, AgentId]]:
    return [(event.at, event.agent) for event in happened if isinstance(event, events.OfferCreated)]
