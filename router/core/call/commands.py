"""What agents and supervisors do with a call."""

from __future__ import annotations

from router.core.call import keypad
from router.core.call.draft import Draft
from router.core.call.ending import finish
from router.core.call.facts import Command, CommandWord
from router.core.call.item import give_back
from router.core.call.rights import RIGHTS, Right, rights
from router.core.call.room import PATIENCE_MS, hand_outside
from router.core.call.state import CUSTOMER, Asked, Call, Leg, Mode

HANDING_MS = 10_000
"""How long routing may take to give the item to who is on the line already."""
_MODES: dict[CommandWord, Mode] = {"listen": "listen", "whisper": "whisper", "barge": "talk"}
_NEEDS: dict[CommandWord, Right] = {"give": "transfer"}


class Refusal(Exception):
    """A command that cannot be carried out now. code: public."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def carry_out(draft: Draft, command: Command) -> None:
    """What is so already is no error: the answer to it may have been lost.

    Raises Refusal: not_yours, wrong_call_state, unknown_call.
    """
    if _is_so(draft.call, command):
        return
    _may(draft, command)
    draft.set(notice="")
    if command.once:
        asked = Asked(by=command.by, once=command.once, taken=draft.call.taken)
        draft.set(asked=(*draft.call.asked, asked))
    match command.word:
        case "hold" | "unhold":
            _hold(draft, held=command.word == "hold")
        case "mute" | "unmute":
            _mute(draft, command)
        case "keypad":
            if not keypad.press(draft, command.by, command.digits):
                raise Refusal("wrong_call_state")
        case "consult" | "give":
            _ask(draft, command)
        case "merge":
            draft.change(CUSTOMER, held=False)
            draft.become("talking")
            draft.agree(CUSTOMER)
        case "hand_over":
            _hand_over(draft)
        case "drop":
            _drop(draft, command.label)
        case "record":
            draft.record("on")
        case "pause_recording":
            draft.record("paused")
        case "hang_up":
            _hang_up(draft)
        case "listen" | "whisper" | "barge":
            _supervise(draft, command, _MODES[command.word])
        case "take_over":
            own = draft.call.of_agent(command.by)
            if own is not None and own.state == "joined":
                draft.set(handing_to=command.by)
                draft.due("handing", HANDING_MS)
        case "leave":
            own = draft.call.of_agent(command.by)
            if own is not None:
                _drop(draft, own.label)
        case "transfer":
            pass  # remembered: the item goes first, the call follows it


def _is_so(call: Call, command: Command) -> bool:
    """Whether the call is already as this member of staff, who may have it so, wants it."""
    if call.asked_before(command.by, command.once) is not None:
        return True
    own, mine, third = call.of_agent(command.by), command.by == call.owner, call.live("third")
    match command.word:
        case "hold" | "unhold":
            return mine and third is None and call.state == ("held" if command.word == "hold" else "talking")
        case "mute" | "unmute":
            return own is not None and own.muted == (command.word == "mute")
        case "record" | "pause_recording":
            return mine and call.recording == ("on" if command.word == "record" else "paused")
        case "consult" | "give":
            return mine and third is not None and third.address == command.address and call.state == "consulting"
        case "merge":
            return mine and third is not None and call.state == "talking"
        case "hand_over":
            if not mine:
                return command.by == call.handed_by
            return third is not None and call.handing_to is not None and call.handing_to == third.agent_id
        case "take_over":
            return command.supervising and not call.over and command.by in (call.owner, call.handing_to)
        case "drop":
            leg = call.leg(command.label)
            return mine and leg is not None and leg.role in ("third", "supervisor") and not leg.live
        case "listen" | "whisper" | "barge":
            return own is not None and own.role == "supervisor" and own.mode == _MODES[command.word]
        case "leave":
            return own is None and any(leg.agent_id == command.by for leg in call.legs)
        case "hang_up":
            return mine and call.over
        case "keypad" | "transfer":
            return False


def _may(draft: Draft, command: Command) -> None:
    call, needed = draft.call, _NEEDS.get(command.word, command.word)
    recordable = draft.line.record != "never"
    allowed = rights(call, command.by, supervising=command.supervising, may_record=recordable)
    if needed in RIGHTS and needed in allowed:
        return
    involved = command.by in call.people or command.supervising
    raise Refusal("wrong_call_state" if involved and not call.over else "unknown_call" if call.over else "not_yours")


def _hold(draft: Draft, *, held: bool) -> None:
    draft.change(CUSTOMER, held=held)
    draft.become("held" if held else "talking")
    draft.agree(CUSTOMER)


def _mute(draft: Draft, command: Command) -> None:
    own = draft.call.of_agent(command.by)
    if own is not None:
        draft.change(own.label, muted=command.word == "mute")
        draft.agree(own.label)


def _ask(draft: Draft, command: Command) -> None:
    """Call a third person while the customer hears music."""
    draft.change(CUSTOMER, held=True)
    draft.agree(CUSTOMER)
    leg = Leg(
        label=draft.name("third"),
        role="third",
        state="dialing",
        since=draft.now,
        agent_id=command.agent,
        address=command.address,
    )
    draft.dial(leg, draft.line.ring_ms)
    draft.become("consulting", transferring=leg.label if command.word == "give" else "")
    draft.due("ring", draft.line.ring_ms + PATIENCE_MS)


def _hand_over(draft: Draft) -> None:
    third = draft.call.live("third")
    if third is None or third.agent_id is None:
        hand_outside(draft)
    else:
        draft.set(handing_to=third.agent_id)
        draft.due("handing", HANDING_MS)


def _drop(draft: Draft, label: str) -> None:
    leg = draft.call.leg(label)
    if leg is None or not leg.live or leg.role not in ("third", "supervisor"):
        raise Refusal("wrong_call_state")
    draft.end(leg)
    if leg.role == "third":
        draft.due("ring", None)
        if draft.call.state == "consulting":
            draft.become("held", transferring="", handing_to=None)


def _hang_up(draft: Draft) -> None:
    match draft.call.state:
        case "connecting" if draft.call.connected_at is None and draft.call.direction == "in":
            give_back(draft, missed=False)
        case "dialing":
            finish(draft, "no_answer", end_item=True)
        case _:
            finish(draft, "answered", end_item=True)


def _supervise(draft: Draft, command: Command, mode: Mode) -> None:
    own = draft.call.of_agent(command.by)
    if own is not None:
        draft.change(own.label, mode=mode)
        draft.agree(own.label)
        return
    owner = draft.call.owner
    agent = draft.call.of_agent(owner) if owner else None
    leg = Leg(
        label=draft.name("supervisor"),
        role="supervisor",
        state="dialing",
        since=draft.now,
        agent_id=command.by,
        address=command.own_address,
        mode=mode,
    )
    draft.dial(leg, draft.line.answer_ms, coach=agent.label if agent is not None and mode == "whisper" else "")
