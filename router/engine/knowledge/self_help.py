"""Visitors who help themselves: they search and read what is public, and say whether it helped.

A visit is named by an id the visitor's page makes for it, and by nothing else.
"""

from __future__ import annotations

import msgspec

from router.core.words import Ms
from router.engine.centre import Centre
from router.engine.knowledge import searching
from router.engine.text import kept
from router.protocol import knowledge
from router.protocol.errors import NotFound
from router.store.postgres import article_use, articles, help_visits
from router.store.postgres.help_visits import What

FOUND = 5
MOST_TEXT_CHARS = 500


class SelfHelpNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Visits in which somebody searched or read. satisfied: it helped, they say, and they asked for no person.

    satisfied_share: of all visits, 0–1; null without any. left: read something, said nothing, asked for no person.
    unanswered: searched, and never found anything.
    """

    visits: int
    searched: int
    read: int
    helped: int
    not_helped: int
    person: int
    satisfied: int
    satisfied_share: float | None
    left: int
    unanswered: int


async def search(centre: Centre, account: str, visit_id: str, text: str, language: str) -> list[knowledge.ArticleHit]:
    """Public articles, best first. Errors: text_too_long, bad_text."""
    asked = kept(text, MOST_TEXT_CHARS).strip()
    if not asked:
        return []
    hits = await searching.search(centre, asked, language, searching.PUBLIC, limit=FOUND)
    await help_visits.searched(centre.database, visit_id, account, found=bool(hits), now=centre.now())
    if not hits:
        await searching.not_found(centre, asked, language)
    return [searching.record(hit) for hit in hits]


async def article(centre: Centre, key: str, language: str, fallback: str) -> articles.Shown:
    """Errors: unknown_article, also for one that is not public."""
    known = await articles.by_key(centre.database, key)
    found = (
        await articles.shown(centre.database, [known.id], language, searching.PUBLIC, fallback)
        if known is not None
        else {}
    )
    if known is None or known.id not in found:
        raise NotFound("unknown_article")
    return found[known.id]


async def happened(centre: Centre, account: str, visit_id: str, what: What, key: str) -> None:
    """key: the article that was read or judged. Errors: unknown_article."""
    if what != "person":
        shown = await article(centre, key, "en", "en")
        await article_use.count(centre.database, shown.article.id, what, now=centre.now())
    await help_visits.happened(centre.database, visit_id, account, what, now=centre.now())


async def numbers(centre: Centre, since: Ms, until: Ms) -> SelfHelpNumbers:
    counts = await help_visits.counted(centre.database, since, until)
    return SelfHelpNumbers(
        visits=counts.visits,
        searched=counts.searched,
        read=counts.read,
        helped=counts.helped,
        not_helped=counts.not_helped,
        person=counts.person,
        satisfied=counts.satisfied,
        satisfied_share=counts.satisfied / counts.visits if counts.visits else None,
        left=counts.left,
        unanswered=counts.unanswered,
    )
