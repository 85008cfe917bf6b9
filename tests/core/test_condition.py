"""The expression language: what holds, what is refused and where, and that nothing makes it run wild."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.condition import (
    ATTRIBUTES,
    MOST_SOURCE_CHARS,
    MOST_TEXT_CHARS,
    Condition,
    ConditionInvalid,
    compile_condition,
    facts,
)

KNOWN: dict[str, object] = {
    "channel": "webchat",
    "language": "pl",
    "text": "Where is my REFUND?",
    "customer": {"vip": True, "orders": 7, "tags": ["garden", "trade"], "name": "Łucja"},
}


def holds(source: str, attributes: dict[str, object] = KNOWN) -> bool:
    held = compile_condition(source).holds(facts(attributes))
    assert held.problem == ""
    return held.holds


@pytest.mark.parametrize(
    "source",
    [
        'channel == "webchat"',
        'channel != "voice"',
        'language in ["pl", "de"]',
        '"trade" in customer.tags',
        "customer.vip",
        "customer.vip == true && customer.orders >= 7",
        'customer["orders"] < 8 || channel == "voice"',
        'text.matches("(?i)refund")',
        'text.startsWith("Where") && text.endsWith("?") && text.contains("my")',
        "has(customer.vip) && !has(customer.country)",
        "size(customer.tags) == 2",
        'customer.vip ? language == "pl" : false',
        'customer.name == "Łucja"',
        "",
        "  \n ",
    ],
)
def test_a_condition_that_is_true_of_the_item_holds(source: str) -> None:
    assert holds(source)


@pytest.mark.parametrize(
    "source",
    [
        'department == "sales"',
        'department != "sales"',
        "customer.circle == true",
        "customer.circle != true",
        "!customer.circle",
        'details.order == "L-1"',
        'customer.address.city == "Kraków"',
    ],
)
def test_what_is_missing_and_matters_makes_a_condition_not_hold(source: str) -> None:
    assert not holds(source)


@pytest.mark.parametrize("source", ['channel == "webchat" || department == "x"', 'department == "x" || true'])
def test_what_is_missing_on_one_side_of_or_does_not_matter_when_the_other_holds(source: str) -> None:
    assert holds(source)


@pytest.mark.parametrize(
    ("source", "attributes", "part"),
    [
        ("customer.orders > 5", {"customer": {"orders": "many"}}, "No matching overloads"),
        ("customer.vip", {"customer": {"vip": "yes"}}, "gives a value (string)"),
        ("customer.a / customer.b == 1", {"customer": {"a": 1, "b": 0}}, "divide by zero"),
        ("customer.a - 9223372036854775807 < 0", {"customer": {"a": -(1 << 63)}}, "overflow"),
    ],
)
def test_a_wrong_value_makes_a_condition_not_hold_and_says_why(
    source: str, attributes: dict[str, object], part: str
) -> None:
    held = compile_condition(source).holds(facts(attributes))
    assert not held.holds
    assert part in held.problem


@pytest.mark.parametrize(
    ("source", "line", "column", "reason"),
    [
        ('chanel == "x"', 1, 1, "unknown name 'chanel'; did you mean 'channel'?"),
        ('channel == "x" &&\n  custmer.vip', 2, 3, "unknown name 'custmer.vip'; did you mean 'customer'?"),
        ('language == "zażółć" && lang', 1, 25, "unknown name 'lang'; did you mean 'language'?"),
        ("channel == 3", 1, 9, "found no matching overload for '_==_' applied to '(string, int)'"),
        ("channel ==", 1, 11, "Syntax error: mismatched input 'end'"),
        ("channel = 'x'", 1, 9, "Syntax error: token recognition error at: '= '"),
        ("text.lower() == 'a'", 1, 6, "unknown function 'lower'"),
        ("channel + text == 'a'", 1, 9, "conditions cannot add or join"),
        ("[1].all(x, x == 1)", 1, 9, "conditions have no loops (all)"),
        ("customer.tags.map(t, t)", 1, 19, "conditions have no loops (map)"),
        ("text", 1, 1, "gives a value (string), not true or false"),
        ("size(text)", 1, 1, "gives a value (int), not true or false"),
        ('channel == "x" && text.matches("(")', 1, 32, "invalid regular expression: missing ): ("),
        ("channel == \"x\" &&\n text.matches(r'[a')", 2, 15, "invalid regular expression: missing ]: [a"),
        ("text == 'a\0b'", 1, 1, "has a character that is not text"),
        ("(" * 200 + "true" + ")" * 200, 1, 1, "nested too deep"),
        ("true" + " " * MOST_SOURCE_CHARS, 1, 1, "longer than 2,000 characters"),
    ],
)
def test_a_source_that_is_no_condition_is_refused_with_its_place(
    source: str, line: int, column: int, reason: str
) -> None:
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition(source)
    assert (refused.value.line, refused.value.column, refused.value.reason) == (line, column, reason)


@pytest.mark.parametrize(
    ("source", "constant"),
    [
        ("", True),
        ("true", True),
        ('true || channel == "x"', True),
        ("1 == 2", False),
        ('false && channel == "x"', False),
        ('channel == "x"', None),
        ("has(customer.vip)", None),
        ('channel == "x" || channel != "x"', None),
    ],
)
def test_a_condition_knows_when_it_is_the_same_for_every_item(source: str, constant: bool | None) -> None:
    assert compile_condition(source).constant is constant


@pytest.mark.parametrize(
    "source",
    [
        " && ".join(['text.matches("(a|aa|aaa)*b")'] * 60),
        " || ".join(["!text.contains(text)"] * 80),
        " || ".join(["customer == details"] * 80),
        "!" * 1900 + "customer.vip",
        'text.matches("(x+x+)+y")',
        '"z" in customer.tags || ' * 60 + "false",
    ],
)
def test_no_condition_takes_long(source: str) -> None:
    big: dict[str, object] = {
        "text": "a" * 1_000_000,
        "customer": {"tags": ["x" * 50_000] * 10_000, "m": {str(n): n for n in range(10_000)}},
        "details": {"tags": ["x" * 50_000] * 10_000, "m": {str(n): n for n in range(10_000)}},
    }
    condition = compile_condition(source)
    began = time.process_time()
    condition.holds(facts(big))
    assert time.process_time() - began < 0.5, "bounded texts and no loops: milliseconds even at the worst"


def nest(depth: int) -> object:
    value: object = {"end": True}
    for _ in range(depth):
        value = {"a": [value]}
    return value


def test_deep_attributes_are_cut_before_they_reach_the_evaluator() -> None:
    assert not holds("customer.a == details", {"customer": nest(100_000), "details": nest(100_000)})


def test_attributes_that_hold_themselves_end() -> None:
    circle: dict[str, object] = {}
    circle["a"] = circle
    assert not holds("customer.a == customer", {"customer": circle})


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "\udfff\ud800x", "a" * 50_000, "😀" * 20_000])
def test_text_the_evaluator_cannot_take_is_mended_and_no_more_than_that(text: str) -> None:
    assert not holds('text == "a"', {"text": text})
    assert holds(f"size(text) == {min(len(text), MOST_TEXT_CHARS)}", {"text": text})


def test_a_nul_does_not_hide_what_stands_after_it() -> None:
    assert not holds('text == "a"', {"text": "a\0 and more"})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)
CONDITIONS = [
    compile_condition(source)
    for source in (
        'channel == "a" || text.contains("b")',
        "customer.a > 3",
        "customer == details",
        '"x" in customer.a || customer.a.b.c',
        'has(details.a) && details.a.matches(".*")',
    )
]


@given(attributes=st.dictionaries(st.sampled_from([*ATTRIBUTES, "other"]), anything), extra=anything)
@settings(max_examples=100)
def test_evaluation_never_raises_whatever_the_attributes_are(attributes: dict[str, object], extra: object) -> None:
    ready = facts({**attributes, "customer": {"a": extra}})
    for condition in CONDITIONS:
        condition.holds(ready)


words = st.sampled_from(
    ["channel", "customer", ".vip", "chanel", "==", "&&", "||", " in ", ".matches(", ".all(", "has("]
)
tokens = words | st.sampled_from("!()'\"[]1+?:ä😀\\/{}, \n\r")


@given(source=st.text(max_size=60) | st.lists(tokens, max_size=12).map("".join))
@settings(max_examples=300)
def test_any_text_is_compiled_or_refused_with_a_place_inside_it(source: str) -> None:
    with contextlib.suppress(ConditionInvalid):
        assert isinstance(compile_condition(source), Condition)
        return
    with pytest.raises(ConditionInvalid) as refused:
        compile_condition(source)
    assert 1 <= refused.value.line <= source.count("\n") + 2
    assert refused.value.column >= 1
    assert refused.value.reason


def test_a_condition_takes_microseconds() -> None:
    condition = compile_condition('channel == "webchat" && customer.vip == true && language in ["pl", "de"]')
    ready = facts(KNOWN)
    began = time.process_time()
    for _ in range(1_000):
        condition.holds(ready)
    assert time.process_time() - began < 0.25, "a thousand in 5 ms on a quiet machine"
