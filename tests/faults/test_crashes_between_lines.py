"""The process ends between two lines; the next one finds everything whole and the customer is served."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from loadtest.centre import PASSWORD
from loadtest.client import CommandRefused
from router.protocol import cases
from router.protocol.case_records import NewCustomer
from tests.faults.conftest import Serve
from tests.faults.crashing import ENDED
from tests.faults.people import Caller, Clerk
from tests.faults.server import Server
from tests.patience import comes_to_be

pytestmark = pytest.mark.faults

MENDED_S = 40.0


async def clerk_of(node: Server) -> Clerk:
    return await Clerk.signs_in(node.address, "agent-0@replay.example", PASSWORD)


async def crash_and_start_again(node: Server) -> None:
    assert await node.ended() == ENDED, node.said()
    await node.start()


async def sound(node: Server) -> None:
    await comes_to_be(node.doctor, {}, patience_s=MENDED_S)


async def served(clerk: Clerk, caller: Caller) -> None:
    """From the line to the end of the work."""
    item = await clerk.accepts(caller)
    await clerk.says(caller, "How can I help?")
    await caller.until(lambda: "How can I help?" in caller.texts)
    await clerk.finishes(item)
    await caller.until(lambda: caller.closed)


@pytest.mark.parametrize("place", ["committed, not enqueued", "enqueued, not journaled"])
async def test_a_customer_whose_start_was_cut_short_is_served_once(serve: Serve, place: str) -> None:
    node = serve()
    await node.start(ends_at=place)
    caller = await Caller.arrives(node.address)
    beginning = asyncio.create_task(caller.begins("hello"))
    await crash_and_start_again(node)
    clerk = await clerk_of(node)
    await beginning
    await served(clerk, caller)
    assert caller.texts == ["hello", "How can I help?"]
    await sound(node)


async def test_a_start_nobody_asks_for_again_still_comes_into_line(serve: Serve) -> None:
    node = serve()
    await node.start(ends_at="committed, not enqueued")
    caller = await Caller.arrives(node.address)
    beginning = asyncio.create_task(caller.begins("hello"))
    assert await node.ended() == ENDED, node.said()
    beginning.cancel()
    await caller.client.close()
    await node.start()
    clerk = await clerk_of(node)
    await clerk.until(lambda: bool(clerk.rings))
    await sound(node)


async def test_an_accepted_offer_that_was_not_journaled_is_the_agents(serve: Serve) -> None:
    node = serve()
    await node.start(ends_at="accepted, not journaled")
    clerk, caller = await clerk_of(node), await Caller.arrives(node.address)
    await caller.begins("hello")
    accepting = asyncio.create_task(clerk.accepts(caller))
    await crash_and_start_again(node)
    item = await accepting
    await clerk.says(caller, "yours")
    await caller.until(lambda: caller.texts == ["hello", "yours"])
    assert list(clerk.holds) == [item]
    await sound(node)


async def test_the_item_of_a_customer_who_left_leaves_the_line(serve: Serve) -> None:
    node = serve()
    await node.start(ends_at="closed by the customer, not cancelled")
    caller = await Caller.arrives(node.address)
    await caller.begins("hello")
    leaving = asyncio.create_task(caller.leaves())
    await crash_and_start_again(node)
    await leaving
    await sound(node)
    clerk, next_caller = await clerk_of(node), await Caller.arrives(node.address)
    await next_caller.begins("me now")
    await served(clerk, next_caller)


@pytest.mark.parametrize("place", ["closed by the agent, not wrapped up", "completed, not journaled"])
async def test_work_whose_end_was_cut_short_is_ended(serve: Serve, place: str) -> None:
    node = serve()
    await node.start(ends_at=place)
    clerk, caller = await clerk_of(node), await Caller.arrives(node.address)
    await caller.begins("hello")
    item = await clerk.accepts(caller)
    finishing = asyncio.create_task(clerk.finishes(item))
    await crash_and_start_again(node)
    with contextlib.suppress(CommandRefused):  # done before the crash: the item is closed
        await finishing
    await clerk.until(lambda: not clerk.holds)
    await caller.until(lambda: caller.closed)
    await sound(node)


@pytest.mark.parametrize("place", ["case kept, its alarm not set", "alarm rang, its effect not kept"])
async def test_a_deadline_comes_once_though_the_server_died_over_it(serve: Serve, place: str) -> None:
    node = serve()
    await node.start(ends_at=place)
    clerk = await clerk_of(node)
    letter = {"client_id": "letter", "subject": "A letter", "customer": NewCustomer(name="Ann")}
    making = asyncio.create_task(clerk.client.ask(cases.CreateCase, **letter))
    await crash_and_start_again(node)
    case_id = (await making).case.case_id
    async with asyncio.timeout(MENDED_S):
        while (await clerk.client.ask(cases.FetchCase, case_id=case_id)).case.milestones[0].state != "missed":
            await asyncio.sleep(0.2)
    await sound(node)
    feed = await clerk.client.ask(cases.FetchCaseFeed, case_id=case_id)
    assert [entry.word for entry in feed.entries if entry.kind == "milestone"] == ["missed", "started"]


async def test_a_word_that_was_kept_but_not_told_is_told_once(serve: Serve) -> None:
    node = serve()
    await node.start(ends_at="message committed, not told")
    clerk, caller = await clerk_of(node), await Caller.arrives(node.address)
    await caller.begins("hello")
    await clerk.accepts(caller)
    talking = asyncio.create_task(caller.says("mind the gap"))
    await crash_and_start_again(node)
    await talking
    await clerk.until(lambda: clerk.texts(caller) == ["hello", "mind the gap"])
    await caller.until(lambda: caller.texts == ["hello", "mind the gap"])
    await sound(node)
