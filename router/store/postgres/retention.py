"""What is old enough to be forgotten, by kind, a page at a time; and whose turn it is to look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeAlias

from router.core.retention import Kind
from router.core.words import CustomerId, Ms
from router.store.postgres import traces
from router.store.postgres.database import Database

PAGE = 500
ROWS_AT_ONCE = 2_000
ORIGINALS_AT_ONCE = 20
Place: TypeAlias = tuple[Ms, str]


async def take_turn(database: Database, kind: Kind, *, now: Ms, every_ms: Ms) -> bool:
    """Whether it is this caller's turn to forget of a kind: one's in every_ms."""
    return bool(
        await database.execute(
            """
            INSERT INTO retention_turns AS t (kind, next_at) VALUES ($1, $2::bigint + $3)
            ON CONFLICT (kind) DO UPDATE SET next_at = excluded.next_at WHERE t.next_at <= $2
            """,
            *(kind, now, every_ms),
        )
    )


# ---------------------------------------------------------------- what is due

_DUE: dict[Kind, str] = {
    "conversations": """
        SELECT id, closed_at AS at,
            channel <> 'case' AND NOT EXISTS (
                SELECT FROM case_conversations cc WHERE cc.conversation_id = c.id
            ) AS due
        FROM conversations c
        WHERE state = 'closed' AND NOT attributes ? 'forgotten_at' AND closed_at < $1 AND (closed_at, id) > ($2, $3)
        ORDER BY closed_at, id LIMIT $4
    """,
    "cases": """
        SELECT id, closed_at AS at, NOT EXISTS (
            SELECT FROM case_conversations cc JOIN conversations v ON v.id = cc.conversation_id
            WHERE cc.case_id = c.id AND (v.state = 'open' OR v.closed_at >= $1)
        ) AS due
        FROM cases c
        WHERE closed_at IS NOT NULL AND forgotten_at IS NULL AND closed_at < $1 AND (closed_at, id) > ($2, $3)
        ORDER BY closed_at, id LIMIT $4
    """,
    "calls": """
        SELECT id, ended_at AS at, true AS due FROM calls
        WHERE ended_at IS NOT NULL AND forgotten_at IS NULL AND ended_at < $1 AND (ended_at, id) > ($2, $3)
        ORDER BY ended_at, id LIMIT $4
    """,
    "customers": """
        SELECT id, created_at AS at, head_id IS NULL AND erased_at IS NULL AND NOT EXISTS (
            SELECT FROM customers m WHERE (m.id = c.id OR m.head_id = c.id) AND (
                m.created_at >= $1
                OR EXISTS (SELECT FROM conversations v WHERE v.customer_id = m.id
                    AND (v.state = 'open' OR v.started_at >= $1 OR v.closed_at >= $1))
                OR EXISTS (SELECT FROM guests g JOIN conversations v ON v.id = g.conversation_id
                    WHERE g.customer_id = m.id AND (v.state = 'open' OR v.started_at >= $1 OR v.closed_at >= $1))
                OR EXISTS (SELECT FROM calls l WHERE l.customer_id = m.id AND (l.ended_at IS NULL OR l.ended_at >= $1))
                OR EXISTS (SELECT FROM cases s WHERE s.customer_id = m.id
                    AND (s.closed_at IS NULL OR s.closed_at >= $1))
            )
        ) AS due
        FROM customers c WHERE created_at < $1 AND $2::bigint IS NOT NULL AND id > $3 ORDER BY id LIMIT $4
    """,
}
"""Rows in the order of `at` and id (customers: of id), those that are not due among them: so each page is bounded."""


async def due(database: Database, kind: Kind, *, before: Ms) -> AsyncIterator[list[str]]:
    """Ids of what is to be forgotten, in pages; of conversations, cases, calls and customers."""
    last: Place = (-1, "")
    while rows := await database.fetch(_DUE[kind], before, *last, PAGE):
        last = rows[-1]["at"], rows[-1]["id"]
        if ids := [row["id"] for row in rows if row["due"]]:
            yield ids


_ORIGINAL = "claimed_type = 'message/rfc822' AND source = '{}'"
"""A mail as it came (`mails.keep_original`). One that somebody attached came from somewhere, and is theirs to keep."""
_LEFT_TALKS = """
    SELECT conversation_id FROM bot_talks t JOIN conversations c ON c.id = t.conversation_id
    WHERE t.ended_at IS NULL AND t.body IS NOT NULL AND c.closed_at < $1
"""
"""Talks the bot did not end: their customer, or an agent, closed the conversation in the middle."""

_COUNT: dict[Kind, str] = {
    "mails": f"SELECT count(*) FROM files WHERE {_ORIGINAL} AND created_at < $1",  # noqa: S608 - a constant
    "bot": f"""
        SELECT (SELECT count(*) FROM bot_talks WHERE ended_at < $1 AND body IS NOT NULL)
            + (SELECT count(*) FROM ({_LEFT_TALKS}) t)
            + (SELECT count(*) FROM bot_turns WHERE at < $1)
    """,  # noqa: S608 - a constant of ours
    "audit": "SELECT count(*) FROM audit WHERE at < $1",
    "requests": """
        SELECT (SELECT count(*) FROM inbox WHERE received_at < $1 AND state = 'done')
            + (SELECT count(*) FROM posts WHERE next_at < $1 AND state = 'sent')
            + (SELECT count(*) FROM notices WHERE at < $1 AND state = 'sent')
    """,
}


async def count_due(database: Database, kind: Kind, *, before: Ms) -> int:
    """How many there are to forget; nothing is."""
    if kind in _COUNT:
        count: int = await database.fetch_value(_COUNT[kind], before)
        return count
    return sum([len(ids) async for ids in due(database, kind, before=before)])


# ---------------------------------------------------------------- forgetting


async def cases(database: Database, ids: list[str], *, at: Ms) -> None:
    """Cases with their own conversations and those with their customers."""
    rows = await database.fetch(
        """
        SELECT conversation_id AS id FROM case_conversations WHERE case_id = ANY ($1)
        UNION SELECT conversation_id FROM cases WHERE id = ANY ($1)
        """,
        ids,
    )
    for part in paged([row["id"] for row in rows]):
        await traces.take_out_of_conversations(database, part, at=at)
    await traces.take_out_of_cases(database, ids, at=at)


async def one_with(database: Database, heads: list[str]) -> list[CustomerId]:
    """All who are these customers."""
    rows = await database.fetch("SELECT id FROM customers WHERE id = ANY ($1) OR head_id = ANY ($1)", heads)
    return [CustomerId(row["id"]) for row in rows]


_GONE: dict[Kind, tuple[tuple[str, int], ...]] = {
    # Messages say no more that there is an original.
    "mails": (
        (
            f"""
            WITH gone AS (
                DELETE FROM files WHERE id IN (
                    SELECT id FROM files WHERE {_ORIGINAL} AND created_at < $1
                    ORDER BY created_at, id LIMIT $2
                ) RETURNING id, conversation_id
            ), told AS (
                UPDATE messages m SET extra = extra #- '{{mail,original}}' FROM gone
                WHERE m.conversation_id = gone.conversation_id AND m.extra -> 'mail' ->> 'original' = gone.id
            )
            SELECT count(*) FROM gone
            """,  # noqa: S608 - a constant
            ORIGINALS_AT_ONCE,
        ),
    ),
    "bot": (
        (
            """
            WITH gone AS (
                UPDATE bot_talks SET body = NULL WHERE conversation_id IN (
                    SELECT conversation_id FROM bot_talks WHERE ended_at < $1 AND body IS NOT NULL LIMIT $2
                ) RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            ROWS_AT_ONCE,
        ),
        (
            f"""
            WITH gone AS (
                UPDATE bot_talks SET body = NULL WHERE conversation_id IN ({_LEFT_TALKS} LIMIT $2) RETURNING 1
            ) SELECT count(*) FROM gone
            """,  # noqa: S608 - a constant of ours
            ROWS_AT_ONCE,
        ),
        (
            """
            WITH gone AS (
                DELETE FROM bot_turns WHERE (conversation_id, n) IN (
                    SELECT conversation_id, n FROM bot_turns WHERE at < $1 LIMIT $2
                ) RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            ROWS_AT_ONCE,
        ),
    ),
    "audit": (
        (
            """
            WITH gone AS (
                DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 LIMIT $2) RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            ROWS_AT_ONCE,
        ),
    ),
    "requests": (
        (
            """
            WITH gone AS (
                DELETE FROM inbox WHERE id IN (
                    SELECT id FROM inbox WHERE received_at < $1 AND state = 'done' LIMIT $2
                ) RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            ROWS_AT_ONCE,
        ),
        (
            """
            WITH gone AS (
                DELETE FROM posts WHERE key IN (SELECT key FROM posts WHERE next_at < $1 AND state = 'sent' LIMIT $2)
                RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            ROWS_AT_ONCE,
        ),
        (
            """
            WITH gone AS (
                DELETE FROM notices WHERE key IN (SELECT key FROM notices WHERE at < $1 AND state = 'sent' LIMIT $2)
                RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            ROWS_AT_ONCE,
        ),
    ),
}


async def forget_rows(database: Database, kind: Kind, *, before: Ms) -> int:
    """Of mails, bot, audit and requests: all that is older; how many."""
    total = 0
    for sql, most in _GONE[kind]:
        while count := await database.fetch_value(sql, before, most):
            total += count
    return total


def paged(ids: list[str]) -> list[list[str]]:
    """As many at a time as `traces` takes."""
    return [ids[start : start + traces.AT_ONCE] for start in range(0, len(ids), traces.AT_ONCE)]
