"""Viber's REST bot API, played. https://developers.viber.com/docs/api/rest-bot-api/"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.stand_in import Said, Seen, StandIn

TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
NEEDS = {
    "text": {"text"},
    "picture": {"text", "media"},
    "video": {"media", "size"},
    "file": {"media", "size", "file_name"},
}


@dataclass(slots=True, kw_only=True)
class Viber:
    """unsubscribed: people who left. files: bytes by path."""

    stand_in: StandIn = field(init=False)
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    unsubscribed: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stand_in = StandIn(answer=self.answer)

    def answer(self, seen: Seen) -> Said:
        if seen.path in self.files:
            return Said(content=self.files[seen.path])
        if seen.headers.get("x-viber-auth-token") != TOKEN:
            return said(2, "invalidAuthToken")
        if seen.path != "/pa/send_message":
            return said(3, "badData")
        asked = seen.asked
        missing = {"receiver", "type", "sender"} - set(asked) or NEEDS.get(asked["type"], {"type"}) - set(asked)
        if missing:
            return said(4, f"missingData: {sorted(missing)}")
        if len(asked["sender"].get("name", "")) not in range(1, 29) or len(asked.get("text", "")) > 7_000:
            return said(3, "badData")
        if asked["receiver"] in self.unsubscribed:
            return said(6, "receiverNotSubscribed")
        self.messages.append(asked)
        return said(0, "ok", message_token=5_741_311_803_571_721_087 + len(self.messages))


def said(status: int, message: str, **more: Any) -> Said:
    return Said(document={"status": status, "status_message": message, **more})


def webhook(document: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A callback's body and headers, signed."""
    body = json.dumps(document).encode()
    digest = hmac.new(TOKEN.encode(), body, hashlib.sha256).hexdigest()
    return body, {"content-type": "application/json", "x-viber-content-signature": digest}


def message(text: str, *, sender: str = "01234567890A=", token: int = 4_912_661_846_655_238_145) -> Mapping[str, Any]:
    return {
        "event": "message",
        "timestamp": 1_700_000_000_000,
        "message_token": token,
        "sender": {"id": sender, "name": "Yarden", "language": "en"},
        "message": {"type": "text", "text": text},
    }
