"""Explain: for given task attributes and workers, which filter, which targets at which age, and who is eligible.

Eligible = available, in the queue, the target's expression true, the known worker if one is named, and room on some
channel. Best first: by `order_by`, then who has been idle longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.core.agent_condition import FALSE, AgentCondition, attributes_used, holds, known, value_of
from router.core.policy import Queue
from router.core.taskrouter.evaluate import Known, Place, first_failing, reduce, worker_operand
from router.core.taskrouter.expression import Expression, parse, print_expression
from router.core.taskrouter.known_worker import KnownWorker
from router.core.taskrouter.order import Order, parse_order
from router.core.taskrouter.workflow import Step, Target, Workflow, way
from router.core.words import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """An agent as `explain` is told of them. capacities, assigned: by channel."""

    id: str
    attributes: Mapping[str, object]
    available: bool
    capacities: Mapping[Channel, int]
    assigned: Mapping[Channel, int]
    idle_s: float = 0

    @property
    def has_room(self) -> bool:
        return any(self.assigned.get(channel, 0) < most for channel, most in self.capacities.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """step: where the task is at the age asked for; None when it waits without a target, or nothing matched.

    eligible: for each step, worker ids, best first. why_not: by worker, the first condition they fail at `step`.
    """

    rule: str | None
    steps: tuple[Step, ...]
    eligible: tuple[tuple[str, ...], ...]
    step: Step | None
    now_eligible: tuple[str, ...]
    why_not: Mapping[str, str]


def explain(
    workflow: Workflow, queues: Mapping[str, Queue], facts: Known, workers: Sequence[Worker], at_s: float
) -> Explained:
    """Decide for one task at this age, with the workers as they are. Never raises for a checked policy."""
    room = _Floor(queues=queues, facts=facts, workers=workers)
    steps = tuple(way(workflow, facts, counts=room.counts, nobody=lambda target: not room.eligible(target)))
    present = next((step for step in steps if _is_at(step, at_s)), None)
    passed = [step.rule for step in steps if step.from_s <= at_s and not step.skipped]
    return Explained(
        rule=passed[-1] if passed else None,
        steps=steps,
        eligible=tuple(tuple(worker.id for worker in room.eligible(step.target)) for step in steps),
        step=present,
        now_eligible=tuple(worker.id for worker in room.eligible(present.target)) if present else (),
        why_not=room.why_not(present.target) if present else {worker.id: "no target at this age" for worker in workers},
    )


def _is_at(step: Step, at_s: float) -> bool:
    return step.from_s <= at_s and (step.until_s is None or at_s < step.until_s)


class _Floor:
    """The workers as they are, looked at for one task."""

    def __init__(self, *, queues: Mapping[str, Queue], facts: Known, workers: Sequence[Worker]) -> None:
        self.queues, self.facts, self.workers = queues, facts, workers
        self._eligible: dict[Target, Sequence[Worker]] = {}
        self._conditions: dict[tuple[int, Place], tuple[Expression, AgentCondition]] = {}
        """By the identity of the expression, which is kept beside: to Python `x == true` equals `x == 1`."""

    def counts(self, queue: str) -> Mapping[str, object]:
        present = [worker.available for worker in self.workers if self._in_queue(worker, self.queues[queue])]
        return {"available": sum(present), "unavailable": len(present) - sum(present)}

    def eligible(self, target: Target) -> Sequence[Worker]:
        if target not in self._eligible:
            found = [worker for worker in self.workers if not self._fails(worker, target)]
            self._eligible[target] = sorted(found, key=lambda worker: _rank(worker, parse_order(target.order_by)))
        return self._eligible[target]

    def why_not(self, target: Target) -> Mapping[str, str]:
        return {worker.id: failure for worker in self.workers if (failure := self._fails(worker, target))}

    def _fails(self, worker: Worker, target: Target) -> str:
        """The first condition the worker does not meet, in words; empty when eligible."""
        queue = self.queues[target.queue]
        if target.unreadable:
            return "target expression cannot be read"
        if not worker.available:
            return "not available"
        if not self._in_queue(worker, queue):
            why = self._failing(worker, queue.workers, "queue") or queue.unreadable or "no member"
            return f"not in queue {queue.label!r}: {why}"
        if failing := self._failing(worker, target.expression, "target"):
            return f"target expression false: {failing}"
        for known_worker in target.known_workers:
            if failing := _not_known(worker, known_worker, self.facts.task):
                return failing
        return "" if worker.has_room else "no room on any channel: capacity is full"

    def _in_queue(self, worker: Worker, queue: Queue) -> bool:
        if not queue.workers:
            listed = worker.attributes.get("queues")
            return not queue.unreadable and isinstance(listed, list) and queue.name in listed
        return not self._failing(worker, queue.workers, "queue")

    def _failing(self, worker: Worker, source: str, place: Place) -> str:
        """The part of the expression that is false for the worker; empty when it holds or there is none."""
        if not source:
            return ""
        expression = parse(source).expression
        if self._holds(worker, expression, place):
            return ""
        failing = first_failing(
            expression,
            lambda part: self._holds(worker, part, place),
            lambda part: self._reduced(part, place) != FALSE,
        )
        return print_expression(failing)

    def _holds(self, worker: Worker, expression: Expression, place: Place) -> bool:
        condition = self._reduced(expression, place)
        attributes = known(attributes_used(condition), worker.id, worker.attributes)
        return holds(condition, attributes, worker.assigned, worker.capacities)

    def _reduced(self, expression: Expression, place: Place) -> AgentCondition:
        if (id(expression), place) not in self._conditions:
            self._conditions[id(expression), place] = (expression, reduce(expression, place, self.facts))
        return self._conditions[id(expression), place][1]


def _not_known(worker: Worker, known_worker: KnownWorker, task: Mapping[str, object]) -> str:
    """Why the worker is not the known one; empty when they are, or when none is named."""
    wanted = known_worker.wanted(task)
    own = worker.id if known_worker.by == "sid" else worker.attributes.get("friendly_name")
    return "" if wanted is not None and own == wanted else f"not the known worker: {wanted or 'none is named'}"


def _rank(worker: Worker, order_by: Iterable[Order]) -> tuple[object, ...]:
    ranks = [_rank_by(worker, order) for order in order_by]
    return (*ranks, -worker.idle_s, worker.id)


def _rank_by(worker: Worker, order: Order) -> tuple[bool, int]:
    """Missing last, whichever the direction."""
    operand = worker_operand(order.path)
    attributes = known(attributes_used(("rank", operand)), worker.id, worker.attributes)
    value = value_of(operand, attributes, worker.assigned, worker.capacities)
    if isinstance(value, bool) or not isinstance(value, int):
        return True, 0
    return False, value if order.direction == "asc" else -value
