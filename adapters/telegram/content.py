"""What a Telegram message says. https://core.telegram.org/bots/api#message"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.lines import bracketed, joined, place
from adapters.payload import MOST_PARTS, at, clean, fields, flag, ident, items, name, number, text, whole
from router.core.inbound import Attachment

FILES: Mapping[str, str] = {
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "document": "application/octet-stream",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
}
"""Kinds of files and what they are when nothing more is said. An animation comes as a document too: it is first."""

SERVICE = (
    "new_chat_",
    "left_chat_member",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_",
    "pinned_message",
    "connected_website",
    "write_access_allowed",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "chat_owner_",
    "forum_topic_",
    "general_forum_topic_",
    "giveaway",
    "video_chat_",
    "voice_chat_",
    "direct_message_price_changed",
    "paid_message_price_changed",
    *(f"suggested_post_{word}" for word in ("approv", "declined", "paid", "refunded")),
)
"""How the fields of notices about a chat begin: nobody said anything."""

_AROUND = frozenset(
    {
        *("message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count"),
        *("sender_business_bot", "date", "business_connection_id", "chat", "forward_origin", "is_topic_message"),
        *("is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story", "via_bot"),
        *("reply_to_checklist_task_id", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post"),
        *("media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options", "effect_id"),
        *("caption", "caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup", "text"),
        *("suggested_post_info", "sender_tag", "forward_from", "forward_from_chat", "forward_from_message_id"),
        *("forward_signature", "forward_sender_name", "forward_date"),
    }
)
"""Fields around what is said; the first other one of an unknown message names its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """As in InboundMessage."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    placeholder: str = ""
    choice: str = ""


def content_of(message: Mapping[str, object]) -> Content:
    """What was said: never without a text or an attachment."""
    said = text(message, "text") or text(message, "caption")
    if (shown := _attachment(message)) is not None:
        return Content(text=said, attachments=(shown,))
    if "sticker" in message:
        return _sticker(message)
    if "location" in message or "venue" in message:
        return _location(message)
    if "contact" in message:
        return Content(text=_contact(at(message, "contact")) or bracketed("contact"), placeholder="contact")
    if "web_app_data" in message:
        return _filled_in(message)
    if said:
        return Content(text=said)
    kind = clean(next((one for one in message if one not in _AROUND), ""))[:40]
    if not kind:
        return Content(text=bracketed("empty message"), placeholder="empty")
    return Content(text=bracketed(kind, _detail(message, kind)), placeholder=kind)


def _attachment(message: Mapping[str, object]) -> Attachment | None:
    for kind, media_type in FILES.items():
        found = fields(message, kind)
        if ident(found, "file_id"):
            return _file(found, name(found, "mime_type").lower() or media_type)
    sizes = [one for one in items(message, "photo", most=MOST_PARTS) if ident(one, "file_id")]
    if not sizes:
        return None
    largest = max(sizes, key=lambda one: (number(one, "width") or 0) * (number(one, "height") or 0))
    return _file(fields(largest), "image/jpeg")


def _file(found: Mapping[str, object], media_type: str) -> Attachment:
    return Attachment(
        name=name(found, "file_name"),
        media_type=media_type,
        size_bytes=whole(found, "file_size"),
        provider_id=ident(found, "file_id"),
    )


def _sticker(message: Mapping[str, object]) -> Content:
    sticker = fields(message, "sticker")
    moving = "application/x-tgsticker" if flag(sticker, "is_animated") else "image/webp"
    if not ident(sticker, "file_id"):
        return Content(text=bracketed("sticker", name(sticker, "emoji")), placeholder="sticker")
    shown = _file(sticker, "video/webm" if flag(sticker, "is_video") else moving)
    return Content(text="", attachments=(shown,), placeholder="sticker")


def _location(message: Mapping[str, object]) -> Content:
    venue = fields(message, "venue")
    point = fields(venue, "location") or fields(message, "location")
    where = place(number(point, "latitude"), number(point, "longitude"), name(venue, "title"))
    said = joined(text(venue, "title"), text(venue, "address"))
    word = "venue" if venue else "location"
    if where is None:
        return Content(text=said or bracketed(word), placeholder=word)
    return Content(text=said, attachments=(where,), placeholder=word)


def _contact(contact: object) -> str:
    """ "Name (number)"."""
    who = joined(name(contact, "first_name"), name(contact, "last_name"), by=" ")
    phone = name(contact, "phone_number")
    return f"{who} ({phone})" if who and phone else who or phone


def _filled_in(message: Mapping[str, object]) -> Content:
    """A form shown by a button: the button's label when the data is for machines, else the data itself."""
    data, button = text(message, "web_app_data", "data"), text(message, "web_app_data", "button_text")
    try:
        for_machines = isinstance(json.loads(data), dict | list)
    except (ValueError, RecursionError):
        for_machines = False
    return Content(text=(button if for_machines else data) or button or bracketed("web_app_data"), choice=data)


def _detail(message: Mapping[str, object], kind: str) -> str:
    """What a line can say of a poll, a list of tasks, a game, a dice, a payment."""
    found = at(message, kind)
    said = name(found, "question") or name(found, "title") or name(found, "emoji")
    parts = (*items(found, "options", most=MOST_PARTS), *items(found, "tasks", most=MOST_PARTS))
    listed = joined(*(name(one, "text") for one in parts))
    amount = name(found, "value") or name(found, "total_amount")
    return joined(said, f"({listed})" if listed else "", amount, name(found, "currency"), by=" ")
