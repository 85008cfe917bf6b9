"""Saved views of the list of cases: filters as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from router.core.words import Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

MOST = 200
"""Of one person, and of those that are shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """filter: opaque here. sorted_by: an order of the list."""

    id: str
    owner_id: str
    name: str
    filter: Mapping[str, Any]
    sorted_by: str
    shared: bool


async def visible(database: Database, agent_id: str) -> list[View]:
    """Theirs and those that are shared, by name."""
    rows = await database.fetch(
        """
        SELECT id, owner_id, name, filter, sorted_by, shared FROM case_views WHERE owner_id = $1 OR shared
        ORDER BY name, id LIMIT $2
        """,
        *(agent_id, MOST),
    )
    return [View(**row) for row in rows]


async def save(database: Database, view: View, *, any_owner: bool, at: Ms) -> bool:
    """False: it is somebody else's, or there are too many of theirs. any_owner: whosever it is."""
    kept(view.name)
    return bool(
        await database.execute(
            """
            INSERT INTO case_views (id, owner_id, name, filter, sorted_by, shared, updated_at)
            SELECT $1, $2, $3, $4, $5, $6, $7
            WHERE EXISTS (SELECT FROM case_views WHERE id = $1)
                OR (SELECT count(*) FROM case_views WHERE owner_id = $2) < $9
            ON CONFLICT (id) DO UPDATE SET name = $3, filter = $4, sorted_by = $5, shared = $6, updated_at = $7
            WHERE case_views.owner_id = $2 OR ($8 AND case_views.shared)
            """,
            *(view.id, view.owner_id, view.name, view.filter, view.sorted_by, view.shared, at, any_owner, MOST),
        )
    )


async def delete(database: Database, view_id: str, agent_id: str, *, any_owner: bool) -> bool:
    """False: there is none of theirs."""
    return bool(
        await database.execute(
            "DELETE FROM case_views WHERE id = $1 AND (owner_id = $2 OR ($3 AND shared))", view_id, agent_id, any_owner
        )
    )
