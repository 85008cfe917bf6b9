"""Who is erased is gone from everywhere: a mark is written through every door, and looked for in all that is kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from config.bot import DEMO, load_bot
from config.data_sources import DEMO as SOURCES
from config.data_sources import load_data_sources
from config.departments import Departments
from config.forms import Forms
from router.demo_shop import shop_service
from router.embedded import Urls
from router.engine import streams
from router.store.postgres import erasures
from router.store.talk import TalkStream
from tests import marks
from tests.gateway.centre import ROOMS, SHOP, Room, two_nodes
from tests.gateway.http import post, request
from tests.gateway.wire import Tab
from tests.mail.conftest import House, Writer, account, department, form, policy_with_mail
from tests.mail.post_office import PostOffice
from tests.mail.test_conversations import a_reply, answers
from tests.patience import comes_to_be, eventually
from tests.servers import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENT_S = 30.0
EVERYWHERE = {
    "bot_example_sources", "bot_examples", "bot_talks", "case_entries", "cases", "claims",
    "conversations", "customers", "file_contents", "files", "identities", "inbox", "journal", "mail_marks", "messages",
    "outbox", "search_entries", "steps",
}  # fmt: skip
"""Tables the doors lead to."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    embedded_urls: Urls, migrated_template: str, office: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """As the other houses, with a bot."""
    folder: Path = tmp_path_factory.mktemp("shop")
    numbers, port = range(1, ROOMS + 1), free_port()
    async with shop_service(folder) as shop:
        sources = load_data_sources(SOURCES, shop.environ)
        fern = load_bot(DEMO, sources)
        async with two_nodes(
            embedded_urls,
            migrated_template,
            policy=policy_with_mail(),
            channels={each.key: each for each in (account(number, office.port) for number in numbers)},
            forms=Forms(by_key={each.key: each for each in map(form, numbers)}, origins={}),
            departments=Departments(by_key={f"store-{number}": department(number) for number in numbers}),
            bots={fern.name: fern},
            data_sources=sources,
            public_url="https://centre.example",
            smtp_listen=f"127.0.0.1:{port}",
            customers_for_agents="all",
        ) as running:
            yield House(centre=running, smtp_port=port)


async def cookie(room: Room, who: str) -> dict[str, str]:
    return {"cookie": f"usher_session={await room.centre.cookie(who)}", "origin": room.centre.first.url}


async def customer_of(room: Room, conversation_id: str) -> str:
    found: str = await room.centre.database.fetch_value(
        "SELECT customer_id FROM conversations WHERE id = $1", conversation_id
    )
    return found


async def by_mail(room: Room, writer: Writer, office: PostOffice, anna: Tab, mark: str) -> tuple[str, str]:
    """A mail, an answer, a note, a step, a case, a document, a draft: the conversation and its work item."""
    work = await writer.talks_with(anna, f"I am {mark}, where is it?\n", Subject=f"The {mark} lamp")
    conversation_id, item = work["conversation"]["conversation_id"], work["work_item"]["work_item_id"]
    await answers(anna, work, f"Dear {mark}, it is on its way to you now.")
    await anna.ask("note.add", conversation_id=conversation_id, client_id="n1", text=f"{mark} is in a hurry")
    whom = department(room.number)
    await anna.ask(
        "step.open", conversation_id=conversation_id, client_id="s1", department=whom.key, subject=f"For {mark}",
        excerpt=f"{mark} waits",
    )  # fmt: skip
    await eventually(lambda: office.to(whom.place))
    await anna.ask("article.propose", conversation_id=conversation_id)
    made = await anna.ask("case.create", client_id="c1", conversation_id=conversation_id, subject=f"Lamp of {mark}")
    case = made["case"]
    case = (await anna.ask("case.fetch", case_id=case["case_id"]))["case"]
    await anna.ask(
        "case.change",
        case_id=case["case_id"],
        revision=case["revision"],
        changes={"labels": [mark], "status": "waiting"},
    )
    await anna.ask("case.note", case_id=case["case_id"], client_id="n2", text=f"{mark} again")
    url = f"/api/cases/{case['case_id']}/document"
    document = await request(room.centre.first.url, "POST", url, headers=await cookie(room, room.anna))
    assert document.is_success, document.text
    return conversation_id, item


async def by_widget(room: Room, anna: Tab, mark: str) -> tuple[str, str]:
    visitor = await room.visitor()
    tab = await visitor.tab()
    conversation_id = await room.start(tab, f"{mark} here", name=mark, page_url=f"{SHOP}/{mark}")
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    sent = {"account": "shop", "conversation_id": conversation_id, "name": f"{mark}.txt"}
    headers = {"origin": SHOP, "authorization": f"Bearer {visitor.token}"}
    kept = await request(
        room.centre.first.url, "POST", f"/api/widget/files?{urlencode(sent)}", headers=headers, content=mark.encode()
    )
    await tab.ask(
        "message.send", conversation_id=conversation_id, client_id="f1", text="", file_ids=[kept.json()["file_id"]]
    )
    item: str = offer["work_item"]["work_item_id"]
    await anna.ask("item.wrap_up", work_item_id=item)
    await anna.ask("item.complete", work_item_id=item, disposition="resolved")
    await tab.ask("conversation.rate", conversation_id=conversation_id, stars=2, comment=f"not kind to {mark}")
    return conversation_id, item


async def by_bot(room: Room, mark: str) -> str:
    """A question the bot does not know, which a supervisor makes an example of."""
    tab = await room.customer(account="assisted")
    conversation_id = await room.start(tab, f"My {mark} gnome fell off the balcony")
    while (await tab.event("message.created", PATIENT_S))["message"]["author"] != "bot":
        pass
    url, headers = room.centre.first.url, await cookie(room, room.sue)
    unanswered = (await request(url, "GET", "/api/bot/report", headers=headers)).json()["unanswered"]
    gathered = next(each for each in unanswered if mark in each["text"])
    taught = {"intent": "return", "language": "en", "texts": [gathered["text"]], "places": gathered["places"]}
    assert await post(url, "/api/bot/examples", taught, headers=headers) == {"ok": True}
    return conversation_id


async def drafts_of(room: Room, conversation_id: str) -> int:
    found: int = await room.centre.database.fetch_value(
        "SELECT count(*) FROM articles WHERE proposed_from = $1", conversation_id
    )
    return found


async def by_form(room: Room, writer: Writer, mark: str) -> None:
    values = {"about": "lamp", "email": writer.address, "name": mark, "message": f"It flickers, says {mark}."}
    body = {"client_id": secrets.token_hex(8), "values": values, "page_url": f"https://site.example/{mark}"}
    sent = await request(room.centre.first.url, "POST", f"/api/forms/form-{room.number}", json=body)
    assert sent.is_success, sent.text


async def erased(room: Room, sue: Tab, customer_id: str) -> None:
    await sue.ask("customer.erase", customer_id=customer_id, even_open=True)
    async with asyncio.timeout(PATIENT_S):
        while (await sue.ask("customer.fetch", customer_id=customer_id))["erasing"]:
            await asyncio.sleep(0.1)


async def test_nothing_of_who_is_erased_is_left_anywhere(room: Room, writer: Writer, office: PostOffice) -> None:
    anna, sue, mark = await room.tab(room.anna), await room.tab(room.sue), f"zq{secrets.token_hex(6)}"
    database, store = room.centre.database, room.centre.store
    writer.address = f"{mark}@example.org"
    mailed, item = await by_mail(room, writer, office, anna, mark)
    seen, _ = await by_widget(room, anna, mark)
    asked = await by_bot(room, mark)
    await by_form(room, writer, mark)
    head = await customer_of(room, mailed)
    for other in (seen, asked):
        await anna.ask("customer.merge", kept_id=head, other_id=await customer_of(room, other))
    await anna.ask("customer.claim", customer_id=head, kind="order", value=mark)
    (letter,) = [each for each in await writer.gets() if "on its way" in each.read.text]
    guest = Writer(house=writer.house, office=office, room=room)
    await guest.writes("I am only copied in.\n", **a_reply(guest, letter, ""))
    await eventually(lambda: _has(room, mailed, "copied in"))
    await eventually(lambda: _worked_off(room))
    assert EVERYWHERE - {place.partition(".")[0] for place in await marks.in_tables(database, mark)} == set()
    assert await drafts_of(room, mailed) == 1
    assert {"{main}:events", "{main}:talk"} <= set(await marks.in_store(store.connection, mark))

    await anna.ask("item.wrap_up", work_item_id=item)
    await anna.ask("item.complete", work_item_id=item, disposition="resolved")
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await anna.ask("item.wrap_up", work_item_id=offer["work_item"]["work_item_id"])
    await anna.ask("item.complete", work_item_id=offer["work_item"]["work_item_id"], disposition="resolved")
    await erased(room, sue, head)

    await eventually(lambda: _worked_off(room))
    now = (await store.snapshot(limit=1)).at
    await TalkStream(store.connection, store.connection, store.prefix).forget(before=now + 1)
    await streams.forget_events(store, database, before=now + 1)
    assert await marks.in_tables(database, mark) == []
    assert await marks.in_store(store.connection, mark) == []
    assert await drafts_of(room, mailed) == 0
    assert await database.fetch_value("SELECT count(*) FROM work_items WHERE conversation_id = $1", mailed) == 1


async def _has(room: Room, conversation_id: str, text: str) -> bool:
    found: bool = await room.centre.database.fetch_value(
        "SELECT EXISTS (SELECT FROM messages WHERE conversation_id = $1 AND position($2 IN text) > 0)",
        *(conversation_id, text),
    )
    return found


async def _worked_off(room: Room) -> bool:
    """Whether nothing waits to be read or indexed."""
    left: int = await room.centre.database.fetch_value(
        "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') + (SELECT count(*) FROM search_queue)"
    )
    return left == 0


async def test_who_wrote_into_somebody_elses_thread_is_erased_there_and_nobody_else_is(
    room: Room, writer: Writer, office: PostOffice
) -> None:
    anna, sue, mark = await room.tab(room.anna), await room.tab(room.sue), f"zq{secrets.token_hex(6)}"
    work = await writer.talks_with(anna)
    conversation_id = work["conversation"]["conversation_id"]
    await answers(anna, work, "It is on its way.")
    (letter,) = await writer.gets()
    guest = Writer(house=writer.house, office=office, room=room, address=f"{mark}@example.org")
    await guest.writes(f"I am {mark}.\n", **a_reply(guest, letter, ""))
    await eventually(lambda: _worked_off(room))
    theirs = await room.centre.database.fetch_value(
        "SELECT customer_id FROM guests WHERE conversation_id = $1", conversation_id
    )
    assert await _has(room, conversation_id, mark)
    await erased(room, sue, theirs)
    assert not await _has(room, conversation_id, mark)
    assert await _has(room, conversation_id, "Where is my lamp?")


async def test_one_who_cannot_be_erased_lets_the_others_pass_and_is_told_of(room: Room, writer: Writer) -> None:
    anna, sue, database = await room.tab(room.anna), await room.tab(room.sue), room.centre.database
    work = await writer.talks_with(anna)
    stuck = await customer_of(room, work["conversation"]["conversation_id"])
    await database.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
    await database.execute(
        f"""
        CREATE TRIGGER refuses BEFORE UPDATE ON conversations FOR EACH ROW WHEN (old.customer_id = '{stuck}')
        EXECUTE FUNCTION refuse()
        """
    )
    try:
        await sue.ask("customer.erase", customer_id=stuck, even_open=True)
        for number in range(2):
            other = Writer(house=writer.house, office=writer.office, room=room)
            await other.writes(f"I am number {number}\n")
            await eventually(partial(_known, room, other.address))
            theirs = await database.fetch_value("SELECT customer_id FROM identities WHERE value = $1", other.address)
            await erased(room, sue, theirs)
        await database.execute("UPDATE erasures SET attempts = 3, next_at = 0 WHERE customer_id = $1", stuck)
        await eventually(lambda: _stuck(room, stuck))
        page = await sue.ask("customer.fetch", customer_id=stuck)
        assert (page["erasing"], page["erasing_stuck"]) == (True, True)
        await comes_to_be(lambda: _tried_again(room), 1)
    finally:
        await database.execute("DROP TRIGGER refuses ON conversations")

    async def gone_when_tried_again() -> bool:
        await _tried_again(room)
        return await _gone(room, stuck)

    await eventually(gone_when_tried_again)


async def _tried_again(room: Room) -> int:
    return await erasures.try_again(room.centre.database, now=(await room.centre.store.snapshot(limit=1)).at)


async def _known(room: Room, address: str) -> bool:
    found: bool = await room.centre.database.fetch_value(
        "SELECT EXISTS (SELECT FROM identities WHERE value = $1)", address
    )
    return found


async def _stuck(room: Room, customer_id: str) -> bool:
    found = await erasures.stuck(room.centre.database, limit=10)
    return [(each.customer_id, each.reason) for each in found] == [(customer_id, "RaiseError")]


async def _gone(room: Room, customer_id: str) -> bool:
    return await erasures.standing(room.centre.database, [customer_id]) == ""  # type: ignore[list-item]


async def test_every_table_is_in_the_page_on_customers(house: House) -> None:
    """So that nobody adds one without saying what becomes of its words."""
    page = (Path(__file__).parents[2] / "docs/customers.md").read_text("utf-8")
    assert [table for table in await marks.tables(house.centre.database) if f"`{table}`" not in page] == []
