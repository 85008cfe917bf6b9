"""Where agents see only customers they serve, other customers' cases are hidden from them, too."""

from __future__ import annotations

import pytest

from tests.cases.conftest import fetched, made
from tests.gateway.centre import Room
from tests.gateway.wire import Refused, Tab
from tests.patience import comes_to_be

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def numbers(tab: Tab, word: str) -> list[int]:
    return [each["number"] for each in (await tab.ask("cases.list", filter={"text": word}))["cases"]]


async def test_a_case_of_a_stranger_is_none_and_becomes_one_with_the_first_work(room: Room) -> None:
    word, elsewhere = f"heron{room.number}", f"room-{room.number % 80 + 1}"
    sue = await room.tab(room.sue)
    hidden = await made(sue, f"{word} hidden", queue=elsewhere)
    own = await made(sue, f"{word} of my queue", queue=room.queue)
    async with room.centre.another(customers_for_agents="served") as node:
        anna = await room.tab(room.anna, node=node)
        assert await numbers(anna, word) == [own["number"]]
        assert (await anna.ask("cases.count", filters=[{"text": word}]))["counts"] == [1]
        one = {"case_id": hidden["case_id"]}
        refusals = [
            await anna.refused("case.fetch", **one),
            await anna.refused("case.fetch", number=hidden["number"]),
            await anna.refused("case.feed", **one),
            await anna.refused("case.open", **one),
            await anna.refused("cases.similar", **one),
            await anna.refused("case.note", **one, client_id="n", text="I was here"),
            await anna.refused("case.answer", **one, client_id="a", text="Hello"),
            await anna.refused("case.change", **one, revision=1, changes={"owner_id": room.anna}),
            await anna.refused(
                "case.change", case_id=own["case_id"], revision=1, changes={"parent_id": hidden["case_id"]}
            ),
            await anna.refused("case.escalate", **one, revision=1, queue=room.queue),
            await anna.refused("case.route", **one),
        ]
        assert refusals == ["unknown_case"] * len(refusals)
        similar = (await anna.ask("cases.similar", case_id=own["case_id"]))["similar"]
        assert hidden["case_id"] not in [each["case"]["case_id"] for each in similar]
        assert (await anna.ask("cases.of", conversation_ids=[hidden["conversation_id"]]))["cases"] == []
        assert await anna.refused("conversation.fetch", conversation_id=hidden["conversation_id"]) == "not_yours"
        assert (await anna.ask("search", query=word, kinds=["case"]))["hits"] == []

        await anna.ask("cases.watch")
        for case in (hidden, own):
            now = (await fetched(sue, case))["case"]
            changes = {"labels": ["told"]}
            await sue.ask("case.change", case_id=case["case_id"], revision=now["revision"], changes=changes)
        told = await anna.event("case.changed")
        assert told["case"]["case_id"] == own["case_id"]


async def test_the_case_of_whom_one_served_once_is_seen(room: Room) -> None:
    sue, anna, visitor = await room.tab(room.sue), await room.tab(room.anna), await room.customer()
    conversation_id, item_id = await room.talking(anna, visitor)
    elsewhere = f"room-{room.number % 80 + 1}"
    case = (await sue.ask("case.create", client_id="c", conversation_id=conversation_id, queue=elsewhere, mine=True))[
        "case"
    ]
    await anna.ask("item.wrap_up", work_item_id=item_id)
    await anna.ask("item.complete", work_item_id=item_id, disposition="resolved")
    async with room.centre.another(customers_for_agents="served") as node:
        later, stranger = await room.tab(room.anna, node=node), await room.tab(room.ben, node=node)

        async def seen() -> bool:
            try:
                await fetched(later, case)
            except Refused:
                return False
            return True

        await comes_to_be(seen, True)
        assert case["number"] in await numbers(later, str(case["number"]))
        assert await stranger.refused("case.fetch", case_id=case["case_id"]) == "unknown_case"
        timeline = await later.ask("customer.timeline", customer_id=case["customer"]["customer_id"])
        assert case["case_id"] in [each["case"]["case_id"] for each in timeline["entries"] if "case" in each]
