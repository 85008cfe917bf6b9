"""A line: how the calls of one number of ours go. Made from the configuration; see docs/voice.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from router.core.words import Ms

RecordWhen = Literal["never", "on_demand", "always"]
Word = Literal[
    "greeting", "say_or_press", "press", "person", "not_understood", "position", "next", "expected", "offer_callback",
    "offer_voicemail", "callback_thanks", "voicemail", "voicemail_thanks", "closed", "one_moment", "anything_else",
    "recorded", "goodbye", "type_it",
]  # fmt: skip
"""A text of a line: `{digit}`, `{label}`, `{n}` and `{minutes}` in it are filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry of the menu. words: lower-case, any of them said chooses it. language: empty: stays as it is.

    queue: empty: rules decide, or only the language changes and the menu is said again (again).
    """

    digit: str
    queue: str = ""
    language: str = ""
    again: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """texts, voices: by language; every language of `languages` has all texts, perhaps no voice of its own.

    bot: speech that chooses nothing is answered by the line itself or a bot first. talks: a bot does.
    answer_ms: how long an agent's phone may ring after they accepted.
    calls_to: countries that may be called, by click, transfer or callback; empty: all.
    most_dialed: how many numbers one agent may have called in a day.
    callback, voicemail: what those who wait are offered.
    """

    account: str
    number: str
    country: str = ""
    calls_to: tuple[str, ...] = ()
    most_dialed: int = 200
    languages: tuple[str, ...] = ("en",)
    texts: Mapping[str, Mapping[Word, str]] = field(default_factory=dict)
    voices: Mapping[str, str] = field(default_factory=dict)
    menu: tuple[Choice, ...] = ()
    department: str = ""
    bot: bool = False
    talks: bool = False
    callback: bool = True
    voicemail: bool = True
    record: RecordWhen = "on_demand"
    answer_ms: Ms = 20_000
    ring_ms: Ms = 40_000
    """How long a customer's or outside phone may ring."""
    grace_ms: Ms = 20_000
    """How long a lost agent is waited for in a call."""
    most_voicemail_s: int = 180
    recordings_kept_days: int = 180
    """0: for good."""
    music_url: str = ""
    """Played to who waits; empty: our own."""

    def text(self, word: Word, language: str) -> str:
        texts = self.texts.get(language) or self.texts.get(self.languages[0]) or {}
        return texts.get(word, "")
