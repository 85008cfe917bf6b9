"""A web form is work like any other, and its answers are mails."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.mail.conftest import ACKNOWLEDGED, SITE, Writer
from tests.mail.test_conversations import a_reply, answers, texts_of
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def call(room: Room, method: str, path: str, **options: Any) -> httpx.Response:
    return await request(room.centre.first.url, method, path, **options)


def said(writer: Writer, **values: str) -> dict[str, str]:
    return {"about": "lamp", "email": writer.address, "name": "Ann Lee", "message": "It flickers."} | values


async def sends(room: Room, values: dict[str, str], **facts: Any) -> httpx.Response:
    body = {"client_id": secrets.token_hex(8), "values": values} | facts
    return await call(room, "POST", f"/api/forms/form-{room.number}", json=body)


async def rows(room: Room, address: str) -> list[Any]:
    return list(
        await room.centre.database.fetch(
            "SELECT id, subject, attributes FROM conversations WHERE channel = 'webform' AND address = $1", address
        )
    )


async def test_a_form_is_offered_and_answered_by_mail_and_the_reply_finds_its_way_back(
    room: Room, writer: Writer
) -> None:
    anna, sue = await room.tab(room.anna), await room.tab(room.sue)
    client_id, order = secrets.token_hex(8), f"L-{secrets.token_hex(4)}".upper()
    first = await sends(room, said(writer, order=order.lower()), client_id=client_id)
    again = await sends(room, said(writer, order=order.lower()), client_id=client_id)
    assert first.status_code == 200
    assert first.json() == again.json()
    offer = (await anna.event("offer.created"))["offer"]
    assert (offer["work_item"]["channel"], offer["work_item"]["customer"]["name"]) == ("webform", "Ann Lee")
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    work = (await anna.event("item.assigned"))["assignment"]
    assert work["conversation"]["messages"][0]["text"] == f"It flickers.\n\nAbout: A lamp\nOrder: {order.lower()}"
    await answers(anna, work, "Turn it the other way round.")
    (letter,) = await writer.gets()
    assert "Turn it the other way round." in letter.read.text
    assert letter.read.subject.startswith("Write to us [ref:")
    assert "> It flickers." in letter.facts.full_text
    await writer.writes("That helped!\n", **a_reply(writer, letter, ""))
    conversation_id = work["conversation"]["conversation_id"]
    await eventually(lambda: _has(writer, conversation_id, "That helped!"))
    assert len(await rows(room, writer.address)) == 1
    await _suggested_by_order(sue, offer["work_item"]["customer"]["customer_id"], order)


async def _suggested_by_order(sue: Tab, customer_id: str, order: str) -> None:
    """What a form says of an order is a claim, and whoever claims the same may be the same."""
    other = (await sue.ask("case.create", client_id=order, customer={"name": "Ann"}, subject="A visit"))["case"]
    await sue.ask("customer.claim", customer_id=other["customer"]["customer_id"], kind="order", value=order)
    page = await sue.ask("customer.fetch", customer_id=customer_id)
    assert ("order", order, "said") in [(each["kind"], each["value"], each["proof"]) for each in page["identities"]]
    assert [each["kind"] for each in page["suggested"]] == ["order"]


async def _has(writer: Writer, conversation_id: str, text: str) -> bool:
    return any(text in one for one in await texts_of(writer, conversation_id))


async def test_what_is_wrong_is_told_by_field_and_nothing_is_kept(room: Room, writer: Writer) -> None:
    refused = await sends(room, said(writer, about="cat", message=" "))
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert (error["code"], error["detail"]) == ("form_invalid", {"about": "no_choice", "message": "missing"})
    assert await rows(room, writer.address) == []


async def test_the_page_needs_no_script_and_shows_again_what_was_written(room: Room, writer: Writer) -> None:
    path = f"/form/form-{room.number}"
    page = await call(room, "GET", path, params={"language": "pl"})
    assert page.status_code == 200
    assert "Napisz do nas" in page.text
    assert f"frame-ancestors 'self' {SITE}" in page.headers["content-security-policy"]
    attack = '<script>alert(1)</script>" onfocus=alert(1) {{7 * 1234567}}'
    shown = await call(room, "POST", path, data=said(writer, message=attack, email="ann") | {"_language": "pl"})
    assert shown.status_code == 400
    assert "<script>" not in shown.text
    assert "8641969" not in shown.text
    assert "To nie wygląda na adres e-mail." in shown.text
    files = [("_files", ("broken.txt", b"how it flickers", "text/plain"))]
    sent = await call(room, "POST", path, data=said(writer, message=attack), files=files)
    assert sent.status_code == 303
    thanks = await call(room, "GET", sent.headers["location"])
    assert "Thanks!" in thanks.text
    (row,) = await rows(room, writer.address)
    assert (await texts_of(writer, row["id"]))[0].startswith(attack)
    kept = await room.centre.database.fetch("SELECT name, state FROM files WHERE conversation_id = $1", row["id"])
    assert [tuple(file) for file in kept] == [("broken.txt", "stored")]


async def test_a_browser_says_whence_the_page_is_sent_and_so_it_is_taken(room: Room, writer: Writer) -> None:
    """Under `no-referrer` a browser would send its Origin as null, and every form would be refused."""
    path, own = f"/form/form-{room.number}", room.centre.first.url
    page = await call(room, "GET", path)
    assert page.headers["referrer-policy"] == "same-origin"
    evil = await call(room, "POST", path, data=said(writer), headers={"origin": "https://evil.example"})
    nobody = await call(room, "POST", path, data=said(writer), headers={"origin": "null"})
    assert [evil.status_code, nobody.status_code] == [403, 403]
    assert await rows(room, writer.address) == []
    sent = await call(room, "POST", path, data=said(writer), headers={"origin": own})
    assert sent.status_code == 303
    assert len(await rows(room, writer.address)) == 1


@pytest.mark.parametrize(
    "files",
    [
        [("_files", ("a.exe", b"MZ\x90\x00" + bytes(60), "image/png"))],
        [("_files", ("a.txt", b"", "text/plain"))],
        [("_files", (f"{number}.txt", b"text", "text/plain")) for number in range(3)],
    ],
    ids=["a program", "an empty one", "too many"],
)
async def test_files_that_cannot_be_taken_are_told_before_anything_is_kept(
    room: Room, writer: Writer, files: list[Any]
) -> None:
    shown = await call(room, "POST", f"/form/form-{room.number}", data=said(writer), files=files)
    assert shown.status_code == 400
    assert await rows(room, writer.address) == []


async def test_only_sites_that_may_show_a_form_may_send_it(room: Room, writer: Writer) -> None:
    path = f"/api/forms/form-{room.number}"
    body = {"client_id": secrets.token_hex(8), "values": said(writer)}
    evil = await call(room, "POST", path, json=body, headers={"origin": "https://evil.example"})
    assert (evil.status_code, evil.json()["error"]["code"]) == (403, "bad_origin")
    assert "access-control-allow-origin" not in evil.headers
    good = await call(room, "POST", path, json=body, headers={"origin": SITE})
    assert (good.status_code, good.headers["access-control-allow-origin"]) == (200, SITE)
    asked = await call(room, "GET", path, params={"language": "pl"})
    assert asked.json()["fields"][0]["choices"] == {"lamp": "Lampa", "rare": "Rzadkie"}
    unknown = await call(room, "GET", "/api/forms/nothing")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_form")


async def test_programs_that_fill_in_everything_are_thanked_and_forgotten(room: Room, writer: Writer) -> None:
    trapped = await call(
        room, "POST", f"/form/form-{room.number}", data=said(writer) | {"_website": "https://spam.example"}
    )
    assert trapped.status_code == 303
    assert await rows(room, writer.address) == []


@pytest.mark.parametrize("numbers", [iter([ACKNOWLEDGED])])
async def test_who_sent_a_form_is_told_that_it_is_here_in_their_language(room: Room, writer: Writer) -> None:
    await sends(room, said(writer), language="pl")
    (letter,) = await writer.gets()
    assert "Już jest." in letter.read.text


async def test_a_portal_leads_to_its_forms_and_to_ones_case(room: Room) -> None:
    shown = await call(room, "GET", "/api/help/portal?account=shop&language=pl")
    assert shown.json() == {"cases": True, "forms": [{"key": "form-1", "title": "Napisz do nas", "intro": ""}]}
    in_no_language_of_its = await call(room, "GET", "/api/help/portal?account=shop&language=el")
    assert in_no_language_of_its.json()["forms"][0]["title"] == "Write to us"
    unknown = await call(room, "GET", "/api/help/portal?account=none")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_account")
