"""What can happen to a call. Each says how things are, so that twice or late does no harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from router.core.call.state import BotTalk
from router.core.words import AgentId, ItemState

LegStatus = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"
]
Then = Literal["caller", "person", "end"]
OVER: frozenset[LegStatus] = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BotTurn:
    """What the bot made of what it heard. say: to the caller. then: whose turn it is; end: nobody is needed."""

    bot: BotTalk
    say: str
    then: Then


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The customer pressed or said something, or nothing, in answer to the prompt of this stage.

    reply: what the line itself answers to it; empty: it cannot. turn: what a bot made of it; None: it was not asked.
    """

    stage: int
    digits: str = ""
    speech: str = ""
    reply: str = ""
    turn: BotTurn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The customer's leg asks what to do next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegIs:
    """The provider's status of a leg."""

    label: str
    sid: str
    status: LegStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """room: the conference by its number in the call. n: of the event in the conference; 0: read just now."""

    label: str
    room: int
    n: int
    sid: str
    conference_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The leg is no longer in this conference; it may live on elsewhere."""

    label: str
    room: int
    n: int
    sid: str
    conference_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A leg in the conference is muted or held otherwise than wanted."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The customer's leg is up, but not in the conference where it belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingIs:
    sid: str
    status: Literal["in-progress", "paused", "stopped", "completed", "absent", "failed"]
    duration_s: int = 0
    voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An action was carried out. sid: of the leg or recording it made; empty for a recording that was stopped."""

    key: str
    label: str = ""
    room: str = ""
    sid: str = ""
    conference_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An action was given up. key: its; label: of the leg it was for. gone: what it was for is not there any more."""

    key: str
    label: str = ""
    reason: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemIs:
    """The work item as routing has it. state closed: or unknown to it. ringing: at whom it rings."""

    state: ItemState
    agent: AgentId | None = None
    taken: int = 0
    address: str = ""
    """How the agent is called: `client:<agent>` or their phone."""
    ringing: frozenset[AgentId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """See whether something is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack:
    """The customer is being called back: what is left of the call in which they asked for it is over."""


CommandWord = Literal[
    "hold", "unhold", "mute", "unmute", "keypad", "consult", "merge", "give", "drop", "record", "pause_recording",
    "hang_up", "listen", "whisper", "barge", "take_over", "hand_over", "leave", "transfer",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A member of staff wants something. word: what. address, agent: of who is to be called; label: of a leg.

    give: to an outside number, my leg ends once it has answered. transfer: routing is about to have the item.
    supervising: by the role of `by`. own_address: how `by` is called. once: the client's name for this very command:
    with the same one it is the same command; "" where the state of the call tells.
    """

    word: CommandWord
    by: AgentId
    supervising: bool = False
    own_address: str = ""
    address: str = ""
    agent: AgentId | None = None
    label: str = ""
    digits: str = ""
    once: str = ""


Fact = (
    Heard
    | Fetched
    | LegIs
    | Joined
    | Left
    | Differs
    | Absent
    | RecordingIs
    | Done
    | Failed
    | ItemIs
    | TimePassed
    | CalledBack
    | Command
)
