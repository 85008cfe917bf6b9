"""How Meta calls: JSON for Messenger, Instagram and WhatsApp alike, signed with the app's secret.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from adapters.form import Answer, Request, Verdict
from adapters.harvest import ids_of
from adapters.meta.parse import parse
from adapters.signature import compared
from router.core.inbound import Parsed
from router.core.words import Channel, Ms

HEADER = "x-hub-signature-256"


class MetaWebhook:
    """The webhook of an app for one page, Instagram account or WhatsApp number."""

    accepted = Answer()

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        expected = (f"sha256={hmac.digest(one.encode(), request.body, hashlib.sha256).hex()}" for one in secrets if one)
        return compared(request.headers.get(HEADER, "").strip().lower(), expected)

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """GET with `hub.mode=subscribe`: the challenge is given back to who knows our token."""
        if request.method != "GET":
            return None
        try:
            query = parse_qs(urlsplit(request.url).query, max_num_fields=50)
        except ValueError:
            return Answer(status=400)
        token, challenge = query.get("hub.verify_token", [""])[0], query.get("hub.challenge", [""])[0]
        known = bool(verify_token) and hmac.compare_digest(token.encode(), verify_token.encode())
        if query.get("hub.mode") != ["subscribe"] or not known:
            return Answer(status=403)
        return Answer(body=challenge.encode())

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        return ids_of(parse(body))
