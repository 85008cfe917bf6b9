"""Routing rules: from what is known of an item to what it asks for.

The rules are tried in order. The first whose condition holds and that names a queue decides. Rules without a queue
that hold before it add what they ask: requirements, priority, credit. When no rule decides, the item goes to the
default queue: whatever the rules and attributes are, it is routed somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from router.core.condition import Condition, Facts, compile_condition, facts
from router.core.demands import NOTHING, demand_in, together
from router.core.policy import Alternatives, Demand, Policy, Queue, Rule
from router.core.taskrouter.demand import workflow_demand
from router.core.words import Channel, Ms, Units

MOST_DEMANDS = 4_096
FALLBACK_CHANNEL: Channel = "manual"
"""What an item counts as whose channel is missing or unknown; as the first of a policy that lacks even this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """A policy with its conditions compiled; made once when the policy is loaded."""

    policy: Policy
    conditions: tuple[Condition, ...]
    """One for each rule, in the same order."""
    demands: dict[tuple[Channel, tuple[int, ...]], Demand] = field(default_factory=dict, compare=False, repr=False)
    """What was asked for lately, by channel and the numbers of the rules that said so: working it out costs more than
    all the rest."""


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
    held, passed_over = _hold(ruleset, facts(attributes))
    ruling = tuple(policy.rules[number] for number in held)
    decisive = ruling[-1] if ruling and ruling[-1].queue else None
    queue = policy.queues[decisive.queue] if decisive else default_queue(policy)
    return Routed(
        rule=decisive.name if decisive else None,
        added=tuple(rule.name for rule in ruling if rule is not decisive),
        demand=_demand(ruleset, queue, channel, held),
        priority=queue.priority + sum(rule.priority for rule in ruling),
        credit_ms=sum(rule.credit_ms for rule in ruling),
        problems=passed_over + problems,
    )


def _channel(policy: Policy, named: object) -> tuple[Channel, tuple[RuleProblem, ...]]:
    if isinstance(named, str) and named in policy.channels:
        return named, ()
    shown = repr(named[:64]) if isinstance(named, str) else type(named).__name__
    counts_as = FALLBACK_CHANNEL if FALLBACK_CHANNEL in policy.channels else next(iter(policy.channels))
    return counts_as, (RuleProblem(rule="", reason=f"unknown channel: {shown}"),)


def default_queue(policy: Policy) -> Queue:
    """The queue of items that no rule sends anywhere; the first one unless the policy names another."""
    return policy.queues[policy.default_queue] if policy.default_queue else next(iter(policy.queues.values()))


def _hold(ruleset: Ruleset, known: Facts) -> tuple[tuple[int, ...], tuple[RuleProblem, ...]]:
    """The numbers of the rules that hold, up to the one that decides, and those that could not be told."""
    numbers: list[int] = []
    problems: list[RuleProblem] = []
    for number, (rule, condition) in enumerate(zip(ruleset.policy.rules, ruleset.conditions, strict=True)):
        held = condition.holds(known)
        if held.problem:
            problems.append(RuleProblem(rule=rule.name, reason=held.problem))
        if held.holds:
            numbers.append(number)
            if rule.queue:
                break
    return tuple(numbers), tuple(problems)


def _demand(ruleset: Ruleset, queue: Queue, channel: Channel, held: tuple[int, ...]) -> Demand:
    """All that is asked in the queue that these rules lead to."""
    demand = ruleset.demands.get((channel, held))
    if demand is None:
        ruling = [ruleset.policy.rules[number] for number in held]
        demand = demand_in(ruleset.policy, queue, channel, together(map(_asked, ruling)), _weight(ruling))
        if len(ruleset.demands) >= MOST_DEMANDS:
            ruleset.demands.clear()
        ruleset.demands[channel, held] = demand
    return demand


def _asked(rule: Rule) -> Alternatives:
    return tuple(rule.requirements | own for own in rule.requires_any or (NOTHING,))


def _weight(ruling: Sequence[Rule]) -> Units | None:
    """That of the last rule that says so; None: queue and channel decide."""
    weights = [rule.weight for rule in ruling if rule.weight is not None]
    return weights[-1] if weights else None
