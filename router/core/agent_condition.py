"""Conditions on an agent, as plain data that the model and the store evaluate alike.

A condition is a tree of tuples (arrays, once packed):

    ("true",)  ("false",)  ("and", c, c, …)  ("or", c, c, …)  (operator, operand, operand)

    operator  == != < <= > >= in not_in has contains
    operand   ("const", value)              a number, a text, None, or a tuple of numbers and texts
              ("true",)  ("false",)         a truth value: never in "const", for to Python True equals 1
              ("object",)                   a table: not null, equal to nothing
              ("attr", path)                an attribute of the agent, NULL when missing; "sid" is the agent's id
              ("assigned", channel, …)      items the agent has on these channels, NULL when none of them is served
              ("capacity", channel, …)      the most the agent takes of them
              ("percent", channel, …)       what is free of that, in per cent: 100 · (capacity − assigned) / capacity

The operators have TaskRouter's semantics (docs/taskrouter.md): NULL is unequal to any constant and equal to NULL;
scalar operators on an array are false, `!=` too; values of different types are unequal and without order; texts
compare by case and by code point (in UTF-8: by byte).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import product
from math import isfinite
from typing import Any, Final, Literal, TypeAlias

from router.core.words import Channel

AgentCondition: TypeAlias = tuple[Any, ...]
Operand: TypeAlias = tuple[Any, ...]
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not_in", "has", "contains"]
Scalar: TypeAlias = bool | int | float | str
Value: TypeAlias = Scalar | tuple[Scalar, ...] | Mapping[str, bool] | None
"""A value in normal form, see `normal`."""

TRUE: Final[AgentCondition] = ("true",)
FALSE: Final[AgentCondition] = ("false",)
OBJECT: Final[Mapping[str, bool]] = {"object": True}
"""What stands for a table: never empty, so that no encoding takes it for an array."""
AGENT_ID: Final = "sid"
"""The attribute that is the agent's id, whatever the attributes say."""

COUNTED: Final = frozenset({"assigned", "capacity", "percent"})
"""The operands that depend on what the agent is doing, and the capacity they are measured by."""
_EXACT: Final = 2**53
"""Whole numbers beyond are not exact in the store's numbers."""
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")

Kind = Literal["null", "bool", "number", "text", "array", "object"]
_ANY: Final[frozenset[Kind]] = frozenset({"null", "bool", "number", "text", "array", "object"})
_ORDERED: Final = frozenset({("number", "number"), ("text", "text")})


def holds(
    condition: AgentCondition,
    attributes: Mapping[str, Value],
    counts: Mapping[Channel, int],
    capacities: Mapping[Channel, int],
) -> bool:
    """Whether it holds for an agent.

    attributes: path → value in normal form (`known`). counts: items held by channel. capacities: the most of each
    channel; a channel missing there is not served.
    """
    head = condition[0]
    if head == "and":
        return all(holds(part, attributes, counts, capacities) for part in condition[1:])
    if head == "or":
        return any(holds(part, attributes, counts, capacities) for part in condition[1:])
    if head in ("true", "false"):
        return condition == TRUE
    left, right = (value_of(operand, attributes, counts, capacities) for operand in condition[1:])
    return compare(head, left, right)


def value_of(
    operand: Operand,
    attributes: Mapping[str, Value],
    counts: Mapping[Channel, int],
    capacities: Mapping[Channel, int],
) -> Value:
    """What an operand is for an agent; the arguments as for `holds`."""
    name = operand[0]
    if name == "attr":
        return attributes.get(operand[1])
    if name not in COUNTED:
        return _constant(operand)
    served = [channel for channel in operand[1:] if channel in capacities]
    assigned = sum(counts.get(channel, 0) for channel in served)
    capacity = sum(capacities[channel] for channel in served)
    return _counted(name, assigned, capacity) if served else None


def compare(operator: Operator, left: Value, right: Value) -> bool:
    """One comparison of two values in normal form."""
    kinds = (kind(left), kind(right))
    if operator == "not_in":
        return "null" in kinds or (kinds[1] == "array" and _scalar(kinds[0]) and not _among(left, right))
    if operator == "in":
        return kinds[1] == "array" and _among(left, right)
    if operator == "has":
        return kinds[0] == "array" and _among(right, left)
    if operator == "!=":
        return "array" not in kinds and not _same(left, right)
    return kinds[0] == kinds[1] and _SAME_KIND[operator](kinds[0], left, right)


_SAME_KIND: Final[Mapping[str, Callable[[Kind, Any, Any], bool]]] = {
    "==": lambda _, left, right: _same(left, right),
    "<": lambda kind, left, right: kind in ("number", "text") and left < right,
    "<=": lambda kind, left, right: kind in ("number", "text") and left <= right,
    ">": lambda kind, left, right: kind in ("number", "text") and left > right,
    ">=": lambda kind, left, right: kind in ("number", "text") and left >= right,
    "contains": lambda kind, left, right: kind == "text" and right in left,
}


def conjunction(parts: Iterable[AgentCondition]) -> AgentCondition:
    """All of them, simplified: `TRUE` for none, flat, without repeats, `FALSE` as soon as one is."""
    return _joined("and", parts, neutral=TRUE, final=FALSE)


def disjunction(parts: Iterable[AgentCondition]) -> AgentCondition:
    """Any of them, simplified: `FALSE` for none, flat, without repeats, `TRUE` as soon as one is."""
    return _joined("or", parts, neutral=FALSE, final=TRUE)


def comparison(operator: Operator, left: Operand, right: Operand) -> AgentCondition:
    """One comparison, or TRUE or FALSE where no agent can make a difference."""
    if not {left[0], right[0]} & {"attr", *COUNTED}:
        return TRUE if compare(operator, _constant(left), _constant(right)) else FALSE
    outcomes = {_possible(operator, pair) for pair in product(_kinds(left), _kinds(right))}
    if outcomes in ({True}, {False}):
        return TRUE if True in outcomes else FALSE
    return _without_truth_values(operator, left, right)


def _without_truth_values(operator: Operator, left: Operand, right: Operand) -> AgentCondition:
    """`x in (…, True)` as `x == True or x in (…)`: to Python a tuple with True equals one with 1."""
    array, other = (left, right) if operator == "has" else (right, left)
    if array[0] != "const" or not isinstance(array[1], tuple):
        return (operator, left, right)
    truths = [constant(truth) for truth in (True, False) if any(element is truth for element in array[1])]
    rest = ("const", tuple(element for element in array[1] if not isinstance(element, bool)))
    if operator == "not_in":
        return conjunction([("not_in", other, rest), *(("!=", other, truth) for truth in truths)])
    listed: list[AgentCondition] = [("in", other, rest)] if rest[1] else []
    return disjunction([*listed, *(("==", other, truth) for truth in truths)])


def tupled(value: Any) -> Any:
    """A condition or value that was read back from arrays, as it was."""
    return tuple(map(tupled, value)) if isinstance(value, list | tuple) else value


def static_part(condition: AgentCondition) -> AgentCondition:
    """What must hold whatever the agent is doing: speaks of attributes only, and may be weaker than the whole."""
    if condition[0] in ("and", "or"):
        joined = conjunction if condition[0] == "and" else disjunction
        return joined(static_part(part) for part in condition[1:])
    return TRUE if _counts(condition) else condition


def dynamic_part(condition: AgentCondition) -> AgentCondition:
    """What must hold besides the static part and depends on what the agent is doing, maybe on attributes too.

    The condition holds exactly when both parts do. TRUE: the static part says all.
    """
    parts = condition[1:] if condition[0] == "and" else (condition,)
    return conjunction(part for part in parts if _counts(part))


def attributes_used(condition: AgentCondition) -> frozenset[str]:
    """The paths of agent attributes it speaks of, AGENT_ID among them where it matters."""
    return frozenset(operand[1] for operand in _operands(condition) if operand[0] == "attr")


def known(paths: Iterable[str], agent_id: str, attributes: Mapping[str, object]) -> dict[str, Value]:
    """An agent's attributes as `holds` takes them: those of these paths, by path, in normal form; NULL is left out."""
    found = {path: normal(look_up(attributes, path)) for path in sorted(paths) if path != AGENT_ID}
    if AGENT_ID in paths:
        found[AGENT_ID] = agent_id
    return {path: value for path, value in found.items() if value is not None}


def look_up(document: object, path: str) -> object:
    """The value at a path such as `routing.skills[0].name`; None when there is nothing."""
    for key in _steps(path):
        if isinstance(key, int):
            document = document[key] if isinstance(document, list | tuple) and key < len(document) else None
        else:
            document = document.get(key) if isinstance(document, Mapping) else None
    return document


def normal(value: object) -> Value:
    """A value of JSON as conditions compare it: what cannot matter is taken out, equal values become the same.

    Arrays become tuples of their scalars, in order of type and value, each once; tables become OBJECT; numbers whole
    where that is exact; what is beyond the range of numbers or no text in UTF-8 is NULL or replaced.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        scalars = {
            (kind(scalar), scalar) for scalar in map(normal, value) if isinstance(scalar, bool | str | int | float)
        }
        return tuple(scalar for _, scalar in sorted(scalars))
    return OBJECT


def constant(value: object) -> Operand:
    """A value of JSON as an operand."""
    found = normal(value)
    if isinstance(found, bool):
        return TRUE if found else FALSE
    return ("object",) if isinstance(found, Mapping) else ("const", found)


def kind(value: Value) -> Kind:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "number"
    return "object" if isinstance(value, Mapping) else "array"


def _constant(operand: Operand) -> Value:
    if operand[0] == "const":
        value: Value = operand[1]
        return value
    return OBJECT if operand[0] == "object" else operand == TRUE


def _counted(name: str, assigned: int, capacity: int) -> float:
    if name == "percent":
        return 100 * (capacity - assigned) / capacity if capacity else 0
    return assigned if name == "assigned" else capacity


def _same(left: Value, right: Value) -> bool:
    return kind(left) == kind(right) and not isinstance(left, tuple | Mapping) and left == right


def _among(value: Value, array: Any) -> bool:
    return any(_same(value, element) for element in array)


def _scalar(of_kind: Kind) -> bool:
    return of_kind in ("bool", "number", "text")


def _kinds(operand: Operand) -> frozenset[Kind]:
    """What the operand's value may be."""
    if operand[0] == "attr":
        return frozenset({"text"}) if operand[1] == AGENT_ID else _ANY
    return frozenset({"number", "null"} if operand[0] in COUNTED else {kind(_constant(operand))})


def _possible(operator: Operator, kinds: tuple[Kind, Kind]) -> bool | None:
    """Whether values of these kinds compare true; None: it depends on the values."""
    left, right = kinds
    if operator == "in":
        return None if _scalar(left) and right == "array" else False
    if operator == "has":
        return None if left == "array" and _scalar(right) else False
    if operator == "not_in":
        return True if "null" in kinds else None if _scalar(left) and right == "array" else False
    if operator == "!=":
        unequal = None if left == right and _scalar(left) else not left == right == "null"
        return False if "array" in kinds else unequal
    if operator == "==":
        return None if left == right and _scalar(left) else left == right == "null"
    if operator == "contains":
        return None if left == right == "text" else False
    return None if kinds in _ORDERED else False


def _joined(
    word: str, parts: Iterable[AgentCondition], *, neutral: AgentCondition, final: AgentCondition
) -> AgentCondition:
    flat: dict[AgentCondition, None] = {}
    for part in parts:
        if part == final:
            return final
        if part != neutral:
            flat |= dict.fromkeys(part[1:] if part[0] == word else (part,))
    return neutral if not flat else (word, *flat) if len(flat) > 1 else next(iter(flat))


def _operands(condition: AgentCondition) -> Iterable[Operand]:
    if condition[0] in ("and", "or"):
        for part in condition[1:]:
            yield from _operands(part)
    else:
        yield from condition[1:]


def _counts(condition: AgentCondition) -> bool:
    return any(operand[0] in COUNTED for operand in _operands(condition))


@lru_cache(maxsize=4_096)
def _steps(path: str) -> tuple[str | int, ...]:
    return tuple(int(index) if index else key for index, key in _STEP.findall(path))


def _number(value: float) -> int | float | None:
    try:
        if not isfinite(value):
            return None
    except OverflowError:
        return None
    return int(value) if -_EXACT <= value <= _EXACT and value == int(value) else float(value)
