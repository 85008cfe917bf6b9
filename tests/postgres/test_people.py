"""Staff, their sessions, and the audit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from router.core.words import AgentId
from router.store.postgres import audit, sessions, staff
from router.store.postgres.database import Database
from router.store.postgres.sessions import LoginSession
from router.store.postgres.staff import Staff


def a_person(**facts: Any) -> Staff:
    usual: dict[str, Any] = {
        "id": AgentId("agt_1"),
        "email": "Maria@example.org",
        "name": "Maria",
        "role": "agent",
        "team": "north",
        "password_hash": "$argon2id$…",
        "status": "available",
        "units_limit": 100,
        "at_most": {"webchat": 4, "voice": 1},
        "language": "el",
        "skills": {"greek": 10, "returns": 3},
        "queues": frozenset({"sales", "support"}),
    }
    return Staff(**usual | facts)


async def test_staff_are_kept_with_skills_and_queues_and_found_by_email_in_any_case(database: Database) -> None:
    person = a_person()
    await staff.put(database, person, at=1)
    assert await staff.by_email(database, "mARIA@EXAMPLE.org") == person
    assert await staff.by_id(database, person.id) == person
    less = replace(person, skills={"greek": 4}, queues=frozenset[str](), name="Maria K.")
    await staff.put(database, less, at=2)
    assert await staff.by_id(database, person.id) == less
    assert await staff.by_email(database, "nobody@example.org") is None


async def test_two_people_cannot_share_an_address(database: Database) -> None:
    await staff.put(database, a_person(), at=1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await staff.put(database, a_person(id=AgentId("agt_2"), email="maria@EXAMPLE.org"), at=1)


async def test_who_left_is_not_among_everybody(database: Database) -> None:
    await staff.put(database, a_person(), at=1)
    await staff.put(database, a_person(id=AgentId("agt_2"), email="x@example.org", active=False), at=1)
    assert [person.id for person in await staff.everybody(database)] == ["agt_1"]
    assert [person.id for person in await staff.everybody(database, let_go=True)] == ["agt_1", "agt_2"]


async def test_the_password_is_replaced(database: Database) -> None:
    await staff.put(database, a_person(), at=1)
    assert await staff.set_password(database, AgentId("agt_1"), "new")
    assert not await staff.set_password(database, AgentId("nobody"), "new")
    found = await staff.by_id(database, AgentId("agt_1"))
    assert found is not None
    assert found.password_hash == "new"


async def test_a_session_lives_until_it_expires_or_ends(database: Database) -> None:
    person = a_person()
    await staff.put(database, person, at=1)
    session = LoginSession(staff_id=person.id, created_at=1, expires_at=100, last_seen_at=1, user_agent="Firefox")
    for token in ("one", "two", "three"):
        await sessions.create(database, token, session)
    assert await sessions.find(database, "one", now=99) == session
    assert await sessions.find(database, "one", now=100) is None
    assert await sessions.find(database, "other", now=5) is None
    await sessions.touch(database, "one", now=50, expires_at=200)
    assert await sessions.find(database, "one", now=100) == replace(session, last_seen_at=50, expires_at=200)
    await sessions.end(database, "two")
    assert await sessions.find(database, "two", now=5) is None
    assert await sessions.forget_expired(database, now=150) == 1
    assert await sessions.end_all_of(database, person.id) == 1


async def test_the_session_of_somebody_who_left_is_not_found(database: Database) -> None:
    person = a_person()
    await staff.put(database, person, at=1)
    session = LoginSession(staff_id=person.id, created_at=1, expires_at=100, last_seen_at=1, user_agent="\0" * 900)
    await sessions.create(database, "token", session)
    await staff.put(database, replace(person, active=False), at=2)
    assert await sessions.find(database, "token", now=5) is None


async def test_no_token_is_kept_as_it_is(database: Database) -> None:
    person = a_person()
    await staff.put(database, person, at=1)
    session = LoginSession(staff_id=person.id, created_at=1, expires_at=100, last_seen_at=1, user_agent="")
    await sessions.create(database, "s3cret-token", session)
    kept = await database.fetch("SELECT token_hash FROM login_sessions UNION SELECT token_hash FROM visitors")
    assert {len(row["token_hash"]) for row in kept} == {32}


async def test_what_was_done_is_told_newest_first(database: Database) -> None:
    entries = [
        audit.Entry(at=at, actor_id="sup_1", action="status.set", subject="agt_1", detail={"status": status})
        for at, status in enumerate(("busy", "break"))
    ]
    for entry in entries:
        await audit.note(database, entry)
    assert await audit.newest(database) == entries[::-1]
