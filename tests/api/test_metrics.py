"""Numbers over HTTP, on a running server: counted from the journal, shown to supervisors, refused to others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_http import call, refused, sign_in
from tests.gateway.centre import Room

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def metrics(room: Room, agent_id: str, **asked: Any) -> Any:
    token = (await sign_in(room, agent_id)).cookies["usher_session"]
    return await call(room, "GET", "/api/metrics", params=asked, headers={"cookie": f"usher_session={token}"})


async def test_what_happened_is_in_the_numbers_by_every_variant(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer = await room.customer()
    _, item = await room.talking(anna, customer)
    await anna.ask("item.complete", work_item_id=item, disposition="")
    await anna.ask("status.set", status="busy")
    gone = await room.customer()
    conversation_id = await room.start(gone)
    await gone.ask("conversation.end", conversation_id=conversation_id)
    found = (await metrics(room, room.sue, queue=room.queue)).json()
    [queue] = found["queues"]
    assert (queue["queue"], queue["arrived"], queue["answered"], queue["abandoned"]) == (room.queue, 2, 1, 1)
    assert queue["service_level"] == {
        "abandoned_after_t": 1.0,
        "abandoned_all": 0.5,
        "abandoned_in_t_met": 1.0,
        "answered_only": 1.0,
        "abandoned_not_short": 1.0,
    }
    assert found["variant"] == "abandoned_after_t"
    assert sum(count for _, count in queue["waits"]["answered"]) == 1
    assert (queue["offers"]["made"], queue["offers"]["accepted"], queue["handling"]["handled"]) == (1, 1, 1)
    [numbers] = [agent for agent in found["agents"] if agent["agent_id"] == room.anna]
    assert numbers["name"].startswith("Anna ")
    assert numbers["handling"]["handled"] == 1
    assert numbers["signed_in_s"] >= numbers["handling_s"]


async def test_a_time_in_which_nothing_happened_has_no_numbers(room: Room) -> None:
    found = (await metrics(room, room.sue, **{"from": "2020-01-01T00:00Z", "to": "2020-01-02"})).json()
    assert found["to"] - found["from"] == 86_400_000
    assert found["occupancy"] is None
    assert {queue["arrived"] for queue in found["queues"]} == {0}
    assert found["agents"] == []


async def test_the_threshold_may_be_another_than_the_queues_own(room: Room) -> None:
    found = (await metrics(room, room.sue, queue=room.queue, threshold=90)).json()
    assert found["queues"][0]["threshold_s"] == 90


async def test_agents_and_strangers_are_refused(room: Room) -> None:
    assert refused(await metrics(room, room.anna)) == "wrong_role"
    assert refused(await call(room, "GET", "/api/metrics")) == "not_signed_in"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"from": "yesterday"}, "bad_value"),
        ({"from": "2026-01-01", "to": "2025-01-01"}, "bad_value"),
        ({"from": "2020-01-01", "to": "2026-01-01"}, "bad_value"),
        ({"from": "9" * 30}, "bad_value"),
        ({"from": "²"}, "bad_value"),
        ({"from": "0001-01-01T00:00+23:59"}, "bad_value"),
        ({"threshold": "-1"}, "bad_value"),
        ({"threshold": "1e9"}, "bad_value"),
        ({"queue": "no such\x00queue"}, "unknown_queue"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_a_code(room: Room, asked: dict[str, str], code: str) -> None:
    assert refused(await metrics(room, room.sue, **asked)) == code
