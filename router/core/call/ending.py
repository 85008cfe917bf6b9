"""The end of a call: everybody is let go, and nothing that comes later opens it again."""

from __future__ import annotations

from router.core.call import actions
from router.core.call.draft import Draft
from router.core.call.state import CUSTOMER, Outcome
from router.core.words import Ms

SWEEP_MS, SWEEPS = 20_000, 5
"""After the end it is seen to that nobody is left on the line, so often."""
CHARACTER_MS: Ms = 120
"""Of what is read out; slow voices say ten in a second."""


def finish(draft: Draft, outcome: Outcome, *, end_item: bool, say: str = "") -> None:
    """end_item: the work on it is over too. say: the customer hears this first, and hangs up or is hung up on."""
    call = draft.call
    if call.over:
        return
    draft.become("ended", outcome=outcome, ended_at=draft.now, said=say)
    draft.set(due={}, handing_to=None, transferring="", pressed=None)
    draft.end_staff()
    customer = call.leg(CUSTOMER)
    if customer is not None and customer.live:
        if say:
            draft.turn("ended")
        else:
            draft.end(customer)
    if end_item:
        draft.do(actions.EndItem, key="end_item")
    draft.do(actions.Log, key="log")
    draft.set(tries=0)
    draft.due("again", SWEEP_MS + spoken_ms(say))


def spoken_ms(text: str) -> Ms:
    """How long it takes at most to read this out."""
    return CHARACTER_MS * len(text)


def sweep(draft: Draft) -> None:
    """End again whoever is still there; after some times the provider has forgotten the call."""
    left = [leg for leg in draft.call.legs if leg.state != "gone"]
    draft.set(tries=draft.call.tries + 1)
    for leg in left:
        draft.change(leg.label, leaves=True)
        draft.do(actions.EndLeg, label=leg.label, room=draft.call.room_name, sid=leg.sid)
    if left and draft.call.tries < SWEEPS:
        draft.due("again", SWEEP_MS)
