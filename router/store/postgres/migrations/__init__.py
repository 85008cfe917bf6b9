"""The schema, as numbered SQL files beside this one, each applied once, whole, in order.

A file is named `NNNN.PHASE.WORDS.sql`. `pre` files only add: the version before still runs on them, so they are applied
before new nodes start. `post` files take away what no running node needs any more. The first files are the schema by
area, to be read in order; a change is a file of its own after them, as an applied file must stay as it is.
Safe to run from many nodes at once: one works, the others wait and find it done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg
import structlog

log = structlog.get_logger()

Phase = Literal["pre", "post"]
ADVISORY_LOCK = 0x75736865  # "ushe"
LOCK_WAIT_S = 60

JOURNAL_OF_MIGRATIONS = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The database and these files do not belong together; the text says which file and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    name: str
    phase: Phase
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(folder: Path = Path(__file__).parent) -> list[Migration]:
    """All migrations of a folder, in order."""
    found = []
    for file in sorted(folder.glob("*.sql")):
        _, phase, _ = file.name.split(".", 2)
        if phase not in ("pre", "post"):
            raise MigrationError(f"{file.name}: the phase is pre or post")
        found.append(Migration(name=file.stem, phase="pre" if phase == "pre" else "post", sql=file.read_text("utf-8")))
    return found


async def migrate(
    url: str, *, phases: Sequence[Phase] = ("pre", "post"), all_migrations: Sequence[Migration] | None = None
) -> list[str]:
    """Apply what is missing; names of what was applied now.

    Raises MigrationError when an applied file was changed since, or the database was begun by other files; OSError or
    asyncpg errors when it is away.
    """
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(f"SET lock_timeout = '{LOCK_WAIT_S}s'")
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        await connection.execute(JOURNAL_OF_MIGRATIONS)
        applied = dict(await connection.fetch("SELECT name, sha256 FROM schema_migrations"))
        files = migrations() if all_migrations is None else all_migrations
        if applied and files and files[0].name not in applied:
            raise MigrationError(
                f"the database was begun with {min(applied)}, by a version of the program from which no way leads to"
                f" this one, which begins with {files[0].name}: give it an empty database, `usher run` another --data"
            )
        missing = []
        for migration in files:
            if applied.get(migration.name, migration.sha256) != migration.sha256:
                raise MigrationError(f"{migration.name} was changed after it had been applied to this database")
            if migration.name not in applied and migration.phase in phases:
                missing.append(migration)
        for migration in missing:
            await _apply(connection, migration)
        return [migration.name for migration in missing]
    finally:
        await connection.close()  # lets go of the lock too


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    async with connection.transaction():
        try:
            await connection.execute(migration.sql)
        except asyncpg.SyntaxOrAccessError as error:
            raise MigrationError(f"{migration.name} does not fit this database: {error}") from None
        await connection.execute(
            "INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)", migration.name, migration.sha256
        )
    log.info("migration applied", name=migration.name)
