from __future__ import annotations

from dataclasses import replace
from random import Random

from router.core import events
from router.core.policy import Policy, Supply
from router.core.replay.comparison import figures
from router.core.replay.record import RecordedDay
from router.core.replay.what_if import what_if
from router.core.words import AgentId, WorkItemId
from tests.replay.days import HOUR_MS, POLICY, SINCE, STAFF, a_day, day_of, present, served, some_facts

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
