"""Callbacks of Viber's REST bot API. https://developers.viber.com/docs/api/rest-bot-api/#callbacks"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters.harvest import Harvest, unreadable
from adapters.lines import bracketed, joined, place
from adapters.payload import Unreadable, at, document, fields, ident, made_id, moment, name, number, text, url, whole
from router.core.inbound import Attachment, InboundMessage, Parsed, Receipt, ReceiptState

RECEIPTS: Mapping[str, ReceiptState] = {"delivered": "delivered", "seen": "read", "failed": "failed"}

STICKERS = "https://viber.github.io/docs/img/stickers/{}.png"
"""Where Viber shows its stickers; a message has a number only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """As in InboundMessage."""

    text: str = ""
    attachment: Attachment | None = None
    placeholder: str = ""


def parse(body: bytes) -> Parsed:
    try:
        found = document(body)
    except Unreadable as error:
        return unreadable(str(error))
    harvest = Harvest()
    event = name(found, "event")[:40]
    if event == "message":
        _message(found, harvest)
    elif event in RECEIPTS:
        _receipt(found, RECEIPTS[event], harvest)
    elif event:
        harvest.events.append(event)
    else:
        harvest.faults.append("event is missing")
    return harvest.parsed()


def _message(found: Mapping[str, object], harvest: Harvest) -> None:
    sender, message = ident(found, "sender", "id"), fields(found, "message")
    if not sender:
        harvest.faults.append("a message without sender")
        return
    kind = name(message, "type").lower()[:40] or "text"
    content = READERS.get(kind, _unknown)(message, kind)
    shown = () if content.attachment is None else (content.attachment,)
    said = content.text or ("" if shown else bracketed(kind))
    harvest.messages.append(
        InboundMessage(
            external_id=ident(found, "message_token") or made_id(sender, text(found, "timestamp"), said),
            sender=sender,
            sender_name=name(found, "sender", "name"),
            place=ident(found, "chat_id"),
            text=said,
            sent_at=moment(found, "timestamp"),
            in_reply_to=ident(message, "quoted_message_token"),
            attachments=shown,
            placeholder=content.placeholder or ("" if content.text or shown else kind),
            language=name(found, "sender", "language"),
        )
    )


def _text(message: Mapping[str, object], kind: str) -> Content:
    return Content(text=text(message, "text"))


def _file(message: Mapping[str, object], kind: str) -> Content:
    where = url(message, "media")
    if not where:
        return Content(text=text(message, "text"))
    one = Attachment(
        name=name(message, "file_name"),
        media_type={"picture": "image/jpeg", "video": "video/mp4", "gif": "image/gif"}.get(kind, ""),
        size_bytes=whole(message, "size") or whole(message, "file_size"),
        url=where,
    )
    return Content(text=text(message, "text"), attachment=one)


def _sticker(message: Mapping[str, object], kind: str) -> Content:
    number_of = ident(message, "sticker_id")
    where = url(message, "media") or (STICKERS.format(number_of) if number_of.isdigit() else "")
    shown = Attachment(media_type="image/png", url=where) if where else None
    return Content(text=text(message, "text"), attachment=shown, placeholder="sticker")


def _location(message: Mapping[str, object], kind: str) -> Content:
    where = place(number(message, "location", "lat"), number(message, "location", "lon"))
    said = text(message, "text") or text(message, "location", "address")
    return Content(text=said, attachment=where, placeholder="location")


def _contact(message: Mapping[str, object], kind: str) -> Content:
    contact = at(message, "contact")
    said = joined(name(contact, "name"), name(contact, "phone_number"), by=": ")
    return Content(text=said or text(message, "text"), placeholder="contact")


def _url(message: Mapping[str, object], kind: str) -> Content:
    return Content(text=text(message, "media") or text(message, "text"))


def _unknown(message: Mapping[str, object], kind: str) -> Content:
    return replace(_file(message, kind), placeholder=kind)


READERS: Mapping[str, Callable[[Mapping[str, object], str], Content]] = {
    "text": _text,
    "picture": _file,
    "video": _file,
    "file": _file,
    "gif": _file,
    "sticker": _sticker,
    "location": _location,
    "contact": _contact,
    "url": _url,
}


def _receipt(found: Mapping[str, object], state: ReceiptState, harvest: Harvest) -> None:
    external_id = ident(found, "message_token")
    if not external_id:
        harvest.faults.append("a receipt without message_token")
        return
    harvest.receipts.append(
        Receipt(
            external_id=external_id,
            state=state,
            at=moment(found, "timestamp"),
            recipient=ident(found, "user_id"),
            reason=name(found, "desc") if state == "failed" else "",
        )
    )
