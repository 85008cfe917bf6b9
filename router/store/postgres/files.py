"""Files of messages: known at once, fetched from their provider later, kept beside the conversation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

CLAIMED_MS = 120_000
NAME_CHARS = 200

FACTS = """
id, conversation_id, owner, account, name, claimed_type, media_type, size_bytes, sha256, state, source, attempts,
next_at, reason, created_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """media_type: as its bytes say; "" until they are here. source: where its carrier fetches it."""

    id: str
    conversation_id: ConversationId
    owner: str
    account: str
    name: str
    claimed_type: str
    media_type: str = ""
    size_bytes: int | None = None
    sha256: bytes | None = None
    state: Literal["fetching", "stored", "failed"]
    source: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    next_at: Ms
    reason: str = ""
    created_at: Ms


async def expect(database: Database, files: Sequence[File]) -> None:
    """Files to fetch; the same ids again change nothing."""
    for file in files:
        kept(file.name, file.claimed_type)
    async with database.transaction() as connection:
        await connection.executemany(
            """
            INSERT INTO files (id, conversation_id, owner, account, name, claimed_type, media_type, state, source,
                next_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, '', 'fetching', $7, $8, $8) ON CONFLICT (id) DO NOTHING
            """,
            [
                (
                    f.id,
                    f.conversation_id,
                    f.owner,
                    f.account,
                    f.name[:NAME_CHARS],
                    f.claimed_type[:100],
                    f.source,
                    f.created_at,
                )
                for f in files
            ],
        )


async def store(database: Database, file: File, content: bytes) -> None:
    """A file with its bytes, at once; the same id again changes nothing."""
    kept(file.name, file.claimed_type)
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO files (id, conversation_id, owner, account, name, claimed_type, media_type, size_bytes, sha256,
                state, source, next_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'stored', '{}', $10, $10) ON CONFLICT (id) DO NOTHING
            """,
            *_whose(file),
            *(file.media_type, len(content), file.sha256, file.created_at),
        )
        await connection.execute(
            "INSERT INTO file_contents (file_id, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", file.id, content
        )


async def claim(database: Database, *, now: Ms, limit: int) -> list[File]:
    """Files to fetch now, this caller's for CLAIMED_MS."""
    rows = await database.fetch(
        f"""
        UPDATE files SET next_at = $1 + $3, attempts = attempts + 1 WHERE id IN (
            SELECT id FROM files WHERE state = 'fetching' AND next_at <= $1
            ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING {FACTS}
        """,  # noqa: S608 - a constant
        *(now, limit, CLAIMED_MS),
    )
    return [File(**row) for row in rows]


async def fetched(database: Database, file_id: str, content: bytes, *, media_type: str, sha256: bytes) -> File | None:
    """The bytes are here. None: they were before."""
    async with database.transaction() as connection:
        row = await connection.fetchrow(
            f"""
            UPDATE files SET state = 'stored', media_type = $2, size_bytes = $3, sha256 = $4, reason = ''
            WHERE id = $1 AND state = 'fetching' RETURNING {FACTS}
            """,  # noqa: S608 - a constant
            *(file_id, media_type, len(content), sha256),
        )
        if row is None:
            return None
        await connection.execute(
            "INSERT INTO file_contents (file_id, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", file_id, content
        )
        return File(**row)


async def not_fetched(database: Database, file_id: str, *, reason: str, again_at: Ms | None) -> File | None:
    """again_at: None: it never will be."""
    row = await database.fetch_row(
        f"""
        UPDATE files SET state = CASE WHEN $3::bigint IS NULL THEN 'failed' ELSE 'fetching' END,
            next_at = coalesce($3, next_at), reason = $2
        WHERE id = $1 AND state = 'fetching' RETURNING {FACTS}
        """,  # noqa: S608 - a constant
        *(file_id, reason[:300], again_at),
    )
    return None if row is None else File(**row)


async def by_ids(database: Database, ids: Collection[str]) -> dict[str, File]:
    rows = await database.fetch(f"SELECT {FACTS} FROM files WHERE id = ANY ($1)", list(ids))  # noqa: S608 - a constant
    return {row["id"]: File(**row) for row in rows}


async def of_conversations(database: Database, ids: Collection[ConversationId], *, limit: int) -> list[File]:
    """Newest first."""
    rows = await database.fetch(
        f"SELECT {FACTS} FROM files WHERE conversation_id = ANY ($1) ORDER BY created_at DESC, id DESC LIMIT $2",  # noqa: S608
        *(list(ids), limit),
    )
    return [File(**row) for row in rows]


async def content(database: Database, file_id: str) -> bytes | None:
    found: bytes | None = await database.fetch_value("SELECT bytes FROM file_contents WHERE file_id = $1", file_id)
    return found


def _whose(file: File) -> tuple[str, ...]:
    return file.id, file.conversation_id, file.owner, file.account, file.name[:NAME_CHARS], file.claimed_type[:100]
