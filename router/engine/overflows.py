"""Overflow, as customers and agents are told of it; the store carries it out, in the step in which it happens."""

from __future__ import annotations

from collections.abc import Iterable

from router.core import callbacks
from router.core.demands import MOVES, concerns
from router.core.events import Event, ItemOverflow
from router.core.policy import Overflow
from router.core.words import Channel, Ms
from router.engine import arrivals
from router.engine.centre import Centre
from router.protocol.customer import QueuePosition
from router.store.snapshot import Position


def expected_ms(centre: Centre, queue: str) -> Ms | None:
    """How long the half of all items would wait that come to the queue now; None: unknown."""
    now = centre.board.queues.get(queue)
    wait = now.expected(len(now.waiting) + 1, centre.now()) if now is not None else None
    return wait.p50_ms if wait is not None else None


def holds_now(centre: Centre, queue: str, channel: Channel) -> Overflow | None:
    """The rule by which an item that came now would overflow, as far as this node's board tells; by age none."""
    known = centre.policy.queues.get(queue)
    for rule in known.overflows if known is not None else ():
        if concerns(rule, channel) and _holds(centre, queue, channel, rule):
            return rule
    return None


def _holds(centre: Centre, queue: str, channel: Channel, rule: Overflow) -> bool:
    now = centre.board.queues.get(queue)
    match rule.when:
        case "length":
            return now is not None and len(now.waiting) >= rule.least
        case "expected_wait":
            return (expected_ms(centre, queue) or -1) >= rule.least
        case "nobody_signed_in":
            return not centre.board.attends(queue, channel)
        case "age":
            return False


async def refresh_briefs(centre: Centre, events: Iterable[Event]) -> None:
    """Let agents be shown where these items wait now; a brief that is missed is only old."""
    for item in {event.item for event in events if isinstance(event, ItemOverflow) and event.action in MOVES}:
        arrival = await arrivals.by_id(centre, item)
        if arrival is not None:
            await centre.store.replace_brief(item, arrivals.brief_of(arrival))


def told(centre: Centre, where: Position) -> QueuePosition:
    """What the customer of an item is told that waits or rings."""
    now, policy = centre.now(), centre.policy
    position = centre.board.queue_position(where.queue, (where.rank or 0) + 1, now)
    queue = policy.queues.get(where.queue)
    asked = queue is not None and where.channel == queue.callback.channel
    offered = not asked and callbacks.is_offered(policy, where.queue, where.overflow)
    return QueuePosition(
        position=position.position,
        expected_wait_p50_ms=position.expected_wait_p50_ms,
        expected_wait_p90_ms=position.expected_wait_p90_ms,
        overflow=where.overflow,
        text=dict(callbacks.told_text(policy, where.queue, where.overflow)) if where.overflow else {},
        callback="asked" if asked else "offered" if offered else "",
    )
