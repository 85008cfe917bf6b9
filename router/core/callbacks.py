"""Callbacks: an item whose customer waits to be called asks for something else, at its old place in line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from router.core.demands import carried_over, demand_in
from router.core.policy import Demand, Policy


def callback_demand(policy: Policy, demand: Demand) -> Demand:
    """What the item asks for once it is to be called: the channel of its queue's callbacks and their weight.

    Nobody waits in person any more: of the queue's overflows those to other queues are left.
    """
    queue = policy.queues[demand.queue]
    moves = tuple(rule for rule in queue.overflows if rule.action == "queue")
    asked = carried_over(policy, demand)
    return demand_in(policy, replace(queue, overflows=moves), queue.callback.channel, asked)


def is_offered(policy: Policy, queue: str, overflow: str) -> bool:
    """Whether customers who wait in the queue may ask for one. overflow: what its overflow last did for them."""
    known = policy.queues.get(queue)
    return known is not None and (known.callback.always or overflow == "callback")


def told_text(policy: Policy, queue: str, action: str) -> Mapping[str, str]:
    """What customers read of an overflow that left them in this queue, by language."""
    here = policy.queues[queue].overflows if queue in policy.queues else ()
    sent_here = [rule for other in policy.queues.values() for rule in other.overflows if rule.queue == queue]
    found = next((rule for rule in (*here, *sent_here) if rule.action == action), None)
    return found.text if found is not None else {}
