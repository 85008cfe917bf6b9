"""Routing rules: from what is known of an item to what it asks for.

The rules are tried in order. The first whose condition holds and that names a queue decides. Rules without a queue
that hold before it add what they ask: requirements, priority, credit. When no rule decides, the item goes to the
default queue: whatever the rules and attributes are, it is routed somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.core.condition import Condition, Facts, compile_condition, facts
from router.core.demands import demand_in, strictest
from router.core.policy import Demand, Policy, Queue, Rule
from router.core.taskrouter.demand import workflow_demand
from router.core.words import Channel, Ms, Units

FALLBACK_CHANNEL: Channel = "manual"
"""What an item counts as whose channel is missing or unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """A policy with its conditions compiled; made once when the policy is loaded."""

    policy: Policy
    conditions: tuple[Condition, ...]
    """One for each rule, in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProblem:
    """A rule's condition could not be told for an item; the rule was passed over."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where an item goes and why.

    rule: the rule that decided; None: the default queue took it.
    added: rules without a queue that held before, in order.
    priority: points of queue and rules together; what each is worth: `demands.point_credit_ms`.
    credit_ms: waiting credited by rules as such, beside that of the priority.
    problems: for the log and the journal; they changed nothing but that those rules were passed over.
    """

    rule: str | None
    added: tuple[str, ...]
    demand: Demand
    priority: int
    credit_ms: Ms
    problems: tuple[RuleProblem, ...] = ()


def compile_rules(policy: Policy) -> Ruleset:
    """Raises ConditionInvalid; never for a policy that `config` has loaded."""
    return Ruleset(policy=policy, conditions=tuple(compile_condition(rule.when) for rule in policy.rules))


def route(ruleset: Ruleset, attributes: Mapping[str, object], at: Ms = 0) -> Routed:
    """Decide for one item. attributes: see condition.ATTRIBUTES; never raises, whatever is in them.

    at: now, for workflows that speak of the time of day.
    """
    policy = ruleset.policy
    channel, problems = _channel(policy, attributes.get("channel"))
    if policy.workflows:
        name, demand, priority = workflow_demand(policy, attributes, channel, at)
        return Routed(rule=name, added=(), demand=demand, priority=priority, credit_ms=0, problems=problems)
    decisive, added, passed_over = _hold(ruleset, facts(attributes))
    queue = policy.queues[decisive.queue] if decisive else default_queue(policy)
    ruling = (*added, decisive) if decisive else added
    return Routed(
        rule=decisive.name if decisive else None,
        added=tuple(rule.name for rule in added),
        demand=demand_in(policy, queue, channel, strictest([rule.requirements for rule in ruling]), _weight(ruling)),
        priority=queue.priority + sum(rule.priority for rule in ruling),
        credit_ms=sum(rule.credit_ms for rule in ruling),
        problems=passed_over + problems,
    )


def _channel(policy: Policy, named: object) -> tuple[Channel, tuple[RuleProblem, ...]]:
    if isinstance(named, str) and named in policy.channels:
        return named, ()
    shown = repr(named[:64]) if isinstance(named, str) else type(named).__name__
    return FALLBACK_CHANNEL, (RuleProblem(rule="", reason=f"unknown channel: {shown}"),)


def default_queue(policy: Policy) -> Queue:
    """The queue of items that no rule sends anywhere; the first one unless the policy names another."""
    return policy.queues[policy.default_queue] if policy.default_queue else next(iter(policy.queues.values()))


def _hold(ruleset: Ruleset, known: Facts) -> tuple[Rule | None, tuple[Rule, ...], tuple[RuleProblem, ...]]:
    """The rule that decides, if any, those that add to it, and those that could not be told."""
    added: list[Rule] = []
    problems: list[RuleProblem] = []
    for rule, condition in zip(ruleset.policy.rules, ruleset.conditions, strict=True):
        held = condition.holds(known)
        if held.problem:
            problems.append(RuleProblem(rule=rule.name, reason=held.problem))
        if held.holds and rule.queue:
            return rule, tuple(added), tuple(problems)
        if held.holds:
            added.append(rule)
    return None, tuple(added), tuple(problems)


def _weight(ruling: tuple[Rule, ...]) -> Units | None:
    """That of the last rule that says so; None: queue and channel decide."""
    weights = [rule.weight for rule in ruling if rule.weight is not None]
    return weights[-1] if weights else None
