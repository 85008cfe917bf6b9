"""Cases as work: in line, offered, owned; the second line; deadlines that come."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest

from router.store.postgres import notices
from tests.cases.conftest import RECEIVERS_KEY, becomes, changed, feed, fetched, made, words
from tests.gateway.centre import Room
from tests.patience import comes_to_be, eventually
from tests.simulators.stand_in import Said, Seen, StandIn

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_case_is_offered_like_other_work_and_belongs_to_whoever_takes_it(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    case = await made(sue, "A visit", queue=room.queue, mine=False)
    offer = (await anna.event("offer.created"))["offer"]
    item = offer["work_item"]
    assert (item["channel"], item["conversation_id"], item["interruptible"]) == ("case", case["conversation_id"], True)
    assert item["preview"] == "A visit"
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    taken = await becomes(sue, case, owner_id=room.anna, status="working")
    assert taken["work_item_id"] == item["work_item_id"]
    await anna.ask("item.complete", work_item_id=item["work_item_id"], disposition="resolved")
    await becomes(sue, case, work_item_id="", status="working")
    await anna.ask("case.route", case_id=case["case_id"])
    again = (await anna.event("offer.created"))["offer"]
    assert again["work_item"]["conversation_id"] == case["conversation_id"]
    assert again["work_item"]["work_item_id"] != item["work_item_id"]
    await anna.ask("offer.accept", offer_id=again["offer_id"])
    await anna.ask("item.complete", work_item_id=again["work_item"]["work_item_id"], disposition="resolved")
    await becomes(sue, case, work_item_id="")


async def test_the_second_line_gets_a_case_with_a_note(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    case = await made(sue, "Too hard for me")
    asked = {"case_id": case["case_id"], "revision": case["revision"], "queue": room.queue}
    assert await sue.refused("case.escalate", **asked, note="x" * 8_001) == "text_too_long"
    assert (await fetched(sue, case))["case"]["status"] == "working"
    escalated = await sue.ask("case.escalate", **asked, note="Please help")
    assert (escalated["case"]["status"], escalated["case"]["owner_id"]) == ("escalated", "")
    offer = (await anna.event("offer.created"))["offer"]
    assert offer["work_item"]["conversation_id"] == case["conversation_id"]
    assert "Please help" in [each["message"]["text"] for each in await feed(anna, case) if each["kind"] == "note"]


async def test_a_waiting_case_follows_its_queue_and_priority(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    elsewhere = "room-89"
    case = await made(sue, queue=elsewhere, mine=False)
    where = "SELECT priority, queue FROM work_items WHERE id = $1"
    before = await room.centre.database.fetch_row(where, case["work_item_id"])
    assert before is not None
    assert (before["queue"], before["priority"]) == (elsewhere, 0)
    await changed(sue, case, priority="urgent")
    await changed(sue, case, queue=room.queue)
    offer = (await anna.event("offer.created"))["offer"]
    item = offer["work_item"]
    assert (item["work_item_id"], item["queue"], item["priority"]) == (case["work_item_id"], room.queue, 3)


async def test_a_waiting_case_that_is_escalated_is_worked_on_once(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    case = await made(sue, "Waits already", queue="room-89", mine=False)
    await sue.ask("case.escalate", case_id=case["case_id"], revision=case["revision"], queue=room.queue)
    offer = (await anna.event("offer.created"))["offer"]
    item_id = offer["work_item"]["work_item_id"]
    assert item_id == case["work_item_id"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await becomes(sue, case, owner_id=room.anna)
    await anna.ask("item.complete", work_item_id=item_id, disposition="resolved")
    await becomes(sue, case, work_item_id="")
    routed_at = "SELECT routed_at FROM cases WHERE id = $1"
    await comes_to_be(lambda: room.centre.database.fetch_value(routed_at, case["case_id"]), None)
    await changed(sue, case, priority="high")
    assert (await fetched(sue, case))["case"]["work_item_id"] == ""


async def test_what_people_decide_of_the_owner_stays_though_somebody_else_has_it_in_hand(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    case = await made(sue, "Mine from now on", queue=room.queue, mine=False)
    await anna.ask("offer.accept", offer_id=(await anna.event("offer.created"))["offer"]["offer_id"])
    await becomes(sue, case, owner_id=room.anna)
    await anna.ask("case.open", case_id=case["case_id"])
    decided = (await changed(sue, case, owner_id=room.sue))["revision"]

    async def told() -> str:
        """Whose it is; what was before that was decided may be told late, and counts for nothing."""
        while (now := (await anna.event("case.changed"))["case"])["revision"] < decided:
            pass
        owner: str = now["owner_id"]
        return owner

    assert await told() == room.sue
    for number in range(2):  # what is told of the second is told after all that the first led to
        await anna.ask("case.note", case_id=case["case_id"], client_id=f"n{number}", text="It is on my desk still")
        assert await told() == room.sue
    assert (await fetched(sue, case))["case"]["owner_id"] == room.sue


async def test_an_answer_that_meets_a_deadline_has_all_the_effects_of_its_plan(room: Room, crm: StandIn) -> None:
    sue, anna, customer = await room.tab(room.sue), await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, customer)
    facts = {"conversation_id": conversation_id, "case_type": "quiet", "queue": "room-89", "mine": False}
    case = await made(sue, "Where it is", **facts, customer=None)
    await anna.ask("message.send", conversation_id=conversation_id, client_id="a", text="Here it is")
    queue = "SELECT queue FROM work_items WHERE id = $1"
    await comes_to_be(lambda: room.centre.database.fetch_value(queue, case["work_item_id"]), "room-88")
    await eventually(lambda: any(each.asked["data"]["case_id"] == case["case_id"] for each in crm.seen))
    (told,) = [each.asked for each in crm.seen if each.asked["data"]["case_id"] == case["case_id"]]
    assert (told["type"], told["data"]["milestone"]) == ("case.milestone.met", "first_response")


async def test_closing_a_case_takes_it_out_of_line(room: Room) -> None:
    sue = await room.tab(room.sue)
    case = await made(sue, queue=room.queue, mine=False)
    assert case["work_item_id"]
    await changed(sue, case, status="closed")
    await becomes(sue, case, work_item_id="")
    state = "SELECT state FROM conversations WHERE id = $1"
    assert await room.centre.database.fetch_value(state, case["conversation_id"]) == "closed"
    wrong = await sue.refused("case.route", case_id=case["case_id"])
    assert wrong == "wrong_state"


async def test_a_deadline_warns_and_then_acts_each_once(room: Room) -> None:
    sue, anna = await room.tab(room.sue), await room.tab(room.anna)
    case = await made(anna, "Hurry up", queue=room.queue)
    assert (case["case_type"], case["plan"]) == ("hasty", "hasty")
    warned = await anna.event("case.warned")
    missed = warned if warned["missed"] else await anna.event("case.warned")
    assert (missed["case"]["case_id"], missed["milestone"], missed["missed"]) == (
        case["case_id"],
        "first_response",
        True,
    )
    late = await becomes(sue, case, priority="urgent", labels=["late"])
    (milestone,) = late["milestones"]
    assert (milestone["state"], milestone["late"]) == ("missed", True)
    told = words(await feed(anna, case), "milestone")
    assert (told.count("started"), told.count("missed")) == (1, 1)
    assert words(await feed(anna, case), "action").count("labelled") == 1
    closed = await changed(anna, case, status="closed")
    assert closed["milestones"][0]["state"] == "ended"
    assert (await fetched(sue, case))["case"]["labels"] == ["late"]


def once_refusing(case_id: str, status: int) -> Callable[[Seen], Said]:
    """A program that refuses the first it is told of a case."""
    refused: list[Seen] = []

    def answer(seen: Seen) -> Said:
        if case_id not in seen.headers["webhook-id"] or refused:
            return Said()
        refused.append(seen)
        return Said(status=status)

    return answer


async def test_a_missed_deadline_is_told_in_slack_and_to_another_program_once(room: Room, crm: StandIn) -> None:
    sue = await room.tab(room.sue)
    case = await made(sue, "Hurry up", queue=room.queue)
    crm.answer = once_refusing(case["case_id"], 503)
    await becomes(sue, case, priority="urgent", labels=["late"])

    def heard() -> list[Seen]:
        return [each for each in crm.seen if each.asked["data"]["case_id"] == case["case_id"]]

    await eventually(lambda: len(heard()) >= 2)  # the first was answered with 503
    first, again = heard()
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert (again.asked["type"], again.asked["data"]["milestone"]) == ("case.milestone.missed", "first_response")
    assert "Hurry" not in str(again.asked)
    signed = f"{again.headers['webhook-id']}.{again.headers['webhook-timestamp']}.{json.dumps(again.asked)}"
    digest = hmac.new(RECEIVERS_KEY.encode(), signed.encode(), hashlib.sha256).digest()
    assert again.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    told = words(await feed(sue, case), "action")
    assert (told.count("alerted"), told.count("told")) == (1, 1)
    posts = await room.centre.database.fetch(
        "SELECT kind, text FROM posts WHERE key = $1", f"alert:case:{case['case_id']}:first_response:1:missed"
    )
    assert [tuple(row) for row in posts] == [
        ("alert", f"Case {case['number']} ({room.queue}, urgent): first response was missed.")
    ]


async def test_what_another_program_refuses_is_parked_and_sent_when_somebody_asks(room: Room, crm: StandIn) -> None:
    sue, database = await room.tab(room.sue), room.centre.database
    case = await made(sue, "Hurry up", queue=room.queue)
    crm.answer = once_refusing(case["case_id"], 400)

    async def given_up() -> bool:
        return any(case["case_id"] in each for each in await notices.parked(database, limit=10))

    await comes_to_be(given_up, True)
    assert await notices.try_again(database, now=1) == 1
    await comes_to_be(given_up, False)
    await eventually(lambda: len([each for each in crm.seen if case["case_id"] in str(each.asked)]) == 2)
