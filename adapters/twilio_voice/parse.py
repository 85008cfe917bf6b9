"""Twilio's voice webhooks → facts about a call. Never raises on any fields; what says nothing gives none.

https://www.twilio.com/docs/voice/twiml#request-parameters, …/twiml/gather#action, …/twiml/conference#statuscallback,
…/api/call-resource#statuscallback, …/twiml/record#recordingstatuscallback
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from router.core.call.facts import Fact, Heard, Joined, Left, LegIs, LegStatus, RecordingIs

LEG_STATUSES: tuple[LegStatus, ...] = get_args(LegStatus)
_RENAMED: Mapping[str, LegStatus] = {"answered": "in-progress", "cancelled": "canceled"}
MOST_DIGITS = 20
LEAST_CONFIDENCE = 0.2
"""Speech recognised with less is taken for silence."""
_RECORDED = {"in-progress", "paused", "stopped", "completed", "absent", "failed"}
Fields = Mapping[str, str]
_NAMED_BY = {
    "leg": ("CallSid", "CallStatus", "SequenceNumber"),
    "conference": ("ConferenceSid", "SequenceNumber", "StatusCallbackEvent", "CallSid"),
    "recording": ("RecordingSid", "RecordingStatus"),
}


def leg_status(word: str) -> LegStatus | None:
    known = _RENAMED.get(word, word)
    return next((status for status in LEG_STATUSES if status == known), None)


def leg(fields: Fields, label: str) -> list[Fact]:
    status = leg_status(fields.get("CallStatus", ""))
    return [] if status is None else [LegIs(label=label, sid=fields.get("CallSid", ""), status=status)]


def heard(fields: Fields, stage: str) -> Heard:
    speech = fields.get("SpeechResult", "")
    return Heard(
        stage=whole(stage),
        digits=fields.get("Digits", "")[:MOST_DIGITS],
        speech=speech if number(fields.get("Confidence", "1")) >= LEAST_CONFIDENCE else "",
    )


def conference(fields: Fields, room: str) -> list[Fact]:
    """Who came and went."""
    kinds: dict[str, type[Joined] | type[Left]] = {"participant-join": Joined, "participant-leave": Left}
    kind = kinds.get(fields.get("StatusCallbackEvent", ""))
    label = fields.get("ParticipantLabel", "")
    if kind is None or not label:
        return []
    return [
        kind(
            label=label,
            room=whole(room),
            n=whole(fields.get("SequenceNumber", "")),
            sid=fields.get("CallSid", ""),
            conference_sid=fields.get("ConferenceSid", ""),
        )
    ]


def recording(fields: Fields, *, voicemail: bool) -> list[Fact]:
    status, sid = fields.get("RecordingStatus", "completed" if voicemail else ""), fields.get("RecordingSid", "")
    if status not in _RECORDED or not sid:
        return []
    return [
        RecordingIs(
            sid=sid,
            status=status,  # type: ignore[arg-type]  # one of them, just seen
            duration_s=whole(fields.get("RecordingDuration", "")),
            voicemail=voicemail,
        )
    ]


def token(fields: Fields, what: str) -> str:
    """What a repeat of the same callback shares with it; empty when Twilio does not say."""
    said = [fields.get(name, "") for name in _NAMED_BY[what]]
    return "/".join((what, *said))[:300] if said[0] else ""


def whole(text: str) -> int:
    """0 for what is no whole number of a sensible size."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
