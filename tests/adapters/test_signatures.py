"""Signatures: published vectors, the providers' own libraries, and everything that must be refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier
from twilio.request_validator import RequestValidator

from adapters import twilio_signature
from adapters.form import REASONS, Request, Verdict
from adapters.registry import adapter
from tests.adapters import samples

NOW_MS = 1_700_000_000_000
URL = "https://usher.example/hooks/a?x=1"
BODY = b'{"event":"message"}'
SECRET = "a secret"


def request(body: bytes = BODY, headers: Mapping[str, str] | None = None, url: str = URL) -> Request:
    return Request(method="POST", url=url, headers=headers or {}, body=body)


def verdict(channel: str, one: Request, *secrets: str, provider: str = "", now_ms: int = NOW_MS) -> Verdict:
    found = adapter(channel, provider).webhook.verify(one, secrets=secrets or (SECRET,), now_ms=now_ms)
    assert found.valid == (found.reason == "")
    assert found.valid or found.reason in REASONS
    return found


def signed(channel: str, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    """Headers of a genuine request, made without the code under test."""
    sha256 = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    stamp = str(NOW_MS // 1000)
    slack = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    twilio = hmac.new(secret.encode(), (URL + "Body" + "hello").encode(), hashlib.sha1).digest()
    return {
        "sms": {"x-twilio-signature": base64.b64encode(twilio).decode()},
        "messenger": {"x-hub-signature-256": f"sha256={sha256}"},
        "telegram": {"x-telegram-bot-api-secret-token": secret},
        "viber": {"x-viber-content-signature": sha256},
        "slack": {"x-slack-signature": f"v0={slack}", "x-slack-request-timestamp": stamp},
        "line": {"x-line-signature": base64.b64encode(bytes.fromhex(sha256)).decode()},
    }[channel]


def body_of(channel: str) -> bytes:
    return b"Body=hello" if channel == "sms" else BODY


SCHEMES = ("sms", "messenger", "telegram", "viber", "slack", "line")


@pytest.mark.parametrize("channel", SCHEMES)
def test_a_genuine_request_passes_also_while_the_secret_is_being_changed(channel: str) -> None:
    one = request(body_of(channel), signed(channel, body_of(channel)))
    assert verdict(channel, one).valid
    assert verdict(channel, one, "the new one", SECRET).valid
    assert verdict(channel, one, SECRET, "the old one").valid


@pytest.mark.parametrize("channel", SCHEMES)
def test_a_wrong_key_no_signature_and_no_secret_are_refused(channel: str) -> None:
    one = request(body_of(channel), signed(channel, body_of(channel), "another secret"))
    assert verdict(channel, one).reason == "bad_signature"
    assert verdict(channel, request(body_of(channel))).reason == "missing_signature"
    genuine = request(body_of(channel), signed(channel, body_of(channel)))
    assert not adapter(channel).webhook.verify(genuine, secrets=(), now_ms=NOW_MS).valid


@pytest.mark.parametrize("channel", SCHEMES)
def test_a_secret_that_was_never_set_signs_nothing(channel: str) -> None:
    forged = request(body_of(channel), signed(channel, body_of(channel), ""))
    assert not adapter(channel).webhook.verify(forged, secrets=("",), now_ms=NOW_MS).valid


@pytest.mark.parametrize("channel", [one for one in SCHEMES if one != "telegram"])
def test_a_changed_body_is_refused(channel: str) -> None:
    headers = signed(channel, body_of(channel))
    for changed in (body_of(channel) + b" ", body_of(channel).replace(b"e", b"3", 1), b""):
        assert verdict(channel, request(changed, headers)).reason == "bad_signature"


@pytest.mark.parametrize("channel", SCHEMES)
@given(given_signature=st.text(max_size=80), body=st.binary(max_size=200))
@settings(max_examples=60)
def test_no_made_up_signature_passes_or_upsets(channel: str, given_signature: str, body: bytes) -> None:
    headers = dict.fromkeys(signed(channel), given_signature)
    assert not verdict(channel, request(body, headers)).valid


def test_slack_refuses_an_old_a_future_and_an_unreadable_timestamp() -> None:
    one = request(headers=signed("slack"))
    assert verdict("slack", one, now_ms=NOW_MS + 300_000).valid
    assert verdict("slack", one, now_ms=NOW_MS + 301_000).reason == "old_timestamp"
    assert verdict("slack", one, now_ms=NOW_MS - 301_000).reason == "old_timestamp"
    for stamp in ("", "yesterday", "-1", "٣", "1e9", "9" * 30):
        headers = {**signed("slack"), "x-slack-request-timestamp": stamp}
        assert verdict("slack", request(headers=headers)).reason == "bad_timestamp"
    moved = {**signed("slack"), "x-slack-request-timestamp": str(NOW_MS // 1000 + 1)}
    assert verdict("slack", request(headers=moved)).reason == "bad_signature"


def test_the_published_vectors_hold() -> None:
    for vector in samples.read("channels/signature_vectors.json"):
        body, secret, signature = vector["body"].encode(), vector["secret"], vector["signature"]
        if vector["channel"] == "slack":
            headers = {"x-slack-signature": signature, "x-slack-request-timestamp": vector["timestamp"]}
            now_ms = int(vector["timestamp"]) * 1000
            assert verdict("slack", request(body, headers), secret, now_ms=now_ms).valid
        elif vector["channel"] == "line":
            assert verdict("line", request(body, {"x-line-signature": signature}), secret).valid
        elif vector["channel"].startswith("meta"):
            headers = {"x-hub-signature-256": signature}
            assert verdict("whatsapp", request(body, headers), secret, provider="meta").valid


def vectors() -> list[dict[str, Any]]:
    found = samples.DATA / "twilio" / "signature_vectors.json"
    return samples.read("twilio/signature_vectors.json") if found.exists() else []


@pytest.mark.skipif(not vectors(), reason="needs twilio/signature_vectors.json of the shared data (USHER_DATA)")
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_twilios_vectors_hold(vector: dict[str, Any]) -> None:
    params = vector["params"]
    pairs = params.items() if isinstance(params, dict) else map(tuple, params or ())
    body = vector["body"] if vector["body"] is not None else urlencode(list(pairs))
    one = request(body.encode(), {"x-twilio-signature": vector["signature"]}, vector["url"])
    assert verdict("sms", one, vector["token"]).valid == vector["valid"]


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
URLS = st.sampled_from(
    ["https://a.example/x", "https://a.example:8443/x?y=1&y=2", "http://a.example:80/", "http://a.example/p?q=%20"]
)


@given(fields=st.dictionaries(words, words, max_size=6), url=URLS, secret=words.filter(bool))
@settings(max_examples=150)
def test_twilios_own_library_signs_as_we_expect(fields: dict[str, str], url: str, secret: str) -> None:
    signature = RequestValidator(secret).compute_signature(url, fields)
    one = request(urlencode(fields).encode(), {"x-twilio-signature": signature}, url)
    assert twilio_signature.verify(one, secrets=(secret,)).valid
    assert not twilio_signature.verify(one, secrets=(secret + "x",)).valid


def test_a_json_body_is_held_to_the_hash_in_the_signed_url() -> None:
    body = b'{"property": "value"}'
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": RequestValidator(SECRET).compute_signature(url, {})}
    assert verdict("sms", request(body, headers, url)).valid
    assert verdict("sms", request(body + b" ", headers, url)).reason == "body_hash"
    assert verdict("sms", request(body, headers, url.replace("x=1", "x=2"))).reason == "bad_signature"


def test_an_account_that_signs_with_sha256_says_so() -> None:
    signature = RequestValidator(SECRET).compute_signature(URL, {"Body": "hello"}, "HMAC_SHA256")
    headers = {"x-twilio-signature": signature, twilio_signature.SETTINGS_HEADER: "key=k,algorithm=HMAC_SHA256"}
    assert verdict("sms", request(b"Body=hello", headers)).valid
    unknown = {**headers, twilio_signature.SETTINGS_HEADER: "key=k,algorithm=NONE"}
    assert verdict("sms", request(b"Body=hello", unknown)).reason == "unreadable"


@given(body=st.text(max_size=200))
@settings(max_examples=50)
def test_slacks_own_library_agrees(body: str) -> None:
    class Then(Clock):
        def now(self) -> float:
            return NOW_MS / 1000

    raw = body.encode("utf-8", "ignore")
    headers = signed("slack", raw)
    assert SignatureVerifier(SECRET, Then()).is_valid_request(raw, headers)
    assert verdict("slack", request(raw, headers)).valid


def test_meta_hands_its_challenge_to_who_knows_the_token() -> None:
    webhook = adapter("messenger").webhook

    def asked(query: str, method: str = "GET") -> tuple[int, bytes] | None:
        one = Request(method=method, url=f"https://usher.example/hooks/a?{query}", headers={}, body=b"")
        answer = webhook.handshake(one, secrets=(SECRET,), verify_token="our word")
        return None if answer is None else (answer.status, answer.body)

    assert asked("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=our+word") == (200, b"1158201444")
    assert asked("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=guess") == (403, b"")
    assert asked("hub.challenge=1158201444&hub.verify_token=our+word") == (403, b"")
    assert asked("hub.mode=subscribe&hub.challenge=1&hub.verify_token=our+word", "POST") is None


def test_nobody_knows_a_token_that_was_not_set() -> None:
    one = Request(method="GET", url="https://a/?hub.mode=subscribe&hub.verify_token=", headers={}, body=b"")
    answer = adapter("messenger").webhook.handshake(one, secrets=(), verify_token="")
    assert answer is not None
    assert answer.status == 403


def test_slack_is_given_its_challenge_when_it_signed_the_question() -> None:
    webhook = adapter("slack").webhook
    body = b'{"type":"url_verification","challenge":"abc","token":"t"}'
    answer = webhook.handshake(request(body, signed("slack", body)), secrets=(SECRET,), verify_token="")
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"abc")
    refused = webhook.handshake(request(body), secrets=(SECRET,), verify_token="")
    assert refused is not None
    assert (refused.status, refused.body) == (403, b"")
    assert webhook.handshake(request(), secrets=(SECRET,), verify_token="") is None
