"""A TaskRouter document as it comes: a workflow, a workspace, or what the REST API answers.

Here is only where things stand and what they are called; what they mean is for `config.taskrouter.convert`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.strict_json import JsonInvalid, parse_json

Table = Mapping[str, object]


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
    """filters: the tables of `task_routing.filters`. path: of `task_routing` in the document."""

    name: str
    aliases: tuple[str, ...]
    table: Table
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
    if "task_routing" in document or "configuration" in document:
        return Document(queues=(), workflows=(_workflow(document, name, ""),))
    if "workflows" not in document and "task_queues" not in document:
        raise DocumentInvalid("neither a workflow (task_routing) nor a workspace (task_queues, workflows)")
    queues = tuple(_queue(table, path) for table, path in _tables(document, "task_queues", ""))
    entries = tuple(
        _workflow(table, f"{name} {number}", path)
        for number, (table, path) in enumerate(_tables(document, "workflows", ""), start=1)
    )
    rest = {key: value for key, value in document.items() if key not in ("task_queues", "workflows")}
    return Document(queues=queues, workflows=entries, rest=rest)


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
        friendly_name=text(table, "friendly_name", "friendlyName"),
        table=table,
        path=path,
    )
    if not entry.reference:
        raise DocumentInvalid(f"{path}: a queue needs a sid, a friendly_name or a key")
    return entry


def _workflow(table: Table, name: str, path: str) -> WorkflowEntry:
    holder, path = _configuration(table, path)
    routing = _table(holder.get("task_routing"), f"{path}task_routing")
    names = [text(table, "friendly_name", "friendlyName"), text(table, "key", "unique_name"), text(table, "sid"), name]
    names = [each for each in names if each]
    default = routing.get("default_filter")
    return WorkflowEntry(
        name=names[0],
        aliases=tuple(dict.fromkeys(each for each in names[1:] if each not in (names[0], name))),
        table=table,
        filters=tables(routing, "filters", f"{path}task_routing."),
        default_filter=None if default is None else _table(default, f"{path}task_routing.default_filter"),
        rest={key: value for key, value in routing.items() if key not in ("filters", "default_filter")},
        path=f"{path}task_routing",
    )


def _configuration(table: Table, path: str) -> tuple[Table, str]:
    """What holds `task_routing`; the REST API gives it as a text of JSON."""
    prefix = f"{path}." if path else ""
    if "task_routing" in table:
        return table, prefix
    configuration = table.get("configuration")
    if isinstance(configuration, str):
        try:
            configuration = parse_json(configuration.encode())
        except JsonInvalid as error:
            raise DocumentInvalid(f"{prefix}configuration: {error}") from None
    return _table(configuration, f"{prefix}configuration"), f"{prefix}configuration."


def _table(value: object, path: str) -> Table:
    if not isinstance(value, Mapping):
        raise DocumentInvalid(f"{path}: expected an object")
    return value


def _tables(table: Table, key: str, path: str) -> Iterator[tuple[Table, str]]:
    listed = table.get(key)
    if listed is None:
        return
    if not isinstance(listed, list):
        raise DocumentInvalid(f"{path}{key}: expected a list")
    for index, entry in enumerate(listed):
        yield _table(entry, f"{path}{key}[{index}]"), f"{path}{key}[{index}]"
