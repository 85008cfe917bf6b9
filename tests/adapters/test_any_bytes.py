"""Whatever comes, `parse` answers: it never raises, and what it makes can be stored."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.payload import MOST_ID_CHARS
from adapters.registry import FOLDERS, adapter
from router.cli.captured import bodies
from router.core.inbound import Parsed
from tests.adapters import samples
from tests.gateway import corpora

CARRIED = sorted((channel, provider) for channel, folders in FOLDERS.items() for provider in folders)

FIRST = {channel: next(iter(folders)) for channel, folders in FOLDERS.items()}


def parsed(channel: str, provider: str, body: bytes) -> Parsed:
    webhook = adapter(channel, provider).webhook
    found = webhook.parse(body, headers={}, channel=channel)
    webhook.dedupe_ids(body, headers={})
    storable(found)
    return found


def storable(found: Parsed) -> None:
    """An error says why and nothing else has one; ids are short; texts have no NUL and encode."""
    assert bool(found.error) == (found.kind == "error")
    for message in found.messages:
        assert message.external_id
        assert message.sender
        assert message.text or message.attachments
        assert len(message.external_id) <= 3 * MOST_ID_CHARS
        assert len(message.sender) <= MOST_ID_CHARS
    for message in found.messages:
        texts = (message.text, message.choice, message.sender_name, message.external_id, message.sender)
        for text in (*texts, message.placeholder, message.place, message.in_reply_to, message.edits):
            assert "\0" not in text
            text.encode()
    for event in (*found.events, found.error):
        event.encode()


@pytest.mark.parametrize(("channel", "provider"), CARRIED)
@given(body=st.binary(max_size=300))
@settings(max_examples=60)
def test_any_bytes_are_answered(channel: str, provider: str, body: bytes) -> None:
    parsed(channel, provider, body)


@pytest.mark.parametrize(("channel", "provider"), CARRIED)
def test_nothing_and_a_bottomless_document_are_errors(channel: str, provider: str) -> None:
    for body in (b"", b" \n", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"null", b"1e999"):
        if provider != "twilio" or not body.strip():
            assert parsed(channel, provider, body).kind == "error", body[:20]
        else:
            parsed(channel, provider, body)


@pytest.mark.parametrize(("channel", "provider"), CARRIED)
def test_documents_of_the_json_test_suite_are_answered(channel: str, provider: str) -> None:
    for body in corpora.json_documents():
        parsed(channel, provider, body)


NAMES = st.sampled_from(
    [
        "object",
        "entry",
        "messaging",
        "message",
        "mid",
        "text",
        "sender",
        "id",
        "recipient",
        "timestamp",
        "attachments",
        "type",
        "payload",
        "url",
        "changes",
        "value",
        "messages",
        "statuses",
        "contacts",
        "from",
        "metadata",
        "field",
        "update_id",
        "chat",
        "date",
        "photo",
        "file_id",
        "callback_query",
        "data",
        "event",
        "user",
        "message_token",
        "media",
        "location",
        "latitude",
        "reactions",
        "reply_to",
        "context",
        "errors",
        "code",
        "status",
        "read",
        "watermark",
        "delivery",
        "mids",
        "page",
        "instagram",
        "whatsapp_business_account",
        "image",
        "interactive",
        "list_reply",
        "channel",
        "ts",
        "subtype",
        "files",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | NAMES | st.text(max_size=8)
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5))


@pytest.mark.parametrize(("channel", "provider"), [one for one in CARRIED if one[1] != "twilio"])
@given(document=st.dictionaries(NAMES, DOCUMENTS, max_size=6))
@settings(max_examples=100)
def test_documents_of_the_right_words_in_wrong_places_are_answered(
    channel: str, provider: str, document: dict[str, Any]
) -> None:
    parsed(channel, provider, json.dumps(document).encode())


FORM_NAMES = st.sampled_from(
    [
        "MessageSid",
        "SmsSid",
        "From",
        "To",
        "Body",
        "NumMedia",
        "MediaUrl0",
        "MediaContentType0",
        "Latitude",
        "Longitude",
        "MessageStatus",
        "SmsStatus",
        "ErrorCode",
        "EventType",
        "MessageType",
        "ButtonText",
        "RawDlrDoneDate",
        "ProfileName",
        "OptOutType",
    ]
)


@given(fields=st.dictionaries(FORM_NAMES, st.text(max_size=12), max_size=8))
@settings(max_examples=150)
def test_forms_of_the_right_names_are_answered(fields: dict[str, str]) -> None:
    parsed("sms", "twilio", urlencode(fields, errors="replace").encode())


@pytest.mark.parametrize("channel", [one for one in samples.FOLDERS if one != "sms"])
def test_a_sample_with_any_part_missing_or_replaced_is_answered(channel: str) -> None:
    """Each sample, mutated at random places with values of every type and with naughty strings."""
    chance = random.Random(20)
    naughty: list[Any] = [
        *corpora.naughty_strings(),
        None,
        True,
        -1,
        2**70,
        1e308,
        [],
        {},
        [[]],
        {"id": {}},
        "\ud800\0",
    ]
    provider = "meta" if channel == "whatsapp" else ""
    for file in samples.files(channel):
        for body in bodies(file.read_bytes(), channel):
            try:
                document = json.loads(body)
            except ValueError:
                continue
            for _ in range(25):
                changed = copy.deepcopy(document)
                holder, key = chance.choice(list(_places(changed)))
                if chance.random() < 0.3 and isinstance(holder, dict):
                    del holder[key]
                else:
                    holder[key] = chance.choice(naughty)
                parsed(channel, provider, json.dumps(changed).encode())


HOSTILE: dict[str, Any] = {
    "messenger": {"object": "page", "entry": [{"messaging": [{"sender": {"id": "1"}, "message": "HERE"}]}]},
    "telegram": {"update_id": 1, "message": "HERE"},
    "viber": {"event": "message", "sender": {"id": "1"}, "message": "HERE"},
    "slack": {"type": "event_callback", "event": "HERE"},
}
PARTS: dict[str, Any] = {
    "mid": "m",
    "type": "message",
    "user": "U",
    "chat": {"id": 1},
    "attachments": [{"type": f"z{n}", "title": "x" * 9} for n in range(30_000)],
    "photo": [{"file_id": str(n)} for n in range(30_000)],
    "files": [{"id": str(n)} for n in range(30_000)],
    "text": "x" * 1_000_000,
}


@pytest.mark.parametrize("channel", HOSTILE)
def test_a_body_made_to_be_slow_is_read_in_time(channel: str) -> None:
    body = json.dumps(HOSTILE[channel]).replace('"HERE"', json.dumps(PARTS)).encode()
    began = time.process_time()
    parsed(channel, FIRST[channel], body)
    assert time.process_time() - began < 2


def test_a_form_made_to_be_slow_is_read_in_time() -> None:
    body = b"MessageSid=SM1&From=1&Body=" + b"A" * 2_000_000 + b"".join(b"&MediaUrl%d=x" % n for n in range(900))
    began = time.process_time()
    parsed("sms", "twilio", body)
    assert parsed("sms", "twilio", b"&a=b" * 2_000).kind == "error"
    assert time.process_time() - began < 2


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(inner):
        yield value, key
        yield from _places(one)


def test_naughty_texts_come_through_as_they_are() -> None:
    for text in corpora.naughty_strings():
        update = {"update_id": 1, "message": {"message_id": 2, "chat": {"id": 3, "type": "private"}, "text": text}}
        (message,) = parsed("telegram", "telegram", json.dumps(update).encode()).messages
        assert message.text == text.replace("\0", "")
