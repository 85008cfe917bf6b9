"""Every public error code and every close code is something a client can meet; each has its case here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from router.protocol.errors import CLOSE_CODES, CODES
from tests.gateway.centre import Room, serving
from tests.gateway.http import request
from tests.gateway.wire import Refused, Tab, dial
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

Case = Callable[[Room], Awaitable[str]]


async def agent(room: Room) -> Tab:
    return await room.tab(room.anna)


async def asked(room: Room, kind: str, /, **facts: Any) -> str:
    return await (await agent(room)).refused(kind, **facts)


async def started(room: Room, **facts: Any) -> str:
    customer = await room.customer()
    return await customer.refused("conversation.start", **{"client_id": "c1", "text": "Hello"} | facts)


async def unreadable(room: Room) -> str:
    tab = await agent(room)
    await tab.say({"type": "no.such.message"})
    code: str = (await tab.heard("error"))["code"]
    return code


async def first_frame(room: Room) -> str:
    tab = await refused_tab(room, hello={"type": "ping"})
    return await error_code(tab)


async def refused_tab(room: Room, *, hello: dict[str, Any] | None = None, **changes: Any) -> Tab:
    seat = await room.centre.staff_seat(room.anna)
    seat = replace(seat, **changes)
    tab = Tab(seat, await dial(seat))
    tab.listen()
    await tab.say(hello or {"type": "hello", **seat.hello})
    return tab


async def error_code(tab: Tab) -> str:
    code: str = (await tab.heard("error"))["code"]
    return code


async def login(room: Room) -> str:
    body = {"email": f"{room.anna}@centre.example", "password": "wrong"}
    response = await request(room.centre.first.url, "POST", "/api/login", json=body)
    assert response.status_code == 401
    return str(response.json()["error"]["code"])


async def too_many_logins(room: Room) -> str:
    body = {"email": "nobody@centre.example", "password": "wrong"}
    for _ in range(11):
        response = await request(room.centre.first.url, "POST", "/api/login", json=body)
    assert response.status_code == 429
    return str(response.json()["error"]["code"])


async def unknown_account(room: Room) -> str:
    response = await request(room.centre.first.url, "GET", "/api/widget/config?account=nobody")
    assert response.status_code == 404
    return str(response.json()["error"]["code"])


async def late(room: Room) -> str:
    """The offer has moved on to Ben."""
    anna, ben, customer = await agent(room), await room.tab(room.ben), await room.customer()
    await ben.ask("status.set", status="busy")
    await room.start(customer)
    offer_id = (await anna.event("offer.created"))["offer"]["offer_id"]
    await anna.ask("status.set", status="busy")
    with pytest.raises(Refused) as refusal:
        await anna.ask("offer.accept", offer_id=offer_id)
    assert refusal.value.detail["late_ms"] >= 0
    return refusal.value.code


async def talking(room: Room) -> tuple[Tab, Tab, dict[str, str], dict[str, str]]:
    anna, customer = await agent(room), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    return anna, customer, {"conversation_id": conversation_id}, {"work_item_id": work_item_id}


async def gone_offer(room: Room) -> str:
    """Accepted by one device, declined by another."""
    anna, customer = await agent(room), await room.customer()
    await room.start(customer)
    offer_id = (await anna.event("offer.created"))["offer"]["offer_id"]
    await anna.ask("offer.accept", offer_id=offer_id)
    return await anna.refused("offer.decline", offer_id=offer_id)


async def unavailable_colleague(room: Room) -> str:
    anna, _, _, item = await talking(room)
    return await anna.refused("item.transfer_to_agent", **item, agent_id=room.ben)


async def closed(room: Room) -> str:
    anna, customer, here, _ = await talking(room)
    await customer.ask("conversation.end", **here)
    return await anna.refused("message.send", **here, client_id="m", text="Too late")


async def second_conversation(room: Room) -> str:
    customer = await room.customer()
    first = await room.start(customer)
    with pytest.raises(Refused) as refusal:
        await room.start(customer, "Another")
    assert refusal.value.detail == {"conversation_id": first}
    return refusal.value.code


async def transfer_in_wrap_up(room: Room) -> str:
    anna, _, _, item = await talking(room)
    await anna.ask("item.wrap_up", **item)
    return await anna.refused("item.transfer_to_queue", **item, queue=room.queue)


async def somebody_elses(room: Room) -> str:
    _, _, here, _ = await talking(room)
    return await (await room.tab(room.ben)).refused("message.send", **here, client_id="m", text="Me too")


async def store_away(room: Room) -> str:
    """PostgreSQL does not answer in time: the table is locked. The same command, sent again, is carried out."""
    async with room.centre.another(postgres_timeout_s=6) as node:
        anna, customer = await room.tab(room.anna, node=node), await room.customer(node)
        conversation_id, _ = await room.talking(anna, customer)
        send = {"type": "message.send", "id": 900, "conversation_id": conversation_id, "client_id": "m", "text": "Hi"}
        async with room.centre.database.transaction() as connection:
            await connection.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
            refused = await anna.answer(send)
        answered = await anna.answer(send)
        while answered["type"] == "error":
            answered = await anna.answer(send)
        assert answered["result"]["n"] == 3
        await room.centre.close_tabs()
        code: str = refused["code"]
        return code


async def reason_needed(room: Room) -> str:
    offers = replace(room.centre.policy.offers, decline_reasons=("Lunch",))
    async with serving(room.centre.settings, replace(room.centre.policy, offers=offers)) as node:
        anna = await room.tab(room.anna, node=node)
        await room.start(await room.customer(node))
        offer_id = (await anna.event("offer.created"))["offer"]["offer_id"]
        code = await anna.refused("offer.decline", offer_id=offer_id, reason="No")
        await anna.ask("offer.decline", offer_id=offer_id, reason="Lunch")
        await room.centre.close_tabs()
        return code


NOBODY = {"conversation_id": "con_none"}
CASES: dict[str, Case] = {
    "unknown_file": lambda room: with_a_file(room, "file_x"),
    "voice_off": lambda room: asked(room, "call.dial", number="+48221234567"),
    "bad_frame": unreadable,
    "bad_value": lambda room: started(room, email="not an address"),
    "bad_text": lambda room: started(room, text="nothing \0 here"),
    "text_too_long": lambda room: started(room, text="a" * 10_001),
    "text_empty": lambda room: started(room, text=" \n "),
    "hello_first": first_frame,
    "bad_credentials": login,
    "not_signed_in": lambda room: refused_hello(room, headers={}),
    "bad_origin": lambda room: refused_hello(room, origin="http://evil.example"),
    "wrong_role": lambda room: asked(room, "board.subscribe"),
    "not_yours": somebody_elses,
    "unknown_account": unknown_account,
    "unknown_status": lambda room: asked(room, "status.set", status="on the moon"),
    "unknown_queue": lambda room: transfer(room, "item.transfer_to_queue", queue="nowhere"),
    "unknown_agent": lambda room: transfer(room, "item.transfer_to_agent", agent_id="nobody"),
    "unknown_disposition": lambda room: transfer(room, "item.complete", disposition="shrug"),
    "unknown_offer": lambda room: asked(room, "offer.accept", offer_id="wi_none:1"),
    "unknown_work_item": lambda room: asked(room, "item.wrap_up", work_item_id="wi_none"),
    "unknown_conversation": lambda room: customers(room, "conversation.end", **NOBODY),
    "reason_needed": reason_needed,
    "offer_expired": late,
    "offer_gone": gone_offer,
    "agent_unavailable": unavailable_colleague,
    "conversation_closed": closed,
    "conversation_open": second_conversation,
    "wrong_state": transfer_in_wrap_up,
    "too_many_requests": too_many_logins,
    "unavailable": store_away,
}


async def refused_hello(room: Room, **changes: Any) -> str:
    return await error_code(await refused_tab(room, **changes))


async def transfer(room: Room, kind: str, /, **facts: Any) -> str:
    anna, _, _, item = await talking(room)
    return await anna.refused(kind, **item, **facts)


async def with_a_file(room: Room, file_id: str) -> str:
    anna, _, conversation, _ = await talking(room)
    return await anna.refused("message.send", **conversation, client_id="f1", text="", file_ids=[file_id])


async def customers(room: Room, kind: str, /, **facts: Any) -> str:
    return await (await room.customer()).refused(kind, **facts)


MET_ELSEWHERE = {
    *("queue_closed",),  # test_closed_queues.py: a centre with hours
    *("unknown_article", "unknown_category", "article_changed", "article_exists", "category_in_use"),  # tests/knowledge
    *("unknown_quick_text", "unknown_macro", "quick_text_exists", "macro_exists", "changed_meanwhile"),  # likewise
    *("bad_number", "unknown_call", "wrong_call_state", "dialed_too_often"),  # tests/voice: one with telephones
    *("form_invalid", "unknown_form"),  # tests/mail: one with forms
    *("unknown_customer", "unknown_case", "unknown_case_type", "stale_case", "nowhere_to_answer"),  # tests/cases
    *("not_merged", "customer_busy"),  # test_customers.py: two nodes of one centre
    *("file_refused", "unknown_template", "bad_signature", "unknown_department", "unknown_step"),  # tests/channels
}
"""It takes another centre to meet them."""


@pytest.mark.parametrize("code", sorted(CODES.keys() - MET_ELSEWHERE))
async def test_every_error_code_can_be_met(room: Room, code: str) -> None:
    assert await CASES[code](room) == code


# ---------------------------------------------------------------- close codes


async def going_away(room: Room) -> Tab:
    async with room.centre.another() as node:
        return await room.tab(room.anna, node=node)


async def too_large(room: Room) -> Tab:
    tab = await agent(room)
    await tab.send_raw(b"\0" * 70_000)
    return tab


async def nonsense(room: Room) -> Tab:
    tab = await agent(room)
    for _ in range(21):
        await tab.send_raw(b"\xc1")
    return tab


async def unsigned(room: Room) -> Tab:
    return await refused_tab(room, headers={"cookie": "usher_session=forged"})


async def foreign_page(room: Room) -> Tab:
    return await refused_tab(room, origin="http://evil.example")


async def without_acks(room: Room) -> Tab:
    async with room.centre.another(session_buffer_events=16) as node:
        tab = await room.tab(room.anna, node=node, acks=False)
        with contextlib.suppress(ConnectionError, ConnectionClosed):
            for number in range(18):
                await tab.ask("status.set", status="available" if number % 2 else "busy")
        await tab.closed()
        fresh = await room.tab(room.anna, node=node)
        assert fresh.state["me"]["status"] in ("busy", "available")
        return tab


async def taken_over(room: Room) -> Tab:
    tab = await agent(room)
    await room.centre.open(tab.seat, after=tab)
    return tab


async def flood(room: Room) -> Tab:
    async with room.centre.another(frames_per_s=1, frame_burst=5) as node:
        tab = await room.tab(room.anna, node=node, acks=False)
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE_S):
                while tab.close_code is None:  # a moment's rest would let one more through
                    await tab.say({"type": "ping"})
                    await asyncio.sleep(0.01)
        await tab.closed()
        return tab


async def full_node(room: Room) -> Tab:
    async with room.centre.another(max_connections=2) as node:
        tabs = [await room.tab(room.anna, node=node) for _ in range(2)]
        assert all(tab.close_code is None for tab in tabs)
        tab = await room.tab(room.anna, node=node)
        await tab.closed()
        return tab


CLOSING: dict[int, Callable[[Room], Awaitable[Tab]]] = {
    1001: going_away,
    1009: too_large,
    4400: nonsense,
    4401: unsigned,
    4403: foreign_page,
    4408: without_acks,
    4409: taken_over,
    4429: flood,
    4503: full_node,
}


@pytest.mark.parametrize("code", CLOSE_CODES)
async def test_every_close_code_can_be_met(room: Room, code: int) -> None:
    tab = await CLOSING[code](room)
    assert await tab.closed() == code


async def test_a_silent_client_is_taken_for_gone(room: Room) -> None:
    async with room.centre.another(heartbeat_s=2) as node:
        silent, heard = await room.tab(room.anna, node=node), await room.tab(room.ben, node=node)
        async with asyncio.timeout(PATIENCE_S):
            while silent.close_code is None:
                await heard.say({"type": "ping"})
                await asyncio.sleep(0.2)
        assert silent.close_code == 4408
        assert heard.close_code is None
        await room.centre.close_tabs()
