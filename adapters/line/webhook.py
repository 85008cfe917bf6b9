"""How LINE calls: JSON, signed with the channel's secret.

https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from adapters.form import Answer, Request, Verdict
from adapters.line.parse import parse
from adapters.payload import Unreadable, document, ident, items
from adapters.signature import compared
from router.core.inbound import Parsed
from router.core.words import Channel, Ms

HEADER = "x-line-signature"


class LineWebhook:
    """The webhook of a channel of LINE's Messaging API."""

    accepted = Answer()

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        digests = (hmac.digest(one.encode(), request.body, hashlib.sha256) for one in secrets if one)
        return compared(request.headers.get(HEADER), (base64.b64encode(one).decode() for one in digests))

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """Its question is a signed request without events, and answered like any other."""
        return None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        try:
            events = items(document(body), "events")
        except Unreadable:
            return ()
        return tuple(one for event in events if (one := ident(event, "webhookEventId")))
