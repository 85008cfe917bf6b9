"""TaskRouter's expression language: text → tree, tree → text.

    expression  = both ("OR" both)*                     AND binds before OR; words in any case
    both        = one ("AND" one)*
    one         = "(" expression ")" | comparison
    comparison  = operand operator operand | operand ["NOT"] "IN" list
    operator    = "==" | "=" | "!=" | "! =" | "<" | "<=" | ">" | ">=" | "HAS" | "CONTAINS" | ["NOT"] "IN"
    operand     = reference | text | number | "true" | "false" | "null" | "[" constants "]"
    list        = operand | "(" constants ")" | constants        the last two are read as "[" constants "]"
    reference   = name ("." name | "[" index "]")*

After `==` and `!=` a list without brackets makes them IN and NOT IN. Texts stand in single or double quotes; `\\"`,
`\\'` and `\\\\` inside are that character, and `\\"` outside opens and closes a text (the traces of a JSON escape).
What cannot be read is refused with its line and column. Length, nesting and lists are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from router.core.agent_condition import Operator

MOST_CHARS = 10_000
MOST_DEPTH = 40
MOST_LISTED = 1_000

Scalar: TypeAlias = bool | int | float | str | None


class ExpressionInvalid(Exception):
    """The text is no expression. line and column count from 1 in the text."""

    code, status = "expression_invalid", 422

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {reason}")
        self.reason, self.line, self.column = reason, line, column


@dataclass(frozen=True, slots=True)
class Reference:
    """A value looked up in the task, the worker, or the clock: `task.type`, `worker.routing.skills`, `a.b[2]`."""

    path: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value as written; a list is a tuple."""

    value: Scalar | tuple[Scalar, ...]


Operand: TypeAlias = Reference | Constant


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: Operator
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Joined:
    """Two or more parts, all of which (and) or one of which (or) must hold."""

    word: Literal["and", "or"]
    parts: tuple[Expression, ...]


Expression: TypeAlias = Comparison | Joined


@dataclass(frozen=True, slots=True)
class Parsed:
    """notes: what was read although it is written in a way TaskRouter's documentation does not have."""

    expression: Expression
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["word", "operator", "mark", "literal", "reference", "end"]
    text: str
    start: int
    value: Scalar = None


_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"(?i:AND|OR|NOT|IN|HAS|CONTAINS)(?![\w.])")
_NUMBER: Final = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?(?![\w.])")
_REFERENCE: Final = re.compile(r"(?=[0-9]*[^\W0-9])\w+(?:\.\w+|\[[0-9]{1,6}\])*")
_OPERATOR: Final = re.compile(r"!\s*=|==|<=|>=|=|<|>")
_QUOTE: Final = re.compile(r"""\\?["']""")
_ESCAPE: Final = re.compile(r"""\\(["'\\])""")
_NAMED: Final = {"true": True, "false": False, "null": None}
_OPERATORS: Final[dict[str, Operator]] = {
    **{"==": "==", "=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="},
    **{"IN": "in", "HAS": "has", "CONTAINS": "contains"},
}
_LISTING: Final[dict[Operator, Operator]] = {"==": "in", "in": "in", "!=": "not_in", "not_in": "not_in"}
"""What an operator becomes before a list without brackets."""
_SHOWN: Final[dict[Operator, str]] = {"in": "IN", "not_in": "NOT IN", "has": "HAS", "contains": "CONTAINS"}


@lru_cache(maxsize=4_096)
def parse(text: str) -> Parsed:
    """Read an expression. Raises ExpressionInvalid: not readable, too long, nested too deep."""
    if len(text) > MOST_CHARS:
        raise ExpressionInvalid(f"longer than {MOST_CHARS:,} characters")
    return _Parser(text).whole()


def print_expression(expression: Expression) -> str:
    """The expression in the documented form; `parse` reads an equal one from it."""
    if isinstance(expression, Joined):
        word = f" {expression.word.upper()} "
        return word.join(_bracketed(part) for part in expression.parts)
    operator = _SHOWN.get(expression.operator, expression.operator)
    return f"{_operand_text(expression.left)} {operator} {_operand_text(expression.right)}"


def references(expression: Expression) -> Iterator[str]:
    """The paths it looks up, in order, as written."""
    if isinstance(expression, Joined):
        for part in expression.parts:
            yield from references(part)
    else:
        yield from (side.path for side in (expression.left, expression.right) if isinstance(side, Reference))


def _bracketed(part: Expression) -> str:
    text = print_expression(part)
    return f"({text})" if isinstance(part, Joined) else text


def _operand_text(operand: Operand) -> str:
    return operand.path if isinstance(operand, Reference) else _constant_text(operand.value)


def _constant_text(value: Scalar | tuple[Scalar, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_constant_text, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return format(Decimal(repr(value)), "f")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token, at = _token(text, at)
        yield token
    yield _Token("end", "the end", len(text))


def _token(text: str, at: int) -> tuple[_Token, int]:
    if quote := _QUOTE.match(text, at):
        return _quoted(text, at, quote[0])
    for kind, pattern in (("word", _WORD), ("literal", _NUMBER), ("reference", _REFERENCE), ("operator", _OPERATOR)):
        if found := pattern.match(text, at):
            return _read(kind, found[0], at), found.end()
    if text[at] in "()[],":
        return _Token("mark", text[at], at), at + 1
    raise _refusal(text, at, f"{text[at]!r} is not part of the language")


def _read(kind: str, found: str, at: int) -> _Token:
    if kind == "word":
        return _Token("word", found.upper(), at)
    if kind == "literal":
        return _Token("literal", found, at, float(found) if "." in found else int(found))
    if kind == "reference" and found.lower() in _NAMED:
        return _Token("literal", found, at, _NAMED[found.lower()])
    if kind == "reference":
        return _Token("reference", found, at)
    return _Token("operator", "!=" if found.startswith("!") else found, at)


def _quoted(text: str, at: int, opening: str) -> tuple[_Token, int]:
    """A text in quotes; one opened with an escaped quote ends at the next such quote, escaped or not."""
    inner, quote = at + len(opening), opening[-1]
    end = re.compile(rf"\\?{quote}").search(text, inner) if len(opening) == 2 else _closing(text, inner, quote)
    if end is None:
        raise _refusal(text, at, "this text has no closing quote")
    return _Token("literal", text[at : end.end()], at, _ESCAPE.sub(r"\1", text[inner : end.start()])), end.end()


def _closing(text: str, inner: int, quote: str) -> re.Match[str] | None:
    body = re.compile(rf"(?:[^\\{quote}]|\\.)*+", re.DOTALL).match(text, inner)
    assert body
    return re.compile(quote).match(text, body.end())


def _refusal(text: str, at: int, reason: str) -> ExpressionInvalid:
    return ExpressionInvalid(reason, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0
        self._notes: dict[str, None] = {}

    def whole(self) -> Parsed:
        expression = self._joined("or", 0)
        if self._peek.kind != "end":
            raise self._refusal(f"expected AND, OR or the end, not {self._peek.text!r}")
        return Parsed(expression, tuple(self._notes))

    def _joined(self, word: Literal["and", "or"], depth: int) -> Expression:
        parts = [self._part(word, depth)]
        while self._taken("word", word.upper()):
            parts.append(self._part(word, depth))
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _part(self, word: Literal["and", "or"], depth: int) -> Expression:
        if word == "or":
            return self._joined("and", depth)
        if not self._is("mark", "("):
            return self._comparison()
        if depth >= MOST_DEPTH:
            raise self._refusal(f"nested deeper than {MOST_DEPTH}")
        self._next += 1
        inner = self._joined("or", depth + 1)
        self._expect(")")
        return inner

    def _comparison(self) -> Expression:
        left = self._operand()
        operator = self._operator()
        if operator in ("in", "not_in") and self._taken("mark", "("):
            self._note("a list in round brackets is read as one in square brackets")
            return Comparison(operator, left, Constant(self._constants(")")))
        right = self._operand()
        if not self._is("mark", ","):
            return Comparison(operator, left, right)
        if operator not in _LISTING or not isinstance(right, Constant) or isinstance(right.value, tuple):
            raise self._refusal("a list cannot stand here")
        self._note(f"a list without brackets is read as {_SHOWN[_LISTING[operator]]}")
        return Comparison(_LISTING[operator], left, Constant(self._listed(right.value)))

    def _operator(self) -> Operator:
        token = self._peek
        if token.kind not in ("operator", "word") or token.text in ("AND", "OR"):
            raise self._refusal(f"expected an operator, not {token.text!r}")
        self._next += 1
        if token.text != "NOT":
            return _OPERATORS[token.text]
        if not self._taken("word", "IN"):
            raise self._refusal("expected IN after NOT")
        return "not_in"

    def _operand(self) -> Operand:
        token = self._peek
        if token.kind in ("literal", "reference"):
            self._next += 1
            return Constant(token.value) if token.kind == "literal" else Reference(token.text)
        if self._taken("mark", "["):
            return Constant(self._constants("]"))
        raise self._refusal(f"expected a name or a value, not {token.text!r}")

    def _constants(self, closing: str) -> tuple[Scalar, ...]:
        if self._taken("mark", closing):
            return ()
        found = self._listed(self._scalar())
        self._expect(closing)
        return found

    def _listed(self, first: Scalar) -> tuple[Scalar, ...]:
        found = [first]
        while self._taken("mark", ","):
            if len(found) >= MOST_LISTED:
                raise self._refusal(f"a list of more than {MOST_LISTED:,}")
            found.append(self._scalar())
        return tuple(found)

    def _scalar(self) -> Scalar:
        token = self._peek
        if token.kind != "literal" or isinstance(token.value, tuple):
            raise self._refusal(f"expected a text, a number, true, false or null in a list, not {token.text!r}")
        self._next += 1
        return token.value

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _is(self, kind: str, text: str) -> bool:
        return self._peek.kind == kind and self._peek.text == text

    def _taken(self, kind: str, text: str) -> bool:
        found = self._is(kind, text)
        self._next += found
        return found

    def _expect(self, mark: str) -> None:
        if not self._taken("mark", mark):
            raise self._refusal(f"expected {mark!r}, not {self._peek.text!r}")

    def _note(self, note: str) -> None:
        self._notes[note] = None

    def _refusal(self, reason: str) -> ExpressionInvalid:
        return _refusal(self._text, self._peek.start, reason)
