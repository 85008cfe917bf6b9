"""Letters come in: each has its effect once, in order, in one conversation, whatever the post does to them."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
from typing import Any

import pytest

from router.engine import inbox
from router.store.postgres import conversations as stored
from router.store.postgres import retention
from tests.channels.conftest import WITH_BOT, Writer
from tests.gateway.centre import Room, TestCentre
from tests.patience import comes_to_be, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def texts_of(room: Room, conversation_id: str) -> list[str]:
    rows = await room.centre.database.fetch(
        "SELECT text FROM messages WHERE conversation_id = $1 AND author = 'customer' ORDER BY n", conversation_id
    )
    return [row["text"] for row in rows]


UNKEEPABLE = "\0"
"""No database keeps it: whatever has it fails, again and again."""


async def arrive_together(room: Room, *letters: dict[str, Any], failed: int = 0) -> None:
    """Letters from one person in the inbox at once, each brought by itself. failed: how often the first did already."""
    await room.centre.database.execute(
        """
        INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, next_at, attempts)
        SELECT $1, $2, id, '{}', convert_to(body, 'UTF8'), 0, 0, CASE place WHEN 1 THEN $5 ELSE 0 END
        FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS e (id, body, place) ORDER BY place
        """,
        *(f"letters-{room.number}", letters[0].get("from", "")),
        [secrets.token_hex(8) for _ in letters],
        [json.dumps({"letters": [letter]}) for letter in letters],
        failed,
    )


async def conversations_of(room: Room, writer: Writer) -> list[str]:
    rows = await room.centre.database.fetch(
        "SELECT id FROM conversations WHERE account = $1 AND address = $2", f"letters-{room.number}", writer.name
    )
    return [row["id"] for row in rows]


async def test_a_letter_is_offered_to_an_agent_who_answers_by_letter(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "My parcel is wet")
    await anna.ask("message.send", conversation_id=conversation_id, client_id="a1", text="I am sorry!")
    await eventually(lambda: bool(writer.office.sent))
    (sent,) = writer.office.sent
    assert (sent.recipient, sent.text, sent.author_name) == (writer.name, "I am sorry!", "Anna")
    told = await anna.event("delivery.changed")
    while told["delivery"]["state"] != "sent":
        told = await anna.event("delivery.changed")


async def test_a_bot_answers_letters_first_and_gives_the_choices_with_them(centre: TestCentre) -> None:
    room = Room(centre=centre, number=WITH_BOT)
    anna, writer = await room.tab(room.anna), Writer(room)
    await writer.post(writer.letter("How much is delivery?"))
    await eventually(lambda: len(writer.office.sent) == 1)
    (sent,) = writer.office.sent
    assert (sent.recipient, sent.author_name) == (writer.name, "Fern")
    assert "€5.90" in sent.text
    assert "not a person" in sent.text
    assert sent.quick_replies == ("That helped", "That is not it", "Talk to a person")
    await writer.post(writer.letter("Talk to a person"), second=True)
    offer = (await anna.event("offer.created"))["offer"]
    assert offer["work_item"]["channel"] == "telegram"
    assert len(await conversations_of(room, writer)) == 1
    await centre.close_tabs()


async def test_further_letters_join_the_open_conversation(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "one")
    await writer.post(writer.letter("two"), second=True)
    await comes_to_be(lambda: texts_of(room, conversation_id), ["one", "two"])
    await eventually(lambda: anna.state["assignments"][0]["conversation"]["messages"][-1]["text"] == "two")


async def test_who_writes_in_the_conversation_of_a_group_is_remembered_to_be_erased_from_it(
    room: Room, writer: Writer
) -> None:
    group = f"group-{secrets.token_hex(4)}"
    conversation_id = await writer.talks_with(await room.tab(room.anna), "one", place=group)
    await Writer(room).post(Writer(room).letter("two", place=group), writer.letter("three", place=group))
    await comes_to_be(lambda: texts_of(room, conversation_id), ["one", "two", "three"])

    async def guests() -> list[str]:
        rows = await room.centre.database.fetch(
            """
            SELECT m.text FROM guests g JOIN messages m USING (conversation_id)
            WHERE conversation_id = $1 AND m.author_id = g.customer_id
            """,
            conversation_id,
        )
        return [row["text"] for row in rows]

    await comes_to_be(guests, ["two"])


async def test_the_same_letter_again_changes_nothing(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    first, second = writer.letter("one"), writer.letter("two")
    await writer.post(first)
    offer = (await anna.event("offer.created"))["offer"]
    await writer.post(first, second=True)
    await writer.post(second, first)
    await writer.post(first, second)
    conversation_id = offer["work_item"]["conversation_id"]
    await comes_to_be(lambda: texts_of(room, conversation_id), ["one", "two"])
    await asyncio.sleep(0.5)
    assert await texts_of(room, conversation_id) == ["one", "two"]
    assert await conversations_of(room, writer) == [conversation_id]


async def test_letters_brought_at_once_to_two_nodes_make_one_conversation(room: Room, writer: Writer) -> None:
    letters = [writer.letter(str(number)) for number in range(12)]
    await asyncio.gather(*(writer.post(letter, second=random.random() < 0.5) for letter in [*letters, *letters]))

    async def written() -> list[str]:
        return sorted([text for one in await conversations_of(room, writer) for text in await texts_of(room, one)])

    await comes_to_be(written, sorted(str(number) for number in range(12)))
    assert len(await conversations_of(room, writer)) == 1


async def test_letters_that_overtook_one_another_are_put_in_the_order_they_were_written(
    room: Room, writer: Writer
) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "first", sent_at=1_000)
    await arrive_together(room, *(writer.letter(str(at), sent_at=at) for at in (5_000, 3_000, 4_000, 2_000)))
    await comes_to_be(lambda: texts_of(room, conversation_id), ["first", "2000", "3000", "4000", "5000"])


async def test_a_letter_waits_a_moment_for_others_that_it_may_have_overtaken(
    room: Room, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "SETTLE_S", 0.5)
    conversation_id = await writer.talks_with(await room.tab(room.anna))
    waited_ms = await room.centre.database.fetch_value(
        "SELECT m.at - i.received_at FROM inbox i, messages m WHERE i.sender = $1 AND m.conversation_id = $2 AND n = 1",
        *(writer.name, conversation_id),
    )
    assert waited_ms >= 400  # by the clocks of two nodes


async def test_a_letter_after_the_end_begins_a_new_conversation_and_a_repeat_of_an_old_one_does_not(
    room: Room, writer: Writer
) -> None:
    anna = await room.tab(room.anna)
    old = writer.letter("old matter")
    await writer.post(old)
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    item = (await anna.event("item.assigned"))["assignment"]["work_item"]
    await anna.ask("item.complete", work_item_id=item["work_item_id"], disposition="resolved")
    await writer.post(old, writer.letter("new matter"))
    offer = (await anna.event("offer.created"))["offer"]
    assert offer["work_item"]["preview"] == "new matter"
    assert offer["work_item"]["conversation_id"] != item["conversation_id"]
    assert len(await conversations_of(room, writer)) == 2


async def test_what_is_not_sealed_as_it_should_be_is_refused(room: Room, writer: Writer) -> None:
    refused = await writer.post(writer.letter(), seal="candle wax")
    assert (refused.status_code, refused.text) == (403, "bad_signature")
    assert (await writer.post(writer.letter(), seal="")).status_code == 403
    await asyncio.sleep(0.3)
    assert await conversations_of(room, writer) == []


async def test_a_letter_nobody_can_read_is_kept_and_told_of(room: Room, writer: Writer) -> None:
    answer = await writer.post({"nonsense": True})
    assert answer.status_code == 200

    async def kept() -> list[str]:
        rows = await room.centre.database.fetch(
            "SELECT kind FROM inbox WHERE account = $1 AND state = 'done'", f"letters-{room.number}"
        )
        return [row["kind"] for row in rows]

    await comes_to_be(kept, ["error"])


async def test_an_edited_letter_has_its_new_text_and_one_taken_back_none(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    first = writer.letter("I am angri")
    await writer.post(first)
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await anna.event("item.assigned")
    await writer.post(writer.letter("I am angry", edits=first["id"]))
    changed = (await anna.event("message.changed"))["message"]
    assert (changed["n"], changed["text"]) == (1, "I am angry")
    assert changed["extra"]["edited_at"]
    await writer.post(writer.letter("", deletes=first["id"]))
    changed = (await anna.event("message.changed"))["message"]
    assert (changed["text"], bool(changed["extra"]["deleted_at"])) == ("", True)


async def test_a_reaction_alone_begins_nothing(room: Room, writer: Writer) -> None:
    await writer.post(writer.letter("👍", opens=False))
    await asyncio.sleep(0.4)
    assert await conversations_of(room, writer) == []


async def test_a_paused_conversation_goes_on_when_its_customer_writes(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    (assignment,) = anna.state["assignments"]
    await anna.ask("item.pause", work_item_id=assignment["work_item"]["work_item_id"])
    await writer.post(writer.letter("Are you there?"))
    resumed = await anna.event("item.resumed")
    assert resumed["work_item_id"] == assignment["work_item"]["work_item_id"]
    row = await stored.by_id(room.centre.database, conversation_id)  # type: ignore[arg-type]
    assert row is not None
    assert row.state == "open"


async def test_what_follows_a_letter_that_fails_is_not_lost_and_waits_its_while(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, "first")
    await arrive_together(room, writer.letter("broken", placeholder=UNKEEPABLE), writer.letter("and this?"), failed=1)
    await asyncio.sleep(1.5)
    assert await texts_of(room, conversation_id) == ["first"]
    await comes_to_be(lambda: texts_of(room, conversation_id), ["first", "and this?"])


async def test_a_letter_is_not_given_up_because_a_store_is_away_or_a_node_does_not_know_its_account_yet(
    room: Room, writer: Writer
) -> None:
    anna, letter = await room.tab(room.anna), writer.letter("one")
    conversation_id = await writer.talks_with(anna, "one", id=letter["id"])
    for wreck in (  # it can be written nowhere: the same as if it could not be just now
        "UPDATE conversations SET state = 'closed', closed_at = 1 WHERE id = $1",
        "DELETE FROM messages WHERE conversation_id = $1 AND n = 1",
        "DELETE FROM inbound_messages WHERE conversation_id = $1",
    ):
        await room.centre.database.execute(wreck, conversation_id)
    await arrive_together(room, letter, failed=10)

    async def newest(account: str, tries: int) -> list[object]:
        row = await room.centre.database.fetch_row(
            """
            SELECT state, attempts >= $3, reason, next_at < $2 FROM inbox WHERE account = $1 ORDER BY id DESC LIMIT 1
            """,
            *(account, int(time.time() * 1_000) + 60_000, tries),
        )
        return list(row.values()) if row is not None else []

    await comes_to_be(lambda: newest(f"letters-{room.number}", 11), ["waiting", True, "unavailable", True])
    await room.centre.database.execute(
        "INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, next_at)"
        " VALUES ('letters-soon', 'ann', 'd1', '{}', '{}', 0, 0)"
    )
    await comes_to_be(lambda: newest("letters-soon", 1), ["waiting", True, "unknown_account", True])


async def test_a_receipt_that_fails_does_not_keep_the_others_letters(room: Room, writer: Writer) -> None:
    await arrive_together(room, {"receipt": UNKEEPABLE, "state": "read"}, writer.letter("I am another"))

    async def written() -> list[str]:
        return [text for one in await conversations_of(room, writer) for text in await texts_of(room, one)]

    await comes_to_be(written, ["I am another"])

    async def states() -> list[str]:
        rows = await room.centre.database.fetch(
            "SELECT state FROM inbox WHERE account = $1 ORDER BY id", f"letters-{room.number}"
        )
        return [row["state"] for row in rows]

    await comes_to_be(states, ["waiting", "done"])


async def test_a_letter_replayed_when_its_request_is_long_forgotten_has_no_effect(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    first = writer.letter("one")
    conversation_id = await writer.talks_with(anna, "one", id=first["id"])
    await retention.forget_rows(room.centre.database, "requests", before=2**53)
    await writer.post(first, writer.letter("two"))
    await comes_to_be(lambda: texts_of(room, conversation_id), ["one", "two"])
