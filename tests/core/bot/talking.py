"""A customer and the demo's bot, without a server: what is said goes in, what is done comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import msgspec

from config.bot import DEMO, load_bot
from config.data_sources import DEMO as SOURCES
from config.data_sources import load_data_sources
from router.core.bot import actions
from router.core.bot.definition import Bot
from router.core.bot.draft import World
from router.core.bot.facts import Article, Fact, Heard, Told
from router.core.bot.overlap import Overlap
from router.core.bot.step import Stepped, step
from router.core.bot.talk import Talk
from router.core.data_source import Answer, Facts, State
from router.engine.bot.bots import examples

Answers = Mapping[str, tuple[State, tuple[Facts, ...]]]
TODAY = date(2026, 11, 20)
"""A Friday."""


@cache
def fern() -> Bot:
    return load_bot(DEMO, load_data_sources(SOURCES, {"DEMO_SHOP_URL": "http://shop", "DEMO_SHOP_TOKEN": "t"}))


@cache
def engine() -> Overlap:
    return Overlap(examples(fern()))


@dataclass(slots=True, kw_only=True)
class Chat:
    """answers: of data sources, by key; others find nothing. customer: what is known of them. world: more of it."""

    answers: Answers = field(default_factory=dict)
    customer: Mapping[str, str] = field(default_factory=dict)
    world: Mapping[str, Any] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    """The reasons of sources that refuse."""
    talk: Talk = field(default_factory=lambda: Talk(bot="fern", language="en", greeted=True))
    done: list[actions.AnyAction] = field(default_factory=list)
    last: Stepped | None = None

    def hear(self, fact: Fact) -> list[actions.AnyAction]:
        """What is done about it, consultations included, until the customer's turn comes."""
        self.last = step(
            self.talk, fact, World(**{"bot": fern(), "today": TODAY, "customer": self.customer, **self.world})
        )
        self.talk = msgspec.json.decode(msgspec.json.encode(self.last.talk), type=Talk)  # as it is kept
        done = list(self.last.actions)
        for action in self.last.actions:
            if isinstance(action, actions.Consult):
                state, rows = self.answers.get(action.source, ("missing", ()))
                reason = self.refusals.get(action.source, "")
                answer = Answer(source=action.source, state="refused" if reason else state, rows=rows, reason=reason)
                done += self.hear(Told(key=action.key, answer=answer))
        return done

    def say(self, text: str, *, article: Article | None = None) -> str:
        """What the bot says to it, its messages joined by lines."""
        heard = Heard(n=self.talk.heard_n + 1, text=text, understood=engine().understand_now(text), article=article)
        done = self.hear(heard)
        self.done += done
        return "\n".join(action.text for action in done if isinstance(action, actions.Say))

    def consulted(self, source: str) -> list[dict[str, str]]:
        return [each.values for each in self.done if isinstance(each, actions.Consult) and each.source == source]

    @property
    def offered(self) -> list[str]:
        return [offer.label for offer in self.talk.offered]

    @property
    def handed_over(self) -> actions.HandOver | None:
        return next((action for action in self.done if isinstance(action, actions.HandOver)), None)
