"""What a change to a bot would have changed: past questions, understood before and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from router.core.bot.definition import Bot
from router.core.bot.meaning import ARTICLE, SURE
from router.core.understood import Understood
from router.store.postgres.bot_report import Heard

Understand = Callable[[Sequence[str]], Sequence[Understood]]
"""Texts → what each means, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """times: how often it was asked. before, after: what is answered or begun; "" for nothing."""

    text: str
    language: str
    times: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Counts are of messages, repeats counted. gained: answered only after the change; lost: only before it."""

    messages: int
    same: int
    gained: int
    lost: int
    other: int
    differences: tuple[Difference, ...]


def compare(heard: Sequence[Heard], before: tuple[Bot, Understand], after: tuple[Bot, Understand]) -> Comparison:
    """The most frequent differences first."""
    times = Counter((each.text, each.language) for each in heard)
    texts = [text for text, _ in times]
    then = [surely(before[0], each) for each in before[1](texts)]
    now = [surely(after[0], each) for each in after[1](texts)]
    differences = [
        Difference(text=text, language=language, times=count, before=old, after=new)
        for ((text, language), count), old, new in zip(times.items(), then, now, strict=True)
        if old != new
    ]
    gained = sum(each.times for each in differences if not each.before)
    lost = sum(each.times for each in differences if not each.after)
    changed = sum(each.times for each in differences)
    return Comparison(
        messages=len(heard),
        same=len(heard) - changed,
        gained=gained,
        lost=lost,
        other=changed - gained - lost,
        differences=tuple(sorted(differences, key=lambda each: (-each.times, each.text))),
    )


def surely(bot: Bot, understood: Understood) -> str:
    """The intent that is acted on; "" when the customer would be asked, or nothing fits."""
    best = understood.best
    if best is None or not understood.accepted or best.confidence < SURE:
        return ""
    return best.intent if bot.title_of(best.intent, "") or best.intent.startswith(ARTICLE) else ""
