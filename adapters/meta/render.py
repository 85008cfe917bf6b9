"""Our messages as bodies of Meta's Send APIs.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.meta.options import capabilities
from adapters.wording import as_buttons, numbered, split, utf8_bytes
from router.core.outbound import OutboundFile, OutboundMessage, Refused, Template
from router.core.words import Channel

Body = Mapping[str, Any]

RESPONSE: Body = {"messaging_type": "RESPONSE"}
HUMAN_AGENT: Body = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
BUTTON_CHARS = 20
WHATSAPP_BUTTONS = 3
"""More choices are a list that opens by a button."""
ROW_CHARS = 24
OPENS_LIST = "☰"
"""The same in every language."""
WHATSAPP_BUTTON_TEXT_CHARS = 1_024
CAPTION_CHARS = 1_024
WHATSAPP_KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/aac": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/amr": "audio",
    "audio/ogg": "audio",
}
"""What WhatsApp shows by itself; anything else goes as a document."""


def render(message: OutboundMessage, channel: Channel) -> tuple[Body, ...]:
    """The body of each request, in order. Raises Refused `no_templates`."""
    return _whatsapp(message) if channel == "whatsapp" else _page(message, channel)


def _page(message: OutboundMessage, channel: Channel) -> tuple[Body, ...]:
    """Messenger and Instagram: texts, then files; buttons stand below the last text."""
    if message.template is not None:
        raise Refused("no_templates", "this channel has no templates")
    carries = capabilities(channel)
    buttons = as_buttons(message.quick_replies, most=carries.quick_replies, chars=BUTTON_CHARS)
    text = message.text if buttons and message.text else numbered(message.text, message.quick_replies)
    texts: list[dict[str, Any]] = [
        {"text": part} for part in split(text, carries.text_chars, utf8_bytes if channel == "instagram" else len)
    ]
    if buttons and message.text:
        texts[-1]["quick_replies"] = [
            {"content_type": "text", "title": choice, "payload": choice} for choice in message.quick_replies
        ]
    files = [{"attachment": {"type": _kind(file), "payload": {"url": file.url}}} for file in message.files]
    around: dict[str, Any] = {"recipient": {"id": message.recipient}, **(HUMAN_AGENT if message.late else RESPONSE)}
    bodies = [{**around, "message": part} for part in (*texts, *files)]
    if message.reply_to and channel == "messenger" and bodies:
        bodies[0] = {**bodies[0], "reply_to": {"mid": message.reply_to}}
    return tuple(bodies)


def _kind(file: OutboundFile) -> str:
    kind = file.media_type.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "file"


def _whatsapp(message: OutboundMessage) -> tuple[Body, ...]:
    """Texts, then files; a short text goes below a single file."""
    if message.template is not None:
        contents: Sequence[Body] = (_template(message.template),)
    else:
        contents = (*_whatsapp_texts(message), *(_whatsapp_file(file) for file in message.files))
        if len(message.files) == 1 and _fits_below(message, contents):
            file = dict(contents[1])
            file[file["type"]] = {**file[file["type"]], "caption": message.text}
            contents = (file,)
    around = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": message.recipient}
    whole = {"biz_opaque_callback_data": message.id} if len(contents) == 1 else {}  # of one part it says nothing
    bodies = [{**around, **content, **whole} for content in contents]
    if message.reply_to and bodies:
        bodies[0]["context"] = {"message_id": message.reply_to}
    return tuple(bodies)


def _fits_below(message: OutboundMessage, contents: Sequence[Body]) -> bool:
    plain = len(contents) == 2 and contents[0]["type"] == "text" and not message.quick_replies
    return plain and contents[1]["type"] != "audio" and len(message.text) <= CAPTION_CHARS


def _whatsapp_texts(message: OutboundMessage) -> list[Body]:
    carries, choices = capabilities("whatsapp"), message.quick_replies
    if 0 < len(message.text) <= WHATSAPP_BUTTON_TEXT_CHARS:
        body = {"text": message.text}
        if as_buttons(choices, most=WHATSAPP_BUTTONS, chars=BUTTON_CHARS):
            buttons = [{"type": "reply", "reply": {"id": choice, "title": choice}} for choice in choices]
            return [_interactive("button", body, {"buttons": buttons})]
        if as_buttons(choices, most=carries.quick_replies, chars=ROW_CHARS):
            rows = [{"id": choice, "title": choice} for choice in choices]
            return [_interactive("list", body, {"button": OPENS_LIST, "sections": [{"rows": rows}]})]
    texts = split(numbered(message.text, message.quick_replies), carries.text_chars)
    return [{"type": "text", "text": {"body": part, "preview_url": True}} for part in texts]


def _interactive(kind: str, body: Body, action: Body) -> Body:
    return {"type": "interactive", "interactive": {"type": kind, "body": body, "action": action}}


def _whatsapp_file(file: OutboundFile) -> Body:
    kind = WHATSAPP_KINDS.get(file.media_type, "document")
    return {"type": kind, kind: {"link": file.url, **({"filename": file.name} if kind == "document" else {})}}


def _template(template: Template) -> Body:
    parameters = [{"type": "text", "text": value} for value in template.variables]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    language = {"code": template.language}
    return {"type": "template", "template": {"name": template.name, "language": language, "components": components}}
