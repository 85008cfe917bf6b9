"""What happens to customers, offers and work, as people at their tabs see it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.core.words import AgentId, WorkItemId
from router.engine.leases import GATHER_S
from tests.gateway.centre import Room
from tests.gateway.wire import Refused, Tab
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_OVERFLOW = {"overflow": "", "text": {}, "callback": ""}


async def offered(tab: Tab) -> dict[str, Any]:
    offer: dict[str, Any] = (await tab.event("offer.created"))["offer"]
    return offer


def on_board(tab: Tab, agent_id: str) -> dict[str, Any]:
    """The agent's tile as the supervisor's tab has it; empty before it has one."""
    tile: dict[str, Any] = tab.state.get("board", {"agents": {}})["agents"].get(agent_id, {})
    return tile


async def test_an_offer_that_is_accepted_gives_the_agent_the_conversation_and_the_customer_a_name(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    await room.start(customer, "Where is my parcel?", name="Ola", page_url="http://shop.example/cart")
    offer = await offered(anna)
    assert (offer["work_item"]["preview"], offer["work_item"]["customer"]["name"]) == ("Where is my parcel?", "Ola")
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    assignment = (await anna.event("item.assigned"))["assignment"]
    assert assignment["conversation"]["page_url"] == "http://shop.example/cart"
    assert assignment["customer_online"] is True
    assert (await customer.event("agent.changed"))["agent"] == {"name": "Anna", "bot": False}


async def test_accepting_twice_is_accepted_once(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    await room.start(customer)
    offer = await offered(anna)
    for _ in range(2):
        await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await anna.event("item.assigned")
    conversation_id = offer["work_item"]["conversation_id"]
    await anna.ask("message.send", conversation_id=conversation_id, client_id="m1", text="Here I am")
    await eventually(lambda: "Here I am" in told(customer))
    assert told(customer) == ["agent.joined", "Here I am"]
    assert len(anna.state["assignments"]) == 1


def told(tab: Tab) -> list[str]:
    """What was said since the tab was opened."""
    return [event["message"]["text"] for event in tab.events if event["type"] == "message.created"]


async def test_a_declined_offer_goes_to_the_next_agent_with_its_age(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    ben = await room.tab(room.ben)
    await room.start(customer)
    first = await offered(anna)
    await anna.ask("offer.decline", offer_id=first["offer_id"])
    second = await offered(ben)
    assert second["work_item"]["enqueued_at"] == first["work_item"]["enqueued_at"]
    assert second["why"]["attempt"] == 2
    assert (await anna.event("offer.closed"))["outcome"] == "declined"


async def test_a_missed_offer_sets_the_agent_away_and_says_why(quick_room: Room) -> None:
    anna, customer = await quick_room.tab(quick_room.anna), await quick_room.customer()
    ben = await quick_room.tab(quick_room.ben)
    await quick_room.start(customer)
    offer = await offered(anna)
    assert (await anna.event("offer.closed", offer_id=offer["offer_id"]))["outcome"] == "expired"
    changed = await anna.event("presence.changed")
    assert (changed["status"], changed["reason"]) == ("away", "missed_offer")
    assert (await offered(ben))["work_item"]["work_item_id"] == offer["work_item"]["work_item_id"]


async def test_a_late_accept_is_told_how_late(quick_room: Room) -> None:
    anna, customer = await quick_room.tab(quick_room.anna), await quick_room.customer()
    await quick_room.start(customer)
    offer = await offered(anna)
    await anna.event("offer.closed", outcome="expired")
    before = (await quick_room.centre.store.snapshot(limit=1)).at
    with pytest.raises(Refused) as refusal:
        await anna.ask("offer.accept", offer_id=offer["offer_id"])
    after = (await quick_room.centre.store.snapshot(limit=1)).at
    assert refusal.value.code == "offer_expired"
    late_ms = refusal.value.detail["late_ms"]
    assert before - offer["expires_at"] <= late_ms <= after - offer["expires_at"]


async def test_choosing_busy_takes_the_offer_back_and_the_next_in_line_keeps_the_place(room: Room) -> None:
    anna = await room.tab(room.anna)
    first, second = await room.customer(), await room.customer()
    await room.start(first, "First")
    offer = await offered(anna)
    await anna.ask("status.set", status="busy")
    closed = await anna.event("offer.closed", offer_id=offer["offer_id"])
    assert (closed["outcome"], closed["reason"]) == ("rescinded", "status")
    await room.start(second, "Second")
    assert (await second.event("queue.changed"))["queue"]["position"] == 2
    await anna.ask("status.set", status="available")
    assert (await offered(anna))["work_item"]["preview"] == "First"


async def test_a_break_planned_while_working_begins_with_the_end_of_the_work_and_the_board_shows_it(room: Room) -> None:
    anna, sue, customer = await room.tab(room.anna), await room.tab(room.sue), await room.customer()
    await sue.watch_board()
    _, work_item_id = await room.talking(anna, customer)
    await anna.ask("status.set_next", status="away")
    planned = await anna.event("presence.changed")
    assert (planned["status"], planned["reason"], planned["next_status"]) == ("available", "planned", "away")
    await eventually(lambda: on_board(sue, room.anna).get("next_status") == "away")
    await anna.ask("item.complete", work_item_id=work_item_id, disposition="")
    taken = await anna.event("presence.changed", status="away")
    assert (taken["reason"], taken["next_status"]) == ("next", "")
    await eventually(lambda: on_board(sue, room.anna).get("status") == "away")


async def test_who_set_the_status_is_known_in_every_tab_and_on_the_board(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    await sue.watch_board()
    await sue.ask("agent.set_status", agent_id=room.anna, status="away")
    assert (await anna.event("presence.changed"))["status_by"].startswith("Sue ")
    later = await room.tab(room.anna, device="later")
    assert later.state["me"]["status_by"].startswith("Sue ")
    await eventually(lambda: on_board(sue, room.anna).get("status_by") == later.state["me"]["status_by"])


async def test_a_waiting_customer_sees_their_position_move_up(room: Room) -> None:
    first, second = await room.customer(), await room.customer()
    await room.start(first)
    one = await room.start(second)
    told = await second.event("queue.changed", conversation_id=one)
    assert told["queue"] == {"position": 2, "expected_wait_p50_ms": None, "expected_wait_p90_ms": None} | NO_OVERFLOW
    await first.ask("conversation.end", conversation_id=first.state["conversation"]["conversation_id"])
    await eventually(lambda: bool(second.state["queue"]) and second.state["queue"]["position"] == 1)


async def test_the_expected_wait_is_told_once_enough_was_served(room: Room) -> None:
    anna = await room.tab(room.anna)
    for _ in range(4):
        customer = await room.customer()
        _, work_item_id = await room.talking(anna, customer)
        await anna.ask("item.complete", work_item_id=work_item_id, disposition="")
    await room.talking(anna, await room.customer())
    await anna.ask("status.set", status="busy")
    waiting = await room.customer()
    await room.start(waiting)
    await eventually(lambda: bool((waiting.state["queue"] or {}).get("expected_wait_p50_ms")))
    queue = waiting.state["queue"]
    assert 0 < queue["expected_wait_p50_ms"] <= queue["expected_wait_p90_ms"]


async def test_while_nobody_works_no_wait_is_told(room: Room) -> None:
    anna = await room.tab(room.anna)
    for _ in range(4):
        _, work_item_id = await room.talking(anna, await room.customer())
        await anna.ask("item.complete", work_item_id=work_item_id, disposition="")
    await anna.ask("status.set", status="busy")
    waiting = await room.customer()
    await room.start(waiting)
    nothing = {"position": 1, "expected_wait_p50_ms": None, "expected_wait_p90_ms": None} | NO_OVERFLOW
    await eventually(lambda: waiting.state["queue"] == nothing)


async def test_a_transfer_to_the_queue_leaves_a_note_and_the_age(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    ben = await room.tab(room.ben)
    enqueued_at = anna.state["assignments"][0]["work_item"]["enqueued_at"]
    await anna.ask("item.transfer_to_queue", work_item_id=work_item_id, queue=room.queue, note="Wants a refund")
    assert (await anna.event("item.closed"))["reason"] == "transferred"
    assert (await customer.event("agent.changed", agent=None))["conversation_id"] == conversation_id
    offer = await offered(ben)
    assert offer["work_item"]["enqueued_at"] == enqueued_at
    await ben.ask("offer.accept", offer_id=offer["offer_id"])
    messages = (await ben.event("item.assigned"))["assignment"]["conversation"]["messages"]
    assert [message["text"] for message in messages if message["kind"] == "note"] == ["Wants a refund"]
    await eventually(lambda: customer.state["agent"] == {"name": "Ben", "bot": False})


async def test_a_transfer_to_a_colleague_rings_there_with_the_name_of_who_sent_it(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    _, work_item_id = await room.talking(anna, customer)
    ben = await room.tab(room.ben)
    colleagues = (await anna.ask("colleagues.fetch"))["colleagues"]
    assert room.ben in [colleague["agent_id"] for colleague in colleagues]
    assert room.anna not in [colleague["agent_id"] for colleague in colleagues]
    await anna.ask("item.transfer_to_agent", work_item_id=work_item_id, agent_id=room.ben, note="Yours")
    offer = await offered(ben)
    assert offer["why"]["transferred_by"] == f"Anna Room{room.number}"
    await eventually(lambda: (anna.state["assignments"], anna.state["me"]["units_held"]) == ([], 0))


async def test_a_failed_transfer_changes_nothing_and_its_note_is_not_doubled(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    facts = {"work_item_id": work_item_id, "agent_id": room.ben, "note": "Yours"}
    for _ in range(2):
        assert await anna.refused("item.transfer_to_agent", **facts) == "agent_unavailable"
    messages = (await anna.ask("messages.fetch", conversation_id=conversation_id, before_n=99))["messages"]
    assert [message["kind"] for message in messages] == ["text", "system", "note"]
    assert len(anna.state["assignments"]) == 1


async def test_wrap_up_ends_the_conversation_and_the_deadline_completes_it(brief_room: Room) -> None:
    anna, customer = await brief_room.tab(brief_room.anna), await brief_room.customer()
    conversation_id, work_item_id = await brief_room.talking(anna, customer)
    await anna.ask("item.wrap_up", work_item_id=work_item_id)
    assert (await customer.event("conversation.closed", conversation_id=conversation_id))["by"] == "agent"
    until = (await anna.event("item.wrap_up"))["until"]
    closed = await anna.event("item.closed", work_item_id=work_item_id)
    assert closed["reason"] == "completed"
    assert until > 0
    await eventually(lambda: anna.state["me"]["units_held"] == 0)
    kinds = [event["type"] for event in anna.events]
    in_wrap_up = kinds[kinds.index("item.wrap_up") : kinds.index("item.closed")]
    assert "load.changed" not in in_wrap_up, "its units are held until then"


async def test_a_customer_may_end_while_waiting(room: Room) -> None:
    customer, sue = await room.customer(), await room.tab(room.sue)
    await sue.watch_board()
    conversation_id = await room.start(customer)
    await customer.ask("conversation.end", conversation_id=conversation_id)
    assert (await customer.event("conversation.closed"))["by"] == "customer"
    await eventually(lambda: sue.state["board"]["queues"][room.queue]["abandoned"] == 1)
    assert sue.state["board"]["queues"][room.queue]["waiting"] == 0


async def test_a_customer_may_end_while_it_rings(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id = await room.start(customer)
    offer = await offered(anna)
    await customer.ask("conversation.end", conversation_id=conversation_id)
    closed = await anna.event("offer.closed", offer_id=offer["offer_id"])
    assert (closed["outcome"], closed["reason"]) == ("rescinded", "cancelled")


async def test_a_customer_may_end_while_an_agent_has_it_who_then_wraps_up(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    await customer.ask("conversation.end", conversation_id=conversation_id)
    assert (await anna.event("conversation.closed"))["by"] == "customer"
    await anna.event("item.wrap_up")
    await anna.ask("item.complete", work_item_id=work_item_id, disposition="resolved")
    closings = [event["by"] for event in anna.events if event["type"] == "conversation.closed"]
    assert closings == ["customer"]


async def test_after_the_end_a_customer_rates_and_may_begin_again(room: Room) -> None:
    customer = await room.customer()
    conversation_id = await room.start(customer)
    await customer.ask("conversation.end", conversation_id=conversation_id)
    await customer.ask("conversation.rate", conversation_id=conversation_id, stars=5, comment="Quick")
    await customer.event("conversation.rated", rating=5)
    assert await customer.refused("conversation.rate", conversation_id=conversation_id, stars=6) == "bad_value"
    again = await room.start(customer, "One more thing")
    listed = (await customer.ask("conversations.list"))["conversations"]
    assert [each["conversation_id"] for each in listed] == [again, conversation_id]
    assert listed[1]["rating"] == 5


async def test_messages_are_delivered_and_read_on_both_sides(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, customer)
    here = {"conversation_id": conversation_id}
    sent = await anna.ask("message.send", **here, client_id="m1", text="On its way")
    await eventually(lambda: receipts(anna)["customer_delivered_n"] == sent["n"])
    await customer.say({"type": "read", **here, "n": sent["n"]})
    await eventually(lambda: receipts(anna)["customer_read_n"] == sent["n"])
    answer = await customer.ask("message.send", **here, client_id="m2", text="Thanks")
    await eventually(lambda: receipts(anna)["agent_delivered_n"] == answer["n"])
    await anna.say({"type": "read", **here, "n": 1_000_000_000_000})
    await eventually(lambda: customer.state["conversation"]["receipts"]["agent_read_n"] == answer["n"])


def receipts(tab: Tab) -> dict[str, int]:
    found: dict[str, int] = tab.state["assignments"][0]["conversation"]["receipts"]
    return found


async def test_a_message_is_kept_once_under_its_client_id(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, customer)
    facts = {"conversation_id": conversation_id, "client_id": "m1", "text": "Hello"}
    first, second = await anna.ask("message.send", **facts), await anna.ask("message.send", **facts)
    assert first == second
    assert [m["text"] for m in anna.state["assignments"][0]["conversation"]["messages"]].count("Hello") <= 1


async def test_notes_never_reach_a_customer(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    here = {"conversation_id": conversation_id}
    sue = await room.tab(room.sue)
    await anna.ask("note.add", **here, client_id="n1", text="secret of anna")
    await sue.ask("note.add", **here, client_id="n2", text="secret of sue")
    await anna.event("message.created")
    visitor_tab = await room.centre.open(customer.seat)
    page = await visitor_tab.ask("messages.fetch", **here, before_n=10_000)
    listed = await visitor_tab.ask("conversations.list")
    await anna.ask("item.wrap_up", work_item_id=work_item_id)
    await customer.event("conversation.closed")
    everything = [page, listed, visitor_tab.state, visitor_tab.events, customer.events, customer.state]
    assert "secret" not in repr(everything)
    assert await customer.refused("note.add", **here, client_id="n3", text="mine") == "bad_frame"


async def test_past_conversations_are_for_those_who_serve_the_customer(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    customer_id = customer.state["customer"]["customer_id"]
    past = await anna.ask("conversations.past", customer_id=customer_id)
    assert [each["conversation_id"] for each in past["conversations"]] == [conversation_id]
    ben, sue = await room.tab(room.ben), await room.tab(room.sue)
    for command in (
        {"kind": "conversations.past", "customer_id": customer_id},
        {"kind": "conversation.fetch", "conversation_id": conversation_id},
        {"kind": "messages.fetch", "conversation_id": conversation_id, "before_n": 9},
    ):
        kind = str(command.pop("kind"))
        assert await ben.refused(kind, **command) == "not_yours"
        await sue.ask(kind, **command)
    await anna.ask("item.complete", work_item_id=work_item_id, disposition="")
    await anna.event("item.closed")
    assert await anna.refused("conversations.past", customer_id=customer_id) == "not_yours"


async def test_a_customer_sees_nothing_of_another(room: Room) -> None:
    one, other = await room.customer(), await room.customer()
    conversation_id = await room.start(one, "My secret")
    here = {"conversation_id": conversation_id}
    assert await other.refused("messages.fetch", **here, before_n=9) == "unknown_conversation"
    assert await other.refused("message.send", **here, client_id="m", text="Hi") == "unknown_conversation"
    assert await other.refused("conversation.end", **here) == "unknown_conversation"
    assert await other.refused("conversation.rate", **here, stars=1) == "unknown_conversation"
    await other.say({"type": "typing", **here})
    assert (await other.ask("conversations.list"))["conversations"] == []


async def test_a_supervisor_changes_a_status_and_is_named(room: Room) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    await sue.ask("agent.set_status", agent_id=room.anna, status="busy")
    changed = await anna.event("presence.changed", status="busy")
    assert (changed["reason"], changed["by"]) == ("supervisor", f"Sue Room{room.number}")
    assert await sue.refused("agent.set_status", agent_id=room.ben, status="busy") == "agent_unavailable"
    assert await sue.refused("agent.set_status", agent_id="nobody", status="busy") == "unknown_agent"
    assert await anna.refused("agent.set_status", agent_id=room.sue, status="busy") == "wrong_role"


async def test_a_message_after_the_work_item_is_gone_makes_one_new_item(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    other = await room.centre.open(customer.seat)
    await room.centre.store.cancel(WorkItemId(work_item_id))
    await anna.event("item.closed", work_item_id=work_item_id)
    await customer.event("agent.changed", agent=None)
    here = {"conversation_id": conversation_id}
    await asyncio.gather(
        customer.ask("message.send", **here, client_id="m1", text="Hello?"),
        other.ask("message.send", **here, client_id="m2", text="Anybody?"),
    )
    offer = await offered(anna)
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await eventually(lambda: customer.state["agent"] == {"name": "Anna", "bot": False} == other.state["agent"])
    assert offer["work_item"]["conversation_id"] == conversation_id
    rows = await room.centre.database.fetch("SELECT id FROM work_items WHERE conversation_id = $1", conversation_id)
    assert len(rows) == 2


async def test_a_strict_account_asks_for_name_and_address_before_it_begins(room: Room) -> None:
    from tests.gateway.http import post

    made = await post(
        room.centre.first.url, "/api/widget/session", {"account": "strict"}, headers={"origin": "http://shop.example"}
    )
    customer = await room.centre.open(room.centre.customer_seat(made["token"], account="strict"))
    facts = {"client_id": "c1", "text": "Hello", "department": room.queue}
    with pytest.raises(Refused) as refusal:
        await customer.ask("conversation.start", **facts, name="Ola")
    assert (refusal.value.code, refusal.value.detail) == ("bad_value", {"field": "email"})
    await customer.ask("conversation.start", **facts, name="Ola", email="ola@shop.example")


async def test_a_beat_just_before_leaving_does_not_bring_the_device_back(room: Room) -> None:
    tab = await room.tab(room.anna)
    await tab.say({"type": "ping"})
    await tab.close()
    await asyncio.sleep(2 * GATHER_S)
    agent = await room.centre.store.agent(AgentId(room.anna))
    assert agent is not None
    assert agent.reachability != "connected"
