"""The reference model: what the store functions must do, said once more in plain Python and searched by brute force.

Nothing is indexed and nothing is clever here. The differential test drives model and store with the same histories and
compares outcomes, events and state; replay runs a day's journal through it. Times and ids are arguments; each
function takes the State, changes it and appends the events it made to `state.events`. Files are twins of
`store/functions/*.lua`.
"""

from router.core.model.items import (
    cancel,
    complete,
    enqueue,
    expect,
    relane,
    transfer_to_agent,
    transfer_to_queue,
    wrap_up,
)
from router.core.model.offers import accept, decline
from router.core.model.presence import configure, lease, put_agent, set_next_status, set_status, sign_out, unlease
from router.core.model.state import Reply, State
from router.core.model.timers import tick

__all__ = [
    "Reply",
    "State",
    "accept",
    "cancel",
    "complete",
    "configure",
    "decline",
    "enqueue",
    "expect",
    "lease",
    "put_agent",
    "relane",
    "set_next_status",
    "set_status",
    "sign_out",
    "tick",
    "transfer_to_agent",
    "transfer_to_queue",
    "unlease",
    "wrap_up",
]
