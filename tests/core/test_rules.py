"""Routing rules: which decides, what is added, and that no item is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.demands import strictest
from router.core.policy import (
    ChannelRule,
    Demand,
    Offers,
    Policy,
    Presence,
    Queue,
    Requirement,
    Rule,
)
from router.core.rules import Routed, compile_rules, default_queue, route
from router.core.words import CHANNELS


def needs(**levels: int) -> frozenset[Requirement]:
    return frozenset(Requirement(skill=skill, level=level) for skill, level in levels.items())


def centre(*rules: Rule, default: str = "", **queues: Queue) -> Policy:
    lines = queues or {"first": Queue(name="first", label="First"), "second": Queue(name="second", label="Second")}
    return Policy(
        priority_credit_ms=60_000,
        agent_limit=100,
        channels={name: ChannelRule(name=name, weight=25, ring_ms=20_000, at_most=4) for name in CHANNELS},
        statuses={},
        skills=frozenset(),
        queues=lines,
        rules=rules,
        dispositions=(),
        presence=Presence(),
        offers=Offers(),
        default_queue=default,
    )


def routed(policy: Policy, **attributes: object) -> Routed:
    return route(compile_rules(policy), {"channel": "webchat", **attributes})


def test_the_first_rule_that_holds_and_names_a_queue_decides() -> None:
    policy = centre(
        Rule(name="voice", when='channel == "voice"', queue="first"),
        Rule(name="all", when="", queue="second"),
        Rule(name="later", when="", queue="first"),
    )
    outcome = routed(policy)
    assert (outcome.rule, outcome.demand.queue) == ("all", "second")


def test_an_item_no_rule_decides_goes_to_the_first_queue_or_the_default_one() -> None:
    rule = Rule(name="voice", when='channel == "voice"', queue="first")
    assert routed(centre(rule)).rule is None
    assert routed(centre(rule)).demand.queue == "first"
    assert routed(centre(rule, default="second")).demand.queue == "second"
    assert default_queue(centre(default="second")).name == "second"


def test_rules_without_a_queue_add_to_the_one_that_decides() -> None:
    policy = centre(
        Rule(name="polish", when='language == "pl"', requirements=needs(pl=5), priority=1),
        Rule(name="german", when='language == "de"', requirements=needs(de=5)),
        Rule(name="waited", when="details.again == true", credit_ms=45_000, priority=2),
        Rule(name="sales", when="", queue="second", requirements=needs(products=3), priority=3, credit_ms=1_000),
        Rule(name="too late", when="", priority=50),
    )
    outcome = routed(policy, language="pl", details={"again": True})
    assert outcome.added == ("polish", "waited")
    assert outcome.demand.requirements == needs(pl=5, products=3)
    assert (outcome.priority, outcome.credit_ms) == (6, 46_000)


def test_what_rules_add_counts_for_the_default_queue_too() -> None:
    outcome = routed(centre(Rule(name="polish", when='language == "pl"', requirements=needs(pl=5))), language="pl")
    assert outcome.rule is None
    assert outcome.demand.requirements == needs(pl=5)


def test_requirements_of_queue_and_rules_come_together_at_the_highest_level() -> None:
    queue = Queue(name="only", label="Only", requirements=needs(pl=7, shipping=2), priority=4, model="least_loaded")
    policy = centre(Rule(name="all", when="", queue="only", requirements=needs(pl=5, refunds=1)), only=queue)
    outcome = routed(policy)
    assert outcome.demand == Demand(
        queue="only",
        channel="webchat",
        requirements=needs(pl=7, shipping=2, refunds=1),
        weight=25,
        model="least_loaded",
        backup=True,
    )
    assert outcome.priority == 4


def test_the_weight_is_that_of_the_last_rule_then_the_queue_then_the_channel() -> None:
    queue = Queue(name="only", label="Only", weights={"webchat": 50})
    heavy = Rule(name="heavy", when="details.heavy == true", weight=80)
    sized = Rule(name="sized", when="details.sized == true", queue="only", weight=60)
    rest = Rule(name="rest", when="", queue="only")
    policy = centre(heavy, sized, rest, only=queue)
    assert routed(policy).demand.weight == 50
    assert routed(policy, channel="sms").demand.weight == 25
    assert routed(policy, details={"heavy": True}).demand.weight == 80
    assert routed(policy, details={"heavy": True, "sized": True}).demand.weight == 60


def test_a_rule_whose_condition_cannot_be_told_is_passed_over_and_reported() -> None:
    policy = centre(
        Rule(name="odd", when="customer.age > 5", queue="first"), Rule(name="rest", when="", queue="second")
    )
    outcome = routed(policy, customer={"age": "old"})
    assert outcome.demand.queue == "second"
    assert [problem.rule for problem in outcome.problems] == ["odd"]
    assert routed(policy, customer={}).problems == ()


@pytest.mark.parametrize("channel", ["fax", "", None, 7, ["webchat"], "x" * 10_000])
def test_an_item_of_an_unknown_channel_is_routed_as_manual_work_and_reported(channel: object) -> None:
    outcome = routed(centre(), channel=channel)
    assert outcome.demand.channel == "manual"
    assert outcome.problems[0].reason.startswith("unknown channel")
    assert len(outcome.problems[0].reason) < 100


def test_where_not_even_manual_work_is_known_it_counts_as_the_first_channel() -> None:
    policy = replace(centre(), channels={"webchat": centre().channels["webchat"]})
    outcome = routed(policy, channel="case")
    assert outcome.demand.channel == "webchat"
    assert outcome.problems[0].reason.startswith("unknown channel")


levels = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 10)).map(
    lambda asked: frozenset(Requirement(skill=skill, level=level) for skill, level in asked.items())
)


@given(asked=st.lists(levels, max_size=4))
def test_the_strictest_asks_each_skill_once_and_satisfies_all(asked: list[frozenset[Requirement]]) -> None:
    together = {requirement.skill: requirement.level for requirement in strictest(asked)}
    assert len(together) == len(strictest(asked))
    every = [requirement for one in asked for requirement in one]
    assert all(together[requirement.skill] >= requirement.level for requirement in every)
    assert set(together.items()) <= {(requirement.skill, requirement.level) for requirement in every}


conditions = st.sampled_from(
    ["", 'channel == "webchat"', 'language == "pl"', "customer.age > 5", "customer.vip", "false", 'text.contains("a")']
)
some_rules = st.lists(
    st.builds(
        lambda when, queue, priority, weight: Rule(
            name=f"{when}{queue}{priority}", when=when, queue=queue, priority=priority, weight=weight
        ),
        conditions,
        st.sampled_from(["", "first", "second"]),
        st.integers(-3, 3),
        st.none() | st.integers(1, 100),
    ),
    max_size=6,
)
values = st.text() | st.integers() | st.none() | st.dictionaries(st.sampled_from(["vip", "age"]), st.booleans())


@given(
    rules=some_rules,
    attributes=st.dictionaries(st.sampled_from(["channel", "language", "customer", "text"]), values),
)
def test_every_item_is_routed_to_a_queue_that_exists(rules: list[Rule], attributes: dict[str, object]) -> None:
    policy = centre(*rules)
    outcome = route(compile_rules(policy), attributes)
    assert outcome.demand.queue in policy.queues
    assert outcome.demand.channel in policy.channels
    decided = [rule for rule in rules if rule.queue and rule.name == outcome.rule]
    assert (outcome.rule is None) == (not decided)


@given(rules=some_rules, attributes=st.dictionaries(st.sampled_from(["language", "customer"]), values))
def test_rules_after_the_one_that_decides_change_nothing(rules: list[Rule], attributes: dict[str, object]) -> None:
    decisive = Rule(name="decisive", when="", queue="second")
    alone, followed = centre(*rules, decisive), centre(*rules, decisive, Rule(name="more", when="", queue="first"))
    assert routed(alone, **attributes) == routed(followed, **attributes)


def test_what_was_asked_for_before_is_asked_for_again_only_on_the_same_channel_by_the_same_rules() -> None:
    policy = centre(
        Rule(name="vip", when='text == "vip"', requirements=needs(vip=1)),
        Rule(name="heavy", when='text == "heavy"', weight=75),
        Rule(name="all", when="", queue="second"),
    )
    ruleset = compile_rules(policy)
    arrivals = [{"channel": channel, "text": text} for channel in ("webchat", "voice") for text in ("vip", "heavy", "")]
    first = [route(ruleset, arrival) for arrival in arrivals]
    assert first == [route(compile_rules(policy), arrival) for arrival in arrivals]
    assert [route(ruleset, arrival) for arrival in reversed(arrivals)] == first[::-1]
    assert len({each.demand for each in first}) == len(first)
