"""`usher parse webhook` and `usher verify`: files in, one result each; what it ends with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cli.usher import usher

INBOUND = {
    "MessageSid": "SM1",
    "From": "+48123456789",
    "To": "+48987654321",
    "Body": "Hi",
    "NumMedia": "1",
    "MediaUrl0": "https://api.twilio.com/m/1",
    "MediaContentType0": "image/png",
}
UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 8,
        "date": 1508755473,
        "chat": {"id": 9, "type": "private", "first_name": "Ada"},
        "text": "Hello",
    },
}
CONTRACT = {
    *("external_id", "sender", "sender_name", "subject", "text"),
    *("sent_at", "in_reply_to", "attachments", "placeholder"),
}


def written(folder: Path, name: str, body: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    return file


def test_a_form_is_shown_with_every_key_of_the_contract(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = usher(capfd, "parse", "webhook", "sms", written(tmp_path, "a", urlencode(INBOUND)), "--json")
    (result,) = ended.document["results"]
    assert (ended.status, result["kind"], result["error"]) == (0, "message", "")
    (message,) = result["messages"]
    assert set(message) >= CONTRACT
    assert (message["sender"], message["text"], message["sent_at"]) == ("+48123456789", "Hi", None)
    (attachment,) = message["attachments"]
    assert {name: attachment[name] for name in ("name", "type", "size", "sha256", "url")} == {
        "name": "",
        "type": "image/png",
        "size": None,
        "sha256": None,
        "url": "https://api.twilio.com/m/1",
    }


def test_times_are_iso_8601_in_utc(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = usher(capfd, "parse", "webhook", "telegram", written(tmp_path, "a", json.dumps(UPDATE)), "--json")
    assert ended.document["results"][0]["messages"][0]["sent_at"] == "2017-10-23T10:44:33.000Z"


def test_bodies_are_found_however_they_were_kept(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    raw = urlencode(INBOUND)
    kept = [
        written(tmp_path, "raw", raw),
        written(tmp_path, "line", raw + "\n"),
        written(tmp_path, "fields.json", json.dumps(INBOUND)),
        written(tmp_path, "wrapped.json", json.dumps({"label": "x", "form_body": raw})),
        written(tmp_path, "read.json", json.dumps({"headers": {"Host": "a.example"}, "body": INBOUND})),
        written(tmp_path, "cases.json", json.dumps([{"body": raw}, {"body": raw.replace("SM1", "SM2")}])),
        written(tmp_path, "lines.jsonl", "\n".join(json.dumps({**INBOUND, "MessageSid": f"SM{n}"}) for n in (1, 2))),
    ]
    results = usher(capfd, "parse", "webhook", "sms", *kept, "--json").document["results"]
    assert [[one["external_id"] for one in result["messages"]] for result in results] == [
        *(["SM1"], ["SM1"], ["SM1"], ["SM1"], ["SM1"]),
        *(["SM1", "SM2"], ["SM1", "SM2"]),
    ]
    assert [result["file"] for result in results] == [str(file) for file in kept]


def test_whatsapp_is_read_from_twilio_and_from_meta(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    twilio = written(tmp_path, "twilio", urlencode({**INBOUND, "From": "whatsapp:+48123456789"}))
    value = {"messages": [{"from": "48123456789", "id": "wamid.1", "type": "text", "text": {"body": "Hi"}}]}
    entry = {"changes": [{"field": "messages", "value": value}]}
    meta = written(tmp_path, "meta", json.dumps({"object": "whatsapp_business_account", "entry": [entry]}))
    results = usher(capfd, "parse", "webhook", "whatsapp", twilio, meta, "--json").document["results"]
    assert [result["messages"][0]["sender"] for result in results] == ["48123456789"] * 2


def test_what_cannot_be_read_ends_with_one_and_says_why(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good = written(tmp_path, "good", json.dumps(UPDATE))
    bad = written(tmp_path, "bad", b"\xff\x00")
    ended = usher(capfd, "parse", "webhook", "telegram", good, bad, "--json")
    assert ended.status == 1
    assert [result["kind"] for result in ended.document["results"]] == ["message", "error"]
    assert ended.document["results"][1]["error"].startswith("not JSON")


def test_people_get_lines(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = usher(capfd, "parse", "webhook", "telegram", written(tmp_path, "a", json.dumps(UPDATE)))
    assert ended.out.splitlines()[1:] == ["  2017-10-23T10:44:33.000Z Ada <9> 8", "    Hello"]


@pytest.mark.parametrize(
    "words",
    [
        ("parse", "webhook", "pigeon", __file__),
        ("parse", "webhook", "sms", "/not/there"),
        ("parse", "webhook", "sms"),
        ("verify", "sms", "--secret", "x", "--url", "u", "--headers", "/not/there", "--body", "/not/there"),
    ],
)
def test_bad_input_ends_with_two_and_a_clear_line(capfd: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    ended = usher(capfd, *words)
    assert ended.status == 2
    assert "Error:" in ended.err


@pytest.mark.parametrize("shape", ["json", "lists", "lines"])
def test_a_signature_is_checked(capfd: pytest.CaptureFixture[str], tmp_path: Path, shape: str) -> None:
    url, body = "https://a.example/x", urlencode({"Body": "Hi"})
    digest = hmac.new(b"s", f"{url}BodyHi".encode(), hashlib.sha1).digest()
    signature = base64.b64encode(digest).decode()
    headers = {"X-Twilio-Signature": signature, "Host": "a.example"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    shapes = {"json": json.dumps(headers), "lists": json.dumps({name: [value] for name, value in headers.items()})}
    kept = written(tmp_path, "headers", shapes.get(shape, lines))
    words = ("--headers", kept, "--body", written(tmp_path, "body", body), "--json")
    for channel in ("sms", "voice", "whatsapp"):
        ended = usher(capfd, "verify", channel, "--secret", "s", "--url", url, *words)
        assert (ended.status, ended.document) == (0, {"valid": True, "reason": ""})
    ended = usher(capfd, "verify", "sms", "--secret", "t", "--url", url, *words)
    assert (ended.status, ended.document) == (1, {"valid": False, "reason": "bad_signature"})


def test_an_old_request_of_slack_is_refused(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    body = written(tmp_path, "body", "token=x")

    def ended(stamp: int) -> dict[str, object]:
        digest = hmac.new(b"s", f"v0:{stamp}:token=x".encode(), hashlib.sha256).hexdigest()
        headers = {"X-Slack-Signature": f"v0={digest}", "X-Slack-Request-Timestamp": str(stamp)}
        kept = written(tmp_path, "headers", json.dumps(headers))
        return usher(capfd, "verify", "slack", "--secret", "s", "--headers", kept, "--body", body, "--json").document

    now = int(time.time())
    assert ended(now) == {"valid": True, "reason": ""}
    assert ended(now - 400) == {"valid": False, "reason": "old_timestamp"}
