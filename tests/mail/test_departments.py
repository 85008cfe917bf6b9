"""A department without Slack is asked by mail, and answers by mail or on a page that needs no account."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.adapters.email.mails import raw
from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.mail.conftest import Writer, address, department
from tests.mail.post_office import Letter, PostOffice
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def call(room: Room, method: str, path: str, **options: Any) -> httpx.Response:
    return await request(room.centre.first.url, method, path, **options)


async def asks(room: Room, writer: Writer, anna: Tab, office: PostOffice, subject: str) -> tuple[str, Letter]:
    """Anna asks the warehouse about a mail: its conversation, and what the warehouse gets."""
    work = await writer.talks_with(anna)
    conversation_id: str = work["conversation"]["conversation_id"]
    whom = department(room.number)
    await anna.ask(
        "step.open", conversation_id=conversation_id, client_id="s1", department=whom.key, subject=subject,
        excerpt="Is the *lamp* on the shelf?",
    )  # fmt: skip
    await eventually(lambda: office.to(whom.place))
    newest: Letter = office.to(whom.place)[-1]
    return conversation_id, newest


async def notes(room: Room, conversation_id: str) -> list[str]:
    rows = await room.centre.database.fetch(
        "SELECT text FROM messages WHERE conversation_id = $1 AND kind = 'note' ORDER BY n", conversation_id
    )
    return [row["text"] for row in rows]


async def states(anna: Tab, conversation_id: str) -> list[tuple[str, str]]:
    found = (await anna.ask("steps.fetch", conversation_id=conversation_id))["steps"]
    return [(each["state"], each["owner_name"]) for each in found]


def page_of(letter: Letter) -> str:
    (where,) = re.findall(r"https://centre\.example(/step/\S+)", letter.read.text)
    return str(urlsplit(where).path)


async def test_its_answer_by_mail_is_a_note_and_no_customers_conversation(
    room: Room, writer: Writer, office: PostOffice
) -> None:
    anna = await room.tab(room.anna)
    conversation_id, letter = await asks(room, writer, anna, office, "Lamp 7")
    assert letter.read.subject == "Lamp 7"
    assert "Is the lamp on the shelf?" in letter.read.text
    assert "Where is my lamp?" not in letter.read.text
    reply = raw(
        "Yes, the last one.\n",
        **{
            "From": "Wanda <wanda@warehouse.example>",
            "To": address(room.number),
            "Subject": "Re: Lamp 7",
            "Message-ID": "<answer.7@warehouse.example>",
            "References": f"<{letter.message_id}>",
        },
    )
    await writer.hands_in(reply, sender="wanda@warehouse.example")
    told = "Wanda <wanda@warehouse.example> (Warehouse): Yes, the last one."

    async def noted() -> bool:
        return told in await notes(room, conversation_id)

    await eventually(noted)
    begun = await room.centre.database.fetch(
        "SELECT id FROM conversations WHERE address = 'wanda@warehouse.example' AND account = $1", f"mail-{room.number}"
    )
    assert begun == []


async def test_its_page_shows_the_step_alone_and_takes_answers(room: Room, writer: Writer, office: PostOffice) -> None:
    anna = await room.tab(room.anna)
    conversation_id, letter = await asks(room, writer, anna, office, "Lamp 8")
    here = page_of(letter)
    shown = await call(room, "GET", here)
    assert "Is the *lamp* on the shelf?" in shown.text
    assert writer.address not in shown.text
    nameless = await call(room, "POST", here, data={"text": "Yes", "do": "say"})
    assert nameless.status_code == 400
    for _ in range(2):
        sent = await call(room, "POST", here, data={"name": "Wanda", "text": "Yes", "do": "take", "_client_id": "p1"})
        assert sent.status_code == 303
    assert await states(anna, conversation_id) == [("taken", "Wanda")]
    assert (await notes(room, conversation_id)).count("Wanda (Warehouse): Yes") == 1
    await call(room, "POST", here, data={"name": "Wanda", "do": "done"})
    assert await states(anna, conversation_id) == [("done", "Wanda")]
    over = await call(room, "GET", here, headers={"accept-language": "de"})
    assert "Erledigt" in over.text
    assert "<form" not in over.text


async def test_an_address_that_was_made_up_opens_no_step(room: Room, writer: Writer, office: PostOffice) -> None:
    anna = await room.tab(room.anna)
    _, letter = await asks(room, writer, anna, office, "Lamp 9")
    _, _, step_id, expires_at, signature = page_of(letter).split("/")
    for wrong in (
        f"/step/{step_id}/{int(expires_at) + 1}/{signature}",
        f"/step/{step_id}/1/{signature}",
        f"/step/step_other/{expires_at}/{signature}",
        f"/my/{step_id}/{expires_at}/{signature}",
    ):
        shown = await call(room, "GET", wrong)
        assert (shown.status_code, "Lamp 9" in shown.text) == (404, False)
