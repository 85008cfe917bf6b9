"""A telephone world for one call: the provider, the people and routing as they really are.

What happens there becomes facts, which reach the call late, twice and in any order; what the call wants done is done in
order. At the end the world is compared with what the call believes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from router.core.call import actions, facts
from router.core.call.commands import Refusal
from router.core.call.draft import Context
from router.core.call.line import Line
from router.core.call.page import Ask, HangUp, Join, Music, Say, TakeMessage, Verb, Waiting, page
from router.core.call.state import CUSTOMER, Call
from router.core.call.step import arrive, step
from router.core.words import AgentId, Ms
from tests.core.call.lines import context, line

AGENTS = tuple(AgentId(name) for name in ("anna", "ben"))
BOSS = AgentId("sue")


@dataclass(slots=True)
class Phone:
    """A leg as it really is. room: where it is; "": with the machine, or ringing."""

    sid: str
    up: bool = True
    answered: bool = False
    room: str = ""
    held: bool = False
    muted: bool = False


@dataclass(slots=True)
class World:
    chance: random.Random
    line: Line = field(default_factory=line)
    now: Ms = 1_000_000
    phones: dict[str, Phone] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    """Conferences in which somebody of the staff was."""
    conferences: dict[str, str] = field(default_factory=dict)
    """The newest of each room: when everybody has left it, who comes next begins another."""
    numbers: dict[str, int] = field(default_factory=dict)
    """How many events each conference has told of."""
    item: facts.ItemIs = field(default_factory=lambda: facts.ItemIs(state="closed"))
    lined_up: bool = False
    todo: list[actions.AnyAction] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    under_way: list[facts.Fact] = field(default_factory=list)
    told: list[facts.Fact] = field(default_factory=list)
    verbs: tuple[Verb, ...] = ()
    asks: int = 0
    call: Call = field(init=False)

    def __post_init__(self) -> None:
        self.phones[CUSTOMER] = Phone("CA-customer", answered=True)
        self.call, wanted = arrive(call_id="call_1", sid="CA-customer", number="+48600700800", context=self.context)
        self._want(wanted)
        self.fetch()

    @property
    def context(self) -> Context:
        return context(self.now, self.line)

    # ------------------------------------------------------------ the call hears

    def hear(self, fact: facts.Fact) -> bool:
        """False: a command was refused."""
        self.now += 1
        try:
            self.call, wanted = step(self.call, fact, self.context)
        except Refusal:
            return False
        self._want(wanted)
        return True

    def _want(self, wanted: list[actions.AnyAction]) -> None:
        self.todo += [action for action in wanted if action.key not in self.keys]
        self.keys |= {action.key for action in wanted}

    def tell(self, fact: facts.Fact) -> None:
        self.under_way.append(fact)

    def deliver(self, *, twice: bool = False) -> None:
        if self.under_way:
            fact = self.under_way.pop(self.chance.randrange(len(self.under_way)))
            self.told.append(fact)
            self.hear(fact)
        if twice and self.told:
            self.hear(self.chance.choice(self.told[-20:]))

    def look(self) -> None:
        """Routing is looked at as it is at this moment."""
        self.hear(self.item)

    # ------------------------------------------------------------ the customer's leg

    def fetch(self) -> None:
        customer = self.phones[CUSTOMER]
        if not customer.up:
            return
        self._leave(CUSTOMER)
        self.hear(facts.Fetched())
        self.verbs = page(self.call, self.line, Waiting(position=1))
        for verb in self.verbs:
            if isinstance(verb, Join):
                self._enter(CUSTOMER, verb.room)
        if isinstance(self.verbs[-1], HangUp):
            self.hang_up(CUSTOMER)

    def answer(self, **heard: Any) -> None:
        for verb in self.verbs:
            if isinstance(verb, Ask) and self.phones[CUSTOMER].up and not self.phones[CUSTOMER].room:
                self.hear(facts.Heard(stage=verb.stage, **heard))
                self.fetch()
                return
            if isinstance(verb, TakeMessage) and not self.phones[CUSTOMER].room:
                self.tell(facts.RecordingIs(sid="RE-message", status="completed", duration_s=9, voicemail=True))

    # ------------------------------------------------------------ legs

    def _conference(self, room: str) -> str:
        """The one that is on, or begins."""
        if room not in self.conferences:
            self.conferences[room] = f"CF-{room}"
        return self.conferences[room]

    def _enter(self, label: str, room: str) -> None:
        phone = self.phones[label]
        if not self.in_room(room) and self.numbers.get(self._conference(room)):
            self.conferences[room] += "'"
        phone.room, phone.answered = room, True
        if label != CUSTOMER:
            self.begun.add(room)
        self._tell_room(facts.Joined, label, room)

    def _leave(self, label: str) -> None:
        phone = self.phones[label]
        if phone.room:
            room, phone.room = phone.room, ""
            phone.held = False
            self._tell_room(facts.Left, label, room)
            if not any(other.room == room for other in self.phones.values()):
                self.begun.discard(room)

    def _tell_room(self, kind: type[facts.Joined] | type[facts.Left], label: str, room: str) -> None:
        number = int(room.rpartition(".")[2])
        conference = self._conference(room)
        n = self.numbers[conference] = self.numbers.get(conference, 0) + 1
        self.tell(kind(label=label, room=number, n=n, sid=self.phones[label].sid, conference_sid=conference))

    def ring(self, label: str, status: facts.LegStatus) -> None:
        """Whoever is called answers, or not."""
        phone = self.phones[label]
        if not phone.up or phone.answered:
            return
        if status == "in-progress":
            self.tell(facts.LegIs(label=label, sid=phone.sid, status="in-progress"))
            self._enter(label, phone.room or self._room_of(label))
        else:
            phone.up = False
            self.tell(facts.LegIs(label=label, sid=phone.sid, status=status))

    def _room_of(self, label: str) -> str:
        return self.rooms[label]

    @property
    def rooms(self) -> dict[str, str]:
        return self._rooms

    _rooms: dict[str, str] = field(default_factory=dict)

    def hang_up(self, label: str) -> None:
        phone = self.phones[label]
        if phone.up:
            self._leave(label)
            phone.up = False
            self.tell(facts.LegIs(label=label, sid=phone.sid, status="completed"))

    # ------------------------------------------------------------ what is to be done is done

    def act(self) -> None:
        """Carry out the next action, as the provider and routing would."""
        if not self.todo:
            return
        action = self.todo.pop(0)
        match action:
            case actions.DialLeg():
                self._dial(action)
            case actions.Redirect():
                if self.call.served < action.stage or self.chance.random() < 0.1:  # it may ask in the same moment
                    self._redirect(action)
            case actions.EndLeg():
                self._end(action)
            case actions.SetLeg():
                self._set(action)
            case actions.LineUp():
                self.lined_up = True
                self.item = facts.ItemIs(state="waiting")
                self.hear(facts.Done(key=action.key))
            case actions.EndItem():
                self._end_item()
            case actions.GiveBack():
                if (self.item.agent, self.item.taken) == (action.agent, action.taken):
                    self.item = replace(self.item, state="waiting", agent=None)
            case actions.Record():
                self.hear(facts.Done(key=action.key, sid="" if action.to == "off" else "RE-talk"))
            case _:
                pass

    def _dial(self, action: actions.DialLeg) -> None:
        leg = self.call.leg(action.label)
        if leg is None or not leg.live:  # not begun, as nobody wants it any more
            return
        if action.label not in self.phones or not self.phones[action.label].up:
            self.phones[action.label] = Phone(f"CA-{action.label}", muted=action.muted)
            self.rooms[action.label] = action.room
        sid = self.phones[action.label].sid
        conference = self._conference(action.room)
        self.hear(facts.Done(key=action.key, label=action.label, sid=sid, room=action.room, conference_sid=conference))

    def _redirect(self, action: actions.Redirect) -> None:
        if self.phones[CUSTOMER].up:
            self.fetch()
        else:
            self.hear(facts.Failed(key=action.key, label=CUSTOMER, gone=True))

    def _end(self, action: actions.EndLeg) -> None:
        if action.label in self.phones:
            self.hang_up(action.label)
        self.hear(facts.Done(key=action.key, label=action.label))

    def _set(self, action: actions.SetLeg) -> None:
        phone, leg = self.phones.get(action.label), self.call.leg(action.label)
        if phone is not None and leg is not None and phone.room == action.room:
            phone.held, phone.muted = leg.held, leg.muted or leg.mode == "listen"

    def _end_item(self) -> None:
        if self.item.state in ("waiting", "offered"):
            self.item = replace(self.item, state="closed")
        elif self.item.state == "assigned":
            self.item = replace(self.item, state="wrap_up")

    # ------------------------------------------------------------ routing and staff

    def give_to(self, agent: AgentId) -> None:
        """Routing gives the item to somebody: accepted, handed over or assigned."""
        if self.lined_up and self.item.state in ("waiting", "assigned") and self.item.agent != agent:
            taken = self.item.taken + 1
            self.item = facts.ItemIs(state="assigned", agent=agent, taken=taken, address=f"client:{agent}")

    def take_back(self) -> None:
        if self.item.state == "assigned":
            self.item = replace(self.item, state="waiting", agent=None)

    def command(self, word: facts.CommandWord, by: AgentId, agent: AgentId | None = None) -> None:
        third = self.call.live("third")
        carried_out = self.hear(
            facts.Command(
                word=word,
                by=by,
                supervising=by == BOSS,
                own_address=f"client:{by}",
                address=f"client:{agent}" if agent else "+48111222333",
                agent=agent,
                label=third.label if third else "",
                digits="1",
            )
        )
        if carried_out and word in ("hand_over", "take_over"):
            target = self.call.handing_to or (by if word == "take_over" else None)
            if target is not None:
                self.give_to(target)

    def pass_time(self, ms: Ms) -> None:
        self.now += ms
        self.hear(facts.TimePassed())

    # ------------------------------------------------------------ how it is

    def settle(self) -> None:
        """All that is under way arrives, and all that is to be done is done; nobody does anything new."""
        for _ in range(400):
            if self.todo:
                self.act()
            elif self.under_way:
                self.deliver()
            else:
                before = self.call
                self.look()
                self._ask_provider()
                if self.call == before and not self.todo:
                    return
        raise AssertionError(f"it never comes to rest: {self.todo[:3]} {self.under_way[:3]}")

    def _ask_provider(self) -> None:
        """What the reconciler does, where news of two conferences of one room may have been mixed up."""
        room = self.call.room_name
        if self.conferences.get(room, "").endswith("'"):
            for label in self.in_room(room):
                conference, sid = self.conferences[room], self.phones[label].sid
                leg = self.call.leg(label)
                if leg is not None and leg.state != "joined":
                    self.hear(facts.Joined(label=label, room=self.call.room, n=0, sid=sid, conference_sid=conference))

    def in_room(self, room: str) -> list[str]:
        return [label for label, phone in self.phones.items() if phone.room == room]

    def sounds(self) -> bool:
        """Whether the customer hears something, when the call has come to rest."""
        customer = self.phones[CUSTOMER]
        if not customer.up:
            return True
        if not customer.room:
            return any(isinstance(verb, Say | Music | Ask | TakeMessage) for verb in self.verbs)
        return customer.held or customer.room not in self.begun or len(self.in_room(customer.room)) > 1
