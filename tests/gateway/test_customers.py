"""Customers over all channels, as staff at their tabs see them."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from router.core.identity import of_sender
from router.core.words import CustomerId
from router.embedded import Urls
from router.store.postgres import customers, identities
from router.store.postgres.customers import Customer
from tests.gateway.centre import SHOP, Room, TestCentre, two_nodes
from tests.gateway.http import request
from tests.gateway.wire import Refused, Tab
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 4 * PATIENCE_S


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    """Where agents may look up everybody."""
    async with two_nodes(embedded_urls, migrated_template, customers_for_agents="all") as running:
        yield running


async def known_by(centre: TestCentre, channel: str, sender: str, name: str = "", at: int = 1_000) -> CustomerId:
    """Somebody who wrote by a provider's channel, first at this time."""
    fresh = Customer(id=CustomerId(f"cus_{secrets.token_hex(6)}"), name=name, created_at=at)
    return (await customers.of_identity(centre.database, of_sender(channel, sender), otherwise=fresh)).id


async def found(tab: Tab, kind: str, **asked: Any) -> dict[str, Any]:
    """What is found once the index has caught up."""
    async with asyncio.timeout(PATIENCE):
        while True:
            result: dict[str, Any] = await tab.ask(kind, **asked)
            if result.get("hits") or result.get("customers"):
                return result
            await asyncio.sleep(0.05)


async def of_conversation(tab: Tab, conversation_id: str) -> str:
    """The customer of a conversation."""
    customer_id: str = (await tab.ask("conversation.fetch", conversation_id=conversation_id))["customer"]["customer_id"]
    return customer_id


async def test_a_customer_is_found_by_name_number_and_words_without_accents(room: Room) -> None:
    sue = await room.tab(room.sue)
    number = f"+4860{room.number:07}"
    word = f"Żółw{room.number}"
    customer_id = await known_by(room.centre, "sms", number, name=f"{word} Kowalska")
    for query in (f"zolw{room.number}", f"{word[:4]}", number, number[3:], f"+48 60 {room.number:07}", "kowal"):
        hits = (await found(sue, "customers.find", query=query))["customers"]
        assert customer_id in [each["card"]["customer_id"] for each in hits], query
    (mine,) = [each for each in hits if each["card"]["customer_id"] == customer_id]
    assert (mine["stage"], mine["identities"][0]["value"]) == ("profile", number)


async def test_words_of_a_message_lead_to_it_in_any_form_the_language_gives_them(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    token = f"q{secrets.token_hex(5)}"
    conversation_id, _ = await room.talking(anna, customer, f"My parcels were delivered broken, {token}")
    for query in (token, f"{token} parcel", f"deliver {token}", f"{token} brok"):
        (hit,) = (await found(anna, "search", query=query))["hits"]
        assert (hit["kind"], hit["id"], hit["n"]) == ("message", conversation_id, 1)
        assert token in hit["snippet"]
    assert (await anna.ask("search", query=f"{token} nothing like it"))["hits"] == []
    assert (await anna.ask("search", query="'; DROP TABLE messages; -- & | ! <->"))["hits"] == []


async def test_two_who_are_merged_have_one_timeline_and_are_two_again_afterwards(room: Room) -> None:
    anna, visitor = await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, visitor)
    chatter = await of_conversation(anna, conversation_id)
    caller = await known_by(room.centre, "sms", f"+4861{room.number:07}", name="Ewa")
    page = await anna.ask("customer.merge", kept_id=chatter, other_id=caller)
    assert [each["customer_id"] for each in page["records"]] == [chatter, caller]
    assert (page["card"]["name"], page["open"], page["records"][1]["merged_by"][:4]) == ("Ewa", 1, "Anna")
    of_both = await anna.ask("customer.timeline", customer_id=caller)
    assert [each["type"] for each in of_both["entries"]] == ["merge", "conversation"]
    assert of_both["entries"][1]["conversation"]["conversation_id"] == conversation_id
    alone = await anna.ask("customer.unmerge", customer_id=caller)
    assert [each["customer_id"] for each in alone["records"]] == [caller]
    assert (await anna.ask("customer.timeline", customer_id=caller))["entries"] == []
    with pytest.raises(Refused, match="not_merged"):
        await anna.ask("customer.unmerge", customer_id=caller)
    assert await anna.refused("customer.fetch", customer_id="cus_nobody") == "unknown_customer"


async def test_what_a_customer_says_is_suggested_and_what_is_refused_never_again(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    number = f"+4862{room.number:07}"
    caller = await known_by(room.centre, "sms", number)
    writer = await known_by(room.centre, "telegram", f"7{room.number}")
    page = await anna.ask("customer.claim", customer_id=writer, kind="phone", value=f"+48 62 {room.number:07}")
    (suggested,) = page["suggested"]
    assert {suggested["one"]["customer_id"], suggested["other"]["customer_id"]} == {caller, writer}
    assert (suggested["kind"], suggested["value"]) == ("phone", number)
    assert number in [each["value"] for each in (await sue.ask("merges.fetch"))["suggested"]]
    assert await sue.refused("merge.refuse", one_id=caller, other_id=caller) == "bad_value"
    await sue.ask("merge.refuse", one_id=caller, other_id=writer)
    assert (await anna.ask("customer.fetch", customer_id=writer))["suggested"] == []
    await anna.ask("customer.claim", customer_id=caller, kind="order", value="l-1042")
    page = await anna.ask("customer.claim", customer_id=writer, kind="order", value="L-1042")
    assert page["suggested"] == []
    assert await anna.refused("customer.claim", customer_id=writer, kind="phone", value="12") == "bad_number"


async def test_a_timeline_comes_in_pages_that_neither_repeat_nor_miss(room: Room) -> None:
    anna = await room.tab(room.anna)
    head = await known_by(room.centre, "telegram", f"8{room.number}")
    for n in range(5):
        other = await known_by(room.centre, "telegram", f"8{room.number}.{n}")
        await anna.ask("customer.merge", kept_id=head, other_id=other)
    seen: list[str] = []
    page = {"next": ""}
    while not seen or page["next"]:
        page = await anna.ask("customer.timeline", customer_id=head, before=page["next"], limit=2)
        seen += [each["customer_id"] for each in page["entries"]]
    assert len(seen) == len(set(seen)) == 5
    assert await anna.refused("customer.timeline", customer_id=head, before="yesterday") == "bad_value"


async def test_supervisors_see_who_looked_at_a_customer_and_agents_do_not(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    customer_id = await known_by(room.centre, "telegram", f"9{room.number}")
    await anna.ask("customer.fetch", customer_id=customer_id)
    await anna.ask("customer.describe", customer_id=customer_id, name=" Maria  Nowak ", language="pl")
    noted = (await sue.ask("customer.sightings", customer_id=customer_id))["sightings"]
    assert [(each["action"], each["by"][:4]) for each in noted] == [
        ("customer.describe", "Anna"),
        ("customer.seen", "Anna"),
    ]
    page = await sue.ask("customer.fetch", customer_id=customer_id)
    assert (page["card"]["name"], page["card"]["language"]) == ("Maria Nowak", "pl")
    assert await anna.refused("customer.sightings", customer_id=customer_id) == "wrong_role"
    assert await anna.refused("customer.erase", customer_id=customer_id) == "wrong_role"


async def test_a_case_is_in_the_timeline_and_found_by_its_subject(room: Room) -> None:
    anna = await room.tab(room.anna)
    token = f"q{secrets.token_hex(5)}"
    customer_id = await known_by(room.centre, "telegram", f"4{room.number}", name="Olga")
    asked = {"client_id": token, "customer_id": customer_id, "channel": "webchat", "queue": room.queue}
    made = await anna.ask("case.create", subject=f"Broken pane {token}", **asked)
    (entry,) = (await anna.ask("customer.timeline", customer_id=customer_id))["entries"]
    assert (entry["type"], entry["case"]["case_id"]) == ("case", made["case"]["case_id"])
    (hit,) = (await found(anna, "search", query=f"pane {token}", kinds=["case"]))["hits"]
    assert (hit["kind"], hit["id"], hit["title"]) == ("case", made["case"]["case_id"], "Olga")
    assert hit["n"] == made["case"]["number"]


async def test_everything_of_a_customer_is_handed_over_in_one_file_to_supervisors_only(room: Room) -> None:
    anna, visitor = await room.tab(room.anna), await room.visitor()
    tab = await visitor.tab()
    conversation_id, _ = await room.talking(anna, tab, "Here is my letter")
    url, sent = (
        room.centre.first.url,
        {"account": "shop", "conversation_id": conversation_id, "name": "../a:letter.txt"},
    )
    headers = {"origin": SHOP, "authorization": f"Bearer {visitor.token}"}
    path = f"/api/widget/files?{urlencode(sent)}"
    kept = await request(url, "POST", path, headers=headers, content=b"Dear shop")
    await tab.ask(
        "message.send", conversation_id=conversation_id, client_id="f1", text="", file_ids=[kept.json()["file_id"]]
    )
    customer_id = await of_conversation(anna, conversation_id)
    case = (await anna.ask("case.create", client_id=f"x{room.number}", subject="A fax", customer_id=customer_id))[
        "case"
    ]
    scan = f"/api/files?conversation_id={case['conversation_id']}&name=fax.txt"
    by_anna = {"cookie": f"usher_session={await room.centre.cookie(room.anna)}", "origin": url}
    assert (await request(url, "POST", scan, headers=by_anna, content=b"Dear Sirs")).status_code == 200
    asked = f"/api/customers/{customer_id}/export"
    refused = await request(
        url, "GET", asked, headers={"cookie": f"usher_session={await room.centre.cookie(room.anna)}"}
    )
    assert refused.json()["error"]["code"] == "wrong_role"
    assert (await request(url, "GET", asked)).status_code == 401
    answer = await request(url, "GET", asked, headers={"cookie": f"usher_session={await room.centre.cookie(room.sue)}"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        document = json.loads(archive.read("customer.json"))
        names = [name for name in archive.namelist() if name.startswith("files/")]
        assert {archive.read(name) for name in names} == {b"Dear shop", b"Dear Sirs"}
        assert not [name for name in names if ".." in name]
    talk, _ = document["conversations"]
    assert talk["conversation"]["messages"][0]["text"] == "Here is my letter"
    assert document["customer"]["card"]["customer_id"] == customer_id
    assert [each["action"] for each in document["seen_and_changed"]] == ["customer.export"]


async def test_an_erased_customer_leaves_nothing_but_numbers(room: Room) -> None:
    anna, sue, visitor = await room.tab(room.anna), await room.tab(room.sue), await room.customer()
    token = f"q{secrets.token_hex(5)}"
    conversation_id, item = await room.talking(anna, visitor, f"My name is {token}")
    customer_id = await of_conversation(anna, conversation_id)
    await anna.ask("customer.claim", customer_id=customer_id, kind="email", value=f"{token}@example.org")
    await found(sue, "customers.find", query=token)
    assert await sue.refused("customer.erase", customer_id=customer_id) == "customer_busy"
    await anna.ask("item.wrap_up", work_item_id=item)
    await sue.ask("customer.erase", customer_id=customer_id)
    async with asyncio.timeout(PATIENCE):
        while (await sue.ask("customer.fetch", customer_id=customer_id))["erasing"]:
            await asyncio.sleep(0.05)
    page = await sue.ask("customer.fetch", customer_id=customer_id)
    assert (page["card"]["name"], page["card"]["email"], page["identities"]) == ("", "", [])
    (entry,) = (await sue.ask("customer.timeline", customer_id=customer_id))["entries"]
    assert {each["text"] for each in entry["conversation"]["messages"] if each["kind"] == "text"} == {""}
    assert (await sue.ask("search", query=token))["hits"] == []
    assert await identities.of(room.centre.database, [CustomerId(customer_id)]) == []
    kept = await room.centre.database.fetch_value("SELECT count(*) FROM work_items WHERE id = $1", item)
    assert kept == 1


async def test_where_agents_see_only_whom_they_serve_others_stay_hidden(room: Room) -> None:
    async with room.centre.another(customers_for_agents="served") as node:
        anna, visitor = await room.tab(room.anna, node=node), await room.customer()
        token = f"q{secrets.token_hex(5)}"
        stranger = await known_by(room.centre, "telegram", f"5{room.number}", name=token)
        conversation_id, _ = await room.talking(anna, visitor, f"Hello {token}")
        mine = await of_conversation(anna, conversation_id)
        assert await anna.refused("customer.fetch", customer_id=stranger) == "not_yours"
        assert await anna.refused("customer.fetch", customer_id="cus_nobody") == "not_yours"
        assert (await anna.ask("customer.fetch", customer_id=mine))["card"]["customer_id"] == mine
        hits = (await found(anna, "search", query=token))["hits"]
        assert [hit["id"] for hit in hits] == [conversation_id]
        assert (await anna.ask("customers.find", query=token))["customers"] == []


async def test_whom_they_served_they_find_however_many_others_there_are(room: Room) -> None:
    async with room.centre.another(customers_for_agents="served") as node:
        anna, sue, visitor = await room.tab(room.anna, node=node), await room.tab(room.sue), await room.customer()
        token = f"q{secrets.token_hex(5)}"
        conversation_id, item = await room.talking(anna, visitor, "Hello")
        mine = await of_conversation(anna, conversation_id)
        await sue.ask("customer.describe", customer_id=mine, name=token)
        for number in range(3):
            await known_by(room.centre, "telegram", f"6{room.number}{number}", name=token, at=2**42)
        async with asyncio.timeout(PATIENCE):
            while len((await sue.ask("customers.find", query=token))["customers"]) < 4:
                await asyncio.sleep(0.05)

        async def seen(**asked: Any) -> list[str]:
            return [
                each["card"]["customer_id"]
                for each in (await anna.ask("customers.find", limit=1, **asked))["customers"]
            ]

        assert (await seen(query=token), await seen()) == ([mine], [mine])
        await anna.ask("item.wrap_up", work_item_id=item)
        await anna.ask("item.complete", work_item_id=item, disposition="")
        assert (await seen(query=token), await seen()) == ([mine], [mine])
