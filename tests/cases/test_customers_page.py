"""The customer's own page of a case: by a signed address that is told on the case's channel only."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from router.api import my
from router.core.words import CustomerId
from router.store.postgres import customers
from tests.cases.conftest import Writer, becomes, case_of_letter, changed, feed
from tests.cases.test_cases import _item_of
from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.patience import PATIENCE_S, comes_to_be

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def call(room: Room, method: str, path: str, **options: Any) -> httpx.Response:
    return await request(room.centre.first.url, method, path, **options)


async def of_letter(room: Room, writer: Writer, anna: Tab, text: str = "Where is my parcel?") -> tuple[Any, str]:
    """The case of a letter that Anna answers, and its conversation."""
    conversation_id = await writer.talks_with(anna, text)
    case = await case_of_letter(anna, conversation_id)
    await customers.describe(
        room.centre.database, CustomerId(case["customer"]["customer_id"]), name="", email=f"{writer.name}@x.example",
        language="en",
    )  # fmt: skip
    return case, conversation_id


async def address_of(room: Room, writer: Writer, case: Any, email: str = "") -> str:
    """The path that the house tells who asks with number and e-mail."""
    asked = {"number": str(case["number"]), "email": email or f"{writer.name.upper()}@x.example"}
    told = await call(room, "POST", "/my", data=asked, headers={"x-forwarded-for": secrets.token_hex(4)})
    assert "a message is on its way" in told.text

    def sent() -> list[str]:
        said = [each.text for each in writer.office.sent if each.recipient == writer.name]
        return [found for text in said for found in re.findall(r"is here: (\S+)", text)]

    async def told_it() -> bool:
        return bool(sent())

    await comes_to_be(told_it, True)
    return urlsplit(sent()[-1]).path


async def test_who_knows_number_and_address_is_told_the_page_where_they_wrote_from(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    case, conversation_id = await of_letter(room, writer, anna, "Where is <b>my</b> parcel?")
    await anna.ask("message.send", conversation_id=conversation_id, client_id="a1", text="It is on its way.")
    await anna.ask("note.add", conversation_id=conversation_id, client_id="n1", text="Grumpy one.")
    here = await address_of(room, writer, case)
    page = await call(room, "GET", here)
    assert page.status_code == 200
    assert "Where is &lt;b&gt;my&lt;/b&gt; parcel?" in page.text
    assert "It is on its way." in page.text
    assert "Grumpy" not in page.text
    assert re.search(r'<time datetime="20..-..-..T..:..:..Z">20..-..-.. ..:.. UTC</time>', page.text)
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Kathmandu", "2027-01-15 13:45 +0545"), ("../etc/passwd", "2027-01-15 08:00 UTC")]
)
async def test_times_are_by_the_customers_own_clock_if_it_is_one(
    room: Room, writer: Writer, zone: str, shown: str
) -> None:
    anna = await room.tab(room.anna)
    case, _ = await of_letter(room, writer, anna)
    await customers.describe(
        room.centre.database, CustomerId(case["customer"]["customer_id"]), name="", email="", language="",
        attributes={customers.ZONE: zone},
    )  # fmt: skip
    await changed(anna, case, promised_at=1_800_000_000_000)
    page = await call(room, "GET", await address_of(room, writer, case))
    assert f'<time datetime="2027-01-15T08:00:00Z">{shown}</time>' in page.text

    async def told() -> bool:
        return f"Case {case['number']} is solved by {shown}." in [each.text for each in writer.office.sent]

    await comes_to_be(told, True)


async def test_how_long_the_answer_takes_does_not_tell_whether_there_is_such_a_case(
    room: Room, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await room.tab(room.anna)
    case, _ = await of_letter(room, writer, anna)
    asked, over = asyncio.Queue[None](), asyncio.Event()

    async def alike() -> None:
        asked.put_nowait(None)
        await over.wait()

    monkeypatch.setattr(my, "alike", alike)
    async with asyncio.TaskGroup() as group:
        asking = [
            group.create_task(call(room, "POST", "/my", data={"number": number, "email": email}))
            for number, email in (("999999999", "x@y.example"), (str(case["number"]), f"{writer.name}@x.example"))
        ]
        async with asyncio.timeout(PATIENCE_S):
            for _ in asking:
                await asked.get()

        async def told() -> bool:
            return any("is here:" in each.text for each in writer.office.sent)

        await comes_to_be(told, True)
        assert not any(each.done() for each in asking)
        over.set()
    assert {each.result().text for each in asking} == {asking[0].result().text}


async def test_an_address_that_was_changed_or_made_up_opens_nothing(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    case, _ = await of_letter(room, writer, anna)
    here = await address_of(room, writer, case)
    _, _, case_id, expires_at, signature = here.split("/")
    for wrong in (
        f"/my/{case_id}/{int(expires_at) + 1}/{signature}",
        f"/my/{case_id}/1/{signature}",
        f"/my/{case_id}/{expires_at}/{'0' * len(signature)}",
        f"/my/case_other/{expires_at}/{signature}",
        f"/my/{case_id}/٣/{signature}",
    ):
        shown = await call(room, "GET", wrong)
        assert shown.status_code == 404
        assert "parcel" not in shown.text


async def test_a_letter_of_somebody_else_that_belongs_to_the_case_is_neither_shown_nor_told_the_address(
    room: Room, writer: Writer
) -> None:
    anna, neighbour = await room.tab(room.anna), Writer(room)
    case, _ = await of_letter(room, writer, anna)
    theirs = await neighbour.talks_with(anna, "I took it in for them.")
    await anna.ask("case.link", case_id=case["case_id"], conversation_id=theirs)
    here = await address_of(room, writer, case)
    page = await call(room, "GET", here)
    assert "Where is my parcel?" in page.text
    assert "took it in" not in page.text
    assert not [each for each in writer.office.sent if each.recipient == neighbour.name]
    await call(room, "POST", here, data={"text": "Only for the shop.", "_client_id": "page-3"})
    fetched = await anna.ask("messages.fetch", conversation_id=theirs, before_n=1_000)
    assert "Only for the shop." not in [each["text"] for each in fetched["messages"]]


async def test_what_is_written_on_the_page_reaches_the_agent_once(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    case, conversation_id = await of_letter(room, writer, anna)
    here = await address_of(room, writer, case)
    body = {"text": "It came broken.", "_client_id": "page-1"}
    files = [("_files", ("shard.txt", b"a shard", "text/plain"))]
    for _ in range(2):
        sent = await call(room, "POST", here, data=body, files=files)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{here}?told=written")
    said: list[str] = []

    async def heard() -> bool:
        fetched = await anna.ask("messages.fetch", conversation_id=conversation_id, before_n=1_000)
        said[:] = [each["text"] for each in fetched["messages"]]
        return "It came broken." in said

    await comes_to_be(heard, True)
    assert said.count("It came broken.") == 1
    page = await call(room, "GET", here)
    assert page.text.count("It came broken.") == 1
    (link,) = re.findall(rf"{re.escape(here)}/files/\w+", page.text)
    assert (await call(room, "GET", link)).content == b"a shard"
    empty = await call(room, "POST", here, data={"text": " "})
    assert (empty.status_code, "Please write something." in empty.text) == (400, True)


async def test_a_closed_case_is_rated_once_and_opened_again_by_another_word(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    case, conversation_id = await of_letter(room, writer, anna)
    here = await address_of(room, writer, case)
    assert (await call(room, "POST", here, data={"score": "4"})).status_code == 409
    await anna.ask("item.wrap_up", work_item_id=(await _item_of(room, conversation_id)))
    await changed(anna, case, status="closed")
    assert (await call(room, "POST", here, data={"score": "7"})).status_code == 400
    rated = await call(room, "POST", here, data={"score": "4", "comment": "Quick enough."})
    assert rated.status_code == 303
    thanked = await call(room, "GET", rated.headers["location"])
    assert thanked.text.count("Thank you for your rating.") == 1
    assert (await call(room, "POST", here, data={"score": "1"})).status_code == 409
    (entry,) = [each for each in await feed(anna, case) if each["kind"] == "rated"]
    assert (entry["subject"], entry["changes"][0]["after"]) == ("4", "Quick enough.")
    again = await call(room, "POST", here, data={"text": "It broke again.", "_client_id": "page-2"})
    assert again.status_code == 303
    await becomes(anna, case, status="working")
    page = await call(room, "GET", here)
    assert "It broke again." in page.text
    rows = await room.centre.database.fetch(
        "SELECT c.id, c.state, c.account FROM case_conversations JOIN conversations c ON c.id = conversation_id"
        " WHERE case_id = $1 ORDER BY c.started_at",
        case["case_id"],
    )
    assert [(row["state"], row["account"]) for row in rows] == [
        ("closed", f"letters-{room.number}"),
        ("open", f"letters-{room.number}"),
    ]
    assert rows[0]["id"] == conversation_id
