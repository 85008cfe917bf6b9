"""Macros that act on cases, from a conversation and from the page of a case."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from router.store.postgres import macros as stored
from tests.cases.conftest import Writer, becomes, case_of_letter, feed, fetched, made
from tests.gateway.centre import Room
from tests.gateway.wire import Tab
from tests.knowledge.library import written
from tests.patience import comes_to_be

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def macro(sue: Tab, *actions: dict[str, Any], **facts: Any) -> str:
    put = await sue.ask(
        "macro.put", key=f"m-{secrets.token_hex(6)}", title="Does things", actions=list(actions), **facts
    )
    macro_id: str = put["thing_id"]
    return macro_id


async def ran(tab: Tab, macro_id: str, **on: str) -> list[tuple[str, str]]:
    """What became of each action. on: work_item_id or case_id."""
    result = await tab.ask("macro.run", macro_id=macro_id, client_id=secrets.token_hex(8), **on)
    return [(row["outcome"], row["code"]) for row in result["outcomes"]]


async def offered(tab: Tab, **on: str) -> set[str]:
    return {row["macro_id"] for row in (await tab.ask("macros.fetch", **on))["macros"] if row["applies"]}


async def test_one_key_changes_all_of_a_case_and_its_customer_is_told(room: Room, writer: Writer) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    await written(sue, "Lost parcels", "We look for it.", key=f"lost-{room.number}")
    conversation_id = await writer.talks_with(anna, "A lost parcel")
    case = await case_of_letter(anna, conversation_id)
    macro_id = await macro(
        sue,
        {"do": "send", "text": "Case {{case.number}}: we look for it."},
        {"do": "set_type", "value": "parcel_lost"},
        {"do": "set_priority", "value": "urgent", "when": "case.type == 'parcel_lost'"},
        {"do": "set_status", "value": "waiting", "when": "case.priority == 'low'"},
        {"do": "assign", "value": "me"},
        {"do": "label", "value": "carrier"},
        {"do": "link_article", "value": f"lost-{room.number}"},
        {"do": "note", "text": "{{case.subject}}: asked by {{agent.name}}"},
        {"do": "close_case", "value": "resolved"},
        condition="channel == 'telegram' && case.status != 'closed'",
    )
    assert macro_id in await offered(anna, case_id=case["case_id"])
    assert macro_id in await offered(anna, conversation_id=conversation_id)
    outcomes = await ran(anna, macro_id, case_id=case["case_id"])
    assert outcomes == [*[("done", "")] * 3, ("passed_over", ""), *[("done", "")] * 5]
    after = await becomes(anna, case, status="closed", case_type="parcel_lost", priority="urgent", owner_id=room.anna)
    assert after["labels"] == ["carrier", "resolved"]
    await comes_to_be(lambda: _sent(writer), [f"Case {case['number']}: we look for it."])
    entries = await feed(anna, case)
    (linked,) = [entry for entry in entries if entry["kind"] == "linked" and entry["word"] == "article"]
    assert linked["changes"] == [{"field": "title", "before": "", "after": "Lost parcels"}]
    notes = [entry["message"]["text"] for entry in entries if entry["kind"] == "note"]
    assert notes == [f"{after['subject']}: asked by Anna Room{room.number}"]
    assert macro_id not in await offered(anna, case_id=case["case_id"])
    await gone_on_with(room, macro_id)
    assert [entry["entry_id"] for entry in await feed(anna, case)] == [entry["entry_id"] for entry in entries]
    assert (await fetched(anna, case))["case"]["revision"] == after["revision"]


async def gone_on_with(room: Room, macro_id: str) -> None:
    """As after kill -9 before anything was told: somebody goes on with the run, from its beginning."""
    database = room.centre.database
    begun = "UPDATE macro_runs SET over = false, touched_at = 0, outcomes = '[]' WHERE macro_id = $1 RETURNING id"
    run_id = await database.fetch_value(begun, macro_id)

    async def over() -> bool:
        found = await stored.run_by_id(database, run_id)
        return found is not None and found.over

    await comes_to_be(over, True, patience_s=60)


async def _sent(writer: Writer) -> list[str]:
    """The first of what they were sent; the survey comes after it."""
    return [message.text for message in writer.office.sent][:1]


async def test_a_macro_is_offered_where_all_it_acts_on_is(room: Room) -> None:
    sue, anna, customer = await room.tab(room.sue), await room.tab(room.anna), await room.customer()
    of_item = await macro(sue, {"do": "wrap_up"})
    of_case = await macro(sue, {"do": "set_status", "value": "waiting"})
    conversation_id, item = await room.talking(anna, customer, "No case yet")
    assert await offered(anna, conversation_id=conversation_id) & {of_item, of_case} == {of_item}
    assert await ran(anna, of_case, work_item_id=item) == [("refused", "unknown_case")]
    case = (await anna.ask("case.create", client_id="c1", conversation_id=conversation_id))["case"]
    assert await offered(anna, conversation_id=conversation_id) & {of_item, of_case} == {of_item, of_case}
    assert await offered(anna, case_id=case["case_id"]) & {of_item, of_case} == {of_case}
    assert await ran(anna, of_case, work_item_id=item) == [("done", "")]
    assert await ran(anna, of_item, case_id=case["case_id"]) == [("refused", "wrong_state")]
    await becomes(anna, case, status="waiting")


async def test_what_is_not_theirs_or_cannot_be_written_to_is_left_as_it_is(room: Room) -> None:
    sue, anna, ben = await room.tab(room.sue), await room.tab(room.anna), await room.tab(room.ben)
    case = await made(anna, "A letter from nobody", queue="room-1")
    told = await macro(sue, {"do": "set_priority", "value": "urgent"}, {"do": "send", "text": "Hello"})
    assert await ran(anna, told, case_id=case["case_id"]) == [("not_done", ""), ("refused", "nowhere_to_answer")]
    assert (await fetched(anna, case))["case"]["revision"] == case["revision"]
    moved = await macro(sue, {"do": "move", "value": "room-2"}, {"do": "assign", "value": "me"})
    for code, on in {
        "not_yours": {"case_id": case["case_id"]},
        "unknown_case": {"case_id": "case_none"},
        "bad_value": {"case_id": case["case_id"], "work_item_id": "x.1"},
    }.items():
        assert await ben.refused("macro.run", macro_id=moved, client_id="x", **on) == code
    assert await ran(anna, moved, case_id=case["case_id"]) == [("done", ""), ("done", "")]
    after = (await fetched(anna, case))["case"]
    assert (after["queue"], after["owner_id"]) == ("room-2", room.anna)


async def test_a_case_in_line_is_answered_and_completed_in_one_key(room: Room, writer: Writer) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    case = await made(anna, "A letter in line", queue=room.queue, mine=False)
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await becomes(anna, case, owner_id=room.anna)
    both = await macro(sue, {"do": "close_case"}, {"do": "close", "value": "resolved"})
    item = offer["work_item"]["work_item_id"]
    assert both in await offered(anna, case_id=case["case_id"])
    assert await ran(anna, both, work_item_id=item) == [("done", ""), ("done", "")]
    await becomes(anna, case, status="closed", work_item_id="")


async def test_a_solved_case_becomes_a_draft_that_names_nobody(room: Room, writer: Writer) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "Where is my lost parcel LS-20417, please?")
    case = await case_of_letter(anna, conversation_id)
    assert await anna.refused("article.propose", case_id=case["case_id"]) == "text_empty"
    await anna.ask(
        "case.answer", case_id=case["case_id"], client_id="a1", text="Write to ola@post.example.\nGive it 3 days."
    )
    proposed = await anna.ask("article.propose", case_id=case["case_id"])
    assert await anna.ask("article.propose", case_id=case["case_id"]) == proposed
    found = await sue.ask("article.fetch", article_id=proposed["article_id"])
    assert (found["article"]["state"], found["article"]["audience"]) == ("draft", "agents")
    assert (found["case_number"], found["article"]["proposed_from"]) == (case["number"], case["conversation_id"])
    (text,) = found["texts"]
    assert (text["title"], text["body"]) == ("Where is my lost parcel …, please?", "Write to …\nGive it 3 days.")
    assert await anna.refused("article.propose") == "bad_value"
    ben = await room.tab(room.ben)
    mine = await made(anna, "Mine alone", queue="room-1")
    assert await ben.refused("article.propose", case_id=mine["case_id"]) == "not_yours"
