"""Entries of WhatsApp's Cloud API.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.harvest import Harvest
from adapters.lines import bracketed, filled_in, joined, place
from adapters.meta import errors
from adapters.payload import (
    MOST_PARTS,
    at,
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
from router.core.inbound import Attachment, InboundMessage, Receipt, ReceiptState

RECEIPTS: Mapping[str, ReceiptState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message says, by its type."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    placeholder: str = ""
    choice: str = ""
    in_reply_to: str = ""
    edits: str = ""
    deletes: str = ""
    opens: bool = True


def read_whatsapp_entry(entry: object, harvest: Harvest) -> None:
    for change in items(entry, "changes"):
        value, topic = at(change, "value"), name(change, "field")[:40] or "change"
        account = ident(value, "metadata", "phone_number_id")
        names = _names(value)
        for message in items(value, "messages"):
            _message(message, account, names, harvest)
        for status in items(value, "statuses"):
            _status(status, account, harvest)
        for error in items(value, "errors"):
            harvest.events.append(f"error {ident(error, 'code')} {name(error, 'title')}"[:120])
        if topic in ("smb_message_echoes", "message_echoes"):
            harvest.passed.append("echo")
        elif topic != "messages":
            news = items(value, topic)[:5]
            said = name(value, "event") or joined(*(name(one, "value") or name(one, "event") for one in news))
            harvest.events.append(joined(topic, said[:60], by=" "))


def _names(value: object) -> Mapping[str, str]:
    """Names by every id a customer goes by; one nameless id is everybody's when there is one contact only."""
    contacts = items(value, "contacts")
    named = {
        known: name(contact, "profile", "name") or name(contact, "profile", "username")
        for contact in contacts
        for known in (ident(contact, "wa_id"), ident(contact, "user_id"))
        if known
    }
    return named | {"": next(iter(named.values()), "")} if len(contacts) == 1 else named


def _message(message: object, account: str, names: Mapping[str, str], harvest: Harvest) -> None:
    sender = ident(message, "from").removeprefix("+") or ident(message, "from_user_id")
    if not sender:
        harvest.faults.append("a message without from")
        return
    kind = name(message, "type")[:40] or next((one for one in READERS if one in fields(message)), "unknown")
    content = _content(message, kind)
    if content.text == "" and not content.attachments:
        content = replace(content, text=bracketed(kind), placeholder=content.placeholder or kind)
    harvest.messages.append(
        InboundMessage(
            external_id=ident(message, "id") or made_id(sender, text(message, "timestamp"), kind, content.text),
            sender=sender,
            sender_name=names.get(sender, names.get("", "")),
            account=account,
            place=ident(message, "group_id"),
            subject=_prompted_by(message),
            text=content.text,
            sent_at=moment(message, "timestamp"),
            in_reply_to=content.in_reply_to or ident(message, "context", "id"),
            attachments=content.attachments,
            placeholder=content.placeholder,
            choice=content.choice,
            edits=content.edits,
            deletes=content.deletes,
            opens=content.opens,
        )
    )
    if fields(message, "referral"):
        harvest.passed.append("referral")


def _prompted_by(message: object) -> str:
    """The advertisement somebody came by, or the product of ours they ask about; "" mostly."""
    product = name(message, "context", "referred_product", "product_retailer_id")
    return joined(
        name(message, "referral", "headline") or name(message, "referral", "source_url"),
        f"product {product}" if product else "",
    )


def _content(message: object, kind: str) -> Content:
    if kind == "contacts":
        return _contacts(items(message, kind, most=MOST_PARTS))
    if (read := READERS.get(kind)) is not None:
        return read(fields(message, kind))
    said = name(message, kind, "type") or name(next(iter(items(message, "errors")), None), "title")
    line = bracketed(kind, said)
    return Content(text=text(message, "text", "body") or line, placeholder=kind)


def _text(said: Mapping[str, object]) -> Content:
    return Content(text=text(said, "body"))


def _media(media: Mapping[str, object]) -> Content:
    one = Attachment(
        name=name(media, "filename"),
        media_type=name(media, "mime_type").lower(),
        size_bytes=whole(media, "file_size"),
        sha256=_hex(text(media, "sha256")),
        url=url(media, "url") or url(media, "link"),
        provider_id=ident(media, "id"),
    )
    return Content(text=text(media, "caption"), attachments=(one,) if one.to_fetch else ())


def _sticker(media: Mapping[str, object]) -> Content:
    return replace(_media(media), placeholder="sticker")


def _hex(digest: str) -> str | None:
    """WhatsApp gives SHA-256 in base64."""
    try:
        raw = bytes.fromhex(digest) if len(digest) == 64 else binascii.a2b_base64(digest)
    except ValueError:
        return None
    return raw.hex() if len(raw) == 32 else None


def _location(found: Mapping[str, object]) -> Content:
    where = place(number(found, "latitude"), number(found, "longitude"), name(found, "name"))
    said = joined(text(found, "name"), text(found, "address"))
    return Content(text=said, attachments=() if where is None else (where,), placeholder="location")


def _button(button: Mapping[str, object]) -> Content:
    return Content(text=text(button, "text") or text(button, "payload"), choice=text(button, "payload"))


def _interactive(found: Mapping[str, object]) -> Content:
    """A button or an entry of a list that was chosen, or a form that was filled in."""
    kind = name(found, "type")[:40]
    chosen = fields(found, kind)
    if kind in ("button_reply", "list_reply"):
        return Content(text=text(chosen, "title") or text(chosen, "id"), choice=text(chosen, "id"))
    if kind == "nfm_reply":
        answers = text(chosen, "response_json")
        return Content(text=text(chosen, "body") or filled_in(answers), choice=answers)
    if kind == "call_permission_reply":
        return Content(text=bracketed(kind, name(chosen, "response")), placeholder=kind, opens=False)
    return Content(text=bracketed("interactive", kind), placeholder=kind or "interactive")


def _reaction(found: Mapping[str, object]) -> Content:
    return Content(
        text=text(found, "emoji") or bracketed("reaction taken back"),
        placeholder="reaction",
        in_reply_to=ident(found, "message_id"),
        opens=False,
    )


def _order(found: Mapping[str, object]) -> Content:
    lines = [
        joined(
            text(item, "quantity") or "1",
            "×",
            name(item, "product_retailer_id"),
            text(item, "item_price"),
            name(item, "currency"),
            by=" ",
        )
        for item in items(found, "product_items", most=MOST_PARTS)
    ]
    return Content(text="\n".join((bracketed("order"), text(found, "text"), *lines)).strip(), placeholder="order")


def _system(found: Mapping[str, object]) -> Content:
    return Content(
        text=text(found, "body") or bracketed("system", name(found, "type")), placeholder="system", opens=False
    )


def _request_welcome(_: Mapping[str, object]) -> Content:
    return Content(text=bracketed("request_welcome"), placeholder="request_welcome", opens=False)


def _edit(found: Mapping[str, object]) -> Content:
    inner = fields(found, "message")
    content = _content(inner, name(inner, "type")[:40] or "text")
    return replace(content, edits=ident(found, "original_message_id"), opens=False)


def _revoke(found: Mapping[str, object]) -> Content:
    deletes = ident(found, "original_message_id")
    return Content(text=bracketed("deleted"), placeholder="deleted", deletes=deletes, opens=False)


def _contacts(contacts: Sequence[object]) -> Content:
    lines = []
    for contact in contacts:
        phones, mails, sites = (items(contact, kind, most=MOST_PARTS) for kind in ("phones", "emails", "urls"))
        reached = joined(
            *(name(one, "phone") or name(one, "wa_id") for one in phones),
            *(name(one, "email") for one in mails),
            *(name(one, "url") for one in sites),
        )
        parts = joined(name(contact, "name", "first_name"), name(contact, "name", "last_name"), by=" ")
        who = joined(name(contact, "name", "formatted_name") or parts, name(contact, "org", "company"))
        lines.append(joined(who, reached, by=": "))
    return Content(text="\n".join(line for line in lines if line), placeholder="contact")


READERS: Mapping[str, Callable[[Mapping[str, object]], Content]] = {
    "text": _text,
    "image": _media,
    "audio": _media,
    "voice": _media,
    "video": _media,
    "document": _media,
    "sticker": _sticker,
    "location": _location,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "system": _system,
    "request_welcome": _request_welcome,
    "edit": _edit,
    "revoke": _revoke,
}


def _status(status: object, account: str, harvest: Harvest) -> None:
    state, external_id = name(status, "status")[:40], ident(status, "id")
    if (about := name(status, "type")[:40]) not in ("", "message"):
        harvest.events.append(f"{about} {state.lower()}")
        return
    harvest.status = True
    if state not in RECEIPTS or not external_id:
        harvest.passed.append(state if state in ("deleted", "warning") else f"unknown status {state}")
        return
    error = next(iter(items(status, "errors")), None) if state == "failed" else None
    code = ident(error, "code")
    said = joined(*dict.fromkeys((name(error, "title"), name(error, "error_data", "details"))), by=": ")
    harvest.receipts.append(
        Receipt(
            external_id=external_id,
            state=RECEIPTS[state],
            at=moment(status, "timestamp"),
            recipient=ident(status, "recipient_id") or ident(status, "recipient_user_id"),
            account=account,
            reference=ident(status, "biz_opaque_callback_data"),
            code=code,
            reason=errors.reason(code, said),
            outlook=errors.outlook(code),
        )
    )
