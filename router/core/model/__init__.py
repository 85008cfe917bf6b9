"""The reference model: what the store functions must do, said once more in plain Python and searched by brute force.

Nothing is indexed and nothing is clever here. The differential test drives model and store with the same histories and
compares outcomes, events and state; replay runs a day's journal through it. Times and ids are arguments; each
function takes the State, changes it and appends the events it made to `state.events`. Files are twins of
`store/functions/*.lua`.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from router.core.model import by_hand, items, offers, pauses, presence
from router.core.model.desertion import watch
from router.core.model.matching import settle_undrained
from router.core.model.state import Reply, State
from router.core.model.timers import set_alarm, tick
from router.core.words import Ms

__all__ = [
    "Reply",
    "State",
    "accept",
    "assign",
    "cancel",
    "complete",
    "configure",
    "decline",
    "enqueue",
    "expect",
    "lease",
    "pause",
    "pick",
    "put_agent",
    "relane",
    "resume",
    "set_alarm",
    "set_next_status",
    "set_status",
    "sign_out",
    "tick",
    "transfer_to_agent",
    "transfer_to_queue",
    "unlease",
    "wrap_up",
]

P = ParamSpec("P")


def _step(transition: Callable[Concatenate[State, Ms, P], Reply]) -> Callable[Concatenate[State, Ms, P], Reply]:
    """A whole step: at its end who drained for something that is gone looks for other work, and who left is missed."""

    def step(state: State, now: Ms, /, *args: P.args, **named: P.kwargs) -> Reply:
        reply = transition(state, now, *args, **named)
        settle_undrained(state, now)
        watch(state, now)
        return reply

    return step


cancel = _step(items.cancel)
complete = _step(items.complete)
enqueue = _step(items.enqueue)
expect = _step(items.expect)
relane = _step(items.relane)
transfer_to_queue = _step(items.transfer_to_queue)
wrap_up = _step(items.wrap_up)
assign = _step(by_hand.assign)
pick = _step(by_hand.pick)
transfer_to_agent = _step(by_hand.transfer_to_agent)
pause = _step(pauses.pause)
resume = _step(pauses.resume)
accept = _step(offers.accept)
decline = _step(offers.decline)
configure = _step(presence.configure)
lease = _step(presence.lease)
put_agent = _step(presence.put_agent)
set_next_status = _step(presence.set_next_status)
set_status = _step(presence.set_status)
sign_out = _step(presence.sign_out)
unlease = _step(presence.unlease)
