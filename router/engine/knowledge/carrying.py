"""A whole knowledge base, carried in from files and out to them. Carrying the same in twice changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import msgspec

from config.knowledge_files import (
    ActionFile,
    ArticleFile,
    ArticleText,
    CategoryFile,
    Head,
    KnowledgeFiles,
    MacroFile,
    QuickTextFile,
)
from router.core.policy import Policy
from router.core.words import Ms
from router.engine.ids import new_id
from router.engine.knowledge import checks
from router.protocol.errors import BadRequest
from router.protocol.macros import MacroAction
from router.store.postgres import articles, macros, quick_texts
from router.store.postgres.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """versions: texts that were new or different; published: those readers see now."""

    articles: int
    versions: int
    published: int
    quick_texts: int
    macros: int


async def carry_in(
    database: Database, policy: Policy, files: KnowledgeFiles, *, by: str, at: Ms, publish: bool
) -> Carried:
    """Add and change what the files say; what they do not name stays. Raises BadRequest for what cannot work here."""
    for position, category in enumerate(files.categories):
        wanted = articles.Category(
            key=category.key, parent=category.parent, position=position, labels=dict(category.labels)
        )
        if await articles.put_category(database, wanted) is not None:
            raise BadRequest("bad_value", f"Category {category.key!r} has no such parent.")
    versions = published = 0
    for article in files.articles:
        saved, shown = await _article(database, article, by=by, at=at, publish=publish)
        versions, published = versions + saved, published + shown
    for text in files.quick_texts:
        await _quick_text(database, text, at=at)
    for macro in files.macros:
        await _macro(database, policy, macro, at=at)
    return Carried(
        articles=len(files.articles),
        versions=versions,
        published=published,
        quick_texts=len(files.quick_texts),
        macros=len(files.macros),
    )


async def _article(database: Database, article: ArticleFile, *, by: str, at: Ms, publish: bool) -> tuple[int, int]:
    """How many versions were saved, and how many published."""
    there = await articles.by_key(database, article.key)
    article_id = there.id if there is not None else new_id("art")
    newest = {row.language: row for row in await articles.newest(database, article_id)} if there is not None else {}
    saved = shown = 0
    for text in article.texts:
        before = newest.get(text.head.language)
        version = await articles.save(
            database,
            articles.Saving(
                article_id=article_id,
                key=article.key,
                category=article.category,
                audience=article.audience,
                language=text.head.language,
                base_version=before.version if before is not None else 0,
                title=text.head.title,
                body=text.body.strip("\n"),
                examples=text.head.examples,
                by=by,
                at=at,
            ),
        )
        if isinstance(version, articles.Refused):
            raise BadRequest("bad_value", f"Article {article.key!r} was changed meanwhile.")
        saved += before is None or version != before.version
        if publish and not (before is not None and before.published and before.version == version):
            await articles.publish(database, article_id, text.head.language, version, at=at)
            shown += 1
    return saved, shown


async def _quick_text(database: Database, text: QuickTextFile, *, at: Ms) -> None:
    for language, written in text.texts.items():
        checks.text(written, f"quick_texts.{text.short}.{language}")
    there = await quick_texts.by_short(database, text.short)
    wanted = quick_texts.QuickText(
        id=there.id if there is not None else new_id("qt"),
        short=text.short,
        owner_id="",
        title=text.title,
        texts=dict(text.texts),
        teams=list(text.teams),
        revision=there.revision if there is not None else 0,
    )
    if there is None or (there.title, there.texts, there.teams) != (*(wanted.title, wanted.texts, wanted.teams),):
        await quick_texts.put(database, wanted, at=at)


async def _macro(database: Database, policy: Policy, macro: MacroFile, *, at: Ms) -> None:
    actions = [MacroAction(**msgspec.to_builtins(action)) for action in macro.actions]
    known = checks.Known(database=database, policy=policy)
    checks.condition(macro.condition, f"macros.{macro.key}.condition")
    for n, action in enumerate(actions, 1):
        await checks.action(known, action, f"macros.{macro.key}.{n}")
    there = next((row for row in await macros.every(database) if row.key == macro.key), None)
    wanted = macros.Macro(
        id=there.id if there is not None else new_id("mac"),
        key=macro.key,
        title=macro.title,
        keys=macro.keys,
        condition=macro.condition,
        actions=[msgspec.to_builtins(action) for action in actions],
        teams=list(macro.teams),
        revision=there.revision if there is not None else 0,
    )
    if there is None or wanted != replace(there, used=0):
        await macros.put(database, wanted, at=at)


# ---------------------------------------------------------------- out


async def carry_out(database: Database) -> KnowledgeFiles:
    """All that is published, everybody's quick texts, and macros. Drafts and what is archived stay behind."""
    found = []
    for key, texts in groupby(await articles.published(database), lambda row: row.article.key):
        found.append(ArticleFile(key=key, texts=tuple(_text(n, row) for n, row in enumerate(texts))))
    return KnowledgeFiles(
        categories=tuple(
            CategoryFile(key=row.key, parent=row.parent, labels=row.labels)
            for row in await articles.categories(database)
        ),
        articles=tuple(found),
        quick_texts=tuple(
            QuickTextFile(short=row.short, title=row.title, texts=row.texts, teams=tuple(row.teams))
            for row in await quick_texts.of(database, "")
        ),
        macros=tuple(
            MacroFile(
                key=row.key,
                title=row.title,
                keys=row.keys,
                condition=row.condition,
                actions=tuple(ActionFile(**action) for action in row.actions),
                teams=tuple(row.teams),
            )
            for row in await macros.every(database)
        ),
    )


def _text(n: int, row: articles.Published) -> ArticleText:
    head = Head(
        language=row.language,
        title=row.title,
        category=row.article.category if n == 0 else "",
        audience=row.article.audience if n == 0 else "public",
        examples=tuple(row.examples),
    )
    return ArticleText(head=head, body=row.body + "\n")
