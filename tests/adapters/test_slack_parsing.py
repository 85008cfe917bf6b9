"""Slack: what people write, press and ask; everything else by its name."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.registry import adapter
from adapters.slack.parse import parse
from router.core.inbound import InboundMessage, Parsed

WRITTEN = {"type": "message", "channel": "C1", "user": "U1", "text": "On it", "ts": "1700000000.000100"}


def event(**found: Any) -> Parsed:
    around = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1_700_000_000}
    return parse(json.dumps({**around, "event": found}).encode())


def interaction(**found: Any) -> Parsed:
    return parse(urlencode({"payload": json.dumps({"user": {"id": "U1", "name": "maria"}, **found})}).encode())


def test_an_answer_in_a_thread_names_the_thread() -> None:
    (found,) = event(**WRITTEN, thread_ts="1699999999.000001").messages
    assert found == InboundMessage(
        external_id="Ev1",
        sender="U1",
        account="T1",
        place="C1",
        text="On it",
        sent_at=1_700_000_000_000,
        in_reply_to="1699999999.000001",
    )


def test_the_first_message_of_a_thread_answers_nothing() -> None:
    assert event(**WRITTEN, thread_ts=WRITTEN["ts"]).messages[0].in_reply_to == ""


def test_files_are_shown() -> None:
    file = {
        "id": "F1",
        "name": "a.pdf",
        "mimetype": "application/pdf",
        "url_private_download": "https://files.slack.com/a.pdf",
    }
    (found,) = event(**{**WRITTEN, "text": ""}, subtype="file_share", files=[file]).messages
    assert (found.attachments[0].name, found.attachments[0].provider_id, found.text) == ("a.pdf", "F1", "")


def test_an_edit_and_a_deletion_name_their_message() -> None:
    around = {"type": "message", "channel": "C1", "ts": "1700000009.000000"}
    (edited,) = event(**around, subtype="message_changed", message={**WRITTEN, "text": "Done"}).messages
    assert (edited.text, edited.edits, edited.place, edited.opens) == ("Done", WRITTEN["ts"], "C1", False)
    assert edited.sent_at == 1_700_000_009_000
    gone = {"deleted_ts": WRITTEN["ts"], "previous_message": WRITTEN}
    (deleted,) = event(**around, subtype="message_deleted", **gone).messages
    assert (deleted.deletes, deleted.sender, deleted.opens) == (WRITTEN["ts"], "U1", False)


def test_what_was_taken_back_after_it_was_answered_is_taken_back() -> None:
    around = {"type": "message", "channel": "C1", "ts": "1700000009.000000"}
    stone = {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": WRITTEN["ts"]}
    (gone,) = event(**around, subtype="message_changed", message=stone, previous_message=WRITTEN).messages
    assert (gone.deletes, gone.sender, gone.opens, gone.edits) == (WRITTEN["ts"], "U1", False, "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("A &amp; B &lt;5&gt;", "A & B <5>"),
        ("&amp;lt;", "&lt;"),
        ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
        ("<https://x.example|x.example>", "https://x.example"),
        ("<https://x.example/a|the page>", "the page (https://x.example/a)"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<@U2> <@U2|bo> <#C1|general> <#C1>", "@U2 @bo #general #C1"),
        ("<!here> <!subteam^S1|@desk> <!date^1^{date}|2 Nov>", "@here @desk 2 Nov"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_a_text_is_shown_as_it_was_typed(written: str, shown: str) -> None:
    assert event(**{**WRITTEN, "text": written}).messages[0].text == shown


def test_a_text_in_blocks_alone_is_read() -> None:
    parts = [
        {"type": "text", "text": "On it "},
        {"type": "emoji", "name": "wave"},
        {"type": "text", "text": " "},
        {"type": "user", "user_id": "U2"},
        {"type": "channel", "channel_id": "C2"},
        {"type": "broadcast", "range": "here"},
    ]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "A &amp; B"}}
    found = event(**{**WRITTEN, "text": "", "blocks": [rich, section]}).messages[0]
    assert (found.text, found.placeholder) == ("On it :wave: @U2#C2@here\nA & B", "")


def test_a_preview_of_a_link_is_nothing_said_anew() -> None:
    link = {**WRITTEN, "text": "It is at <https://warehouse.example/7>"}
    shown = {**link, "attachments": [{"title": "Rack 7"}]}
    changed = event(type="message", channel="C1", subtype="message_changed", message=shown, previous_message=link)
    assert (changed.kind, changed.events) == ("event", ("message message_changed",))


def test_bots_and_our_own_posts_are_passed_over() -> None:
    assert event(**WRITTEN, bot_id="B1").kind == "ignored"
    assert event(type="message", subtype="bot_message", bot_id="B1", text="x").kind == "ignored"
    edit = {**WRITTEN, "bot_id": "B1"}
    assert event(type="message", subtype="message_changed", message=edit).kind == "event"


@pytest.mark.parametrize("kind", ["app_mention", "reaction_added", "channel_rename", "new"])
def test_other_events_go_by_their_name(kind: str) -> None:
    assert event(type=kind, user="U1").events == (kind,)
    assert event(type="message", subtype="channel_topic", user="U1").events == ("message channel_topic",)


def test_a_button_brings_its_label_its_value_and_its_message() -> None:
    action = {"action_id": "take", "value": "step-7", "text": {"text": "Take it"}, "action_ts": "1700000000.1"}
    message = {"ts": "1699999999.000001"}
    found = interaction(type="block_actions", channel={"id": "C1"}, message=message, actions=[action])
    (pressed,) = found.messages
    assert (pressed.text, pressed.choice, pressed.in_reply_to) == ("Take it", "step-7", "1699999999.000001")
    assert (pressed.sender, pressed.sender_name, pressed.place) == ("U1", "maria", "C1")
    assert (pressed.external_id, pressed.placeholder, pressed.opens) == ("1700000000.1/take", "button", False)


def test_a_menu_brings_what_was_picked() -> None:
    action = {"action_id": "who", "selected_option": {"value": "v", "text": {"text": "Billing"}}}
    (picked,) = interaction(type="block_actions", trigger_id="t", actions=[action]).messages
    assert (picked.text, picked.choice) == ("Billing", "v")


PICKED: tuple[tuple[dict[str, Any], str, str], ...] = (
    (
        {"selected_options": [{"value": "a", "text": {"text": "A"}}, {"value": "b", "text": {"text": "B"}}]},
        "A, B",
        "a, b",
    ),
    ({"type": "timepicker", "selected_time": "08:30"}, "08:30", "08:30"),
    ({"type": "datetimepicker", "selected_date_time": 1_700_000_000}, "1700000000", "1700000000"),
    ({"type": "users_select", "selected_user": "U7"}, "U7", "U7"),
    ({"type": "multi_users_select", "selected_users": ["U7", "U8"]}, "U7, U8", "U7, U8"),
    ({"type": "channels_select", "selected_channel": "C7"}, "C7", "C7"),
    ({"type": "multi_conversations_select", "selected_conversations": ["D7"]}, "D7", "D7"),
    ({"type": "number_input", "value": "42"}, "42", "42"),
    ({"type": "file_input", "files": [{"id": "F1", "name": "scan.pdf"}]}, "scan.pdf", "scan.pdf"),
)


@pytest.mark.parametrize(("element", "label", "value"), PICKED)
def test_whatever_kind_of_field_was_filled_in_is_told(element: dict[str, Any], label: str, value: str) -> None:
    (pressed,) = interaction(type="block_actions", trigger_id="t", actions=[{"action_id": "x", **element}]).messages
    assert (pressed.text, pressed.choice) == (label, value)
    view = {"id": "V1", "callback_id": "form", "state": {"values": {"b1": {"field": element}}}}
    (asked,) = interaction(type="view_submission", trigger_id="t", view=view).messages
    assert asked.text == f"field: {label}"


def test_rich_text_is_read_line_by_line() -> None:
    section = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "See "}, {"type": "link", "url": "https://x.example"}],
    }
    listed = {
        "type": "rich_text_list",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": one}]} for one in "ab"],
    }
    value = {"type": "rich_text", "elements": [section, listed]}
    action = {"action_id": "x", "type": "rich_text_input", "rich_text_value": value}
    (pressed,) = interaction(type="block_actions", trigger_id="t", actions=[action]).messages
    assert pressed.text == "See https://x.example\na\nb"


def test_a_message_passed_on_without_a_word_says_what_is_in_it() -> None:
    passed = [{"fallback": "[Jan] Hi", "text": "The invoice is wrong", "author_name": "Jan"}]
    assert event(**{**WRITTEN, "text": ""}, attachments=passed).messages[0].text == "The invoice is wrong"


def test_a_form_brings_its_answers_and_its_name() -> None:
    values = {"b1": {"reason": {"type": "plain_text_input", "value": "No invoice"}}}
    view = {"id": "V1", "callback_id": "need_info", "state": {"values": values}}
    (asked,) = interaction(type="view_submission", trigger_id="t", view=view).messages
    assert (asked.text, asked.choice, asked.external_id) == ("reason: No invoice", "need_info", "t")


def test_a_command_brings_its_words() -> None:
    form = {"command": "/usher", "text": "take 7", "user_id": "U1", "user_name": "maria", "channel_id": "C1"}
    (asked,) = parse(urlencode({**form, "team_id": "T1", "trigger_id": "t"}).encode()).messages
    assert (asked.text, asked.choice, asked.place, asked.external_id) == ("/usher take 7", "/usher", "C1", "t")
    assert parse(json.dumps({"command": "", "user_id": ""}).encode()).kind == "event"


def test_questions_whether_we_are_there_are_passed_over() -> None:
    assert parse(b'{"type": "url_verification", "challenge": "x"}').kind == "ignored"
    assert parse(b"ssl_check=1&token=x").kind == "ignored"


@pytest.mark.parametrize("body", [b"payload=x", b"a=b", b"payload=[]", b"[1]"])
def test_what_is_not_slacks_is_an_error(body: bytes) -> None:
    assert parse(body).kind == "error"


def test_a_repeat_has_the_same_id() -> None:
    webhook = adapter("slack").webhook
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": WRITTEN}).encode()
    assert webhook.dedupe_ids(body, headers={"x-slack-retry-num": "1"}) == ("Ev1",)
    assert webhook.dedupe_ids(b"x", headers={}) == ()
