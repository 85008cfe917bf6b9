"""SMS, MMS and WhatsApp: what the product sends and how it fares, and what people send to the product."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.alert import HTTP_FAILED, NOT_TWIML, SCHEMA, UNPARSABLE
from tests.simulators.twilio.clock import now
from tests.simulators.twilio.twiml import Unparsable, read

if TYPE_CHECKING:
    from tests.simulators.twilio.exchange import Exchange

WINDOW_S = 24 * 3600
"""WhatsApp: free text may be sent so long after the customer's last message (63016)."""
OUTSIDE_WINDOW, UNREACHABLE, UNKNOWN_ERROR, MEDIA_FAILED = 63016, 30003, 30008, 63019
STEP_S = 0.5
LETTERS_A_SEGMENT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """outcome: delivered, read, undelivered or failed; stopped: has said STOP, sending is refused with 21610."""

    outcome: str = "delivered"
    error_code: int = UNREACHABLE
    stopped: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    sid: str
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """media_urls: what the product asked to be sent; attachments: what there is to be fetched."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    status: str
    service_sid: str = ""
    content_sid: str = ""
    media_urls: tuple[str, ...] = ()
    attachments: list[Attachment] = field(default_factory=list)
    hook: Hook | None = None
    error_code: int | None = None
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    sent: datetime | None = None
    statuses: list[str] = field(default_factory=list)

    @property
    def whatsapp(self) -> bool:
        return self.to.startswith("whatsapp:")

    @property
    def segments(self) -> int:
        return max(1, -(-len(self.body) // LETTERS_A_SEGMENT))


async def deliver(exchange: Exchange, message: Message) -> None:
    """The life of an outbound message, each step told."""
    recipient = exchange.recipients.get(message.to, Recipient())
    await exchange.clock.sleep(STEP_S)
    wrong = await _cannot_be_sent(exchange, message)
    if wrong:
        _step(exchange, message, "failed", wrong)
        return
    _step(exchange, message, "sent")
    message.sent = now()
    for status in {"read": ("delivered", "read")}.get(recipient.outcome, (recipient.outcome,)):
        await exchange.clock.sleep(STEP_S)
        _step(exchange, message, status, recipient.error_code if status in ("undelivered", "failed") else None)


async def _cannot_be_sent(exchange: Exchange, message: Message) -> int:
    """An error code, or 0."""
    last_s = exchange.heard_from_s.get((message.to, message.from_))
    in_window = last_s is not None and exchange.clock.phone_s() - last_s <= WINDOW_S
    if message.whatsapp and not message.content_sid and not in_window:
        return OUTSIDE_WINDOW
    for url in message.media_urls:
        attachment = await _fetch(exchange, message, url)
        if attachment is None:
            return MEDIA_FAILED if message.whatsapp else UNKNOWN_ERROR
        message.attachments.append(attachment)
    return 0


async def _fetch(exchange: Exchange, message: Message, url: str) -> Attachment | None:
    reply = await exchange.webhooks.fetch_media(url)
    if reply is None or reply.status != 200:
        exchange.alerts.violation(HTTP_FAILED, f"media cannot be fetched: {url}", message.sid)
        return None
    return Attachment(sid=exchange.account.mint("ME"), media_type=reply.media_type, content=reply.body)


def _step(exchange: Exchange, message: Message, status: str, error_code: int | None = None) -> None:
    message.status, message.updated, message.error_code = status, now(), error_code
    message.statuses.append(status)
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": exchange.account.sid,
        "ApiVersion": "2010-04-01",
        "MessageStatus": status,
        "SmsStatus": status,
        "From": message.from_,
        "To": message.to,
        **({"MessagingServiceSid": message.service_sid} if message.service_sid else {}),
        **({"ErrorCode": str(error_code)} if error_code else {}),
        **({"ChannelPrefix": "whatsapp", "ChannelToAddress": message.to} if message.whatsapp else {}),
        **({"EventType": status.upper()} if message.whatsapp and status in ("delivered", "read") else {}),
    }
    exchange.webhooks.tell(message.hook, params, line=message.sid)


async def receive(exchange: Exchange, given: Mapping[str, Any]) -> Message:
    """Somebody writes to one of the account's numbers; the product is told, and what it answers is sent.

    given: from, to, body, media: [{media_type, content (base64)}], and `params`, more of the provider's own fields
    (ProfileName, Latitude, ButtonPayload …). Raises KeyError when `to` is no number of the account's.
    """
    number = exchange.account.numbers[given["to"]]
    prefix = "MM" if given.get("media") else "SM"
    message = Message(
        sid=exchange.account.mint(prefix),
        from_=given["from"],
        to=given["to"],
        body=given.get("body", ""),
        direction="inbound",
        status="received",
        service_sid=number.service_sid,
        attachments=[
            Attachment(
                sid=exchange.account.mint("ME"),
                media_type=each["media_type"],
                content=base64.b64decode(each["content"]),
            )
            for each in given.get("media", ())
        ],
    )
    exchange.messages[message.sid] = message
    exchange.heard_from_s[message.from_, message.to] = exchange.clock.phone_s()
    if number.message is not None:
        params = _params(exchange, message) | {str(key): str(value) for key, value in given.get("params", {}).items()}
        exchange.spawn(
            _tell(exchange, message, number.message, number.message_fallback, params), f"webhook of {message.sid}"
        )
    return message


def _params(exchange: Exchange, message: Message) -> dict[str, str]:
    base = f"{exchange.base_url}/2010-04-01/Accounts/{exchange.account.sid}/Messages/{message.sid}/Media"
    media: dict[str, str] = {}
    for index, each in enumerate(message.attachments):
        media |= {f"MediaUrl{index}": f"{base}/{each.sid}", f"MediaContentType{index}": each.media_type}
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": exchange.account.sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(len(message.attachments)),
        "NumSegments": str(message.segments),
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        **({"MessagingServiceSid": message.service_sid} if message.service_sid else {}),
        **({"WaId": message.from_.removeprefix("whatsapp:+")} if message.from_.startswith("whatsapp:") else {}),
        **media,
    }


async def _tell(
    exchange: Exchange, message: Message, hook: Hook, fallback: Hook | None, params: dict[str, str]
) -> None:
    reply = await exchange.webhooks.ask(hook, fallback, params)
    if reply is None:
        exchange.alerts.mishap(HTTP_FAILED, "an inbound message could not be told", message.sid)
        return
    if not reply.body.strip():
        return
    if reply.media_type not in ("text/xml", "application/xml", "text/html"):
        exchange.alerts.violation(NOT_TWIML, f"content type {reply.media_type!r}", reply.url)
        return
    try:
        document = read(reply.body, url=reply.url, messaging=True)
    except Unparsable as error:
        exchange.alerts.violation(UNPARSABLE, str(error), reply.url)
        return
    for wrong in document.wrong:
        exchange.alerts.violation(SCHEMA, wrong, reply.url)
    for element in document.elements:
        if element.name == "Message":
            body = next((child.text for child in element.children if child.name == "Body"), element.text)
            exchange.send(from_=message.to, to=message.from_, body=body, direction="outbound-reply",
                          hook=document.hook(element, "statusCallback"))  # fmt: skip
