"""Who did what to whom: for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from router.core.words import Ms
from router.store.postgres.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """action: a fixed word (`status.set`, `staff.put`). subject: the id of whom or what it was done to."""

    at: Ms
    actor_id: str
    action: str
    subject: str
    detail: Mapping[str, Any]


INSERT = "INSERT INTO audit (at, actor_id, action, subject, detail) VALUES ($1, $2, $3, $4, $5)"
"""For who writes it down in a transaction of their own."""


async def note(database: Database, entry: Entry) -> None:
    await database.execute(
        INSERT,
        *(entry.at, entry.actor_id, entry.action, entry.subject, entry.detail),
    )


async def newest(database: Database, *, limit: int = 100) -> list[Entry]:
    """Newest first."""
    rows = await database.fetch(
        "SELECT at, actor_id, action, subject, detail FROM audit ORDER BY id DESC LIMIT $1", limit
    )
    return [Entry(**row) for row in rows]


async def of_subjects(database: Database, subjects: Collection[str], *, limit: int) -> list[Entry]:
    """What was done to any of these, newest first."""
    rows = await database.fetch(
        """
        SELECT at, actor_id, action, subject, detail FROM audit WHERE subject = ANY ($1) ORDER BY id DESC LIMIT $2
        """,
        *(list(subjects), limit),
    )
    return [Entry(**row) for row in rows]
