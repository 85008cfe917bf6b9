"""Who may do what with a call now: what is shown is what is carried out."""

from __future__ import annotations

from typing import Literal, get_args

from router.core.call.state import CUSTOMER, IN_ROOM, Call
from router.core.words import AgentId

Right = Literal[
    "hold", "unhold", "mute", "unmute", "keypad", "transfer", "consult", "merge", "hand_over", "drop", "record",
    "pause_recording", "hang_up", "whisper", "barge", "listen", "take_over", "leave",
]  # fmt: skip
RIGHTS: tuple[Right, ...] = get_args(Right)


def rights(call: Call, person: AgentId, *, supervising: bool, may_record: bool) -> frozenset[Right]:
    """may_record: the line's calls may be recorded."""
    if call.over:
        return frozenset()
    found: set[Right] = set()
    own = call.of_agent(person)
    if own is not None and own.state == "joined":
        found.add("unmute" if own.muted else "mute")
        if own.role != "agent":
            found.add("leave")
    if person == call.owner:
        found |= _owners(call, may_record)
    if supervising and person != call.owner and call.state in IN_ROOM and call.owner is not None:
        found |= {"listen", "whisper", "barge", "take_over"}
        if own is not None:
            found -= {{"listen": "listen", "whisper": "whisper", "talk": "barge"}[own.mode]}
    return frozenset(found)


def _owners(call: Call, may_record: bool) -> set[Right]:
    found: set[Right] = {"hang_up"} if call.state in (*IN_ROOM, "connecting", "dialing", "reconnecting") else set()
    if call.state not in IN_ROOM:
        return found
    third, customer = call.live("third"), call.leg(CUSTOMER)
    found.add("keypad")
    if third is None:
        found |= {"transfer", "consult", "unhold" if customer is not None and customer.held else "hold"}
    elif call.handing_to is None:
        found.add("drop")
        if third.state == "joined" and not call.transferring:
            found.add("hand_over")
            if call.state == "consulting":
                found.add("merge")
    if may_record:
        found.add("pause_recording" if call.recording == "on" else "record")
    return found
