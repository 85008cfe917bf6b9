"""How Viber calls: JSON, signed with the bot's token. https://developers.viber.com/docs/api/rest-bot-api/#callbacks"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from adapters.form import Answer, Request, Verdict
from adapters.payload import Unreadable, document, ident
from adapters.signature import compared
from adapters.viber.parse import parse
from router.core.inbound import Parsed
from router.core.words import Channel, Ms

HEADER = "x-viber-content-signature"


class ViberWebhook:
    """The webhook of a bot."""

    accepted = Answer()

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        expected = (hmac.digest(one.encode(), request.body, hashlib.sha256).hex() for one in secrets if one)
        return compared(request.headers.get(HEADER, "").strip().lower(), expected)

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """Setting the webhook brings a signed event `webhook`: kept as any other, and answered 200."""
        return None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        """message_token; delivered, seen and failed bring the token of the message they are about, each once."""
        try:
            found = document(body)
        except Unreadable:
            return ()
        token = ident(found, "message_token")
        return (f"{token}/{ident(found, 'event')}",) if token else ()
