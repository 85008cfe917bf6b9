"""What is to be done about a call. Stored with it in one transaction, carried out in order, each once, by its key."""

from __future__ import annotations

import msgspec

from router.core.words import AgentId, Ms


class Action(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", omit_defaults=True):
    """key: unique in the call; the same key again is the same action."""

    key: str


class DialLeg(Action, tag="dial", frozen=True, kw_only=True, omit_defaults=True):
    """Call somebody into the conference. Done when the provider has taken it; how it goes on comes as facts.

    coach: label of the leg that alone hears this one.
    """

    label: str
    room: str
    to: str
    ring_ms: Ms
    muted: bool = False
    coach: str = ""


class Redirect(Action, tag="redirect", frozen=True, kw_only=True, omit_defaults=True):
    """Let the customer's leg ask again what to do, unless it has done so since: at this stage or later."""

    stage: int


STRAY = "stray:"
"""How keys begin of ending what is up at the provider though it should not be."""


class EndLeg(Action, tag="end", frozen=True, kw_only=True, omit_defaults=True):
    """sid: empty: found by its label in the room."""

    label: str
    room: str
    sid: str = ""


class SetLeg(Action, tag="set", frozen=True, kw_only=True, omit_defaults=True):
    """Make mute, hold and coaching of a leg what the call says they are when this is carried out."""

    label: str
    room: str


class PlayTones(Action, tag="tones", frozen=True, kw_only=True, omit_defaults=True):
    label: str
    room: str
    digits: str


class Record(Action, tag="record", frozen=True, kw_only=True, omit_defaults=True):
    """Make the recording of the customer's leg what it is to be. to: on, paused, off."""

    to: str


class LineUp(Action, tag="line_up", frozen=True, kw_only=True, omit_defaults=True):
    """Make customer, conversation and work item, and put the item in line."""


class EndItem(Action, tag="end_item", frozen=True, kw_only=True, omit_defaults=True):
    """The customer is gone, or the talk is over: cancelled while it waits, wrapped up in an agent's hands."""


class GiveBack(Action, tag="give_back", frozen=True, kw_only=True, omit_defaults=True):
    """End this assignment; the item waits again, its place kept. missed: the agent did not answer their phone."""

    agent: AgentId
    taken: int
    missed: bool = False


class KeepCallback(Action, tag="keep_callback", frozen=True, kw_only=True, omit_defaults=True):
    """The item keeps its place; its customer hangs up and is called when its turn comes."""


class KeepVoicemail(Action, tag="keep_voicemail", frozen=True, kw_only=True, omit_defaults=True):
    """A recording becomes a message of the customer; the item stays, to be worked on without a caller."""

    sid: str
    duration_s: int


class KeepRecording(Action, tag="keep_recording", frozen=True, kw_only=True, omit_defaults=True):
    """A recording of the talk is to be kept by us. ready: it is complete; else it will be, whoever tells of it."""

    sid: str
    ready: bool = False


class Log(Action, tag="log", frozen=True, kw_only=True, omit_defaults=True):
    """Write in the conversation how the call went."""


AnyAction = (
    DialLeg
    | Redirect
    | EndLeg
    | SetLeg
    | PlayTones
    | Record
    | LineUp
    | EndItem
    | GiveBack
    | KeepCallback
    | KeepVoicemail
    | KeepRecording
    | Log
)
