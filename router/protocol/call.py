"""Calls as agents and supervisors see and steer them (endpoint `/ws/agent`).

A call is one conversation of channel voice: the customer's leg, an agent's leg, perhaps a supervisor's and a third
person's, all in one conference. Its work item is offered, accepted, wrapped up and completed like any other.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from router.core.words import Ms
from router.protocol.base import Command, Id, Number, Record, Result, ServerEvent

CallState = Literal[
    "menu", "bot", "queued", "callback", "voicemail", "dialing", "connecting", "talking", "held", "consulting",
    "reconnecting", "ended",
]  # fmt: skip
"""callback: hung up, keeps its place in line. dialing: out, not answered yet. connecting: accepted, the
agent's leg is on its way. reconnecting: the agent's leg was lost, the customer hears music."""
LegRole = Literal["customer", "agent", "supervisor", "third"]
LegState = Literal["dialing", "ringing", "waiting", "joined", "gone"]
"""waiting: hears menu or music; customers only."""
LegMode = Literal["talk", "listen", "whisper"]
"""Of a supervisor: listen hears all and is heard by nobody, whisper is heard by the agent only, talk by all."""
Recording = Literal["off", "on", "paused"]
CallOutcome = Literal[
    "", "answered", "abandoned", "voicemail", "callback", "busy", "no_answer", "failed", "refused", "closed", "bot"
]  # fmt: skip
"""Empty: not over yet. refused: the number is none we may call. closed: nobody was in, the caller was told so.
bot: it had the answer."""
CallAction = Literal[
    "hold", "unhold", "mute", "unmute", "keypad", "transfer", "consult", "merge", "hand_over", "drop", "record",
    "pause_recording", "hang_up", "whisper", "barge", "listen", "take_over", "leave",
]  # fmt: skip


class CallLeg(Record, frozen=True, kw_only=True):
    """One person on the line. label: names the leg in commands. number: empty for who answers in the browser.

    since: of its state. agent_id: null for customers and outside numbers.
    """

    label: str
    role: LegRole
    agent_id: str | None
    name: str
    number: str
    state: LegState
    since: Ms
    muted: bool
    held: bool
    mode: LegMode


class Call(Record, frozen=True, kw_only=True):
    """A call as it is now. version: grows with every change; one with a lower version than a known one is old.

    legs: those that are not over, the customer's first. actions: what the reader may do now. connected_at: since when
    customer and agent hear one another; null before. number: the customer's, E.164; empty when withheld.
    notice: a word for what just went wrong (no_answer, busy, failed, recording_failed …), empty mostly.
    """

    call_id: str
    version: int
    work_item_id: str
    conversation_id: str
    account: str
    direction: Literal["in", "out"]
    state: CallState
    outcome: CallOutcome
    number: str
    queue: str
    started_at: Ms
    connected_at: Ms | None
    ended_at: Ms | None
    legs: list[CallLeg]
    recording: Recording
    actions: list[CallAction]
    notice: str = ""


class LoggedCall(Record, frozen=True, kw_only=True):
    """A call of the log. agents: names of who talked. waited_ms, talked_ms: null when it never came to that.

    recordings: where it can be heard, part after part; empty: not recorded, not here yet, or not for the reader.
    """

    call_id: str
    conversation_id: str
    customer_id: str
    customer_name: str
    direction: Literal["in", "out"]
    outcome: CallOutcome
    number: str
    queue: str
    agents: list[str]
    started_at: Ms
    ended_at: Ms | None
    waited_ms: Ms | None
    talked_ms: Ms | None
    recordings: list[str]


# ---------------------------------------------------------------- commands

Once = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{0,64}$(?!\n)")]
"""What a client calls a command, so that the same sent again is known; empty: nothing."""

# All of them: unknown_call (there is none, or it is over), not_yours, wrong_call_state, voice_off.


class Dial(Command, tag="call.dial", frozen=True, kw_only=True):
    """Call a number, by click or for a callback: my phone first, then the customer's.

    number: E.164, or as written in the account's country; empty with work_item_id: the customer's own.
    work_item_id: of mine, whose customer is called; empty: a new item is made, mine from the start.
    account: the voice account to call from; empty: the item's, or the first.
    client_id: made by the client; the same again is the same call, so that a lost answer calls nobody twice.
    Errors: bad_number, agent_unavailable, dialed_too_often.
    """

    number: str = ""
    work_item_id: str = ""
    account: str = ""
    client_id: str = ""


class Hold(Command, tag="call.hold", frozen=True, kw_only=True):
    """The customer hears music."""

    call_id: Id


class Unhold(Command, tag="call.unhold", frozen=True, kw_only=True):
    call_id: Id


class Mute(Command, tag="call.mute", frozen=True, kw_only=True):
    """Mute or unmute my own leg."""

    call_id: Id
    muted: bool


class Keypad(Command, tag="call.keypad", frozen=True, kw_only=True):
    """Send tones to the other side. digits: 1–32 of 0-9 * # w (a pause).

    client_id: made by the client; the same again presses nothing twice. What is pressed while tones sound follows them.
    """

    call_id: Id
    digits: str
    client_id: Once = ""


class TransferCall(Command, tag="call.transfer", frozen=True, kw_only=True):
    """Hand the call over unannounced (blind), to one of: a queue, a colleague, an outside number.

    To a queue or colleague the customer waits there with their place; to a number my leg ends once it has answered.
    client_id: made by the client; the same again is the same transfer, though the call has come back to me since.
    """

    call_id: Id
    queue: str = ""
    agent_id: str = ""
    number: str = ""
    note: str = ""
    client_id: Once = ""


class Consult(Command, tag="call.consult", frozen=True, kw_only=True):
    """Ask a colleague or an outside number while the customer hears music. Errors: bad_number, dialed_too_often.

    client_id: made by the client; the same again calls nobody twice, though whoever was asked has hung up since.
    """

    call_id: Id
    agent_id: str = ""
    number: str = ""
    client_id: Once = ""


class Merge(Command, tag="call.merge", frozen=True, kw_only=True):
    """Consulted, customer and I all hear one another (three-way)."""

    call_id: Id


class HandOver(Command, tag="call.hand_over", frozen=True, kw_only=True):
    """Leave the call to the one consulted (warm transfer). Errors: agent_unavailable."""

    call_id: Id
    note: str = ""


class Drop(Command, tag="call.drop", frozen=True, kw_only=True):
    """End the leg of the one consulted; the customer stays on hold or with me."""

    call_id: Id
    label: Id


class RecordCall(Command, tag="call.record", frozen=True, kw_only=True):
    """Begin or go on recording, or pause it (while card numbers are said)."""

    call_id: Id
    recording: Literal["on", "paused"]


class HangUp(Command, tag="call.hang_up", frozen=True, kw_only=True):
    """End the call for everybody; wrap-up begins."""

    call_id: Id


class Monitor(Command, tag="call.monitor", frozen=True, kw_only=True):
    """Supervisors: hear the call of a work item, unheard; also back from whispering."""

    work_item_id: Id


class Whisper(Command, tag="call.whisper", frozen=True, kw_only=True):
    """Supervisors: be heard by the agent only."""

    work_item_id: Id


class Barge(Command, tag="call.barge", frozen=True, kw_only=True):
    """Supervisors: be heard by all."""

    work_item_id: Id


class TakeOver(Command, tag="call.take_over", frozen=True, kw_only=True):
    """Supervisors: the call and its work item are mine, the agent's leg ends. Errors: agent_unavailable."""

    work_item_id: Id


class LeaveCall(Command, tag="call.leave", frozen=True, kw_only=True):
    """A supervisor, or who was consulted, leaves; the others go on."""

    call_id: Id


class FetchCallLog(Command, tag="call.log", frozen=True, kw_only=True):
    """Calls before a time, newest first, `limit` (1–100) of them: a customer's, or with customer_id empty my own.

    before: 0: now.
    """

    customer_id: str = ""
    before: Number = 0
    limit: int = 30


class FetchPhone(Command, tag="call.phone", frozen=True, kw_only=True):
    """Where I answer calls; with agent_id, for supervisors, where somebody else does. Answered by `phone`.

    Errors: unknown_agent, wrong_role.
    """

    agent_id: str = ""


class SetPhone(Command, tag="call.set_phone", frozen=True, kw_only=True):
    """From the next call on I answer by this telephone; empty: in the browser. Answered by `phone`.

    agent_id: for supervisors: somebody else does. phone: E.164, or as written in the first voice account's country.
    Errors: bad_number, unknown_agent, wrong_role.
    """

    phone: str
    agent_id: str = ""


CallCommand = (
    Dial
    | Hold
    | Unhold
    | Mute
    | Keypad
    | TransferCall
    | Consult
    | Merge
    | HandOver
    | Drop
    | RecordCall
    | HangUp
    | Monitor
    | Whisper
    | Barge
    | TakeOver
    | LeaveCall
    | FetchCallLog
    | FetchPhone
    | SetPhone
)

# ---------------------------------------------------------------- results


class Dialed(Result, tag="dialed", frozen=True, kw_only=True):
    """What happens with it comes as call.changed."""

    call_id: str
    work_item_id: str
    conversation_id: str


class CallLog(Result, tag="call.log", frozen=True, kw_only=True):
    calls: list[LoggedCall]


class Phone(Result, tag="phone", frozen=True, kw_only=True):
    """phone: E.164; empty: in the browser."""

    agent_id: str
    phone: str


# ---------------------------------------------------------------- events


class CallChanged(ServerEvent, tag="call.changed", frozen=True, kw_only=True):
    """A call I am part of, or whose work item is mine, whole. Apply it unless a higher version is known."""

    call: Call


class CallClosed(ServerEvent, tag="call.closed", frozen=True, kw_only=True):
    """The call is over, or I am no longer part of it."""

    call_id: str
    version: int
    outcome: CallOutcome
    notice: str = ""
