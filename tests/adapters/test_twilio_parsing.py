"""SMS, MMS and WhatsApp by Twilio: what comes in, and what became of ours."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.registry import adapter
from adapters.twilio_messaging.errors import ERRORS
from adapters.twilio_messaging.parse import parse, unwrapped
from router.core.inbound import InboundMessage, Parsed, Receipt
from tests.adapters import samples

AROUND = {"MessageSid": "SM1", "AccountSid": "AC1", "From": "+48601234567", "To": "+48221234567", "NumMedia": "0"}
ON_WHATSAPP = {**AROUND, "From": "whatsapp:+48601234567", "To": "whatsapp:+48221234567", "ProfileName": "Ada"}


def parsed(**found: str) -> Parsed:
    return parse(urlencode(found).encode())


def said(**more: str) -> InboundMessage:
    (found,) = parsed(**{**AROUND, "Body": "", "SmsStatus": "received", **more}).messages
    return found


def status(state: str, **more: str) -> Receipt:
    (found,) = parsed(MessageSid="SM1", MessageStatus=state, To="+48601234567", **more).receipts
    return found


def test_a_text_says_who_and_to_whom() -> None:
    assert said(Body="Cześć") == InboundMessage(
        external_id="SM1", sender="+48601234567", account="+48221234567", text="Cześć"
    )


def test_whatsapp_calls_people_by_digits_and_us_by_our_number() -> None:
    found = said(**ON_WHATSAPP, Body="Hi", OriginalRepliedMessageSid="SM0")
    assert (found.sender, found.sender_name, found.account) == ("48601234567", "Ada", "+48221234567")
    assert found.in_reply_to == "SM0"


def test_who_came_by_an_advertisement_says_which() -> None:
    referred = {"ReferralHeadline": "Half price", "ReferralSourceUrl": "https://fb.me/x", "ReferralSourceType": "ad"}
    assert said(**ON_WHATSAPP, Body="Hi", **referred).subject == "Half price"


def test_every_file_is_taken_whatever_their_number_is_said_to_be() -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/m/{n}" for n in range(3)}
    found = said(**media, NumMedia="1", MediaContentType0="IMAGE/png")
    assert [one.url for one in found.attachments] == list(media.values())
    assert (found.attachments[0].media_type, found.text) == ("image/png", "")


@pytest.mark.parametrize(
    ("fields", "text", "choice", "placeholder"),
    [
        ({"ButtonText": "Yes", "ButtonPayload": "Y", "MessageType": "button"}, "Yes", "Y", ""),
        ({"Body": "Yes", "ButtonText": "Yes", "ButtonPayload": "Y"}, "Yes", "Y", ""),
        ({"ListTitle": "Red", "ListId": "R", "MessageType": "interactive"}, "Red", "R", ""),
        ({"MessageType": "sticker", "MediaUrl0": "https://api.twilio.com/m"}, "", "", "sticker"),
        ({"MessageType": "order"}, "[order]", "", "order"),
        ({"MessageType": "contacts"}, "[contacts]", "", "contact"),
        ({"MessageType": "reaction", "Body": "👍"}, "👍", "", "reaction"),
        ({}, "[empty message]", "", "empty"),
    ],
)
def test_kinds_of_whatsapp_can_be_read(fields: dict[str, str], text: str, choice: str, placeholder: str) -> None:
    found = said(**ON_WHATSAPP, **fields)
    assert (found.text, found.choice, found.placeholder) == (text, choice, placeholder)
    assert found.opens == (placeholder != "reaction")


def test_a_place_has_a_label_and_an_address() -> None:
    found = said(Latitude="52.5", Longitude="13.4", Label="Shop", Address="Here 1")
    assert (found.text, found.attachments[0].url) == ("Shop, Here 1", "geo:52.500000,13.400000")
    assert said(Latitude="52.5", Longitude="13.4").text == ""


def test_old_names_of_the_id_are_understood() -> None:
    fields = {name: value for name, value in AROUND.items() if name != "MessageSid"}
    for name in ("SmsMessageSid", "SmsSid"):
        assert parsed(**fields, Body="Hi", **{name: "SM9"}).messages[0].external_id == "SM9"


def test_a_word_that_unsubscribes_is_told() -> None:
    found = parsed(**AROUND, Body="STOP", OptOutType="STOP")
    assert (found.messages[0].text, found.events) == ("STOP", ("opt_out stop",))


@pytest.mark.parametrize(
    ("state", "receipt"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "failed"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_a_status_is_a_receipt(state: str, receipt: str) -> None:
    assert status(state).state == receipt
    assert status(state).recipient == "+48601234567"


@pytest.mark.parametrize("state", ["accepted", "queued", "sending", "in_orbit"])
def test_steps_before_are_statuses_without_receipt(state: str) -> None:
    found = parsed(MessageSid="SM1", MessageStatus=state)
    assert (found.kind, found.receipts) == ("status", ())


@pytest.mark.parametrize(
    ("code", "outlook"),
    [("30003", "again"), ("30022", "again"), ("21610", "opt_out"), ("30006", "never"), ("63016", "never"), ("9", "")],
)
def test_a_failure_says_whether_trying_again_can_help(code: str, outlook: str) -> None:
    receipt = status("undelivered", ErrorCode=code)
    assert (receipt.code, receipt.outlook) == (code, outlook)
    assert bool(receipt.reason) == bool(outlook)
    assert status("failed", ErrorCode=code, ErrorMessage="Because").reason == "Because"


def test_every_code_we_judge_is_one_of_twilios() -> None:
    published = samples.read("twilio/twilio_error_codes.json")
    newer = {"21266", "30034", "63049"}
    assert set(ERRORS) - set(published) == newer


def test_the_carriers_time_is_read() -> None:
    assert status("delivered", RawDlrDoneDate="2601021504").at == 1_767_366_240_000
    assert status("delivered", RawDlrDoneDate="soon").at is None


def test_a_step_is_told_from_a_repeat() -> None:
    webhook = adapter("sms").webhook

    def ids(**found: str) -> tuple[str, ...]:
        return webhook.dedupe_ids(urlencode(found).encode(), headers={})

    assert ids(**AROUND, Body="Hi", SmsStatus="received") == ("SM1",)
    assert ids(MessageSid="SM1", MessageStatus="sent") == ("SM1/sent",)
    assert ids(MessageSid="SM1", MessageStatus="delivered") == ("SM1/delivered",)
    assert ids(Body="x") == ()


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"EventType": "reservation.created", "TaskSid": "WT1"}, "EventType reservation.created"),
        ({"StatusCallbackEvent": "participant-join", "CallSid": "CA1"}, "StatusCallbackEvent participant-join"),
        ({"RecordingSid": "RE1", "RecordingStatus": "completed"}, "RecordingStatus completed"),
        ({"FaxSid": "FX1", "AccountSid": "AC1"}, "FaxSid FX1"),
        ({"event_type": "click", "account_sid": "AC1", "sms_sid": "SM1"}, "event_type click"),
        ({"account_sid": "AC1", "sms_sid": "SM1"}, "sms_sid SM1"),
        ({**AROUND, "EventType": "onMessageAdded", "Body": "x"}, "EventType onMessageAdded"),
    ],
)
def test_other_webhooks_are_events(fields: dict[str, str], event: str) -> None:
    found = parsed(**fields)
    assert (found.kind, found.events) == ("event", (event,))


def test_a_message_of_nobody_is_an_error() -> None:
    assert parsed(MessageSid="SM1", Body="x").error == "From is missing"
    assert parsed(Body="x").error == "MessageSid is missing"
    assert parsed(MessageStatus="sent").error == "a status without MessageSid"


LONG = "Bannon explains the world, and “The Camp of the Saints” too, at length."


def test_a_text_in_base64_is_read_also_when_it_was_cut() -> None:
    encoded = base64.b64encode(LONG.encode()).decode()
    assert unwrapped(encoded) == LONG
    cut = base64.b64encode(LONG.encode()[:62]).decode().rstrip("=")
    cut = cut[: len(cut) // 4 * 4]
    assert LONG.startswith(unwrapped(cut))


@pytest.mark.parametrize("text", ["short", "A" * 64, "the quick brown fox " * 5, "deadbeef" * 10, LONG])
def test_texts_that_only_look_like_base64_are_left_alone(text: str) -> None:
    assert unwrapped(text) == text


@given(st.text(max_size=120))
def test_no_text_upsets_the_reading_of_base64(text: str) -> None:
    assert unwrapped(text) == text or len(text) >= 60


def test_a_form_that_was_answered_keeps_its_answers() -> None:
    answers = json.dumps({"age": "32"})
    assert said(**ON_WHATSAPP, Body="Sent", InteractiveData=answers).choice == answers
    assert said(**ON_WHATSAPP, InteractiveData=answers).text == "age: 32"
