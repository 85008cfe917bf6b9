"""Reading articles, lists of them, and what is missing among them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice

from router.core.search_words import alike
from router.core.words import AgentId, ConversationId
from router.engine.centre import Centre
from router.engine.knowledge import records
from router.engine.knowledge.searching import STAFF
from router.engine.knowledge.writing import editing, may_edit
from router.engine.patience import patiently
from router.protocol import knowledge
from router.protocol.errors import NotFound
from router.store.postgres import article_use, articles, help_visits
from router.store.postgres.articles import Audience
from router.store.postgres.cases import lists

FORGOTTEN_EVERY_S = 600.0


async def read(
    centre: Centre, article_id: str, language: str, audiences: Sequence[Audience] = STAFF
) -> knowledge.ArticleShown:
    """Errors: unknown_article, also for one that is for others only."""
    found = await articles.shown(centre.database, [article_id], language, audiences)
    if article_id not in found:
        raise NotFound("unknown_article")
    return records.shown(found[article_id])


async def listed(centre: Centre, me: AgentId, asked: knowledge.ListArticles) -> knowledge.ArticleList:
    if asked.which != "all":
        editing(centre, me)
    rows = await article_use.listed(
        centre.database,
        which=asked.which,
        category=asked.category,
        language=asked.language,
        published_only=not may_edit(centre, me),
        after=asked.after,
        limit=asked.limit + 1,
        now=centre.now(),
    )
    more = len(rows) > asked.limit
    return knowledge.ArticleList(articles=[records.summary(row) for row in rows[: asked.limit]], more=more)


async def fetch(centre: Centre, me: AgentId, article_id: str) -> knowledge.ArticleFetched:
    editing(centre, me)
    rows, texts = await asyncio.gather(
        article_use.listed(
            centre.database,
            which="all",
            category="",
            language="en",
            published_only=False,
            after="",
            limit=1,
            now=centre.now(),
            only=article_id,
        ),
        articles.newest(centre.database, article_id),
    )
    if not rows:
        raise NotFound("unknown_article")
    return knowledge.ArticleFetched(
        article=records.summary(rows[0]),
        texts=[records.text(centre, text) for text in texts],
        case_number=await _case_number(centre, rows[0].article.proposed_from),
    )


async def _case_number(centre: Centre, proposed_from: str) -> int:
    place = ConversationId(proposed_from)
    of_place = (await lists.of_conversations(centre.database, [place])).values() if place else ()
    found = await lists.rows(centre.database, list(of_place))
    return found[0].matter.number if found else 0


async def categories(centre: Centre, me: AgentId) -> knowledge.Categories:
    rows = await articles.categories(centre.database)
    return knowledge.Categories(
        categories=[
            knowledge.ArticleCategory(key=row.key, parent=row.parent, position=row.position, labels=row.labels)
            for row in rows
        ],
        may_edit=may_edit(centre, me),
    )


async def used(centre: Centre, asked: knowledge.ArticleUsed) -> None:
    if not await article_use.count(centre.database, asked.article_id, asked.what, now=centre.now()):
        raise NotFound("unknown_article")


# ---------------------------------------------------------------- what is missing


async def missed(centre: Centre, me: AgentId, asked: knowledge.FetchMissed) -> knowledge.Missed:
    """Like questions of one language together."""
    editing(centre, me)
    return knowledge.Missed(groups=list(islice(await _missed(centre), asked.limit)))


async def _missed(centre: Centre) -> list[knowledge.MissedSearch]:
    rows = await article_use.all_missed(centre.database)
    by_text = {(row.language, row.text): row for row in rows}
    groups = []
    for language in dict.fromkeys(row.language for row in rows):
        same = [row.text for row in rows if row.language == language]
        for texts in await asyncio.to_thread(alike, same):  # a third of a second for all of them
            members = [by_text[language, text] for text in texts]
            groups.append(
                knowledge.MissedSearch(
                    language=language,
                    texts=texts,
                    count=sum(member.count for member in members),
                    last_at=max(member.last_at for member in members),
                )
            )
    return sorted(groups, key=lambda group: (-group.count, -group.last_at))


async def overview(centre: Centre, me: AgentId, asked: knowledge.FetchKnowledgeOverview) -> knowledge.KnowledgeOverview:
    editing(centre, me)
    now = centre.now()
    to_do, missing, visits = await asyncio.gather(
        article_use.to_do(centre.database, now=now),
        _missed(centre),
        help_visits.counted(centre.database, now - asked.days * article_use.DAY_MS, now + 1),
    )
    return knowledge.KnowledgeOverview(
        drafts=to_do.drafts,
        stale=to_do.stale,
        missing=len(missing),
        visits=visits.visits,
        helped=visits.helped,
        not_helped=visits.not_helped,
        person=visits.person,
        satisfied=visits.satisfied,
        left=visits.left,
        unanswered=visits.unanswered,
    )


async def dismiss(centre: Centre, me: AgentId, asked: knowledge.DismissMissed) -> None:
    editing(centre, me)
    await article_use.dismiss_missed(centre.database, asked.language, asked.texts)


async def run_forgetting(centre: Centre) -> None:
    """Keep what is missing, and how visits went, within bounds, for ever."""

    async def once() -> None:
        await asyncio.sleep(FORGOTTEN_EVERY_S)
        await article_use.forget_oldest_missed(centre.database)
        await help_visits.forget_old(centre.database, now=centre.now())

    await patiently("missed searches", once)
