"""Workflows: which filter takes a task, and which of its targets it waits at, at which age.

A workflow is kept as it was written; expressions are texts. A task goes through the targets of the first filter that
matches; each lasts until the sum of the timeouts so far, counted on the task's age. A target without a timeout never
ends. A target that nobody is eligible for on entry and whose `skip_if` holds is left at once; its timeout counts.
After the last target the next matching filter follows. The default follows when nothing matched or the last target
was skipped, never after a timeout: then the task waits without a target, visible to supervisors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from router.core.taskrouter.evaluate import Known, decides
from router.core.taskrouter.expression import parse
from router.core.taskrouter.known_worker import KnownWorker, parse_known_worker

DEFAULT_FILTER: Final = "default_filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A step of a filter. expression: over task and worker; empty: everyone in the queue.

    priority: None keeps that of the target before. unreadable: what an import could not read; such a target is passed
    over as if skipped, so that nobody waits at a step that cannot be told.
    """

    queue: str
    expression: str = ""
    timeout_s: float | None = None
    priority: int | None = None
    order_by: str = ""
    skip_if: str = ""
    known_worker_sid: str = ""
    known_worker_friendly_name: str = ""
    unreadable: str = ""

    @property
    def known_workers(self) -> tuple[KnownWorker, ...]:
        """All of whom the worker must be."""
        named: list[tuple[Literal["sid", "friendly_name"], str]] = [
            ("sid", self.known_worker_sid),
            ("friendly_name", self.known_worker_friendly_name),
        ]
        return tuple(parse_known_worker(by, text) for by, text in named if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """expression: over the task; empty: always. unreadable: what an import could not read; it never matches."""

    name: str
    expression: str = ""
    targets: tuple[Target, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """aliases: other names it may be asked for by."""

    name: str
    filters: tuple[Filter, ...]
    default: Target | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A target on the way of a task. until_s: None for ever; as from_s when it is skipped."""

    rule: str
    target: Target
    from_s: float
    until_s: float | None
    priority: int
    skipped: bool = False


Counts = Mapping[str, object]
Skips = Callable[[Target], bool]
"""Whether a target with a `skip_if` that holds is left at once: nobody is eligible."""


def way(workflow: Workflow, known: Known, *, counts: Callable[[str], Counts], nobody: Skips) -> Iterator[Step]:
    """The steps of a task, from its beginning to where it stays for ever, or to the end.

    counts: what `workers.…` is for a queue. nobody: whether nobody is eligible for a target.
    """
    walk = _Walk(known=known, counts=counts, nobody=nobody)
    for filter_ in workflow.filters:
        if matches(filter_, known):
            for target in filter_.targets:
                yield (step := walk.enter(filter_.name, target))
                if step.until_s is None:
                    return
            if filter_.targets:
                walk.timed_out = not walk.skipped
    if workflow.default is not None and not walk.timed_out:
        yield walk.enter(DEFAULT_FILTER, workflow.default)


def matches(filter_: Filter, known: Known) -> bool:
    if filter_.unreadable or not filter_.expression:
        return not filter_.unreadable
    return decides(parse(filter_.expression).expression, "filter", known)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """Where a task is on its way. age_s: when it enters the next target. timeouts_s: the sum so far."""

    known: Known
    counts: Callable[[str], Counts]
    nobody: Skips
    age_s: float = 0
    timeouts_s: float = 0
    priority: int = 0
    skipped: bool = False
    timed_out: bool = False

    def enter(self, rule: str, target: Target) -> Step:
        begin = self.age_s
        self.priority = self.priority if target.priority is None else target.priority
        self.skipped = self._skips(target)
        self.timeouts_s += target.timeout_s or 0
        until = begin if self.skipped else None if target.timeout_s is None else self.timeouts_s
        self.age_s = begin if until is None else until
        return Step(rule=rule, target=target, from_s=begin, until_s=until, priority=self.priority, skipped=self.skipped)

    def _skips(self, target: Target) -> bool:
        if target.unreadable:
            return True
        if not target.skip_if or not self.nobody(target):
            return False
        known = replace(self.known, workers=self.counts(target.queue))
        return decides(parse(target.skip_if).expression, "skip_if", known)
