"""Twilio's voice webhooks are read whatever is in them, and what a leg is told is TwiML in every state."""

from __future__ import annotations

import wave
from io import BytesIO
from typing import get_args
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from adapters.form import Request
from adapters.twilio_voice import ADAPTER, music, parse, render
from adapters.twilio_voice.options import Addresses, voice_account
from adapters.twilio_voice.token import access_token
from router.core.call.facts import Heard, Joined, Left, LegIs, RecordingIs
from router.core.call.page import MUSIC_S, Waiting, page
from router.core.call.state import Leg, State
from router.core.call.step import arrive
from router.core.outbound import Refused
from tests.adapters.sending import Account
from tests.core.call.lines import context, line
from tests.simulators.twilio.twiml import read

AT = Addresses(lambda: "https://calls.example")
TOKEN = "a token"
URL = "https://calls.example/hooks/twilio/voice/main/incoming"
fields = st.dictionaries(st.text(), st.text())


@given(fields=fields, more=st.text())
def test_any_fields_at_all_give_facts_or_none(fields: dict[str, str], more: str) -> None:
    parse.leg(fields, more)
    parse.heard(fields, more)
    parse.conference(fields, more)
    parse.recording(fields, voicemail=True)
    for what in ("leg", "conference", "recording"):
        parse.token(fields, what)


@given(body=st.binary())
def test_any_body_at_all_is_an_event_or_an_error(body: bytes) -> None:
    assert ADAPTER.webhook.parse(body, headers={}, channel="voice").kind in ("event", "error")
    ADAPTER.webhook.dedupe_ids(body, headers={})


def test_what_twilio_tells_is_understood() -> None:
    assert parse.leg({"CallSid": "CA1", "CallStatus": "no-answer"}, "agent.1") == [
        LegIs(label="agent.1", sid="CA1", status="no-answer")
    ]
    assert parse.leg({"CallSid": "CA1", "CallStatus": "levitating"}, "agent.1") == []
    assert parse.heard({"Digits": "12"}, "4") == Heard(stage=4, digits="12")
    assert parse.heard({"SpeechResult": "orders", "Confidence": "0.9"}, "4").speech == "orders"
    assert parse.heard({"SpeechResult": "mumble", "Confidence": "0.1"}, "4").speech == ""
    seat = {"ParticipantLabel": "customer", "SequenceNumber": "3", "CallSid": "CA1", "ConferenceSid": "CF1"}
    for event, kind in (("participant-join", Joined), ("participant-leave", Left)):
        assert parse.conference(seat | {"StatusCallbackEvent": event}, "2") == [
            kind(label="customer", room=2, n=3, sid="CA1", conference_sid="CF1")
        ]
    assert parse.conference(seat | {"StatusCallbackEvent": "conference-end"}, "2") == []
    assert parse.recording({"RecordingSid": "RE1", "RecordingDuration": "7"}, voicemail=True) == [
        RecordingIs(sid="RE1", status="completed", duration_s=7, voicemail=True)
    ]


@pytest.mark.parametrize(
    ("fields", "events"),
    [
        ({"CallSid": "CA1", "CallStatus": "ringing"}, ("CallStatus ringing",)),
        ({"CallSid": "CA1", "CallStatus": "in-progress", "Digits": "1"}, ("CallStatus in-progress",)),
        (
            {"CallSid": "CA1", "CallStatus": "completed", "DialCallStatus": "busy"},
            ("DialCallStatus busy", "CallStatus completed"),
        ),
        (
            {"ConferenceSid": "CF1", "StatusCallbackEvent": "participant-mute", "CallSid": "CA1"},
            ("StatusCallbackEvent participant-mute",),
        ),
        ({"RecordingSid": "RE1", "RecordingStatus": "completed"}, ("RecordingStatus completed",)),
        ({"StreamSid": "MZ1", "StreamEvent": "stream-started", "CallSid": "CA1"}, ("StreamEvent stream-started",)),
        ({"CallSid": "CA1", "QueueSid": "QU1", "QueueResult": "bridged"}, ("QueueResult bridged",)),
        ({"TaskSid": "WT1", "EventType": "reservation.accepted"}, ("EventType reservation.accepted",)),
        ({"CallSid": "CA1"}, ()),
    ],
)
def test_a_webhook_of_a_call_is_an_event_by_what_it_tells(fields: dict[str, str], events: tuple[str, ...]) -> None:
    found = ADAPTER.webhook.parse(urlencode(fields).encode(), headers={}, channel="voice")
    assert (found.kind, found.events) == ("event", events)


def test_a_form_without_a_call_is_an_error() -> None:
    found = ADAPTER.webhook.parse(b"AccountSid=AC1&From=1", headers={}, channel="voice")
    assert (found.kind, found.error) == ("error", "CallSid is missing")


def test_only_what_twilio_signed_is_twilios() -> None:
    body = {"CallSid": "CA1", "From": "+48600700800"}
    signature = RequestValidator(TOKEN).compute_signature(URL, body)

    def verdict(url: str = URL, secret: str = TOKEN, **changed: str) -> str:
        request = Request(
            method="POST",
            url=url,
            headers={"x-twilio-signature": signature},
            body=urlencode(body | changed).encode(),
        )
        return ADAPTER.webhook.verify(request, secrets=[secret], now_ms=0).reason

    assert verdict() == ""
    assert verdict(CallSid="CA2") == "bad_signature"
    assert verdict(secret="another") == "bad_signature"
    assert verdict(url=URL.replace("main", "other")) == "bad_signature"


@pytest.mark.parametrize("state", get_args(State))
def test_in_every_state_the_callers_leg_is_told_something_twilio_understands(state: State) -> None:
    call, _ = arrive(call_id="call_1", sid="CA1", number="+48600700800", context=context(0, line(bot=True)))
    call = msgspec.structs.replace(call, state=state, room=1, said="Something & <more>")
    verbs = page(call, line(record="always"), Waiting(position=2, expected_ms=90_000))
    document = read(render.page(verbs, call, AT), url=f"{URL}/page")
    assert document.wrong == ()
    assert document.elements


def test_what_is_played_is_twiml_and_music() -> None:
    for made in (render.music(AT.music("main")), render.tones("1w2#"), render.patience("https://x/m", URL)):
        assert read(made, url=URL).wrong == ()
    with wave.open(BytesIO(music.melody())) as melody:
        assert melody.getnframes() / melody.getframerate() == pytest.approx(MUSIC_S, abs=0.1)


def test_an_account_without_its_token_is_not_begun_with() -> None:
    account = Account(channel="voice", address="+48221234567", options={"account_sid": "AC1"}, base_url="", secrets={})
    with pytest.raises(Refused, match="not_configured"):
        voice_account("main", account, ())
    ready = voice_account("main", account, (TOKEN,))
    assert (ready.user, ready.password) == ("AC1", TOKEN)
    assert TOKEN not in repr(ready)
    with pytest.raises(Refused, match="not_configured"):
        access_token(ready, agent="anna", lasts_s=60)  # type: ignore[arg-type]  # an id


def test_who_is_on_the_line_is_named_once() -> None:
    leg = Leg(label="agent.1", role="agent", state="joined", since=0, address="client:anna")
    assert leg.in_browser
    assert leg.live
