"""Twilio's REST API for messages, and files customers sent.

Twilio takes no key of idempotence for messages. When the answer to an attempt is lost, Twilio is asked for what it has
sent to that person in the last moments, so that a message that did arrive does not go out twice.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx

from adapters import media
from adapters.exchange import Reply, exchange, not_taken
from adapters.form import Account
from adapters.parts import configured, send_parts
from adapters.payload import ident, items, text, whole
from adapters.twilio_messaging import errors
from adapters.twilio_messaging.options import BASE_URL
from adapters.twilio_messaging.render import Fields, From, render
from router.core.inbound import Attachment
from router.core.outbound import OutboundMessage, Refused, TryAgain

TYPING_URL = "https://messaging.twilio.com"
IN_DOUBT = ("no_answer", "http_500", "http_502", "http_503", "http_504", "20500", "20503")
"""Ends of an attempt that may have arrived all the same."""
ROUNDED_S = 2.0
"""Twilio's times are whole seconds."""
MOST_KNOWN = 1_000
MEDIA_HOSTS = (".twilio.com", ".twiliocdn.com", "s3-external-1.amazonaws.com", "s3.amazonaws.com")


class TwilioSender:
    """The way out of one number or Messaging Service."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        """Raises Refused `not_configured`."""
        options = account.options
        self._http = http
        self._account_sid = configured(options.get("account_sid", ""), "account_sid")
        key = options.get("api_key_sid", "")
        name = "api_key_secret" if key else "auth_token"
        self._known: deque[str] = deque(maxlen=MOST_KNOWN)
        self._auth = httpx.BasicAuth(key or self._account_sid, configured(account.secret(name), name))
        self._base_url = (account.base_url or BASE_URL).rstrip("/")
        path = f"/2010-04-01/Accounts/{quote(self._account_sid, safe='')}/Messages.json"
        self._messages = self._base_url + path
        self._typing_url = (account.base_url or TYPING_URL).rstrip("/")
        self._from = From(
            channel=account.channel,
            address=account.address,
            messaging_service_sid=options.get("messaging_service_sid", ""),
            status_callback=options.get("status_callback", ""),
        )

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        return await send_parts(render(message, self._from), self._create, message_id=message.id, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Only WhatsApp has it; it marks the customer's message as read, too."""
        if self._from.channel != "whatsapp" or not in_reply_to:
            return
        url = f"{self._typing_url}/v2/Indicators/Typing.json"
        fields = {"messageId": in_reply_to, "channel": "whatsapp"}
        _judge(await exchange(self._http, "POST", url, auth=self._auth, data=fields))

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """Twilio offers none by itself."""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        source = media.Source(base_url=self._base_url, hosts=MEDIA_HOSTS, headers=self._credentials())
        return await media.fetch(self._http, attachment.url, source, most_bytes=most_bytes)

    def _credentials(self) -> dict[str, str]:
        """Basic authentication as a header: redirects lead to hosts that must not see it."""
        request = next(self._auth.auth_flow(httpx.Request("GET", self._base_url)))
        return {"authorization": request.headers["authorization"]}

    async def _create(self, fields: Fields) -> str:
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        began = time.monotonic()
        try:
            reply = await exchange(self._http, "POST", self._messages, auth=self._auth, data=data)
            _judge(reply)
        except TryAgain as lost:
            sid = await self._arrived(data, began) if lost.code in IN_DOUBT else ""
            if not sid:
                raise
        else:
            sid = ident(reply.document, "sid")
        self._known.append(sid)
        return sid

    async def _arrived(self, data: Mapping[str, Sequence[str]], began: float) -> str:
        """The id of a message like this that Twilio made since `began` and we do not know of; "" when there is none.

        An older one is of another node, or of ours before it was started anew. Raises TryAgain: nothing is known.
        """
        query = {"To": data["To"][0], "PageSize": "20"}
        reply = await exchange(self._http, "GET", self._messages, auth=self._auth, params=query)
        _judge(reply)
        since = (_moment(reply.headers.get("date", "")) or datetime.now(UTC)).timestamp()
        since -= time.monotonic() - began + ROUNDED_S
        for found in items(reply.document, "messages"):
            alike = text(found, "body") == "".join(data.get("Body", ())) and text(found, "direction") == "outbound-api"
            media_too = whole(found, "num_media") == len(data.get("MediaUrl", ()))
            if alike and media_too and ident(found, "sid") not in self._known and _made(found, since):
                return ident(found, "sid")
        return ""


def _made(found: object, since: float) -> bool:
    made = _moment(text(found, "date_created"))
    return made is not None and made.timestamp() >= since


def _moment(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written)
    except ValueError:
        return None


def _judge(reply: Reply) -> None:
    """Raises TryAgain and Refused."""
    if reply.status in range(200, 300):
        return
    code = ident(reply.document, "code")
    reason = errors.reason(code, text(reply.document, "message"))
    if reply.status in (401, 403) and not code:
        raise Refused("credentials", "Twilio does not accept the account's credentials")
    raise not_taken(reply, code=code, reason=reason, again=errors.outlook(code) == "again")
