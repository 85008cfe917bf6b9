"""How articles are used, which ones nobody looks after, and what people looked for in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from router.core.words import Ms
from router.store.postgres.articles import ARTICLE, Article
from router.store.postgres.database import Database

What = Literal["read", "inserted", "answered", "helped", "not_helped"]
Which = Literal["all", "drafts", "stale", "archived"]

DAY_MS = 86_400_000
COUNTED_MS = 90 * DAY_MS
REVIEWED_WITHIN_MS = 180 * DAY_MS
MOST_MISSED = 2_000
"""Questions kept; of more, those asked longest ago are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article as lists show it. title: in `language`, of what is newest."""

    article: Article
    language: str
    title: str
    languages: list[str]
    drafts: list[str]
    used: int
    helped: int
    not_helped: int
    used_at: Ms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """Articles in use with something unpublished; published ones nobody looks after."""

    drafts: int
    stale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    language: str
    text: str
    count: int
    last_at: Ms


async def count(database: Database, article_id: str, what: What, *, now: Ms) -> bool:
    """Count one more; False: there is no such article."""
    changed = await database.execute(
        """
        INSERT INTO article_counts (article_id, day, what, count) SELECT id, $2, $3, 1 FROM articles WHERE id = $1
        ON CONFLICT (article_id, day, what) DO UPDATE SET count = article_counts.count + 1
        """,
        *(article_id, now - now % DAY_MS, what),
    )
    return changed == 1


async def listed(
    database: Database,
    *,
    which: Which,
    category: str,
    language: str,
    published_only: bool,
    after: str,
    limit: int,
    now: Ms,
    only: str = "",
) -> list[Listed]:
    """By title, after the article with the id `after`; at most `limit`. category: with all below; empty: any.

    only: the article with this id and no other, archived or not.
    """
    rows = await database.fetch(
        f"""
        WITH RECURSIVE below AS (
            SELECT key FROM article_categories WHERE key = $1
            UNION SELECT c.key FROM article_categories c JOIN below ON c.parent = below.key
        ), counts AS (
            SELECT article_id, max(day) AS used_at,
                coalesce(sum(count) FILTER (WHERE what IN ('inserted', 'answered') AND day > $7), 0)::integer AS used,
                coalesce(sum(count) FILTER (WHERE what = 'helped' AND day > $7), 0)::integer AS helped,
                coalesce(sum(count) FILTER (WHERE what = 'not_helped' AND day > $7), 0)::integer AS not_helped
            FROM article_counts GROUP BY article_id
        ), shown AS (
            SELECT DISTINCT ON (a.id) {ARTICLE}, v.language, v.title,
                ARRAY(SELECT language FROM article_texts WHERE article_id = a.id AND published IS NOT NULL
                    ORDER BY language) AS languages,
                ARRAY(SELECT language FROM article_texts WHERE article_id = a.id AND published IS DISTINCT FROM latest
                    ORDER BY language) AS drafts
            FROM articles a JOIN article_texts t ON t.article_id = a.id AND (t.published IS NOT NULL OR NOT $4)
            JOIN article_versions v ON v.article_id = a.id AND v.language = t.language
                AND v.version = CASE WHEN $4 THEN t.published ELSE t.latest END
            WHERE ($1 = '' OR a.category IN (SELECT key FROM below))
                AND CASE WHEN $9 = '' THEN (a.archived_at IS NOT NULL) = ($2 = 'archived') ELSE a.id = $9 END
            ORDER BY a.id, v.language = $3 DESC, v.language = 'en' DESC, v.language
        ), listed AS (
            SELECT s.*, coalesce(used, 0) AS used, coalesce(helped, 0) AS helped, coalesce(not_helped, 0) AS not_helped,
                used_at, lower(title) AS place
            FROM shown s LEFT JOIN counts ON article_id = s.id
            WHERE CASE $2 WHEN 'drafts' THEN drafts <> ARRAY[]::text[]
                WHEN 'stale' THEN languages <> ARRAY[]::text[]
                    AND (reviewed_at < $8 OR greatest(created_at, coalesce(used_at, 0)) < $7)
                ELSE true END
        )
        SELECT * FROM listed
        WHERE $5 = '' OR (place, id) > (SELECT place, id FROM listed WHERE id = $5)
        ORDER BY place, id LIMIT $6
        """,  # noqa: S608 - a constant
        *(category, which, language, published_only, after, limit, now - COUNTED_MS, now - REVIEWED_WITHIN_MS),
        only,
    )
    return [_listed(dict(row)) for row in rows]


async def to_do(database: Database, *, now: Ms) -> ToDo:
    row = await database.fetch_row(
        """
        SELECT count(*) FILTER (WHERE EXISTS (
                SELECT FROM article_texts WHERE article_id = a.id AND published IS DISTINCT FROM latest
            )) AS drafts,
            count(*) FILTER (WHERE EXISTS (
                SELECT FROM article_texts WHERE article_id = a.id AND published IS NOT NULL
            ) AND (reviewed_at < $2 OR greatest(created_at, coalesce(
                (SELECT max(day) FROM article_counts WHERE article_id = a.id), 0
            )) < $1)) AS stale
        FROM articles a WHERE archived_at IS NULL
        """,
        *(now - COUNTED_MS, now - REVIEWED_WITHIN_MS),
    )
    assert row is not None
    return ToDo(**row)


def _listed(row: dict[str, object]) -> Listed:
    beside = ("language", "title", "languages", "drafts", "used", "helped", "not_helped", "used_at")
    facts = {name: row.pop(name) for name in beside}
    row.pop("place")
    return Listed(article=Article(**row), **facts)  # type: ignore[arg-type]


# ---------------------------------------------------------------- what was not found


async def missed(database: Database, language: str, text: str, *, now: Ms) -> None:
    """Remember that nothing was found. text: without what names a person."""
    await database.execute(
        """
        INSERT INTO missed_searches (language, text, count, last_at) VALUES ($1, $2, 1, $3)
        ON CONFLICT (language, text) DO UPDATE SET count = missed_searches.count + 1, last_at = $3
        """,
        *(language, text, now),
    )


async def forget_oldest_missed(database: Database) -> None:
    await database.execute(
        """
        DELETE FROM missed_searches WHERE (language, text) IN (
            SELECT language, text FROM missed_searches ORDER BY last_at DESC OFFSET $1
        )
        """,
        MOST_MISSED,
    )


async def all_missed(database: Database, *, limit: int = 500) -> list[Missed]:
    """Most frequent first."""
    rows = await database.fetch(
        "SELECT language, text, count, last_at FROM missed_searches ORDER BY count DESC, last_at DESC LIMIT $1", limit
    )
    return [Missed(**row) for row in rows]


async def dismiss_missed(database: Database, language: str, texts: Sequence[str]) -> None:
    await database.execute("DELETE FROM missed_searches WHERE language = $1 AND text = ANY ($2)", language, list(texts))
