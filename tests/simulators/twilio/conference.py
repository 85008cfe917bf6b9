"""A conference: who sits in it, who is held, muted or coaching, and therefore who hears whom.

It begins when two sit in it and one of them has startConferenceOnEnter; until then everybody hears their waitUrl.
It ends when one with endConferenceOnExit leaves, when the last leaves, or by REST. Who is told of it (statusCallback)
is set by the first to come. Left alone after it began one hears nothing: waitUrl is only for the time before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.clock import now, rfc2822
from tests.simulators.twilio.line import DEFAULT_MUSIC
from tests.simulators.twilio.playing import entertain
from tests.simulators.twilio.seat import Seat

if TYPE_CHECKING:
    from tests.simulators.twilio.exchange import Exchange

CLASS_OF_EVENT = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


@dataclass(slots=True, kw_only=True, eq=False)
class Room:
    """status: init, in-progress, completed. history: every change with the members after it."""

    exchange: Exchange
    sid: str
    name: str
    status: str = "init"
    seats: list[Seat] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    hook: Hook | None = None
    events: frozenset[str] = frozenset()
    most: int = 250
    recorded: bool = False
    recording_hook: Hook | None = None
    recording_events: frozenset[str] = frozenset({"completed"})
    reason_ended: str = ""
    ended_by: str = ""
    sequence: int = 0
    configured: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)

    def configure(self, **given: Any) -> None:
        """Only the first participant's wishes count."""
        if not self.configured:
            self.configured = True
            for name, value in given.items():
                setattr(self, name, value)

    def seat(self, who: str) -> Seat | None:
        """By call SID or label."""
        return next((each for each in self.seats if who and who in (each.leg.sid, each.label)), None)

    @property
    def present(self) -> list[Seat]:
        """Who has joined, unlike those who still ring."""
        return [each for each in self.seats if each.status == "connected"]

    # Coming and going

    async def sit(self, seat: Seat) -> None:
        """Until the seat is taken away: the conference ended, or its participant was removed."""
        if self.status == "completed" or len(self.present) >= self.most:
            return
        if seat not in self.seats:
            self.seats.append(seat)
        seat.status = "connected"
        self.tell("participant-join", seat)
        if self.status == "init" and len(self.present) > 1 and any(each.start_on_enter for each in self.present):
            self._start()
        self.refresh()
        try:
            await seat.removed.wait()
        finally:
            self.remove(seat, seat.leg.left_because)

    def _start(self) -> None:
        self.status, self.updated = "in-progress", now()
        self.tell("conference-start")
        if self.recorded:
            self.exchange.record(room=self, source="Conference", hook=self.recording_hook, events=self.recording_events)

    def remove(self, seat: Seat, reason: str, *, kicked: bool = False) -> None:
        """Once; the conference may end with it."""
        if seat not in self.seats:
            return
        was_present = seat.status == "connected"
        self._take_away(seat, reason)
        exit_ends = seat.end_on_exit and was_present
        if exit_ends:
            self.end(f"participant-with-end-conference-on-exit-{'kicked' if kicked else 'left'}", seat)
        elif not self.seats:
            self.end(f"last-participant-{'kicked' if kicked else 'left'}", seat)
        self.refresh()

    def _take_away(self, seat: Seat, reason: str) -> None:
        self.seats.remove(seat)
        if seat.player is not None:
            seat.player.cancel()
        self.tell("participant-leave", seat, ReasonParticipantLeft=reason, ParticipantCallStatus=seat.call_status)
        seat.status = "complete"
        seat.removed.set()

    def end(self, reason: str, by: Seat | None = None) -> None:
        if self.status == "completed":
            return
        self.status, self.updated, self.reason_ended = "completed", now(), reason
        self.ended_by = by.leg.sid if by else ""
        left = "conference_ended_via_api" if by is None else "moderator_ended_conference"
        for each in list(self.seats):
            if each.status != "connected":
                each.leg.hang_up(because=left)
            self._take_away(each, left)
        more = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by is not None:
            more["CallSidEndingConference"] = by.leg.sid
            if by.label:
                more["ParticipantLabelEndingConference"] = by.label
        self.tell("conference-end", None, **more)
        self.exchange.room_ended(self)

    # Changes by REST

    def change(self, seat: Seat, *, muted: bool | None = None, hold: bool | None = None, hold_hook: Hook | None = None,
               **modified: Any) -> None:  # fmt: skip
        """hold_hook: what a held one hears; modified: other fields of Seat."""
        seat.updated = now()
        if hold_hook is not None:
            seat.hold_hook = hold_hook
        if muted is not None and muted != seat.muted:
            seat.muted = muted
            self.tell("participant-mute" if muted else "participant-unmute", seat)
        if hold is not None and hold != seat.hold:
            seat.hold = hold
            self.tell("participant-hold" if hold else "participant-unhold", seat)
        if modified:
            for name, value in modified.items():
                setattr(seat, name, value)
            self.tell("participant-modify", seat)
        self.refresh()

    async def announce(self, hook: Hook, seats: list[Seat], to_all: bool) -> None:
        """Played over everything they hear, once."""
        for seat in seats:
            seat.announcement = hook
        self.refresh()
        players = [seat.player for seat in seats if seat.player is not None]
        if players:
            await asyncio.wait(players)
        for seat in seats:
            seat.announcement = None
        self.tell("announcement-end", None if to_all else seats[0], AnnounceUrl=hook.url)
        self.refresh()

    # Who hears what

    def refresh(self) -> None:
        """After every change: start and stop what plays to one alone, and tell each leg what it hears now."""
        for seat in self.present:
            wanted = self._alone(seat)
            if wanted != seat.playing:
                if seat.player is not None:
                    seat.player.cancel()
                seat.playing, seat.alone, seat.player = wanted, None, None
                if wanted is not None:
                    self._entertain(seat, *wanted)
            self._hear(seat)

    def _alone(self, seat: Seat) -> tuple[str, Hook | None] | None:
        """Why a participant hears something of its own: an announcement, hold music, the wait for the beginning."""
        if seat.announcement is not None:
            return "announcement", seat.announcement
        if seat.hold:
            return "hold", seat.hold_hook
        return ("wait", seat.wait) if self.status == "init" else None

    def _entertain(self, seat: Seat, why: str, hook: Hook | None) -> None:
        if hook is None:
            silent = why == "wait" and seat.wait_in_silence
            seat.alone = (Sound.SILENCE, ("an empty waitUrl",)) if silent else (Sound.MUSIC, (DEFAULT_MUSIC,))
            return
        seat.alone = (Sound.FETCHING, (why,))
        params = {"ConferenceSid": self.sid, "FriendlyName": self.name}
        seat.player = asyncio.ensure_future(entertain(seat.leg, hook, self._hears_alone(seat, hook), params))

    def _hears_alone(self, seat: Seat, hook: Hook) -> Callable[..., None]:
        def hear(sound: Sound, *of: str) -> None:
            if seat.playing is not None and seat.playing[1] == hook:
                seat.alone = (sound, of)
                self._hear(seat)

        return hear

    def _hear(self, seat: Seat) -> None:
        if seat.alone is not None:
            sound, of = seat.alone
            seat.leg.ear.hear(sound, *of)
            return
        peers = list(self.speakers_to(seat))
        voices = [each.leg.sid for each in peers if not each.muted]
        if voices:
            seat.leg.ear.hear(Sound.PEOPLE, *voices)
        elif peers:
            seat.leg.ear.hear(Sound.MUTED, *(each.leg.sid for each in peers))
        elif any(each.status == "ringing" and each.early_media for each in self.seats):
            seat.leg.ear.hear(Sound.RINGBACK)
        else:
            seat.leg.ear.hear(
                Sound.SILENCE, "alone" if len(self.present) == 1 else "everybody else is held or coaches another"
            )

    def speakers_to(self, seat: Seat) -> Iterator[Seat]:
        """Whose microphone reaches this one, muted or not: not the held ones, and of coaches only its own."""
        for other in self.present:
            if (
                other is not seat
                and not other.hold
                and (not other.coaching or other.coached in (seat.leg.sid, seat.label))
            ):
                yield other

    # Who is told

    def tell(self, event: str, seat: Seat | None = None, **more: str) -> None:
        self.history.append(self._moment(event, seat, more))
        if CLASS_OF_EVENT[event] not in self.events:
            return
        self.sequence += 1
        params = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self.exchange.account.sid,
            "SequenceNumber": str(self.sequence),
            "Timestamp": rfc2822(),
            "StatusCallbackEvent": event,
            **(seat.params() if seat is not None else {}),
            **more,
        }
        self.exchange.webhooks.tell(self.hook, params, line=self.sid)

    def _moment(self, event: str, seat: Seat | None, more: dict[str, str]) -> dict[str, Any]:
        who = {"call_sid": seat.leg.sid, "label": seat.label} if seat is not None else {}
        return {
            "at_s": round(self.exchange.clock.wall_s(), 3),
            "event": event,
            **who,
            **more,
            "members": {
                each.leg.sid: {"label": each.label, "muted": each.muted, "hold": each.hold, "coaching": each.coaching}
                for each in self.present
            },
        }
