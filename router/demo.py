"""The people of the demo centre, put into PostgreSQL at a first start; later starts leave what was changed since."""

from __future__ import annotations

import time
from collections.abc import Sequence

from config.staff import DemoStaff
from router.core.policy import Policy
from router.engine.sign_in import hash_password
from router.store.postgres import staff
from router.store.postgres.database import Database


async def seed(database: Database, policy: Policy, people: Sequence[DemoStaff]) -> int:
    """Add who is missing; how many were added. People of one role share a password, so it is hashed once."""
    known = {person.id for person in await staff.everybody(database)}
    hashes: dict[str, str] = {}
    now = time.time_ns() // 1_000_000
    missing = [person for person in people if person.id not in known]
    for person in missing:
        if person.password not in hashes:
            hashes[person.password] = hash_password(person.password)
        row = staff.Staff(
            id=person.id,
            email=person.email,
            name=person.name,
            role="agent" if person.role == "customer" else person.role,
            team=person.team,
            password_hash=hashes[person.password],
            status=policy.presence.sign_in_status,
            units_limit=person.limit,
            at_most=person.at_most,
            language=person.language,
            skills=person.skills,
            queues=person.queues,
            backup=person.backup,
            attributes=person.attributes,
            auto_accept=person.auto_accept,
        )
        await staff.put(database, row, at=now)
    return len(missing)
