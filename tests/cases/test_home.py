"""What an agent sees first, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.conftest import becomes, changed, made
from tests.gateway.centre import Room
from tests.patience import comes_to_be

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_home_tells_my_numbers_the_targets_and_what_is_due(room: Room) -> None:
    anna = await room.tab(room.anna)
    now = (await anna.ask("home.fetch"))["server_time"]
    assert (await anna.ask("home.fetch"))["mine"]["closed"] == 0
    urgent = await made(anna, "Over at once", case_type="hasty")
    await made(anna, "Not so soon", case_type="parcel")
    closed = await made(anna, "Done and over")
    await changed(anna, closed, status="closed")
    customer = await room.customer()
    _, item_id = await room.talking(anna, customer)
    await anna.ask("item.wrap_up", work_item_id=item_id)
    await anna.ask("item.complete", work_item_id=item_id, disposition="resolved")
    await becomes(anna, urgent, labels=["late"])

    async def told() -> tuple[Any, ...]:
        home = await anna.ask("home.fetch", days=1, day_began_at=now - 1_000)
        mine = home["mine"]
        return mine["closed"], mine["in_time"], home["today"]["handled"], home["my_open"], home["my_late"]

    await comes_to_be(told, (1, 1.0, 1, 2, 1))
    home = await anna.ask("home.fetch", days=1, day_began_at=now - 1_000)
    assert [each["subject"] for each in home["due"]] == ["Over at once", "Not so soon"]
    assert home["targets"] == {
        "first_response_ms": 60_000, "in_time": 0.9, "csat": 4.5, "nps": None, "survey": "csat",
    }  # fmt: skip
    assert home["today"]["handle_ms"] > 0
    assert home["team_name"] == "rooms"
    assert await anna.refused("home.fetch", days=0) == "bad_value"


async def test_open_cases_are_told_by_type_and_priority(room: Room) -> None:
    sue = await room.tab(room.sue, node=room.centre.second)  # nobody asked there yet, so nothing is told again
    await made(sue, "Nobody knows what", case_type="parcel_lost", mine=False, queue=room.queue)
    counts = (await sue.ask("home.fetch"))["open"]
    assert any(each["label"] == "Lost" and each["priority"] == "high" and each["count"] > 0 for each in counts)
