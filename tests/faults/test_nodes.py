"""Two nodes on the same stores, and nodes on Redis 7."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from loadtest.centre import PASSWORD
from tests.faults.conftest import Serve
from tests.faults.people import Caller, Clerk
from tests.faults.server import Server
from tests.patience import PATIENCE_S, comes_to_be
from tests.servers import flush, redis_binary, running

pytestmark = pytest.mark.faults


async def clerk_of(node: Server, number: int = 0, cookie: str = "") -> Clerk:
    return await Clerk.signs_in(node.address, f"agent-{number}@replay.example", PASSWORD, cookie=cookie)


async def test_a_node_carries_on_when_the_other_is_killed(serve: Serve) -> None:
    one, two = serve(), serve()
    await one.start()
    await two.start()
    caller, clerk = await Caller.arrives(one.address), await clerk_of(two)
    await caller.begins("hello")
    item = await clerk.accepts(caller)
    await clerk.says(caller, "from the other node")
    await caller.until(lambda: caller.texts == ["hello", "from the other node"])

    await two.kill()
    moved = await clerk_of(one)
    await moved.until(lambda: item in moved.holds)
    await caller.says("still there?")
    await moved.until(lambda: moved.texts(caller) == ["hello", "from the other node", "still there?"])
    await moved.says(caller, "yes")
    await caller.until(lambda: caller.last == "yes")
    await comes_to_be(one.doctor, {})


async def test_the_timers_of_a_killed_node_go_on(serve: Serve) -> None:
    one, two = serve(), serve()
    await one.start()
    await two.start()
    clerk, caller = await clerk_of(two, 1), await Caller.arrives(one.address)
    await caller.begins("hello")
    await clerk.until(lambda: bool(clerk.rings))
    other = await clerk_of(one, 0)
    await two.kill()
    await clerk.client.close()
    item = await other.accepts(caller)  # the first agent's lease ran out, so the offer moved on
    assert other.holds[item].work_item.conversation_id == caller.conversation_id


async def test_a_conversation_and_a_rebuild_on_redis_7(serve: Serve, tmp_path: Path) -> None:
    with running(redis_binary(), tmp_path, "--appendonly", "yes") as store:
        node = serve(redis=store.url)
        await node.start()
        clerk, caller = await clerk_of(node), await Caller.arrives(node.address)
        await caller.begins("hello")
        item = await clerk.accepts(caller)
        flush(store.url)  # the functions too
        await node.has_logged("store rebuilt")
        await clerk.says(caller, "there you are")
        await caller.until(lambda: caller.texts == ["hello", "there you are"])
        async with asyncio.timeout(PATIENCE_S):
            await clerk.finishes(item)
        await comes_to_be(node.doctor, {})
