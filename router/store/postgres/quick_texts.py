"""Texts agents have at hand: everybody's, and each one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import asyncpg

from router.core.words import Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

QUICK_TEXT = "id, short, owner_id, title, texts, teams, revision, used"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickText:
    """owner_id: whose alone it is; "": everybody's, or these teams'. revision: 0: it is not kept yet."""

    id: str
    short: str
    owner_id: str
    title: str
    texts: dict[str, str]
    teams: list[str] = field(default_factory=list)
    revision: int = 0
    used: int = 0


async def of(database: Database, owner_id: str) -> list[QuickText]:
    """Everybody's and this person's, by what is typed."""
    rows = await database.fetch(
        f"SELECT {QUICK_TEXT} FROM quick_texts WHERE owner_id IN ('', $1) ORDER BY short, owner_id",  # noqa: S608
        owner_id,
    )
    return [QuickText(**row) for row in rows]


async def by_id(database: Database, quick_text_id: str) -> QuickText | None:
    row = await database.fetch_row(f"SELECT {QUICK_TEXT} FROM quick_texts WHERE id = $1", quick_text_id)  # noqa: S608
    return None if row is None else QuickText(**row)


async def by_short(database: Database, short: str) -> QuickText | None:
    """Everybody's of this name."""
    row = await database.fetch_row(
        f"SELECT {QUICK_TEXT} FROM quick_texts WHERE owner_id = '' AND short = $1",  # noqa: S608 - a constant
        short,
    )
    return None if row is None else QuickText(**row)


async def put(database: Database, wanted: QuickText, *, at: Ms) -> int | Literal["changed", "exists"]:
    """Its new revision. revision: as it was seen; another one now: changed."""
    kept(wanted.title, *wanted.texts.values())
    try:
        revision: int | None = await database.fetch_value(
            """
            INSERT INTO quick_texts (id, short, owner_id, title, texts, revision, changed_at, teams)
            VALUES ($1, $2, $3, $4, $5, $6 + 1, $7, $8)
            ON CONFLICT (id) DO UPDATE SET short = $2, title = $4, texts = $5, revision = $6 + 1, changed_at = $7,
                teams = $8 WHERE quick_texts.revision = $6
            RETURNING revision
            """,
            *(wanted.id, wanted.short, wanted.owner_id, wanted.title, wanted.texts, min(wanted.revision, 2**31 - 2)),
            *(at, wanted.teams),
        )
    except asyncpg.UniqueViolationError:
        return "exists"
    return "changed" if revision is None else revision


async def remove(database: Database, quick_text_id: str) -> None:
    await database.execute("DELETE FROM quick_texts WHERE id = $1", quick_text_id)


async def count_use(database: Database, quick_text_id: str) -> None:
    await database.execute("UPDATE quick_texts SET used = used + 1 WHERE id = $1", quick_text_id)
