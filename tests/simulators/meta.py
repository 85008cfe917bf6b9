"""Meta, played: the Send API of Messenger and Instagram, WhatsApp's messages and media, and signed webhooks.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.stand_in import Said, Seen, StandIn

TOKEN, APP_SECRET, PHONE_NUMBER_ID = "EAAtoken", "app secret", "106540352242922"
KINDS = (("RESPONSE", None), ("MESSAGE_TAG", "HUMAN_AGENT"))
MESSAGES = re.compile(r"/v\d+\.\d+/(me|\d+)/messages\Z")
MEDIA = re.compile(r"/v\d+\.\d+/([\w-]+)\Z")
WHATSAPP_TYPES = ("text", "image", "audio", "video", "document", "interactive", "template")
TEXT_LIMITS = {"text": 4_096, "interactive": 1_024}


@dataclass(slots=True, kw_only=True)
class Meta:
    """blocked: people who cannot be reached. media: bytes by WhatsApp's media id."""

    stand_in: StandIn = field(init=False)
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    actions: list[Mapping[str, Any]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    media: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stand_in = StandIn(answer=self.answer)

    def answer(self, seen: Seen) -> Said:
        if seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(190, "Error validating access token", status=401)
        proof = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
        if not seen.path.startswith("/files/") and seen.query.get("appsecret_proof") != proof:
            return error(100, "Invalid appsecret_proof provided in the API argument")
        if seen.path.startswith("/files/"):
            return Said(content=self.media[seen.path.rpartition("/")[2]])
        if (found := MEDIA.match(seen.path)) and seen.method == "GET":
            return Said(document={"url": f"{self.stand_in.url}/files/{found[1]}", "id": found[1]})
        if not (found := MESSAGES.match(seen.path)):
            return error(2500, f"Unknown path components: {seen.path}")
        return self._page(seen.asked) if found[1] == "me" else self._whatsapp(seen.asked, found[1])

    def _page(self, asked: Mapping[str, Any]) -> Said:
        recipient = asked.get("recipient", {}).get("id")
        if not recipient:
            return error(100, "The parameter recipient is required")
        if recipient in self.blocked:
            return error(551, "This person isn't available right now.")
        if "sender_action" in asked:
            if set(asked) != {"recipient", "sender_action"}:
                return error(100, "sender_action cannot be combined")
            self.actions.append(asked)
            return Said(document={"recipient_id": recipient})
        message = asked.get("message", {})
        if (asked.get("messaging_type"), asked.get("tag")) not in KINDS:
            return error(100, "Invalid messaging_type or tag")
        if ("text" in message) == ("attachment" in message):
            return error(100, "Either text or attachment must be set")
        if not 0 < len(message.get("text", "x")) <= 2_000:
            return error(100, "Length of param message[text] must be less than or equal to 2000")
        if any(len(one["title"]) > 20 for one in message.get("quick_replies", ())):
            return error(100, "Quick reply title is too long")
        self.messages.append(asked)
        return Said(document={"recipient_id": recipient, "message_id": f"m_{len(self.messages)}"})

    def _whatsapp(self, asked: Mapping[str, Any], number: str) -> Said:
        if number != PHONE_NUMBER_ID or asked.get("messaging_product") != "whatsapp":
            return error(100, "Unsupported post request")
        if asked.get("status") == "read":
            self.actions.append(asked)
            return Said(document={"success": True})
        kind, to = asked.get("type"), asked.get("to", "")
        if kind not in WHATSAPP_TYPES or kind not in asked or not to.isdigit():
            return error(131009, "Parameter value is not valid", details=f"type {kind}")
        said = asked[kind].get("body", "")
        body = said.get("text", "") if isinstance(said, dict) else said
        if len(body) > TEXT_LIMITS.get(kind, 4_096) or (kind in TEXT_LIMITS and not body):
            return error(100, "Param text['body'] must be at most 4096 characters long.")
        if to in self.blocked:
            return error(131047, "Re-engagement message", details="More than 24 hours have passed")
        self.messages.append(asked)
        contacts = [{"input": to, "wa_id": to}]
        messages = [{"id": f"wamid.{len(self.messages)}"}]
        return Said(document={"messaging_product": "whatsapp", "contacts": contacts, "messages": messages})


def error(code: int, message: str, *, status: int = 400, details: str = "", headers: Any = None) -> Said:
    said: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}
    if details:
        said["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return Said(status=status, document={"error": said}, headers=headers or {})


def webhook(document: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A webhook's body and headers, signed."""
    body = json.dumps(document).encode()
    digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return body, {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}


def messenger_text(text: str, *, sender: str = "5678", mid: str = "m_1", page: str = "1234") -> Mapping[str, Any]:
    message = {"mid": mid, "text": text}
    item = {"sender": {"id": sender}, "recipient": {"id": page}, "timestamp": 1_700_000_000_000, "message": message}
    return {"object": "page", "entry": [{"id": page, "time": 1_700_000_000_000, "messaging": [item]}]}


def whatsapp_value(**value: Any) -> Mapping[str, Any]:
    metadata = {"display_phone_number": "48221234567", "phone_number_id": PHONE_NUMBER_ID}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def whatsapp_text(text: str, *, sender: str = "48601234567", wamid: str = "wamid.a") -> Mapping[str, Any]:
    contacts = [{"profile": {"name": "Ada"}, "wa_id": sender}]
    message = {"from": sender, "id": wamid, "timestamp": "1700000000", "type": "text", "text": {"body": text}}
    return whatsapp_value(contacts=contacts, messages=[message])
