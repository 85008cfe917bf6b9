"""Plans: what a task asks of agents by its age, for the live router, which decides before it sees who is there.

A target becomes a queue, whose members are known (`members`), and a condition on the agent: expression and known worker
together, with the task put in. What only the moment can tell is decided so:

- A target with `skip_if` that holds is left a millisecond later: who is eligible on entry gets the item.
- `workers.…` in skip_if is what it is when the item arrives.
- `taskrouter.…` is the clock when the item arrives.
- A task that no target holds any longer waits in the policy's default queue, to which nobody belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from router.core.agent_condition import (
    AGENT_ID,
    FALSE,
    TRUE,
    AgentCondition,
    attributes_used,
    comparison,
    conjunction,
    constant,
    dynamic_part,
    holds,
    static_part,
)
from router.core.agent_condition import known as known_attributes
from router.core.policy import Policy, Queue
from router.core.taskrouter.evaluate import Known, reduce
from router.core.taskrouter.expression import parse
from router.core.taskrouter.known_worker import KnownWorker
from router.core.taskrouter.order import Order, parse_order
from router.core.taskrouter.workflow import Step, Target, Workflow, way
from router.core.words import CHANNELS, Channel, Ms

TASK_CHANNELS: Final[Mapping[str, tuple[Channel, ...]]] = {
    "default": ("manual", "webform"),
    "chat": ("webchat", "whatsapp", "messenger", "instagram", "telegram", "viber"),
    "voice": ("voice",),
    "sms": ("sms",),
    "email": ("email",),
} | {channel: (channel,) for channel in CHANNELS if channel not in ("voice", "sms", "email")}
"""TaskRouter's channel → ours; of a channel that is not here nothing is known."""
SKIPPED_AFTER_MS: Ms = 1
NO_COUNTS: Final[Mapping[str, object]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a task asks from an age on. rule: the filter it is by; None: none, nobody is asked any longer."""

    at_ms: Ms
    rule: str | None
    queue: str
    condition: AgentCondition
    order: tuple[Order, ...] = ()
    priority: int = 0


def asks(
    policy: Policy,
    workflow: Workflow,
    known: Known,
    counts: Callable[[str], Mapping[str, object]] = lambda queue: NO_COUNTS,
) -> tuple[Ask, ...]:
    """What the task asks, by age: at least one, the first at 0, ages rising.

    counts: how many workers of a queue are `available` and `unavailable` now; not told, skip_if on them is false.
    """
    known = replace(known, channels=_channels)
    steps = [step for step in way(workflow, known, counts=counts, nobody=lambda target: True) if _asks(step)]
    found: list[Ask] = []
    for step in steps:
        at_ms = max(round(step.from_s * 1000), found[-1].at_ms + SKIPPED_AFTER_MS if found else 0)
        condition = _condition(policy.queues[step.target.queue], step.target, known)
        found.append(
            Ask(
                at_ms=at_ms,
                rule=step.rule,
                queue=step.target.queue,
                condition=condition,
                order=parse_order(step.target.order_by),
                priority=step.priority,
            )
        )
    if not steps or steps[-1].until_s is not None:
        found.append(_end(policy, found, steps))
    return tuple(found)


def members(policy: Policy, agent_id: str, attributes: Mapping[str, object]) -> frozenset[str]:
    """The queues an agent belongs to by their expressions, whatever the agent is doing."""
    found = set()
    for queue in policy.queues.values():
        if queue.workers and not queue.unreadable:
            condition, used = _membership(queue.workers)
            if holds(condition, known_attributes(used, agent_id, attributes), {}, {}):
                found.add(queue.name)
    return frozenset(found)


@lru_cache(maxsize=4_096)
def _membership(workers: str) -> tuple[AgentCondition, frozenset[str]]:
    """Who belongs by a queue's expression, and the attributes that takes: the same for everybody who is asked."""
    condition = static_part(reduce(parse(workers).expression, "queue", Known(channels=_channels)))
    return condition, attributes_used(condition)


def _asks(step: Step) -> bool:
    """Whether anybody is asked at the step: not when it takes no time, unless it is one to be skipped."""
    return not step.target.unreadable and (step.skipped or step.until_s != step.from_s)


def _end(policy: Policy, found: list[Ask], steps: list[Step]) -> Ask:
    """Nobody is asked any longer."""
    until = steps[-1].until_s or 0 if steps else 0
    at_ms = max(round(until * 1000), found[-1].at_ms + SKIPPED_AFTER_MS if found else 0)
    priority = found[-1].priority if found else 0
    return Ask(at_ms=at_ms, rule=None, queue=policy.default_queue, condition=FALSE, priority=priority)


def _condition(queue: Queue, target: Target, known: Known) -> AgentCondition:
    parts = [_known_worker(worker, known.task) for worker in target.known_workers]
    if target.expression:
        parts.append(reduce(parse(target.expression).expression, "target", known))
    return conjunction([dynamic_part(_of_queue(queue, known)), *parts])


def _of_queue(queue: Queue, known: Known) -> AgentCondition:
    """Who belongs by the queue's expression; everyone whose staff entry says so when it has none."""
    if queue.unreadable or not queue.workers:
        return FALSE if queue.unreadable else TRUE
    return reduce(parse(queue.workers).expression, "queue", known)


def _known_worker(worker: KnownWorker, task: Mapping[str, object]) -> AgentCondition:
    wanted = worker.wanted(task)
    own = AGENT_ID if worker.by == "sid" else "friendly_name"
    return FALSE if wanted is None else comparison("==", ("attr", own), constant(wanted))


def _channels(name: str) -> tuple[Channel, ...]:
    return TASK_CHANNELS.get(name.lower(), ())
