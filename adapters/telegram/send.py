"""Telegram's Bot API, and files customers sent. The bot's token is part of every address: none is ever shown.

The API takes no key of idempotence: an attempt whose answer was lost may have arrived.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from adapters import media
from adapters.exchange import Reply, exchange, not_taken
from adapters.form import Account
from adapters.parts import configured, send_parts
from adapters.payload import at, fields, flag, ident, name, number, text
from adapters.telegram.options import BASE_URL
from adapters.telegram.render import Call, render
from router.core.inbound import Attachment
from router.core.outbound import OutboundMessage, Refused

UPLOAD_WITHIN_S = 60.0


class TelegramSender:
    """The way out of one bot."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        """Raises Refused `not_configured`."""
        token = quote(configured(account.secret("bot_token"), "bot_token"), safe=":")
        self._http = http
        self._base_url = (account.base_url or BASE_URL).rstrip("/")
        self._methods = f"{self._base_url}/bot{token}/"
        self._files = f"{self._base_url}/file/bot{token}/"

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        return await send_parts(render(message), self._create, message_id=message.id, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        await self._call(Call(method="sendChatAction", parameters={"chat_id": recipient, "action": "typing"}))

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """Bots have none."""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        """Telegram's own limit for bots is 20 MB."""
        found = await self._call(Call(method="getFile", parameters={"file_id": attachment.provider_id}))
        path = text(found, "file_path")
        if not path or ".." in path.split("/"):
            raise Refused("gone", "the file is not there any more")
        source = media.Source(base_url=self._base_url, hosts=())
        return await media.fetch(self._http, self._files + quote(path), source, most_bytes=most_bytes)

    async def _create(self, call: Call) -> str:
        """Its id as `parse` names messages: with the chat before it where that is a group."""
        found = await self._call(call)
        within, chat = ident(found, "message_id"), ident(found, "chat", "id")
        private = name(found, "chat", "type") in ("private", "")
        return within if private or not within else f"{chat}:{within}"

    async def _call(self, call: Call) -> object:
        """Its result."""
        request: dict[str, Any] = {"json": dict(call.parameters)}
        within_s = 15.0
        if call.upload is not None:
            parameter, file = call.upload
            written = {
                one: value if isinstance(value, str) else json.dumps(value) for one, value in call.parameters.items()
            }
            request = {"data": written, "files": {parameter: (file.name or "file", file.content, file.media_type)}}
            within_s = UPLOAD_WITHIN_S
        reply = await exchange(self._http, "POST", self._methods + call.method, within_s=within_s, **request)
        _judge(reply)
        return at(reply.document, "result")


def _judge(reply: Reply) -> None:
    """Raises TryAgain and Refused."""
    found = fields(reply.document)
    if reply.status == 200 and flag(found, "ok"):
        return
    code, said = ident(found, "error_code") or str(reply.status), text(found, "description")
    if code in ("401", "404"):
        raise Refused("credentials", "Telegram does not accept the bot's token")
    if code == "403":
        raise Refused("blocked", said or "the customer blocked the bot")
    again, after_s = code == "429" or code.startswith("5"), number(found, "parameters", "retry_after")
    raise not_taken(reply, code=f"telegram_{code}", reason=said, again=again, after_s=after_s)
