"""The bots of a node: who they are, whose conversations they answer first, what they understand with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from router.core.bot.definition import Bot
from router.core.bot.overlap import Overlap
from router.core.understood import Learns, Understands, Understood
from router.core.words import ConversationId, Ms
from router.engine.bot.advising import Advising

FIRST_HOLD_MS: Ms = 60_000
"""How long a conversation that begins waits for its bot before a person gets it."""
UNDERSTAND_S = 3.0
"""Longer than an engine takes by itself (`router/understanding/service.py`), which learns from it that it hangs."""
MOST_UNDERSTOOD_CHARS = 2_000
ALMOST = 0.9
NOTHING = "nothing"
"""The intent of what no bot is for; files cannot have one of that name."""
MOST_WAITING = 10_000
"""Conversations that are to be looked at; more are found again in PostgreSQL."""


@dataclass(slots=True, kw_only=True)
class Bots:
    """by_name: those there are. engine: what they understand with; None: shared words. learner: what teaches it; None:
    nothing does. advising: the adviser they may ask; None: there is none."""

    by_name: Mapping[str, Bot] = field(default_factory=dict)
    engine: Understands | None = None
    learner: Learns | None = None
    advising: Advising | None = None
    to_look: dict[ConversationId, None] = field(default_factory=dict)
    looking: asyncio.Event = field(default_factory=asyncio.Event)
    outside: int = 0
    """Talks that wait for a data source, and so for nothing of ours."""
    _own: tuple[object, frozenset[str]] | None = None
    """Of which texts and bots the last answer of `own` was, and the answer."""
    _overlaps: dict[str, tuple[Bot, Overlap]] = field(default_factory=dict)

    def wake(self, conversation_id: ConversationId) -> None:
        if len(self.to_look) < MOST_WAITING:
            self.to_look[conversation_id] = None
        self.looking.set()

    @contextmanager
    def asking_outside(self) -> Iterator[None]:
        """Meanwhile another talk may have its turn."""
        self.outside += 1
        self.looking.set()
        try:
            yield
        finally:
            self.outside -= 1

    async def understood(self, bot: Bot, text: str, language: str) -> Understood:
        """What a text means among what the bot can do; in time, whatever the engine does."""
        text = text[:MOST_UNDERSTOOD_CHARS]
        found = Understood()
        if self.engine is not None:
            try:
                async with asyncio.timeout(UNDERSTAND_S):
                    found = await self.engine.understand(text)
            except TimeoutError:
                found = Understood()
        return self.or_shared_words(bot, text, found)

    def or_shared_words(self, bot: Bot, text: str, found: Understood) -> Understood:
        """What an engine found; where it found nothing, what shared words tell."""
        return found if found.candidates else self._overlap(bot).understand_now(text[:MOST_UNDERSTOOD_CHARS])

    def own(self, texts: frozenset[str]) -> frozenset[str]:
        """Texts that ask, almost word for word, what a bot does or answers itself: no article is to be taught by them.

        Some milliseconds a text the first time.
        """
        if self._own is None or self._own[0] != (texts, self.by_name):
            found = frozenset(text for text in texts if any(self._is_own(bot, text) for bot in self.by_name.values()))
            self._own = (texts, self.by_name), found
        return self._own[1]

    def _is_own(self, bot: Bot, text: str) -> bool:
        best = self._overlap(bot).understand_now(text).best
        return best is not None and best.intent != NOTHING and best.confidence >= ALMOST

    def _overlap(self, bot: Bot) -> Overlap:
        kept = self._overlaps.get(bot.name)
        if kept is None or kept[0] is not bot:
            kept = bot, Overlap(examples(bot))
            self._overlaps[bot.name] = kept
        return kept[1]


def examples(bot: Bot) -> list[tuple[str, str]]:
    """Intent and text of everything the bot was taught."""
    taught = {name: flow.examples for name, flow in bot.flows.items()}
    taught |= {name: reply.examples for name, reply in bot.replies.items()}
    taught[NOTHING] = bot.nothing
    return [(name, text) for name, said in taught.items() for texts in said.values() for text in texts]
