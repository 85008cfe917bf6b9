"""Conditions on an agent: what each comparison gives, and that simplifying and splitting never change it."""

from __future__ import annotations

from typing import Any, get_args

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.agent_condition import (
    AGENT_ID,
    COUNTED,
    FALSE,
    TRUE,
    AgentCondition,
    Operator,
    attributes_used,
    compare,
    comparison,
    conjunction,
    constant,
    disjunction,
    dynamic_part,
    holds,
    known,
    normal,
    static_part,
)

SCALARS: list[object] = [True, False, 0, 1, 2, 1.5, "", "a", "A", "ab", None]
values = st.one_of(st.sampled_from(SCALARS), st.lists(st.sampled_from(SCALARS), max_size=3), st.just({}))
operators = st.sampled_from(get_args(Operator))
attribute = st.sampled_from(["a", "b", "c.d", "e[1]", AGENT_ID]).map(lambda path: ("attr", path))
counted = st.tuples(st.sampled_from(sorted(COUNTED)), st.sampled_from(["voice", "webchat", "email"]))
operands = st.one_of(values.map(constant), attribute, counted, st.just(("assigned", "voice", "webchat")))
comparisons = st.tuples(operators, operands, operands)
agents = st.fixed_dictionaries({"a": values, "b": values, "c": st.fixed_dictionaries({"d": values}), "e": values})
loads = st.dictionaries(st.sampled_from(["voice", "webchat"]), st.tuples(st.integers(0, 3), st.integers(0, 2)))


def trees(leaves: st.SearchStrategy[AgentCondition]) -> st.SearchStrategy[AgentCondition]:
    return st.recursive(
        leaves,
        lambda inner: st.tuples(st.sampled_from([conjunction, disjunction]), st.lists(inner, max_size=4)).map(
            lambda joined: joined[0](joined[1])
        ),
        max_leaves=8,
    )


simplified = trees(comparisons.map(lambda parts: comparison(*parts)))


def outcome(condition: AgentCondition, agent: dict[str, object], load: dict[str, tuple[int, int]]) -> bool:
    attributes = known({"a", "b", "c.d", "e[1]", AGENT_ID}, "ada", agent)
    assigned = {channel: count for channel, (_, count) in load.items()}
    return holds(condition, attributes, assigned, {channel: most for channel, (most, _) in load.items()})


@given(comparisons, agents, loads)
def test_a_simplified_comparison_says_the_same(parts: Any, agent: Any, load: Any) -> None:
    assert outcome(comparison(*parts), agent, load) == outcome(parts, agent, load)


@given(simplified, agents, loads)
def test_a_condition_holds_when_its_static_and_its_dynamic_part_do(condition: Any, agent: Any, load: Any) -> None:
    parts = (static_part(condition), dynamic_part(condition))
    assert outcome(condition, agent, load) == all(outcome(part, agent, load) for part in parts)


@given(simplified, agents, loads, loads)
def test_the_static_part_does_not_change_with_what_the_agent_does(
    condition: Any, agent: Any, one: Any, two: Any
) -> None:
    assert outcome(static_part(condition), agent, one) == outcome(static_part(condition), agent, two)


@given(simplified, agents, loads)
def test_only_attributes_used_matter(condition: Any, agent: Any, load: Any) -> None:
    used = known(attributes_used(condition), "ada", agent)
    most = {channel: capacity for channel, (capacity, _) in load.items()}
    assigned = {channel: count for channel, (_, count) in load.items()}
    assert holds(condition, used, assigned, most) == outcome(condition, agent, load)


@given(simplified)
def test_a_condition_survives_msgpack(condition: Any) -> None:
    assert msgpack.unpackb(msgpack.packb(condition), use_list=False) == condition


@given(st.lists(simplified, max_size=4), agents, loads)
def test_joining_conditions_is_and_and_or(parts: Any, agent: Any, load: Any) -> None:
    each = [outcome(part, agent, load) for part in parts]
    assert outcome(conjunction(parts), agent, load) == all(each)
    assert outcome(disjunction(parts), agent, load) == any(each)


@given(values)
def test_normal_form_is_its_own_normal_form(value: object) -> None:
    assert normal(normal(value)) == normal(value)


@pytest.mark.parametrize(
    ("left", "operator", "right", "holds_true"),
    [
        (None, "!=", "x", True),
        (None, "==", None, True),
        (None, "!=", None, False),
        (None, "==", "", False),
        (None, "<", 5, False),
        (None, "<=", None, False),
        (None, "contains", "x", False),
        (None, "has", "x", False),
        (["x"], "has", None, False),
        (None, "in", ["x"], False),
        ("x", "in", None, False),
        (None, "not_in", ["x"], True),
        ("x", "not_in", None, True),
        (["x"], "==", ["x"], False),
        (["x"], "!=", "y", False),
        (["x"], "!=", None, False),
        (["abc"], "contains", "abc", False),
        ("x", "has", "x", False),
        ("x", "in", "xyz", False),
        ("x", "not_in", "abc", False),
        (["x"], "not_in", ["y"], False),
        (["x"], "in", ["x"], False),
        ("x", "in", ["x", "y"], True),
        ("x", "not_in", ["y"], True),
        ("x", "not_in", [], True),
        (["x", "y"], "has", "y", True),
        ("1", "==", 1, False),
        ("1", "!=", 1, True),
        ("1", "<", 2, False),
        (True, "==", 1, False),
        (True, "in", [1], False),
        (1, "in", [True, 1.0], True),
        (True, ">", False, False),
        (1, "==", 1.0, True),
        (2, ">", 1.5, True),
        (1, "<", 1, False),
        (1, "<=", 1, True),
        (1, ">", 1, False),
        (1, ">=", 1, True),
        ("b", ">", "a", True),
        ("Thu", "==", "THU", False),
        ("en-CA", "contains", "CA", True),
        ("en-CA", "contains", "ca", False),
        (12, "contains", 1, False),
        ({"k": 1}, "==", {"k": 1}, False),
        ({"k": 1}, "!=", None, True),
        ({"k": 1}, "==", None, False),
    ],
)
def test_each_comparison_as_the_rules_say(left: object, operator: Operator, right: object, holds_true: bool) -> None:
    assert compare(operator, normal(left), normal(right)) is holds_true


def test_counts_of_several_channels_are_summed_and_a_channel_not_served_is_null() -> None:
    both = ("assigned", "webchat", "whatsapp")
    served = {"webchat": 4, "voice": 0}
    assert holds(("==", both, ("const", 3)), {}, {"webchat": 3, "whatsapp": 9}, served)
    assert holds(("==", ("percent", "webchat"), ("const", 25)), {}, {"webchat": 3}, served)
    assert holds(("==", ("percent", "voice"), ("const", 0)), {}, {}, served)
    assert not holds(("==", ("assigned", "email"), ("const", 0)), {}, {}, served)
    assert holds(("==", ("capacity", "email"), ("const", None)), {}, {}, served)


def test_true_and_one_are_different_conditions_to_any_cache() -> None:
    truth = comparison("==", ("attr", "a"), constant(True))
    one = comparison("==", ("attr", "a"), constant(1))
    assert truth != one
    assert len(conjunction([truth, one])) == 3
    assert comparison("in", ("attr", "a"), constant([True])) != comparison("in", ("attr", "a"), constant([1]))


def test_an_agent_always_has_an_id() -> None:
    agent_id = ("attr", AGENT_ID)
    assert comparison("==", agent_id, constant(None)) == FALSE
    assert comparison("!=", agent_id, constant(None)) == TRUE
    assert comparison("!=", agent_id, constant(7)) == TRUE
    assert known({AGENT_ID}, "ada", {"sid": "someone else"}) == {AGENT_ID: "ada"}


@pytest.mark.parametrize("number", [10**400, -(10**400), float("nan"), float("inf")])
def test_what_is_beyond_numbers_is_null(number: float) -> None:
    assert normal(number) is None


def test_numbers_the_store_would_round_are_rounded_here_too() -> None:
    assert compare("==", normal(2**53 + 1), normal(2**53 + 2)) == (float(2**53 + 1) == float(2**53 + 2))
    assert normal(3.0) == 3
    assert isinstance(normal(3.0), int)
