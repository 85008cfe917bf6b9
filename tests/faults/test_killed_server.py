"""The server itself is killed, or told to stop."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.faults.conftest import ENVIRONMENT, House
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.faults


async def test_a_killed_server_takes_no_acknowledged_word_with_it(house: House) -> None:
    await house.server.start()
    clerk, caller = await house.clerk(), await house.caller()
    await caller.begins("Where is my parcel?")
    item = await clerk.accepts(caller)
    await clerk.says(caller, "Let me look.")

    async def chatter() -> None:
        for number in range(60):
            await caller.says(f"and {number}")
            await clerk.says(caller, f"yes {number}")

    talking = asyncio.create_task(chatter())
    await caller.until(lambda: len(caller.acknowledged) >= 20)
    await house.server.kill()
    await house.server.start()
    async with asyncio.timeout(PATIENCE_S):
        await talking

    said = caller.acknowledged | clerk.acknowledged
    for person in (caller, clerk):
        await person.until(lambda: len(caller.texts) == len(clerk.texts(caller)) == len(said))
    assert [text for _, text in sorted(said.items())] == clerk.texts(caller)
    assert caller.texts == clerk.texts(caller)
    assert len(set(said.values())) == len(said) == 2 + 120
    assert list(clerk.holds) == [item]
    assert "fresh" in clerk.lines[1:]
    assert "fresh" in caller.lines[1:]
    assert clerk.complaints == caller.complaints == []
    await house.is_sound()


async def test_what_rang_when_the_server_was_killed_rings_again(house: House) -> None:
    await house.server.start()
    clerk, caller = await house.clerk(), await house.caller()
    await caller.begins("Hello?")
    await clerk.until(lambda: bool(clerk.rings))
    await house.server.kill()
    clerk.rings.clear()
    await house.server.start()
    item = await clerk.accepts(caller)
    await caller.until(lambda: bool(caller.served_by))
    await clerk.says(caller, "Here I am.")
    await caller.until(lambda: "Here I am." in caller.texts)
    await clerk.finishes(item)
    await house.is_sound()


async def test_stopping_in_order_waits_for_nobody_is_clean_and_tells_every_client(house: House) -> None:
    house.server.environment = {**ENVIRONMENT, "USHER_SHUTDOWN_S": "300"}
    await house.server.start()
    clerk, caller = await house.clerk(), await house.caller()
    codes: list[int] = []
    for client in (clerk.client, caller.client):
        assert client._socket is not None
        client._socket._on_close = codes.append
    assert await house.server.stop(signal.SIGTERM) == 0, house.server.said()
    await eventually(lambda: len(codes) == 2)
    assert codes == [1001, 1001]
    assert not (house.data / "server.json").exists()
