"""Demands of items in a policy with workflows: the asks of its workflow as the store knows them.

An item's task attributes are its `details` above all else that is known of it (`channel`, `language`, `customer` …),
with `channelType` as TaskRouter's users name channels. `workflow` among them names the workflow; else it is the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from router.core.agent_condition import AGENT_ID, known
from router.core.demands import point_credit_ms
from router.core.policy import Demand, Later, Policy, Supply
from router.core.taskrouter.evaluate import Known, Place, clock, worker_operand, worker_paths
from router.core.taskrouter.expression import parse
from router.core.taskrouter.order import parse_order
from router.core.taskrouter.plan import Ask, asks, members
from router.core.taskrouter.workflow import Target, Workflow
from router.core.words import Channel, Ms

MOST_STEPS: Final = 64
MOST_POINTS: Final = 10_000
"""Of priority: more would go beyond the exact numbers of the store where the order is strict."""
CHANNEL_TYPES: Final[Mapping[Channel, str]] = {"webchat": "web"}


def workflow_demand(
    policy: Policy, attributes: Mapping[str, object], channel: Channel, at: Ms
) -> tuple[str | None, Demand, int]:
    """The rule that holds first (None: none), what the item asks, and its first points of priority."""
    task = task_of(attributes, channel)
    facts = Known(task=task, clock=clock(datetime.fromtimestamp(at / 1000, UTC)))
    found = asks(policy, _workflow(policy, task.get("workflow")), facts)[:MOST_STEPS]
    first, *rest = found
    begin = _points(first)
    later = tuple(
        Later(
            at_ms=ask.at_ms,
            demand=_demand(policy, ask, channel),
            keeps=False,
            credit_ms=(_points(ask) - begin) * point_credit_ms(policy, first.queue),
        )
        for ask in rest
    )
    return first.rule, _demand(policy, first, channel, later), begin


def supply_in(policy: Policy, supply: Supply, attributes: Mapping[str, object]) -> Supply:
    """What an agent brings under this policy: with the queues their attributes put them in.

    attributes: as the staff entry has them; `routing` comes from the skills when it is not among them.
    """
    routing = {"skills": sorted(supply.skills), "levels": dict(supply.skills)}
    attributes = {"routing": routing, **attributes}
    queues = supply.queues | members(policy, supply.agent_id, attributes)
    return replace(supply, queues=queues, attributes=known(agent_attributes(policy), supply.agent_id, attributes))


def agent_attributes(policy: Policy) -> frozenset[str]:
    """The paths of agent attributes that the policy's expressions and orders speak of."""
    found: set[str] = set()
    for workers in filter(None, (queue.workers for queue in policy.queues.values())):
        found |= _paths(workers, "queue")
    for workflow in policy.workflows:
        for target in (target for each in workflow.filters for target in each.targets):
            found |= _paths_of(target)
        found |= _paths_of(workflow.default) if workflow.default else set()
    return frozenset(found)


def task_of(attributes: Mapping[str, object], channel: Channel) -> dict[str, object]:
    """An item's attributes as a task's."""
    details = attributes.get("details")
    own = details if isinstance(details, Mapping) else {}
    return {"channelType": CHANNEL_TYPES.get(channel, channel), **attributes, **own}


def _workflow(policy: Policy, name: object) -> Workflow:
    named = (workflow for workflow in policy.workflows if name in (workflow.name, *workflow.aliases))
    return next(named, policy.workflows[0])


def _points(ask: Ask) -> int:
    return max(-MOST_POINTS, min(ask.priority, MOST_POINTS))


def _demand(policy: Policy, ask: Ask, channel: Channel, later: tuple[Later, ...] = ()) -> Demand:
    queue = policy.queues[ask.queue]
    operands = [(worker_operand(order.path), order.direction) for order in ask.order]
    return Demand(
        queue=queue.name,
        channel=channel,
        requirements=queue.requirements,
        weight=queue.weights.get(channel, policy.channels[channel].weight),
        model=queue.model,
        order=tuple((operand[1], direction) for operand, direction in operands if operand[0] == "attr"),
        condition=ask.condition,
        later=later,
    )


@lru_cache(maxsize=4_096)
def _paths(source: str, place: Place) -> frozenset[str]:
    return frozenset(worker_paths(parse(source).expression, place))


def _paths_of(target: Target) -> set[str]:
    found = set(_paths(target.expression, "target")) if target.expression else set()
    found |= {AGENT_ID if worker.by == "sid" else "friendly_name" for worker in target.known_workers}
    operands = (worker_operand(order.path) for order in parse_order(target.order_by))
    return found | {operand[1] for operand in operands if operand[0] == "attr"}
