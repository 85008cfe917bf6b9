"""Meta's Graph API for messages, and files customers sent.

The API takes no key of idempotence: an attempt whose answer was lost may have arrived. WhatsApp's statuses then bring
the message's id back (`Receipt.reference`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

import httpx

from adapters import media
from adapters.exchange import Reply, exchange, not_taken
from adapters.form import Account
from adapters.meta import errors
from adapters.meta.options import BASE_URL, VERSION
from adapters.meta.render import Body, render
from adapters.parts import configured, send_parts
from adapters.payload import at, fields, flag, ident, items, number, text
from router.core.inbound import Attachment
from router.core.outbound import OutboundMessage, Refused

MEDIA_HOSTS = (".fbsbx.com", ".fbcdn.net", ".cdninstagram.com", ".whatsapp.net")
WHATSAPP_MEDIA_HOST = "lookaside.fbsbx.com"
USAGE_HEADERS = ("x-business-use-case-usage", "x-app-usage")


class MetaSender:
    """The way out of one page, Instagram account or WhatsApp number."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        """Raises Refused `not_configured`."""
        token = configured(account.secret("access_token"), "access_token")
        secret = account.secret("app_secret")
        self._http = http
        self._channel = account.channel
        self._base_url = (account.base_url or BASE_URL).rstrip("/")
        self._root = f"{self._base_url}/{account.options.get('version') or VERSION}"
        node = quote(configured(account.address, "address"), safe="") if account.channel == "whatsapp" else "me"
        self._messages = f"{self._root}/{node}/messages"
        self._headers = {"authorization": f"Bearer {token}"}
        proof = hmac.digest(secret.encode(), token.encode(), hashlib.sha256).hex() if secret else ""
        self._proof = {"appsecret_proof": proof} if proof else {}

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        return await send_parts(render(message, self._channel), self._create, message_id=message.id, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        if self._channel != "whatsapp":
            await self._post({"recipient": {"id": recipient}, "sender_action": "typing_on"})
        elif in_reply_to:
            await self._post({**_read(in_reply_to), "typing_indicator": {"type": "text"}})

    async def mark_read(self, recipient: str, external_id: str) -> None:
        if self._channel == "whatsapp":
            await self._post(_read(external_id))
        else:
            await self._post({"recipient": {"id": recipient}, "sender_action": "mark_seen"})

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        """WhatsApp gives an id, to be asked for an address that is good for minutes; the others give the address."""
        source = media.Source(base_url=self._base_url, hosts=MEDIA_HOSTS)
        url = attachment.url
        if self._channel == "whatsapp":
            source = replace(source, headers=self._headers, trusted=(WHATSAPP_MEDIA_HOST,))
            url = await self._address_of(attachment.provider_id) if attachment.provider_id else url
        return await media.fetch(self._http, url, source, most_bytes=most_bytes)

    async def _address_of(self, media_id: str) -> str:
        url = f"{self._root}/{quote(media_id, safe='')}"
        reply = await exchange(self._http, "GET", url, headers=self._headers, params=self._proof)
        _judge(reply)
        return text(reply.document, "url")

    async def _create(self, body: Body) -> str:
        found = await self._post(body)
        return ident(found, "message_id") or next((ident(one, "id") for one in items(found, "messages")), "")

    async def _post(self, body: Body) -> object:
        reply = await exchange(
            self._http, "POST", self._messages, headers=self._headers, params=self._proof, json=dict(body)
        )
        _judge(reply)
        return reply.document


def _read(external_id: str) -> Body:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": external_id}


def _judge(reply: Reply) -> None:
    """Raises TryAgain and Refused."""
    error = fields(reply.document, "error")
    if reply.status in range(200, 300) and not error:
        return
    code = ident(error, "code")
    said = text(error, "error_data", "details") or text(error, "error_user_msg") or text(error, "message")
    if code == "190":
        raise Refused("credentials", "Meta does not accept the access token")
    again = errors.outlook(code) == "again" or flag(error, "is_transient")
    raise not_taken(reply, code=code, reason=errors.reason(code, said), again=again, after_s=_usage_wait_s(reply))


def _usage_wait_s(reply: Reply) -> float | None:
    """How long the limits' headers say to wait, in minutes there."""
    waits = []
    for header in USAGE_HEADERS:
        try:
            usage = json.loads(reply.headers.get(header, ""))
        except (ValueError, RecursionError):
            continue
        uses = [one for uses in fields(usage).values() for one in (uses if isinstance(uses, list) else [])]
        waits += [number(at(one, "estimated_time_to_regain_access")) or 0 for one in uses]
    longest = max(waits, default=0)
    return longest * 60 if longest > 0 else None
