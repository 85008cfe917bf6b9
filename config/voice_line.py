"""How the calls of a voice account go: `[channels.voice]` beside its number, in the words of docs/voice.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from msgspec import Meta, Struct, convert, field

from config.document import Node
from config.fault import Fault
from config.policy_shape import Language, one_line
from config.shape import Names
from router.core.call.answers import Known
from router.core.call.line import Choice, Line, RecordWhen, Word

TEXTS = Path(__file__).with_name("voice_texts.toml")
WORDS: tuple[Word, ...] = get_args(Word)
Seconds = Annotated[float, Meta(ge=5, le=120)]


class ChoiceShape(Struct, frozen=True, kw_only=True):
    """[[channels.voice.menu]]: what the caller may press or say."""

    digit: Annotated[str, Meta(pattern=r"^[1-9]\Z", title="a digit from 1 to 9", description="The key.")]
    queue: Annotated[
        Annotated[str, Names("queues", also=("",))],
        Meta(description="Where it leads, unless a routing rule decides; empty: rules alone."),
    ] = ""
    language: Annotated[
        Annotated[str, Meta(pattern=r"^([a-z]{2})?\Z", title="an ISO 639-1 language code")],
        Meta(description="The language from then on; empty: as it was."),
    ] = ""
    again: Annotated[bool, Meta(description="Say the menu again, in that language.")] = False
    labels: Annotated[
        dict[Language, Annotated[str, one_line(80, "")]], Meta(description="What it is called, by language.")
    ] = field(default_factory=dict)
    words: Annotated[
        dict[Language, tuple[Annotated[str, one_line(40, "")], ...]],
        Meta(description="Words that choose it when said, by language."),
    ] = field(default_factory=dict)


class AnswerShape(Struct, frozen=True, kw_only=True):
    """[[channels.voice.answers]]: what the line itself answers to a question, before anybody is asked."""

    words: Annotated[
        dict[Language, tuple[Annotated[str, one_line(40, "")], ...]],
        Meta(description="All of them said together ask it, by language."),
    ]
    text: Annotated[dict[Language, Annotated[str, one_line(500, "")]], Meta(description="The answer, by language.")]


class VoiceShape(Struct, frozen=True, kw_only=True):
    """[channels.voice]: of an account of channel voice."""

    country: Annotated[
        str, Meta(pattern=r"^([A-Z]{2})?\Z", title="a country like PL", description="Of numbers dialled without one.")
    ] = ""
    calls_to: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z", title="a country like PL")], ...],
        Meta(description="Countries that may be called, by click, transfer or callback; empty: all."),
    ] = ()
    most_dialed: Annotated[
        int, Meta(ge=0, le=10_000, description="Numbers one agent may have called in 24 hours, transfers included.")
    ] = 200
    languages: Annotated[
        tuple[Language, ...], Meta(min_length=1, description="Spoken by the menu, the first until one is chosen.")
    ] = ("en",)
    menu: tuple[ChoiceShape, ...] = ()
    answers: tuple[AnswerShape, ...] = ()
    bot: Annotated[bool, Meta(description="A bot answers first, and does tasks: docs/bot.md.")] = False
    callback: Annotated[bool, Meta(description="Who waits may ask to be called back, their place kept.")] = True
    voicemail: Annotated[bool, Meta(description="Who waits may leave a message.")] = True
    record: Annotated[
        RecordWhen, Meta(description="Talks are recorded: never, when the agent begins it, or always (and it is said).")
    ] = "on_demand"
    recordings_kept_days: Annotated[
        int, Meta(ge=0, le=3_650, description="After so long what was recorded is deleted; 0: never.")
    ] = 180
    answer_s: Annotated[Seconds, Meta(description="How long an agent's phone rings once they accepted.")] = 20.0
    ring_s: Annotated[Seconds, Meta(description="How long a customer's or an outside phone rings.")] = 40.0
    grace_s: Annotated[Seconds, Meta(description="How long a call waits for an agent whose line was lost.")] = 20.0
    most_voicemail_s: Annotated[int, Meta(ge=10, le=600, description="The longest message.")] = 180
    music_url: Annotated[
        str, Meta(pattern=r"^(https?://\S+)?\Z", title="a URL", description="Played to who waits; empty: our own.")
    ] = ""
    voices: Annotated[
        dict[Language, Annotated[str, one_line(80, "")]],
        Meta(description="The provider's voice that speaks, by language; else its usual one."),
    ] = field(default_factory=dict)
    texts: Annotated[
        dict[Language, dict[Annotated[str, Meta(max_length=40)], Annotated[str, one_line(500, "")]]],
        Meta(description="What callers hear, where it is not to be the house's words: by language and word."),
    ] = field(default_factory=dict)

    def line(self, *, account: str, number: str, department: str) -> Line:
        """department: where callers go who choose nothing."""
        house = texts()
        return Line(
            account=account,
            number=number,
            country=self.country,
            calls_to=self.calls_to,
            most_dialed=self.most_dialed,
            languages=self.languages,
            texts={name: {**house[name], **self.texts.get(name, {})} for name in self.languages},  # type: ignore[dict-item]  # checked words
            voices=self.voices,
            menu=tuple(
                Choice(
                    digit=each.digit,
                    queue=each.queue,
                    language=each.language,
                    again=each.again,
                    labels=each.labels,
                    words={name: tuple(word.lower() for word in words) for name, words in each.words.items()},
                )
                for each in self.menu
            ),
            department=department,
            bot=self.bot or bool(self.answers),
            talks=self.bot,
            callback=self.callback,
            voicemail=self.voicemail,
            record=self.record,
            answer_ms=round(self.answer_s * 1_000),
            ring_ms=round(self.ring_s * 1_000),
            grace_ms=round(self.grace_s * 1_000),
            most_voicemail_s=self.most_voicemail_s,
            recordings_kept_days=self.recordings_kept_days,
            music_url=self.music_url,
        )

    def known(self) -> tuple[Known, ...]:
        """What the line answers by itself."""
        return tuple(
            Known(
                words={name: tuple(word.lower() for word in words) for name, words in each.words.items()},
                text=each.text,
            )
            for each in self.answers
        )


@cache
def texts() -> Mapping[str, Mapping[Word, str]]:
    """The house's words, by language."""
    return convert(tomllib.loads(TEXTS.read_text("utf-8")), dict[str, dict[Word, str]])


def faults(entry: Node) -> Iterator[Fault]:
    """Faults between the values of one account's `[channels.voice]`."""
    languages = [node.value for node in entry.elements("voice", "languages")] or ["en"]
    for node in entry.elements("voice", "languages"):
        if node.value not in texts():
            yield node.fault(f"no house texts for language {node.value!r}; there are {', '.join(texts())}")
    digits: set[object] = set()
    for choice in entry.elements("voice", "menu"):
        digit, language = choice.at("digit"), choice.at("language")
        if digit is not None:
            if digit.value in digits:
                yield digit.fault(f"key {digit.value} is taken")
            digits.add(digit.value)
        if language is not None and language.value and language.value not in languages:
            yield language.fault("not among the line's languages")
        for spoken in languages:
            if not choice.at("again") and choice.at("labels", str(spoken)) is None:
                yield choice.fault(f"no label in {spoken!r}", key=True)
    for _, said in entry.items("voice", "texts"):
        for word, node in said.items():
            if word not in WORDS:
                yield node.fault(f"unknown text {word!r}; there are {', '.join(WORDS)}", key=True)
            elif isinstance(node.value, str):
                try:
                    node.value.format(digit="1", label="x", n=1, minutes=1)
                except (KeyError, IndexError, ValueError):
                    yield node.fault("only {digit}, {label}, {n} and {minutes} may stand in braces")
