"""Searching published articles: by their words in PostgreSQL's full text, by their meaning with pgvector.

Meaning needs PostgreSQL's extension `vector`; where a server does not have it, words are all there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from router.core.search_words import BY_BEGINNING, MOST_QUERY_CHARS, configuration, searchable
from router.store.postgres.articles import Audience
from router.store.postgres.database import Database

ADVISORY_LOCK = 0x6B6E6F77  # "know"
MOST_LEXEMES = 40
EMBEDDED_AT_ONCE = 16

VECTORS = """
CREATE TABLE IF NOT EXISTS article_vectors (
    article_id text NOT NULL REFERENCES articles ON DELETE CASCADE,
    language   text NOT NULL,
    version    integer NOT NULL,
    engine     text NOT NULL,
    n          integer NOT NULL,
    embedding  vector NOT NULL,
    PRIMARY KEY (article_id, language, version, engine, n)
)
"""
"""Without an index: a centre has thousands of passages, and looking at all of them takes a few milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """score: 0 to 1."""

    article_id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A published text without vectors of an engine."""

    article_id: str
    language: str
    version: int
    title: str
    body: str
    examples: list[str]


# ---------------------------------------------------------------- words


async def by_words(
    database: Database, text: str, language: str, audiences: Sequence[Audience], *, limit: int
) -> list[Found]:
    """Texts of this language that share words with the question, best first.

    Each word counts by how rare it is among the articles and by where it stands: title, questions, body. The score
    is the share of what a text with every word in its title would have.
    """
    rows = await database.fetch(
        """
        WITH asked AS (
            SELECT DISTINCT lexeme FROM unnest(to_tsvector($1::regconfig, $2)) LIMIT $7
        ), terms AS (
            SELECT lexeme, (
                '''' || replace(replace(CASE WHEN cut THEN left(lexeme, length(lexeme) - 2) ELSE lexeme END,
                    '\\', '\\\\'), '''', '''''') || '''' || CASE WHEN cut THEN ':*' ELSE '' END
            )::tsquery AS query
            FROM asked, LATERAL (SELECT $6 AND length(lexeme) > 5 AS cut) c
        ), found AS (
            SELECT t.article_id, lexeme, least(1, ts_rank('{0.1, 0.3, 0.7, 1}', t.words, query) / 0.6) AS rank
            FROM terms JOIN article_texts t ON t.words @@ query WHERE t.language = $3
        ), everything AS (
            SELECT count(*) AS n FROM article_texts WHERE language = $3 AND words IS NOT NULL
        ), rarity AS (
            SELECT lexeme, ln(1 + n / (0.5 + count(found.article_id))) AS weight
            FROM terms LEFT JOIN found USING (lexeme), everything GROUP BY lexeme, n
        )
        SELECT article_id, sum(weight * rank) / (SELECT sum(weight) FROM rarity) AS score
        FROM found JOIN rarity USING (lexeme) JOIN articles a ON a.id = article_id
        WHERE a.archived_at IS NULL AND a.audience = ANY ($4)
        GROUP BY article_id ORDER BY score DESC, article_id LIMIT $5
        """,
        *(configuration(language), searchable(language, text[:MOST_QUERY_CHARS]), language, list(audiences), limit),
        *(language in BY_BEGINNING, MOST_LEXEMES),
    )
    return [Found(article_id=row["article_id"], score=float(row["score"])) for row in rows]


# ---------------------------------------------------------------- meaning


async def prepare_meaning(database: Database) -> bool:
    """Make what searching by meaning needs; False: this server does not have or allow it."""
    try:
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK)
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            await connection.execute(VECTORS)
            await connection.execute("ALTER TABLE article_vectors ALTER COLUMN embedding SET STORAGE PLAIN")
    except (asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError, asyncpg.InsufficientPrivilegeError):
        return False
    return True


async def has_meaning(database: Database) -> bool:
    found: bool = await database.fetch_value("SELECT to_regclass('article_vectors') IS NOT NULL")
    return found


async def read_by(database: Database) -> dict[str, int]:
    """Engines, and how many texts each has read. Only where has_meaning."""
    rows = await database.fetch(
        "SELECT engine, count(DISTINCT (article_id, language)) AS texts FROM article_vectors GROUP BY engine"
    )
    return {row["engine"]: row["texts"] for row in rows}


async def by_meaning(
    database: Database, vector: Sequence[float], engine: str, audiences: Sequence[Audience], *, limit: int
) -> list[Found]:
    """Articles with a passage of like meaning in any language, nearest first. score: its cosine, at least 0."""
    rows = await database.fetch(
        """
        WITH asked AS MATERIALIZED (SELECT $1::text::vector AS meaning)  -- read once, not for every row
        SELECT e.article_id, greatest(0, max(1 - (e.embedding <=> asked.meaning))) AS score
        FROM asked, article_vectors e
        JOIN article_texts t ON t.article_id = e.article_id AND t.language = e.language AND t.published = e.version
        JOIN articles a ON a.id = e.article_id
        WHERE e.engine = $2 AND a.archived_at IS NULL AND a.audience = ANY ($3) AND vector_norm(e.embedding) > 0
        GROUP BY e.article_id ORDER BY score DESC, e.article_id LIMIT $4
        """,
        *(_written(vector), engine, list(audiences), limit),
    )
    return [Found(article_id=row["article_id"], score=float(row["score"])) for row in rows]


async def unread(database: Database, engine: str) -> list[Unread]:
    """Published texts this engine has not read, some at a time."""
    rows = await database.fetch(
        """
        SELECT v.article_id, v.language, v.version, v.title, v.body, v.examples
        FROM article_texts t JOIN article_versions v
            ON v.article_id = t.article_id AND v.language = t.language AND v.version = t.published
        WHERE NOT EXISTS (
            SELECT FROM article_vectors e WHERE e.article_id = t.article_id AND e.language = t.language
                AND e.version = t.published AND e.engine = $1
        ) ORDER BY v.article_id, v.language LIMIT $2
        """,
        *(engine, EMBEDDED_AT_ONCE),
    )
    return [Unread(**row) for row in rows]


async def keep_vectors(database: Database, text: Unread, engine: str, vectors: Sequence[Sequence[float]]) -> None:
    """Keep the vectors of a text's passages, and forget those of its older versions and of other engines."""
    async with database.transaction() as connection:
        await connection.execute(
            "DELETE FROM article_vectors WHERE article_id = $1 AND language = $2 AND (version <> $3 OR engine <> $4)",
            *(text.article_id, text.language, text.version, engine),
        )
        await connection.executemany(
            """
            INSERT INTO article_vectors (article_id, language, version, engine, n, embedding)
            VALUES ($1, $2, $3, $4, $5, $6::text::vector) ON CONFLICT DO NOTHING
            """,
            [
                (text.article_id, text.language, text.version, engine, n, _written(vector))
                for n, vector in enumerate(vectors)
            ],
        )


def _written(vector: Sequence[float]) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in vector) + "]"
