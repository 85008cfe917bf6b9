"""What the knowledge base has for a bot: the article that answers, and what a message may also be about."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.article_text import parts
from router.core.bot.definition import Bot
from router.core.bot.facts import Article
from router.core.bot.meaning import ARTICLE
from router.core.understood import Understood
from router.engine.bot.advising import Option
from router.engine.centre import Centre
from router.engine.knowledge import searching
from router.store.postgres import articles

SURE_ARTICLE = 0.67
"""Score from which an article is given as an answer, where meaning counts in it: docs/benchmarks/knowledge.md."""
MOST_ARTICLE_CHARS = 700
MOST_FOUND = 5


async def article(centre: Centre, meant: str, text: str, language: str) -> Article | None:
    """The one that was asked for by its intent, or the one that is surely about the text."""
    if meant.startswith(ARTICLE):
        name = meant.removeprefix(ARTICLE)
        shown = (await articles.shown(centre.database, [name], language, searching.PUBLIC)).get(name)
        return answer_of(shown) if shown is not None else None
    hits = await searching.search(centre, text, language, limit=1)
    sure = bool(hits) and hits[0].by_meaning and hits[0].score >= SURE_ARTICLE  # by words alone no score is sure
    return answer_of(hits[0].shown) if sure else None


async def options(centre: Centre, bot: Bot, understood: Understood, text: str, language: str) -> Sequence[Option]:
    """What the text may be about: first what the bot does or answers itself, then articles; likeliest first each."""
    own = [
        Option(intent=each.intent, title=title)
        for each in understood.candidates
        if (title := bot.title_of(each.intent, language))
    ]
    hits = await searching.search(centre, text, language, limit=MOST_FOUND)
    return own + [
        Option(intent=ARTICLE + hit.shown.article.id, title=hit.shown.title, article=answer_of(hit.shown))
        for hit in hits
    ]


def answer_of(shown: articles.Shown) -> Article:
    return Article(name=shown.article.id, title=shown.title, text=_lead(shown.body), language=shown.language)


def _lead(body: str) -> str:
    """The first part of an article that reads as an answer, cut at a word."""
    texts = [part.text for part in parts(body) if part.text]
    text = next((text for text in texts if " | " not in text), "\n".join(texts[:1]))  # tables are no answers
    return text if len(text) <= MOST_ARTICLE_CHARS else text[:MOST_ARTICLE_CHARS].rsplit(" ", 1)[0] + " …"
