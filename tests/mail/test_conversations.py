"""A mail becomes a conversation, its answer a mail of the same thread; machines are told from people."""

from __future__ import annotations

import asyncio
import re
import secrets
from email.message import EmailMessage
from typing import Any

import pytest

from router.engine.mail_answers import MOST_BY_MACHINE
from router.store.postgres import messages, soundness
from tests.gateway.centre import Room
from tests.gateway.http import request
from tests.gateway.wire import Refused, Tab
from tests.mail.conftest import ACKNOWLEDGED, House, Writer, address
from tests.mail.post_office import Letter, PostOffice
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def answers(agent: Tab, work: dict[str, Any], text: str, **mail: Any) -> None:
    conversation_id = work["conversation"]["conversation_id"]
    facts = {"mail": mail} if mail else {}
    await agent.ask("message.send", conversation_id=conversation_id, client_id=secrets.token_hex(8), text=text, **facts)


async def conversations_of(writer: Writer) -> list[dict[str, Any]]:
    rows = await writer.house.centre.database.fetch(
        "SELECT id, state, subject, attributes FROM conversations WHERE channel = 'email' AND address = $1"
        " ORDER BY started_at, id",
        writer.address,
    )
    return [dict(row) for row in rows]


async def texts_of(writer: Writer, conversation_id: str, author: str = "customer") -> list[str]:
    rows = await writer.house.centre.database.fetch(
        "SELECT text FROM messages WHERE conversation_id = $1 AND author = $2 ORDER BY n", conversation_id, author
    )
    return [row["text"] for row in rows]


async def worked_off(writer: Writer) -> bool:
    """Whether nothing waits in the inbox of the room."""
    left: int = await writer.house.centre.database.fetch_value(
        "SELECT count(*) FROM inbox WHERE account = $1 AND state = 'waiting'", f"mail-{writer.room.number}"
    )
    return left == 0


def a_reply(writer: Writer, letter: Letter, body: str, **fields: str) -> dict[str, str]:
    """The fields of a customer's answer to a letter of ours."""
    return {
        "Subject": f"Re: {letter.read.subject}",
        "In-Reply-To": f"<{letter.message_id}>",
        "References": f"<{letter.message_id}>",
        **fields,
    }


async def test_a_mail_is_offered_and_answered_in_its_thread(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(
        anna,
        "Where is it?\n\nOn Mon, 2 Nov 2026 at 10:00, Shop <s@x.example> wrote:\n> Bought.\n",
        Cc="bob@example.org",
    )
    assert (work["work_item"]["preview"], work["work_item"]["channel"]) == ("My lamp", "email")
    said = work["conversation"]["messages"][0]
    assert said["text"] == "Where is it?"
    head = said["extra"]["mail"]
    assert (head["subject"], head["sender"], head["cc"]) == ("My lamp", writer.address, ["bob@example.org"])
    await answers(anna, work, "It is on its way.", to=writer.address, cc=["bob@example.org"])
    (letter,) = await writer.gets()
    assert letter.recipients == (writer.address, "bob@example.org")
    assert letter.read.text.startswith("It is on its way.")
    assert "Anna, at your service" in letter.read.text
    assert (letter.read.sender, letter.read.sender_name) == (address(room.number), "Anna – The Centre")
    assert letter.read.subject.startswith("Re: My lamp [ref:")
    assert letter.read.in_reply_to == letter.facts.references[-1]
    assert "> Where is it?" in letter.facts.full_text
    told = await anna.event("delivery.changed")
    while told["delivery"]["state"] != "sent":
        told = await anna.event("delivery.changed")


async def test_replies_find_their_conversation_by_reference_and_by_token(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    await answers(anna, work, "And?")
    (letter,) = await writer.gets()
    await writer.writes("two", **a_reply(writer, letter, "two"))
    await writer.writes("three", Subject=f"quite another {letter.read.subject.rpartition(' ')[2]}")
    conversation_id = work["conversation"]["conversation_id"]

    async def all_there() -> bool:
        return await texts_of(writer, conversation_id) == ["one", "two", "three"]

    await eventually(all_there)
    assert len(await conversations_of(writer)) == 1


async def test_the_key_to_a_case_goes_to_its_customer_whoever_wrote_in_the_thread_last(
    room: Room, writer: Writer
) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    conversation_id = work["conversation"]["conversation_id"]
    made = await anna.ask("case.create", client_id=secrets.token_hex(8), conversation_id=conversation_id)
    await answers(anna, work, "And?")
    (letter,) = await writer.gets()
    eve = Writer(house=writer.house, office=writer.office, room=room)
    await eve.writes("It is me.", **a_reply(eve, letter, "two"))

    async def there() -> bool:
        return await texts_of(writer, conversation_id) == ["one", "It is me."]

    await eventually(there)
    asked = {"number": str(made["case"]["number"]), "email": writer.address}
    await request(room.centre.first.url, "POST", "/my", data=asked)
    _, told = await writer.gets(2)
    (here,) = re.findall(rf"/my/{made['case']['case_id']}/\S+", told.read.text)
    await answers(anna, work, "Have you got one?", to="store@warehouse.example")
    page = await request(room.centre.first.url, "GET", here)
    assert ">one<" in page.text
    assert ">And?<" in page.text
    assert "It is me." not in page.text
    assert "Have you got one?" not in page.text


async def test_another_matter_is_another_conversation(room: Room, writer: Writer) -> None:
    await writer.writes("one", Subject="Lamp")
    await writer.writes("two", Subject="Table")

    async def two() -> bool:
        return len(await conversations_of(writer)) == 2

    await eventually(two)


async def test_a_reply_to_what_is_over_begins_a_conversation_linked_to_it(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    await answers(anna, work, "Done.")
    (letter,) = await writer.gets()
    await anna.ask("item.complete", work_item_id=work["work_item"]["work_item_id"], disposition="resolved")
    await writer.writes("not done", **a_reply(writer, letter, "not done"))
    offer = (await anna.event("offer.created"))["offer"]
    first, second = await conversations_of(writer)
    assert offer["work_item"]["conversation_id"] == second["id"]
    assert (first["state"], second["state"]) == ("closed", "open")
    assert second["attributes"]["follows"] == first["id"]
    await writer.writes("at all", **a_reply(writer, letter, "at all"))

    async def joined() -> bool:
        return await texts_of(writer, second["id"]) == ["not done", "at all"]

    await eventually(joined)


async def test_the_same_mail_again_changes_nothing(room: Room, writer: Writer) -> None:
    made = await writer.writes("one")
    await writer.hands_in(b"Received: by another way\n" + made)
    await writer.hands_in(made)
    await eventually(lambda: worked_off(writer))
    (conversation,) = await conversations_of(writer)
    assert await texts_of(writer, conversation["id"]) == ["one"]


async def test_an_absence_note_joins_what_is_there_and_makes_nobodys_work(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    await answers(anna, work, "And?")
    (letter,) = await writer.gets()
    conversation_id = work["conversation"]["conversation_id"]
    await anna.ask("item.pause", work_item_id=work["work_item"]["work_item_id"])
    await writer.writes("I am away.", **a_reply(writer, letter, "", **{"Auto-Submitted": "auto-replied"}))

    async def noted() -> bool:
        return await texts_of(writer, conversation_id) == ["one", "I am away."]

    await eventually(noted)
    assert [work["state"] for work in anna.state["assignments"]] == ["paused"]
    assert await soundness.paused_with_message(room.centre.database) == []
    await writer.writes("I am back.", **a_reply(writer, letter, ""))
    await eventually(lambda: [work["state"] for work in anna.state["assignments"]] == ["assigned"])


async def test_machines_open_no_work(room: Room, writer: Writer) -> None:
    await writer.writes("I am away.", **{"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: hello"})
    await writer.hands_in(writer.mail("Undeliverable", Subject="Undelivered Mail Returned to Sender"), sender="")
    await eventually(lambda: worked_off(writer))
    assert await conversations_of(writer) == []


@pytest.mark.parametrize("named", [True, False])
async def test_a_bounce_is_the_failed_delivery_of_its_message(room: Room, writer: Writer, *, named: bool) -> None:
    """Whether it names the message or only whom it did not reach."""
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    await answers(anna, work, "Hello?")
    (letter,) = await writer.gets()
    bounce = a_bounce(writer, letter)
    await writer.hands_in(bounce if named else bounce.replace(b"Message-ID: <usher", b"X-Id: <usher"), sender="")
    told = await anna.event("delivery.changed")
    while told["delivery"]["state"] != "failed":
        told = await anna.event("delivery.changed")
    assert told["delivery"]["reason"] == f"{writer.address}: 550 no such user"
    assert await texts_of(writer, work["conversation"]["conversation_id"]) == ["one"]


def a_bounce(writer: Writer, letter: Letter) -> bytes:
    """As RFC 3464 has it."""
    report = (
        "Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {writer.address}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 no such user\n"
    )
    return (
        f"From: MAILER-DAEMON@mx.example.org\nTo: {address(writer.room.number)}\nSubject: Undelivered\n"
        "Message-ID: <bounce@mx.example.org>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n{report}"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{letter.message_id}>\n--b--\n"
    ).encode()


async def test_a_forward_of_a_friend_is_its_writers_and_of_a_stranger_its_own(room: Room, writer: Writer) -> None:
    copy = (
        "Please look.\n\n---------- Forwarded message ---------\n"
        f"From: Cy Ek <cy.{writer.address}>\nDate: Mon, 2 Nov 2026\nSubject: My lamp\nTo: <x@friends.example>\n\n"
        "It broke.\n"
    )
    await writer.writes(copy, Subject="Fwd: My lamp", From="Friend <bo@friends.example>")
    await writer.writes(copy, Subject="Fwd: My lamp")
    await eventually(lambda: worked_off(writer))
    rows = await writer.house.centre.database.fetch(
        "SELECT address, text FROM conversations c JOIN messages m ON m.conversation_id = c.id AND n = 1"
        " WHERE c.account = $1",
        f"mail-{room.number}",
    )
    by_address = {row["address"]: row["text"] for row in rows}
    assert set(by_address) == {f"cy.{writer.address}", writer.address}
    assert by_address[f"cy.{writer.address}"] == "It broke."
    assert "Please look." in by_address[writer.address]


async def test_an_answer_goes_where_the_customer_wants_it(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one", **{"Reply-To": f"other.{writer.address}"})
    assert work["conversation"]["messages"][0]["extra"]["mail"]["answer_to"] == f"other.{writer.address}"
    await answers(anna, work, "Hello.")
    await eventually(lambda: bool(writer.office.to(f"other.{writer.address}")))
    assert writer.office.to(writer.address) == []


async def test_files_go_both_ways(room: Room, writer: Writer) -> None:
    mail = EmailMessage()
    mail.set_content("See the picture.")
    mail.add_attachment(b"\x89PNG\r\n\x1a\nrest", maintype="image", subtype="png", filename="../Lampe.png")
    mail.add_attachment(b"MZ\x90", maintype="image", subtype="png", filename="harmless.png")
    for name, value in {"From": writer.address, "To": address(room.number), "Message-ID": "<f@x.example>"}.items():
        mail[name] = value
    anna = await room.tab(room.anna)
    await writer.hands_in(bytes(mail))
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    work = (await anna.event("item.assigned"))["assignment"]

    def files() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = anna.state["assignments"][0]["conversation"]["messages"][0]["extra"]["files"]
        return found

    await eventually(lambda: [file["state"] for file in files()] == ["stored", "failed"])
    assert (files()[0]["name"], files()[0]["media_type"]) == ("Lampe.png", "image/png")
    assert work["work_item"]["preview"] == "See the picture."


async def test_what_is_refused_is_parked_and_can_be_sent_again(room: Room, writer: Writer, office: PostOffice) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    office.answers.append("554 5.7.1 We want nothing of yours")
    await answers(anna, work, "Hello.")
    told = await anna.event("delivery.changed")
    while told["delivery"]["state"] != "parked":
        told = await anna.event("delivery.changed")
    assert "We want nothing of yours" in told["delivery"]["reason"]
    office.answers.append("451 4.3.0 Not now")
    await anna.ask("message.resend", conversation_id=work["conversation"]["conversation_id"], n=told["n"])
    (letter,) = await writer.gets()
    assert letter.read.text.startswith("Hello.")


@pytest.mark.parametrize("to", ["nobody", "a@b\r\nBcc: c@d.example", "a b@c.example"])
async def test_what_is_no_address_is_refused(room: Room, writer: Writer, to: str) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(anna, "one")
    with pytest.raises(Refused) as refused:
        await answers(anna, work, "Hello.", to=to)
    assert refused.value.code == "bad_value"


async def test_senders_are_told_once_a_day_that_their_mail_is_here(house: House, office: PostOffice) -> None:
    writer = Writer(house=house, office=office, room=Room(centre=house.centre, number=ACKNOWLEDGED))
    elsewhere = f"elsewhere.{writer.address}"  # what a machine writes goes to nobody else
    await writer.writes("one", Subject="Lamp", **{"Reply-To": elsewhere})
    (letter,) = await writer.gets()
    assert letter.read.text.startswith("It is here.")
    assert office.to(elsewhere) == []
    assert b"Auto-Submitted: auto-replied" in letter.raw
    await writer.writes("two", Subject="Table")
    await writer.writes("list", Subject="News", **{"List-Id": "<news.example.org>", "Precedence": "list"})
    await eventually(lambda: worked_off(writer))
    await asyncio.sleep(0.5)
    assert len(await conversations_of(writer)) == 3
    assert len(writer.office.to(writer.address)) == 1


async def test_who_writes_too_much_gets_no_more_conversations_and_loses_no_mail(room: Room, writer: Writer) -> None:
    for number in range(24):
        await writer.writes(f"text {number}", Subject=f"matter {number}")
    await eventually(lambda: worked_off(writer))
    found = await conversations_of(writer)
    assert len(found) == 20
    texts = [text for one in found for text in await texts_of(writer, one["id"])]
    assert sorted(texts) == sorted(f"text {number}" for number in range(24))


async def test_machines_that_answer_one_another_end_soon(room: Room, writer: Writer) -> None:
    """The other machine does not say that it is one."""
    database = room.centre.database
    anna = await room.tab(room.anna)
    conversation_id = (await writer.talks_with(anna, "one"))["conversation"]["conversation_id"]
    for number in range(MOST_BY_MACHINE + 5):
        hello = messages.Draft(
            conversation_id=conversation_id,
            kind="text",
            author="bot",
            author_id="house",
            author_name="",
            text="Hello.",
            client_id=f"bot-{number}",
            at=0,
        )
        await database.execute("SELECT append_messages($1::message_draft[])", [messages.row_of(hello)])

    async def over() -> bool:
        states = await database.fetch(
            "SELECT state, count(*) AS count FROM outbox WHERE conversation_id = $1 GROUP BY 1", conversation_id
        )
        return {row["state"]: row["count"] for row in states} == {"sent": MOST_BY_MACHINE, "parked": 5}

    await eventually(over)


async def test_mails_of_one_thread_that_come_at_once_make_one_conversation(room: Room, writer: Writer) -> None:
    first = writer.mail("one")
    root = f"{writer.address.partition('@')[0]}.1@example.org"
    others = [
        writer.mail(f"answer {n}", From=f"x{n}.{writer.address}", References=f"<{root}>", Subject="Re: My lamp")
        for n in range(5)
    ]
    await asyncio.gather(*(writer.hands_in(made) for made in [*others, first, *others]))
    await eventually(lambda: worked_off(writer))
    rows = await room.centre.database.fetch(
        "SELECT conversation_id, text FROM messages WHERE conversation_id IN"
        " (SELECT id FROM conversations WHERE account = $1)",
        f"mail-{room.number}",
    )
    assert len({row["conversation_id"] for row in rows}) == 1
    assert sorted(row["text"] for row in rows) == [*(f"answer {n}" for n in range(5)), "one"]


async def test_a_form_of_our_own_site_is_from_whom_it_names(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    work = await writer.talks_with(
        anna, "I want a lamp", From="Site <site@centre.example>", **{"Reply-To": writer.address}
    )
    assert work["work_item"]["customer"]["email"] == writer.address
    await answers(anna, work, "Here it is.")
    (letter,) = await writer.gets()
    assert letter.read.text.startswith("Here it is.")
