"""Our messages as form fields of Twilio's Messages API.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.twilio_messaging.options import capabilities
from adapters.wording import numbered, split
from router.core.outbound import OutboundFile, OutboundMessage, Refused
from router.core.words import Channel

Fields = tuple[tuple[str, str], ...]
MOST_FILES_MMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Who we are: a number of ours, or a Messaging Service when there is one; status_callback: "" for none."""

    channel: Channel
    address: str
    messaging_service_sid: str = ""
    status_callback: str = ""


def render(message: OutboundMessage, sender: From) -> tuple[Fields, ...]:
    """The fields of each request, in order: text first takes files along where one message can hold both.

    Raises Refused `no_templates`.
    """
    around = _around(message.recipient, sender)
    if message.template is not None:
        return ((*around, *_template(message, sender.channel)),)
    text = numbered(message.text, message.quick_replies) if message.quick_replies else message.text
    texts = split(text, capabilities(sender.channel).text_chars)
    bodies = [(("Body", part),) for part in texts]
    files = [_media(group) for group in _groups(message.files, sender.channel)]
    if len(bodies) == 1 and files:
        files[0], bodies = (*bodies[0], *files[0]), []
    return tuple((*around, *part) for part in (*bodies, *files))


def _around(recipient: str, sender: From) -> Fields:
    to = address(recipient, sender.channel)
    if sender.messaging_service_sid:
        ours = ("MessagingServiceSid", sender.messaging_service_sid)
    else:
        ours = ("From", address(sender.address, sender.channel))
    callback = (("StatusCallback", sender.status_callback),) if sender.status_callback else ()
    return (("To", to), ours, *callback)


def address(known_as: str, channel: Channel) -> str:
    """How Twilio calls somebody: a phone number, with `whatsapp:` and a plus before WhatsApp's digits."""
    if channel != "whatsapp":
        return known_as
    return f"whatsapp:{known_as if known_as.startswith('+') or not known_as.isdigit() else f'+{known_as}'}"


def _template(message: OutboundMessage, channel: Channel) -> Fields:
    template = message.template
    if template is None or channel != "whatsapp":
        raise Refused("no_templates", "this channel has no templates")
    variables = json.dumps({str(n): value for n, value in enumerate(template.variables, 1)}, ensure_ascii=False)
    return (("ContentSid", template.name), *((("ContentVariables", variables),) if template.variables else ()))


def _groups(files: Sequence[OutboundFile], channel: Channel) -> list[Sequence[OutboundFile]]:
    """WhatsApp takes one file a message, MMS ten."""
    size = 1 if channel == "whatsapp" else MOST_FILES_MMS
    return [files[start : start + size] for start in range(0, len(files), size)]


def _media(files: Sequence[OutboundFile]) -> Fields:
    return tuple(("MediaUrl", file.url) for file in files)
