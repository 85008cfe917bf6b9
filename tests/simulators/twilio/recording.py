"""Recordings of calls, conferences and messages left: started, paused, ended, and told of."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.clock import now, rfc2822

if TYPE_CHECKING:
    from tests.simulators.twilio.conference import Room
    from tests.simulators.twilio.exchange import Exchange
    from tests.simulators.twilio.leg import Leg

RATE_HZ = 8000
LONGEST_MEDIA_S = 3
"""What is served is short, however long the recording says it is."""


@dataclass(slots=True, kw_only=True, eq=False)
class Recording:
    """status: in-progress, paused, completed. source: as in the resource (RecordVerb, Conference …)."""

    exchange: Exchange
    sid: str
    source: str
    leg: Leg | None = None
    room: Room | None = None
    hook: Hook | None = None
    events: frozenset[str] = frozenset({"completed"})
    channels: int = 1
    status: str = "in-progress"
    started: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    recorded_s: float = 0.0
    running_since_s: float | None = None
    skips_pauses: bool = False
    deleted: bool = False
    asked_for: bool = False
    """Its sound was; only then it can be had: it is told of before it is there."""

    def __post_init__(self) -> None:
        self.running_since_s = self.exchange.clock.phone_s()
        self.tell()

    @property
    def over(self) -> bool:
        return self.status not in ("in-progress", "paused")

    @property
    def duration_s(self) -> int:
        running_s = 0.0 if self.running_since_s is None else self.exchange.clock.phone_s() - self.running_since_s
        return round(self.recorded_s + running_s)

    def pause(self, *, skip: bool) -> None:
        """skip: what is paused is left out instead of being silent."""
        self.status, self.updated, self.skips_pauses = "paused", now(), skip
        if skip:
            self._halt()

    def resume(self) -> None:
        self.status, self.updated = "in-progress", now()
        if self.running_since_s is None:
            self.running_since_s = self.exchange.clock.phone_s()

    def finish(self) -> None:
        """Stopped, and shortly afterwards there to be fetched."""
        if self.over:
            return
        self._halt()
        self.status, self.updated = "completed", now()
        self.tell()

    def _halt(self) -> None:
        if self.running_since_s is not None:
            self.recorded_s += self.exchange.clock.phone_s() - self.running_since_s
            self.running_since_s = None

    @property
    def url(self) -> str:
        return f"{self.exchange.base_url}/2010-04-01/Accounts/{self.exchange.account.sid}/Recordings/{self.sid}"

    def params_of_action(self) -> dict[str, str]:
        return {"RecordingSid": self.sid, "RecordingUrl": self.url, "RecordingDuration": str(self.duration_s)}

    def tell(self) -> None:
        if self.status not in self.events:
            return
        params = self.params_of_action() | {
            "AccountSid": self.exchange.account.sid,
            "RecordingStatus": self.status,
            "RecordingChannels": str(self.channels),
            "RecordingStartTime": rfc2822(self.started),
            "RecordingSource": self.source,
            **({"CallSid": self.leg.sid} if self.leg is not None else {}),
            **({"ConferenceSid": self.room.sid} if self.room is not None else {}),
        }
        self.exchange.webhooks.tell(self.hook, params, line=self.sid)

    def media(self) -> bytes:
        """A WAV file of silence."""
        seconds = min(self.duration_s, LONGEST_MEDIA_S)
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(self.channels)
            sound.setsampwidth(2)
            sound.setframerate(RATE_HZ)
            sound.writeframes(bytes(2 * self.channels * RATE_HZ * seconds))
        return file.getvalue()
