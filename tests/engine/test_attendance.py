"""Whether customers are there, as nodes tell one another."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from router.embedded import Urls
from router.engine.attendance import Attendance
from router.store.connection import Connection
from router.store.presence_keys import PresenceKeys

_visitors = (f"visitor-{number}" for number in itertools.count())


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """told: what either told of customers, in order."""

    first: Attendance
    second: Attendance
    told: list[tuple[str, bool]]
    visitor: str


@pytest_asyncio.fixture
async def nodes(embedded_urls: Urls, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Nodes]:
    monkeypatch.setattr("router.engine.attendance.UNMENTIONED_S", 0)
    told: list[tuple[str, bool]] = []

    async def changed(visitor_id: str, online: bool) -> None:
        told.append((visitor_id, online))

    async with await Connection.open(embedded_urls.redis) as connection:
        first, second = (Attendance(PresenceKeys(connection, "test:", node=name), changed) for name in ("one", "two"))
        yield Nodes(first=first, second=second, told=told, visitor=next(_visitors))


async def told_of() -> None:
    """Until whoever left is told of, or is not."""
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "customer left"))


async def test_who_came_to_another_node_meanwhile_has_not_left(nodes: Nodes) -> None:
    await nodes.first.came(nodes.visitor)
    await nodes.second.came(nodes.visitor)
    await nodes.first.went(nodes.visitor)
    await told_of()
    assert nodes.told == [(nodes.visitor, True), (nodes.visitor, True)]
    assert await nodes.first.is_here(nodes.visitor)
    await nodes.second.went(nodes.visitor)
    await told_of()
    assert nodes.told[2:] == [(nodes.visitor, False)]
    assert not await nodes.first.is_here(nodes.visitor)


async def test_a_node_that_had_a_tab_too_sets_right_what_the_other_told(nodes: Nodes) -> None:
    await nodes.second.came(nodes.visitor)
    await nodes.first.came(nodes.visitor)
    await nodes.first.went(nodes.visitor)
    await told_of()
    await nodes.second.heartbeat(nodes.visitor)
    await nodes.second.heartbeat(nodes.visitor)
    assert nodes.told[-2:] == [(nodes.visitor, False), (nodes.visitor, True)]


async def test_who_leaves_while_their_coming_is_noted_is_told_to_have_left(nodes: Nodes) -> None:
    await nodes.first.came(nodes.visitor)
    await nodes.first.went(nodes.visitor)
    coming = asyncio.create_task(nodes.first.came(nodes.visitor))
    await asyncio.sleep(0)
    await nodes.first.went(nodes.visitor)
    await coming
    await told_of()
    assert nodes.told[-1] == (nodes.visitor, False)
