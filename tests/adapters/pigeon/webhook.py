"""How the loft calls: JSON, signed with the ring."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from adapters.form import Answer, Request, Verdict
from adapters.harvest import ids_of
from adapters.signature import compared
from router.core.inbound import Parsed
from router.core.words import Channel, Ms
from tests.adapters.pigeon.parse import parse


class PigeonWebhook:
    """The webhook of a loft."""

    accepted = Answer()

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        expected = (hmac.digest(one.encode(), request.body, hashlib.sha256).hex() for one in secrets if one)
        return compared(request.headers.get("x-ring"), expected)

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """Lofts ask nothing before."""
        return None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        return ids_of(parse(body))
