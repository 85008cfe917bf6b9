"""What a text means to a bot: sure enough to act on, near enough to ask about, or nothing it has."""

from __future__ import annotations

from dataclasses import replace

from router.core.bot.definition import Bot
from router.core.understood import Candidate, Understood

ARTICLE = "article:"
"""Before an article's id: the intent of who asks what it answers."""
NEAR = 0.15
"""Two meanings whose confidence differs less are both possible."""
SURE = 0.75
"""Confidence from which a meaning is acted on; below it the customer is asked."""
LIKELY, LEAD = 0.5, 0.3
"""Confidence from which a meaning is acted on that no other comes near, and by how much it leads."""
BESIDE_ARTICLES = 0.15
"""Confidence from which a task or answer goes before articles about the same."""
POSSIBLE = 0.3
"""Below this confidence a meaning is not even asked about."""
MOST_NEAR = 3


def has(bot: Bot, intent: str) -> bool:
    """Whether the bot can do or answer this itself."""
    return intent in bot.flows or intent in bot.replies


def sure(understood: Understood) -> bool:
    """Sure enough to act on: certain, or likely and far before everything else."""
    best = understood.best
    if best is None or not understood.accepted:
        return False
    second = understood.candidates[1].confidence if len(understood.candidates) > 1 else 0.0
    return best.confidence >= SURE or (best.confidence >= LIKELY and best.confidence - second >= LEAD)


def answerable(bot: Bot, understood: Understood) -> bool:
    """Surely something the bot can do, answer or read up; what is surely none of it ("yes", "hm") is not."""
    best = understood.best
    return best is not None and sure(understood) and (has(bot, best.intent) or best.intent.startswith(ARTICLE))


def accepted(bot: Bot, understood: Understood) -> list[str]:
    """What is surely meant, in the order it was said."""
    if not sure(understood):
        return []
    meant = (*understood.candidates[:1], *understood.also)
    return list(dict.fromkeys(each.intent for each in meant if has(bot, each.intent)))


def near(bot: Bot, understood: Understood) -> list[str]:
    """What may be meant, the likeliest first: to be asked about."""
    known = [each for each in understood.candidates if has(bot, each.intent) and each.confidence >= POSSIBLE]
    return [each.intent for each in known[:MOST_NEAR] if known[0].confidence - each.confidence < NEAR]


def own_first(bot: Bot, understood: Understood) -> Understood:
    """What the bot can do itself goes before an article about the same: it has the article's probability, too."""
    own = [each for each in understood.candidates if has(bot, each.intent)]
    others = [each for each in understood.candidates if not has(bot, each.intent)]
    read = sum(each.confidence for each in others if each.intent.startswith(ARTICLE))
    if not own or not read or own[0].confidence < BESIDE_ARTICLES:
        return understood
    first = Candidate(intent=own[0].intent, confidence=min(1.0, own[0].confidence + read))
    return replace(understood, candidates=(first, *own[1:], *others))
