"""Staff: who may sign in, what they can do, what they chose last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import asyncpg

from router.core.words import AgentId, Channel, Ms, Units
from router.store.postgres.database import Database

SELECT = """
SELECT id, email, name, role, team, password_hash, status, units_limit, at_most, language, active, attributes,
    auto_accept,
    coalesce((SELECT jsonb_object_agg(skill, level) FROM staff_skills WHERE agent_id = staff.id), '{}') AS skills,
    array(SELECT queue FROM staff_queues WHERE agent_id = staff.id AND NOT backup ORDER BY queue) AS queues,
    array(SELECT queue FROM staff_queues WHERE agent_id = staff.id AND backup ORDER BY queue) AS backup
FROM staff
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """skills: name → level, 1–10. at_most: channel → items at once; channels missing are not served."""

    id: AgentId
    email: str
    name: str
    role: Literal["agent", "supervisor", "admin"]
    team: str = ""
    password_hash: str
    status: str
    units_limit: Units
    at_most: Mapping[Channel, int]
    language: str
    active: bool = True
    auto_accept: bool = False
    skills: Mapping[str, int]
    queues: frozenset[str]
    backup: frozenset[str] = frozenset()
    """Queues they help out in."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    """What expressions of the policy may speak of."""


async def by_email(database: Database, email: str) -> Staff | None:
    """Whatever the case of its letters."""
    row = await database.fetch_row(SELECT + "WHERE lower(email) = lower($1)", email)
    return None if row is None else _staff(row)


async def by_id(database: Database, agent_id: AgentId) -> Staff | None:
    row = await database.fetch_row(SELECT + "WHERE id = $1", agent_id)
    return None if row is None else _staff(row)


async def everybody(database: Database) -> list[Staff]:
    """All active staff, by id."""
    return [_staff(row) for row in await database.fetch(SELECT + "WHERE active ORDER BY id")]


async def put(database: Database, person: Staff, *, at: Ms) -> None:
    """Add a person, or replace all that is known of them.

    Raises asyncpg.UniqueViolationError when somebody else has the e-mail address.
    """
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO staff (id, email, name, role, team, password_hash, status, units_limit, at_most, language,
                active, created_at, attributes, auto_accept)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT (id) DO UPDATE SET email = $2, name = $3, role = $4, team = $5, password_hash = $6, status = $7,
                units_limit = $8, at_most = $9, language = $10, active = $11, attributes = $13, auto_accept = $14
            """,
            *(person.id, person.email, person.name, person.role, person.team, person.password_hash, person.status),
            *(person.units_limit, person.at_most, person.language, person.active, at),
            *(person.attributes, person.auto_accept),
        )
        await connection.execute("DELETE FROM staff_skills WHERE agent_id = $1", person.id)
        await connection.execute(
            "INSERT INTO staff_skills SELECT $1, * FROM unnest($2::text[], $3::integer[])",
            *(person.id, list(person.skills), list(person.skills.values())),
        )
        await connection.execute("DELETE FROM staff_queues WHERE agent_id = $1", person.id)
        await connection.execute(
            "INSERT INTO staff_queues SELECT $1, queue, queue <> ALL ($3) FROM unnest($2::text[]) AS queue",
            *(person.id, sorted(person.queues | person.backup), sorted(person.queues)),
        )


async def choose_status(database: Database, agent_id: AgentId, status: str) -> bool:
    """Remember the presence status last chosen; false when there is no such person."""
    return bool(await database.execute("UPDATE staff SET status = $2 WHERE id = $1", agent_id, status))


async def set_password(database: Database, agent_id: AgentId, password_hash: str) -> bool:
    """Replace the password hash; false when there is no such person."""
    return bool(await database.execute("UPDATE staff SET password_hash = $2 WHERE id = $1", agent_id, password_hash))


def _staff(row: asyncpg.Record) -> Staff:
    facts = dict(row)
    return Staff(**facts | {"queues": frozenset(facts["queues"]), "backup": frozenset(facts["backup"])})
