"""Our messages as calls of Telegram's Bot API. https://core.telegram.org/bots/api#sendmessage"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.telegram.options import TELEGRAM
from adapters.wording import as_buttons, numbered, split, utf16_units
from router.core.outbound import OutboundFile, OutboundMessage, Refused

CAPTION_UNITS = 1_024
BUTTON_CHARS = 60
PHOTO_BYTES = 10_000_000
PHOTOS = ("image/jpeg", "image/png", "image/webp")
KINDS = {"video/mp4": "Video", "audio/mpeg": "Audio", "audio/mp4": "Audio", "audio/ogg": "Voice"}
"""What Telegram shows or plays by itself, besides photos; anything else goes as a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One method with its parameters. upload: the parameter a file goes in, and the file."""

    method: str
    parameters: Mapping[str, Any]
    upload: tuple[str, OutboundFile] | None = None


def render(message: OutboundMessage) -> tuple[Call, ...]:
    """The calls in order: texts, then files; a short text goes below a single file. Raises Refused `no_templates`."""
    if message.template is not None:
        raise Refused("no_templates", "this channel has no templates")
    fits = as_buttons(message.quick_replies, most=TELEGRAM.quick_replies, chars=BUTTON_CHARS)
    buttons = fits and bool(message.text)
    text = message.text if buttons else numbered(message.text, message.quick_replies)
    parts = split(text, TELEGRAM.text_chars, utf16_units)
    texts = [Call(method="sendMessage", parameters={"text": part}) for part in parts]
    files = [_file(file) for file in message.files]
    if len(files) == 1 and len(texts) == 1 and utf16_units(text) <= CAPTION_UNITS:
        texts, files = [], [replace(files[0], parameters={"caption": texts[0].parameters["text"]})]
    calls = [*texts, *files]
    shown = len(texts or files) - 1
    return tuple(
        replace(
            call,
            parameters={
                "chat_id": message.recipient,
                **call.parameters,
                **({"reply_markup": _keyboard(message)} if n == shown and buttons else {}),
                **(_reply(message.reply_to) if n == 0 else {}),
            },
        )
        for n, call in enumerate(calls)
    )


def _file(file: OutboundFile) -> Call:
    photo = file.media_type in PHOTOS and len(file.content) <= PHOTO_BYTES
    kind = "Photo" if photo else KINDS.get(file.media_type, "Document")
    return Call(method=f"send{kind}", parameters={}, upload=(kind.lower(), file))


def _keyboard(message: OutboundMessage) -> Mapping[str, Any]:
    """Buttons that write their label: the answer comes as a message."""
    rows = [[{"text": choice}] for choice in message.quick_replies]
    return {"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}


def _reply(reply_to: str) -> Mapping[str, Any]:
    """The id within the chat is what follows the chat's."""
    within = reply_to.rpartition(":")[2]
    if not within.isdigit():
        return {}
    return {"reply_parameters": {"message_id": int(within), "allow_sending_without_reply": True}}
