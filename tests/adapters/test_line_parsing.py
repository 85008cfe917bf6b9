"""LINE: what people write, send and take back; everything else by its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.line.parse import parse
from adapters.registry import adapter
from router.core.inbound import InboundMessage, Parsed

AROUND = {"type": "message", "timestamp": 1_700_000_000_000, "source": {"type": "user", "userId": "U1"}}


def parsed(**event: Any) -> Parsed:
    return parse(json.dumps({"destination": "U0", "events": [{**AROUND, "webhookEventId": "E1", **event}]}).encode())


def said(**message: Any) -> InboundMessage:
    (found,) = parsed(message={"id": "100001", **message}).messages
    return found


def test_a_text_says_who_to_whom_and_when() -> None:
    assert said(type="text", text="Hi", quotedMessageId="9") == InboundMessage(
        external_id="100001", sender="U1", account="U0", text="Hi", sent_at=1_700_000_000_000, in_reply_to="9"
    )


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
def test_files_are_with_line_or_elsewhere(kind: str) -> None:
    (ours,) = said(type=kind, contentProvider={"type": "line"}).attachments
    assert (ours.url, ours.provider_id) == ("https://api-data.line.me/v2/bot/message/100001/content", "100001")
    (elsewhere,) = said(type=kind, contentProvider={"originalContentUrl": "https://x.example/1"}).attachments
    assert (elsewhere.url, elsewhere.provider_id) == ("https://x.example/1", "")
    assert said(type=kind, id="").text == f"[{kind}]"


@pytest.mark.parametrize(
    ("message", "text", "placeholder"),
    [
        ({"type": "location", "title": "Shop", "latitude": 1, "longitude": 2}, "Shop", "location"),
        ({"type": "location", "latitude": 1, "longitude": 2}, "", "location"),
        ({"type": "sticker", "stickerId": "1"}, "", "sticker"),
        ({"type": "sticker", "stickerId": "../x"}, "[sticker]", "sticker"),
        ({"type": "hologram"}, "[hologram]", "hologram"),
        ({}, "[unknown]", "unknown"),
    ],
)
def test_every_kind_can_be_read(message: dict[str, Any], text: str, placeholder: str) -> None:
    found = said(**message)
    assert (found.text, found.placeholder) == (text, placeholder)


def test_somebody_in_a_group_is_that_person_in_that_place() -> None:
    source = {"type": "group", "groupId": "C1", "userId": "U1"}
    (found,) = parsed(source=source, message={"id": "1", "type": "text", "text": "x"}).messages
    assert (found.sender, found.place) == ("U1", "C1")


def test_a_button_brings_what_was_picked_and_what_it_stands_for() -> None:
    (found,) = parsed(type="postback", postback={"data": "a=1", "params": {"date": "2013-04-01"}}).messages
    assert (found.external_id, found.text, found.choice) == ("E1", "2013-04-01", "a=1")


def test_what_is_taken_back_names_its_message() -> None:
    (found,) = parsed(type="unsend", unsend={"messageId": "325708"}).messages
    assert (found.deletes, found.text, found.opens, found.external_id) == ("325708", "[deleted]", False, "E1")


@pytest.mark.parametrize("kind", ["follow", "unfollow", "join", "memberLeft", "beacon", "accountLink", "new"])
def test_what_nobody_says_is_an_event_by_its_name(kind: str) -> None:
    assert parsed(type=kind).events == (kind,)


def test_nobody_and_nothing() -> None:
    assert parsed(source={}, message={"type": "text"}).error == "a message without source"
    assert parsed(mode="standby").kind == "ignored"
    assert parse(b'{"events": []}').kind == "ignored"
    assert parse(b"{}").error == "events is missing"


def test_a_repeat_has_the_same_ids() -> None:
    body = json.dumps({"events": [{"webhookEventId": "E1"}, {"webhookEventId": "E2"}, {}]}).encode()
    assert adapter("line").webhook.dedupe_ids(body, headers={}) == ("E1", "E2")
