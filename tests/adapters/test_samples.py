"""Real payloads: every one is read, and what another open server takes from them is what we take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.registry import adapter
from router.cli.captured import bodies
from router.core.inbound import Parsed
from tests.adapters import samples

RECEIPTS = {"D": "delivered", "F": "failed", "S": "sent"}
UNFETCHED = ("/file/",)
"""Addresses that server has only after asking the provider for the file."""


def parsed(channel: str, body: bytes, provider: str = "") -> Parsed:
    return adapter(channel, provider).webhook.parse(body, headers={}, channel=channel)


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("sms", samples.TWILIO_CASES),
        ("messenger", "channels/meta_fba/courier_cases.json"),
        ("telegram", "channels/telegram/courier_cases.json"),
        ("viber", "channels/viber/courier_cases.json"),
        ("slack", "channels/slack/courier_cases.json"),
        ("line", "channels/line/courier_cases.json"),
    ],
)
def test_a_message_says_what_another_server_finds_in_it(channel: str, name: str) -> None:
    seen = 0
    for case in samples.cases(name):
        found = parsed(channel, case.body)
        if case.status is not None:
            assert [one.state for one in found.receipts] == [RECEIPTS[case.status]], case.label
        if case.sender is None:
            continue
        seen += 1
        message = next(one for one in found.messages if case.text is None or one.text == case.text)
        assert message.sender == case.sender, case.label
        assert case.external_id is None or message.external_id == case.external_id, case.label
        assert case.sender_name is None or message.sender_name == case.sender_name, case.label
        if case.at is not None:
            assert message.sent_at is not None
            assert datetime.fromtimestamp(message.sent_at / 1000, UTC).isoformat()[:19] == case.at, case.label
        for expected in case.attachments or ():
            if expected.startswith(UNFETCHED):
                assert message.attachments[0].provider_id, case.label
            else:
                assert expected.partition("?")[0] in [one.url for one in message.attachments], case.label
    assert channel == "messenger" or seen, "no case had a message"


@pytest.mark.parametrize("channel", samples.FOLDERS)
def test_every_sample_is_read_and_every_message_can_be_shown(channel: str) -> None:
    provider = "meta" if channel == "whatsapp" else ""
    broken = []
    for file in samples.files(channel):
        for body in bodies(file.read_bytes(), channel):
            found = parsed(channel, body, provider)
            if found.kind == "error":
                broken.append(found.error)
            for message in found.messages:
                assert message.text or message.attachments, file.name
                assert message.sender, file.name
                assert message.external_id, file.name
    hopeless = ("not JSON", "the body is empty", "object is 'notinstagram'")
    assert [error for error in broken if not error.startswith(hopeless)] == []


def test_a_mention_in_a_story_brings_its_picture() -> None:
    (message,) = parsed("instagram", samples.path("channels/meta_ig/courier_story_mention.json").read_bytes()).messages
    assert (message.placeholder, message.attachments[0].url) == ("story_mention", "https://story-url")


def test_an_unsent_message_is_taken_back_and_opens_nothing() -> None:
    (message,) = parsed("instagram", samples.path("channels/meta_ig/courier_unsent_msg.json").read_bytes()).messages
    assert message.deletes == "external_id"
    assert message.external_id != message.deletes
    assert not message.opens


def test_a_message_given_twice_in_one_request_is_one() -> None:
    found = parsed("whatsapp", samples.path("channels/meta_wac/courier_duplicate.json").read_bytes(), "meta")
    assert [one.text for one in found.messages] == ["Hello World"]


def test_a_template_in_yellow_is_news_of_the_account() -> None:
    (body,) = bodies(samples.path("channels/meta_wac/pywa_template_quality_update.json").read_bytes(), "whatsapp")
    found = parsed("whatsapp", body, "meta")
    assert (found.kind, found.events) == ("event", ("message_template_quality_update",))


def test_a_failed_status_says_why() -> None:
    found = parsed("whatsapp", samples.path("channels/meta_wac/courier_error_status.json").read_bytes(), "meta")
    (receipt,) = found.receipts
    assert (receipt.state, receipt.code) == ("failed", "131014")
    assert "404" in receipt.reason


def test_a_read_mark_of_a_call_is_none_of_a_message() -> None:
    (body,) = bodies(samples.path("channels/meta_wac/pywa_call_status.json").read_bytes(), "whatsapp")
    found = parsed("whatsapp", body, "meta")
    assert (found.kind, found.receipts) == ("event", ())
