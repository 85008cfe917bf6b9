"""Telegram: every kind of update, and every kind of message in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.telegram.parse import parse
from router.core.inbound import InboundMessage, Parsed
from tests.simulators.telegram import update

AT_MS = 1_700_000_000_000
PERSON = {"id": 7, "first_name": "Nic", "last_name": "P", "language_code": "pl"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Nic", "last_name": "P"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Friends"}


def parsed(**found: Any) -> Parsed:
    return parse(json.dumps({"update_id": 9, **found}).encode())


def said(**message: Any) -> InboundMessage:
    around = {"message_id": 44, "from": PERSON, "chat": PRIVATE, "date": 1_700_000_000}
    (found,) = parsed(message={**around, **message}).messages
    return found


def test_a_text_says_who_and_when() -> None:
    assert said(text="Hi") == InboundMessage(
        external_id="44", sender="7", sender_name="Nic P", text="Hi", sent_at=AT_MS, language="pl"
    )
    assert parse(json.dumps(update("Hi")).encode()).messages[0].text == "Hi"


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("audio", "audio/mpeg"),
        ("document", "application/octet-stream"),
        ("video", "video/mp4"),
        ("video_note", "video/mp4"),
        ("voice", "audio/ogg"),
        ("animation", "video/mp4"),
    ],
)
def test_files_are_to_be_asked_for_by_id(kind: str, media_type: str) -> None:
    found = said(**{kind: {"file_id": "F", "file_size": 5, "file_name": "n"}}, caption="Look")
    (file,) = found.attachments
    assert (file.provider_id, file.media_type, file.size_bytes, file.name) == ("F", media_type, 5, "n")
    assert (found.text, found.placeholder) == ("Look", "")
    assert said(**{kind: {"file_id": "F", "mime_type": "X/Y"}}).attachments[0].media_type == "x/y"


def test_an_animation_is_not_taken_for_the_document_it_comes_with() -> None:
    found = said(animation={"file_id": "A"}, document={"file_id": "D"})
    assert [one.provider_id for one in found.attachments] == ["A"]


def test_the_largest_picture_is_taken() -> None:
    sizes = [{"file_id": str(n), "width": n, "height": n} for n in (90, 800, 320)]
    assert said(photo=sizes).attachments[0].provider_id == "800"


@pytest.mark.parametrize(
    ("sticker", "media_type"),
    [({}, "image/webp"), ({"is_animated": True}, "application/x-tgsticker"), ({"is_video": True}, "video/webm")],
)
def test_a_sticker_is_shown_as_what_it_is(sticker: dict[str, Any], media_type: str) -> None:
    found = said(sticker={"file_id": "S", "emoji": "😀", **sticker})
    assert (found.attachments[0].media_type, found.placeholder, found.text) == (media_type, "sticker", "")
    assert said(sticker={"emoji": "😀"}).text == "[sticker 😀]"


@pytest.mark.parametrize(
    ("message", "text", "placeholder"),
    [
        (
            {"contact": {"phone_number": "0788", "first_name": "Adolf", "last_name": "Taxi"}},
            "Adolf Taxi (0788)",
            "contact",
        ),
        ({"contact": {}}, "[contact]", "contact"),
        ({"location": {"latitude": 1.2, "longitude": -1.3}}, "", "location"),
        ({"location": {"latitude": "x"}}, "[location]", "location"),
        (
            {"venue": {"title": "Shop", "address": "Here 1", "location": {"latitude": 1, "longitude": 2}}},
            "Shop, Here 1",
            "venue",
        ),
        ({"poll": {"question": "Lunch?"}}, "[poll Lunch?]", "poll"),
        (
            {"poll": {"question": "Lunch?", "options": [{"text": "Soup"}, {"text": "Salad"}]}},
            "[poll Lunch? (Soup, Salad)]",
            "poll",
        ),
        ({"dice": {"emoji": "🎲", "value": 6}}, "[dice 🎲 6]", "dice"),
        ({"game": {"title": "Karate Kido"}}, "[game Karate Kido]", "game"),
        ({"invoice": {"title": "Shoes", "total_amount": 100, "currency": "EUR"}}, "[invoice Shoes 100 EUR]", "invoice"),
        (
            {"successful_payment": {"currency": "EUR", "total_amount": 100}},
            "[successful payment 100 EUR]",
            "successful_payment",
        ),
        ({"story": {"id": 1}}, "[story]", "story"),
        (
            {"checklist": {"title": "Buy", "tasks": [{"id": 1, "text": "Milk"}, {"id": 2, "text": "Salt"}]}},
            "[checklist Buy (Milk, Salt)]",
            "checklist",
        ),
        ({"something_new": {"title": "X"}}, "[something new X]", "something_new"),
        ({}, "[empty message]", "empty"),
    ],
)
def test_every_other_kind_can_be_read(message: dict[str, Any], text: str, placeholder: str) -> None:
    found = said(**message)
    assert (found.text, found.placeholder) == (text, placeholder)


def test_a_venue_is_a_place_with_its_name() -> None:
    found = said(venue={"title": "Shop", "location": {"latitude": 1.2, "longitude": -1.3}})
    assert (found.attachments[0].url, found.attachments[0].name) == ("geo:1.200000,-1.300000", "Shop")


def test_somebody_in_a_group_is_that_person_in_that_place() -> None:
    found = said(chat=GROUP, text="Hi", reply_to_message={"message_id": 40})
    assert (found.sender, found.place, found.external_id) == ("7", "-1001", "-1001:44")
    assert (found.in_reply_to, found.sender_name) == ("-1001:40", "Nic P")


def test_a_channel_speaks_for_itself() -> None:
    channel = {"id": -1002, "type": "channel", "title": "News"}
    post = {"message_id": 3, "chat": channel, "sender_chat": channel, "date": 1_700_000_000, "text": "Hear"}
    (found,) = parsed(channel_post=post).messages
    assert (found.sender, found.sender_name, found.place, found.external_id) == ("-1002", "News", "-1002", "-1002:3")


def test_who_writes_for_a_group_is_the_group_and_no_bot() -> None:
    made_up = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    found = said(**{"from": made_up, "chat": GROUP, "sender_chat": GROUP, "text": "Hear"})
    assert (found.sender, found.sender_name, found.place, found.text) == ("-1001", "Friends", "-1001", "Hear")
    channel = {"id": -1002, "type": "channel", "title": "News"}
    change = {
        "chat": GROUP,
        "message_id": 44,
        "actor_chat": channel,
        "new_reaction": [{"type": "emoji", "emoji": "👍"}],
    }
    (found,) = parsed(message_reaction=change).messages
    assert (found.sender, found.text) == ("-1002", "👍")


def test_an_edit_names_its_message_under_an_id_of_its_own() -> None:
    message = {"message_id": 44, "from": PERSON, "chat": PRIVATE, "date": 1_700_000_000, "text": "Hello!"}
    (found,) = parsed(edited_message={**message, "edit_date": 1_700_000_009}).messages
    assert (found.text, found.edits, found.external_id) == ("Hello!", "44", "44/edit/1700000009")
    assert (found.sent_at, found.opens) == (AT_MS + 9_000, False)


def test_a_button_brings_its_label_and_what_it_stands_for() -> None:
    markup = {"inline_keyboard": [[{"text": "Red", "callback_data": "R"}, {"text": "Blue", "callback_data": "B"}]]}
    message = {"message_id": 43, "from": {"id": 1, "is_bot": True}, "chat": PRIVATE, "reply_markup": markup}
    (found,) = parsed(callback_query={"id": "17", "from": PERSON, "message": message, "data": "B"}).messages
    assert (found.sender, found.text, found.choice, found.in_reply_to) == ("7", "Blue", "B", "43")
    assert found.external_id == "callback/17"
    (found,) = parsed(callback_query={"id": "18", "from": PERSON, "data": "B"}).messages
    assert (found.sender, found.text) == ("7", "B")


def test_a_reaction_joins_and_does_not_open() -> None:
    change = {"chat": PRIVATE, "message_id": 44, "user": PERSON, "date": 1_700_000_000}
    (found,) = parsed(message_reaction={**change, "new_reaction": [{"type": "emoji", "emoji": "👍"}]}).messages
    assert (found.sender, found.text, found.in_reply_to, found.opens) == ("7", "👍", "44", False)
    (found,) = parsed(message_reaction={**change, "new_reaction": []}).messages
    assert found.text == "[reaction taken back]"


def test_a_business_account_brings_the_customers_side_only() -> None:
    around = {"message_id": 5, "business_connection_id": "b", "chat": PRIVATE, "date": 1_700_000_000, "text": "Hi"}
    (found,) = parsed(business_message={**around, "from": PERSON}).messages
    assert found.sender == "7"
    assert parsed(business_message={**around, "from": {"id": 1, "first_name": "Us"}}).kind == "ignored"
    found_all = parsed(deleted_business_messages={"chat": PRIVATE, "message_ids": [5, 6]}).messages
    assert [(one.deletes, one.opens) for one in found_all] == [("5", False), ("6", False)]


@pytest.mark.parametrize("status", ["kicked", "member", "left"])
def test_being_blocked_is_news_of_the_account(status: str) -> None:
    found = parsed(my_chat_member={"chat": PRIVATE, "new_chat_member": {"status": status}})
    assert (found.kind, found.events) == ("event", (f"my_chat_member {status}",))


@pytest.mark.parametrize(
    "notice",
    [
        *("new_chat_members", "left_chat_member", "pinned_message", "group_chat_created", "forum_topic_created"),
        *("paid_message_price_changed", "direct_message_price_changed", "suggested_post_approval_failed"),
    ],
)
def test_notices_of_a_chat_are_events(notice: str) -> None:
    message = {"message_id": 44, "from": PERSON, "chat": GROUP, "date": 1_700_000_000, notice: [{"id": 1}]}
    assert parsed(message=message).events == (notice,)


@pytest.mark.parametrize("kind", ["inline_query", "poll", "poll_answer", "pre_checkout_query", "chat_member", "new"])
def test_other_updates_are_events_by_their_name(kind: str) -> None:
    assert parsed(**{kind: {"id": 1}}).events == (kind,)


def test_other_bots_are_passed_over_and_nobody_is_an_error() -> None:
    assert parsed(message={"message_id": 1, "from": {"id": 2, "is_bot": True}, "chat": GROUP}).kind == "ignored"
    assert parsed(message={"message_id": 1, "text": "x"}).error == "a message without from and chat"
    assert parse(b"{}").kind == "error"
