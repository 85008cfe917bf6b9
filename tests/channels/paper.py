"""A channel on paper: letters in JSON, a postman who can be told to fail. Whole by the form every adapter has."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.form import Account, Adapter, Answer, Option, Request, Verdict
from router.core.inbound import Attachment, InboundMessage, Parsed, Receipt
from router.core.outbound import Capabilities, NotSent, OutboundMessage, Refused
from router.core.words import Channel, Ms

SECRET = "sealing wax"
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Office:
    """What the postman of one account did, and what he is going to do."""

    sent: list[OutboundMessage] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    files: dict[str, bytes | NotSent] = field(default_factory=dict)
    typing: list[tuple[str, str]] = field(default_factory=list)
    """To whom it was shown, and below which of their letters."""
    read: list[tuple[str, str]] = field(default_factory=list)
    """To whom it was told, and of which of their letters."""
    counter: asyncio.Lock = field(default_factory=asyncio.Lock)
    """While somebody else has it, what is to be sent waits."""
    begun: int = 0
    """Attempts to send, however they ended."""


OFFICES: dict[str, Office] = defaultdict(Office)


class PaperWebhook:
    accepted = Answer(body=b"thanks")

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        given = request.headers.get("x-seal", "").encode()
        valid = any(hmac.compare_digest(given, secret.encode()) for secret in secrets)
        return Verdict(valid=valid, reason="" if valid else "bad_signature" if given else "missing_signature")

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        return Answer(body=b"here") if request.method == "GET" else None

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        try:
            letters = json.loads(body)["letters"]
            said = [_letter(letter) for letter in letters]
        except (ValueError, KeyError, TypeError) as error:
            return Parsed(kind="error", error=repr(error))
        return Parsed(
            kind="message",
            messages=tuple(one for one in said if isinstance(one, InboundMessage)),
            receipts=tuple(one for one in said if isinstance(one, Receipt)),
        )

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        return ()


def _letter(letter: Mapping[str, Any]) -> InboundMessage | Receipt:
    if "receipt" in letter:
        return Receipt(
            external_id=letter["receipt"],
            state=letter["state"],
            account=letter.get("to", ""),
            reason=letter.get("reason", ""),
        )
    files = tuple(Attachment(name=name, media_type="image/png", provider_id=name) for name in letter.get("files", ()))
    return InboundMessage(
        external_id=letter["id"],
        sender=letter["from"],
        sender_name=letter.get("name", ""),
        text=letter.get("text", ""),
        sent_at=letter.get("sent_at"),
        attachments=files,
        edits=letter.get("edits", ""),
        deletes=letter.get("deletes", ""),
        placeholder=letter.get("placeholder", ""),
        opens=letter.get("opens", True),
        place=letter.get("place", ""),
        account=letter.get("to", ""),
    )


@dataclass(frozen=True, slots=True)
class Postman:
    office: Office

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        self.office.begun += 1
        async with self.office.counter:
            pass
        if self.office.troubles:
            raise self.office.troubles.pop(0)
        self.office.sent.append(message)
        return (f"posted-{message.id}",)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        self.office.typing.append((recipient, in_reply_to))

    async def mark_read(self, recipient: str, external_id: str) -> None:
        self.office.read.append((recipient, external_id))

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        found = self.office.files.get(attachment.provider_id, Refused("not_found", "no such file"))
        if isinstance(found, NotSent):
            raise found
        return found


def _connect(account: Account, http: httpx.AsyncClient) -> Postman:
    return Postman(OFFICES[account.address])


def _capabilities(channel: Channel) -> Capabilities:
    return Capabilities(
        text_chars=2_000,
        media_types=("image/*", "application/pdf"),
        media_bytes=1_000_000,
        reply_window_ms=24 * HOUR_MS,
        human_window_ms=7 * 24 * HOUR_MS,
        templates=True,
        typing=True,
        read_marks=True,
        receipts=("sent", "delivered", "read", "failed"),
        quick_replies=3,
    )


ADAPTER = Adapter(
    name="paper",
    channels=("telegram",),
    webhook=PaperWebhook(),
    signed_with="seal",
    options=(Option(name="seal", doc="What letters are sealed with.", secret=True),),
    capabilities=_capabilities,
    connect=_connect,
)
