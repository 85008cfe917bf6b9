"""What an expression says for one task: its task and clock put in as constants, what is left speaks of the worker.

The same words mean different things in different places:

    place    unprefixed name    task.x    worker.x     workers.x                   taskrouter.x
    filter   the task's         task      NULL         NULL                        the clock, UTC
    target   the worker's       task      the worker   NULL                        the clock, UTC
    queue    the worker's       NULL      the worker   NULL                        the clock, UTC
    skip_if  the task's         task      NULL         counts of the queue         the clock, UTC
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from router.core.agent_condition import (
    AGENT_ID,
    TRUE,
    AgentCondition,
    Operand,
    comparison,
    conjunction,
    constant,
    disjunction,
    look_up,
)
from router.core.taskrouter.expression import Comparison, Expression, Joined, Reference, references
from router.core.taskrouter.expression import Operand as Written
from router.core.words import Channel

Place: TypeAlias = Literal["filter", "target", "queue", "skip_if"]
Channels: TypeAlias = Callable[[str], tuple[Channel, ...]]

NULL: Final[Operand] = ("const", None)
_COUNTERS: Final = {
    "assigned_tasks": "assigned",
    "configured_capacity": "capacity",
    "capacity": "capacity",
    "available_capacity_percentage": "percent",
}
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CLOCK: Final = frozenset({"currentTime", "currentHour", "currentMin", "dayOfWeek"})
WORKERS: Final = frozenset({"available", "unavailable"})
ACTIVITY: Final = frozenset({"activity_name", "activity_sid"})


def itself(channel: str) -> tuple[Channel, ...]:
    """Channels by the names the expression gives them."""
    return (channel,)


def clock(now: datetime) -> Mapping[str, object]:
    """What `taskrouter.…` is at this moment."""
    utc = now.astimezone(UTC)
    return {
        "currentTime": utc.hour * 100 + utc.minute,
        "currentHour": utc.hour,
        "currentMin": utc.minute,
        "dayOfWeek": _DAYS[utc.weekday()],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What references are resolved against. workers: available and unavailable ones of the queue, for skip_if."""

    task: Mapping[str, object] = field(default_factory=dict)
    clock: Mapping[str, object] = field(default_factory=dict)
    workers: Mapping[str, object] = field(default_factory=dict)
    channels: Channels = itself


def reduce(expression: Expression, place: Place, known: Known) -> AgentCondition:
    """What the expression asks of a worker. In a filter or skip_if nothing: TRUE or FALSE."""
    if isinstance(expression, Joined):
        joined = conjunction if expression.word == "and" else disjunction
        return joined(reduce(part, place, known) for part in expression.parts)
    return _compared(expression, place, known)


def decides(expression: Expression, place: Literal["filter", "skip_if"], known: Known) -> bool:
    """Whether it holds; no worker is looked at."""
    return reduce(expression, place, known) == TRUE


def first_failing(
    expression: Expression, holds: Callable[[Expression], bool], possible: Callable[[Expression], bool]
) -> Expression:
    """Of an expression that does not hold, the smallest part that had to and did not.

    possible: whether some worker could make a part true. Only such alternatives count; where one is left, it had to.
    """
    while isinstance(expression, Joined):
        candidates = [part for part in expression.parts if not holds(part)]
        if expression.word == "or":
            candidates = [part for part in candidates if possible(part)]
            if len(candidates) != 1:
                break
        expression = candidates[0]
    return expression


def worker_operand(path: str, channels: Channels = itself) -> Operand:
    """What a worker's attribute is looked up by; `path` without `worker.`."""
    head, _, rest = path.partition(".")
    if head != "channel":
        return ("attr", AGENT_ID if path == "sid" else path)
    channel, _, counter = rest.partition(".")
    named = channels(channel) if counter in _COUNTERS else ()
    return (_COUNTERS[counter], *named) if named else NULL


def concerns(expression: Expression, place: Place) -> Iterator[str]:
    """References that do not mean here what they mean in TaskRouter, most of them NULL, each with the reason."""
    for path in dict.fromkeys(references(expression)):
        prefix, _, rest = path.partition(".")
        if prefix == "worker" and rest and place in ("filter", "skip_if"):
            yield f"{path} is NULL: no worker is looked at here"
        elif prefix == "task" and rest and place == "queue":
            yield f"{path} is NULL: a queue's workers are chosen without a task"
        elif prefix == "taskrouter" and rest not in CLOCK:
            yield f"{path} is NULL: known are {', '.join(sorted(CLOCK))}"
        elif prefix == "workers" and rest and place == "skip_if" and rest not in WORKERS:
            yield f"{path} is NULL: agents are counted as available and unavailable, not by activity"
        elif prefix == "workers" and rest and place != "skip_if":
            yield f"{path} is NULL: only skip_if knows workers.available and workers.unavailable"
        elif _of_worker(path, place) in ACTIVITY:
            yield f"{path} is an attribute of that name here: what an agent is doing is not looked at"
        elif _of_worker(path, place).startswith("channel") and worker_operand(_of_worker(path, place)) == NULL:
            yield f"{path} is NULL: of a channel only {', '.join(_COUNTERS)} are known"


def worker_paths(expression: Expression, place: Place) -> Iterator[str]:
    """The attributes of workers it speaks of, by path; AGENT_ID for the id."""
    for path in references(expression):
        operand = worker_operand(of_worker) if (of_worker := _of_worker(path, place)) else NULL
        if operand[0] == "attr":
            yield operand[1]


def _of_worker(path: str, place: Place) -> str:
    """The worker's attribute that the path names; empty when it names none."""
    prefix, _, rest = path.partition(".")
    if prefix in ("task", "taskrouter", "workers") and rest:
        return ""
    if prefix == "worker" and rest:
        return rest if place in ("target", "queue") else ""
    return path if place in ("target", "queue") else ""


def _compared(written: Comparison, place: Place, known: Known) -> AgentCondition:
    return comparison(written.operator, _operand(written.left, place, known), _operand(written.right, place, known))


def _operand(written: Written, place: Place, known: Known) -> Operand:
    if not isinstance(written, Reference):
        return constant(written.value)
    if of_worker := _of_worker(written.path, place):
        return worker_operand(of_worker, known.channels)
    prefix, _, rest = written.path.partition(".")
    if prefix == "worker" and rest:
        return NULL
    if prefix == "workers" and rest:
        return constant(known.workers.get(rest)) if place == "skip_if" else NULL
    if prefix == "taskrouter" and rest:
        return constant(known.clock.get(rest))
    if prefix == "task" and rest:
        return NULL if place == "queue" else constant(look_up(known.task, rest))
    return constant(look_up(known.task, written.path))
