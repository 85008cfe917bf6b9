"""Explain a policy without a server: where one task goes, which of given workers are eligible, why others are not.

A worker of a policy without workflows brings `attributes.queues`, `attributes.backup` (lists of names) and
`attributes.skills` (name → level, or a list of names, each at level 1); what they hold is in `channels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from router.core.policy import Demand, Policy, Requirement
from router.core.rules import compile_rules, route
from router.core.taskrouter.evaluate import Known, clock
from router.core.taskrouter.explain import Explained, Worker
from router.core.taskrouter.explain import explain as explain_workflow
from router.core.taskrouter.workflow import Step, Workflow


class WorkflowUnknown(Exception):
    """The policy has no workflow of this name, or several and none was named; the message lists them."""

    code, status = "workflow_unknown", 404


def explained(
    policy: Policy,
    task: Mapping[str, object],
    workers: Sequence[Worker],
    at_s: float,
    now: datetime,
    *,
    workflow: str | None = None,
) -> dict[str, Any]:
    """What `usher explain --json` prints. Raises WorkflowUnknown."""
    if not policy.workflows:
        if workflow is not None:
            raise WorkflowUnknown("the policy has no workflows")
        return _by_rules(policy, task, workers, at_s)
    facts = Known(task=task, clock=clock(now))
    found = explain_workflow(workflow_named(policy, workflow), policy.queues, facts, workers, at_s)
    return _answer(policy, found)


def workflow_named(policy: Policy, name: str | None) -> Workflow:
    """The workflow of this name or alias; the only one when no name is given. Raises WorkflowUnknown."""
    if name is None and len(policy.workflows) == 1:
        return policy.workflows[0]
    for workflow in policy.workflows:
        if workflow.name == name:
            return workflow
    for workflow in policy.workflows:
        if name in workflow.aliases:
            return workflow
    known = ", ".join(repr(workflow.name) for workflow in policy.workflows)
    raise WorkflowUnknown(
        f"no workflow {name!r}; known: {known}" if name else f"several workflows; name one of: {known}"
    )


def _answer(policy: Policy, found: Explained) -> dict[str, Any]:
    here = found.step
    return {
        "rule": found.rule,
        "targets": [_target(policy, *entry) for entry in zip(found.steps, found.eligible, strict=True)],
        "now": {"queue": _reference(policy, here.target.queue) if here else None, "eligible": [*found.now_eligible]},
        "why_not": found.why_not,
    }


def _target(policy: Policy, step: Step, eligible: Sequence[str]) -> dict[str, Any]:
    return {
        "from_s": _seconds(step.from_s),
        "until_s": None if step.until_s is None else _seconds(step.until_s),
        "queue": _reference(policy, step.target.queue),
        "priority": step.priority,
        "eligible": list(eligible),
        "skipped": step.skipped,
        "rule": step.rule,
        "queue_label": policy.queues[step.target.queue].label,
    }


def _seconds(value: float) -> float:
    """Whole numbers as such."""
    return int(value) if value == int(value) else value


def _reference(policy: Policy, queue: str) -> str:
    return policy.queues[queue].reference or queue


def _by_rules(policy: Policy, task: Mapping[str, object], workers: Sequence[Worker], at_s: float) -> dict[str, Any]:
    routed = route(compile_rules(policy), task)
    first = routed.demand
    ages = [(0, first), *((later.at_ms, later.demand) for later in first.later)]
    ends = [*(at_ms for at_ms, _ in ages[1:]), None]
    targets = [
        {
            "from_s": _seconds(begin / 1000),
            "until_s": None if end is None else _seconds(end / 1000),
            "queue": demand.queue,
            "priority": routed.priority,
            "eligible": _eligible(policy, workers, demand),
            "skipped": False,
            "rule": routed.rule,
            "queue_label": policy.queues[demand.queue].label,
        }
        for (begin, demand), end in zip(ages, ends, strict=True)
    ]
    here = max(number for number, (begin, _) in enumerate(ages) if begin <= at_s * 1000)
    failures = {worker.id: _fails(policy, worker, ages[here][1]) for worker in workers}
    return {
        "rule": routed.rule,
        "targets": targets,
        "now": {"queue": targets[here]["queue"], "eligible": targets[here]["eligible"]},
        "why_not": {worker_id: failure for worker_id, failure in failures.items() if failure},
    }


def _eligible(policy: Policy, workers: Sequence[Worker], demand: Demand) -> list[str]:
    """Ids, best first."""
    fitting = [worker for worker in workers if not _fails(policy, worker, demand)]
    return [worker.id for worker in sorted(fitting, key=lambda worker: _rank(policy, worker, demand))]


def _fails(policy: Policy, worker: Worker, demand: Demand) -> str:
    """The first condition of eligibility the worker does not meet, in words; empty when eligible."""
    if not worker.available:
        return "not available"
    queues = worker.attributes.get("queues")
    helps = worker.attributes.get("backup") if demand.backup else None
    if not any(isinstance(listed, list) and demand.queue in listed for listed in (queues, helps)):
        return f"not in queue {demand.queue!r}"
    skills = _skills(worker)
    for needed in sorted(demand.requirements):
        if skills.get(needed.skill, 0) < needed.level:
            return f"skill {needed.skill!r}: level {skills.get(needed.skill, 0)} of {needed.level}"
    if demand.alternatives and not any(_meets(skills, needs) for needs in demand.alternatives):
        return "skills: none of the sets that would do"
    if demand.channel not in worker.capacities:
        return f"does not serve channel {demand.channel!r}"
    if worker.assigned.get(demand.channel, 0) >= worker.capacities[demand.channel]:
        return f"no room on channel {demand.channel!r}: capacity is full"
    if _used(policy, worker) + demand.weight > policy.agent_limit:
        return (
            f"no room: {_used(policy, worker)} of {policy.agent_limit} units are held, the item takes {demand.weight}"
        )
    return ""


def _skills(worker: Worker) -> Mapping[str, float]:
    skills = worker.attributes.get("skills")
    if isinstance(skills, list):
        return {skill: 1 for skill in skills if isinstance(skill, str)}
    if not isinstance(skills, Mapping):
        return {}
    return {skill: level for skill, level in skills.items() if isinstance(level, int | float)}


def _meets(skills: Mapping[str, float], needs: Iterable[Requirement]) -> bool:
    return all(skills.get(needed.skill, 0) >= needed.level for needed in needs)


def _used(policy: Policy, worker: Worker) -> int:
    """Units of what the worker holds, at the weights of the channels."""
    known = policy.channels
    return sum(known[channel].weight * count for channel, count in worker.assigned.items() if channel in known)


def _rank(policy: Policy, worker: Worker, demand: Demand) -> tuple[float, float, str]:
    load = _used(policy, worker) if demand.model == "least_loaded" else 0
    return load, -worker.idle_s, worker.id
