"""Finding articles: by words and by meaning together; and what agents are suggested while a customer writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.core.article_text import excerpt
from router.core.search_words import LANGUAGES, MOST_QUERY_CHARS, nameless
from router.core.words import AgentId, ConversationId
from router.engine import history
from router.engine.centre import Centre
from router.engine.text import kept
from router.protocol import knowledge
from router.store.postgres import article_search, article_use, articles, messages
from router.store.postgres import conversations as stored
from router.store.postgres.article_search import Found
from router.store.postgres.articles import Audience

MEANING_SHARE = 0.7
"""Of the score, when both are known: docs/benchmarks/knowledge.md."""
LEAST_SCORE = 0.12
MOST_TEXT_CHARS = 10_000
CANDIDATES = 30
HEARD_MESSAGES = 12
HEARD_OF_CUSTOMER = 3
PUBLIC: tuple[Audience, ...] = ("public",)
STAFF: tuple[Audience, ...] = ("public", "agents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found. score: 0 to 1. by_meaning: meaning counts in it, not words alone."""

    shown: articles.Shown
    score: float
    by_meaning: bool = False


async def search(
    centre: Centre, text: str, language: str, audiences: Sequence[Audience] = PUBLIC, *, limit: int = 10
) -> list[Hit]:
    """Published articles about a text, best first, each in this language or the nearest there is.

    Never takes much longer than PostgreSQL does: an engine that is late is not waited for.
    """
    asked = text.strip()[:MOST_QUERY_CHARS].encode("utf-8", "replace").decode()
    if not asked:
        return []
    words, near = await asyncio.gather(_words(centre, asked, language, audiences), _near(centre, asked, audiences))
    best = fused(words, near)[:limit]
    shown = await articles.shown(centre.database, [found.article_id for found in best], language, audiences)
    return [
        Hit(shown=shown[found.article_id], score=found.score, by_meaning=near is not None)
        for found in best
        if found.article_id in shown
    ]


async def _words(centre: Centre, text: str, language: str, audiences: Sequence[Audience]) -> list[Found]:
    """In the language of the page; who writes another than their page speaks is understood all the same."""
    for each in (language, *(other for other in LANGUAGES if other != language)):
        if found := await article_search.by_words(centre.database, text, each, audiences, limit=CANDIDATES):
            return found
    return []


async def _near(centre: Centre, text: str, audiences: Sequence[Audience]) -> list[Found] | None:
    vector = await centre.meaning.of(text)
    if vector is None or centre.meaning.embedder is None:
        return None
    return await article_search.by_meaning(
        centre.database, vector, centre.meaning.embedder.name, audiences, limit=CANDIDATES
    )


def fused(
    words: Iterable[Found], near: Iterable[Found] | None, *, share: float = MEANING_SHARE, least: float = LEAST_SCORE
) -> list[Found]:
    """Both orders as one, best first, without what hardly fits. near: None: words are all there is.

    share: of meaning in the score. least: score below which it hardly fits.
    """
    by_words = {found.article_id: found.score for found in words}
    if near is None:
        scores: Mapping[str, float] = by_words
    else:
        by_meaning = {found.article_id: found.score for found in near}
        scores = {
            article_id: (1 - share) * by_words.get(article_id, 0) + share * by_meaning.get(article_id, 0)
            for article_id in by_words | by_meaning
        }
    best = sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))
    return [Found(article_id=article_id, score=min(1.0, score)) for article_id, score in best if score >= least]


def record(hit: Hit) -> knowledge.ArticleHit:
    article = hit.shown.article
    return knowledge.ArticleHit(
        article_id=article.id,
        key=article.key,
        category=article.category,
        audience=article.audience,
        language=hit.shown.language,
        title=hit.shown.title,
        excerpt=excerpt(hit.shown.body),
        score=round(hit.score, 3),
    )


# ---------------------------------------------------------------- people who search


async def for_agent(centre: Centre, asked: knowledge.SearchArticles) -> knowledge.ArticlesFound:
    text = kept(asked.text, MOST_TEXT_CHARS).strip()[:MOST_QUERY_CHARS]
    hits = await search(centre, text, asked.language, STAFF, limit=asked.limit)
    if not hits and asked.remember:
        await not_found(centre, text, asked.language)
    return knowledge.ArticlesFound(hits=[record(hit) for hit in hits], asked=text)


async def suggest(centre: Centre, me: AgentId, asked: knowledge.SuggestArticles) -> knowledge.ArticlesFound:
    """By what the customer last wrote. Errors: not_yours, unknown_conversation."""
    await history.may_see(centre, me, asked.conversation_id)
    conversation_id = ConversationId(asked.conversation_id)
    row, said = await asyncio.gather(
        stored.by_id(centre.database, conversation_id),
        messages.page(centre.database, conversation_id, limit=HEARD_MESSAGES, notes=False),
    )
    theirs = [message.text for message in said if message.author == "customer" and message.text]
    text = "\n".join(theirs[-HEARD_OF_CUSTOMER:])[-MOST_QUERY_CHARS:]
    hits = await search(centre, text, row.language if row is not None else "", STAFF, limit=asked.limit)
    return knowledge.ArticlesFound(hits=[record(hit) for hit in hits], asked=text)


# ---------------------------------------------------------------- what is missing


async def not_found(centre: Centre, text: str, language: str) -> None:
    """Remember a question nothing was found for, without what names a person; a letter or two is none."""
    question = nameless(text)[:200]
    if len(question) > 2:
        await article_use.missed(centre.database, language, question, now=centre.now())
