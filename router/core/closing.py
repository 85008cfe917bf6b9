"""Where an item goes at a time: to its queue when that is open, or what its queue's policy says when it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.core.hours import is_open, next_opening
from router.core.policy import Policy, WhenClosed
from router.core.words import Ms

HELD = ("message", "callback")
"""Actions that keep what the customer wrote until the queue opens."""
BY_HAND = WhenClosed(action="message")
"""What becomes of customers of a queue closed by hand whose policy says nothing of closing."""
Switches = Mapping[str, bool]
"""Queues opened (True) or closed by hand, whatever their hours say."""
NOT_SWITCHED: Switches = {}
UNSEEN_MS = 86_400_000
"""With no opening in sight it is looked again after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A queue that is closed. opens_at: None: not in sight."""

    queue: str
    rule: WhenClosed
    opens_at: Ms | None

    @property
    def holds(self) -> bool:
        return self.rule.action in HELD

    def held_until(self, at: Ms) -> Ms:
        return self.opens_at if self.opens_at is not None else at + UNSEEN_MS


def closed(policy: Policy, queue: str, at: Ms, switches: Switches = NOT_SWITCHED) -> Closed | None:
    """How the queue is closed at this time; None: it is open."""
    known = policy.queues.get(queue)
    if known is not None and queue in switches:
        rule = BY_HAND if known.when_closed.action == "wait" else known.when_closed
        return None if switches[queue] else Closed(queue=queue, rule=rule, opens_at=None)
    hours = policy.hours.get(known.hours) if known is not None else None
    if known is None or hours is None or is_open(hours, at):
        return None
    return Closed(queue=queue, rule=known.when_closed, opens_at=next_opening(hours, at))


def place(policy: Policy, queue: str, at: Ms, switches: Switches = NOT_SWITCHED) -> tuple[str, Closed | None]:
    """The queue that takes what is for this one, on the way from closed ones to others; and how that one is closed."""
    passed: set[str] = set()
    while (
        (shut := closed(policy, queue, at, switches)) is not None
        and shut.rule.action == "queue"
        and queue not in passed
    ):
        passed.add(queue)
        queue = shut.rule.queue
    return queue, shut
