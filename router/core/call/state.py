"""A call and its legs, as they are stored: plain values that survive any crash."""

from __future__ import annotations

from typing import Literal

import msgspec

from router.core.bot.spoken import Listening
from router.core.bot.talk import Talk
from router.core.words import AgentId, ConversationId, CustomerId, Ms, WorkItemId

State = Literal[
    "menu", "bot", "queued", "callback", "voicemail", "dialing", "connecting", "talking", "held", "consulting",
    "reconnecting", "ended",
]  # fmt: skip
Outcome = Literal[
    "", "answered", "abandoned", "voicemail", "callback", "busy", "no_answer", "failed", "refused", "closed", "bot"
]  # fmt: skip
Role = Literal["customer", "agent", "supervisor", "third"]
LegState = Literal["dialing", "ringing", "waiting", "joined", "gone"]
"""waiting: with the machine, not in the conference; customers only."""
Mode = Literal["talk", "listen", "whisper"]
Recording = Literal["off", "on", "paused"]
Timer = Literal["answer", "ring", "grace", "again", "handing", "voicemail", "thanked", "tones"]

CUSTOMER = "customer"
"""The label of the customer's leg."""
IN_ROOM: frozenset[State] = frozenset({"talking", "held", "consulting"})
"""Customer and agent are in the conference."""
WITH_CUSTOMER: frozenset[State] = frozenset({"connecting", "talking", "held", "consulting", "reconnecting"})


class Leg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person on the line. label: unique in the call, never used again. sid: the provider's; empty: not known yet.

    address: what is dialed: a number or `client:<agent>`. muted, held, mode: as wanted; the provider is made to agree.
    """

    label: str
    role: Role
    state: LegState
    since: Ms
    agent_id: AgentId | None = None
    address: str = ""
    sid: str = ""
    muted: bool = False
    held: bool = False
    mode: Mode = "talk"
    leaves: bool = False
    """To be gone: its end is on its way."""
    heard: int = 0
    """The number of the last conference event about it."""

    @property
    def live(self) -> bool:
        return self.state != "gone" and not self.leaves

    @property
    def in_browser(self) -> bool:
        return self.address.startswith("client:")


class BotHeard(msgspec.Struct, frozen=True, kw_only=True):
    """What a bot decided when it heard something, and about what: no words of the caller's."""

    decision: str
    intent: str


class BotTalk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a bot and the caller said so far. listens: how its question may be answered; None: it asked none.

    note: what staff read first, once it handed over. turns: for reports, oldest first.
    """

    talk: Talk
    listens: Listening | None = None
    note: str = ""
    turns: tuple[BotHeard, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a member of staff asked for under a name, so that it does not happen twice.

    once: its name. taken: the assignment in which it was asked.
    """

    by: AgentId
    once: str
    taken: int = 0


class Pressed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Digits that wait for the end of tones before them. label: of the leg they are for."""

    by: AgentId
    label: str
    digits: str


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recording at the provider."""

    sid: str
    duration_s: int = 0
    voicemail: bool = False


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """stage: counts what the customer's leg was to be told; served: the last of it that it fetched.

    room: counts the conferences; each has a name of its own, so that in a new one nobody sits in silence.
    owner, taken: who has the work item, and by which of its offers; released: the assignment that is
        over for us already.
    made: counts legs and actions, so that each has a name of its own.
    handing_to: the item is on its way to who is on the line already. handed_by: who had it before it arrived there.
    first_words: what the customer said to the machine.
    """

    id: str
    account: str
    direction: Literal["in", "out"]
    number: str
    language: str
    state: State
    since: Ms
    started_at: Ms
    item_id: WorkItemId
    conversation_id: ConversationId
    customer_id: CustomerId | None = None
    customer_name: str = ""
    version: int = 0
    stage: int = 0
    served: int = 0
    room: int = 0
    conference_sid: str = ""
    """Of the room, as the provider has it."""
    conferences_over: tuple[str, ...] = ()
    """Those the room was before: when everybody has left one, who comes again begins another of its name."""
    legs: tuple[Leg, ...] = ()
    queue: str = ""
    said: str = ""
    """What the bot, or an announcement, is to say next."""
    tries: int = 0
    first_words: str = ""
    bot: BotTalk | None = None
    lined_up: bool = False
    """The item was put in line."""
    owner: AgentId | None = None
    taken: int = 0
    released: int = 0
    handing_to: AgentId | None = None
    handed_by: AgentId | None = None
    transferring: str = ""
    """Label of the outside leg the call is handed to once it answers."""
    recording: Recording = "off"
    recording_sid: str = ""
    recorded: tuple[Recorded, ...] = ()
    spoke: tuple[AgentId, ...] = ()
    """Who talked with the customer, in order."""
    asked: tuple[Asked, ...] = ()
    """The newest, oldest first: more of them than anybody's client sends again."""
    pressed: Pressed | None = None
    outcome: Outcome = ""
    connected_at: Ms | None = None
    ended_at: Ms | None = None
    notice: str = ""
    made: int = 0
    due: dict[Timer, Ms] = {}

    def leg(self, label: str) -> Leg | None:
        return next((leg for leg in self.legs if leg.label == label), None)

    def live(self, role: Role) -> Leg | None:
        """The newest live leg of this role."""
        return next((leg for leg in reversed(self.legs) if leg.role == role and leg.live), None)

    def asked_before(self, by: AgentId, once: str) -> Asked | None:
        """What they asked for under this name; "" names nothing."""
        return next((asked for asked in self.asked if once and (asked.by, asked.once) == (by, once)), None)

    def of_agent(self, agent: AgentId) -> Leg | None:
        """The live leg of a member of staff."""
        return next((leg for leg in reversed(self.legs) if leg.agent_id == agent and leg.live), None)

    @property
    def over(self) -> bool:
        return self.state == "ended"

    @property
    def room_name(self) -> str:
        return f"{self.id}.{self.room}"

    @property
    def due_at(self) -> Ms | None:
        return min(self.due.values(), default=None)

    @property
    def people(self) -> tuple[AgentId, ...]:
        """Staff who see it: who owns its item and who is on the line."""
        legs = (leg.agent_id for leg in self.legs if leg.live and leg.agent_id)
        return tuple(dict.fromkeys((*((self.owner,) if self.owner else ()), *legs)))


_MOST_GONE = 12
_MOST_ASKED = 64


def trimmed(call: Call) -> Call:
    """Without what is long gone: a call of any length stays small. The newest gone legs still absorb late facts."""
    if len(call.asked) > _MOST_ASKED:
        call = msgspec.structs.replace(call, asked=call.asked[-_MOST_ASKED:])
    gone = [leg for leg in call.legs if leg.state == "gone" and leg.label != CUSTOMER]
    if len(gone) <= _MOST_GONE:
        return call
    dropped = {leg.label for leg in gone[:-_MOST_GONE]}
    return msgspec.structs.replace(call, legs=tuple(leg for leg in call.legs if leg.label not in dropped))
