"""The telephone exchange: every call, conference, queue, recording and message, and the people at the other ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.simulators.twilio import message
from tests.simulators.twilio.account import Account, Hook, Number
from tests.simulators.twilio.alert import Alerts
from tests.simulators.twilio.audio import Ear
from tests.simulators.twilio.clock import Clock
from tests.simulators.twilio.conference import Room
from tests.simulators.twilio.fault import Dice
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.line import Line
from tests.simulators.twilio.media import Media
from tests.simulators.twilio.message import Message, Recipient
from tests.simulators.twilio.person import Person, Reply
from tests.simulators.twilio.recording import Recording
from tests.simulators.twilio.seat import Seat
from tests.simulators.twilio.turn import Source, Turn
from tests.simulators.twilio.webhook import Webhooks

DEFAULT_RING_S = 60.0


@dataclass(slots=True, kw_only=True)
class Exchange:
    """people: who answers at an address; anybody else is a Person as it comes. heard_from_s: when somebody last
    wrote to a number. base_url: where this simulator's REST API is."""

    clock: Clock
    account: Account
    dice: Dice
    alerts: Alerts
    webhooks: Webhooks
    media: Media
    base_url: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    recipients: dict[str, Recipient] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    rooms_by_name: dict[str, Room] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    heard_from_s: dict[tuple[str, str], float] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Something that goes on by itself; what it raises is the simulator's fault and shows among the violations."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.alerts.violation(0, f"the simulator failed: {error!r}", task.get_name())

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhooks.close()
        await self.webhooks.client.aclose()

    # Calls

    def call_in(
        self, *, from_: str, to: str, person: Person | None = None, params: Mapping[str, str] | None = None
    ) -> Leg:
        """Somebody calls one of the account's numbers, or a browser its TwiML application, with `params` of its own.

        Raises KeyError when there is no such number.
        """
        number = self.account.numbers[to]
        leg = self._leg(
            from_=from_,
            to="" if to.startswith("AP") else to,
            direction="inbound",
            person=person or self.people.get(from_, Person()),
            status_hook=number.status,
            params_of_app=dict(params or {}) | ({"ApplicationSid": to} if to.startswith("AP") else {}),
        )
        self.spawn(leg.arrive(Source(hook=number.voice, fallback=number.voice_fallback)), f"call {leg.sid}")
        return leg

    def call_out(
        self,
        *,
        to: str,
        from_: str,
        source: Source,
        timeout_s: float = DEFAULT_RING_S,
        status_hook: Hook | None = None,
        status_events: frozenset[str] = frozenset({"completed"}),
        parent: Leg | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Leg:
        leg = self._leg(
            from_=from_,
            to=to,
            direction="outbound-dial" if parent else "outbound-api",
            person=self.people.get(to, Person()),
            parent=parent,
            status_hook=status_hook,
            status_events=status_events,
            params_of_app=params or {},
        )
        self.spawn(leg.go_out(source, timeout_s), f"call {leg.sid}")
        return leg

    def _leg(self, **given: Any) -> Leg:
        leg = Leg(exchange=self, sid=self.account.mint("CA"), ear=Ear(clock=self.clock), **given)
        self.legs[leg.sid] = leg
        return leg

    def leg_ended(self, leg: Leg) -> None:
        for recording in self.recordings.values():
            if recording.leg is leg:
                recording.finish()

    def spoke(self, leg: Leg, what: Reply) -> bool:
        """Words in a conference are heard by whom they may; keys by everybody."""
        for room in list(self.rooms_by_name.values()):
            seat = room.seat(leg.sid)
            if seat is not None and not seat.muted:
                room.tell("participant-speech-start", seat)
                room.tell("participant-speech-stop", seat)
                return True
        return False

    # Conferences and queues

    def room(self, name: str) -> Room:
        """The one of that name that has not ended; a new one otherwise."""
        room = self.rooms_by_name.get(name)
        if room is None:
            room = Room(exchange=self, sid=self.account.mint("CF"), name=name)
            self.rooms[room.sid] = self.rooms_by_name[name] = room
        return room

    def room_ended(self, room: Room) -> None:
        self.rooms_by_name.pop(room.name, None)
        for recording in self.recordings.values():
            if recording.room is room:
                recording.finish()

    def invite(self, room: Room, *, to: str, from_: str, timeout_s: float, status_hook: Hook | None,
               status_events: frozenset[str], **wishes: Any) -> Seat:  # fmt: skip
        """A participant made by REST: rung, and seated once they answer; wishes: fields of Seat."""

        async def take_seat(leg: Leg) -> Turn:
            await room.sit(seat)
            return None

        leg = self.call_out(to=to, from_=from_, source=Source(play=take_seat), timeout_s=timeout_s,
                            status_hook=status_hook, status_events=status_events)  # fmt: skip
        seat = Seat(leg=leg, status="ringing", **wishes)
        room.seats.append(seat)
        room.refresh()
        self.spawn(self._unless_answered(room, seat), f"invitation {leg.sid}")
        return seat

    async def _unless_answered(self, room: Room, seat: Seat) -> None:
        await seat.leg.ended.wait()
        if seat.status == "ringing":
            room.remove(seat, "participant_add_failed")

    def line(self, name: str) -> Line:
        if name not in self.lines:
            self.lines[name] = Line(sid=self.account.mint("QU"), name=name)
        return self.lines[name]

    # Recordings

    def record(self, *, source: str, leg: Leg | None = None, room: Room | None = None, hook: Hook | None = None,
               events: frozenset[str] = frozenset({"completed"}), channels: int = 1) -> Recording:  # fmt: skip
        recording = Recording(exchange=self, sid=self.account.mint("RE"), source=source, leg=leg, room=room, hook=hook,
                              events=events, channels=channels)  # fmt: skip
        self.recordings[recording.sid] = recording
        return recording

    def record_once_answered(self, leg: Leg, *, hook: Hook | None, events: frozenset[str]) -> None:
        """`Record` of a call or participant made by REST."""

        async def start() -> None:
            await leg.in_progress.wait()
            self.record(source="OutboundAPI", leg=leg, hook=hook, events=events)

        self.spawn(start(), f"recording of {leg.sid}")

    # Messages

    def send(self, *, from_: str, to: str, body: str, direction: str = "outbound-api", **given: Any) -> Message:
        """Whatever there is to send; given: fields of Message."""
        prefix = "MM" if given.get("media_urls") else "SM"
        sent = Message(
            sid=self.account.mint(prefix),
            from_=from_,
            to=to,
            body=body,
            direction=direction,
            **({"status": "queued"} | given),
        )
        self.messages[sent.sid] = sent
        self.spawn(message.deliver(self, sent), f"message {sent.sid}")
        return sent

    def number(self, address: str) -> Number | None:
        return self.account.numbers.get(address)


def build(*, clock: Clock, account: Account, dice: Dice, origins: dict[str, str], total_s: float) -> Exchange:
    """Raises nothing; what listens is connected to when it is first needed."""
    alerts = Alerts(clock=clock)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    client = httpx.AsyncClient(
        trust_env=False, limits=limits, timeout=httpx.Timeout(total_s, connect=5.0, pool=None), verify=False
    )
    webhooks = Webhooks(account=account, dice=dice, alerts=alerts, client=client, origins=origins, total_s=total_s)
    media = Media(webhooks=webhooks, alerts=alerts)
    return Exchange(clock=clock, account=account, dice=dice, alerts=alerts, webhooks=webhooks, media=media)
