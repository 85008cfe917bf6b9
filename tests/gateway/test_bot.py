"""The bot answers first, in a running centre: a task against the shop service, a person whenever one is wanted."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace as of_source
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from msgspec.structs import replace

from config.bot import DEMO, load_bot
from config.data_sources import DEMO as SOURCES
from config.data_sources import load_data_sources
from router.core.words import ConversationId
from router.demo_shop import shop_service
from router.embedded import Urls
from router.engine.bot import worker
from router.engine.bot.bots import Bots
from router.engine.bot.comparison import Comparison
from router.engine.bot.teaching import ArticleDraft
from router.engine.bot.trying import try_article, try_out
from router.engine.centre import Centre
from router.store.postgres import bot_talks, conversations, merges
from router.understanding.service import Understanding
from tests.gateway.centre import Room, TestCentre, two_nodes
from tests.gateway.http import post, request
from tests.gateway.wire import Tab
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENT_S = 40.0
NORA = "nora@larkspur.example"


async def hears_out(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service that never answers."""
    await reader.read()
    writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(
    embedded_urls: Urls, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TestCentre]:
    folder: Path = tmp_path_factory.mktemp("shop")
    async with AsyncExitStack() as stack, shop_service(folder) as shop:
        sources = dict(load_data_sources(SOURCES, shop.environ))
        hangs = await stack.enter_async_context(await asyncio.start_server(hears_out, "127.0.0.1", 0))
        url = f"http://127.0.0.1:{hangs.sockets[0].getsockname()[1]}/?q={{product}}"
        sources["products"] = of_source(sources["products"], url=url, timeout_s=60.0)
        fern = load_bot(DEMO, sources)
        async with two_nodes(embedded_urls, migrated_template, bots={fern.name: fern}, data_sources=sources) as running:
            yield running


async def begin(room: Room, text: str, **facts: object) -> tuple[Tab, str]:
    customer = await room.customer(account="assisted")
    return customer, await room.start(customer, text, **facts)


async def say(tab: Tab, conversation_id: str, text: str) -> None:
    await tab.ask("message.send", conversation_id=conversation_id, client_id=f"c{secrets.token_hex(6)}", text=text)


async def hear(tab: Tab, word: str) -> dict[str, Any]:
    """The bot's next message with this in it."""
    while True:
        message: dict[str, Any] = (await tab.event("message.created", PATIENT_S))["message"]
        if message["author"] == "bot" and word in message["text"]:
            return message


async def test_a_task_is_done_without_anybody(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer, conversation_id = await begin(room, "Hi, where is my order LS-10012?")
    asked = await hear(customer, "e-mail address")
    assert "not a person" in asked["text"]
    assert customer.state["agent"] == {"name": "Fern", "bot": True}
    await say(customer, conversation_id, "By the way, how much is delivery?")
    await hear(customer, "€5.90")
    await hear(customer, "e-mail address")
    await say(customer, conversation_id, f"it is {NORA}")
    await hear(customer, "on its way")
    more = await hear(customer, "anything else")
    assert more["extra"]["quick_replies"] == ["No, that was all", "Talk to a person"]
    await say(customer, conversation_id, "No, that was all")
    await hear(customer, "goodbye")
    await customer.event("conversation.closed", PATIENT_S)
    assert anna.state["offers"] == []


async def test_a_person_is_there_at_any_moment_and_knows_everything(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer, conversation_id = await begin(room, "I want to return my order LS-10007, jan@larkspur.example")
    await hear(customer, "Why do you send")
    await say(customer, conversation_id, "porozmawiaj z człowiekiem")
    offer = (await anna.event("offer.created", PATIENT_S))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await customer.event("agent.changed", PATIENT_S, agent=None, conversation_id=conversation_id)
    await eventually(lambda: bool(anna.state["assignments"]))
    said = anna.state["assignments"][0]["conversation"]["messages"]
    note = next(message["text"] for message in said if message["kind"] == "note")
    assert "Send something back" in note
    assert "Order: LS-10007" in note
    assert "jan@larkspur.example" in note
    await say(customer, conversation_id, "Are you there?")
    await anna.event("message.created", PATIENT_S)
    assert [message["author"] for message in said if message["kind"] == "text"].count("bot") == 2


async def test_who_asks_for_a_person_at_once_gets_one(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer, _ = await begin(room, "Where is my order?", person=True)
    await anna.event("offer.created", PATIENT_S)
    assert customer.state["agent"] is None


@pytest.mark.parametrize("text", ["x" * 9_000, "\u202e%s{0}{{order}} ${jndi:ldap://a} '; DROP TABLE", "🤷؟؟؟ 你好"])
async def test_whatever_is_said_there_is_an_answer_and_then_a_person(room: Room, text: str) -> None:
    anna = await room.tab(room.anna)
    customer, conversation_id = await begin(room, text)
    for times in range(3):
        await hear(customer, "")
        await say(customer, conversation_id, f"{text[:50]} {times}")
    await anna.event("offer.created", PATIENT_S)


async def tried_out(
    centre: TestCentre, folder: Path, taught: Mapping[str, Any], draft: ArticleDraft
) -> tuple[Comparison, Comparison]:
    """Examples and an article, by an engine of its own, which was taught nothing yet."""
    fern = load_bot(DEMO, load_data_sources(SOURCES, {"DEMO_SHOP_URL": "http://127.0.0.1:1", "DEMO_SHOP_TOKEN": "t"}))
    engine = Understanding(folder / "none.npz")
    running = asyncio.create_task(engine.run())
    bots = Bots(by_name={fern.name: fern}, learner=engine)
    as_much = SimpleNamespace(bots=bots, database=centre.database, now=lambda: time.time_ns() // 1_000_000)
    try:
        tried = await try_out(cast(Centre, as_much), intent=taught["intent"], texts=taught["texts"])
        return tried, await try_article(cast(Centre, as_much), draft)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_supervisor_sees_what_was_not_understood_and_teaches_it(room: Room, tmp_path: Path) -> None:
    centre = room.centre
    customer, _ = await begin(room, "My gnome fell off the balcony")
    await hear(customer, "")
    other, _ = await begin(room, "the gnome fell down from my balcony!")
    await hear(other, "")
    headers = {"cookie": f"usher_session={await centre.cookie(room.sue)}", "origin": centre.first.url}
    seen = (await request(centre.first.url, "GET", "/api/bot/report", headers=headers)).json()
    for wrong in ("0", "x", "0100000000000000000"):
        refused = await request(centre.first.url, "GET", f"/api/bot/report?days={wrong}", headers=headers)
        assert refused.json()["error"]["code"] == "bad_value"
    gathered = next(each for each in seen["unanswered"] if "gnome" in each["text"])
    assert gathered["count"] == 2
    assert seen["talks"] >= 2
    taught = {
        "intent": "return",
        "language": "en",
        "texts": [gathered["text"]],
        "places": gathered["places"],
    }
    away = await request(centre.first.url, "POST", "/api/bot/examples/try", headers=headers, json=taught)
    assert away.json()["error"]["code"] == "unavailable", "no engine runs beside these nodes"
    draft = ArticleDraft(article_id="", language="en", title="Fallen gnomes", texts=(gathered["text"],))
    tried, of_article = await tried_out(centre, tmp_path, taught, draft)
    fallen = next(each for each in of_article.differences if "gnome" in each.text)
    assert (fallen.before, fallen.after, of_article.gained >= 1) == ("", "article:", True)
    gnome = next(each for each in tried.differences if "gnome" in each.text)
    assert (gnome.before, gnome.after, tried.gained >= 1) == ("", "return", True)
    assert tried.messages == tried.same + tried.gained + tried.lost + tried.other
    assert await post(centre.first.url, "/api/bot/examples", taught, headers=headers) == {"ok": True}
    left = (await request(centre.first.url, "GET", "/api/bot/report", headers=headers)).json()["unanswered"]
    assert not any("gnome" in each["text"] for each in left)
    nobody = {"cookie": f"usher_session={await centre.cookie(room.anna)}", "origin": centre.first.url}
    assert (await request(centre.first.url, "GET", "/api/bot/report", headers=nobody)).status_code == 403
    unheard_of = {**taught, "intent": "no_such_intent"}
    for path, body, who, status in (
        ("/api/bot/examples", unheard_of, headers, 400),
        ("/api/bot/examples/try", unheard_of, headers, 400),
        ("/api/bot/examples/try", {**taught, "texts": []}, headers, 400),
        ("/api/bot/examples/try", taught, nobody, 403),
        ("/api/bot/articles/try", {"language": "en", "title": "Gnomes"}, headers, 503),
        ("/api/bot/articles/try", {"language": "en", "title": " "}, headers, 400),
        ("/api/bot/articles/try", {"language": "en", "title": "Gnomes", "texts": ["x"] * 61}, headers, 400),
        ("/api/bot/articles/try", {"language": "en", "title": "Gnomes"}, nobody, 403),
    ):
        refused = await request(centre.first.url, "POST", path, headers=who, json=body)
        assert refused.status_code == status


async def test_what_was_saved_and_not_done_is_done_once(room: Room) -> None:
    """As a node leaves it that dies between the two."""
    customer, conversation_id = await begin(room, "Where is my order?")
    await hear(customer, "order number")
    await settled(room, conversation_id)
    todo = [{"do": "say", "key": "bot:1", "text": "never again"}, {"do": "say", "key": "bot:77", "text": "from before"}]
    await room.centre.database.execute(
        "UPDATE bot_talks SET body = jsonb_set(body, '{todo}', $2) WHERE conversation_id = $1", conversation_id, todo
    )
    await hear(customer, "from before")
    said = [message["text"] for message in customer.state["conversation"]["messages"]]
    assert "never again" not in said


async def test_what_is_written_while_the_bot_says_goodbye_is_answered_in_the_same_conversation(room: Room) -> None:
    customer, conversation_id = await begin(room, "Where is my order?")
    await hear(customer, "order number")
    await settled(room, conversation_id)
    database = room.centre.database
    held = "UPDATE bot_talks SET claimed_until = 9000000000000 WHERE conversation_id = $1"
    await database.execute(held, conversation_id)
    await say(customer, conversation_id, f"LS-10012, and {NORA}")
    closing = {"stage": "ended", "reason": "silence", "todo": [{"do": "close", "key": "bot:9"}]}
    await database.execute(
        "UPDATE bot_talks SET body = body || $2, claimed_until = 0 WHERE conversation_id = $1", conversation_id, closing
    )
    await hear(customer, "e-mail address")
    row = await conversations.by_id(database, ConversationId(conversation_id))
    assert row is not None
    assert row.state == "open"
    await settled(room, conversation_id)
    await say(customer, conversation_id, "never mind")
    await hear(customer, "nothing was done")
    await say(customer, conversation_id, "No, that was all")
    await customer.event("conversation.closed", PATIENT_S)


async def test_a_source_that_hangs_takes_nobody_elses_turn(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AT_ONCE", 1)
    for _ in range(3):  # more than both nodes have turns
        customer, conversation_id = await begin(room, "I want to order something")
        await hear(customer, "What would you like?")
        await settled(room, conversation_id)
        await say(customer, conversation_id, "pots")
    other, _ = await begin(room, "How much is delivery?")
    await hear(other, "€5.90")


async def test_a_node_that_was_taken_for_lost_changes_nothing_any_more(room: Room) -> None:
    customer, conversation_id = await begin(room, "Where is my order?")
    await hear(customer, "order number")
    await settled(room, conversation_id)
    database = room.centre.database
    row = await conversations.by_id(database, ConversationId(conversation_id))
    assert row is not None
    marked = """UPDATE conversations SET attributes = attributes || '{"network": "x"}' WHERE id = $1"""
    await database.execute(marked, row.id)
    slow = await bot_talks.claim(database, row.id, now=0)
    assert slow is not None
    assert slow.talk is not None
    quick = await bot_talks.claim(database, row.id, now=bot_talks.CLAIMED_MS)
    assert quick is not None
    wrong = replace(slow.talk, details={"order": "of another"})
    assert not await bot_talks.save(database, slow, wrong, None, missed=True, now=0)
    await bot_talks.leave(database, slow, until=0, in_vain=True)
    kept = await database.fetch_row("SELECT body, claimed_until FROM bot_talks WHERE conversation_id = $1", row.id)
    assert kept is not None
    assert (kept["body"]["details"], kept["claimed_until"]) == ({}, 2 * bot_talks.CLAIMED_MS)
    assert quick.misses == {f"customer:{row.customer_id}": 0, "network:x": 0}
    assert await bot_talks.save(database, quick, slow.talk, None, missed=True, now=0)
    counted = "SELECT count FROM bot_misses WHERE whose = 'network:x'"
    assert await database.fetch_value(counted) == 1


async def test_who_names_too_many_orders_in_a_day_comes_to_a_person_in_any_talk(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer, conversation_id = await begin(room, f"Where is my order LS-99999, {NORA}?")
    await hear(customer, "cannot find")
    await settled(room, conversation_id)
    mine = "FROM conversations WHERE id = $1 AND whose = 'customer:' || customer_id"
    database = room.centre.database
    assert await database.execute(f"UPDATE bot_misses SET count = 12 {mine} AND count = 1", conversation_id) == 1
    await say(customer, conversation_id, "never mind")
    await hear(customer, "nothing was done")
    await say(customer, conversation_id, "No, that was all")
    await customer.event("conversation.closed", PATIENT_S)
    again = await room.start(customer, f"Where is my order LS-10012, {NORA}?")
    await hear(customer, "passing you on")
    await anna.event("offer.created", PATIENT_S)
    reason = "SELECT body->>'reason' FROM bot_talks WHERE conversation_id = $1"
    assert await database.fetch_value(reason, again) == "too_many_guesses"


async def test_a_task_goes_on_where_its_customer_writes_now_if_they_are_proven_as_well(room: Room) -> None:
    database, anna = room.centre.database, await room.tab(room.anna)
    here, conversation_id = await begin(room, "Where is my order LS-10012?")
    await hear(here, "e-mail address")
    await settled(room, conversation_id)
    visitor = await room.visitor(account="assisted")
    there = await visitor.tab(account="assisted")
    owner = "SELECT customer_id FROM conversations WHERE id = $1"
    mine = await database.fetch_value(owner, conversation_id)
    theirs = await database.fetch_value("SELECT customer_id FROM visitors WHERE id = $1", visitor.visitor_id)
    await merges.merge(database, mine, theirs, by="", at=1)
    elsewhere = await room.start(there, "hello, me again")
    await hear(there, "We go on here with this: Where my order is.")
    await hear(here, "we go on there")
    await here.event("conversation.closed", PATIENT_S)
    await say(there, elsewhere, NORA)
    await hear(there, "on its way")
    await settled(room, elsewhere)

    signed = """'{"flow": "order_status", "waiting": "slot", "proof": "signed"}'"""
    await database.execute(f"UPDATE bot_talks SET body = body || {signed} WHERE conversation_id = $1", elsewhere)
    third, afresh = await begin(room, "Is anybody there?", client_id="third")
    await hear(third, "")
    await settled(room, afresh)
    other = await database.fetch_value(owner, afresh)
    await merges.merge(database, mine, other, by="", at=2)
    await database.execute("UPDATE bot_talks SET body = NULL, heard_n = 0 WHERE conversation_id = $1", afresh)
    await say(third, afresh, "operator")
    offer = (await anna.event("offer.created", PATIENT_S))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    said = (await anna.event("item.assigned"))["assignment"]["conversation"]["messages"]
    assert any("⇄ webchat: Where my order is" in message["text"] for message in said if message["kind"] == "note")


async def test_a_conversation_whose_bot_is_lost_goes_to_a_person(room: Room) -> None:
    anna = await room.tab(room.anna)
    customer, conversation_id = await begin(room, "Where is my order?")
    await hear(customer, "order number")
    await settled(room, conversation_id)
    await room.centre.database.execute(
        "UPDATE bot_talks SET claimed_until = 9000000000000 WHERE conversation_id = $1", conversation_id
    )
    await room.centre.database.execute(
        """
        UPDATE conversations SET started_at = started_at - 60000, attributes = attributes || '{"bot_until": 1}'
        WHERE id = $1
        """,
        conversation_id,
    )
    await anna.event("offer.created", PATIENT_S)


async def settled(room: Room, conversation_id: str) -> None:
    """Until nobody is at the talk any more."""
    async with asyncio.timeout(PATIENT_S):
        while await room.centre.database.fetch_value(
            "SELECT claimed_until FROM bot_talks WHERE conversation_id = $1", conversation_id
        ):
            await asyncio.sleep(0.05)
