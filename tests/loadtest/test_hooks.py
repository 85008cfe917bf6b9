"""What a provider sends in the bench is what a provider sends."""

from __future__ import annotations

from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from loadtest.hooks import PROVIDERS, SECRET

BASE = "http://127.0.0.1:1"
MENU = f'<Response><Gather action="{BASE}/hooks/twilio/voice/line/call_1/heard?stage=1&amp;x=2"/></Response>'


def test_a_caller_presses_a_key_asks_again_and_hangs_up() -> None:
    script = PROVIDERS["voice"].script(BASE, 7, 5)
    hooks = [next(script)]
    hooks += [script.send(MENU) for _ in range(4)]
    assert [hook.path.removeprefix("/hooks/twilio/voice/line/") for hook in hooks] == [
        "incoming", "call_1/heard?stage=1&x=2", "call_1/page", "call_1/page", "status",
    ]  # fmt: skip
    for hook in hooks:
        fields = dict(parse_qsl(hook.body.decode()))
        signature = hook.headers["x-twilio-signature"]
        assert RequestValidator(SECRET).validate(BASE + hook.path, fields, signature)
    assert b"Digits=1" in hooks[1].body


def test_a_sender_writes_as_many_messages_as_asked() -> None:
    hooks = list(PROVIDERS["telegram"].script(BASE, 7, 3))
    assert len({hook.body for hook in hooks}) == 3
    assert {hook.path for hook in hooks} == {"/hooks/bot"}
