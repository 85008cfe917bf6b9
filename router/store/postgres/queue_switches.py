"""Queues opened or closed by hand."""

from __future__ import annotations

from router.core.words import AgentId, Ms
from router.store.postgres.database import Database


async def every(database: Database) -> dict[str, bool]:
    """Whether each is open; queues not among them go by their hours."""
    return {row["queue"]: row["open"] for row in await database.fetch("SELECT queue, open FROM queue_switches")}


async def put(database: Database, queue: str, *, is_open: bool | None, by: AgentId, at: Ms) -> None:
    """is_open: None: by its hours again."""
    if is_open is None:
        await database.execute("DELETE FROM queue_switches WHERE queue = $1", queue)
        return
    await database.execute(
        """
        INSERT INTO queue_switches (queue, open, by_id, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (queue) DO UPDATE SET open = $2, by_id = $3, at = $4
        """,
        *(queue, is_open, by, at),
    )
