"""Messenger, Instagram and WhatsApp: every kind of message Meta documents, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.meta.parse import parse
from router.core.inbound import PLACE, InboundMessage, Parsed, Receipt
from tests.simulators.meta import PHONE_NUMBER_ID, messenger_text, whatsapp_text, whatsapp_value

AT_MS = 1_700_000_000_000
PICTURE = "https://scontent.xx.fbcdn.net/v/1.jpg"


def page(kind: str = "page", /, **item: Any) -> Parsed:
    around = {"sender": {"id": "5678"}, "recipient": {"id": "1234"}, "timestamp": AT_MS}
    entry = {"id": "1234", "time": AT_MS, "messaging": [{**around, **item}]}
    return parse(json.dumps({"object": kind, "entry": [entry]}).encode())


def said(**message: Any) -> InboundMessage:
    (found,) = page(message={"mid": "m_1", **message}).messages
    return found


def attached(kind: str, **more: Any) -> InboundMessage:
    return said(attachments=[{"type": kind, **more}])


def whatsapp(**message: Any) -> InboundMessage:
    around = {"from": "48601234567", "id": "wamid.1", "timestamp": "1700000000"}
    contacts = [{"profile": {"name": "Ada"}, "wa_id": "48601234567"}]
    (found,) = parse(json.dumps(whatsapp_value(contacts=contacts, messages=[{**around, **message}])).encode()).messages
    assert (found.sender, found.sender_name, found.account) == ("48601234567", "Ada", PHONE_NUMBER_ID)
    return found


def status(**more: Any) -> Parsed:
    one = {"id": "wamid.1", "recipient_id": "48601234567", "timestamp": "1700000000", **more}
    return parse(json.dumps(whatsapp_value(statuses=[one])).encode())


def test_a_text_on_messenger_says_who_to_whom_and_when() -> None:
    (found,) = parse(json.dumps(messenger_text("Hi", mid="m_7")).encode()).messages
    assert found == InboundMessage(external_id="m_7", sender="5678", account="1234", text="Hi", sent_at=AT_MS)


@pytest.mark.parametrize(
    ("attachment", "media_type", "placeholder"),
    [
        ({"type": "image", "payload": {"url": PICTURE}}, "image/*", ""),
        ({"type": "audio", "payload": {"url": PICTURE}}, "audio/*", ""),
        ({"type": "video", "payload": {"url": PICTURE}}, "video/*", ""),
        ({"type": "file", "payload": {"url": PICTURE}}, "", ""),
        ({"type": "image", "payload": {"url": PICTURE, "sticker_id": 1}}, "image/*", "sticker"),
        ({"type": "reel", "payload": {"url": PICTURE, "title": "A cat", "reel_video_id": 1}}, "", "reel"),
        ({"type": "ig_reel", "payload": {"url": PICTURE, "reel_video_id": "1"}}, "", "ig_reel"),
        ({"type": "ig_post", "payload": {"url": PICTURE}}, "", "ig_post"),
        ({"type": "share", "payload": {"url": PICTURE}}, "", "share"),
        ({"type": "story_mention", "payload": {"url": PICTURE}}, "", "story_mention"),
        ({"type": "ephemeral", "payload": {"url": PICTURE}}, "", "ephemeral"),
        ({"type": "not known yet", "payload": {"url": PICTURE}}, "", "not known yet"),
    ],
)
def test_files_are_shown_with_a_word_when_they_are_no_plain_files(
    attachment: dict[str, Any], media_type: str, placeholder: str
) -> None:
    found = said(attachments=[attachment])
    (file,) = found.attachments
    assert (file.url, file.media_type, found.placeholder, found.text) == (PICTURE, media_type, placeholder, "")


@pytest.mark.parametrize(
    ("attachment", "line"),
    [
        (
            {"type": "fallback", "title": "A page", "url": "https://x.example/", "payload": None},
            "[link A page https://x.example/]",
        ),
        (
            {"type": "template", "payload": {"product": {"elements": [{"title": "Shoe", "subtitle": "42"}]}}},
            "[template Shoe 42]",
        ),
        ({"type": "fallback", "title": "A page", "URL": "https://x.example/"}, "[link A page https://x.example/]"),
        ({"type": "unsupported_type"}, "[unsupported type]"),
        ({"type": "image", "payload": {"url": "/relative"}}, "[image /relative]"),
        ({"type": "image", "payload": {"url": PICTURE, "sticker_id": 369239263222822}}, "👍"),
        ({"type": "like_heart"}, "❤️"),
        ({}, "[attachment]"),
    ],
)
def test_what_cannot_be_shown_is_a_line(attachment: dict[str, Any], line: str) -> None:
    assert said(attachments=[attachment]).text == line


def test_a_place_is_a_place() -> None:
    found = attached("location", payload={"coordinates": {"lat": 1.2, "long": -1.3}})
    (place,) = found.attachments
    assert (place.media_type, place.url, place.to_fetch) == (PLACE, "geo:1.200000,-1.300000", False)
    assert found.placeholder == "location"
    for broken in ({"lat": 91, "long": 0}, {"lat": "x", "long": 0}, {}):
        assert attached("location", payload={"coordinates": broken}).text == "[empty message]"


def test_a_link_that_was_written_is_not_said_twice() -> None:
    found = said(text="see [link A page]", attachments=[{"type": "fallback", "title": "A page"}])
    assert (found.text, found.attachments, found.placeholder) == ("see [link A page]", (), "")


def test_a_quick_reply_and_a_button_bring_what_they_stand_for() -> None:
    found = said(text="Red", quick_reply={"payload": "RED"})
    assert (found.text, found.choice) == ("Red", "RED")
    (found,) = page(postback={"mid": "m_2", "title": "Start", "payload": "GET_STARTED"}).messages
    assert (found.external_id, found.text, found.choice) == ("m_2", "Start", "GET_STARTED")


def test_a_button_without_an_id_has_the_same_made_up_one_each_time() -> None:
    first, again = (page(postback={"title": "Start", "payload": "GO"}).messages[0] for _ in range(2))
    other = page(postback={"title": "Start", "payload": "STOP"}).messages[0]
    assert first.external_id == again.external_id != other.external_id


def test_an_answer_names_what_it_answers() -> None:
    assert said(text="Yes", reply_to={"mid": "m_0"}).in_reply_to == "m_0"


def test_a_reaction_joins_and_does_not_open() -> None:
    (found,) = page(reaction={"mid": "m_0", "action": "react", "emoji": "😍", "reaction": "love"}).messages
    assert (found.text, found.in_reply_to, found.placeholder, found.opens) == ("😍", "m_0", "reaction", False)
    (found,) = page(reaction={"mid": "m_0", "action": "unreact"}).messages
    assert found.text == "[reaction taken back]"


def test_edits_and_deletions_name_their_message_under_ids_of_their_own() -> None:
    (edited,) = page(message_edit={"mid": "m_1", "text": "Hello!", "num_edit": 2}).messages
    assert (edited.text, edited.edits, edited.external_id, edited.opens) == ("Hello!", "m_1", "m_1/edit/2", False)
    deleted = said(is_deleted=True)
    assert (deleted.deletes, deleted.external_id, deleted.opens) == ("m_1", "m_1/deleted", False)


def test_a_message_meta_does_not_show_is_a_placeholder() -> None:
    found = said(is_unsupported=True)
    assert (found.text, found.placeholder, found.opens) == ("[unsupported]", "unsupported", True)


def test_receipts_name_messages_or_a_time_until_which() -> None:
    found = page(delivery={"mids": ["m_1", "m_2"], "watermark": AT_MS})
    assert [(one.external_id, one.state, one.up_to) for one in found.receipts] == [
        ("m_1", "delivered", None),
        ("m_2", "delivered", None),
    ]
    assert page(delivery={"watermark": AT_MS}).receipts[0].up_to == AT_MS
    read = page(read={"watermark": AT_MS})
    assert read.kind == "status"
    expected = Receipt(external_id="", state="read", at=AT_MS, recipient="5678", account="1234", up_to=AT_MS)
    assert read.receipts == (expected,)
    assert page("instagram", read={"mid": "m_9"}).receipts[0].external_id == "m_9"


@pytest.mark.parametrize(
    "kind",
    ["optin", "referral", "account_linking", "pass_thread_control", "take_thread_control", "policy_enforcement", "new"],
)
def test_what_nobody_says_is_an_event_by_its_name(kind: str) -> None:
    found = page(**{kind: {"x": "y"}})
    assert (found.kind, found.events) == ("event", (kind,))


def test_a_link_that_was_marked_says_its_mark() -> None:
    referred = {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    assert page(referral=referred).events == ("referral summer",)
    (found,) = page(postback={"mid": "m_2", "title": "Start", "payload": "GO", "referral": referred}).messages
    assert (found.text, found.subject) == ("Start", "summer")


def test_a_message_says_what_brought_its_author() -> None:
    assert said(text="Hi", referral={"product": {"id": "SKU-1"}}).subject == "product SKU-1"
    advertised = {"source": "ADS", "ad_id": "6", "ads_context_data": {"ad_title": "Shoes, half price"}}
    assert said(text="Hi", referral=advertised).subject == "Shoes, half price"


def test_an_answer_to_a_story_shows_the_story() -> None:
    found = said(text="Lovely", reply_to={"story": {"url": PICTURE, "id": "18"}})
    assert (found.text, found.attachments[0].url, found.placeholder) == ("Lovely", PICTURE, "story_reply")
    assert said(text="Lovely", reply_to={"story": {"id": "18"}}).attachments == ()


def test_a_story_passed_on_shows_it() -> None:
    found = attached("ig_story", payload={"story_media_id": "1", "story_media_url": PICTURE})
    assert ([one.url for one in found.attachments], found.placeholder) == ([PICTURE], "ig_story")


def test_all_answers_of_a_form_are_told() -> None:
    answers = {"flow_token": "x", "colours": ["red", "blue"], "ok": True, "values": {"street": "Main 1", "nr": 5}}
    reply = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": json.dumps(answers)}}
    found = whatsapp(type="interactive", interactive=reply)
    assert found.text.split("\n") == ["colours: red, blue", "ok: yes", "street: Main 1", "nr: 5"]


def test_what_comes_under_an_old_and_a_new_name_is_shown_once() -> None:
    other = {"type": "image", "payload": {"url": f"{PICTURE}?2"}}
    both = [{"type": kind, "payload": {"url": PICTURE, "sticker_id": 9}} for kind in ("image", "sticker")]
    found = said(attachments=[both[0], other, both[1]])
    assert [file.url for file in found.attachments] == [PICTURE, f"{PICTURE}?2"]
    thumbs = [{"type": kind, "payload": {"sticker_id": 369239263222822}} for kind in ("image", "sticker")]
    assert said(attachments=thumbs).text == "👍"


def test_echoes_and_the_talk_of_others_are_passed_over() -> None:
    assert page(message={"mid": "m", "is_echo": True, "text": "ours"}).kind == "ignored"
    body = {"object": "page", "entry": [{"id": "1", "standby": [{"message": {"mid": "m", "text": "x"}}]}]}
    assert parse(json.dumps(body).encode()).kind == "ignored"


def test_comments_are_events_and_test_messages_of_the_dashboard_are_messages() -> None:
    def change(field: str, value: Any) -> Parsed:
        body = {"object": "instagram", "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}
        return parse(json.dumps(body).encode())

    assert change("comments", {"id": "1", "text": "nice"}).events == ("comments",)
    unwrapped = {"object": "instagram", "entry": [{"id": "1", "field": "comments", "value": {"text": "nice"}}]}
    assert parse(json.dumps(unwrapped).encode()).events == ("comments",)
    test = {"sender": {"id": "12334"}, "recipient": {"id": "23245"}, "timestamp": "1527459824"}
    (found,) = change("messages", {**test, "message": {"mid": "random_mid", "text": "random_text"}}).messages
    assert (found.text, found.sender, found.sent_at) == ("random_text", "12334", 1_527_459_824_000)


def test_times_come_in_seconds_and_in_milliseconds() -> None:
    assert page(timestamp=1_701_599_111, message={"mid": "m", "text": "x"}).messages[0].sent_at == 1_701_599_111_000
    for wrong in (0, -5, "asdf", None, 1e300, True, 10**30):
        assert page(timestamp=wrong, message={"mid": "m", "text": "x"}).messages[0].sent_at is None


def test_a_message_without_sender_is_told_and_spoils_no_other() -> None:
    found = page(sender={}, message={"mid": "m", "text": "x"})
    assert (found.kind, found.error) == ("error", "a message without sender")
    entry = messenger_text("Hi")["entry"][0]
    broken = {"recipient": {"id": "1"}, "message": {"mid": "m", "text": "x"}}
    body = {"object": "page", "entry": [{**entry, "messaging": [broken, *entry["messaging"]]}]}
    both = parse(json.dumps(body).encode())
    assert [one.text for one in both.messages] == ["Hi"]
    assert both.events == ("unreadable: a message without sender",)


def test_a_text_on_whatsapp_says_who_to_whom_and_when() -> None:
    (found,) = parse(json.dumps(whatsapp_text("Hi")).encode()).messages
    assert found == InboundMessage(
        external_id="wamid.a",
        sender="48601234567",
        sender_name="Ada",
        account=PHONE_NUMBER_ID,
        text="Hi",
        sent_at=AT_MS,
    )


@pytest.mark.parametrize("kind", ["image", "audio", "voice", "video", "document", "sticker"])
def test_media_of_whatsapp_are_to_be_asked_for_by_id(kind: str) -> None:
    digest = "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI="
    media = {"id": "777", "mime_type": "Image/JPEG", "sha256": digest, "filename": "a.jpg"}
    caption = {} if kind == "sticker" else {"caption": "Look"}
    found = whatsapp(type=kind, **{kind: {**media, **caption}})
    (file,) = found.attachments
    assert (file.provider_id, file.media_type, file.name) == ("777", "image/jpeg", "a.jpg")
    assert file.sha256 == "49f227634806293b0995459bc310b593e1400f41591efcf07e9bced335f41942"
    assert (found.text, found.placeholder) == (("", "sticker") if kind == "sticker" else ("Look", ""))


@pytest.mark.parametrize(
    ("message", "text", "placeholder", "choice"),
    [
        ({"type": "button", "button": {"text": "No", "payload": "NO"}}, "No", "", "NO"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}},
            },
            "Yes",
            "",
            "b",
        ),
        (
            {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "l", "title": "Red"}}},
            "Red",
            "",
            "l",
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {"response_json": '{"age": "32", "flow_token": "t"}'},
                },
            },
            "age: 32",
            "",
            '{"age": "32", "flow_token": "t"}',
        ),
        ({"type": "interactive", "interactive": {"type": "new"}}, "[interactive new]", "new", ""),
        (
            {
                "type": "contacts",
                "contacts": [{"name": {"formatted_name": "Bob"}, "phones": [{"phone": "+1"}, {"wa_id": "2"}]}],
            },
            "Bob: +1, 2",
            "contact",
            "",
        ),
        (
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"first_name": "Eve", "last_name": "Moon"},
                        "org": {"company": "Moon Ltd", "title": "Owner"},
                        "emails": [{"email": "eve@moon.example", "type": "WORK"}],
                        "urls": [{"url": "https://moon.example", "type": "WORK"}],
                    }
                ],
            },
            "Eve Moon, Moon Ltd: eve@moon.example, https://moon.example",
            "contact",
            "",
        ),
        ({"type": "contacts", "contacts": []}, "[contacts]", "contact", ""),
        (
            {
                "type": "order",
                "order": {
                    "text": "Please",
                    "product_items": [
                        {"product_retailer_id": "SKU", "quantity": 2, "item_price": 10, "currency": "EUR"}
                    ],
                },
            },
            "[order]\nPlease\n2 × SKU 10 EUR",
            "order",
            "",
        ),
        (
            {"type": "system", "system": {"body": "A changed number", "type": "user_changed_number"}},
            "A changed number",
            "system",
            "",
        ),
        ({"type": "request_welcome"}, "[request welcome]", "request_welcome", ""),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "[unsupported]", "unsupported", ""),
        (
            {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
            "[unsupported Message type unknown]",
            "unsupported",
            "",
        ),
        (
            {"type": "unsupported", "unsupported": {"type": "poll_creation"}},
            "[unsupported poll_creation]",
            "unsupported",
            "",
        ),
        ({"type": "hologram", "hologram": {}}, "[hologram]", "hologram", ""),
        ({"type": "image", "image": {}}, "[image]", "image", ""),
        ({}, "[unknown]", "unknown", ""),
    ],
)
def test_every_kind_of_whatsapp_can_be_read(message: dict[str, Any], text: str, placeholder: str, choice: str) -> None:
    found = whatsapp(**message)
    assert (found.text, found.placeholder, found.choice) == (text, placeholder, choice)


def test_a_place_on_whatsapp_has_a_name_and_an_address() -> None:
    found = whatsapp(
        type="location", location={"latitude": 52.5, "longitude": 13.4, "name": "Shop", "address": "Here 1"}
    )
    assert (found.text, found.attachments[0].url) == ("Shop, Here 1", "geo:52.500000,13.400000")
    assert whatsapp(type="location", location={"latitude": 52.5, "longitude": 13.4}).text == ""


def test_reactions_edits_and_deletions_of_whatsapp_name_their_message() -> None:
    reaction = whatsapp(type="reaction", reaction={"message_id": "wamid.0", "emoji": "👍"})
    assert (reaction.text, reaction.in_reply_to, reaction.opens) == ("👍", "wamid.0", False)
    assert whatsapp(type="reaction", reaction={"message_id": "wamid.0"}).text == "[reaction taken back]"
    inner = {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "Hello!"}}}
    edited = whatsapp(type="edit", edit=inner)
    assert (edited.text, edited.edits, edited.opens) == ("Hello!", "wamid.0", False)
    revoked = whatsapp(type="revoke", revoke={"original_message_id": "wamid.0"})
    assert (revoked.deletes, revoked.opens) == ("wamid.0", False)


def test_context_an_advertisement_and_a_group_are_kept() -> None:
    found = whatsapp(
        type="text",
        text={"body": "Hi"},
        context={"id": "wamid.0", "from": "1"},
        group_id="g1",
        referral={"source_url": "https://fb.me/x"},
    )
    assert (found.in_reply_to, found.place, found.text) == ("wamid.0", "g1", "Hi")
    assert found.subject == "https://fb.me/x"
    referred = {"source_url": "https://fb.me/x", "source_type": "ad", "headline": "Half price"}
    assert whatsapp(type="text", text={"body": "Hi"}, referral=referred).subject == "Half price"


def test_a_question_about_a_product_names_it() -> None:
    context = {"from": "1", "id": "wamid.0", "referred_product": {"catalog_id": "7", "product_retailer_id": "SKU-1"}}
    found = whatsapp(type="text", text={"body": "Still there?"}, context=context)
    assert (found.text, found.subject, found.in_reply_to) == ("Still there?", "product SKU-1", "wamid.0")


def test_somebody_without_a_number_is_known_by_the_id_of_their_account() -> None:
    contacts = [{"profile": {"name": "Ada", "username": "ada"}, "user_id": "US.1"}]
    message = {"from_user_id": "US.1", "id": "w", "timestamp": "1700000000", "type": "text", "text": {"body": "Hi"}}
    (found,) = parse(json.dumps(whatsapp_value(contacts=contacts, messages=[message])).encode()).messages
    assert (found.sender, found.sender_name) == ("US.1", "Ada")


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed"])
def test_a_status_is_a_receipt(state: str) -> None:
    found = status(status=state, biz_opaque_callback_data="msg-1")
    (receipt,) = found.receipts
    assert (found.kind, receipt.external_id, receipt.state, receipt.at) == ("status", "wamid.1", state, AT_MS)
    assert (receipt.recipient, receipt.reference) == ("48601234567", "msg-1")


@pytest.mark.parametrize(
    ("code", "outlook"), [(131056, "again"), (131050, "opt_out"), (131047, "never"), (131026, "never"), (424242, "")]
)
def test_a_failure_says_whether_trying_again_can_help(code: int, outlook: str) -> None:
    error = {"code": code, "title": "Title", "error_data": {"details": "Details"}}
    (receipt,) = status(status="failed", errors=[error]).receipts
    assert (receipt.code, receipt.reason, receipt.outlook) == (str(code), "Title: Details", outlook)


@pytest.mark.parametrize("state", ["captured", "failed", "pending"])
def test_a_payment_is_none_of_our_messages(state: str) -> None:
    found = status(status=state, type="payment", payment={"reference_id": "order-7"})
    assert (found.kind, found.receipts, found.events) == ("event", (), (f"payment {state}",))


@pytest.mark.parametrize("state", ["deleted", "warning", "in_orbit", ""])
def test_other_statuses_are_noted(state: str) -> None:
    found = status(status=state)
    assert (found.kind, found.receipts) == ("status", ())
    assert len(found.events) == 1


@pytest.mark.parametrize(
    ("field", "value", "events"),
    [
        ("account_update", {"event": "DISABLED_UPDATE"}, ("account_update DISABLED_UPDATE",)),
        ("phone_number_quality_update", {"event": "FLAGGED"}, ("phone_number_quality_update FLAGGED",)),
        ("user_preferences", {"user_preferences": [{"wa_id": "1", "value": "stop"}]}, ("user_preferences stop",)),
        ("history", {"history": []}, ("history",)),
        ("calls", {"calls": [{"id": "c", "event": "connect", "from": "1"}]}, ("calls connect",)),
        ("something_new", None, ("something_new",)),
    ],
)
def test_news_of_the_account_are_events(field: str, value: Any, events: tuple[str, ...]) -> None:
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": field, "value": value}]}]}
    found = parse(json.dumps(body).encode())
    assert (found.kind, found.events) == ("event", events)


def test_messages_and_statuses_in_one_request_are_all_taken() -> None:
    many = whatsapp_value(
        messages=[{"from": "1", "id": f"w{n}", "type": "text", "text": {"body": str(n)}} for n in range(1_000)],
        statuses=[{"id": "w", "status": "read"}],
    )
    found = parse(json.dumps(many).encode())
    assert (found.kind, len(found.messages), len(found.receipts)) == ("message", 1_000, 1)
