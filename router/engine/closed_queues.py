"""Closed queues: where an item goes, and what is held until the opening.

What is held is an open conversation without a work item and with `held_until` among its attributes; when that is over,
the reconciler makes the item, whose waiting begins then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from router.core import closing
from router.core.closing import Closed
from router.core.rules import Routed
from router.core.words import Ms
from router.engine import lanes
from router.engine.centre import Centre
from router.engine.text import one_line
from router.protocol.errors import BadRequest, Conflict

PHONE_CHARS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """routed: to the queue that takes it now. shut: how that one is closed; None: it is open."""

    routed: Routed
    shut: Closed | None

    @property
    def holds(self) -> bool:
        return self.shut is not None and self.shut.holds

    @property
    def holds_written(self) -> bool:
        """As `holds`, for what was sent already and cannot be refused: where it is only announced, it waits as well."""
        return self.shut is not None and (self.shut.holds or self.shut.rule.action == "announce")

    def attributes(self, now: Ms, *, held: bool) -> dict[str, object]:
        """What the conversation keeps of it."""
        until = {"held_until": self.shut.held_until(now)} if self.shut is not None and held else {}
        return {"rule": self.routed.rule or "", "credit_ms": self.routed.credit_ms, **until}


def decide(centre: Centre, routed: Routed) -> Decided:
    name, shut = closing.place(centre.policy, routed.demand.queue, centre.now(), centre.switches)
    if name != routed.demand.queue:
        routed = replace(routed, demand=lanes.in_queue(centre.policy, routed.demand, name))
    return Decided(routed=routed, shut=shut)


def phone_asked(decided: Decided, phone: str) -> str:
    """The telephone number to call back, if any. Raises BadRequest when it is needed, Conflict when nothing is taken
    now.
    """
    if decided.shut is None:
        return one_line(phone, PHONE_CHARS, field="phone")
    if decided.shut.rule.action == "announce":
        raise Conflict("queue_closed", opens_at=decided.shut.opens_at or 0)
    number = one_line(phone, PHONE_CHARS, field="phone")
    if decided.shut.rule.action != "callback":
        return ""
    if not number:
        raise BadRequest("bad_value", "This is needed to call back.", field="phone")
    return number
