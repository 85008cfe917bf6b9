"""Files come and go with letters; what they claim to be counts for nothing."""

from __future__ import annotations

import pytest

from router.core.outbound import TryAgain
from tests.channels.conftest import PUBLIC_URL, Writer
from tests.gateway.centre import SHOP, Room
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.patience import comes_to_be, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PAGE = b"<!doctype html><script>alert(1)</script>"


async def changed_file(agent: Tab) -> dict[str, str]:
    (file,) = (await agent.event("message.changed"))["message"]["extra"]["files"]
    found: dict[str, str] = file
    return found


async def given(room: Room, agent_id: str, file_id: str) -> tuple[int, dict[str, str], bytes]:
    cookie = {"cookie": f"usher_session={await room.centre.cookie(agent_id)}"}
    answer = await request(room.centre.second.url, "GET", f"/api/files/{file_id}", headers=cookie)
    return answer.status_code, dict(answer.headers), answer.content


async def test_a_picture_of_a_letter_is_fetched_and_shown_to_its_agent_alone(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    writer.office.files["cat.png"] = PNG
    await writer.talks_with(anna, "look", files=["cat.png"])
    (assignment,) = anna.state["assignments"]

    def stored() -> bool:
        (file,) = assignment["conversation"]["messages"][0]["extra"]["files"]
        return bool(file["state"] == "stored")

    await eventually(stored)
    (file,) = assignment["conversation"]["messages"][0]["extra"]["files"]
    assert (file["name"], file["media_type"], file["size_bytes"]) == ("cat.png", "image/png", len(PNG))
    status, headers, content = await given(room, room.anna, file["file_id"])
    assert (status, content, headers["content-type"]) == (200, PNG, "image/png")
    assert headers["x-content-type-options"] == "nosniff"
    assert (await given(room, room.ben, file["file_id"]))[0] == 403
    assert (await given(room, room.sue, file["file_id"]))[0] == 200


async def test_a_page_that_claims_to_be_a_picture_is_only_ever_a_download(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    writer.office.files["cat.png"] = PAGE
    await writer.post(writer.letter("look", files=["cat.png"]))
    file = await changed_file(anna)
    assert (file["state"], file["media_type"]) == ("stored", "text/html")
    _, headers, _ = await given(room, room.anna, file["file_id"])
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert "sandbox" in headers["content-security-policy"]
    assert conversation_id


async def test_a_program_is_not_kept(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    await writer.talks_with(anna)
    writer.office.files["cat.png"] = b"MZ\x90\0" + b"\0" * 200
    await writer.post(writer.letter("look", files=["cat.png"]))
    assert (await changed_file(anna))["state"] == "failed"


async def test_a_file_that_cannot_be_fetched_now_is_fetched_later(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    await writer.talks_with(anna)
    writer.office.files["cat.png"] = TryAgain("http_500", "broken")
    await writer.post(writer.letter("look", files=["cat.png"]))
    await anna.event("message.created")
    await comes_to_be(
        lambda: room.centre.database.fetch_value(
            "SELECT count(*) FROM files WHERE account = $1 AND reason = 'http_500'", f"letters-{room.number}"
        ),
        1,
    )
    writer.office.files["cat.png"] = PNG
    await room.centre.database.execute("UPDATE files SET next_at = 0 WHERE account = $1", f"letters-{room.number}")
    assert (await changed_file(anna))["state"] == "stored"


async def test_an_agent_sends_a_file_which_the_provider_may_fetch(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    cookie = {"cookie": f"usher_session={await room.centre.cookie(room.anna)}"}
    where = f"/api/files?conversation_id={conversation_id}&name=../bill.pdf"
    answer = await request(room.centre.first.url, "POST", where, headers=cookie, content=b"%PDF-1.4 bill")
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert (file["name"], file["media_type"]) == ("bill.pdf", "application/pdf")
    await anna.ask("message.send", conversation_id=conversation_id, client_id="f", text="", file_ids=[file["file_id"]])
    await eventually(lambda: bool(writer.office.sent))
    (sent,) = writer.office.sent
    assert sent.files[0].content == b"%PDF-1.4 bill"
    assert sent.files[0].url.startswith(PUBLIC_URL)
    path = sent.files[0].url.removeprefix(PUBLIC_URL)
    fetched = await request(room.centre.second.url, "GET", path)
    assert (fetched.content, fetched.headers["content-type"]) == (b"%PDF-1.4 bill", "application/pdf")
    assert fetched.headers["content-disposition"].startswith("attachment;")  # no browser shows one in a sandbox
    assert (await request(room.centre.second.url, "GET", path[:-1] + "x")).status_code == 404


async def test_a_page_of_another_site_may_ask_for_files_with_its_visitors_token_and_read_the_answer(room: Room) -> None:
    asked = {"origin": SHOP, "access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    where = room.centre.first.url, "/api/widget/files/file_0?account=shop"
    before = await request(where[0], "OPTIONS", where[1], headers=asked)
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (204, SHOP)
    assert "authorization" in before.headers["access-control-allow-headers"]
    refused = await request(where[0], "GET", where[1], headers={"origin": SHOP})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, SHOP)
    elsewhere = await request(where[0], "OPTIONS", where[1], headers=asked | {"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in elsewhere.headers


async def test_what_the_channel_does_not_carry_is_refused_at_once(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    cookie = {"cookie": f"usher_session={await room.centre.cookie(room.anna)}"}
    where = f"/api/files?conversation_id={conversation_id}&name=song.mp3"
    answer = await request(room.centre.first.url, "POST", where, headers=cookie, content=b"OggS\0\x02" + b"\0" * 50)
    refused = await anna.refused(
        "message.send", conversation_id=conversation_id, client_id="s", text="", file_ids=[answer.json()["file_id"]]
    )
    assert refused == "file_refused"
    answer = await request(room.centre.first.url, "POST", where, headers=cookie, content=b"\x7fELF" + b"\0" * 50)
    assert answer.json()["error"]["code"] == "file_refused"
    answer = await request(room.centre.first.url, "POST", where, content=PNG)
    assert answer.status_code == 401
