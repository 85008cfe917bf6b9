"""Asking where items stand, when none of them stands anywhere."""

from __future__ import annotations

from router.core.words import WorkItemId
from router.store import library
from router.store.connection import Connection
from tests.store.routing.world import new_world


async def test_items_that_are_gone_are_nowhere_and_so_is_nothing(store_url: str) -> None:
    async with await Connection.open(store_url) as connection:
        world = await new_world(connection, library.text(), backlog=False)
        assert await world.store.positions([]) == {}
        assert await world.store.positions([WorkItemId("long-closed")]) == {}
