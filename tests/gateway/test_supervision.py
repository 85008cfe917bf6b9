"""What supervisors do to items, agents, queues and conversations, as everybody at their tabs sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from router.core.words import WorkItemId
from router.engine import sign_in
from router.store.postgres import audit, work_items
from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Refused, Tab
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", autouse=True)
def _impatient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sign_in, "LOOKED_AT_EVERY_S", 1.0)
        yield


async def audited(room: Room, action: str) -> list[audit.Entry]:
    """What this room's supervisor did of a kind, newest first."""
    entries = await audit.newest(room.centre.database, limit=1_000)
    return [entry for entry in entries if entry.actor_id == room.sue and entry.action == action]


async def waiting(room: Room, *texts: str) -> list[str]:
    """Items that wait in the room, whose agents are not here, in the order in which they came."""
    for text in texts:
        await room.start(await room.customer(), text)
    _, items = await room.centre.store.waiting(room.queue)
    return list(items)


def another(room: Room) -> str:
    """A room whose people are not here."""
    return f"room-{room.number + 22}"


# ---------------------------------------------------------------- what only supervisors may


async def test_agents_may_do_nothing_that_supervisors_do(room: Room) -> None:
    anna = await room.tab(room.anna)
    item = {"work_item_id": "wi_none"}
    asked: dict[str, dict[str, Any]] = {
        "item.move": {**item, "queue": room.queue},
        "item.prioritise": {**item, "priority": 1},
        "agent.change": {"agent_id": room.ben, "skills": {}, "queues": []},
        "queue.switch": {"queue": room.queue, "to": "closed"},
        "staff.broadcast": {"text": "Hello"},
        "item.monitor": item,
        "agent.set_status": {"agent_id": room.ben, "status": "busy"},
    }
    for kind, facts in asked.items():
        assert await anna.refused(kind, **facts) == "wrong_role", kind
    assert await audited(room, "queue.switch") == []


# ---------------------------------------------------------------- items


async def test_a_waiting_item_that_is_moved_waits_in_the_other_queue_with_its_age(room: Room) -> None:
    sue, [item] = await room.tab(room.sue), await waiting(room, "Hello")
    before = (await room.centre.store.positions([WorkItemId(item)]))[WorkItemId(item)]
    await sue.ask("item.move", work_item_id=item, queue=another(room))
    now = (await room.centre.store.positions([WorkItemId(item)]))[WorkItemId(item)]
    assert (now.queue, now.enqueued_at) == (another(room), before.enqueued_at)
    assert [(entry.subject, entry.detail) for entry in await audited(room, "item.move")] == [
        (item, {"queue": another(room)})
    ]
    assert await sue.refused("item.move", work_item_id=item, queue="nowhere") == "unknown_queue"
    assert await sue.refused("item.move", work_item_id="wi_none", queue=room.queue) == "unknown_work_item"


async def test_an_item_in_an_agents_hands_is_moved_out_of_them(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    _, item = await room.talking(anna, await room.customer())
    await sue.ask("item.move", work_item_id=item, queue=another(room))
    assert (await anna.event("item.closed"))["reason"] == "transferred"


async def test_a_higher_priority_brings_an_item_forward(room: Room) -> None:
    sue, [first, second] = await room.tab(room.sue), await waiting(room, "First", "Second")
    for _ in range(2):
        await sue.ask("item.prioritise", work_item_id=second, priority=5)
    _, line = await room.centre.store.waiting(room.queue)
    assert list(line) == [second, first]
    assert line[WorkItemId(second)].enqueued_at - line[WorkItemId(second)].score == 5 * 60_000
    row = await work_items.by_id(room.centre.database, WorkItemId(second))
    assert row is not None
    assert row.priority == 5
    shown = (await sue.ask("queue.waiting", queue=room.queue))["items"]
    assert [(each["work_item_id"], each["priority"], each["preview"]) for each in shown] == [
        (second, 5, "Second"),
        (first, 0, "First"),
    ]
    assert await sue.refused("item.prioritise", work_item_id=first, priority=101) == "bad_value"


async def test_an_item_in_hand_has_no_place_to_change(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    _, item = await room.talking(anna, await room.customer())
    assert await sue.refused("item.prioritise", work_item_id=item, priority=5) == "wrong_state"


async def test_a_supervisor_takes_a_conversation_over(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    customer = await room.customer()
    _, item = await room.talking(anna, customer)
    await sue.ask("item.assign", work_item_id=item, agent_id=room.sue)
    await sue.event("item.assigned")
    assert (await anna.event("item.closed"))["reason"] == "transferred"
    await customer.event("agent.changed", agent={"name": "Sue", "bot": False})
    await eventually(lambda: [m["text"] for m in customer.state["conversation"]["messages"]].count("agent.joined") == 2)
    assert [entry.subject for entry in await audited(room, "item.assign")] == [item]


# ---------------------------------------------------------------- picking


async def test_an_agent_sees_what_waits_in_their_queues_and_what_keeps_it_from_them(room: Room) -> None:
    anna = await room.tab(room.anna)
    await anna.ask("status.set", status="busy")
    [item] = await waiting(room, "Where is my parcel?")
    [shown] = (await anna.ask("queue.waiting", queue=""))["items"]
    assert (shown["work_item_id"], shown["queue"], shown["preview"]) == (item, room.queue, "Where is my parcel?")
    assert shown["obstacle"]["code"] == "status"
    assert (await anna.ask("queue.waiting", queue=room.queue))["items"] == [shown]
    assert await anna.refused("queue.waiting", queue=another(room)) == "wrong_role"


# ---------------------------------------------------------------- agents


async def test_skills_and_queues_change_while_the_agent_works(room: Room) -> None:
    anna, sue = await room.tab(room.anna, node=room.centre.second), await room.tab(room.sue)
    await sue.watch_board()
    await sue.ask("agent.change", agent_id=room.anna, skills={"en": 2}, queues=[another(room)], backup=[room.queue])
    await anna.event("profile.changed", skills={"en": 2}, queues=[another(room)])
    await eventually(lambda: sue.state["board"]["agents"][room.anna]["queues"] == [another(room)])
    assert sue.state["board"]["agents"][room.anna]["backup"] == [room.queue]
    await room.start(await room.customer(), "For the other room", department=another(room))
    assert (await anna.event("offer.created"))["offer"]["work_item"]["queue"] == another(room)
    again = await room.tab(room.anna)
    assert again.state["me"]["queues"] == [another(room)]
    assert [entry.subject for entry in await audited(room, "agent.change")] == [room.anna]


async def test_nobody_learns_a_skill_or_joins_a_queue_that_is_not_there(room: Room) -> None:
    sue = await room.tab(room.sue)
    with pytest.raises(Refused, match="bad_value"):
        await sue.ask("agent.change", agent_id=room.anna, skills={"juggling": 5}, queues=[])
    with pytest.raises(Refused, match="bad_value"):
        await sue.ask("agent.change", agent_id=room.anna, skills={"en": 11}, queues=[])
    assert await sue.refused("agent.change", agent_id=room.anna, skills={}, queues=["nowhere"]) == "unknown_queue"
    assert await sue.refused("agent.change", agent_id="nobody", skills={}, queues=[]) == "unknown_agent"


async def test_a_broadcast_reaches_its_queue_on_every_node_and_nobody_else(room: Room) -> None:
    anna, ben = await room.tab(room.anna), await room.tab(room.ben, node=room.centre.second)
    sue = await room.tab(room.sue)
    told = await sue.ask("staff.broadcast", text="Lunch is here", queue=room.queue)
    assert told["count"] == 2
    for tab in (anna, ben):
        notice = await tab.event("notice.posted")
        assert (notice["by"].split()[0], notice["text"]) == ("Sue", "Lunch is here")
    assert not [event for event in sue.events if event["type"] == "notice.posted"]
    assert await sue.refused("staff.broadcast", text="  ") == "text_empty"


# ---------------------------------------------------------------- queues


async def test_a_queue_closed_by_hand_takes_messages_until_it_is_opened_again(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    await sue.watch_board()
    await sue.ask("queue.switch", queue=room.queue, to="closed")
    await eventually(lambda: sue.state["board"]["queues"][room.queue]["switched"] == "closed")
    assert not sue.state["board"]["queues"][room.queue]["open"]
    customer = await room.customer()
    await room.start(customer, "Anybody in?")
    _, line = await room.centre.store.waiting(room.queue)
    assert not line
    assert customer.state["queue"] is None
    await sue.ask("queue.switch", queue=room.queue, to="hours")
    offer = (await anna.event("offer.created"))["offer"]
    assert offer["work_item"]["preview"] == "Anybody in?"
    assert [entry.detail["to"] for entry in await audited(room, "queue.switch")] == ["hours", "closed"]


async def test_other_nodes_follow_a_switch_within_a_second(room: Room) -> None:
    sue, far = await room.tab(room.sue), await room.tab(room.sue, node=room.centre.second)
    await far.watch_board()
    await sue.ask("queue.switch", queue=room.queue, to="closed")
    await eventually(lambda: not far.state["board"]["queues"][room.queue]["open"])
    await sue.ask("queue.switch", queue=room.queue, to="open")
    await eventually(lambda: far.state["board"]["queues"][room.queue]["switched"] == "open")
    await sue.ask("queue.switch", queue=room.queue, to="hours")


# ---------------------------------------------------------------- conversations


async def said(tab: Tab, text: str) -> None:
    await tab.event("message.created")
    await eventually(lambda: any(e["type"] == "message.created" and e["message"]["text"] == text for e in tab.events))


async def test_a_supervisor_reads_along_whispers_and_speaks(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue, node=room.centre.second)
    customer = await room.customer()
    conversation_id, item = await room.talking(anna, customer, "My greenhouse is broken")
    read = await sue.ask("item.monitor", work_item_id=item)
    assert read["conversation"]["messages"][0]["text"] == "My greenhouse is broken"
    await anna.ask("message.send", conversation_id=conversation_id, client_id="m1", text="Which pane?")
    await said(sue, "Which pane?")
    await sue.ask("note.add", conversation_id=conversation_id, client_id="w1", text="Offer a new one")
    await said(anna, "Offer a new one")
    await sue.ask("message.send", conversation_id=conversation_id, client_id="b1", text="I am the head gardener")
    await said(customer, "I am the head gardener")
    heard = [message["text"] for message in customer.state["conversation"]["messages"]]
    assert "Offer a new one" not in heard
    assert heard[-2:] == ["agent.joined", "I am the head gardener"]
    await sue.ask("item.unmonitor")
    before = len(sue.events)
    await customer.ask("message.send", conversation_id=conversation_id, client_id="m3", text="Thank you")
    await said(anna, "Thank you")
    assert [event for event in sue.events[before:] if event["type"] == "message.created"] == []
    assert [entry.subject for entry in await audited(room, "item.monitor")] == [item]


# ---------------------------------------------------------------- the end of a login


async def test_signing_out_closes_every_tab_of_the_login_on_every_node_and_no_other(room: Room) -> None:
    seat = await room.centre.staff_seat(room.anna)
    there = await room.centre.open(seat)
    elsewhere = await room.centre.open(
        type(seat)(
            url=room.centre.second.url,
            path=seat.path,
            hello={"device_id": "second-tab"},
            headers=seat.headers,
            origin=room.centre.second.url,
        )
    )
    other_login = await room.tab(room.anna)
    await request(room.centre.first.url, "POST", "/api/logout", headers=seat.headers)
    assert await there.closed() == 4401
    assert await elsewhere.closed() == 4401
    await other_login.ask("colleagues.fetch")


async def test_a_login_that_ended_unheard_is_noticed(room: Room) -> None:
    tab = await room.tab(room.anna)
    await room.centre.database.execute("DELETE FROM login_sessions WHERE staff_id = $1", room.anna)
    assert await tab.closed() == 4401
