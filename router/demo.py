"""The demo centre, put into PostgreSQL at a first start; later starts leave what was changed since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence, Set

from config.knowledge_files import KnowledgeFiles
from config.staff import DemoStaff
from router.core.policy import Policy
from router.engine.knowledge.carrying import carry_in
from router.engine.roster import row_of
from router.engine.sign_in import hash_password
from router.store.postgres import articles, staff
from router.store.postgres.database import Database


async def seed(database: Database, policy: Policy, people: Sequence[DemoStaff]) -> int:
    """Add who is missing; how many were added. People of one role share a password, so it is hashed once."""
    known = {person.id for person in await staff.everybody(database)}
    now = time.time_ns() // 1_000_000
    missing = [person for person in people if person.id not in known]
    hashes = await _hashed({person.password for person in missing})
    for person in missing:
        await staff.put(database, row_of(policy, person, hashes[person.password]), at=now)
    return len(missing)


async def _hashed(passwords: Set[str]) -> dict[str, str]:
    """Side by side: each is meant to take long."""
    ordered = sorted(passwords)
    return dict(
        zip(ordered, await asyncio.gather(*(asyncio.to_thread(hash_password, each) for each in ordered)), strict=True)
    )


async def seed_knowledge(database: Database, policy: Policy, read: Callable[[], KnowledgeFiles]) -> None:
    """The demo centre's articles, read while nobody has written any: what is changed later stays changed."""
    if await articles.is_empty(database):
        now = time.time_ns() // 1_000_000
        await carry_in(database, policy, read(), by="demo", at=now, publish=True)
