"""One call (Twilio's Call resource): its statuses, who is told of them, and its life from ringing to the end.

queued → ringing → in-progress → completed        queued, ringing → canceled
                 ↘ busy, no-answer, failed
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulators.twilio import interpreter, person
from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.audio import Ear, Sound
from tests.simulators.twilio.clock import now, rfc2822
from tests.simulators.twilio.grammar import ANYWHERE
from tests.simulators.twilio.person import Person, Reply
from tests.simulators.twilio.turn import HangUp, Source, Turn

if TYPE_CHECKING:
    from tests.simulators.twilio.exchange import Exchange

TERMINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    at_s: float
    what: str
    detail: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Leg:
    """status_hook, status_events: who is told of its progress, and of what. left_because: why it leaves a conference.
    star: set by `*` while hangupOnStar waits for it."""

    exchange: Exchange
    sid: str
    from_: str
    to: str
    direction: str
    person: Person
    ear: Ear
    parent: Leg | None = None
    status_hook: Hook | None = None
    status_events: frozenset[str] = frozenset({"completed"})
    params_of_app: Mapping[str, str] = field(default_factory=dict)
    status: str = "queued"
    created: datetime = field(default_factory=now)
    answered: datetime | None = None
    ended_at: datetime | None = None
    answered_phone_s: float | None = None
    ended_phone_s: float | None = None
    moments: list[Moment] = field(default_factory=list)
    left_because: str = "participant_hung_up"
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    in_progress: asyncio.Event = field(default_factory=asyncio.Event)
    bridged: asyncio.Event = field(default_factory=asyncio.Event)
    star: asyncio.Event | None = None
    replied: set[int] = field(default_factory=set)
    _keys: asyncio.Queue[Reply] | None = None
    _listens: asyncio.Event = field(default_factory=asyncio.Event)
    _decided: asyncio.Future[str] | None = None
    _fallback: Hook | None = None
    _next: Source | None = None
    _hung_up: bool = False
    _playing: asyncio.Future[Turn] | None = None
    _sequence: int = 0

    def __post_init__(self) -> None:
        self.note("created", f"{self.from_} → {self.to}")

    @property
    def over(self) -> bool:
        return self.status in TERMINAL

    @property
    def talked_phone_s(self) -> float:
        """Since it was answered; what is billed."""
        if self.answered_phone_s is None:
            return 0.0
        until_s = self.exchange.clock.phone_s() if self.ended_phone_s is None else self.ended_phone_s
        return until_s - self.answered_phone_s

    def note(self, what: str, detail: str = "") -> None:
        self.moments.append(Moment(at_s=self.exchange.clock.wall_s(), what=what, detail=detail))

    def params(self) -> dict[str, str]:
        """That come with every request about this call."""
        given = {
            "CallSid": self.sid,
            "AccountSid": self.exchange.account.sid,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
            "CallStatus": self.status,
            "Direction": self.direction,
            "ApiVersion": "2010-04-01",
            **self.params_of_app,
        }
        return given if self.parent is None else {**given, "ParentCallSid": self.parent.sid}

    # What happens to it

    async def arrive(self, source: Source) -> None:
        """An inbound call: it rings until TwiML answers it."""
        self.status = "ringing"
        self.ear.hear(Sound.RINGBACK)
        await self._live(source)

    async def go_out(self, source: Source, timeout_s: float) -> None:
        """An outbound call: it rings somebody, and lives when they pick up."""
        self._decided = asyncio.get_running_loop().create_future()
        self.tell("initiated")
        self.status = "ringing"
        self.note("ringing")
        self.tell("ringing")
        outcome = await self._ring(timeout_s)
        if outcome == "answer":
            self.answer()
            await self._live(source)
        else:
            self.end(outcome)

    async def _ring(self, timeout_s: float) -> str:
        assert self._decided is not None
        if self.person.picks_up_s is not None:
            self.exchange.clock.later(self.person.picks_up_s, self.decide, self.person.outcome)
        if await self.exchange.clock.done_within(self._decided, timeout_s):
            return self._decided.result()
        self._decided.cancel()
        return "no-answer"

    @property
    def rings(self) -> bool:
        return self.status == "ringing" and self._decided is not None and not self._decided.done()

    def decide(self, outcome: str) -> bool:
        """Who is rung picks up ("answer"), rejects ("busy"), or cannot be reached. False: it no longer rings."""
        if self._decided is None or self._decided.done():
            return False
        self._decided.set_result(outcome)
        return True

    def answer(self) -> None:
        if self.status == "in-progress" or self.over:
            return
        self.status = "in-progress"
        self.answered, self.answered_phone_s = now(), self.exchange.clock.phone_s()
        self.note("answered")
        self.tell("answered")
        self.in_progress.set()
        self.exchange.spawn(person.behave(self), f"person of {self.sid}")

    async def _live(self, source: Source) -> None:
        turn: Turn = source
        self._fallback = source.fallback
        try:
            while isinstance(turn, Source) and not self._hung_up:
                self._playing = asyncio.ensure_future(interpreter.run(self, turn))
                await asyncio.wait({self._playing})
                turn = None if self._playing.cancelled() else self._playing.result()
                if self._next is not None:
                    turn, self._next = self._next, None
        finally:
            if self._playing is not None:
                self._playing.cancel()
            self.end(turn.status if isinstance(turn, HangUp) and not self._hung_up else "completed")

    def or_fallback(self, source: Source) -> Source:
        """Whichever document of the call cannot be had, the number's fallback URL is asked instead."""
        alone = source.fallback or not source.hook or source.allowed != ANYWHERE
        return source if alone else replace(source, fallback=self._fallback)

    async def perform(self, source: Source) -> Turn:
        """Within what it does now."""
        return await interpreter.run(self, source)

    def redirect(self, source: Source) -> None:
        """By REST: what it does now ends, new TwiML begins."""
        self.note("redirected", source.hook.url if source.hook else "twiml")
        self.left_because, self._next = "participant_updated_via_api", source
        self._interrupt()

    def hang_up(self, because: str = "participant_hung_up", status: str = "") -> None:
        """By the person, or by REST."""
        if self.over:
            return
        self.note("hung up", because)
        self.left_because, self._hung_up, self._next = because, True, None
        if not self.decide(status or "canceled"):
            self._interrupt()

    def _interrupt(self) -> None:
        if self._playing is not None:
            self._playing.cancel()

    def end(self, status: str) -> None:
        if self.over:
            return
        if status == "completed" and self.answered is None:
            status = "canceled" if self.direction.startswith("outbound") else "no-answer"
        self.status = status
        self.ended_at, self.ended_phone_s = now(), self.exchange.clock.phone_s()
        self.ear.hear(Sound.NOTHING)
        self.note("ended", status)
        self.exchange.leg_ended(self)
        self.tell("completed")
        self.ended.set()

    def tell(self, event: str) -> None:
        """A status callback, if somebody asked for it."""
        if self.status_hook is None or event not in self.status_events:
            return
        params = self.params() | {
            "CallStatus": event if event in ("initiated", "ringing") else self.status,
            "Timestamp": rfc2822(),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._sequence),
        }
        if event == "completed":
            params |= {
                "CallDuration": str(round(self.talked_phone_s)),
                "Duration": str(int(self.talked_phone_s // 60) + 1),
            }
        self._sequence += 1
        self.exchange.webhooks.tell(self.status_hook, params, line=self.sid)

    # Keys and words

    @contextmanager
    def listening(self, prompt: str = "") -> Iterator[asyncio.Queue[Reply]]:
        """While a verb takes keys and words; prompt: what it says."""
        self._keys = asyncio.Queue()
        self._listens.set()
        replying = person.replying(self, person.chosen(self.person.replies, self.replied, prompt))
        try:
            yield self._keys
        finally:
            self._keys = None
            self._listens.clear()
            if replying is not None:
                replying.cancel()

    def press(self, what: Reply) -> bool:
        """False: nobody was listening, the keys are lost."""
        self.note("pressed", what.digits or what.speech)
        if self._keys is not None:
            self._keys.put_nowait(what)
            return True
        if self.star is not None and "*" in what.digits:
            self.star.set()
            return True
        return self.exchange.spoke(self, what)

    async def press_when_heard(self, what: Reply, wait_s: float) -> bool:
        """Waits up to `wait_s` of the wall's for a verb that listens."""
        try:
            async with asyncio.timeout(wait_s):
                await self._listens.wait()
        except TimeoutError:
            pass
        return self.press(what)
