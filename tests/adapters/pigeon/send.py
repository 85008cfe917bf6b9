"""Notes to the loft. A key makes a note go once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from adapters.exchange import exchange, not_taken
from adapters.form import Account
from adapters.parts import configured, send_parts
from adapters.payload import ident, text
from router.core.inbound import Attachment
from router.core.outbound import OutboundMessage, Refused
from tests.adapters.pigeon.options import BASE_URL
from tests.adapters.pigeon.render import render


class PigeonSender:
    """The way out of one loft."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        """Raises Refused `not_configured`."""
        self._http = http
        self._url = f"{account.base_url or BASE_URL}/notes"
        self._headers = {"x-ring": configured(account.secret("ring"), "ring")}

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        return await send_parts(render(message), self._create, message_id=message.id, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Pigeons do not type."""

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """Nor do they see what was read."""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        raise Refused("no_files", "pigeons carry no files")

    async def _create(self, note: Mapping[str, str]) -> str:
        reply = await exchange(self._http, "POST", self._url, headers=self._headers, json=dict(note))
        if reply.status != 201:
            raise not_taken(reply, reason=text(reply.document, "why"))
        return ident(reply.document, "pigeon")
