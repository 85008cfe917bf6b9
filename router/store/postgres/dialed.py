"""How many numbers a member of staff had called lately."""

from __future__ import annotations

from router.core.words import AgentId, Ms
from router.store.postgres.database import Database

DAY_MS: Ms = 86_400_000


async def count(database: Database, agent: AgentId, *, at: Ms, most: int) -> bool:
    """Count one more in the day before `at`; false, and nothing counted, when there are as many as there may be."""
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM staff WHERE id = $1 FOR UPDATE", agent)
        await connection.execute("DELETE FROM dialed WHERE agent_id = $1 AND at <= $2", agent, at - DAY_MS)
        made = await connection.fetchval("SELECT count(*) FROM dialed WHERE agent_id = $1", agent)
        if made >= most:
            return False
        await connection.execute("INSERT INTO dialed (agent_id, at) VALUES ($1, $2)", agent, at)
    return True
