"""A step of the store that did nothing, as clients are told it."""

from __future__ import annotations

from router.core.outcomes import Outcome
from router.protocol.errors import BadRequest, Conflict, Forbidden, NotFound, Unavailable, UsherError
from router.store.step import Step


def refuse(step: Step) -> None:
    """Raise what clients are told of a step that did nothing."""
    if step.outcome is not Outcome.OK:
        raise refusal(step)


def refusal(step: Step) -> UsherError:
    """A step's outcome as clients are told it."""
    match step.outcome:
        case Outcome.OFFER_EXPIRED:
            return Conflict("offer_expired", late_ms=step.late_ms)
        case Outcome.NOT_YOURS:
            return Forbidden("not_yours")
        case Outcome.UNKNOWN_OFFER:
            return NotFound("unknown_offer")
        case Outcome.UNKNOWN_ITEM | Outcome.ITEM_CLOSED:
            return NotFound("unknown_work_item")
        case Outcome.WRONG_STATE:
            return Conflict("wrong_state")
        case Outcome.AGENT_UNAVAILABLE | Outcome.AGENT_GONE:
            return Conflict("agent_unavailable")
        case Outcome.UNKNOWN_AGENT:
            return NotFound("unknown_agent")
        case Outcome.UNKNOWN_STATUS:
            return BadRequest("unknown_status")
        case Outcome.BAD_REQUEST:
            return BadRequest("bad_value")
        case _:
            return Unavailable("unavailable")
