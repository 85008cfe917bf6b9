"""Callers: greeting, menu, bot, line, callback, voicemail, and the talk they came for."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import pytest

from adapters.twilio_voice.send import TwilioTelephone
from router.core.call.facts import Fact
from router.core.call.state import Call
from router.core.outbound import TryAgain
from router.core.words import ConversationId, WorkItemId
from router.engine.calls import reconciler, worker
from router.store.postgres import calls, erasures, messages, work_items
from tests import marks
from tests.gateway.wire import Refused
from tests.patience import PATIENCE_S
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.fault import Faults
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.person import Reply
from tests.voice.centre import PHONED, Room, phone_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def call_of(room: Room, leg: Leg) -> str:
    call = await calls.of_sid(room.centre.database, leg.sid)
    assert call is not None
    return call.id


async def outcome(room: Room, leg: Leg, wanted: str) -> None:
    """The call ended, and so."""
    call_id = await call_of(room, leg)
    for _ in range(3_000):
        call = await calls.by_id(room.centre.database, call_id)
        assert call is not None
        if call.over:
            assert call.outcome == wanted
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the call never ended")


async def item_state(room: Room, item: str, wanted: str) -> None:
    for _ in range(3_000):
        row = await work_items.by_id(room.centre.database, WorkItemId(item))
        if row is not None and row.state == wanted:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{item} is {row.state if row else None}, not {wanted}")


async def test_a_caller_chooses_by_key_and_is_put_through_to_the_agent_who_accepts(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    shown = await room.call_is(anna, "talking")
    assert [leg["role"] for leg in shown["legs"]] == ["customer", "agent"]
    assert anna.state["assignments"][0]["work_item"]["customer"]["name"] == call.leg.from_
    assert room.at("anna").sid in call.leg.ear.of
    await anna.ask("call.hang_up", **call.it)
    await room.over(call.leg)
    await room.over(room.at("anna"))
    await outcome(room, call.leg, "answered")
    await item_state(room, call.item, "wrap_up")
    await anna.event("call.closed")
    assert room.problems(call.leg) == []


async def test_a_caller_chooses_by_saying_it(room: Room) -> None:
    anna = await room.agent()
    leg = room.calls(replies=[{"speech": "I would like to talk about something"}])
    await room.accepts(anna)
    await room.hears(leg, Sound.PEOPLE)


async def test_the_menu_goes_on_in_the_language_the_caller_chose(room: Room) -> None:
    leg = room.calls(replies=[{"digits": "9"}])
    await room.centre.until(lambda: any("dziękujemy" in text for text in room.said(leg)))
    leg.hang_up()
    await outcome(room, leg, "abandoned")


async def test_a_question_the_line_can_answer_is_answered_before_anybody_is_asked(room: Room) -> None:
    leg = room.calls(replies=[{"speech": "what are your opening hours please"}])
    await room.centre.until(lambda: "We are open from nine to five." in room.said(leg))
    leg.hang_up()
    await outcome(room, leg, "bot")


async def test_who_says_nothing_is_put_in_line_all_the_same(room: Room) -> None:
    leg = room.calls()
    await room.centre.until(lambda: any("in line" in text for text in room.said(leg)))
    leg.hang_up()
    await outcome(room, leg, "abandoned")
    assert room.problems(leg) == []


async def test_what_fails_by_a_mistake_of_ours_is_given_up_and_does_not_hold_up_what_follows(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = room.calls()
    await room.in_line(leg)
    monkeypatch.setattr(worker, "TRIES", 2)
    call_id, database = await call_of(room, leg), room.centre.database
    await database.execute(
        """
        WITH told AS (UPDATE calls SET body = body || '{"recording_sid": "RE1"}' WHERE id = $1)
        INSERT INTO call_actions (call_id, key, body, next_at, at)
        VALUES ($1, 'broken', '{"do": "record", "key": "broken", "to": "nonsense"}', 0, 0),
            ($1, 'after', '{"do": "log", "key": "after"}', 0, 0)
        """,
        call_id,
    )
    for _ in range(3_000):
        rows = await database.fetch("SELECT state FROM call_actions WHERE call_id = $1 ORDER BY id DESC", call_id)
        if [row["state"] for row in rows[:2]] == ["done", "parked"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError([row["state"] for row in rows])


async def test_an_end_that_nobody_told_of_is_asked_about(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    leg, dice = room.calls(), room.centre.exchange.dice
    await room.in_line(leg)
    monkeypatch.setattr(dice, "faults", Faults(callback_lost=1.0))
    leg.hang_up()
    await room.over(leg)
    monkeypatch.undo()
    monkeypatch.setitem(reconciler.PATIENCE_MS, "queued", 100)
    await outcome(room, leg, "abandoned")


@pytest.mark.parametrize("trouble", [TryAgain("http_504", "too late"), RuntimeError("as if the node were gone")])
async def test_what_the_provider_could_not_be_asked_is_asked_again_soon(
    room: Room, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    leg, dice, database, look = room.calls(), room.centre.exchange.dice, room.centre.database, TwilioTelephone.look
    await room.in_line(leg)
    with monkeypatch.context() as lost:
        lost.setattr(dice, "faults", Faults(callback_lost=1.0))
        leg.hang_up()
        await room.over(leg)
    call_id, asked = await call_of(room, leg), 0

    async def look_or_fail(telephone: TwilioTelephone, call: Call) -> Sequence[Fact]:
        nonlocal asked
        asked += call.id == call_id
        if call.id == call_id and asked == 1:
            raise trouble
        return await look(telephone, call)

    monkeypatch.setattr(TwilioTelephone, "look", look_or_fail)
    monkeypatch.setattr(reconciler, "AGAIN_MS", 100)
    long_ago = reconciler.PATIENCE_MS["queued"] * 3 // 2  # so that a second patience would be too long to wait for here
    await database.execute("UPDATE calls SET touched_at = touched_at - $2 WHERE id = $1", call_id, long_ago)
    await outcome(room, leg, "abandoned")
    assert asked == 2


async def test_a_call_the_provider_says_nothing_about_keeps_no_other_from_being_asked_about(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, look = room.centre.exchange.dice, TwilioTelephone.look
    mute = room.calls()
    await room.in_line(mute)
    leg = room.calls()
    await room.in_line(leg)
    with monkeypatch.context() as lost:
        lost.setattr(dice, "faults", Faults(callback_lost=1.0))
        leg.hang_up()
        await room.over(leg)
    call_id, mute_id, told = await call_of(room, leg), await call_of(room, mute), asyncio.Event()

    async def look_or_wait(telephone: TwilioTelephone, call: Call) -> Sequence[Fact]:
        if call.id == mute_id:
            await told.wait()
        return await look(telephone, call)

    monkeypatch.setattr(TwilioTelephone, "look", look_or_wait)
    await room.centre.database.execute(
        "UPDATE calls SET touched_at = CASE id WHEN $1 THEN 1 ELSE 2 END WHERE id IN ($1, $2)", mute_id, call_id
    )
    try:
        await outcome(room, leg, "abandoned")
    finally:
        told.set()


async def test_who_waits_hears_their_place_and_music_and_who_hangs_up_has_abandoned(room: Room) -> None:
    first = room.calls()
    await room.in_line(first)
    second = room.calls()
    await room.in_line(second)
    assert "You are number 2 in line." in room.said(second)
    assert "You are next in line." in room.said(first)
    await room.hears(first, Sound.MUSIC)
    item = f"{await call_of(room, first)}.1"
    first.hang_up()
    await outcome(room, first, "abandoned")
    await item_state(room, item, "closed")
    second.hang_up()
    await outcome(room, second, "abandoned")
    assert room.problems(first, second) == []


async def test_who_asks_for_a_callback_keeps_the_place_and_is_called_when_their_turn_comes(room: Room) -> None:
    leg = room.calls(from_="+48601999888")
    await room.in_line(leg)
    await leg.press_when_heard(Reply(digits="1", after_s=0.1), PATIENCE_S)
    await room.over(leg)
    assert "Thank you. Your place is kept; we will call you back." in room.said(leg)
    await outcome(room, leg, "callback")
    anna = await room.agent()
    room.answers("+48601999888")
    item = await room.accepts(anna)
    assert item == f"{await call_of(room, leg)}.1"
    await anna.event("item.assigned")
    await anna.ask("call.dial", work_item_id=item)
    await room.call_is(anna, "talking")
    await room.hears(room.leg_of("+48601999888"), Sound.PEOPLE, room.at("anna").sid)


async def test_a_message_left_is_heard_in_the_conversation_and_stays_in_line(room: Room) -> None:
    leg = room.calls(speaks_s=7.0, message_and_gone=True)
    await room.in_line(leg)
    await leg.press_when_heard(Reply(digits="2", after_s=0.1), PATIENCE_S)
    await room.over(leg)
    await outcome(room, leg, "voicemail")
    call_id = await call_of(room, leg)
    conversation = ConversationId(f"con_{call_id.removeprefix('call_')}")
    for _ in range(3_000):
        said = await messages.page(room.centre.database, conversation)
        if any(message.text.startswith("[voicemail") for message in said):
            break
        await asyncio.sleep(0.01)
    voicemail = next(message for message in said if message.text.startswith("[voicemail"))
    assert voicemail.author == "customer"
    assert voicemail.extra is not None
    assert len(voicemail.extra["files"]) == 1
    at_provider = next(each for each in room.centre.exchange.recordings.values() if each.leg is leg)
    await room.centre.until(lambda: at_provider.deleted, "it is still at the provider")
    anna = await room.agent()
    assert await room.accepts(anna) == f"{call_id}.1"


async def test_who_leaves_no_message_after_all_has_abandoned(room: Room) -> None:
    leg = room.calls(speaks_s=0.0)
    await room.in_line(leg)
    await leg.press_when_heard(Reply(digits="2", after_s=0.1), PATIENCE_S)
    await room.centre.until(lambda: any("leave your message" in text for text in room.said(leg)))
    leg.hang_up()
    call_id = await call_of(room, leg)
    await asyncio.sleep(0.3)
    call = await calls.by_id(room.centre.database, call_id)
    assert call is not None
    assert call.state == "voicemail"  # a recording may still come, for a while
    assert "voicemail" in call.due


async def test_an_agents_phone_that_nobody_answers_gives_the_call_back_and_the_caller_waits_on(room: Room) -> None:
    anna = await room.agent(outcome="no-answer", picks_up_s=2.0)
    leg = room.calls()
    await room.in_line(leg)
    await room.accepts(anna)
    ben = await room.agent("ben")
    await anna.event("presence.changed", status="away")
    item = await room.accepts(ben)
    await room.hears_agent(leg, "ben")
    assert item.startswith("call_")
    assert room.problems(leg) == []


async def test_an_agent_answers_by_their_own_telephone_when_they_have_one(room: Room) -> None:
    anna = await room.centre.tab(f"{PHONED}-{room.number}")
    room.answers(phone_of(room.number))
    leg = room.calls()
    await room.in_line(leg)
    item = await room.accepts(anna)
    shown = await room.call_is(anna, "talking")
    assert shown["legs"][1]["number"] == phone_of(room.number)
    await room.hears(leg, Sound.PEOPLE, room.leg_of(phone_of(room.number)).sid)
    room.leg_of(phone_of(room.number)).hang_up()
    await room.over(leg)
    await outcome(room, leg, "answered")
    await item_state(room, item, "wrap_up")


async def test_the_customer_hangs_up_and_the_agent_wraps_up(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    call.leg.hang_up()
    await outcome(room, call.leg, "answered")
    await room.over(room.at("anna"))
    await item_state(room, call.item, "wrap_up")
    await anna.ask("item.complete", work_item_id=call.item, disposition="resolved")
    await item_state(room, call.item, "closed")


async def test_a_lost_browser_is_called_again_while_the_customer_hears_music(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    lost = room.at("anna")
    lost.hang_up()
    await room.call_is(anna, "reconnecting")
    await room.hears(call.leg, Sound.MUSIC)
    await room.call_is(anna, "talking")
    assert room.at("anna") is not lost
    await room.hears(call.leg, Sound.PEOPLE, room.at("anna").sid)
    assert room.problems(call.leg) == []


async def test_an_agent_who_does_not_come_back_loses_the_call_to_a_colleague(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    room.answers(f"client:{room.who('anna')}", outcome="no-answer", picks_up_s=1.0)
    room.at("anna").hang_up()
    await room.call_is(anna, "reconnecting")
    await anna.ask("status.set", status="busy")
    ben = await room.agent("ben")
    assert await room.accepts(ben) == call.item
    await room.hears_agent(call.leg, "ben")
    assert room.problems(call.leg) == []


async def test_calls_and_chats_share_an_agents_attention(room: Room) -> None:
    anna = await room.agent()
    await room.talking(anna)
    assert anna.state["me"]["units_held"] == 100
    second = room.calls()
    await room.in_line(second)
    await asyncio.sleep(0.3)
    assert not anna.state["offers"]
    second.hang_up()


async def test_nobody_steers_a_call_that_is_not_theirs(room: Room) -> None:
    anna = await room.agent()
    ben = await room.agent("ben", picks_up_s=None)
    call = await room.talking(anna)
    for command in ("call.hold", "call.hang_up", "call.merge", "call.leave"):
        with pytest.raises(Refused, match="not_yours"):
            await ben.ask(command, **call.it)
    with pytest.raises(Refused, match="wrong_role"):
        await ben.ask("call.monitor", work_item_id=call.item)
    with pytest.raises(Refused, match="unknown_call"):
        await anna.ask("call.hold", call_id="call_none")
    with pytest.raises(Refused, match="wrong_call_state"):
        await anna.ask("call.merge", **call.it)
    with pytest.raises(Refused, match="bad_value"):
        await anna.ask("call.keypad", **call.it, digits="12x")
    with pytest.raises(Refused, match="bad_number"):
        await anna.ask("call.consult", **call.it, number="99")


async def test_the_number_of_an_erased_caller_is_nowhere_any_more(room: Room) -> None:
    anna, sue = await room.agent(), await room.centre.tab(room.who("sue"))
    digits = f"48668{secrets.randbelow(10**6):06}"
    call = await room.talking(anna, from_=f"+{digits}")
    await anna.ask("call.hang_up", **call.it)
    await room.over(call.leg)
    await outcome(room, call.leg, "answered")
    database, store = room.centre.database, room.centre.store
    found = await marks.in_tables(database, digits)
    assert {"calls.body", "identities.value", "conversations.address"} <= set(found)
    theirs = await database.fetch_value("SELECT customer_id FROM identities WHERE value = $1", f"+{digits}")
    await sue.ask("customer.erase", customer_id=theirs, even_open=True)
    await anna.ask("item.complete", work_item_id=call.item, disposition="resolved")
    async with asyncio.timeout(2 * PATIENCE_S):
        while await erasures.standing(database, [theirs]):
            await asyncio.sleep(0.05)
    assert await marks.in_tables(database, digits) == []
    assert set(await marks.in_store(store.connection, digits)) <= {"{main}:talk", "{main}:events"}
