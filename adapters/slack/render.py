"""Our posts as calls of Slack's Web API. https://docs.slack.dev/reference/methods/chat.postMessage"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, MarkdownTextObject, SectionBlock

from router.core.outbound import OutboundMessage

SECTION_CHARS = 3_000
TEXT_CHARS = 4_000
LABEL_CHARS = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One method with its parameters."""

    method: str
    parameters: Mapping[str, Any]


def render(message: OutboundMessage) -> Call:
    """A post, or in place of another with `replaces`; in a thread with `reply_to`."""
    text = escaped(message.text)
    parameters: dict[str, Any] = {
        "channel": message.recipient,
        "text": text[:TEXT_CHARS],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if message.buttons:
        parameters["blocks"] = _blocks(message, text)
    if message.replaces:
        return Call(method="chat.update", parameters={**parameters, "ts": message.replaces})
    if message.reply_to:
        parameters["thread_ts"] = message.reply_to
    return Call(method="chat.postMessage", parameters=parameters)


def _blocks(message: OutboundMessage, text: str) -> list[dict[str, Any]]:
    buttons = [
        ButtonElement(text=button.label[:LABEL_CHARS], value=button.value, action_id=f"b{place}")
        for place, button in enumerate(message.buttons)
    ]
    said = [
        SectionBlock(text=MarkdownTextObject(text=text[start : start + SECTION_CHARS]))
        for start in range(0, min(len(text), 10 * SECTION_CHARS), SECTION_CHARS)
    ]
    return [block.to_dict() for block in (*said, ActionsBlock(elements=buttons))]


def escaped(text: str) -> str:
    """Text that calls nobody (`<!channel>`, `<@U1>`) and links nothing by itself."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
