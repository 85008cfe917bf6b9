"""Steps of other departments, and posts on their way to them: made together, so that neither is without the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

State = Literal["open", "taken", "info_needed", "done", "cancelled"]
PostKind = Literal["open", "update", "reply", "alert"]
OVER: tuple[State, ...] = ("done", "cancelled")
CLAIMED_MS = 60_000

STEP = """
id, conversation_id, department, subject, excerpt, opened_by, state, owner_name, opened_at, due_at, changed_at,
reminders, next_at, posted_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """next_at: when it is looked at again; None: it is over. posted_at: the provider's id of its post; "" not yet."""

    id: str
    conversation_id: ConversationId
    department: str
    subject: str
    excerpt: str
    opened_by: str
    state: State = "open"
    owner_name: str = ""
    opened_at: Ms
    due_at: Ms
    changed_at: Ms
    reminders: int = 0
    next_at: Ms | None
    posted_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """key: the same twice is one. step_id: None: an alert."""

    key: str
    step_id: str | None
    account: str
    place: str
    kind: PostKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A post to make. attempts: this one included."""

    post: Post
    attempts: int


async def open_(database: Database, step: Step, post: Post) -> Step:
    """Keep a step and its post; the same id again is the step as it is now."""
    kept(step.subject, step.excerpt, post.text)
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO steps (id, conversation_id, department, subject, excerpt, opened_by, state, opened_at, due_at,
                changed_at, next_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $7, $9) ON CONFLICT DO NOTHING
            """,
            *(step.id, step.conversation_id, step.department, step.subject, step.excerpt, step.opened_by),
            *(step.opened_at, step.due_at, step.next_at),
        )
        await post_in(connection, post, step.opened_at)
        return _step(await connection.fetchrow(f"SELECT {STEP} FROM steps WHERE id = $1", step.id))  # noqa: S608


async def change(
    database: Database,
    step_id: str,
    state: State,
    *,
    owner_name: str | None,
    now: Ms,
    post: Post | None = None,
) -> Step | None:
    """Another state, and the post that tells of it; None when it has that state and owner already, or is over.

    owner_name: None leaves it as it is. With the same post again it changes nothing, and is the step as it is now: what
    follows from the change may not have been done the first time.
    """
    async with database.transaction() as connection:
        row = await connection.fetchrow(
            f"""
            UPDATE steps SET state = $2, owner_name = coalesce($3, owner_name), changed_at = $4,
                next_at = CASE WHEN $2 = ANY ($5) THEN NULL ELSE next_at END
            WHERE id = $1 AND state <> ALL ($5) AND (state <> $2 OR owner_name <> coalesce($3, owner_name))
                AND NOT EXISTS (SELECT FROM posts WHERE key = $6)
            RETURNING {STEP}
            """,  # noqa: S608 - a constant
            *(step_id, state, owner_name, now, list(OVER), post.key if post is not None else None),
        )
        if row is None and post is not None:
            row = await connection.fetchrow(
                f"SELECT {STEP} FROM steps WHERE id = $1 AND EXISTS (SELECT FROM posts WHERE key = $2)",  # noqa: S608
                *(step_id, post.key),
            )
        elif post is not None:
            await post_in(connection, post, now)
        return None if row is None else _step(row)


async def reminded(database: Database, step: Step, post: Post, *, next_at: Ms, now: Ms) -> bool:
    """The department is told again; False when another node was quicker."""
    async with database.transaction() as connection:
        done = await connection.execute(
            """
            UPDATE steps SET reminders = reminders + 1, next_at = $3
            WHERE id = $1 AND reminders = $2 AND next_at <= $4
            """,
            *(step.id, step.reminders, next_at, now),
        )
        if done != "UPDATE 1":
            return False
        await post_in(connection, post, now)
        return True


async def due(database: Database, departments: Sequence[str], *, now: Ms, limit: int = 100) -> list[Step]:
    """Steps of these departments to be reminded of."""
    rows = await database.fetch(
        f"""
        SELECT {STEP} FROM steps WHERE next_at <= $1 AND department = ANY ($3) ORDER BY next_at LIMIT $2
        """,  # noqa: S608 - a constant
        *(now, limit, list(departments)),
    )
    return [_step(row) for row in rows]


async def by_id(database: Database, step_id: str) -> Step | None:
    row = await database.fetch_row(f"SELECT {STEP} FROM steps WHERE id = $1", step_id)  # noqa: S608 - a constant
    return None if row is None else _step(row)


async def of_post(database: Database, departments: Sequence[str], posted_at: str) -> Step | None:
    """The step a thread belongs to; departments: those of the place it is in."""
    row = await database.fetch_row(
        f"SELECT {STEP} FROM steps WHERE department = ANY ($1) AND posted_at = $2 AND posted_at <> ''",  # noqa: S608
        *(list(departments), posted_at),
    )
    return None if row is None else _step(row)


async def of_conversation(database: Database, conversation_id: ConversationId) -> list[Step]:
    rows = await database.fetch(
        f"SELECT {STEP} FROM steps WHERE conversation_id = $1 ORDER BY opened_at, id",  # noqa: S608 - a constant
        conversation_id,
    )
    return [_step(row) for row in rows]


async def of_conversations(database: Database, ids: Sequence[ConversationId]) -> list[Step]:
    rows = await database.fetch(f"SELECT {STEP} FROM steps WHERE conversation_id = ANY ($1)", list(ids))  # noqa: S608
    return [_step(row) for row in rows]


# ---------------------------------------------------------------- posts


async def post(database: Database, wanted: Post, *, now: Ms) -> None:
    """One more post; the same key again is nothing new."""
    kept(wanted.text)
    async with database.transaction() as connection:
        await post_in(connection, wanted, now)


async def claim(database: Database, *, now: Ms, limit: int) -> list[Due]:
    """Posts whose time has come, each step's in order: this caller's for CLAIMED_MS."""
    rows = await database.fetch(
        """
        UPDATE posts SET attempts = attempts + 1, next_at = $1 + $3 WHERE key IN (
            SELECT key FROM posts p
            WHERE state = 'waiting' AND next_at <= $1 AND NOT EXISTS (
                SELECT FROM posts e WHERE e.step_id = p.step_id AND e.id < p.id AND e.state = 'waiting'
            )
            ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING key, step_id, account, place, kind, text, attempts
        """,
        *(now, limit, CLAIMED_MS),
    )
    return [
        Due(
            post=Post(**{name: row[name] for name in ("key", "step_id", "account", "place", "kind", "text")}),
            attempts=row["attempts"],
        )
        for row in rows
    ]


async def posted(database: Database, made: Post, external_id: str) -> Step | None:
    """The provider has it, and its words with it; the step when it was the one that opens it."""
    async with database.transaction() as connection:
        await connection.execute("UPDATE posts SET state = 'sent', text = '', reason = '' WHERE key = $1", made.key)
        if made.kind != "open":
            return None
        row = await connection.fetchrow(
            f"UPDATE steps SET posted_at = $2 WHERE id = $1 RETURNING {STEP}",  # noqa: S608 - a constant
            *(made.step_id, external_id),
        )
        return None if row is None else _step(row)


async def not_posted(database: Database, made: Post, *, reason: str, again_at: Ms | None) -> None:
    """again_at: None: it is parked."""
    await database.execute(
        """
        UPDATE posts SET state = CASE WHEN $3::bigint IS NULL THEN 'parked' ELSE 'waiting' END,
            next_at = coalesce($3, next_at), reason = $2
        WHERE key = $1 AND state = 'waiting'
        """,
        *(made.key, reason[:300], again_at),
    )


async def post_in(connection: Any, wanted: Post, now: Ms) -> None:
    """One more post, by whoever has a transaction; the same key again is nothing new."""
    await connection.execute(
        """
        INSERT INTO posts (key, step_id, account, place, kind, text, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING
        """,
        *(wanted.key, wanted.step_id, wanted.account, wanted.place, wanted.kind, wanted.text, now),
    )


def _step(row: asyncpg.Record) -> Step:
    return Step(**row)
