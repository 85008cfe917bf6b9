"""Staff: who may sign in, and what they can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import asyncpg

from router.core.words import AgentId, Channel, Ms, Units
from router.store.postgres.database import Database

SELECT = """
SELECT id, email, name, role, team, password_hash, status, units_limit, at_most, language, active, attributes,
    auto_accept, phone,
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
    phone: str = ""
    """Answers calls there, E.164; empty: in the browser."""
    skills: Mapping[str, int]
    queues: frozenset[str]
    backup: frozenset[str] = frozenset()
    """Queues they help out in."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    """What expressions of the policy may speak of."""


def attributes_of(person: Staff) -> dict[str, object]:
    """What expressions may speak of, with what everybody has."""
    return {"friendly_name": person.name, "email": person.email, **person.attributes}


async def by_email(database: Database, email: str) -> Staff | None:
    """Whatever the case of its letters."""
    row = await database.fetch_row(SELECT + "WHERE lower(email) = lower($1)", email)
    return None if row is None else _staff(row)


async def by_id(database: Database, agent_id: AgentId) -> Staff | None:
    row = await database.fetch_row(SELECT + "WHERE id = $1", agent_id)
    return None if row is None else _staff(row)


async def by_ids(database: Database, ids: Collection[AgentId]) -> list[Staff]:
    """Active or not."""
    return [_staff(row) for row in await database.fetch(SELECT + "WHERE id = ANY ($1)", list(ids))]


async def everybody(database: Database, *, let_go: bool = False) -> list[Staff]:
    """All active staff, by id; let_go: and those who are not any more."""
    return [_staff(row) for row in await database.fetch(SELECT + "WHERE active OR $1 ORDER BY id", let_go)]


async def put(database: Database, person: Staff, *, at: Ms) -> None:
    """Add a person, or replace all that is known of them.

    Raises asyncpg.UniqueViolationError when somebody else has the e-mail address.
    """
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO staff (id, email, name, role, team, password_hash, status, units_limit, at_most, language,
                active, created_at, attributes, auto_accept, phone)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (id) DO UPDATE SET email = $2, name = $3, role = $4, team = $5, password_hash = $6, status = $7,
                units_limit = $8, at_most = $9, language = $10, active = $11, attributes = $13, auto_accept = $14,
                phone = $15
            """,
            *(person.id, person.email, person.name, person.role, person.team, person.password_hash, person.status),
            *(person.units_limit, person.at_most, person.language, person.active, at),
            *(person.attributes, person.auto_accept, person.phone),
        )
        await _equip(connection, person.id, person.skills, person.queues, person.backup)


async def equip(
    database: Database, agent_id: AgentId, *, skills: Mapping[str, int], queues: frozenset[str], backup: frozenset[str]
) -> None:
    """Give a person these skills and queues in place of all they had."""
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM staff WHERE id = $1 FOR UPDATE", agent_id)
        await _equip(connection, agent_id, skills, queues, backup)


async def _equip(
    connection: Any, agent_id: AgentId, skills: Mapping[str, int], queues: frozenset[str], backup: frozenset[str]
) -> None:
    await connection.execute("DELETE FROM staff_skills WHERE agent_id = $1", agent_id)
    await connection.execute(
        "INSERT INTO staff_skills SELECT $1, * FROM unnest($2::text[], $3::integer[])",
        *(agent_id, list(skills), list(skills.values())),
    )
    await connection.execute("DELETE FROM staff_queues WHERE agent_id = $1", agent_id)
    await connection.execute(
        "INSERT INTO staff_queues SELECT $1, queue, queue <> ALL ($3) FROM unnest($2::text[]) AS queue",
        *(agent_id, sorted(queues | backup), sorted(queues)),
    )


async def set_phone(database: Database, agent_id: AgentId, phone: str) -> bool:
    """phone: E.164; empty: answers in the browser. False when there is no such person."""
    return bool(await database.execute("UPDATE staff SET phone = $2 WHERE id = $1", agent_id, phone))


async def set_password(database: Database, agent_id: AgentId, password_hash: str) -> bool:
    """Replace the password hash; false when there is no such person."""
    return bool(await database.execute("UPDATE staff SET password_hash = $2 WHERE id = $1", agent_id, password_hash))


def _staff(row: asyncpg.Record) -> Staff:
    facts = dict(row)
    return Staff(**facts | {"queues": frozenset(facts["queues"]), "backup": frozenset(facts["backup"])})
