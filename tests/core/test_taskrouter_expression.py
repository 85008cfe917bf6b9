"""TaskRouter's expression language: what is read how, and that nothing but its own error comes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.taskrouter.expression import (
    MOST_CHARS,
    MOST_DEPTH,
    MOST_LISTED,
    Comparison,
    Constant,
    Expression,
    ExpressionInvalid,
    Joined,
    Reference,
    parse,
    print_expression,
    references,
)
from router.core.taskrouter.order import MOST_CLAUSES, Order, parse_order

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(-1000, 1000, allow_nan=False, places=3).map(float),
    st.text(max_size=8),
)
constants = st.one_of(scalars, st.lists(scalars, max_size=3).map(tuple)).map(Constant)
names = st.from_regex(r"[a-zé_][a-z0-9_]{0,5}(\.[a-z0-9]{1,4}|\[[0-9]{1,2}\]){0,2}", fullmatch=True).filter(
    lambda name: (
        name.split(".")[0].split("[")[0] not in ("and", "or", "not", "in", "has", "contains", "true", "false", "null")
    )
)
operand = st.one_of(constants, names.map(Reference))
comparison = st.builds(
    Comparison, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not_in", "has", "contains"]), operand, operand
)


def _joined(word: str, parts: list[Expression]) -> Expression:
    """As the reader makes them: no `and` directly in an `and`."""
    flat = [
        inner for part in parts for inner in (part.parts if isinstance(part, Joined) and part.word == word else [part])
    ]
    return Joined(word, tuple(flat))  # type: ignore[arg-type]


expressions: st.SearchStrategy[Expression] = st.recursive(
    comparison,
    lambda inner: st.builds(_joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=6,
)


def refusal(reading: Callable[[str], object], text: str) -> ExpressionInvalid | None:
    try:
        reading(text)
    except ExpressionInvalid as error:
        return error
    return None


def read(text: str) -> str:
    return print_expression(parse(text).expression)


@given(expressions)
def test_what_is_printed_is_read_as_the_same(expression: Expression) -> None:
    printed = print_expression(expression)
    assert print_expression(parse(printed).expression) == printed


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("()[]'\"\\=!<>.,ANDORIH 1")), max_size=60))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    refused = refusal(parse, text)
    lines = text.split("\n")
    if refused is not None:
        assert 1 <= refused.line <= len(lines)
        assert 1 <= refused.column <= len(lines[refused.line - 1]) + 1
        assert refused.reason


@given(st.text(max_size=60))
def test_any_order_is_read_or_refused(text: str) -> None:
    refused = refusal(parse_order, text)
    assert refused is None or refused.reason


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("a == 1 OR b == 2 AND c == 3", "a == 1 OR (b == 2 AND c == 3)"),
        ("(a == 1 OR b == 2) AND c == 3", "(a == 1 OR b == 2) AND c == 3"),
        ("worker.waiting! = true", "worker.waiting != true"),
        ("1=0", "1 == 0"),
        ("a Has 'x' aNd b not  in ['y'] or c Contains 'z'", "(a HAS 'x' AND b NOT IN ['y']) OR c CONTAINS 'z'"),
        ("a == TRUE AND b == Null", "a == true AND b == null"),
        ("'x' IN worker.routing.skills", "'x' IN worker.routing.skills"),
        ("to == 'a', 'b'", "to IN ['a', 'b']"),
        ("to IN 'a', 'b'", "to IN ['a', 'b']"),
        ("to != 'a', 'b'", "to NOT IN ['a', 'b']"),
        ("to IN ('a', 'b')", "to IN ['a', 'b']"),
        ("to IN[1]", "to IN [1]"),
        ("to IN []", "to IN []"),
        ('a == \\"en\\"', "a == 'en'"),
        ('a == "say \\"hi\\""', "a == 'say \"hi\"'"),
        ("a == 'it\\'s'", "a == 'it\\'s'"),
        ("taskrouter.currentTime > 0800", "taskrouter.currentTime > 800"),
        ("levels.988ENsk >= 5.10", "levels.988ENsk >= 5.1"),
        ("988ENsk > -4", "988ENsk > -4"),
        ("task.in == 1", "task.in == 1"),
        ("a.b[2].c == 1", "a.b[2].c == 1"),
        ("a\n==\n'x'", "a == 'x'"),
    ],
)
def test_each_way_of_writing_is_read_as_it_is_meant(text: str, means: str) -> None:
    assert read(text) == means


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("", 1, 1, "expected a name or a value"),
        ("a", 1, 2, "expected an operator"),
        ("a == ", 1, 6, "expected a name or a value"),
        ("a == 1 AND", 1, 11, "expected a name or a value"),
        ("a-b == 1", 1, 2, "'-' is not part of the language"),
        ("a == 1 && b == 2", 1, 8, "'&' is not part of the language"),
        ("a == 1\nAND b ~ 2", 2, 7, "'~' is not part of the language"),
        ("a == 'x", 1, 6, "no closing quote"),
        ("(a == 1", 1, 8, "expected ')'"),
        ("a == 1)", 1, 7, "expected AND, OR or the end"),
        ("a != true mail.tasks AND b == 1", 1, 11, "expected AND, OR or the end"),
        ("a NOT HAS 'x'", 1, 7, "expected IN after NOT"),
        ("NOT a == 1", 1, 1, "expected a name or a value"),
        ("a IN [b]", 1, 7, "in a list"),
        ("a IN ['x' 'y']", 1, 11, "expected ']'"),
        ("a HAS 'x', 'y'", 1, 10, "a list cannot stand here"),
        ("a == b, 'y'", 1, 7, "a list cannot stand here"),
        ("“a” == 1", 1, 1, "not part of the language"),
        (f"a == {'9' * 400}", 1, 6, "not part of the language"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        parse(text)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MOST_DEPTH + 1) + "a == 1" + ")" * (MOST_DEPTH + 1),
        "a == 1" + " " * MOST_CHARS,
        f"a IN [{','.join('1' for _ in range(MOST_LISTED + 1))}]",
        "(" * 9_000,
    ],
)
def test_length_depth_and_lists_are_bounded(text: str) -> None:
    with pytest.raises(ExpressionInvalid):
        parse(text)


def test_the_deepest_and_longest_that_is_allowed_is_read() -> None:
    assert read("(" * MOST_DEPTH + "a == 1" + ")" * MOST_DEPTH) == "a == 1"
    assert parse(f"a IN [{','.join('1' for _ in range(MOST_LISTED))}]")


def test_a_note_says_what_was_read_in_another_way() -> None:
    assert parse("a == 'x', 'y'").notes == ("a list without brackets is read as IN",)
    assert parse("a == 'x' AND b IN ['y']").notes == ()


def test_references_are_listed_as_written() -> None:
    assert [*references(parse("a == b.c AND ('x' IN worker.d[0] OR 1 == 1)").expression)] == ["a", "b.c", "worker.d[0]"]


def test_an_order_has_clauses_with_directions() -> None:
    assert parse_order("worker.levels.988pl DESC, age asc,x") == (
        Order(path="levels.988pl", direction="desc"),
        Order(path="age"),
        Order(path="x"),
    )
    assert parse_order("  ") == ()


@pytest.mark.parametrize(
    "text", ["a b c", "a DOWN", "'a' ASC", ",", "a,,b", "task.a ASC", ",".join("a" * (MOST_CLAUSES + 1))]
)
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ExpressionInvalid):
        parse_order(text)
