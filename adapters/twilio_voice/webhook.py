"""How Twilio calls about calls: form fields, signed. What they mean is in `parse`, who answers them in `routes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters import twilio_signature
from adapters.form import Answer, Request, Verdict
from adapters.payload import Unreadable, form, name
from adapters.twilio_voice.parse import token
from router.core.inbound import Parsed
from router.core.words import Channel, Ms

TELLING = (
    *("StatusCallbackEvent", "RecordingStatus", "TranscriptionStatus", "TranscriptionEvent", "StreamEvent"),
    *("EventType", "DialCallStatus", "QueueResult", "AnsweredBy", "CallStatus"),
)
"""Fields that say what a request is about."""


class VoiceWebhook:
    """As every adapter's; here requests are not kept but answered at once, as a caller is waiting."""

    accepted = Answer(body=b"<Response/>", media_type="text/xml")

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        return twilio_signature.verify(request, secrets=secrets)

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """Twilio asks nothing before."""
        return None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        """A call is no message: an event of the line."""
        try:
            fields = form(body)
        except Unreadable as unreadable:
            return Parsed(kind="error", error=str(unreadable))
        if not any(field.endswith("Sid") and field != "AccountSid" for field in fields):
            return Parsed(kind="error", error="CallSid is missing")
        words = (f"{field} {name(fields, field)}"[:80] for field in TELLING if fields.get(field))
        return Parsed(kind="event", events=tuple(words))

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        try:
            fields = form(body)
        except Unreadable:
            return ()
        kind = "conference" if "StatusCallbackEvent" in fields else "recording" if "RecordingSid" in fields else "leg"
        found = token(fields, kind)
        return (found,) if found else ()
