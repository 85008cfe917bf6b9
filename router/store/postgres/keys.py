"""Keys the centre signs with, made once and shared by all its nodes."""

from __future__ import annotations

import secrets

from router.store.postgres.database import Database

BYTES = 32


async def key(database: Database, name: str) -> bytes:
    """The key of this name; the first node to ask makes it."""
    await database.execute(
        "INSERT INTO signing_keys (name, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        name,
        secrets.token_bytes(BYTES),
    )
    found: bytes = await database.fetch_value("SELECT bytes FROM signing_keys WHERE name = $1", name)
    return found
