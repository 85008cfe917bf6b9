"""Login sessions of staff: only the SHA-256 of a token is kept, so a stolen dump signs nobody in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from router.core.words import AgentId, Ms
from router.store.postgres.database import Database

USER_AGENT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    staff_id: AgentId
    created_at: Ms
    expires_at: Ms
    last_seen_at: Ms
    user_agent: str


def token_hash(token: str) -> bytes:
    """How a secret token of a session or a visitor is kept."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


async def create(database: Database, token: str, session: LoginSession) -> None:
    await database.execute(
        """
        INSERT INTO login_sessions (token_hash, staff_id, created_at, expires_at, last_seen_at, user_agent)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        *(token_hash(token), session.staff_id, session.created_at, session.expires_at, session.last_seen_at),
        session.user_agent.replace("\0", "")[:USER_AGENT_CHARS],
    )


async def find(database: Database, token: str, *, now: Ms) -> LoginSession | None:
    """The session of a token, unless it has expired or its person is not active any more."""
    row = await database.fetch_row(
        """
        SELECT s.staff_id, s.created_at, s.expires_at, s.last_seen_at, s.user_agent
        FROM login_sessions s JOIN staff ON staff.id = s.staff_id
        WHERE s.token_hash = $1 AND s.expires_at > $2 AND staff.active
        """,
        *(token_hash(token), now),
    )
    return None if row is None else LoginSession(**row)


async def touch(database: Database, token: str, *, now: Ms, expires_at: Ms) -> None:
    """It was seen now, and lasts until expires_at."""
    await database.execute(
        "UPDATE login_sessions SET last_seen_at = greatest(last_seen_at, $2), expires_at = $3 WHERE token_hash = $1",
        *(token_hash(token), now, expires_at),
    )


async def alive(database: Database, hashes: Collection[bytes], *, now: Ms) -> set[bytes]:
    """Which of these token hashes still sign somebody in."""
    rows = await database.fetch(
        """
        SELECT s.token_hash FROM login_sessions s JOIN staff ON staff.id = s.staff_id
        WHERE s.token_hash = ANY ($1) AND s.expires_at > $2 AND staff.active
        """,
        *(list(hashes), now),
    )
    return {row["token_hash"] for row in rows}


async def end(database: Database, token: str) -> None:
    await database.execute("DELETE FROM login_sessions WHERE token_hash = $1", token_hash(token))


async def end_all_of(database: Database, staff_id: AgentId) -> int:
    """End every session of a person; how many there were."""
    return await database.execute("DELETE FROM login_sessions WHERE staff_id = $1", staff_id)


async def forget_expired(database: Database, *, now: Ms) -> int:
    return await database.execute("DELETE FROM login_sessions WHERE expires_at <= $1", now)
