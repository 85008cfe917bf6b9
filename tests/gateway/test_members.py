"""Customers a site signs in are known by its signature, on whatever browser they come."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from router.core.identity import of_sender
from router.core.words import CustomerId
from router.store.postgres import customers, merges
from router.store.postgres.customers import Customer
from tests.gateway.centre import IDENTITY_SECRET, SHOP, Room, Visitor
from tests.gateway.http import post, request

pytestmark = pytest.mark.asyncio(loop_scope="module")


def signed(member: str, *, key: str = IDENTITY_SECRET, lasts_s: int = 300, **facts: Any) -> str:
    return jwt.encode({"sub": member, "exp": int(time.time()) + lasts_s, **facts}, key, "HS256")


async def comes(room: Room, identity: str, token: str = "", account: str = "shop") -> Visitor:
    """A browser of somebody the shop has signed in."""
    asked = {"account": account, "identity": identity, "token": token}
    made = await post(room.centre.first.url, "/api/widget/session", asked, headers={"origin": SHOP})
    return Visitor(centre=room.centre, visitor_id=made["visitor_id"], token=made["token"])


async def customer_of(room: Room, visitor: Visitor) -> CustomerId:
    row = await customers.find_visitor(room.centre.database, visitor.token, now=1)
    assert row is not None
    return row.customer_id


async def test_a_member_is_the_same_customer_on_every_browser_and_sees_earlier_conversations(room: Room) -> None:
    member = f"m{room.number}"
    phone, laptop = await comes(room, signed(member, name="Ada")), await comes(room, signed(member))
    assert await customer_of(room, phone) == await customer_of(room, laptop)
    assert phone.token != laptop.token
    conversation_id = await room.start(await phone.tab())
    (earlier,) = (await (await laptop.tab()).ask("conversations.list"))["conversations"]
    assert earlier["conversation_id"] == conversation_id


async def test_what_was_written_before_signing_in_stays_with_who_signs_in_first_and_nobody_else(room: Room) -> None:
    guest = await room.visitor()
    await room.start(await guest.tab())
    ada = await comes(room, signed(f"ada{room.number}"), guest.token)
    assert ada.token == guest.token
    bob = await comes(room, signed(f"bob{room.number}"), guest.token)
    assert bob.token != guest.token
    assert await customer_of(room, bob) != await customer_of(room, ada)
    assert (await (await bob.tab()).ask("conversations.list"))["conversations"] == []


async def test_a_guest_who_signs_in_as_a_known_member_becomes_one_with_them(room: Room) -> None:
    known = await comes(room, signed(f"cy{room.number}"))
    guest = await room.visitor()
    before = await customer_of(room, guest)
    assert (await comes(room, signed(f"cy{room.number}"), guest.token)).token == guest.token
    heads = await merges.heads(room.centre.database, [before])
    assert heads[before] == await customer_of(room, known) == await customer_of(room, guest)


async def test_a_number_proved_on_both_sides_makes_one_customer_and_an_address_only_a_suggestion(room: Room) -> None:
    database, number = room.centre.database, f"+4860{room.number:07}"
    texter = Customer(id=CustomerId(f"cus_sms_{room.number}"), created_at=1)
    writer = Customer(id=CustomerId(f"cus_mail_{room.number}"), created_at=1)
    address = f"dora{room.number}@example.org"
    await customers.of_identity(database, of_sender("sms", number), otherwise=texter)
    await customers.of_identity(database, of_sender("email", address), otherwise=writer)
    facts: dict[str, Any] = {"phone": number, "phone_verified": True, "email": address, "email_verified": True}
    dora = await customer_of(room, await comes(room, signed(f"dora{room.number}", **facts)))
    heads = await merges.heads(database, [texter.id, writer.id])
    assert heads == {texter.id: dora, writer.id: writer.id}
    (suggested,) = await merges.suggestions(database, of=[writer.id])
    assert {suggested.one_id, suggested.other_id} == {dora, writer.id}


async def test_what_the_site_has_not_verified_merges_nobody(room: Room) -> None:
    database, number = room.centre.database, f"+4861{room.number:07}"
    texter = Customer(id=CustomerId(f"cus_said_{room.number}"), created_at=1)
    await customers.of_identity(database, of_sender("sms", number), otherwise=texter)
    await comes(room, signed(f"eve{room.number}", phone=number))
    assert await merges.heads(database, [texter.id]) == {texter.id: texter.id}
    assert len(await merges.suggestions(database, of=[texter.id])) == 1


@pytest.mark.parametrize(
    "token",
    [
        signed("x", key="another key that is long enough for it"),
        signed("x", lasts_s=-3_600),
        signed(""),
        signed("a\nb"),
        jwt.encode({"sub": "x"}, IDENTITY_SECRET, "HS256"),
        jwt.encode({"sub": "x", "exp": 4_000_000_000}, None, algorithm="none"),
        "not a token",
    ],
)
async def test_a_token_that_is_not_the_sites_own_or_is_over_is_refused(room: Room, token: str) -> None:
    asked = {"account": "shop", "identity": token}
    refusal = await request(room.centre.first.url, "POST", "/api/widget/session", json=asked, headers={"origin": SHOP})
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (403, "bad_signature")


async def test_what_the_site_knows_of_a_member_decides_where_they_go_and_how_urgently(room: Room) -> None:
    anna, member = await room.tab(room.anna), f"dee{room.number}"
    told = {"circle": True, "called": "Boss", "nested": {"a": 1}, "Bad Name": 1, "long": "x" * 201, "sum": float("inf")}
    dee = await comes(room, signed(member, name="Dee", attributes=told))
    await room.start(await dee.tab())
    item = (await anna.event("offer.created"))["offer"]["work_item"]
    assert (item["customer"]["name"], item["priority"]) == ("Dee", 7)
    person = await customers.by_id(room.centre.database, await customer_of(room, dee))
    assert person is not None
    assert person.attributes == {"circle": True}
