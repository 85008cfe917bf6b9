"""Tones for the other side, one after another.

The provider plays tones as an announcement, and a second one over the first: what is pressed while tones sound waits
for their end, so that a quick finger's digits all arrive, in order.
"""

from __future__ import annotations

from router.core.call import actions
from router.core.call.draft import Draft
from router.core.call.state import CUSTOMER, IN_ROOM, Pressed
from router.core.words import AgentId, Ms

BEGIN_MS: Ms = 1_000
"""Until the first tone is heard: the provider asks us for them."""
TONE_MS: Ms = 500
"""A tone with the gap after it; a pause is as long."""
MOST_WAITING = 128


def press(draft: Draft, by: AgentId, digits: str) -> bool:
    """False: too much waits already, these digits were not taken."""
    label = _other_side(draft)
    waiting = draft.call.pressed
    if waiting is not None and (waiting.by, waiting.label) == (by, label):
        digits = waiting.digits + digits
    if len(digits) > MOST_WAITING:
        return False
    draft.set(pressed=Pressed(by=by, label=label, digits=digits))
    if "tones" not in draft.call.due:
        sound(draft)
    return True


def sound(draft: Draft) -> None:
    """What waits is heard, unless who pressed it, or whom it was for, is elsewhere by now."""
    call, waiting = draft.call, draft.call.pressed
    draft.set(pressed=None)
    if waiting is None or call.state not in IN_ROOM or (waiting.by, waiting.label) != (call.owner, _other_side(draft)):
        return
    draft.do(actions.PlayTones, label=waiting.label, room=call.room_name, digits=waiting.digits)
    draft.due("tones", BEGIN_MS + TONE_MS * len(waiting.digits))


def _other_side(draft: Draft) -> str:
    third = draft.call.live("third")
    return third.label if third is not None and third.state == "joined" else CUSTOMER
