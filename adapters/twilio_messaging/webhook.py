"""How Twilio calls about messages: form fields, signed; answered with TwiML that says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters import twilio_signature
from adapters.form import Answer, Request, Verdict
from adapters.payload import Unreadable, form, ident
from adapters.twilio_messaging.parse import message_sid, parse, status_of
from router.core.inbound import Parsed
from router.core.words import Channel, Ms


class TwilioWebhook:
    """The webhook of a number or a Messaging Service, and of status callbacks."""

    accepted = Answer(body=b"<Response/>", media_type="text/xml")

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        return twilio_signature.verify(request, secrets=secrets)

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """Twilio asks nothing before."""
        return None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        """The message's id, with the state for a status: each state is reported once."""
        try:
            found = form(body)
        except Unreadable:
            return ()
        sid = message_sid(found)
        if not sid:
            sid = ident(headers, "i-twilio-idempotency-token") or ident(found, "Sid")
        state = status_of(found)
        return (f"{sid}/{state}" if state else sid,) if sid else ()
