"""What a leg is to do → TwiML, by the builder of the `twilio` package."""

from __future__ import annotations

from collections.abc import Sequence

from twilio.twiml.voice_response import Gather, VoiceResponse

from adapters.twilio_voice.options import Addresses
from router.core.call.page import Ask, AskAgain, HangUp, Join, Music, Say, TakeMessage, Verb
from router.core.call.state import CUSTOMER, Call

LANGUAGES = {"en": "en-GB", "pl": "pl-PL", "ru": "ru-RU", "el": "el-GR", "de": "de-DE"}
"""Spoken in; others as their code is."""
CONFERENCE_EVENTS = "start end join leave mute hold"
MESSAGE_SILENCE_S = 5
HINT_CHARS = 500


def page(verbs: Sequence[Verb], call: Call, at: Addresses) -> bytes:
    response = VoiceResponse()
    for verb in verbs:
        _add(response, verb, call, at)
    return str(response).encode()


def _add(response: VoiceResponse, verb: Verb, call: Call, at: Addresses) -> None:
    match verb:
        case Say() | Music():
            _sound(response, verb, call.account, at)
        case Ask():
            _ask(response, verb, call, at)
        case Join():
            _join(response, verb, call, at)
        case TakeMessage():
            response.record(
                action=at.message(call.account, call.id),
                method="POST",
                max_length=verb.most_s,
                timeout=MESSAGE_SILENCE_S,
                finish_on_key="#",
                play_beep=True,
                recording_status_callback=at.recording(call.account, call.id, voicemail=True),
                recording_status_callback_event="completed absent",
            )
        case AskAgain():
            response.redirect(at.page(call.account, call.id), method="POST")
        case HangUp():
            response.hangup()


def _sound(into: VoiceResponse | Gather, sound: Say | Music, account: str, at: Addresses) -> None:
    if isinstance(sound, Music):
        into.play(sound.url or at.music(account))
    elif sound.voice:
        into.say(sound.text, language=LANGUAGES.get(sound.language, sound.language), voice=sound.voice)
    else:
        into.say(sound.text, language=LANGUAGES.get(sound.language, sound.language))


def _ask(response: VoiceResponse, ask: Ask, call: Call, at: Addresses) -> None:
    spoken = {
        "input": "dtmf speech",
        "speech_timeout": "auto",
        "hints": ", ".join(ask.hints)[:HINT_CHARS],
        "language": LANGUAGES.get(ask.language, ask.language),
    }
    if not ask.hints:
        del spoken["hints"]
    gather = Gather(
        action=at.heard(call.account, call.id, ask.stage),
        method="POST",
        timeout=ask.wait_s,
        action_on_empty_result=ask.empty_counts,
        **(spoken if ask.speech else {"input": "dtmf"}),
        **({"finish_on_key": "#"} if ask.keyed else {"num_digits": 1}),
    )
    for sound in ask.said:
        _sound(gather, sound, call.account, at)
    response.append(gather)


def _join(response: VoiceResponse, join: Join, call: Call, at: Addresses) -> None:
    """Nobody of ours hangs up on the customer by leaving; what comes after the conference is asked for."""
    dial = response.dial(action=at.page(call.account, call.id), method="POST")
    dial.conference(
        join.room,
        participant_label=CUSTOMER,
        start_conference_on_enter=False,
        end_conference_on_exit=False,
        beep=False,
        wait_url=at.hold(call.account),
        wait_method="POST",
        status_callback=at.conference(call.account, call.id, join.room),
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
    )


def music(url: str) -> bytes:
    """For who is held, or waits for a conference to begin: for ever."""
    response = VoiceResponse()
    response.play(url, loop=0)
    return str(response).encode()


def tones(digits: str) -> bytes:
    response = VoiceResponse()
    response.play("", digits=digits)
    return str(response).encode()


def patience(music_url: str, again_url: str) -> bytes:
    """While we cannot say what comes next: music, and the question again."""
    response = VoiceResponse()
    response.play(music_url)
    response.redirect(again_url, method="POST")
    return str(response).encode()
