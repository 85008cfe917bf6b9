"""Requests a provider makes, as scripts: each yields what is sent next and is told what was answered."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from loadtest.toml import section

SECRET = "bench-secret"
NOWHERE = "http://127.0.0.1:9"
"""Where the provider's own interface would be: nothing is sent in these runs."""
CALLS = "calls"
_ACTION = re.compile(r'(?:action="|<Redirect[^>]*>)https?://[^/"<]+([^"<]+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One request; path with its query."""

    path: str
    body: bytes
    headers: Mapping[str, str]


Script = Generator[Hook, str, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """write: its account, into a centre's folder. script: what a sender sends to whoever is at a URL, in so many
    requests."""

    write: Callable[[Path], None]
    script: Callable[[str, int, int], Script]


# ---------------------------------------------------------------- a messenger


def _write_bot(folder: Path) -> None:
    account = section("[[channels]]", key="bot", channel="telegram", address="bench_bot", base_url=NOWHERE)
    secrets = section("[channels.secrets]", bot_token="file:token", secret_token="file:secret")
    (folder / "channels.toml").write_text(f"{account}\n{secrets}", encoding="utf-8")
    (folder / "token").write_text("1:bench")
    (folder / "secret").write_text(SECRET)


def _texts(base: str, sender: int, count: int) -> Script:
    """Updates as the Bot API describes them."""
    person = {"id": 10_000 + sender, "first_name": f"Sender {sender}"}
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": SECRET}
    for number in range(count):
        message = {
            "message_id": sender * 1_000 + number,
            "date": 1_750_000_000 + number,
            "from": {**person, "is_bot": False},
            "chat": {**person, "type": "private"},
            "text": f"Message {number}: where is my parcel?",
        }
        update = {"update_id": sender * 1_000 + number, "message": message}
        yield Hook(path="/hooks/bot", body=json.dumps(update).encode(), headers=headers)


# ---------------------------------------------------------------- calls


def _write_line(folder: Path) -> None:
    """A number whose callers wait: nobody answers calls in these runs."""
    account = section("[[channels]]", key="line", channel="voice", address="+48221234567", base_url=NOWHERE)
    options = section("[channels.options]", account_sid="AC" + "0" * 32)
    secrets = section("[channels.secrets]", auth_token="file:token")
    menu = section("[[channels.voice.menu]]", digit="1", queue=CALLS, labels={"en": "calls"})
    (folder / "channels.toml").write_text("\n".join((account, options, secrets, menu)), encoding="utf-8")
    (folder / "token").write_text(SECRET)
    with (folder / "policy" / "centre.toml").open("a", encoding="utf-8") as policy:
        policy.write(section(f"\n[queues.{CALLS}]", label="Calls"))


def _call(base: str, sender: int, count: int) -> Script:
    """A caller presses 1, hears where they stand, asks again while they wait, and hangs up."""
    given = {"CallSid": f"CA{sender:032}", "From": f"+48600{sender:06}", "To": "+48221234567"}
    top = "/hooks/twilio/voice/line"
    answered = yield _signed(base, f"{top}/incoming", given | {"CallStatus": "ringing"})
    for number in range(count - 2):
        found = _ACTION.search(answered.replace("&amp;", "&"))
        pressed = {"Digits": "1"} if number == 0 else {}
        path = found[1] if found is not None and number == 0 else _again(found[1] if found else top)
        answered = yield _signed(base, path, given | pressed | {"CallStatus": "in-progress"})
    yield _signed(base, f"{top}/status", given | {"CallStatus": "completed", "SequenceNumber": "1"})


def _again(path: str) -> str:
    """Where a caller asks who pressed nothing."""
    return path.partition("/heard")[0] + "/page" if "/heard" in path else path


def _signed(base: str, path: str, fields: Mapping[str, str]) -> Hook:
    """As Twilio signs: the URL, then every field by name, by HMAC-SHA1."""
    text = base + path + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha1")).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return Hook(path=path, body=urlencode(fields).encode(), headers=headers)


PROVIDERS = {
    "telegram": Provider(write=_write_bot, script=_texts),
    "voice": Provider(write=_write_line, script=_call),
}
