"""Telegram's Bot API, played. https://core.telegram.org/bots/api"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.stand_in import Said, Seen, StandIn

BOT_TOKEN, SECRET_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "our-secret"
UPLOADS = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAudio": "audio",
    "sendVoice": "voice",
}
TEXT_UNITS, CAPTION_UNITS = 4_096, 1_024


@dataclass(slots=True, kw_only=True)
class Telegram:
    """blocked: chats whose person blocked the bot. files: bytes by file_id. groups: chats that are none of a person."""

    stand_in: StandIn = field(init=False)
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    actions: list[Mapping[str, Any]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stand_in = StandIn(answer=self.answer)

    def answer(self, seen: Seen) -> Said:
        if seen.path.startswith(f"/file/bot{BOT_TOKEN}/"):
            return Said(content=self.files[seen.path.rpartition("/")[2]])
        if not seen.path.startswith(f"/bot{BOT_TOKEN}/"):
            return error(401, "Unauthorized")
        method, asked = seen.path.rpartition("/")[2], seen.asked
        if method == "getFile":
            if asked.get("file_id") not in self.files:
                return error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
            return result({"file_id": asked["file_id"], "file_path": f"documents/{asked['file_id']}"})
        if not asked.get("chat_id"):
            return error(400, "Bad Request: chat_id is empty")
        if asked["chat_id"] in self.blocked:
            return error(403, "Forbidden: bot was blocked by the user")
        if method == "sendChatAction":
            self.actions.append(asked)
            return result(True)
        fault = _fault(method, asked)
        return error(400, f"Bad Request: {fault}") if fault else self._taken(method, asked)

    def _taken(self, method: str, asked: Mapping[str, Any]) -> Said:
        self.messages.append({"method": method, **asked})
        chat = {"id": int(asked["chat_id"]), "type": "supergroup" if asked["chat_id"] in self.groups else "private"}
        return result({"message_id": len(self.messages), "chat": chat, "date": 1_700_000_000})


def _fault(method: str, asked: Mapping[str, Any]) -> str:
    """What is wrong with a message; "" when nothing is."""
    markup, reply = (_object(asked.get(name)) for name in ("reply_markup", "reply_parameters"))
    if not isinstance(markup, dict) or not isinstance(reply, dict):
        return "can't parse reply markup JSON object"
    if method == "sendMessage":
        units = len(str(asked.get("text", "")).encode("utf-16-le")) // 2
        return "" if 0 < units <= TEXT_UNITS else "message text is empty" if not units else "message is too long"
    if method not in UPLOADS:
        return f"method {method} not found"
    file = asked.get(UPLOADS[method])
    if not isinstance(file, tuple) or not file[2]:
        return "file must be non-empty"
    return "" if len(str(asked.get("caption", ""))) <= CAPTION_UNITS else "message caption is too long"


def _object(written: Any) -> Any:
    """In a form, objects are written as JSON."""
    return json.loads(written) if isinstance(written, str) else written or {}


def result(found: Any) -> Said:
    return Said(document={"ok": True, "result": found})


def error(code: int, description: str, **parameters: Any) -> Said:
    document = {"ok": False, "error_code": code, "description": description}
    return Said(status=code, document=document | ({"parameters": parameters} if parameters else {}))


def webhook(update: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """An update's body and headers."""
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": SECRET_TOKEN}
    return json.dumps(update).encode(), headers


def update(text: str = "", *, chat: int = 3527065, n: int = 1, **message: Any) -> Mapping[str, Any]:
    """Somebody writes to the bot. message: more of it."""
    who = {"id": chat, "first_name": "Nic", "last_name": "Pottier"}
    said = {"message_id": n, "from": who, "chat": {**who, "type": "private"}, "date": 1_700_000_000, **message}
    return {"update_id": 1_000 + n, "message": {**said, **({"text": text} if text else {})}}
