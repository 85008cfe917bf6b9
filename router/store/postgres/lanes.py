"""Demands by the id of their lane or plan; both are immutable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.core.words import PlanId
from router.store.postgres.database import Database


async def keep(database: Database, lane: PlanId, demand: Mapping[str, Any]) -> None:
    """Kept once; the same again changes nothing."""
    await database.execute("INSERT INTO lanes (id, demand) VALUES ($1, $2) ON CONFLICT DO NOTHING", lane, demand)


async def every(database: Database) -> dict[PlanId, Mapping[str, Any]]:
    return {row["id"]: row["demand"] for row in await database.fetch("SELECT id, demand FROM lanes")}
