"""Articles, their versions and categories. What readers find of an article is written when it is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from router.core.article_text import plain
from router.core.search_words import configuration, searchable
from router.core.words import Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

Audience = Literal["public", "agents"]
Refusal = Literal["changed", "exists", "unknown", "unknown_category"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    key: str
    parent: str = ""
    position: int = 0
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """archived_at: None: it is in use. proposed_from: a conversation, or "" when somebody simply wrote it."""

    id: str
    key: str
    category: str
    audience: Audience
    archived_at: Ms | None
    proposed_from: str
    created_at: Ms
    created_by: str
    changed_at: Ms
    reviewed_at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """published: it is what readers see."""

    article_id: str
    language: str
    version: int
    title: str
    body: str
    examples: list[str]
    saved_at: Ms
    saved_by: str
    published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """A version to save. article_id: the article's, also of one that is new with this version.

    base_version: what it was made from; 0: nothing.
    """

    article_id: str
    key: str
    category: str
    audience: Audience
    language: str
    base_version: int
    title: str
    body: str
    examples: Sequence[str]
    by: str
    at: Ms
    proposed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """version: the newest there is, when it changed meanwhile."""

    reason: Refusal
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A published text as readers get it. languages: all that are published."""

    article: Article
    language: str
    title: str
    body: str
    published_at: Ms
    languages: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published text with the questions people ask."""

    article: Article
    language: str
    version: int
    title: str
    body: str
    examples: list[str]


ARTICLE = (
    "a.id, a.key, a.category, a.audience, a.archived_at, a.proposed_from, a.created_at, a.created_by, a.changed_at,"
    " a.reviewed_at"
)
VERSION = (
    "v.article_id, v.language, v.version, v.title, v.body, v.examples, v.saved_at, v.saved_by,"
    " v.version = t.published IS TRUE AS published"
)


# ---------------------------------------------------------------- categories


async def categories(database: Database) -> list[Category]:
    """Parents before their children, each level by position."""
    rows = await database.fetch(
        """
        WITH RECURSIVE tree AS (
            SELECT *, 0 AS depth FROM article_categories WHERE parent IS NULL
            UNION ALL SELECT c.*, depth + 1 FROM article_categories c JOIN tree ON c.parent = tree.key
        ) SELECT key, coalesce(parent, '') AS parent, position, labels FROM tree ORDER BY depth, position, key
        """
    )
    return [Category(**row) for row in rows]


async def put_category(database: Database, category: Category) -> Refusal | None:
    """unknown_category: there is no such parent; changed: it would be below itself."""
    async with database.transaction() as connection:
        await connection.execute("LOCK TABLE article_categories IN SHARE ROW EXCLUSIVE MODE")
        if category.parent:
            above = await connection.fetch(
                """
                WITH RECURSIVE above AS (
                    SELECT key, parent FROM article_categories WHERE key = $1
                    UNION SELECT c.key, c.parent FROM article_categories c JOIN above ON c.key = above.parent
                ) SELECT key FROM above
                """,
                category.parent,
            )
            if not above:
                return "unknown_category"
            if category.key in {row["key"] for row in above}:
                return "changed"
        await connection.execute(
            """
            INSERT INTO article_categories (key, parent, position, labels) VALUES ($1, nullif($2, ''), $3, $4)
            ON CONFLICT (key) DO UPDATE SET parent = nullif($2, ''), position = $3, labels = $4
            """,
            *(category.key, category.parent, category.position, category.labels),
        )
    return None


async def remove_category(database: Database, key: str) -> bool:
    """False: articles or categories are in it."""
    try:
        await database.execute("DELETE FROM article_categories WHERE key = $1", key)
    except asyncpg.ForeignKeyViolationError:
        return False
    return True


# ---------------------------------------------------------------- writing


async def save(database: Database, saving: Saving) -> int | Refused:
    """The number of the version that was saved. The same text saved again is the version it is already."""
    kept(saving.title, saving.body, *saving.examples)
    try:
        async with database.transaction() as connection:
            return await _save(connection, saving)
    except _Changed as changed:
        return Refused(reason="changed", version=changed.version)
    except asyncpg.ForeignKeyViolationError:
        return Refused(reason="unknown_category")
    except asyncpg.UniqueViolationError:  # of the key; ids and versions are guarded by the row's lock
        return Refused(reason="exists")


class _Changed(Exception):
    """Ends the transaction: nothing of the saving is kept."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


async def _save(connection: Any, saving: Saving) -> int | Refused:
    await connection.execute(  # locks the article: versions are made one after another
        """
        INSERT INTO articles
            (id, key, category, audience, proposed_from, created_at, created_by, changed_at, reviewed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $6)
        ON CONFLICT (id) DO UPDATE SET category = $3, audience = $4, changed_at = $6
        """,
        *(saving.article_id, saving.key, saving.category, saving.audience, saving.proposed_from, saving.at, saving.by),
    )
    newest = await connection.fetchrow(
        """
        SELECT v.version, v.title, v.body, v.examples FROM article_versions v
        WHERE v.article_id = $1 AND v.language = $2 ORDER BY v.version DESC LIMIT 1
        """,
        *(saving.article_id, saving.language),
    )
    latest: int = newest["version"] if newest is not None else 0
    if newest is not None and (newest["title"], newest["body"], newest["examples"]) == (
        saving.title,
        saving.body,
        list(saving.examples),
    ):
        return latest
    if latest != saving.base_version:
        raise _Changed(latest)
    await connection.execute(
        """
        INSERT INTO article_versions (article_id, language, version, title, body, examples, saved_at, saved_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        *(saving.article_id, saving.language, latest + 1, saving.title, saving.body, list(saving.examples)),
        *(saving.at, saving.by),
    )
    await connection.execute(
        """
        INSERT INTO article_texts (article_id, language, latest) VALUES ($1, $2, $3)
        ON CONFLICT (article_id, language) DO UPDATE SET latest = $3
        """,
        *(saving.article_id, saving.language, latest + 1),
    )
    return latest + 1


async def publish(database: Database, article_id: str, language: str, version: int, *, at: Ms) -> bool:
    """Readers see and find this version from now on; False: there is none. It counts as reviewed."""
    async with database.transaction() as connection:
        row = await connection.fetchrow(
            "SELECT title, body, examples FROM article_versions"
            " WHERE article_id = $1 AND language = $2 AND version = $3",
            *(article_id, language, version),
        )
        if row is None:
            return False
        texts = (row["title"], "\n".join(row["examples"]), plain(row["body"]))
        await connection.execute(
            """
            UPDATE article_texts SET published = $3, published_at = $4, words =
                setweight(to_tsvector($5::regconfig, $6), 'A') || setweight(to_tsvector($5::regconfig, $7), 'B')
                || setweight(to_tsvector($5::regconfig, $8), 'C')
            WHERE article_id = $1 AND language = $2
            """,
            *(article_id, language, version, at, configuration(language)),
            *(searchable(language, text) for text in texts),
        )
        await connection.execute("UPDATE articles SET changed_at = $2, reviewed_at = $2 WHERE id = $1", article_id, at)
    return True


async def withdraw(database: Database, article_id: str, language: str) -> None:
    await database.execute(
        "UPDATE article_texts SET published = NULL, published_at = NULL, words = NULL"
        " WHERE article_id = $1 AND language = $2",
        *(article_id, language),
    )


async def archive(database: Database, article_id: str, *, archived_at: Ms | None) -> bool:
    changed = await database.execute("UPDATE articles SET archived_at = $2 WHERE id = $1", article_id, archived_at)
    return changed == 1


async def reviewed(database: Database, article_id: str, *, at: Ms) -> bool:
    return await database.execute("UPDATE articles SET reviewed_at = $2 WHERE id = $1", article_id, at) == 1


# ---------------------------------------------------------------- reading


async def by_id(database: Database, article_id: str) -> Article | None:
    row = await database.fetch_row(f"SELECT {ARTICLE} FROM articles a WHERE id = $1", article_id)  # noqa: S608
    return None if row is None else Article(**row)


async def by_key(database: Database, key: str) -> Article | None:
    kept(key)
    row = await database.fetch_row(f"SELECT {ARTICLE} FROM articles a WHERE key = $1", key)  # noqa: S608
    return None if row is None else Article(**row)


async def newest(database: Database, article_id: str) -> list[Version]:
    """The newest version of each language."""
    rows = await database.fetch(
        f"""
        SELECT {VERSION} FROM article_texts t JOIN article_versions v
            ON v.article_id = t.article_id AND v.language = t.language AND v.version = t.latest
        WHERE t.article_id = $1 ORDER BY v.language
        """,  # noqa: S608 - a constant
        article_id,
    )
    return [Version(**row) for row in rows]


async def versions(database: Database, article_id: str, language: str, *, before: int, limit: int) -> list[Version]:
    """Newest first, those older than `before` (0: from the newest)."""
    rows = await database.fetch(
        f"""
        SELECT {VERSION} FROM article_versions v JOIN article_texts t USING (article_id, language)
        WHERE v.article_id = $1 AND v.language = $2 AND ($3 = 0 OR v.version < $3) ORDER BY v.version DESC LIMIT $4
        """,  # noqa: S608 - a constant
        *(article_id, language, min(before, 2**31 - 1), limit),
    )
    return [Version(**row) for row in rows]


async def version(database: Database, article_id: str, language: str, number: int) -> Version | None:
    found = await versions(database, article_id, language, before=min(number, 2**31 - 2) + 1, limit=1)
    return found[0] if found and found[0].version == number else None


async def shown(
    database: Database, ids: Sequence[str], language: str, audiences: Sequence[Audience], fallback: str = "en"
) -> dict[str, Shown]:
    """Published texts by article id, each in this language, else in the fallback's, else in any."""
    rows = await database.fetch(
        f"""
        SELECT DISTINCT ON (a.id) {ARTICLE}, v.language, v.title, v.body, t.published_at,
            ARRAY(SELECT o.language FROM article_texts o WHERE o.article_id = a.id AND o.published IS NOT NULL
                ORDER BY o.language) AS languages
        FROM articles a JOIN article_texts t ON t.article_id = a.id AND t.published IS NOT NULL
        JOIN article_versions v ON v.article_id = a.id AND v.language = t.language AND v.version = t.published
        WHERE a.id = ANY ($1) AND a.archived_at IS NULL AND a.audience = ANY ($2)
        ORDER BY a.id, v.language = $3 DESC, v.language = $4 DESC, v.language
        """,  # noqa: S608 - a constant
        *(list(ids), list(audiences), language, fallback),
    )
    return {row["id"]: _shown(row) for row in rows}


async def published(database: Database) -> list[Published]:
    """All that is published and not archived, by key; of each article the text in English first."""
    rows = await database.fetch(
        f"""
        SELECT {ARTICLE}, v.language, v.version, v.title, v.body, v.examples
        FROM articles a JOIN article_texts t ON t.article_id = a.id
        JOIN article_versions v ON v.article_id = a.id AND v.language = t.language AND v.version = t.published
        WHERE a.archived_at IS NULL ORDER BY a.key, v.language = 'en' DESC, v.language
        """  # noqa: S608 - a constant
    )
    beside = ("language", "version", "title", "body", "examples")
    return [
        Published(
            article=Article(**{name: value for name, value in row.items() if name not in beside}),
            **{name: row[name] for name in beside},
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    key: str
    category: str
    language: str
    title: str


async def titles(
    database: Database, language: str, audiences: Sequence[Audience], fallback: str, *, limit: int = 1_000
) -> list[Title]:
    """Of all that is published, each in this language, else in the fallback's, else in any; what helped most first."""
    rows = await database.fetch(
        """
        WITH shown AS (
            SELECT DISTINCT ON (a.id) a.id, a.key, a.category, v.language, v.title
            FROM articles a JOIN article_texts t ON t.article_id = a.id AND t.published IS NOT NULL
            JOIN article_versions v ON v.article_id = a.id AND v.language = t.language AND v.version = t.published
            WHERE a.archived_at IS NULL AND a.audience = ANY ($2)
            ORDER BY a.id, v.language = $1 DESC, v.language = $3 DESC, v.language
        )
        SELECT key, category, language, title FROM shown ORDER BY (
            SELECT coalesce(sum(CASE what WHEN 'helped' THEN count WHEN 'not_helped' THEN -count ELSE 0 END), 0)
            FROM article_counts WHERE article_id = shown.id
        ) DESC, title LIMIT $4
        """,
        *(language, list(audiences), fallback, limit),
    )
    return [Title(**row) for row in rows]


async def any_published(database: Database, audiences: Sequence[Audience]) -> bool:
    """Whether there is anything to be found by these people."""
    found: bool = await database.fetch_value(
        """
        SELECT EXISTS (SELECT FROM articles a JOIN article_texts t ON t.article_id = a.id AND t.published IS NOT NULL
            WHERE a.archived_at IS NULL AND a.audience = ANY ($1))
        """,
        list(audiences),
    )
    return found


async def is_empty(database: Database) -> bool:
    """Whether nobody ever wrote an article."""
    return not await database.fetch_value("SELECT EXISTS (SELECT FROM articles)")


def _shown(row: asyncpg.Record) -> Shown:
    facts = dict(row)
    texts = {name: facts.pop(name) for name in ("language", "title", "body", "published_at", "languages")}
    return Shown(article=Article(**facts), **texts)
