"""From a TaskRouter document to the queues and workflows of a policy, with a line for everything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from config.policy_shape import MOST_RUNG
from config.taskrouter.document import Document, QueueEntry, Table, WorkflowEntry, as_api, tables, text
from config.taskrouter.names import label_of, unique_name, unique_text
from config.taskrouter.report import Report
from config.workflow_shape import (
    MOST_NAME_CHARS,
    MOST_PRIORITY,
    MOST_TIMEOUT_S,
    FilterShape,
    TargetShape,
    WorkflowShape,
)
from router.core.taskrouter.expression import MOST_CHARS
from router.core.taskrouter.known_worker import parse_known_worker
from router.core.taskrouter.order import parse_order
from router.core.taskrouter.workflow import DEFAULT_FILTER

UNMATCHED: Final = "unmatched"
"""The queue nobody belongs to, for what no filter takes: it stays visible to supervisors."""
_ALIKE: Final[Mapping[str, object]] = {"order": "strict", "department": False}
"""What every queue has: TaskRouter's priorities are strict, and customers do not choose its queues."""
EVERYONE: Final = "1==1"
NOBODY: Final = "1==0"

_NAME_KEYS: Final = frozenset({"sid", "key", "unique_name", "friendly_name"})
_QUEUE_KEYS: Final = _NAME_KEYS | {"target_workers", "max_reserved_workers", "task_order"}
_FILTER_KEYS: Final = frozenset({"filter_friendly_name", "friendly_name", "expression", "targets"})
_TARGET_KEYS: Final = frozenset(TargetShape.__struct_fields__) - {"timeout_s", "unreadable"} | {
    "task_queue_sid",
    "timeout",
}
_BOOKKEEPING: Final = frozenset(
    {
        *("account_sid", "workspace_sid", "operating_unit_sid", "date_created", "date_updated", "url", "links", "meta"),
        *("id", "document_content_type", "source_template", "$schema"),
    }
)
"""Keys that say nothing of routing, wherever they stand."""
_RING: Final = "task_reservation_timeout"
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,12}(?:\.0*)?")
_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]*)?")


@dataclass(slots=True, kw_only=True)
class Converted:
    """queues: by the policy's name of them, each a table as `[queues.<name>]` has it."""

    queues: dict[str, dict[str, object]] = field(default_factory=dict)
    workflows: list[WorkflowShape] = field(default_factory=list)
    report: Report = field(default_factory=Report)


def convert(document: Document) -> Converted:
    """Raises DocumentInvalid: targets that are no list of objects."""
    return _Conversion().run(document)


class _Conversion:
    """One document on its way. names: what targets may call a queue → the policy's name."""

    def __init__(self) -> None:
        self.done = Converted()
        self.report = self.done.report
        self.names: dict[str, str] = {}

    def run(self, document: Document) -> Converted:
        for entry in document.queues:
            self._queue(entry)
        for field_of in ("sid", "friendly_name", "key"):
            for entry, name in zip(document.queues, list(self.done.queues), strict=True):
                if reference := getattr(entry, field_of):
                    self.names.setdefault(reference, name)
        for workflow in document.workflows:
            self._workflow(workflow)
        for key, value in document.rest.items():
            self._beside(f"workspace: {key}", key, value, "not a part of routing policy; left out")
        return self.done

    def _queue(self, entry: QueueEntry) -> None:
        name = unique_name(entry.key or entry.friendly_name or entry.sid, self.done.queues)
        where = f"queue {entry.friendly_name or entry.reference!r}"
        source = entry.table.get("target_workers")
        table: dict[str, object] = {"label": label_of(entry.friendly_name or entry.reference)}
        if _blank(source):
            table["workers"] = EVERYONE
            self.report.ok(f"{where}: target_workers", _shown(source))
        elif not isinstance(source, str):
            table["unreadable"] = _shown(source)
            self.report.refused(f"{where}: target_workers", _shown(source), "expected an expression")
        elif self.report.expression(f"{where}: target_workers", source, "queue"):
            table["workers"] = source
        else:
            table["unreadable"] = source[:MOST_CHARS]
        self.done.queues[name] = table | {"reference": self._cut(where, entry.reference), **_ALIKE}
        self.done.queues[name] |= self._rung(where, entry.table.get("max_reserved_workers"))
        order = _shown(entry.table.get("task_order"))
        if order.upper() not in ("", "FIFO"):
            self.report.approximated(f"{where}: task_order", order, "of equal priority the longest waiting goes first")
        self._unknown(where, entry.table, _QUEUE_KEYS)

    def _rung(self, where: str, given: object) -> dict[str, object]:
        """At how many agents an item rings at once."""
        if _blank(given):
            return {}
        most = _whole(given)
        if most is None or most < 1:
            reason = "expected a whole number from 1; one agent at a time is rung"
            self.report.refused(f"{where}: max_reserved_workers", _shown(given), reason)
            return {}
        if most > MOST_RUNG:
            reason = f"at most {MOST_RUNG} agents are rung at once"
            self.report.approximated(f"{where}: max_reserved_workers", _shown(given), reason)
        else:
            self.report.ok(f"{where}: max_reserved_workers", _shown(given))
        return {"ring_agents": min(most, MOST_RUNG)} if most > 1 else {}

    def _workflow(self, entry: WorkflowEntry) -> None:
        names = [workflow.name for workflow in self.done.workflows]
        name = unique_text(entry.name[:MOST_NAME_CHARS], names)
        where = f"workflow {name!r}"
        if name != entry.name:
            self.report.approximated(where, entry.name, f"is called {name!r} here: the name is taken or too long")
        filters = tuple(
            self._filter(f"{where}, filter {number}", table, number, f"{entry.path}filters[{number - 1}].")
            for number, table in enumerate(entry.filters, start=1)
        )
        default = None
        if entry.default_filter is not None:
            default = self._target(f"{where}, {DEFAULT_FILTER}", entry.default_filter, "")
        aliases = tuple(alias[:MOST_NAME_CHARS] for alias in entry.aliases)
        self.done.workflows.append(WorkflowShape(name=name, aliases=aliases, filters=filters, default_filter=default))
        if not _blank(given := entry.beside.get(_RING)):
            reason = "not taken over: how long an offer rings is ring_s of the queue or its channel"
            self.report.approximated(f"{where}: {_RING}", _shown(given), reason)
        self._unknown(where, entry.beside, _NAME_KEYS | {_RING})
        self._unknown(f"{where}, task_routing", entry.rest, frozenset())

    def _filter(self, where: str, table: Table, number: int, path: str) -> FilterShape:
        given = text(table, "filter_friendly_name", "friendly_name")
        where = f"{where} {given!r}" if given else where
        name = self._cut(where, given) if given else f"filter {number}"
        source = table.get("expression")
        unreadable = ""
        if not isinstance(source, str) or not source.strip():
            unreadable = _shown(source) or "-"
            self.report.refused(f"{where}: expression", _shown(source), "a filter needs an expression")
        elif not self.report.expression(f"{where}: expression", source, "filter"):
            unreadable = source[:MOST_CHARS]
        targets: list[TargetShape] = []
        for place, target in enumerate(tables(table, "targets", path), start=1):
            shape = self._target(f"{where}, target {place}", target, targets[-1].queue if targets else "")
            targets += [shape] if shape else []
        self._unknown(where, table, _FILTER_KEYS)
        return FilterShape(
            name=name,
            expression="" if unreadable else str(source),
            targets=tuple(targets),
            unreadable=unreadable,
        )

    def _target(self, where: str, table: Table, inherited: str) -> TargetShape | None:
        """None: it has no queue. inherited: the queue of the target before."""
        self._unknown(where, table, _TARGET_KEYS)
        queue = self._queue_of(where, table) or inherited
        if not queue:
            self.report.refused(f"{where}: queue", _shown(table.get("queue")), "no queue, and none before to inherit")
            self.report.refused(f"{where}: expression", _shown(table.get("expression")), "the target has no queue")
            return None
        unreadable: list[str] = []
        found = {
            "expression": self._expression(where, table, unreadable),
            "known_worker_sid": self._known_worker(where, table, "known_worker_sid", unreadable),
            "known_worker_friendly_name": self._known_worker(where, table, "known_worker_friendly_name", unreadable),
        }
        timeout = self._timeout(where, table, unreadable)
        return TargetShape(
            queue=queue,
            timeout_s=timeout,
            priority=self._priority(where, table),
            order_by=self._order(where, table),
            skip_if=self._skip_if(where, table),
            unreadable="; ".join(unreadable)[:MOST_CHARS],
            **found,
        )

    def _queue_of(self, where: str, table: Table) -> str:
        reference = table.get("queue", table.get("task_queue_sid"))
        if isinstance(reference, Mapping):
            reference = text(as_api(reference), "sid", "friendly_name")
        if not isinstance(reference, str) or not reference:
            return ""
        if reference not in self.names:
            self.names[reference] = name = unique_name(reference, self.done.queues)
            self.done.queues[name] = {
                "label": label_of(reference),
                "workers": EVERYONE,
                "reference": self._cut(where, reference),
                **_ALIKE,
            }
            reason = "the file does not define this queue: it takes everyone"
            self.report.approximated(f"queue {reference!r}", reference, reason)
        return self.names[reference]

    def _expression(self, where: str, table: Table, unreadable: list[str]) -> str:
        source = table.get("expression")
        if _blank(source):
            self.report.ok(f"{where}: expression", _shown(source))
            return ""
        if isinstance(source, str) and self.report.expression(f"{where}: expression", source, "target"):
            return source
        if not isinstance(source, str):
            self.report.refused(f"{where}: expression", _shown(source), "expected an expression")
        unreadable.append(_shown(source))
        return ""

    def _skip_if(self, where: str, table: Table) -> str:
        source = table.get("skip_if")
        if _blank(source):
            return ""
        if not isinstance(source, str):
            self.report.refused(f"{where}: skip_if", _shown(source), "expected an expression; never skipped")
            return ""
        return source if self.report.expression(f"{where}: skip_if", source, "skip_if") else ""

    def _order(self, where: str, table: Table) -> str:
        source = table.get("order_by")
        if _blank(source):
            return ""
        if not isinstance(source, str):
            self.report.refused(f"{where}: order_by", _shown(source), "expected a list of attributes")
            return ""

        def notes() -> list[str]:
            counts = [order.path for order in parse_order(source) if order.path.startswith("channel.")]
            return [f"{path} is no attribute: live agents are not ordered by it" for path in counts]

        return source if self.report.reading(f"{where}: order_by", source, notes) else ""

    def _known_worker(self, where: str, table: Table, key: str, unreadable: list[str]) -> str:
        source = table.get(key)
        if _blank(source):
            return ""

        def notes() -> list[str]:
            worker = parse_known_worker("sid", str(source))
            return [] if worker.path else [f"taken as the worker {worker.value!r} itself"]

        if isinstance(source, str) and self.report.reading(f"{where}: {key}", source, notes):
            return source
        if not isinstance(source, str):
            self.report.refused(f"{where}: {key}", _shown(source), "expected a task attribute or a worker")
        unreadable.append(f"{key} {_shown(source)}")
        return ""

    def _timeout(self, where: str, table: Table, unreadable: list[str]) -> float | None:
        value = table.get("timeout")
        if _blank(value):
            return None
        seconds = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            seconds = float(value)
        if seconds is None or not 0 <= seconds <= MOST_TIMEOUT_S:
            self.report.refused(f"{where}: timeout", _shown(value), f"expected seconds, 0 to {MOST_TIMEOUT_S:,}")
            unreadable.append(f"timeout {_shown(value)}")
            return None
        return int(seconds) if seconds.is_integer() else seconds

    def _priority(self, where: str, table: Table) -> int | None:
        value = table.get("priority")
        if _blank(value):
            return None
        whole = _whole(value)
        if whole is None or abs(whole) > MOST_PRIORITY:
            reason = f"expected a whole number, {-MOST_PRIORITY:,} to {MOST_PRIORITY:,}; the priority before stays"
            self.report.refused(f"{where}: priority", _shown(value), reason)
            return None
        return whole

    def _unknown(self, where: str, table: Table, known: frozenset[str]) -> None:
        for key, value in table.items():
            if key not in known:
                self._beside(f"{where}: {key}", key, value, "has no counterpart; left out")

    def _beside(self, where: str, key: str, value: object, reason: str) -> None:
        """What is left out: it changes nothing when it is empty or says nothing of routing."""
        if key in _NAME_KEYS | _BOOKKEEPING or value in (None, "", [], {}):
            self.report.ok(where, _shown(value))
        else:
            self.report.approximated(where, _shown(value), reason)

    def _cut(self, where: str, name: str) -> str:
        if len(name) > MOST_NAME_CHARS:
            self.report.approximated(where, name, f"the name is cut to {MOST_NAME_CHARS} characters")
        return name[:MOST_NAME_CHARS]


def _blank(value: object) -> bool:
    """Nothing was given: null, or a text of nothing but space."""
    return value is None or (isinstance(value, str) and not value.strip())


def _whole(value: object) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        return None
    return int(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
