"""Items nobody could ever take are told to supervisors at once, and no more when somebody can."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.centre import Room
from tests.gateway.wire import Tab

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def alerted(sue: Tab, queue: str, *, some: bool) -> list[dict[str, Any]]:
    """What the board of the queue alerts to, once it does so, or does so no more."""
    while True:
        told = await sue.event("board.changed")
        for row in told["queues"]:
            if row["name"] == queue and bool(row.get("alerted")) == some:
                assert row["alerts"] == len(row.get("alerted", []))
                return list(row.get("alerted", []))


async def test_what_nobody_could_ever_take_is_told_with_the_missing_skill_until_somebody_has_it(room: Room) -> None:
    sue, customer = await room.tab(room.sue), await room.customer()
    await sue.watch_board()
    await room.start(customer, "My gate opens [rare] and closes.")
    [alert] = await alerted(sue, room.queue, some=True)
    [missing] = alert["missing"]
    assert (missing["code"], missing["about"], missing["needs"]) == ("skill", "en", 10)
    assert alert["refusals"] == 0
    [item] = (await sue.ask("queue.waiting", queue=room.queue))["items"]
    assert item["missing"] == alert["missing"]
    await sue.ask("agent.change", agent_id=room.anna, skills={"en": 10}, queues=[room.queue], backup=[])
    assert await alerted(sue, room.queue, some=False) == []


async def test_what_somebody_could_take_who_is_not_here_alerts_nobody(room: Room) -> None:
    sue, customer = await room.tab(room.sue), await room.customer()
    await sue.watch_board()
    await room.start(customer)
    for _ in range(3):  # ages are told every second
        told = await sue.event("board.changed")
        assert all(not row.get("alerts") for row in told["queues"] if row["name"] == room.queue)
