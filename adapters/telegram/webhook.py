"""How Telegram calls: one update a request, beside the secret token the webhook was set with.

https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.form import Answer, Request, Verdict
from adapters.payload import Unreadable, document, ident
from adapters.signature import compared
from adapters.telegram.parse import parse
from router.core.inbound import Parsed
from router.core.words import Channel, Ms

HEADER = "x-telegram-bot-api-secret-token"


class TelegramWebhook:
    """The webhook of a bot. Its token proves who calls, not what is said: the body is covered by TLS alone."""

    accepted = Answer()

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        return compared(request.headers.get(HEADER), secrets)

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """Telegram asks nothing before."""
        return None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        try:
            found = ident(document(body), "update_id")
        except Unreadable:
            return ()
        return (found,) if found else ()
