"""A session outlives its connections: cuts, takeovers, several tabs, a last one that leaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
from websockets import ConnectionClosed

from router.core.words import WorkItemId
from router.engine import snapshots
from router.store.routing import Position, RoutingStore
from tests.gateway.centre import Room
from tests.gateway.wire import dial
from tests.patience import PATIENCE_S, comes_to_be, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("subprotocol", ["usher.v1.msgpack", "usher.v1.json"])
async def test_after_a_cut_exactly_the_missed_events_follow(room: Room, subprotocol: str) -> None:
    anna, sue = await room.tab(room.anna, subprotocol=subprotocol), await room.tab(room.sue)
    await anna.cut()
    for status in ("busy", "available", "away"):
        await sue.ask("agent.set_status", agent_id=room.anna, status=status)
    back = await room.centre.open(anna.seat, after=anna)
    assert back.resumed
    await back.event("presence.changed", status="away")
    told = [event["status"] for event in back.events if event["type"] == "presence.changed" and event["by"]]
    assert told == ["busy", "available", "away"]
    await eventually(lambda: back.state["me"]["reachability"] == "connected")


async def test_a_command_sent_again_after_a_cut_is_answered_alike_and_done_once(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    note = {"type": "note.add", "id": 77, "conversation_id": conversation_id, "client_id": "n", "text": "Once"}
    transfer = {"type": "item.transfer_to_queue", "id": 78, "work_item_id": work_item_id, "queue": room.queue}
    first = [await anna.answer(note), await anna.answer(transfer)]
    await anna.cut()
    back = await room.centre.open(anna.seat, after=anna)
    assert [await back.answer(note), await back.answer(transfer)] == first
    rows = await room.centre.database.fetch(
        "SELECT kind, text FROM messages WHERE conversation_id = $1 AND n > 2 ORDER BY n", conversation_id
    )
    assert [tuple(row.values()) for row in rows] == [("note", "Once"), ("system", "transferred")]


async def test_only_the_same_person_on_the_same_device_resumes(room: Room) -> None:
    anna = await room.tab(room.anna)
    ben_seat = await room.centre.staff_seat(room.ben, device=str(anna.seat.hello["device_id"]))
    stranger = await room.centre.open(ben_seat, after=anna)
    assert not stranger.resumed
    assert stranger.state["me"]["agent_id"] == room.ben
    elsewhere = await room.centre.open(await room.centre.staff_seat(room.anna, device="other"), after=anna)
    assert not elsewhere.resumed
    assert anna.close_code is None


async def test_a_session_of_the_past_is_answered_with_a_fresh_snapshot(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    await sue.ask("agent.set_status", agent_id=room.anna, status="busy")
    await anna.event("presence.changed", status="busy")
    await anna.say({"type": "ping"})
    await anna.heard("pong")  # behind the acknowledgement
    await anna.cut()
    anna.last_seq = 0
    back = await room.centre.open(anna.seat, after=anna)
    assert not back.resumed
    assert back.state["me"]["status"] == "busy"


async def test_a_second_connection_takes_the_session_over(room: Room) -> None:
    anna = await room.tab(room.anna)
    second = await room.centre.open(anna.seat, after=anna)
    assert second.resumed
    assert await anna.closed() == 4409
    await second.ask("status.set", status="busy")
    assert second.state["me"]["reachability"] == "connected"


async def test_two_tabs_see_the_same_and_what_one_accepts_stops_ringing_in_the_other(room: Room) -> None:
    one, other = await room.tab(room.anna), await room.tab(room.anna)
    customer = await room.customer()
    await room.start(customer)
    offer_id = (await one.event("offer.created"))["offer"]["offer_id"]
    assert (await other.event("offer.created"))["offer"]["offer_id"] == offer_id
    await one.ask("offer.accept", offer_id=offer_id)
    assert (await other.event("offer.closed"))["outcome"] == "accepted"
    await eventually(lambda: one.state == other.state)


async def test_the_last_tab_that_leaves_starts_the_grace_and_a_return_finds_all(room: Room) -> None:
    anna, second, sue = await room.tab(room.anna), await room.tab(room.anna), await room.tab(room.sue)
    await sue.watch_board()
    customer = await room.customer()
    await room.talking(anna, customer)
    await second.close()
    await asyncio.sleep(0.3)
    assert sue.state["board"]["agents"][room.anna]["reachability"] == "connected"
    await anna.cut()
    await eventually(lambda: sue.state["board"]["agents"][room.anna]["reachability"] == "grace")
    back = await room.centre.open(anna.seat, after=anna)
    await eventually(lambda: sue.state["board"]["agents"][room.anna]["reachability"] == "connected")
    assert len(back.state["assignments"]) == 1


async def test_after_the_grace_the_work_returns_to_the_queue(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    await room.talking(anna, customer)
    ben = await room.tab(room.ben)
    await anna.close()
    offer = (await ben.event("offer.created"))["offer"]
    await customer.event("agent.changed", agent=None)
    await ben.ask("offer.accept", offer_id=offer["offer_id"])
    await eventually(lambda: customer.state["agent"] == {"name": "Ben", "bot": False})


async def test_a_duplicated_tab_that_closes_does_not_sign_the_other_out(room: Room) -> None:
    first, sue = await room.tab(room.anna, device="twin"), await room.tab(room.sue)
    await sue.watch_board()
    twin = await room.tab(room.anna, device="twin")
    await first.close()
    await asyncio.sleep(0.4)
    assert sue.state["board"]["agents"][room.anna]["reachability"] == "connected"
    assert twin.close_code is None


async def test_an_agent_is_told_when_the_customer_is_gone_and_back(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    await room.talking(anna, customer)
    taken_over = await room.centre.open(customer.seat, after=customer)  # counts once
    await taken_over.cut()
    assert (await anna.event("customer.presence"))["online"] is False
    await room.centre.open(customer.seat, after=taken_over)
    assert (await anna.event("customer.presence"))["online"] is True


async def test_sessions_cut_before_their_welcome_keep_nobody_out(room: Room) -> None:
    async with room.centre.another(max_connections=4) as node:
        for _ in range(12):
            seat = await room.centre.staff_seat(room.anna, node=node)
            socket = await dial(replace(seat, subprotocol="usher.v1.json"))
            with contextlib.suppress(ConnectionClosed):  # the node may not have heard yet that those before are gone
                await socket.send(json.dumps({"type": "hello", **seat.hello}))
            socket.transport.abort()

        async def let_in() -> bool:
            return (await room.tab(room.anna, node=node)).close_code is None

        await comes_to_be(let_in, True)
        await room.centre.close_tabs()


async def test_a_tab_that_learns_its_place_late_does_not_wait_for_who_is_there(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted, asked, positions = asyncio.Event(), asyncio.Event(), RoutingStore.positions

    async def late(store: RoutingStore, items: Sequence[WorkItemId]) -> dict[WorkItemId, Position]:
        known = await positions(store, items)
        if sys._getframe(1).f_globals["__name__"] == snapshots.__name__:  # others ask, too, each at its own time
            asked.set()
            await accepted.wait()
        return known

    anna, visitor = await room.tab(room.anna), await room.visitor()
    first = await visitor.tab()
    await room.start(first)
    offer = (await anna.event("offer.created"))["offer"]
    monkeypatch.setattr(RoutingStore, "positions", late)
    opening = asyncio.create_task(visitor.tab())
    await asyncio.wait_for(asked.wait(), PATIENCE_S)
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await first.event("agent.changed")
    accepted.set()
    second = await opening
    await second.event("agent.changed")
    await anna.ask("message.send", conversation_id=offer["work_item"]["conversation_id"], client_id="m1", text="Hello")
    await second.event("message.created")
    assert second.state["queue"] is None
    assert second.state["agent"]["name"] == "Anna"


async def test_a_tab_opened_while_the_journal_stands_still_waits_for_it(room: Room) -> None:
    """What another node has just done is in the store already, and not yet where its story is."""
    anna = await room.tab(room.anna)
    await room.start(await room.customer())
    offer_id = (await anna.event("offer.created"))["offer"]["offer_id"]
    async with room.centre.database.transaction() as connection:
        await connection.execute("LOCK TABLE journal IN EXCLUSIVE MODE")
        accepting = asyncio.create_task(anna.ask("offer.accept", offer_id=offer_id))
        await eventually(lambda: not anna.state["offers"])
        opening = asyncio.create_task(room.tab(room.anna, node=room.centre.second))
        await asyncio.sleep(2 * snapshots.ANEW_BEHIND_S)
    second = await opening
    await accepting
    assert second.close_code is None
    assert len(second.state["assignments"]) == 1


async def test_whoever_fills_a_node_with_silent_sockets_keeps_no_staff_out_and_customers_only_while_they_are_open(
    room: Room,
) -> None:
    async with room.centre.another(max_connections=3) as node:
        seat = replace(await room.centre.staff_seat(room.anna, node=node), path="/ws/customer", headers={})
        strangers = [await dial(seat) for _ in range(3)]
        late = await dial(seat)
        await late.wait_closed()
        assert late.close_code == 4503
        anna = await room.tab(room.anna, node=node)
        await strangers[0].close()
        async with asyncio.timeout(PATIENCE_S):
            while (
                customer := await room.customer(node)
            ).close_code is not None:  # the server hears of it a moment later
                pass
        await room.start(customer)
        await anna.event("offer.created")
        for stranger in strangers:
            await stranger.close()
        await room.centre.close_tabs()
