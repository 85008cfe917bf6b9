"""Cases through the wire: begun, changed, listed, watched, answered, rated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.conftest import Writer, becomes, case_of_letter, changed, clock, feed, fetched, made, words
from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Refused
from tests.patience import comes_to_be

pytestmark = pytest.mark.asyncio(loop_scope="module")


# ---------------------------------------------------------------- begun


async def test_a_case_is_begun_by_hand_in_one_command_and_once(room: Room) -> None:
    anna = await room.tab(room.anna)
    asked: dict[str, Any] = {
        "client_id": "once",
        "subject": "Letter about a lost parcel",
        "customer": {"name": "Ann", "email": f"ann-{room.number}@post.example"},
        "text": "It never came. I shall see my lawyer.",
        "channel": "manual",
    }
    first = (await anna.ask("case.create", **asked))["case"]
    again = (await anna.ask("case.create", **asked))["case"]
    assert again["case_id"] == first["case_id"]
    assert first["number"] > 1_000
    assert (first["case_type"], first["priority"]) == ("parcel_lost", "urgent")
    assert (first["status"], first["owner_id"], first["customer"]["name"]) == ("working", room.anna, "Ann")
    assert {each["name"] for each in first["milestones"]} == {"first_response", "resolution"}
    detail = await anna.ask("case.fetch", number=first["number"])
    assert detail["case"]["case_id"] == first["case_id"]
    notes = [entry["message"]["text"] for entry in await feed(anna, first) if entry["kind"] == "note"]
    assert notes == [asked["text"]]


async def test_a_conversation_becomes_a_case_and_what_was_said_counts(room: Room) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, customer, "My lost parcel")
    await anna.ask("message.send", conversation_id=conversation_id, client_id="m1", text="I look for it")
    case = (await anna.ask("case.create", client_id="c1", conversation_id=conversation_id))["case"]
    assert (case["subject"], case["channel"], case["case_type"]) == ("My lost parcel", "webchat", "parcel_lost")
    met = await becomes(anna, case, owner_id=room.anna)
    assert clock(met, "first_response")["state"] == "met"
    await customer.ask("message.send", conversation_id=conversation_id, client_id="m2", text="And now?")
    await comes_to_be(
        lambda: _states(anna, case),
        {"first_response": "met", "resolution": "running", "next_response": "running"},
    )
    said = [entry["message"]["text"] for entry in await feed(anna, case) if entry["kind"] == "message"]
    assert said == ["My lost parcel", "I look for it", "And now?"]
    again = (await anna.ask("case.create", client_id="c2", conversation_id=conversation_id))["case"]
    assert again["case_id"] == case["case_id"]


async def _states(tab: Any, case: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["state"] for each in (await fetched(tab, case))["case"]["milestones"]}


async def test_a_letter_becomes_a_case_by_rule_and_the_next_one_joins_it(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "A lost parcel, hear my lawyer")
    case = await case_of_letter(anna, conversation_id)
    assert (case["case_type"], case["priority"], case["channel"]) == ("parcel_lost", "urgent", "telegram")
    await becomes(anna, case, owner_id=room.anna)
    work = await anna.ask("conversation.fetch", conversation_id=conversation_id)
    assert work["conversation"]["state"] == "open"
    item_id = case["work_item_id"] or (await _item_of(room, conversation_id))
    await anna.ask("item.wrap_up", work_item_id=item_id)
    await anna.ask("item.complete", work_item_id=item_id, disposition="")
    second = await writer.talks_with(anna, "One more thing")
    assert second != conversation_id
    joined = await case_of_letter(anna, second)
    assert joined["case_id"] == case["case_id"]


async def _item_of(room: Room, conversation_id: str) -> str:
    found: str = await room.centre.database.fetch_value(
        "SELECT id FROM work_items WHERE conversation_id = $1 AND state <> 'closed'", conversation_id
    )
    return found


async def test_scans_of_a_letter_are_kept_with_the_case_by_those_who_may_change_it(room: Room) -> None:
    anna = await room.tab(room.anna)
    case = await made(anna, "With a scan", queue="room-1" if room.number != 1 else "room-2")
    url = f"/api/files?conversation_id={case['conversation_id']}&name=letter.txt"

    async def upload(agent_id: str) -> int:
        cookie = f"usher_session={await room.centre.cookie(agent_id)}"
        node = room.centre.first.url
        headers = {"cookie": cookie, "origin": node, "content-type": "text/plain"}
        return (await request(node, "POST", url, headers=headers, content=b"Dear shop,")).status_code

    assert await upload(room.ben) == 403
    assert await upload(room.anna) in (200, 201)
    assert [file["name"] for file in (await fetched(anna, case))["files"]] == ["letter.txt"]


# ---------------------------------------------------------------- changed


async def test_a_stale_change_is_refused_and_the_present_state_is_told(room: Room) -> None:
    anna, ben = await room.tab(room.anna), await room.tab(room.ben, node=room.centre.second)
    case = await made(anna, queue=room.queue)
    await ben.ask("case.open", case_id=case["case_id"])
    seen = case["revision"]
    await changed(anna, case, priority="high")
    with pytest.raises(Refused) as refused:
        await ben.ask("case.change", case_id=case["case_id"], revision=seen, changes={"subject": "Mine"})
    assert refused.value.code == "stale_case"
    assert refused.value.detail["revision"] > seen
    while (told := await ben.event("case.changed"))["case"]["priority"] != "high":
        pass  # that it was begun may be told late
    assert told["case"]["subject"] == "A letter came"


async def test_a_change_stands_in_the_feed_with_what_it_was_before(room: Room) -> None:
    anna = await room.tab(room.anna)
    case = await made(anna)
    await changed(anna, case, status="waiting", labels=["paper", "paper"], folder="Autumn")
    (entry,) = [each for each in await feed(anna, case) if each["kind"] == "changed"]
    assert entry["actor_id"] == room.anna
    assert {each["field"]: (each["before"], each["after"]) for each in entry["changes"]} == {
        "status": ("working", "waiting"),
        "labels": ("", "paper"),
        "folder": ("", "Autumn"),
    }


async def test_who_may_change_a_case_and_who_may_only_read_it(room: Room) -> None:
    anna, ben, sue = await room.tab(room.anna), await room.tab(room.ben), await room.tab(room.sue)
    case = await made(anna, queue="room-1" if room.number != 1 else "room-2", text="Between us")
    read = await fetched(ben, case)
    assert read["may_change"] is False
    assert [entry for entry in await feed(ben, case) if entry["kind"] == "note"] == []
    change = {"case_id": case["case_id"], "revision": case["revision"], "changes": {"status": "waiting"}}
    assert await ben.refused("case.change", **change) == "not_yours"
    assert (await changed(sue, case, status="waiting"))["status"] == "waiting"


async def test_waiting_stops_the_clocks_and_going_on_starts_them(room: Room) -> None:
    anna = await room.tab(room.anna)
    case = await made(anna)
    waiting = await changed(anna, case, status="waiting")
    stopped = clock(waiting, "resolution")
    assert (stopped["state"], stopped["due_at"]) == ("paused", None)
    going = clock(await changed(anna, case, status="working"), "resolution")
    assert going["state"] == "running"
    assert going["due_at"] >= clock(case, "resolution")["due_at"]
    closed = await changed(anna, case, status="closed")
    assert clock(closed, "resolution")["state"] == "met"
    assert closed["closed_at"] is not None


async def test_many_are_changed_at_once_and_each_outcome_is_told(room: Room) -> None:
    anna = await room.tab(room.anna)
    cases = [await made(anna, f"Alike {number}") for number in range(3)]
    asked = [*(case["case_id"] for case in cases), "case_nowhere"]
    outcomes = (await anna.ask("cases.change", case_ids=asked, changes={"priority": "low"}))["outcomes"]
    assert [each["code"] for each in outcomes] == ["", "", "", "unknown_case"]
    assert (await fetched(anna, cases[2]))["case"]["priority"] == "low"


async def test_a_case_cannot_be_above_itself(room: Room) -> None:
    anna = await room.tab(room.anna)
    upper, lower = await made(anna, "Upper"), await made(anna, "Lower")
    await anna.ask("case.open", case_id=upper["case_id"])
    await changed(anna, lower, parent_id=upper["case_id"])
    while (await anna.event("case.changed"))["case"]["children"] != 1:
        pass
    detail = await fetched(anna, upper)
    assert ([each["case_id"] for each in detail["children"]], detail["case"]["children"]) == ([lower["case_id"]], 1)
    now = detail["case"]
    ask = {"case_id": now["case_id"], "revision": now["revision"], "changes": {"parent_id": lower["case_id"]}}
    assert await anna.refused("case.change", **ask) == "bad_value"


async def test_what_there_is_not_is_refused(room: Room) -> None:
    anna = await room.tab(room.anna)
    case = await made(anna)
    new = {"client_id": "x", "subject": "Hello"}
    assert await anna.refused("case.create", **new, customer_id="cus_nobody") == "unknown_customer"
    assert await anna.refused("case.create", **new, customer={"name": "A"}, case_type="none") == "unknown_case_type"
    assert await anna.refused("case.create", **new, customer={"name": "A"}, queue="none") == "unknown_queue"
    assert await anna.refused("case.create", **new | {"subject": ""}, customer={"name": "A"}) == "text_empty"
    assert await anna.refused("case.fetch", case_id="case_none") == "unknown_case"
    assert await anna.refused("case.answer", case_id="case_none", client_id="a", text="?") == "unknown_case"
    asked = {"case_id": case["case_id"], "revision": case["revision"], "changes": {"owner_id": "nobody"}}
    assert await anna.refused("case.change", **asked) == "unknown_agent"
    for after in ("what", "1:0:0:\0", f"{2**70}:0:0:x", f"1:{2**40}:0:x", f"1:0:{2**70}:x"):
        assert await anna.refused("case.feed", case_id=case["case_id"], after=after) == "bad_value"
    assert await anna.refused("cases.list", filter={}, after="1:\0") == "bad_value"
    outcomes = (await anna.ask("case.answer", case_id=case["case_id"], client_id="a", text="Hello?"))["outcomes"]
    assert outcomes == [{"case_id": case["case_id"], "code": "nowhere_to_answer"}]


# ---------------------------------------------------------------- found


async def test_lists_are_filtered_ordered_and_paged_by_place(room: Room) -> None:
    anna = await room.tab(room.anna)
    mark = f"mark{room.number}"
    cases = [await made(anna, f"{mark} number {number}", queue=room.queue) for number in range(5)]
    await changed(anna, cases[1], status="waiting")
    await changed(anna, cases[2], owner_id="")
    found: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = await anna.ask("cases.list", filter={"text": mark}, order="created", limit=2, after=after)
        found += [case["case_id"] for case in page["cases"]]
        after, pages = page["after"], pages + 1
    assert (found, pages) == ([case["case_id"] for case in reversed(cases)], 3)
    by_filter: dict[str, dict[str, Any]] = {
        "waiting": {"statuses": ["waiting"]},
        "mine": {"scope": "mine"},
        "nobody's": {"scope": "queues"},
        "type": {"case_types": ["parcel"]},
        "number": {"text": str(cases[3]["number"])},
        "due": {"due_within_s": 7_200},
    }
    filters = [{"text": mark} | each for each in by_filter.values()]
    counts = (await anna.ask("cases.count", filters=filters))["counts"]
    assert dict(zip(by_filter, counts, strict=True)) == {
        "waiting": 1,
        "mine": 4,
        "nobody's": 1,
        "type": 0,
        "number": 1,
        "due": 4,
    }
    due = await anna.ask("cases.list", filter={"text": mark}, order="due", limit=10)
    assert cases[1]["case_id"] not in [case["case_id"] for case in due["cases"]]


async def test_a_saved_view_is_a_filter_with_a_name(room: Room) -> None:
    anna, ben = await room.tab(room.anna), await room.tab(room.ben)
    view = {"view_id": f"view-{room.number}", "name": "Urgent", "filter": {"priorities": ["urgent"]}, "order": "due"}
    saved = (await anna.ask("case_view.save", **view, shared=True))["views"]
    assert [(each["name"], each["filter"]["priorities"]) for each in saved if each["view_id"] == view["view_id"]] == [
        ("Urgent", ["urgent"])
    ]
    index = await ben.ask("case_index.fetch")
    assert view["view_id"] in [each["view_id"] for each in index["views"]]
    assert [each["key"] for each in index["types"]] == ["hasty", "parcel", "parcel_lost", "quiet"]
    assert await ben.refused("case_view.save", **view) == "not_yours"
    assert await ben.refused("case_view.delete", view_id=view["view_id"]) == "not_yours"
    left = (await anna.ask("case_view.delete", view_id=view["view_id"]))["views"]
    assert view["view_id"] not in [each["view_id"] for each in left]


async def test_similar_cases_come_likest_first(room: Room) -> None:
    anna = await room.tab(room.anna)
    word = f"greenhouse{room.number}"
    case = await made(anna, f"{word} pane broken")
    twin = await made(anna, f"{word} panes are broken")
    await made(anna, f"{word} colour")
    similar = (await anna.ask("cases.similar", case_id=case["case_id"]))["similar"]
    assert similar[0]["case"]["case_id"] == twin["case_id"]
    assert similar[0]["likeness"] > 0.6 > similar[1]["likeness"]


# ---------------------------------------------------------------- watched


async def test_who_watches_is_told_on_whichever_node_and_sees_who_else_looks(room: Room) -> None:
    anna, ben = await room.tab(room.anna), await room.tab(room.ben, node=room.centre.second)
    case = await made(anna, queue=room.queue)
    await ben.ask("case.open", case_id=case["case_id"])
    await anna.ask("case.open", case_id=case["case_id"])
    viewers = await ben.event("case.viewers")
    while [each["agent_id"] for each in viewers["viewers"]] != [room.anna]:
        viewers = await ben.event("case.viewers")

    async def seen() -> list[str]:
        return [each["name"] for each in (await fetched(anna, case))["viewers"]]

    await comes_to_be(seen, [f"Ben Room{room.number}"])
    await anna.ask("case.note", case_id=case["case_id"], client_id="n1", text="Look at this")
    await changed(anna, case, priority="urgent")
    told = await ben.event("case.changed")
    while told["case"]["priority"] != "urgent":
        told = await ben.event("case.changed")
    await anna.close()
    while (await ben.event("case.viewers"))["viewers"]:
        pass


# ---------------------------------------------------------------- answered and rated


async def test_one_answer_goes_to_every_child_and_the_survey_is_answered_with_a_number(room: Room) -> None:
    anna = await room.tab(room.anna)
    writers = [Writer(room), Writer(room)]
    conversations = [await each.talks_with(anna, "The lift is broken") for each in writers]
    parent = await made(anna, "Lifts are broken")
    children = [await case_of_letter(anna, each) for each in conversations]
    for child in children:
        await changed(anna, child, parent_id=parent["case_id"])
    asked = {"case_id": parent["case_id"], "client_id": "all", "text": "Mended today", "children": True, "close": True}
    for _ in range(2):
        outcomes = (await anna.ask("case.answer", **asked))["outcomes"]
        assert sorted((each["case_id"], each["code"]) for each in outcomes) == sorted(
            (child["case_id"], "") for child in children
        )

    async def sent() -> list[int]:
        names = [each.name for each in writers]
        texts = [(letter.recipient, letter.text) for letter in writers[0].office.sent]
        return [texts.count((name, "Mended today")) for name in names]

    await comes_to_be(sent, [1, 1])
    closed = await becomes(anna, children[0], status="closed")
    assert clock(closed, "first_response")["state"] == "met"
    assert "survey_sent" in words(await feed(anna, children[0]), "action")
    await writers[0].post(writers[0].letter("5"))
    rated = await becomes(anna, children[0], csat=5)
    assert rated["status"] == "closed"


async def test_a_customer_who_writes_again_soon_reopens_the_case(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "Broken")
    case = await case_of_letter(anna, conversation_id)
    await changed(anna, case, status="closed")
    await writer.post(writer.letter("Broken again"))
    again = await becomes(anna, case, status="working")
    assert "reopened" in words(await feed(anna, case), "action")
    assert [each["state"] for each in again["milestones"] if each["name"] == "resolution"] == ["met", "running"]


async def test_a_machines_mail_reopens_nothing(room: Room, writer: Writer) -> None:
    anna, database = await room.tab(room.anna), room.centre.database
    conversation_id = await writer.talks_with(anna, "Broken")
    case = await case_of_letter(anna, conversation_id)
    await changed(anna, case, status="closed")
    await database.execute(
        """
        WITH next AS (UPDATE conversations SET last_n = last_n + 1 WHERE id = $1 RETURNING last_n, customer_id)
        INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at, extra)
        SELECT $1, last_n, 'text', 'customer', customer_id, '', 'I am away', 'away', $2, '{"mail": {"automatic": true}}'
        FROM next
        """,
        *(conversation_id, case["updated_at"] + 1),
    )
    await anna.ask("case.answer", case_id=case["case_id"], client_id="bye", text="Goodbye")  # heard after it

    async def heard() -> bool:
        left = "SELECT count(*) FROM case_conversations cc JOIN messages m USING (conversation_id)"
        unheard = f"{left} WHERE conversation_id = $1 AND m.n > cc.seen_n AND m.kind = 'text'"
        return bool(await database.fetch_value(unheard, conversation_id) == 0)

    await comes_to_be(heard, True)
    assert (await fetched(anna, case))["case"]["status"] == "closed"


async def test_an_answer_goes_where_the_customer_wrote_last_or_where_it_is_said_to_go(
    room: Room, writer: Writer
) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    letter = await writer.talks_with(anna, "My greenhouse")
    case = await case_of_letter(anna, letter)
    chat, _ = await room.talking(anna, customer, "I wrote you a letter")
    await anna.ask("case.link", case_id=case["case_id"], conversation_id=chat)
    detail = await fetched(anna, case)
    assert detail["answer_to"] == chat
    by_id = {each["conversation_id"]: each for each in detail["conversations"]}
    assert by_id[chat]["written_at"] > by_id[letter]["written_at"]
    assert by_id[letter]["reaches"]
    one = {"case_id": case["case_id"], "text": "We look for it"}
    await anna.ask("case.answer", **one, client_id="a1")
    while (await customer.event("message.created"))["message"]["text"] != "We look for it":
        pass
    await anna.ask("case.answer", **one, client_id="a2", conversation_id=letter)

    async def sent() -> int:
        return [(each.recipient, each.text) for each in writer.office.sent].count((writer.name, "We look for it"))

    await comes_to_be(sent, 1)
    own = case["conversation_id"]
    assert await anna.refused("case.answer", **one, client_id="a3", conversation_id=own) == "unknown_conversation"
    await writer.post(writer.letter("Still nothing"))

    async def now() -> str:
        to: str = (await fetched(anna, case))["answer_to"]
        return to

    await comes_to_be(now, letter)


async def test_the_customer_is_told_when_to_expect_the_solution(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    case = await case_of_letter(anna, await writer.talks_with(anna, "When?"))
    await changed(anna, case, promised_at=1_800_000_000_000)

    async def told() -> bool:
        return f"Case {case['number']} is solved by 2027-01-15 08:00 UTC." in [each.text for each in writer.office.sent]

    await comes_to_be(told, True)
