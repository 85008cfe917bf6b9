"""Viber's REST API, and files customers sent.

The API takes no key of idempotence: an attempt whose answer was lost may have arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from adapters import media
from adapters.exchange import Reply, exchange, not_taken
from adapters.form import Account
from adapters.parts import configured, send_parts
from adapters.payload import ident, text
from adapters.viber.options import BASE_URL
from adapters.viber.render import Body, render
from router.core.inbound import Attachment
from router.core.outbound import OutboundMessage, Refused

MEDIA_HOSTS = (".viber.com", "viber.github.io")
OK = "0"
AGAIN = ("12", "19")
"""Too many requests; too many messages to one person before an answer."""
REASONS: Mapping[str, tuple[str, str]] = {
    "2": ("credentials", "Viber does not accept the bot's token"),
    "5": ("unknown_recipient", "the customer is not on Viber"),
    "6": ("blocked", "the customer has unsubscribed"),
    "7": ("blocked_account", "Viber has blocked the bot"),
    "8": ("credentials", "the bot is not known to Viber"),
}
"""https://developers.viber.com/docs/api/rest-bot-api/#error-codes"""


class ViberSender:
    """The way out of one bot."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        """Raises Refused `not_configured`."""
        self._http = http
        self._base_url = (account.base_url or BASE_URL).rstrip("/")
        self._headers = {"x-viber-auth-token": configured(account.secret("auth_token"), "auth_token")}
        self._name = account.options.get("name") or account.address

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        bodies = render(message, our_name=self._name)
        return await send_parts(bodies, self._create, message_id=message.id, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Viber has none."""

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """Viber has none."""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        source = media.Source(base_url=self._base_url, hosts=MEDIA_HOSTS)
        return await media.fetch(self._http, attachment.url, source, most_bytes=most_bytes)

    async def _create(self, body: Body) -> str:
        url = f"{self._base_url}/pa/send_message"
        reply = await exchange(self._http, "POST", url, headers=self._headers, json=dict(body))
        _judge(reply)
        return ident(reply.document, "message_token")


def _judge(reply: Reply) -> None:
    """Viber answers 200 and says in `status` how it went. Raises TryAgain and Refused."""
    status = ident(reply.document, "status")
    if reply.status == 200 and status == OK:
        return
    if reply.status == 200 and status in REASONS:
        raise Refused(*REASONS[status])
    said = text(reply.document, "status_message")
    raise not_taken(reply, code=f"viber_{status}" if status else "", reason=said, again=status in AGAIN)
