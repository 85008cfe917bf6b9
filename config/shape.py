"""From a tree of nodes to typed values, with every fault found on the way.

A shape is a frozen msgspec Struct: its fields are the keys a table may have, their annotations the limits and, for
the documentation, the meaning. Names of things defined elsewhere in the file are annotated with `Names`, text in
another language (a condition) with a check of its own.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Literal, Protocol, TypeVar, Union, get_args, get_origin, runtime_checkable

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from config.document import Node
from config.fault import MOST_FAULTS, Fault, did_you_mean

T = TypeVar("T")


class _Invalid(Enum):
    INVALID = 0


INVALID: Final = _Invalid.INVALID
_IN_TOML: Final = {"`int`": "an integer", "`float`": "a number", "`str`": "a string", "`bool`": "a boolean"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check has against a value; inside: line and column, from 1, in the text it is about."""

    reason: str
    inside: tuple[int, int] | None = None


@runtime_checkable
class Check(Protocol):
    """An annotation that looks at the value itself."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]: ...


@dataclass(slots=True)
class Report:
    """The faults so far, and the names that `Names` may refer to, by section."""

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    @property
    def full(self) -> bool:
        """Nothing more is recorded, so nothing costly need be asked."""
        return len(self.faults) >= MOST_FAULTS


@dataclass(frozen=True, slots=True)
class Names:
    """The value is a name out of a section of `Report.names`; `also` are words with a meaning of their own.

    beside: the setting that names the file they stand in, when it is another one.
    """

    section: str
    also: tuple[str, ...] = ()
    beside: str = ""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        known = report.names.get(self.section)
        if known is not None and value not in known and value not in self.also:
            where = f" (nothing in {self.beside} is called so)" if self.beside else ""
            yield Complaint(f"undefined {_singular(self.section)} {value!r}{where}{did_you_mean(value, known)}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these words."""

    words: tuple[str, ...]
    noun: str = "value"

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if value not in self.words:
            yield Complaint(f"unknown {self.noun} {_short(value)}{did_you_mean(value, self.words)}")


def fill(shape: type[T], node: Node, report: Report) -> T | None:
    """The value of this shape that the node holds, or None; faults are added to the report.

    A part with a fault of its own is left out or takes its default, so that one fault is reported once.
    """
    value = _fill(shape, node, report)
    return None if value is INVALID else value


def _fill(kind: Any, node: Node, report: Report) -> Any:
    kind_only = bare(kind)
    if isinstance(kind_only, type) and issubclass(kind_only, msgspec.Struct):
        return _struct(kind_only, node, report)
    origin, args = get_origin(kind_only), get_args(kind_only)
    if origin is dict:
        return _table(args[0], args[1], node, report)
    if origin is tuple:
        return _array(args[0], node, report)
    return _plain(kind, node, report)


def _struct(shape: type[msgspec.Struct], node: Node, report: Report) -> Any:
    if not isinstance(node.value, dict):
        report.add(node.fault(f"expected a table{_got(node.value)}"))
        return INVALID
    known = _members(shape)
    for key, child in node.children.items():
        if key not in known and not report.full:
            report.add(child.fault(f"unknown key {key!r}{did_you_mean(str(key), list(known))}", key=True))
    values = {info.name: _member(info, node, report) for info in known.values()}
    if any(value is INVALID for value in values.values()):
        return INVALID
    return shape(**values)


def _member(info: FieldInfo, node: Node, report: Report) -> Any:
    child = node.children.get(info.encode_name)
    if child is None:
        if info.required:
            report.add(node.fault(f"missing key {info.encode_name!r}", key=True))
            return INVALID
        return _default(info)
    value = _fill(info.type, child, report)
    return value if value is not INVALID or info.required else _default(info)


@cache
def _members(shape: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    return {info.encode_name: info for info in fields(shape)}


@cache
def _checks(kind: Any) -> tuple[Check, ...]:
    return tuple(note for note in notes(kind) if isinstance(note, Check))


def _default(info: FieldInfo) -> Any:
    return info.default_factory() if info.default is NODEFAULT else info.default


def _table(key_kind: Any, kind: Any, node: Node, report: Report) -> Any:
    if not isinstance(node.value, dict):
        report.add(node.fault(f"expected a table{_got(node.value)}"))
        return INVALID
    filled = {}
    for key, child in node.children.items():
        name = _checked(key_kind, str(key), child, report, key=True)
        value = INVALID if name is INVALID else _fill(kind, child, report)
        if value is not INVALID:
            filled[name] = value
    return filled


def _array(kind: Any, node: Node, report: Report) -> Any:
    if not isinstance(node.value, list):
        report.add(node.fault(f"expected an array{_got(node.value)}"))
        return INVALID
    values = (_fill(kind, child, report) for child in node.children.values())
    return tuple(value for value in values if value is not INVALID)


def _plain(kind: Any, node: Node, report: Report) -> Any:
    return _checked(kind, node.value, node, report, key=False)


def _checked(kind: Any, value: object, node: Node, report: Report, *, key: bool) -> Any:
    """A plain value (or, with `key`, the key of the node) against its type, limits and checks."""
    if report.full:
        return INVALID
    kind_only = bare(kind)
    words = get_args(kind_only) if get_origin(kind_only) is Literal else ()
    try:
        converted = msgspec.convert(value, str if words else kind)
    except msgspec.ValidationError as error:
        report.add(node.fault(reason_for(kind, value, str(error)), key=key))
        return INVALID
    checks = (OneOf(words),) if words else _checks(kind)
    complaints = [complaint for check in checks for complaint in check.complaints(converted, report)]
    for complaint in complaints:
        report.add(node.fault(complaint.reason, key=key, inside=None if key else complaint.inside))
    return INVALID if complaints else converted


def reason_for(kind: Any, value: object, message: str) -> str:
    """What is wrong with the value: msgspec's sentence in the words of TOML, or the title of the pattern it breaks."""
    if get_origin(bare(kind)) is Literal and isinstance(value, str):
        return f"unknown value {_short(value)}{did_you_mean(value, get_args(bare(kind)))}"
    for meta in notes(kind):
        if isinstance(meta, msgspec.Meta) and meta.pattern and isinstance(value, str) and "regex" in message:
            return f"{_short(value)} is not {meta.title or 'in the form expected'}"
        if (
            isinstance(meta, msgspec.Meta)
            and meta.ge is not None
            and meta.le is not None
            and ("<=" in message or ">=" in message)
        ):
            return f"expected a number from {meta.ge:,} to {meta.le:,}{_got(value)}"
    reason = message[:1].lower() + message[1:].partition(" - at `")[0]
    for python, toml in _IN_TOML.items():
        reason = reason.replace(python, toml)
    return reason.partition(", got")[0] + _got(value)


def _got(value: object) -> str:
    kind = "a table" if isinstance(value, dict) else "an array" if isinstance(value, list) else _short(value)
    return f", got {kind}"


def _short(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def bare(kind: Any) -> Any:
    """The type without its annotations and without None, which TOML does not have."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, types.UnionType):
        rest = [arg for arg in get_args(kind) if arg is not type(None)]
        return bare(rest[0]) if len(rest) == 1 else kind
    return kind


def notes(kind: Any) -> tuple[Any, ...]:
    """What is annotated to the type itself, not to the elements of a container."""
    if get_origin(kind) is Annotated:
        return get_args(kind)[1:]
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(note for arg in get_args(kind) for note in notes(arg))
    return ()


def _singular(section: str) -> str:
    return {"queues": "queue", "statuses": "status", "skills": "skill", "case_types": "type of case",
            "receivers": "receiver"}.get(section, section)  # fmt: skip
