"""Asking an adviser about what a customer said, where there is one and only where it may help.

First it is told what the talk would decide without advice. Where that leaves the question open, the adviser may point
at one of the meanings and articles that were found; where an article would be told, it may say that in other words.
Whatever it does, and however long it takes to, the customer is told what is written down or gets a person.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from config.claim_words import claim_words
from router.core.adviser import Advice, Adviser, NotAdvised
from router.core.bot.draft import World
from router.core.bot.facts import Article, Heard
from router.core.bot.faithful import unfaithful
from router.core.bot.meaning import SURE
from router.core.bot.step import Stepped, step
from router.core.bot.talk import Talk
from router.core.search_words import nameless
from router.core.understood import Candidate
from router.engine.knowledge.meaning import Meaning

log = structlog.get_logger()

May = Literal["choose", "rephrase", "both"]
OPEN = ("unsure", "clarified", "offered_person")
"""Decisions of a bot that does not know what was meant."""
MOST_OPTIONS = 8
MOST_QUESTION_CHARS = 500
FAILURES_REST = 5
"""So many times in a row without an answer that can be used, and it is left alone for REST_S; then tried once."""
REST_S = 30.0
NEAR_ENOUGH = 0.65
"""Cosine that a text in other words has at least to the text: docs/benchmarks/understanding.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A meaning that was found. article: None for what the bot does or answers itself."""

    intent: str
    title: str
    article: Article | None = None


@dataclass(slots=True, kw_only=True)
class Advising:
    """The adviser of a node. at_once: questions under way; one more is not asked, for waiting would take as long.

    meaning: tells whether two texts mean alike; where it cannot, nothing is said in other words.
    """

    adviser: Adviser
    may: May
    at_once: int
    meaning: Meaning
    clock: Callable[[], float] = time.monotonic
    _under_way: int = 0
    _failures: int = 0
    _rests_until: float = 0.0

    async def choose(self, text: str, options: Sequence[Option]) -> tuple[Option | None, Advice]:
        """The option the text is about. What may name a person is not shown to the adviser."""
        question = nameless(text)[:MOST_QUESTION_CHARS]
        try:
            with self._asking():
                place = await self.adviser.choose(question, [option.title for option in options])
        except NotAdvised as failed:
            return None, failed.advice
        return (None, "chose_none") if place is None else (options[place], "chose")

    async def rephrase(self, article: Article, language: str) -> tuple[Article, Advice]:
        """The article in other words, or as it was. The customer's words are not shown: they cannot ask for any."""
        try:
            with self._asking():
                said = await self.adviser.rephrase(article.text, language)
        except NotAdvised as failed:
            return article, failed.advice
        why: str = unfaithful(article.text, said, language=article.language, said_in=language, words=claim_words())
        if not why and not await self._alike(article.text, said):
            why = "meaning"
        if why:
            log.info("advice refused", why=why)
            return article, "refused_words"
        return replace(article, text=said.strip(), language=language), "rephrased"

    async def _alike(self, text: str, said: str) -> bool:
        one, other = await self.meaning.of(text), await self.meaning.of(said)
        if one is None or other is None:
            return False
        return sum(a * b for a, b in zip(one, other, strict=True)) >= NEAR_ENOUGH

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Raises NotAdvised resting or busy before anything is asked."""
        if self.clock() < self._rests_until:
            raise NotAdvised("resting")
        if self._under_way >= self.at_once:
            raise NotAdvised("busy")
        if self._failures >= FAILURES_REST:
            self._rests_until = self.clock() + REST_S  # one is let through; the others wait for how that goes
        self._under_way += 1
        try:
            yield
        except NotAdvised:
            self._failures += 1
            if self._failures >= FAILURES_REST:
                self._rests_until = self.clock() + REST_S
                log.warning("adviser left alone", failures=self._failures, rest_s=REST_S)
            raise
        else:
            self._failures, self._rests_until = 0, 0.0
        finally:
            self._under_way -= 1


async def advised(
    advising: Advising, talk: Talk, heard: Heard, world: World, find: Callable[[], Awaitable[Sequence[Option]]]
) -> Heard:
    """What was heard, with what the adviser made of it and how that went. find: the options, likeliest first."""
    advice: list[Advice] = []
    without = step(talk, heard, world)
    if advising.may != "rephrase" and _open(talk, without) and (options := (await find())[:MOST_OPTIONS]):
        option, came_of_it = await advising.choose(heard.text, options)
        advice.append(came_of_it)
        if option is not None:
            heard = _meaning(heard, option)
            without = step(talk, heard, world)
    if advising.may != "choose" and without.decision == "article" and heard.article is not None:
        article, came_of_it = await advising.rephrase(heard.article, without.talk.language)
        advice.append(came_of_it)
        heard = replace(heard, article=article)
    return replace(heard, advice=tuple(advice))


def _open(talk: Talk, without: Stepped) -> bool:
    """Whether it is not known what was meant; what answers a question of the bot's own is no matter for advice."""
    given_up = without.decision == "handed_over" and without.talk.reason == "not_understood"
    return not talk.waiting and (without.decision in OPEN or given_up)


def _meaning(heard: Heard, option: Option) -> Heard:
    """The message as one that means the option: surely enough to act on, and no surer."""
    if option.article is not None:
        return replace(heard, article=option.article)
    others = [each for each in heard.understood.candidates if each.intent != option.intent]
    chosen = Candidate(intent=option.intent, confidence=max(SURE, *(each.confidence for each in others), 0.0))
    understood = replace(heard.understood, candidates=(chosen, *others), accepted=True, also=())
    return replace(heard, understood=understood)
