"""The store is wiped while people work: every tab gets what is true now, and nobody waits for one who cannot."""

from __future__ import annotations

import asyncio

import pytest

from router.embedded import Urls
from router.engine import talk
from router.store.connection import Connection
from tests.gateway.centre import Room
from tests.gateway.wire import Tab
from tests.servers import flush

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENTS = 24
"""A second for each would be longer than anybody here waits."""


async def test_all_agents_go_on_at_once_but_one_who_was_let_go(room: Room, embedded_urls: Urls) -> None:
    gone = await room.tab(room.ben)
    rooms = [Room(centre=room.centre, number=room.number + 1 + each) for each in range(AGENTS)]
    tabs: list[Tab] = [await each.tab(each.anna) for each in rooms]
    database = room.centre.database
    await database.execute("UPDATE staff SET active = false WHERE id = $1", room.ben)
    flush(embedded_urls.redis)
    await asyncio.gather(*(tab.event("snapshot") for tab in tabs))
    assert await gone.closed() in (4401, 4503)
    customer = await rooms[0].customer(room.centre.second)
    await rooms[0].talking(tabs[0], customer)
    await database.execute("UPDATE staff SET active = true WHERE id = $1", room.ben)


async def test_what_cannot_be_read_takes_nothing_along_that_was_said_with_it(room: Room, embedded_urls: Urls) -> None:
    """By a node of another version, as in an update."""
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, customer)
    typing = talk.encode(talk.TypingSaid(conversation_id=conversation_id, side="agent", author_name="Anna"))
    async with await Connection.open(embedded_urls.redis) as other:
        await other.ask("XADD", f"{room.centre.store.prefix}talk", "*", "e", b"of tomorrow", "e", typing)
    await customer.event("typing.shown")
