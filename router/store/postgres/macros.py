"""Macros, and their runs: what was done of each is durable, so that a run that broke off goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import asyncpg

from router.core.words import Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

CLAIMED_MS = 20_000
"""How long a run is the node's that works on it; every action renews it."""
MACRO = "id, key, title, keys, condition, actions, teams, revision, used"
RUN = "id, macro_id, agent_id, conversation_id, work_item_id, case_id, language, actions, outcomes, begun_at, over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """actions: as on the wire. teams: who may use it; none: everybody. revision: 0: it is not kept yet."""

    id: str
    key: str
    title: str
    keys: str
    condition: str
    actions: list[dict[str, Any]]
    teams: list[str] = field(default_factory=list)
    revision: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """On a conversation, or on a case (the other is ""). work_item_id: "" when it is not in the agent's hands.

    actions: as they were when it began. outcomes: one for each that was tried, as on the wire.
    """

    id: str
    macro_id: str
    agent_id: str
    conversation_id: str
    work_item_id: str
    case_id: str = ""
    language: str
    actions: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    begun_at: Ms
    over: bool = False


async def every(database: Database) -> list[Macro]:
    """By title."""
    rows = await database.fetch(f"SELECT {MACRO} FROM macros ORDER BY lower(title), id")  # noqa: S608 - a constant
    return [Macro(**row) for row in rows]


async def by_id(database: Database, macro_id: str) -> Macro | None:
    row = await database.fetch_row(f"SELECT {MACRO} FROM macros WHERE id = $1", macro_id)  # noqa: S608 - a constant
    return None if row is None else Macro(**row)


async def put(database: Database, wanted: Macro, *, at: Ms) -> int | Literal["changed", "exists"]:
    """Its new revision. revision: as it was seen; another one now: changed."""
    kept(wanted.title, wanted.condition, *(str(value) for action in wanted.actions for value in action.values()))
    try:
        revision: int | None = await database.fetch_value(
            """
            INSERT INTO macros (id, key, title, keys, condition, actions, revision, changed_at, teams)
            VALUES ($1, $2, $3, $4, $5, $6, $7 + 1, $8, $9)
            ON CONFLICT (id) DO UPDATE SET key = $2, title = $3, keys = $4, condition = $5, actions = $6,
                revision = $7 + 1, changed_at = $8, teams = $9 WHERE macros.revision = $7
            RETURNING revision
            """,
            *(wanted.id, wanted.key, wanted.title, wanted.keys, wanted.condition, wanted.actions),
            *(min(wanted.revision, 2**31 - 2), at, wanted.teams),
        )
    except asyncpg.UniqueViolationError:
        return "exists"
    return "changed" if revision is None else revision


async def remove(database: Database, macro_id: str) -> None:
    await database.execute("DELETE FROM macros WHERE id = $1", macro_id)


# ---------------------------------------------------------------- runs


async def run_by_id(database: Database, run_id: str) -> Run | None:
    row = await database.fetch_row(f"SELECT {RUN} FROM macro_runs WHERE id = $1", run_id)  # noqa: S608 - a constant
    return None if row is None else Run(**row)


async def begin(database: Database, run: Run) -> bool:
    """Keep a new run, claimed; False: it has begun before."""
    async with database.transaction() as connection:
        made = await connection.execute(
            """
            INSERT INTO macro_runs (id, macro_id, agent_id, conversation_id, work_item_id, language, actions, outcomes,
                begun_at, touched_at, case_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, '[]'::jsonb, $8, $8, $9) ON CONFLICT DO NOTHING
            """,
            *(run.id, run.macro_id, run.agent_id, run.conversation_id, run.work_item_id, run.language, run.actions),
            *(run.begun_at, run.case_id),
        )
        if made == "INSERT 0 1":
            await connection.execute("UPDATE macros SET used = used + 1 WHERE id = $1", run.macro_id)
    return bool(made == "INSERT 0 1")


async def claim(database: Database, *, now: Ms, run_id: str = "", limit: int = 10) -> list[Run]:
    """Runs that broke off, or this one if it did: the caller's from now on."""
    rows = await database.fetch(
        f"""
        UPDATE macro_runs SET touched_at = $1 WHERE id IN (
            SELECT id FROM macro_runs WHERE NOT over AND touched_at <= $2 AND ($3 = '' OR id = $3)
            ORDER BY touched_at LIMIT $4 FOR UPDATE SKIP LOCKED
        ) RETURNING {RUN}
        """,  # noqa: S608 - a constant
        *(now, now - CLAIMED_MS, run_id, limit),
    )
    return [Run(**row) for row in rows]


async def tried(database: Database, run_id: str, outcomes: Sequence[dict[str, Any]], *, over: bool, now: Ms) -> None:
    """What has been tried by now; another who came after us is not set back."""
    await database.execute(
        """
        UPDATE macro_runs SET outcomes = $2, over = $3, touched_at = $4
        WHERE id = $1 AND NOT over AND jsonb_array_length(outcomes) <= jsonb_array_length($2)
        """,
        *(run_id, list(outcomes), over, now),
    )
