"""Timers, carried out in order of due time, kind and id."""

from __future__ import annotations

from router.core.events import AlarmRang
from router.core.model.desertion import look_at_next, watch
from router.core.model.drain import overdue
from router.core.model.items import end_visit, end_wrap_up
from router.core.model.matching import end_pause, place, settle_undrained
from router.core.model.offers import end_exclusion, expire_offer
from router.core.model.presence import drop_device, leave
from router.core.model.state import Reply, State
from router.core.outcomes import Outcome
from router.core.words import AgentId, DeviceId, Ms, WorkItemId

RINGS_AGAIN_MS: Ms = 10_000
"""An alarm nobody has set anew or off."""


def tick(state: State, now: Ms, limit: int) -> Reply:
    """fact: when the next timer is due; 0: there is none."""
    if limit < 1:
        return Reply(Outcome.BAD_REQUEST)
    for _ in range(limit):
        due = [timer for timer, at in state.timers.items() if at <= now]
        if not due:
            break
        timer = min(due, key=lambda timer: (state.timers[timer], timer))
        del state.timers[timer]
        _carry_out(state, now, *timer.split(" "))
        settle_undrained(state, now)
        watch(state, now)
    return Reply(Outcome.OK, min(state.timers.values(), default=0))


def set_alarm(state: State, now: Ms, alarm: str, due: Ms | None) -> Reply:
    """Ring at this time, whatever it was set to; None: never."""
    if due is None:
        state.drop_timer("alarm", alarm)
    else:
        state.set_timer(due, "alarm", alarm)
    return Reply(Outcome.OK)


def _carry_out(state: State, now: Ms, kind: str, of: str, other: str = "") -> None:
    match kind:
        case "alarm":
            state.set_timer(now + RINGS_AGAIN_MS, "alarm", of)
            state.events.append(AlarmRang(at=now, alarm=of))
        case "exclusion":
            end_exclusion(state, now, WorkItemId(of), AgentId(other))
        case "offer":
            expire_offer(state, now, WorkItemId(of), AgentId(other))
        case "drain":
            overdue(state, WorkItemId(of))
        case "deserted":
            look_at_next(state, now, of, other)
        case "ramp":
            end_pause(state, now, AgentId(of))
        case "visit":
            end_visit(state, now, WorkItemId(of))
        case "relax" | "prefer":
            place(state, now, WorkItemId(of))
        case "wrap_up":
            end_wrap_up(state, now, WorkItemId(of))
        case "grace":
            leave(state, now, AgentId(of), "gone")
        case "lease":
            drop_device(state, now, AgentId(of), DeviceId(other))
