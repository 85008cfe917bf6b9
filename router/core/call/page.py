"""What the customer's leg is told to do next: in every state something that sounds, and then to ask again.

The words of the provider (TwiML) are the adapter's business.
"""

from __future__ import annotations

from dataclasses import dataclass

from router.core.call.intro import CALLBACK, PERSON, VOICEMAIL
from router.core.call.line import Line, Word
from router.core.call.state import CUSTOMER, Call
from router.core.words import Ms

ANSWER_S = 8
"""How long the bot waits for the first word: people look for their order's number."""
MUSIC_S = 20
"""So much of it between two announcements of the position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    text: str
    language: str
    voice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """url: empty: our own, about MUSIC_S long."""

    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say this and listen for one key, or also for speech, answered as `Heard` of this stage.

    keyed: for as many keys as come before #.
    """

    stage: int
    said: tuple[Say | Music, ...]
    language: str
    speech: bool = False
    hints: tuple[str, ...] = ()
    keyed: bool = False
    wait_s: int = 5
    empty_counts: bool = True
    """Silence is an answer too; else what comes after this goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The conference, with music until it begins; afterwards ask again."""

    room: str
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMessage:
    most_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """Fetch the page anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    pass


Verb = Say | Music | Ask | Join | TakeMessage | AskAgain | HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Where the caller stands. position: 1 is next; None: not known. expected_ms: likewise."""

    position: int | None = None
    expected_ms: Ms | None = None


def page(call: Call, line: Line, waiting: Waiting) -> tuple[Verb, ...]:
    """In every state but the end it sounds, and ends in a conference or in asking again."""
    match call.state:
        case "menu":
            return (_menu(call, line), AskAgain())
        case "bot":
            return (_bot(call, line), AskAgain())
        case "queued":
            return _in_line(call, line, waiting)
        case "callback":
            return (*_announced(call, line), *_say(call, line, "callback_thanks"), HangUp())
        case "voicemail":
            return (
                *_announced(call, line),
                *_say(call, line, "voicemail"),
                TakeMessage(most_s=line.most_voicemail_s),
                AskAgain(),
            )
        case "connecting" | "talking" | "held" | "consulting" | "dialing":
            recorded = _say(call, line, "recorded") if line.record == "always" and not call.spoke else ()
            return (*recorded, Join(room=call.room_name))
        case "reconnecting":
            return (*_say(call, line, "one_moment"), Music(url=line.music_url), AskAgain())
        case "ended":
            left = call.leg(CUSTOMER)
            return (*(_announced(call, line) if left is not None and left.live else ()), HangUp())


def _menu(call: Call, line: Line) -> Ask:
    said: list[Say | Music] = []
    if call.tries:
        said += _say(call, line, "not_understood")
    else:
        said += _say(call, line, "greeting")
    said += _say(call, line, "say_or_press") if line.bot else ()
    for choice in line.menu:
        spoken_in = choice.language if choice.again and choice.language else call.language
        label = choice.labels.get(spoken_in) or choice.labels.get(line.languages[0], "")
        text = line.text("press", spoken_in).format(digit=choice.digit, label=label)
        said.append(Say(text=text, language=spoken_in, voice=line.voices.get(spoken_in, "")))
    said += _say(call, line, "person", digit=PERSON) if line.menu else ()
    return _ask(call, line, tuple(said), speech=True)


def _bot(call: Call, line: Line) -> Ask:
    """What the bot said, and how it may be answered; without a question of its own, whether there is anything else."""
    said, listens = [_speak(call, line, call.said)], call.bot.listens if call.bot is not None else None
    if listens is None:
        return _ask(call, line, (*said, *_say(call, line, "anything_else", digit=PERSON)), speech=True)
    for digit, label in enumerate(listens.choices, 1):
        said += _say(call, line, "press", digit=digit, label=label)
    said += _say(call, line, "type_it") if listens.keyed else ()
    said += _say(call, line, "person", digit=PERSON)
    return Ask(
        stage=call.stage,
        said=tuple(said),
        language=call.language,
        speech=True,
        hints=listens.choices,
        keyed=listens.keyed,
        wait_s=ANSWER_S,
    )


def _ask(call: Call, line: Line, said: tuple[Say | Music, ...], *, speech: bool) -> Ask:
    hints = tuple(word for choice in line.menu for word in choice.words.get(call.language, ()))
    return Ask(stage=call.stage, said=said, language=call.language, speech=speech, hints=hints)


def _in_line(call: Call, line: Line, waiting: Waiting) -> tuple[Verb, ...]:
    said: list[Say | Music] = [*_announced(call, line)]
    if waiting.position == 1:
        said += _say(call, line, "next")
    elif waiting.position is not None:
        said += _say(call, line, "position", n=waiting.position)
    if waiting.expected_ms is not None:
        said += _say(call, line, "expected", minutes=max(1, round(waiting.expected_ms / 60_000)))
    if line.callback and call.number:
        said += _say(call, line, "offer_callback", digit=CALLBACK)
    if line.voicemail:
        said += _say(call, line, "offer_voicemail", digit=VOICEMAIL)
    said.append(Music(url=line.music_url))
    asked = Ask(stage=call.stage, said=tuple(said), language=call.language, wait_s=1, empty_counts=False)
    return (asked, AskAgain())


def _announced(call: Call, line: Line) -> tuple[Say, ...]:
    return (_speak(call, line, call.said),) if call.said else ()


def _say(call: Call, line: Line, word: Word, **filled: object) -> tuple[Say, ...]:
    text = line.text(word, call.language).format(**filled)
    return (_speak(call, line, text),) if text else ()


def _speak(call: Call, line: Line, text: str) -> Say:
    return Say(text=text, language=call.language, voice=line.voices.get(call.language, ""))
