"""A case as a PDF: its whole history, whatever people wrote, kept as a file of the case."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from router.api import case_document
from tests.cases.conftest import Writer, case_of_letter, fetched, made
from tests.gateway.centre import Room
from tests.gateway.http import request

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = '#panic("out") \\ $x$ @ref <label> #import "case.toml" *b* [ ] { } ` // # Где? Πού; 😀 \u202e'


async def asked(room: Room, agent_id: str, case: Any, language: str = "") -> httpx.Response:
    return await request(
        room.centre.first.url,
        "POST",
        f"/api/cases/{case['case_id']}/document",
        params={"language": language},
        headers={"cookie": f"usher_session={await room.centre.cookie(agent_id)}", "origin": room.centre.first.url},
    )


async def test_a_document_has_the_whole_history_and_belongs_to_the_case(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, HOSTILE)
    case = await case_of_letter(anna, conversation_id)
    await anna.ask("message.send", conversation_id=conversation_id, client_id="a1", text="It is on its way.")
    await anna.ask("case.note", case_id=case["case_id"], client_id="n1", text="Grumpy one.")
    answer = await asked(room, room.anna, case, "pl")
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert (file["media_type"], file["name"].startswith(f"Sprawa {case['number']} ")) == ("application/pdf", True)
    assert file["file_id"] in [each["file_id"] for each in (await fetched(anna, case))["files"]]
    cookie = {"cookie": f"usher_session={await room.centre.cookie(room.anna)}"}
    pdf = await request(room.centre.first.url, "GET", f"/api/files/{file['file_id']}", headers=cookie)
    assert pdf.content.startswith(b"%PDF-")


async def test_what_people_wrote_is_set_as_it_is(room: Room) -> None:
    said = case_document.words("el")
    entry = {"at": "2026-11-22", "who": HOSTILE, "what": HOSTILE, "said": HOSTILE, "note": False, "files": [HOSTILE]}
    told = {
        "language": "el",
        "words": said,
        "heading": HOSTILE,
        "subject": HOSTILE,
        "facts": [{"label": HOSTILE, "value": HOSTILE}],
        "entries": [entry, entry | {"said": None}],
        "cut": True,
    }
    assert case_document.set_as_pdf(told).startswith(b"%PDF-")


async def test_only_who_may_change_a_case_gets_its_document(room: Room) -> None:
    anna = await room.tab(room.anna)
    case = await made(anna)
    assert (await asked(room, room.ben, case)).json()["error"]["code"] == "not_yours"
    assert (await asked(room, room.sue, case, "no language")).status_code == 200
    assert (await asked(room, room.anna, {"case_id": "case_none"})).json()["error"]["code"] == "unknown_case"


async def test_all_languages_have_all_words() -> None:
    catalogue = {language: case_document.words(language).keys() for language in ("en", "pl", "ru", "el", "de")}
    assert all(words == catalogue["en"] for words in catalogue.values())
    assert case_document.words("fr") == case_document.words("en")
