"""One participant of a conference, and what callbacks say of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.clock import now

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg


@dataclass(slots=True, kw_only=True, eq=False)
class Seat:
    """One participant. wait: its waitUrl; None is Twilio's music unless `wait_in_silence`.

    coaching: heard by `coached` (a call SID) only.
    status: of the Participant resource: queued, ringing, connected, complete, failed.
    alone: what plays to this participant only (waiting, held, an announcement).
    """

    leg: Leg
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached: str = ""
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep: str = "true"
    beep_on_exit: bool = False
    early_media: bool = True
    wait: Hook | None = None
    wait_in_silence: bool = False
    hold_hook: Hook | None = None
    status: str = "connected"
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    removed: asyncio.Event = field(default_factory=asyncio.Event)
    announcement: Hook | None = None
    alone: tuple[Sound, tuple[str, ...]] | None = None
    playing: tuple[str, Hook | None] | None = None
    player: asyncio.Future[None] | None = None

    def params(self) -> dict[str, str]:
        """Of every callback about it."""
        flags = {
            "Muted": self.muted,
            "Hold": self.hold,
            "Coaching": self.coaching,
            "EndConferenceOnExit": self.end_on_exit,
            "StartConferenceOnEnter": self.start_on_enter,
        }
        label = {"ParticipantLabel": self.label} if self.label else {}
        return {"CallSid": self.leg.sid, **label, **{key: str(value).lower() for key, value in flags.items()}}

    @property
    def call_status(self) -> str:
        """As a callback about its leaving says it: who hung up has completed, although the call has yet to end."""
        hung_up = self.leg.status == "in-progress" and self.leg.left_because == "participant_hung_up"
        return "completed" if hung_up else self.leg.status
