"""Writing articles: versions, publishing, categories.

Editors are supervisors and admins. Everything is durable and audited before it is answered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from typing import NoReturn

from router.core import article_text
from router.core.words import AgentId
from router.engine.audited import note
from router.engine.centre import Centre
from router.engine.knowledge import records
from router.engine.text import message_text, one_line
from router.protocol import knowledge
from router.protocol.errors import BadRequest, Conflict, Forbidden, NotFound
from router.store.postgres import articles

TITLE_CHARS, BODY_CHARS = 150, 20_000
MOST_EXAMPLES, EXAMPLE_CHARS = 60, 200
LABEL_CHARS = 60
HISTORY_PAGE = 50
_NOT_IN_KEY = re.compile(r"[^a-z0-9]+")


def may_edit(centre: Centre, me: AgentId) -> bool:
    colleague = centre.staff.get(me)
    return colleague is not None and colleague.role != "agent"


def editing(centre: Centre, me: AgentId) -> None:
    """Raises Forbidden wrong_role."""
    if not may_edit(centre, me):
        raise Forbidden("wrong_role")


# ---------------------------------------------------------------- versions


async def save(centre: Centre, me: AgentId, asked: knowledge.SaveArticle) -> knowledge.ArticleSaved:
    editing(centre, me)
    title = one_line(message_text(asked.title, TITLE_CHARS), TITLE_CHARS, field="title")
    new_id = "art_" + blake2b(f"{me}\n{asked.client_id}".encode(), digest_size=12).hexdigest()
    if asked.article_id and await articles.by_id(centre.database, asked.article_id) is None:
        raise NotFound("unknown_article")
    article_id = asked.article_id or new_id
    saving = articles.Saving(
        article_id=article_id,
        key=asked.key or key_of(title, article_id),
        category=asked.category,
        audience=asked.audience,
        language=asked.language,
        base_version=asked.base_version,
        title=title,
        body=message_text(asked.body, BODY_CHARS),
        examples=_examples(asked.examples),
        by=me,
        at=centre.now(),
    )
    return await _saved(centre, me, saving, "article.save")


async def _saved(centre: Centre, me: AgentId, saving: articles.Saving, act: str) -> knowledge.ArticleSaved:
    version = await articles.save(centre.database, saving)
    if isinstance(version, articles.Refused):
        refuse(version)
    await note(centre, me, act, saving.article_id, language=saving.language, version=version)
    return knowledge.ArticleSaved(article_id=saving.article_id, language=saving.language, version=version)


def refuse(refused: articles.Refused) -> NoReturn:
    """Raise what clients are told of it."""
    match refused.reason:
        case "changed":
            raise Conflict("article_changed", version=refused.version)
        case "exists":
            raise Conflict("article_exists")
        case _:
            raise NotFound("unknown_category")


def _examples(examples: Sequence[str]) -> list[str]:
    """Each once, without empty ones."""
    if len(examples) > MOST_EXAMPLES:
        raise BadRequest("bad_value", f"At most {MOST_EXAMPLES} questions.", field="examples")
    told = (one_line(example, EXAMPLE_CHARS, field="examples") for example in examples)
    return list(dict.fromkeys(example for example in told if example))


def key_of(title: str, article_id: str) -> str:
    """A name for addresses: the title's Latin letters, and a little of the id so that it is nobody else's."""
    apart = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = _NOT_IN_KEY.sub("-", apart).strip("-")[:50].strip("-")
    return f"{words}-{article_id[-6:]}" if words else f"article-{article_id[-6:]}"


async def publish(centre: Centre, me: AgentId, asked: knowledge.PublishArticle) -> None:
    editing(centre, me)
    now = centre.now()
    if not await articles.publish(centre.database, asked.article_id, asked.language, _small(asked.version), at=now):
        raise NotFound("unknown_article")
    await note(centre, me, "article.publish", asked.article_id, language=asked.language, version=asked.version)
    centre.meaning.something_published.set()


async def withdraw(centre: Centre, me: AgentId, asked: knowledge.WithdrawArticle) -> None:
    editing(centre, me)
    await articles.withdraw(centre.database, asked.article_id, asked.language)
    await note(centre, me, "article.withdraw", asked.article_id, language=asked.language)


async def restore(centre: Centre, me: AgentId, asked: knowledge.RestoreArticle) -> knowledge.ArticleSaved:
    editing(centre, me)
    article = await articles.by_id(centre.database, asked.article_id)
    old = await articles.version(centre.database, asked.article_id, asked.language, _small(asked.version))
    newest = await articles.versions(centre.database, asked.article_id, asked.language, before=0, limit=1)
    if article is None or old is None:
        raise NotFound("unknown_article")
    saving = articles.Saving(
        article_id=article.id,
        key=article.key,
        category=article.category,
        audience=article.audience,
        language=old.language,
        base_version=newest[0].version,
        title=old.title,
        body=old.body,
        examples=old.examples,
        by=me,
        at=centre.now(),
    )
    return await _saved(centre, me, saving, "article.restore")


async def archive(centre: Centre, me: AgentId, asked: knowledge.ArchiveArticle) -> None:
    editing(centre, me)
    at = centre.now() if asked.archived else None
    if not await articles.archive(centre.database, asked.article_id, archived_at=at):
        raise NotFound("unknown_article")
    await note(centre, me, "article.archive", asked.article_id, archived=asked.archived)


async def review(centre: Centre, me: AgentId, asked: knowledge.ReviewArticle) -> None:
    editing(centre, me)
    if not await articles.reviewed(centre.database, asked.article_id, at=centre.now()):
        raise NotFound("unknown_article")
    await note(centre, me, "article.review", asked.article_id)


async def versions(centre: Centre, me: AgentId, asked: knowledge.FetchVersions) -> knowledge.ArticleVersions:
    editing(centre, me)
    rows = await articles.versions(
        centre.database, asked.article_id, asked.language, before=asked.before, limit=HISTORY_PAGE
    )
    return knowledge.ArticleVersions(versions=[records.text(centre, row) for row in rows])


def preview(asked: knowledge.PreviewArticle) -> knowledge.ArticlePreview:
    body = message_text(asked.body, BODY_CHARS) if asked.body.strip() else ""
    return knowledge.ArticlePreview(html=article_text.html(body))


def _small(number: int) -> int:
    return min(number, 2**31 - 1)


# ---------------------------------------------------------------- categories


async def put_category(centre: Centre, me: AgentId, asked: knowledge.PutCategory) -> None:
    editing(centre, me)
    labels = {language: one_line(label, LABEL_CHARS, field="labels") for language, label in asked.labels.items()}
    if not labels or not all(labels.values()):
        raise BadRequest("bad_value", "A category needs a label.", field="labels")
    wanted = articles.Category(key=asked.key, parent=asked.parent, position=asked.position, labels=labels)
    refusal = await articles.put_category(centre.database, wanted)
    if refusal == "unknown_category":
        raise NotFound("unknown_category")
    if refusal is not None:
        raise BadRequest("bad_value", "A category cannot be below itself.", field="parent")
    await note(centre, me, "category.put", asked.key)


async def remove_category(centre: Centre, me: AgentId, asked: knowledge.RemoveCategory) -> None:
    editing(centre, me)
    if not await articles.remove_category(centre.database, asked.key):
        raise Conflict("category_in_use")
    await note(centre, me, "category.remove", asked.key)
