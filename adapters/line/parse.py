"""Webhooks of LINE's Messaging API. https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.harvest import Harvest, unreadable
from adapters.lines import bracketed, joined, place
from adapters.payload import (
    Unreadable,
    at,
    document,
    fields,
    ident,
    items,
    made_id,
    moment,
    name,
    number,
    text,
    url,
    whole,
)
from router.core.inbound import Attachment, InboundMessage, Parsed

CONTENT = "https://api-data.line.me/v2/bot/message/{}/content"
STICKERS = "https://stickershop.line-scdn.net/stickershop/v1/sticker/{}/android/sticker.png"
MEDIA_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/m4a", "file": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """As in InboundMessage."""

    text: str = ""
    attachment: Attachment | None = None
    placeholder: str = ""
    choice: str = ""


def parse(body: bytes) -> Parsed:
    try:
        found = document(body)
    except Unreadable as error:
        return unreadable(str(error))
    if not isinstance(at(found, "events"), list):
        return unreadable("events is missing")
    harvest = Harvest()
    for event in items(found, "events"):
        _read(event, ident(found, "destination"), harvest)
    return harvest.parsed()


def _read(event: object, account: str, harvest: Harvest) -> None:
    kind, source = name(event, "type")[:40] or "event", fields(event, "source")
    group = ident(source, "groupId") or ident(source, "roomId")
    sender = ident(source, "userId") or group
    if name(event, "mode") == "standby":
        harvest.passed.append("standby")
    elif kind not in ("message", "postback", "unsend"):
        harvest.events.append(kind)
    elif not sender:
        harvest.faults.append(f"a {kind} without source")
    else:
        content = _content(event, kind)
        deletes = ident(event, "unsend", "messageId")
        shown = () if content.attachment is None else (content.attachment,)
        said = content.text or ("" if shown else bracketed(content.placeholder or "empty message"))
        event_id = ident(event, "webhookEventId") or made_id(sender, text(event, "timestamp"), said)
        harvest.messages.append(
            InboundMessage(
                external_id=ident(event, "message", "id") or event_id,
                sender=sender,
                account=account,
                place=group,
                text=said,
                sent_at=moment(event, "timestamp"),
                in_reply_to=ident(event, "message", "quotedMessageId"),
                attachments=shown,
                placeholder=content.placeholder or ("" if content.text or shown else "empty"),
                choice=content.choice,
                deletes=deletes,
                opens=not deletes,
            )
        )


def _content(event: object, kind: str) -> Content:
    if kind == "unsend":
        return Content(placeholder="deleted")
    if kind == "postback":
        data = text(event, "postback", "data")
        picked = joined(*(text(value) for value in fields(event, "postback", "params").values()))
        return Content(text=picked or data or bracketed("postback"), choice=data)
    message = fields(event, "message")
    return READERS.get(name(message, "type"), _unknown)(message)


def _text(message: Mapping[str, object]) -> Content:
    return Content(text=text(message, "text"))


def _file(message: Mapping[str, object]) -> Content:
    """Its address, or LINE's, where it is fetched with the channel's token."""
    kind, message_id = name(message, "type"), ident(message, "id")
    elsewhere = url(message, "contentProvider", "originalContentUrl")
    one = Attachment(
        name=name(message, "fileName"),
        media_type=MEDIA_TYPES.get(kind, ""),
        size_bytes=whole(message, "fileSize"),
        url=elsewhere or CONTENT.format(message_id),
        provider_id="" if elsewhere else message_id,
    )
    return Content(attachment=one) if elsewhere or message_id else Content(placeholder=kind)


def _location(message: Mapping[str, object]) -> Content:
    where = place(number(message, "latitude"), number(message, "longitude"), name(message, "title"))
    return Content(text=text(message, "title") or text(message, "address"), attachment=where, placeholder="location")


def _sticker(message: Mapping[str, object]) -> Content:
    sticker = ident(message, "stickerId")
    shown = Attachment(media_type="image/png", url=STICKERS.format(sticker)) if sticker.isdigit() else None
    return Content(text=text(message, "text"), attachment=shown, placeholder="sticker")


def _unknown(message: Mapping[str, object]) -> Content:
    return Content(text=text(message, "text"), placeholder=name(message, "type")[:40] or "unknown")


READERS: Mapping[str, Callable[[Mapping[str, object]], Content]] = {
    "text": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "file": _file,
    "location": _location,
    "sticker": _sticker,
}
