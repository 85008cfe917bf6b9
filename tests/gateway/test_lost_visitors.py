"""Who waits in a widget that is gone gives up the place; who is back in time has it still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from router.core.policy import Presence
from router.core.words import ConversationId
from router.embedded import Urls
from router.store.postgres import work_items
from tests.gateway.centre import Room, TestCentre, room_policy, two_nodes
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEASE_MS, GRACE_MS = 2_000, 5_000
"""A machine that stalls for less than both together takes nobody's place."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    policy = replace(room_policy(), presence=Presence(visitor_lease_ms=LEASE_MS, visitor_grace_ms=GRACE_MS))
    async with two_nodes(embedded_urls, migrated_template, policy=policy, resume_window_s=1) as running:
        yield running


async def given_up(room: Room, conversation_id: str) -> None:
    """Wait until the customer of this conversation is taken for lost."""
    async with asyncio.timeout(2 * PATIENCE_S):
        while await items(room, conversation_id) != [("closed", "cancelled")]:
            await asyncio.sleep(0.1)


async def items(room: Room, conversation_id: str) -> list[tuple[str, str | None]]:
    rows = await work_items.of_conversation(room.centre.database, ConversationId(conversation_id))
    return [(row.state, row.outcome) for row in rows]


async def test_a_customer_who_is_gone_leaves_the_line_and_one_who_stays_does_not(room: Room) -> None:
    lost_visitor = await room.visitor()
    lost, staying = await lost_visitor.tab(), await room.customer(room.centre.second)
    left = await room.start(lost)
    stayed = await room.start(staying)
    await lost.close()
    await given_up(room, left)
    assert await items(room, stayed) == [("waiting", None)]
    again = await lost_visitor.tab()
    assert again.state["conversation"]["state"] == "closed"


async def test_a_customer_who_is_back_within_the_grace_has_the_place_still(room: Room) -> None:
    """Who left later and is not back shows when the time of the one who is would have been over."""
    visitor = await room.visitor()
    first, second, later = await visitor.tab(), await room.customer(), await room.customer()
    conversation_id = await room.start(first)
    await room.start(second)
    left = await room.start(later)
    await first.close()
    await asyncio.sleep(LEASE_MS / 1_000)  # connected no more
    again = await visitor.tab()
    await later.close()
    await given_up(room, left)
    assert await items(room, conversation_id) == [("waiting", None)]
    assert again.state["queue"]["position"] == 1


async def test_the_agent_sees_a_customer_go_and_come_back_long_after_the_session(room: Room) -> None:
    anna, visitor = await room.tab(room.anna), await room.visitor()
    first = await visitor.tab()
    await room.talking(anna, first)
    await first.close()
    await anna.event("customer.presence", online=False)
    await visitor.tab()
    await anna.event("customer.presence", online=True)
