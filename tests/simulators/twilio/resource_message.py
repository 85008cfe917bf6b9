"""Messages and their media."""

from __future__ import annotations

import re
from typing import Any

from tests.simulators.twilio.clock import rfc2822
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.message import Message, Recipient
from tests.simulators.twilio.rest import Answered, Asked, Handler, Refused, not_found, page

ADDRESS = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}|messenger:\S+")
LONGEST = 1600


def _shown(exchange: Exchange, message: Message) -> dict[str, Any]:
    account = exchange.account
    return {
        "sid": message.sid,
        "account_sid": account.sid,
        "messaging_service_sid": message.service_sid or None,
        "from": message.from_ or None,
        "to": message.to,
        "body": message.body,
        "direction": message.direction,
        "status": message.status,
        "num_media": str(len(message.attachments) or len(message.media_urls)),
        "num_segments": str(message.segments),
        "error_code": message.error_code,
        "error_message": f"error {message.error_code}" if message.error_code else None,
        "date_created": rfc2822(message.created),
        "date_updated": rfc2822(message.updated),
        "date_sent": rfc2822(message.sent) if message.sent else None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": account.path("Messages", message.sid),
        "subresource_uris": {"media": account.path("Messages", message.sid, "Media")},
    }


def _create(exchange: Exchange, asked: Asked) -> Answered:
    """From a number, or from a Messaging Service, which picks one of its own."""
    to, service = asked.text("To"), asked.text("MessagingServiceSid")
    from_ = asked.text("From") or _of_service(exchange, service, to)
    body, media = asked.text("Body"), tuple(asked.given.get("MediaUrl", ()))
    if not to:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    if not from_:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if ADDRESS.fullmatch(to) is None:
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if exchange.number(from_) is None:
        raise Refused(
            400, 21606, f"The 'From' phone number {from_} is not a message-capable phone number of this account."
        )
    if not (body or media or asked.text("ContentSid")):
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if exchange.recipients.get(to, Recipient()).stopped:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    message = exchange.send(
        from_=from_,
        to=to,
        body=body,
        status="accepted" if service else "queued",
        service_sid=service,
        content_sid=asked.text("ContentSid"),
        media_urls=media,
        hook=asked.hook("StatusCallback"),
    )
    return Answered(status=201, body=_shown(exchange, message))


def _of_service(exchange: Exchange, service: str, to: str) -> str:
    kind = to.startswith("whatsapp:")
    for number in exchange.account.numbers.values():
        if service and number.service_sid == service and number.address.startswith("whatsapp:") == kind:
            return number.address
    return ""


def _found(exchange: Exchange, asked: Asked) -> Message:
    message = exchange.messages.get(asked.where["message_sid"])
    if message is None:
        raise not_found(asked.path)
    return message


def _fetch(exchange: Exchange, asked: Asked) -> Answered:
    return Answered(body=_shown(exchange, _found(exchange, asked)))


def _list(exchange: Exchange, asked: Asked) -> Answered:
    wanted = {"To": "to", "From": "from_"}
    messages = [
        _shown(exchange, each)
        for each in reversed(exchange.messages.values())
        if all(asked.text(name) in ("", getattr(each, attribute)) for name, attribute in wanted.items())
    ]
    return page(asked, exchange.account.path("Messages"), "messages", messages)


def _list_media(exchange: Exchange, asked: Asked) -> Answered:
    message = _found(exchange, asked)
    items = [
        {
            "sid": each.sid,
            "account_sid": exchange.account.sid,
            "parent_sid": message.sid,
            "content_type": each.media_type,
            "date_created": rfc2822(message.created),
            "date_updated": rfc2822(message.updated),
            "uri": exchange.account.path("Messages", message.sid, "Media", each.sid),
        }
        for each in message.attachments
    ]
    return page(asked, exchange.account.path("Messages", message.sid, "Media"), "media_list", items)


def _media(exchange: Exchange, asked: Asked) -> Answered:
    """Redirects to where the bytes are, as Twilio does; there no credentials are asked for."""
    message, sid = _found(exchange, asked), asked.where["media_sid"]
    if all(each.sid != sid for each in message.attachments):
        raise not_found(asked.path)
    return Answered(status=307, location=f"{exchange.base_url}/_media/{message.sid}/{sid}")


def _delete_media(exchange: Exchange, asked: Asked) -> Answered:
    message, sid = _found(exchange, asked), asked.where["media_sid"]
    kept = [each for each in message.attachments if each.sid != sid]
    if len(kept) == len(message.attachments):
        raise not_found(asked.path)
    message.attachments = kept
    return Answered(status=204)


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/Messages.json", _create),
    ("GET", "/Messages.json", _list),
    ("GET", "/Messages/{message_sid}.json", _fetch),
    ("GET", "/Messages/{message_sid}/Media.json", _list_media),
    ("DELETE", "/Messages/{message_sid}/Media/{media_sid}.json", _delete_media),
    ("GET", "/Messages/{message_sid}/Media/{media_sid}", _media),
)
