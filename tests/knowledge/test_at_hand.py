"""Quick texts and macros through the wire."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest

from router.store.postgres import macros as stored
from tests.gateway.centre import Room
from tests.gateway.wire import Tab

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talking(room: Room, text: str = "Where is my parcel?") -> tuple[Tab, Tab, str, str]:
    """Anna, the customer (who is called {{agent.name}}), their conversation and its item."""
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id = await room.start(customer, text, name="{{agent.name}} Nowak")
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await anna.event("item.assigned")
    return anna, customer, conversation_id, offer["work_item"]["work_item_id"]


async def quick_text(tab: Tab, room: Room, text: str, *, mine: bool = False, **facts: Any) -> dict[str, Any]:
    short = facts.pop("short", f"hello-{room.number}")
    put: dict[str, Any] = await tab.ask(
        "quick_text.put", short=short, title="A greeting", mine=mine, texts={"en": text}, **facts
    )
    return put


async def macro(room: Room, *actions: dict[str, Any], **facts: Any) -> str:
    sue = await room.tab(room.sue)
    key = f"macro-{room.number}-{secrets.token_hex(3)}"
    put = await sue.ask("macro.put", key=key, title="Does things", actions=list(actions), **facts)
    macro_id: str = put["thing_id"]
    return macro_id


def run(macro_id: str, item: str, client_id: str = "r1") -> dict[str, Any]:
    return {"macro_id": macro_id, "work_item_id": item, "client_id": client_id}


async def said(room: Room, conversation_id: str) -> list[tuple[str, str]]:
    rows = await room.centre.database.fetch(
        """
        SELECT kind, text FROM messages WHERE conversation_id = $1 AND author = 'agent' AND kind <> 'system' ORDER BY n
        """,
        conversation_id,
    )
    return [(row["kind"], row["text"]) for row in rows]


async def test_a_quick_text_is_filled_with_what_is_known_and_says_what_is_not(room: Room) -> None:
    sue = await room.tab(room.sue)
    anna, _, conversation_id, _ = await talking(room)
    text = "Dear {{customer.first_name}}, order {{details.order}}: {{agent.first_name}}"
    put = await quick_text(sue, room, text)
    facts = {"quick_text_id": put["thing_id"], "conversation_id": conversation_id, "language": "pl"}
    filled = await anna.ask("quick_text.fill", **facts)
    assert filled["text"] == "Dear {{agent.name}}, order {{details.order}}: Anna"
    assert (filled["missing"], filled["language"]) == (["details.order"], "en")
    ben = await room.tab(room.ben)
    assert await ben.refused("quick_text.fill", **facts) == "not_yours"


async def test_everybodys_quick_texts_need_an_editor_and_ones_own_nobody_else_sees(room: Room) -> None:
    sue, anna, ben = await room.tab(room.sue), await room.tab(room.anna), await room.tab(room.ben)
    facts: dict[str, Any] = {"short": f"own-{room.number}", "title": "Mine", "texts": {"en": "Hi"}}
    assert await anna.refused("quick_text.put", **facts, mine=False) == "wrong_role"
    own = await anna.ask("quick_text.put", **facts, mine=True)
    assert await anna.refused("quick_text.put", **facts, mine=True) == "quick_text_exists"
    shorts = [row["short"] for row in (await ben.ask("quick_texts.fetch"))["quick_texts"]]
    assert facts["short"] not in shorts
    assert await ben.refused("quick_text.remove", quick_text_id=own["thing_id"]) == "unknown_quick_text"
    changed = {**facts, "quick_text_id": own["thing_id"], "mine": True}
    assert (await anna.ask("quick_text.put", **changed, revision=1))["revision"] == 2
    assert await anna.refused("quick_text.put", **changed, revision=1) == "changed_meanwhile"
    assert await anna.refused("quick_text.put", **changed | {"mine": False}) == "wrong_role"
    await anna.ask("quick_text.remove", quick_text_id=own["thing_id"])
    wrong = {**facts, "texts": {"en": "Dear {{customer.nmae}}"}}
    assert await sue.refused("quick_text.put", **wrong, mine=False) == "bad_value"


async def test_a_macro_does_all_it_says_in_order_and_only_what_applies(room: Room) -> None:
    sue = await room.tab(room.sue)
    await quick_text(sue, room, "Dear {{customer.first_name}}, it is on its way.")
    anna, customer, conversation_id, item = await talking(room)
    macro_id = await macro(
        room,
        {"do": "send", "quick_text": f"hello-{room.number}"},
        {"do": "send", "text": "Polish only", "when": "language == 'pl'"},
        {"do": "note", "text": "Answered by {{agent.name}}"},
        {"do": "close", "value": "resolved"},
    )
    ran = await anna.ask("macro.run", **run(macro_id, item))
    assert [(row["do"], row["outcome"]) for row in ran["outcomes"]] == [
        ("send", "done"),
        ("send", "passed_over"),
        ("note", "done"),
        ("close", "done"),
    ]
    assert await said(room, conversation_id) == [
        ("text", "Dear {{agent.name}}, it is on its way."),
        ("note", "Answered by Anna Room" + str(room.number)),
    ]
    await customer.event("conversation.closed")
    assert await anna.ask("macro.run", **run(macro_id, item)) == ran


def told(ran: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["outcome"], row["code"]) for row in ran["outcomes"]]


async def test_a_macro_of_which_one_action_cannot_be_does_nothing_and_says_which(room: Room) -> None:
    anna, _, conversation_id, item = await talking(room)
    macro_id = await macro(
        room,
        {"do": "send", "text": "One moment."},
        {"do": "send", "text": "About {{details.order}}"},
        {"do": "note", "text": "x", "when": "language == 'pl'"},
        {"do": "close"},
    )
    ran = await anna.ask("macro.run", **run(macro_id, item))
    assert told(ran) == [("not_done", ""), ("refused", "bad_value"), ("passed_over", ""), ("not_done", "")]
    assert await said(room, conversation_id) == []


async def test_a_refusal_nobody_could_foresee_ends_a_macro_and_what_was_done_stays(room: Room) -> None:
    anna, _, conversation_id, item = await talking(room)
    macro_id = await macro(room, {"do": "wrap_up"}, {"do": "send", "text": "Too late."}, {"do": "close"})
    ran = await anna.ask("macro.run", **run(macro_id, item))
    assert told(ran) == [("done", ""), ("refused", "conversation_closed"), ("not_done", "")]
    assert await said(room, conversation_id) == []


async def test_macros_and_quick_texts_of_a_team_are_its_own(room: Room) -> None:
    sue, anna, ben = await room.tab(room.sue), await room.tab(room.anna), await room.tab(room.ben)
    ours = await team_of(room, room.anna)
    put = await quick_text(sue, room, "Ours", teams=[ours])
    macro_id = await macro(room, {"do": "wrap_up"}, teams=[ours])
    for tab, theirs in ((sue, True), (anna, True), (ben, False)):
        shorts = [row["quick_text_id"] for row in (await tab.ask("quick_texts.fetch"))["quick_texts"]]
        known = [row["macro_id"] for row in (await tab.ask("macros.fetch"))["macros"]]
        assert (put["thing_id"] in shorts, macro_id in known) == (theirs, theirs)
    assert await ben.refused("macro.run", **run(macro_id, "x.1")) == "unknown_macro"
    wrong: dict[str, Any] = {"key": f"x-{room.number}", "title": "x", "actions": [{"do": "wrap_up"}]}
    refused = await sue.answer({"type": "macro.put", "id": 9_001, **wrong, "teams": ["Nobody's"]})
    assert refused["detail"] == {"field": "teams", "word": "unknown_team", "name": "Nobody's"}


async def team_of(room: Room, agent_id: str) -> str:
    """Somebody is put into a team of their own, on every node."""
    team = f"team of {agent_id}"
    await room.centre.database.execute("UPDATE staff SET team = $2 WHERE id = $1", agent_id, team)
    sue = await room.tab(room.sue)
    await sue.ask("agent.change", agent_id=agent_id, skills={"en": 4}, queues=[room.queue], backup=[])
    return team


async def test_a_text_is_shown_as_it_would_be_sent_and_a_fault_in_words_for_every_language(room: Room) -> None:
    sue = await room.tab(room.sue)
    text = "Dear {{customer.first_name|you}}, order {{details.order}}: {{agent.first_name}}"
    filled = await sue.ask("text.preview", text=text)
    assert (filled["text"], filled["missing"]) == ("Dear Maya, order [order]: Sue", [])
    faults = {
        "{{customer.nmae}}": {"word": "unknown_variable", "name": "customer.nmae", "near": "customer.name"},
        "{{agent.name": {"word": "braces", "name": "", "near": ""},
    }
    for number, (wrong, detail) in enumerate(faults.items(), 9_200):
        refused = await sue.answer({"type": "text.preview", "id": number, "text": wrong})
        assert (refused["code"], refused["detail"]) == ("bad_value", {"field": "text", **detail})


async def test_a_macro_is_offered_and_run_only_where_its_condition_holds(room: Room) -> None:
    anna, _, conversation_id, item = await talking(room, "I want a refund")
    fits = await macro(room, {"do": "note", "text": "x"}, condition="text.contains('refund')", keys="3")
    not_here = await macro(room, {"do": "note", "text": "x"}, condition="channel == 'voice'")
    rows = (await anna.ask("macros.fetch", conversation_id=conversation_id))["macros"]
    applies = {row["macro_id"]: row["applies"] for row in rows}
    assert (applies[fits], applies[not_here]) == (True, False)
    assert await anna.refused("macro.run", **run(not_here, item)) == "wrong_state"
    ben = await room.tab(room.ben)
    assert await ben.refused("macro.run", **run(fits, item)) == "not_yours"
    assert await anna.refused("macro.run", **run("mac_none", item)) == "unknown_macro"


async def test_a_macro_that_could_never_work_is_refused_when_it_is_written(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    facts: dict[str, Any] = {"key": f"bad-{room.number}", "title": "Bad"}
    for n, action in enumerate(
        (
            {"do": "send", "text": "{{agent.nmae}}"},
            {"do": "send", "quick_text": "nowhere"},
            {"do": "hand_over", "value": "nowhere"},
            {"do": "close", "value": "shrug"},
            {"do": "note", "text": "x", "when": "channel = 1"},
            {"do": "note", "text": " "},
            {"do": "move", "value": "nowhere"},
            {"do": "set_status", "value": "forgotten"},
            {"do": "set_priority", "value": "extreme"},
            {"do": "set_type", "value": "nothing"},
            {"do": "assign", "value": "nobody-at-all"},
            {"do": "label", "value": ""},
            {"do": "open_step", "value": "nowhere", "subject": "x", "text": "x"},
            {"do": "link_article", "value": "nowhere"},
            {"do": "close_case", "value": "shrug"},
        )
    ):
        refused = await sue.answer({"type": "macro.put", "id": 9_100 + n, **facts, "actions": [action]})
        assert (refused["code"], refused["detail"]["field"].startswith("actions.1")) == ("bad_value", True), action
    assert await sue.refused("macro.put", **facts, actions=[]) == "bad_value"
    fine = [{"do": "wrap_up"}]
    assert await anna.refused("macro.put", **facts, actions=fine) == "wrong_role"
    put = await sue.ask("macro.put", **facts, actions=fine)
    assert await sue.refused("macro.put", **facts, actions=fine) == "macro_exists"
    gone: dict[str, Any] = {"macro_id": put["thing_id"]}
    assert await sue.refused("macro.put", **facts, **gone, revision=7, actions=fine) == "changed_meanwhile"
    await sue.ask("macro.remove", **gone)
    assert await sue.refused("macro.remove", **gone) == "unknown_macro"


async def broken_off(room: Room, macro_id: str, *, tried: int) -> list[str]:
    """As after kill -9: only so many of its actions were told. What came of all once somebody has gone on with it."""
    database = room.centre.database
    run_id = await database.fetch_value(
        """
        UPDATE macro_runs SET over = false, touched_at = 0,
            outcomes = CASE WHEN $2::integer = 0 THEN '[]' ELSE jsonb_build_array(outcomes -> 0) END
        WHERE macro_id = $1 RETURNING id
        """,
        *(macro_id, tried),
    )
    async with asyncio.timeout(60):
        while (found := await stored.run_by_id(database, run_id)) is None or not found.over:
            await asyncio.sleep(0.1)
    return [outcome["outcome"] for outcome in found.outcomes]


async def test_a_run_that_broke_off_is_gone_on_with_and_does_nothing_twice(room: Room) -> None:
    anna, _, conversation_id, item = await talking(room)
    await anna.ask("status.set", status="busy")
    told = await macro(room, {"do": "send", "text": "One moment."}, {"do": "note", "text": "Asked."})
    given = await macro(
        room,
        {"do": "send", "text": "A colleague will help."},
        {"do": "hand_over", "value": room.queue, "text": "Please"},
    )
    await anna.ask("macro.run", **run(told, item))
    before = await said(room, conversation_id)
    await room.centre.database.execute(
        """
        INSERT INTO macro_runs (id, macro_id, agent_id, conversation_id, work_item_id, language, actions, outcomes,
            begun_at, touched_at)
        SELECT 'mr_of_another_version', 'gone', agent_id, conversation_id, work_item_id, language,
            '[{"do": "dance"}]', '[]', 0, 0 FROM macro_runs WHERE macro_id = $1
        """,
        told,
    )
    assert await broken_off(room, told, tried=0) == ["done", "done"]
    assert await said(room, conversation_id) == before
    await anna.ask("macro.run", **run(given, item, "r2"))
    before = await said(room, conversation_id)
    assert await broken_off(room, given, tried=1) == ["done", "done"]
    assert await said(room, conversation_id) == before
