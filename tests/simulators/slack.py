"""Slack's Web API, played. https://docs.slack.dev/reference/methods"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.simulators.stand_in import Said, Seen, StandIn

BOT_TOKEN, SIGNING_SECRET = "xoxb-1-abc", "8f742231b10e"
BUTTONS_AT_MOST, TEXT_AT_MOST, SECTION_AT_MOST = 25, 40_000, 3_000


@dataclass(slots=True, kw_only=True)
class Slack:
    """posts: by their ts, as they are now. threads: replies by the ts of the post. refuse: an error for every post."""

    stand_in: StandIn = field(init=False)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    refuse: str = ""

    def __post_init__(self) -> None:
        self.stand_in = StandIn(answer=self.answer)

    def answer(self, seen: Seen) -> Said:
        if seen.headers.get("authorization") != f"Bearer {BOT_TOKEN}":
            return _error("invalid_auth")
        method, asked = seen.path.rpartition("/")[2], seen.asked
        if method == "users.info":
            name = self.people.get(str(asked.get("user")))
            return _ok(user={"name": name, "profile": {"display_name": name}}) if name else _error("user_not_found")
        if self.refuse or _fault(asked):
            return _error(self.refuse or _fault(asked))
        if method == "chat.update":
            if asked.get("ts") not in self.posts:
                return _error("message_not_found")
            self.posts[asked["ts"]] = dict(asked)
            return _ok(ts=asked["ts"], channel=asked["channel"])
        if method != "chat.postMessage":
            return _error("unknown_method")
        ts = f"1750000000.{len(self.posts) + sum(map(len, self.threads.values())):06}"
        if thread := asked.get("thread_ts"):
            self.threads.setdefault(thread, []).append(asked["text"])
        else:
            self.posts[ts] = dict(asked)
        return _ok(ts=ts, channel=asked["channel"])

    def buttons(self, ts: str) -> dict[str, str]:
        """Value by label."""
        return {
            element["text"]["text"]: element["value"]
            for block in self.posts[ts].get("blocks", [])
            if block["type"] == "actions"
            for element in block["elements"]
        }


def _fault(asked: Mapping[str, Any]) -> str:
    blocks = asked.get("blocks", [])
    elements = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    if not asked.get("channel"):
        return "channel_not_found"
    if not asked.get("text"):
        return "no_text"
    if len(elements) > BUTTONS_AT_MOST or len({e["action_id"] for e in elements}) < len(elements):
        return "invalid_blocks"
    return "invalid_blocks" if any(not 0 < len(text) <= SECTION_AT_MOST for text in sections) else ""


def _ok(**facts: Any) -> Said:
    return Said(content=json.dumps({"ok": True, **facts}).encode())


def _error(code: str) -> Said:
    return Said(content=json.dumps({"ok": False, "error": code}).encode())


def signed(body: bytes, *, secret: str = SIGNING_SECRET, at: int | None = None) -> dict[str, str]:
    """The headers Slack signs a body with."""
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


def reply(channel: str, thread: str, user: str, text: str, number: int) -> bytes:
    """Somebody writes in a thread."""
    event = {
        "type": "message",
        "channel": channel,
        "user": user,
        "text": text,
        "ts": f"1750000100.{number:06}",
        "thread_ts": thread,
    }
    return json.dumps({"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}", "event": event}).encode()


def press(channel: str, ts: str, user: str, value: str, number: int) -> bytes:
    """Somebody presses a button of a post."""
    action = {
        "action_id": "b0",
        "type": "button",
        "value": value,
        "text": {"type": "plain_text", "text": "…"},
        "action_ts": f"1750000200.{number:06}",
    }
    payload = {
        "type": "block_actions",
        "trigger_id": f"trigger.{number}",
        "user": {"id": user, "username": user},
        "team": {"id": "T1"},
        "channel": {"id": channel},
        "message": {"ts": ts},
        "actions": [action],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()
