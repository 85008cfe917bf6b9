"""Viber: every kind of callback, and every kind of message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.registry import adapter
from adapters.viber.parse import parse
from router.core.inbound import InboundMessage, Parsed, Receipt
from tests.simulators.viber import message

AT_MS = 1_700_000_000_000
WHO = {"id": "01234567890A=", "name": "Yarden", "language": "en"}
PICTURE = "https://dl-media.viber.com/1.jpg"


def parsed(**found: Any) -> Parsed:
    return parse(json.dumps({"timestamp": AT_MS, "message_token": 4_912_661_846_655_238_145, **found}).encode())


def said(**content: Any) -> InboundMessage:
    (found,) = parsed(event="message", sender=WHO, message=content).messages
    return found


def test_a_text_says_who_and_when() -> None:
    (found,) = parse(json.dumps(message("Hi")).encode()).messages
    assert found == InboundMessage(
        external_id="4912661846655238145",
        sender="01234567890A=",
        sender_name="Yarden",
        text="Hi",
        sent_at=AT_MS,
        language="en",
    )


@pytest.mark.parametrize(
    ("kind", "media_type"), [("picture", "image/jpeg"), ("video", "video/mp4"), ("gif", "image/gif"), ("file", "")]
)
def test_files_are_shown(kind: str, media_type: str) -> None:
    found = said(type=kind, media=PICTURE, text="Look", file_name="a.jpg", size=5)
    (file,) = found.attachments
    assert (file.url, file.media_type, file.name, file.size_bytes) == (PICTURE, media_type, "a.jpg", 5)
    assert (found.text, found.placeholder) == ("Look", "")
    assert said(type=kind).text == f"[{kind}]"


@pytest.mark.parametrize(
    ("content", "text", "placeholder"),
    [
        ({"type": "contact", "contact": {"name": "Alex", "phone_number": "+1"}}, "Alex: +1", "contact"),
        ({"type": "contact"}, "[contact]", "contact"),
        ({"type": "url", "media": "https://x.example/"}, "https://x.example/", ""),
        ({"type": "location", "location": {"lat": 1.2, "lon": -1.3}}, "", "location"),
        ({"type": "location", "location": {"lat": "x"}}, "[location]", "location"),
        ({"type": "sticker", "sticker_id": "x/../y"}, "[sticker]", "sticker"),
        ({"type": "rich_media"}, "[rich media]", "rich_media"),
        ({"type": "hologram", "text": "Hi"}, "Hi", "hologram"),
        ({"text": "Hi"}, "Hi", ""),
        ({}, "[text]", "text"),
    ],
)
def test_every_kind_can_be_read(content: dict[str, Any], text: str, placeholder: str) -> None:
    found = said(**content)
    assert (found.text, found.placeholder) == (text, placeholder)


def test_a_file_of_a_kind_nobody_knows_is_shown() -> None:
    found = said(type="audio", media=PICTURE, size=5)
    assert ([one.url for one in found.attachments], found.placeholder) == ([PICTURE], "audio")


def test_a_sticker_is_shown_by_its_number() -> None:
    found = said(type="sticker", sticker_id=40133)
    assert found.attachments[0].url == "https://viber.github.io/docs/img/stickers/40133.png"
    assert found.placeholder == "sticker"


@pytest.mark.parametrize(("event", "state"), [("delivered", "delivered"), ("seen", "read"), ("failed", "failed")])
def test_receipts_name_the_message(event: str, state: str) -> None:
    (receipt,) = parsed(event=event, user_id="01234567890A=", desc="why").receipts
    assert isinstance(receipt, Receipt)
    assert (receipt.external_id, receipt.state, receipt.at) == ("4912661846655238145", state, AT_MS)
    assert (receipt.recipient, receipt.reason) == ("01234567890A=", "why" if state == "failed" else "")


@pytest.mark.parametrize(
    "event", ["subscribed", "unsubscribed", "conversation_started", "webhook", "client_status", "new"]
)
def test_what_nobody_says_is_an_event_by_its_name(event: str) -> None:
    found = parsed(event=event, user=WHO)
    assert (found.kind, found.events) == ("event", (event,))


def test_receipts_of_one_message_are_told_apart() -> None:
    webhook = adapter("viber").webhook
    ids = {
        webhook.dedupe_ids(json.dumps({"event": one, "message_token": 5}).encode(), headers={})
        for one in ("seen", "delivered")
    }
    assert ids == {("5/seen",), ("5/delivered",)}


def test_what_names_nobody_is_an_error() -> None:
    assert parsed(event="message", message={"type": "text", "text": "x"}).error == "a message without sender"
    assert parse(b'{"message_token": 1}').error == "event is missing"
    assert parse(b'{"event": "seen"}').error == "a receipt without message_token"
