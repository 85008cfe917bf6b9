"""Answers go out: in order, again when it may help, parked when it does not."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.channel_accounts import ChannelAccount
from router.core.outbound import Refused, TryAgain
from router.engine import sending
from tests.channels.conftest import Writer, accounts
from tests.gateway.centre import ROOMS, Room, TestCentre
from tests.gateway.wire import Tab
from tests.patience import comes_to_be, eventually

DAY_MS = 86_400_000

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said(agent: Tab, conversation_id: str, *texts: str) -> list[int]:
    """Their places in the conversation."""
    return [
        (await agent.ask("message.send", conversation_id=conversation_id, client_id=secrets.token_hex(6), text=text))[
            "n"
        ]
        for text in texts
    ]


async def delivery(agent: Tab, state: str) -> dict[str, str]:
    """The next news of a message that has come so far."""
    while True:
        told = await agent.event("delivery.changed")
        if told["delivery"]["state"] == state:
            found: dict[str, str] = told["delivery"]
            return found


async def test_answers_leave_in_the_order_they_were_written_though_the_first_has_trouble(
    room: Room, writer: Writer
) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    writer.office.troubles = [TryAgain("http_503", "busy"), TryAgain("http_429", "slow down", after_s=0.2)]
    await said(anna, conversation_id, "one", "two", "three")
    await eventually(lambda: [message.text for message in writer.office.sent] == ["one", "two", "three"])


async def test_an_account_sends_no_faster_than_it_may_and_holds_up_no_other() -> None:
    slow, quick = (
        replace(accounts()[f"letters-{number}"], rate_per_s=rate) for number, rate in ((1, 10.0), (2, 500.0))
    )
    pace, passed = sending.Pace(), []

    async def send(account: ChannelAccount) -> None:
        await pace.wait(account)
        passed.append((account.key, time.monotonic()))

    began = time.monotonic()
    await asyncio.gather(*(send(slow) for _ in range(15)), *(send(quick) for _ in range(15)))
    of_slow = [at - began for key, at in passed if key == slow.key]
    assert sum(after_s < 0.1 for after_s in of_slow) <= 11
    assert of_slow[-1] >= 0.4
    assert passed[-1][0] == slow.key


async def test_a_refused_message_is_parked_with_its_reason_and_can_be_sent_again(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    writer.office.troubles = [Refused("blocked", "The customer has blocked this account.")]
    one, two = await said(anna, conversation_id, "one", "two")
    assert await delivery(anna, "parked") == {"state": "parked", "reason": "The customer has blocked this account."}
    await eventually(lambda: [message.text for message in writer.office.sent] == ["two"])
    await anna.ask("message.resend", conversation_id=conversation_id, n=one)
    await eventually(lambda: [message.text for message in writer.office.sent] == ["two", "one"])
    assert await anna.refused("message.resend", conversation_id=conversation_id, n=two) == "wrong_state"


async def test_a_message_that_fails_by_a_mistake_of_ours_is_tried_again_and_parked_at_last(
    room: Room, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    monkeypatch.setattr(sending, "TRIES", 2)
    writer.office.troubles = [ValueError("a bug"), ValueError("a bug")]
    await said(anna, conversation_id, "one", "two")
    assert "ValueError" in (await delivery(anna, "parked"))["reason"]
    await eventually(lambda: [message.text for message in writer.office.sent] == ["two"])


async def test_a_message_whose_sending_outlasts_its_claim_is_sent_by_one_node_alone(
    room: Room, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    monkeypatch.setattr(sending, "KEPT_EVERY_S", 0.2)

    async def claimed_until() -> int:
        claimed: int = await room.centre.database.fetch_value(
            "SELECT max(next_at) FROM outbox WHERE conversation_id = $1 AND state = 'sending'", conversation_id
        )
        return claimed

    async with writer.office.counter:
        await said(anna, conversation_id, "one")
        await eventually(lambda: writer.office.begun == 1)
        first = await claimed_until()

        async def is_kept() -> bool:
            return await claimed_until() > first + 1_000

        await comes_to_be(is_kept, True)
    await delivery(anna, "sent")
    assert (writer.office.begun, [message.text for message in writer.office.sent]) == (1, ["one"])


async def test_receipts_reach_the_agent_and_only_go_forward(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    (one,) = await said(anna, conversation_id, "one")
    await delivery(anna, "sent")
    posted = f"posted-{conversation_id}.{one}"
    await writer.post({"receipt": posted, "state": "read"})
    await delivery(anna, "read")
    await writer.post({"receipt": posted, "state": "delivered"}, {"receipt": posted, "state": "failed"})
    await said(anna, conversation_id, "two")
    await delivery(anna, "sent")
    (assignment,) = anna.state["assignments"]
    conversation = assignment["conversation"]
    await eventually(lambda: conversation["receipts"]["customer_read_n"] == one)
    by_n = {message["n"]: message for message in conversation["messages"]}
    assert by_n[one]["delivery"]["state"] == "read"


async def test_a_receipt_brought_to_another_account_counts_for_the_one_it_names(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    (one,) = await said(anna, conversation_id, "one")
    await delivery(anna, "sent")
    elsewhere = Writer(replace(room, number=room.number % ROOMS + 1))
    posted = {"receipt": f"posted-{conversation_id}.{one}", "state": "read", "to": f"address-{room.number}"}
    assert (await elsewhere.post(posted)).status_code == 200
    await delivery(anna, "read")


async def test_outside_the_reply_window_only_templates_go_out(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    await _days_pass(room, conversation_id, 8)
    await said(anna, conversation_id, "too late")
    assert "window" in (await delivery(anna, "parked"))["reason"]
    refused = {"conversation_id": conversation_id, "text": "", "template": "hello_again"}
    assert await anna.refused("message.send", **refused, client_id="t1", variables=["Ann"]) == "bad_value"
    assert await anna.refused("message.send", **refused | {"template": "x"}, client_id="t2") == "unknown_template"
    await anna.ask("message.send", **refused, client_id="t3", variables=["Ann", "your parcel"])
    await eventually(lambda: bool(writer.office.sent))
    (sent,) = writer.office.sent
    assert sent.text == "Hello Ann, news on your parcel."
    assert sent.template is not None
    assert sent.template.variables == ("Ann", "your parcel")


async def test_after_the_reply_window_staff_may_write_for_a_while_and_it_says_so(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    assert anna.state["assignments"][0]["conversation"]["can"]["reply_window_ms"] == 7 * DAY_MS
    await said(anna, conversation_id, "soon")
    await delivery(anna, "sent")
    await _days_pass(room, conversation_id, 2)
    await said(anna, conversation_id, "late")
    await eventually(lambda: len(writer.office.sent) == 2)
    assert [(sent.text, sent.late) for sent in writer.office.sent] == [("soon", False), ("late", True)]


async def _days_pass(room: Room, conversation_id: str, days: int) -> None:
    await room.centre.database.execute(
        "UPDATE messages SET at = at - $2::bigint WHERE conversation_id = $1", conversation_id, days * DAY_MS
    )


async def test_choices_go_beside_the_text(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna)
    await anna.ask(
        "message.send", conversation_id=conversation_id, client_id="q", text="Which?", quick_replies=["Red", "Blue"]
    )
    await eventually(lambda: [message.quick_replies for message in writer.office.sent] == [("Red", "Blue")])


async def test_typing_is_shown_where_the_channel_can(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, id=(letter := secrets.token_hex(8)))
    await anna.say({"type": "typing", "conversation_id": conversation_id})
    await eventually(lambda: writer.office.typing == [(writer.name, letter)])


async def test_a_customer_sees_what_was_read_and_each_message_is_told_once(room: Room, writer: Writer) -> None:
    anna = await room.tab(room.anna)
    conversation_id = await writer.talks_with(anna, id=(first := secrets.token_hex(8)))
    messages = anna.state["assignments"][0]["conversation"]["messages"]
    for _ in range(2):
        await anna.say({"type": "read", "conversation_id": conversation_id, "n": messages[-1]["n"]})
    await eventually(lambda: writer.office.read == [(writer.name, first)])
    await writer.post(writer.letter("And one more", id=(second := secrets.token_hex(8))))
    await eventually(lambda: messages[-1]["text"] == "And one more")
    await anna.say({"type": "read", "conversation_id": conversation_id, "n": messages[-1]["n"]})
    await eventually(lambda: writer.office.read == [(writer.name, first), (writer.name, second)])


async def test_a_slow_provider_holds_up_nobody_elses_messages(centre: TestCentre, numbers: Iterator[int]) -> None:
    slow, quick = (Writer(Room(centre=centre, number=next(numbers))) for _ in range(2))
    anna, other = await slow.room.tab(slow.room.anna), await quick.room.tab(quick.room.anna)
    first, second = await slow.talks_with(anna), await quick.talks_with(other)
    async with slow.office.counter:
        await said(anna, first, "one")
        await eventually(lambda: slow.office.begun == 1)
        await said(other, second, "two")
        await eventually(lambda: [message.text for message in quick.office.sent] == ["two"])
        assert slow.office.sent == []
    await eventually(lambda: [message.text for message in slow.office.sent] == ["one"])
    await centre.close_tabs()
