"""What a customer's message means, as far as an engine can tell. The engine is `router/understanding/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the message may be about. confidence: calibrated, 0 to 1; of 100 candidates with 0.8, about 80 are right."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one message means.

    language: ISO 639-1 of those the engine knows, as asked or as detected; "" when the text does not show it.
    candidates: best first, at most five; none from an engine that has learnt nothing or in a text without words.
    accepted: the message is like what the engine was taught, so the first candidate may be acted upon. Otherwise it
        is outside of what the bot can do, however sure the choice among what it can do seems.
    in_scope: what accepted was decided by; comparable only between answers of one model.
    also: further intents of a message that says several things, each accepted on its own; in the order said.
    model: version of the model that said so; "" for none.
    """

    language: str = ""
    candidates: tuple[Candidate, ...] = ()
    accepted: bool = False
    in_scope: float = 0.0
    also: tuple[Candidate, ...] = ()
    model: str = ""

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


class Understands(Protocol):
    """The port of an understanding engine."""

    async def understand(self, text: str, language: str | None = None) -> Understood:
        """Any text has an answer; never raises for what a customer wrote. language: known from elsewhere, if it is.

        Without a model, without a free place in the line, or too late, the answer has no candidates.
        """


Taught = Sequence[tuple[str, str]]
"""Pairs of intent and text."""


class NotLearnt(Exception):
    """There is nothing to learn in it, or the engine is away or too slow."""


class Learns(Protocol):
    """The port of what teaches an engine. Both take seconds and raise NotLearnt."""

    async def teach(self, taught: Taught) -> str:
        """Have the engine understand by these from now on, within a second; the version of its model."""

    async def try_out(self, taught: Taught, texts: Sequence[str]) -> tuple[Sequence[Understood], Sequence[Understood]]:
        """What the texts mean now, and what they would if these were taught. Nothing is taught."""
