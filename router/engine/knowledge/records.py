"""Articles as the wire has them."""

from __future__ import annotations

from router.core import article_text
from router.core.words import AgentId
from router.engine.centre import Centre
from router.protocol import knowledge
from router.store.postgres.article_use import Listed
from router.store.postgres.articles import Shown, Version


def text(centre: Centre, row: Version) -> knowledge.ArticleText:
    return knowledge.ArticleText(
        language=row.language,
        version=row.version,
        published=row.published,
        title=row.title,
        body=row.body,
        examples=row.examples,
        saved_at=row.saved_at,
        saved_by=centre.staff.name_of(AgentId(row.saved_by)),
    )


def shown(row: Shown) -> knowledge.ArticleShown:
    return knowledge.ArticleShown(
        article_id=row.article.id,
        key=row.article.key,
        category=row.article.category,
        audience=row.article.audience,
        language=row.language,
        languages=row.languages,
        title=row.title,
        html=article_text.html(row.body),
        parts=[knowledge.ArticlePart(heading=part.heading, text=part.text) for part in article_text.parts(row.body)],
        published_at=row.published_at,
    )


def summary(row: Listed) -> knowledge.ArticleSummary:
    article = row.article
    state: knowledge.ArticleState = "published" if row.languages else "draft"
    return knowledge.ArticleSummary(
        article_id=article.id,
        key=article.key,
        category=article.category,
        audience=article.audience,
        state="archived" if article.archived_at is not None else state,
        language=row.language,
        title=row.title,
        languages=row.languages,
        drafts=row.drafts,
        changed_at=article.changed_at,
        reviewed_at=article.reviewed_at,
        used=row.used,
        helped=row.helped,
        not_helped=row.not_helped,
        used_at=row.used_at,
        proposed_from=article.proposed_from,
    )
