"""Conditions: one small, safe expression language over what is known of an item.

The language is CEL (https://cel.dev) by its authors' own library, with what could make work grow taken out: no
loops (`map`, `filter`, `all`, `exists`), no concatenation. What is left is comparison, `&&`, `||`, `!`, `in`, `? :`,
`has()`, `startsWith`, `endsWith`, `contains`, `matches` (RE2, linear), `size`; checked against the types of
ATTRIBUTES when compiled. Evaluation takes microseconds and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, Final, NewType

from cel_expr_python import cel

MOST_SOURCE_CHARS = 2_000
MOST_TEXT_CHARS = 10_000
"""Longer texts are cut before conditions see them."""
MOST_ENTRIES = 200
"""Of all maps and lists of the attributes together; further ones are left out."""
MOST_DEPTH = 4

ATTRIBUTES: Final[Mapping[str, tuple[str, str]]] = {
    "channel": ("string", "webchat, voice, sms, whatsapp, …"),
    "account": ("string", "the channel account it came in by: a widget's key, a number, a mailbox"),
    "department": ("string", "what the customer chose to talk about"),
    "language": ("string", "ISO 639-1 code of the customer's language"),
    "intent": ("string", "what the bot took it for"),
    "page_url": ("string", "the page the widget was opened on"),
    "subject": ("string", "of an e-mail, a form, a case"),
    "text": ("string", "what the customer wrote first"),
    "customer": ("map", "what is known of the customer: customer.vip, customer.country, …"),
    "details": ("map", "answers to the pre-chat form and to the bot: details.order, …"),
    "case": ("map", "of what belongs to a case: case.type, case.status, case.priority, case.queue, case.labels, …"),
}
"""What a condition may speak of: name → (type, meaning). A map's values may be of any type."""

Facts = NewType("Facts", object)
"""Attributes made ready for evaluation: once per item, used for every condition."""

_ENVIRONMENT = """
stdlib:
  exclude_macros: [all, exists, exists_one, map, filter]
  exclude_functions: [{name: "_+_"}]
"""
_PLACE = re.compile(r"ERROR: [^\n]*?:(-?\d+):(-?\d+): ([^\n]*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_MISSING = re.compile(r"No value with name|Key not found in map")
_PATTERN = re.compile(r"""\.matches\(\s*(r?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\s*\)""")
_LOOP = re.compile(r"\.(all|exists|exists_one|map|filter)\s*\(")
_INT64 = 1 << 63


class ConditionInvalid(Exception):
    """The source is not a condition. line and column count from 1 in the source."""

    code, status = "condition_invalid", 422

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {reason}")
        self.reason, self.line, self.column = reason, line, column


@dataclass(frozen=True, slots=True)
class Held:
    """The outcome of an evaluation. problem: why it could not be told; then it does not hold."""

    holds: bool
    problem: str = ""


_YES, _NO = Held(True), Held(False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition. Empty or blank source holds always."""

    source: str
    _program: Any = field(repr=False, compare=False)

    def holds(self, attributes: Facts) -> Held:
        """Whether it holds; an attribute that is missing and matters makes it not hold, quietly.

        A value of the wrong type (`customer.age > 5` where age is a text) makes it not hold with a problem.
        """
        outcome = self._outcome(attributes)
        if isinstance(outcome, str):
            return Held(False, outcome)
        return _YES if outcome else _NO

    @property
    def constant(self) -> bool | None:
        """True or False when it is so whatever the item is; None when that depends on the item."""
        outcome = self._outcome(facts({}))
        return outcome if isinstance(outcome, bool) else None

    def _outcome(self, attributes: Facts) -> bool | str | None:
        """None: something that matters is missing. A text: why it cannot be told."""
        if self._program is None:
            return True
        try:
            result = self._program.eval(attributes)
        except RuntimeError as error:
            return _first_line(str(error))
        value = result.value()
        if isinstance(value, bool):
            return value
        kind = result.type().name()
        if kind != "ERROR":
            return f"gives a value ({kind.lower()}), not true or false"
        return None if _MISSING.search(value) else _first_line(value)


@lru_cache(maxsize=4_096)
def compile_condition(source: str) -> Condition:
    """Cached: a policy loaded again compiles only what changed.

    Raises ConditionInvalid: too long, bad syntax, unknown name, wrong types, not true or false, bad pattern.
    """
    if not source.strip():
        return Condition(source, None)
    if len(source) > MOST_SOURCE_CHARS:
        raise ConditionInvalid(f"longer than {MOST_SOURCE_CHARS:,} characters")
    if not all(char.isprintable() or char in "\t\r\n" for char in source):
        raise ConditionInvalid("has a character that is not text")
    try:
        program = _environment().compile(source)
    except RuntimeError as error:
        raise _invalid(source, str(error)) from None
    kind = program.return_type().name()
    if kind not in ("BOOL", "DYN"):
        raise ConditionInvalid(f"gives a value ({kind.lower()}), not true or false")
    _check_patterns(source)
    return Condition(source, program)


def _check_patterns(source: str) -> None:
    """The evaluator reads a pattern only when it comes to it; a wrong one shall not wait until then."""
    for found in _PATTERN.finditer(source):
        outcome = _environment().compile(f"''.matches({found[1]})").eval(_environment().Activation({}))
        if outcome.type().name() == "ERROR":
            line = source.count("\n", 0, found.start(1)) + 1
            column = found.start(1) - source.rfind("\n", 0, found.start(1))
            raise ConditionInvalid(_first_line(outcome.value()), line, column)


def facts(attributes: Mapping[str, object]) -> Facts:
    """What of the attributes conditions may see: known names, plain values, bounded in size and depth.

    Anything else (other names, objects, numbers beyond 64 bits) is left out, as if it were missing.
    """
    room = [MOST_ENTRIES]
    known = {}
    for name, (kind, _) in ATTRIBUTES.items():
        value = attributes.get(name)
        if isinstance(value, str) if kind == "string" else isinstance(value, Mapping):
            known[name] = _plain(value, MOST_DEPTH, room)
    return Facts(_environment().Activation(known))


def _plain(value: object, depth: int, room: list[int]) -> object:
    """The value without what the evaluator cannot take, or _LEFT_OUT. room: entries still allowed."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float | None) or (isinstance(value, int) and -_INT64 <= value < _INT64):
        return value
    if isinstance(value, Mapping) and depth > 0:
        pairs = ((_text(key), item) for key, item in value.items() if isinstance(key, str))
        return dict(_entries(pairs, depth, room))
    if isinstance(value, list | tuple | set | frozenset) and depth > 0:
        return [item for _, item in _entries((("", item) for item in value), depth, room)]
    return _LEFT_OUT


def _entries(pairs: Iterable[tuple[str, object]], depth: int, room: list[int]) -> Iterable[tuple[str, object]]:
    for key, item in pairs:
        if room[0] == 0:
            return
        room[0] -= 1
        plain = _plain(item, depth - 1, room)
        if plain is not _LEFT_OUT:
            yield key, plain


_LEFT_OUT: Final = object()


def _text(text: str) -> str:
    """Cut to size; NUL would end the text in the evaluator and a lone surrogate has no UTF-8."""
    cut = text[:MOST_TEXT_CHARS]
    if cut.isascii() and "\0" not in cut:
        return cut
    return cut.replace("\0", "�").encode("utf-8", "replace").decode()


@cache
def _environment() -> Any:
    variables = {
        name: cel.Type.STRING if kind == "string" else cel.Type("map<string, dyn>")
        for name, (kind, _) in ATTRIBUTES.items()
    }
    return cel.NewEnv(config=cel.NewEnvConfigFromYaml(_ENVIRONMENT), variables=variables)


def _invalid(source: str, message: str) -> ConditionInvalid:
    """The compiler's first message in the words of the house."""
    place = _PLACE.search(message)
    if place is None or "recursion depth" in message:
        return ConditionInvalid("nested too deep" if "recursion" in message else _first_line(message))
    line, column, reason = int(place[1]), int(place[2]), place[3].removesuffix(" [INVALID_ARGUMENT]")
    undeclared = _UNDECLARED.search(reason)
    if undeclared:
        return _undeclared(source, undeclared[1], line, column)
    return ConditionInvalid(reason.replace("<EOF>", "end").partition(" expecting {")[0], line, column)


def _undeclared(source: str, name: str, line: int, column: int) -> ConditionInvalid:
    loop = _LOOP.search(source)
    if name == "_+_":
        return ConditionInvalid("conditions cannot add or join", line, column)
    if loop and name not in ATTRIBUTES:
        return ConditionInvalid(f"conditions have no loops ({loop[1]})", line, column)
    if source.split("\n")[line - 1][column - 1 : column] == "(":
        return ConditionInvalid(f"unknown function {name!r}", line, column - len(name))
    first, dot, _ = name.partition(".")
    near = get_close_matches(first, ATTRIBUTES, n=1)
    known = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(ATTRIBUTES)}"
    # The checker points at the last dot of a dotted name; people look for its beginning.
    begins = column - (name.rindex(".") if dot else 0)
    return ConditionInvalid(f"unknown name {name!r}; {known}", line, max(1, begins))  # it may begin a line before


def _first_line(message: str) -> str:
    line = message.strip().partition("\n")[0]
    return line.partition(": ")[2] or line
