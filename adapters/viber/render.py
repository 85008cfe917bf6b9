"""Our messages as bodies of Viber's send_message. https://developers.viber.com/docs/api/rest-bot-api/#send-message"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.viber.options import VIBER
from adapters.wording import as_buttons, numbered, split
from router.core.outbound import OutboundFile, OutboundMessage, Refused

Body = Mapping[str, Any]

BUTTON_CHARS = 100
NAME_CHARS = 28
PICTURE_BYTES = 1_000_000
PICTURES = ("image/jpeg", "image/png", "image/gif")


def render(message: OutboundMessage, *, our_name: str) -> tuple[Body, ...]:
    """The bodies in order: texts, then files. our_name: what customers see; the author's when that is known.

    Raises Refused `no_templates`.
    """
    if message.template is not None:
        raise Refused("no_templates", "this channel has no templates")
    buttons = as_buttons(message.quick_replies, most=VIBER.quick_replies, chars=BUTTON_CHARS) and bool(message.text)
    text = message.text if buttons else numbered(message.text, message.quick_replies)
    texts: list[dict[str, Any]] = [{"type": "text", "text": part} for part in split(text, VIBER.text_chars)]
    if buttons:
        texts[-1]["keyboard"] = _keyboard(message)
    name = (message.author_name or our_name)[:NAME_CHARS]
    around = {
        "receiver": message.recipient,
        "min_api_version": 1,
        "sender": {"name": name},
        "tracking_data": message.id,
    }
    return tuple({**around, **content} for content in (*texts, *(_file(file) for file in message.files)))


def _file(file: OutboundFile) -> Body:
    size = len(file.content)
    if file.media_type in PICTURES and size <= PICTURE_BYTES:
        return {"type": "picture", "text": "", "media": file.url}
    if file.media_type == "video/mp4":
        return {"type": "video", "media": file.url, "size": size}
    return {"type": "file", "media": file.url, "size": size, "file_name": file.name}


def _keyboard(message: OutboundMessage) -> Body:
    """Buttons that write their label."""
    buttons = [{"ActionType": "reply", "ActionBody": choice, "Text": choice} for choice in message.quick_replies]
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}
