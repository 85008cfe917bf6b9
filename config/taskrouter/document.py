"""A TaskRouter document as it comes: a workflow, a workspace, or what the REST API answers.

Here is only where things stand and what they are called; what they mean is for `config.taskrouter.convert`. Keys may
be spelled as libraries spell them (`friendlyName`, `FriendlyName`): tables have them as the REST API does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from config.strict_json import JsonInvalid, parse_json

Table = Mapping[str, object]

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUEUES: Final = ("task_queues", "queues")
_ROUTING: Final = ("task_routing",)
_PARTS: Final = ("filters", "default_filter")


class DocumentInvalid(Exception):
    """The document is not of a TaskRouter workflow or workspace; the message says where."""

    code, status = "taskrouter_document_invalid", 422


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    sid: str
    key: str
    friendly_name: str
    table: Table
    path: str

    @property
    def reference(self) -> str:
        return self.sid or self.friendly_name or self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEntry:
    """filters: the tables of `task_routing.filters`. path: what stands before `filters` in the document."""

    name: str
    aliases: tuple[str, ...]
    beside: Table
    """What stands in the workflow beside its routing."""
    filters: tuple[Table, ...]
    default_filter: Table | None
    rest: Table
    """What else stands in `task_routing`."""
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    queues: tuple[QueueEntry, ...]
    workflows: tuple[WorkflowEntry, ...]
    rest: Table = field(default_factory=dict)
    """What else stands in a workspace."""


def read_document(document: object, name: str) -> Document:
    """name: of a workflow that has none. Raises DocumentInvalid."""
    if isinstance(document, list):
        document = {"workflows": document}
    if not isinstance(document, Mapping):
        raise DocumentInvalid("expected an object with task_routing, configuration or workflows")
    document = as_api(document)
    listed = [key for key in _QUEUES if key in document]
    queues = tuple(_queue(table, path) for key in listed for table, path in _tables(document, key, ""))
    if "workflows" not in document and any(key in document for key in (*_ROUTING, *_PARTS, "configuration")):
        return Document(queues=queues, workflows=(_workflow(_without(document, listed), name, ""),))
    if not listed and "workflows" not in document:
        raise DocumentInvalid("neither a workflow (task_routing) nor a workspace (task_queues, workflows)")
    entries = tuple(
        _workflow(table, f"{name} {number}", path)
        for number, (table, path) in enumerate(_tables(document, "workflows", ""), start=1)
    )
    return Document(queues=queues, workflows=entries, rest=_without(document, (*_QUEUES, "workflows")))


def as_api(table: Table) -> Table:
    """The same with keys as the REST API spells them; one that is there in several spellings stays as it is."""
    spelled = {key: _HUMP.sub("_", key).lower() for key in table}
    times = Counter(spelled.values())
    return {key if times[spelled[key]] > 1 else spelled[key]: value for key, value in table.items()}


def text(table: Table, *keys: str) -> str:
    """The first of these keys that holds a text which is not empty."""
    found = (table.get(key) for key in keys)
    return next((value for value in found if isinstance(value, str) and value), "")


def tables(table: Table, key: str, path: str) -> tuple[Table, ...]:
    """The list of objects at a key; none when the key is missing. Raises DocumentInvalid."""
    return tuple(found for found, _ in _tables(table, key, path))


def _queue(table: Table, path: str) -> QueueEntry:
    entry = QueueEntry(
        sid=text(table, "sid"),
        key=text(table, "key", "unique_name"),
        friendly_name=text(table, "friendly_name"),
        table=table,
        path=path,
    )
    if not entry.reference:
        raise DocumentInvalid(f"{path}: a queue needs a sid, a friendly_name or a key")
    return entry


def _workflow(table: Table, name: str, path: str) -> WorkflowEntry:
    routing, path, beside = _routing(table, f"{path}." if path else "")
    names = [text(table, "friendly_name"), text(table, "key", "unique_name"), text(table, "sid"), name]
    names = [each for each in names if each]
    default = routing.get("default_filter")
    return WorkflowEntry(
        name=names[0],
        aliases=tuple(dict.fromkeys(each for each in names[1:] if each not in (names[0], name))),
        beside=beside,
        filters=tables(routing, "filters", path),
        default_filter=None if default is None else _table(default, f"{path}default_filter"),
        rest=_without(routing, _PARTS),
        path=path,
    )


def _routing(table: Table, path: str) -> tuple[Table, str, Table]:
    """What stands in `task_routing`, what comes before its keys in the document, and what stands beside it.

    The REST API gives what holds it as a text of JSON; without `task_routing` the table itself is taken for it.
    """
    if "task_routing" in table:
        return _table(table["task_routing"], f"{path}task_routing"), f"{path}task_routing.", _without(table, _ROUTING)
    if any(key in table for key in _PARTS):
        return {key: table[key] for key in _PARTS if key in table}, path, _without(table, _PARTS)
    configuration = table.get("configuration")
    if isinstance(configuration, str):
        try:
            configuration = parse_json(configuration.encode())
        except JsonInvalid as error:
            raise DocumentInvalid(f"{path}configuration: {error}") from None
    holder = _table(configuration, f"{path}configuration")
    if not any(key in holder for key in (*_ROUTING, *_PARTS)):
        raise DocumentInvalid(f"{path}configuration.task_routing: expected an object")
    routing, inner, beside = _routing(holder, f"{path}configuration.")
    rest = {f"configuration.{key}": value for key, value in beside.items()}
    return routing, inner, {**_without(table, ("configuration",)), **rest}


def _without(table: Table, keys: Container[str]) -> Table:
    return {key: value for key, value in table.items() if key not in keys}


def _table(value: object, path: str) -> Table:
    if not isinstance(value, Mapping):
        raise DocumentInvalid(f"{path}: expected an object")
    return as_api(value)


def _tables(table: Table, key: str, path: str) -> Iterator[tuple[Table, str]]:
    listed = table.get(key)
    if listed is None:
        return
    if not isinstance(listed, list):
        raise DocumentInvalid(f"{path}{key}: expected a list")
    for index, entry in enumerate(listed):
        yield _table(entry, f"{path}{key}[{index}]"), f"{path}{key}[{index}]"
