"""In the conference: hold, mute, keypad, recording, consulting, handing over, supervisors, calls out."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from router.store.postgres import recordings
from tests.gateway.http import post, request
from tests.gateway.wire import Refused, Tab
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.leg import Leg
from tests.voice.centre import MOST_DIALED, OUTSIDE, Room
from tests.voice.test_calls_in import item_state, outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")


def outside(room: Room) -> str:
    return f"+4811122{room.number:04}"


async def consulting(room: Room, tab: Tab, call_id: str, **whom: str) -> Any:
    """Somebody is asked, and answers."""
    await tab.ask("call.consult", call_id=call_id, **whom)
    await room.centre.until(lambda: _third(tab, "joined"), "nobody was consulted")
    return _third(tab, "joined")


def _third(tab: Tab, state: str) -> Any:
    for call in tab.state["calls"]:
        for leg in call["legs"]:
            if leg["role"] == "third" and leg["state"] == state:
                return leg
    return None


def hears(leg: Leg, *others: Leg) -> bool:
    return set(leg.ear.of) == {other.sid for other in others}


async def test_on_hold_the_customer_hears_music_and_nobody(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    await anna.ask("call.hold", **call.it)
    await room.hears(call.leg, Sound.MUSIC)
    await room.call_is(anna, "held")
    await anna.ask("call.hold", **call.it)  # again, as after a lost answer: it is so
    with pytest.raises(Refused, match="wrong_call_state"):
        await anna.ask("call.merge", **call.it)
    await anna.ask("call.unhold", **call.it)
    await room.hears(call.leg, Sound.PEOPLE, room.at("anna").sid)
    assert room.problems(call.leg) == []


async def test_who_is_muted_hears_and_is_not_heard(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    await anna.ask("call.mute", **call.it, muted=True)
    await room.hears(call.leg, Sound.MUTED)
    assert room.at("anna").ear.sound == Sound.PEOPLE
    await anna.ask("call.mute", **call.it, muted=False)
    await room.hears(call.leg, Sound.PEOPLE)


async def said_twice(tab: Tab, elsewhere: Tab, kind: str, **facts: Any) -> None:
    """At once in two sessions, and again later: as after a reconnect to another node."""
    await asyncio.gather(tab.ask(kind, **facts), elsewhere.ask(kind, **facts))
    await elsewhere.ask(kind, **facts)


async def test_keypad_tones_are_heard_on_the_other_side_once_however_often_they_are_sent(room: Room) -> None:
    anna = await room.agent()
    elsewhere = await room.centre.tab(room.who("anna"))
    call = await room.talking(anna)
    await said_twice(anna, elsewhere, "call.keypad", **call.it, digits="12#", client_id="tones")
    for unnamed in ({}, {"client_id": ""}):
        await anna.ask("call.keypad", **call.it, digits="9", **unnamed)

    def heard() -> str:
        return "".join(text.removeprefix("tones ") for text in room.said(call.leg) if text.startswith("tones "))

    await room.centre.until(lambda: len(heard()) >= 5, "no tones came")
    assert heard() == "12#99"


async def test_a_transfer_sent_again_takes_the_call_from_nobody_it_came_back_to(room: Room) -> None:
    anna = await room.agent()
    elsewhere = await room.centre.tab(room.who("anna"))
    call = await room.talking(anna)
    ben = await room.agent("ben")
    away = {**call.it, "agent_id": room.who("ben"), "client_id": "away"}
    await said_twice(anna, elsewhere, "call.transfer", **away)
    await room.accepts(ben)
    await room.hears_agent(call.leg, "ben")
    await room.call_is(ben, "talking")
    await said_twice(anna, elsewhere, "call.transfer", **away)
    await ben.ask("call.transfer", **call.it, agent_id=room.who("anna"), client_id="back")
    await room.accepts(anna)
    await room.hears_agent(call.leg, "anna")
    await said_twice(anna, elsewhere, "call.transfer", **away)
    await room.call_is(anna, "talking")
    queued = {**call.it, "queue": room.queue, "client_id": "queue"}
    await said_twice(anna, elsewhere, "call.transfer", **queued)
    await room.centre.until(lambda: ben.state["offers"] or anna.state["offers"])
    assert room.problems(call.leg) == []


async def test_whoever_is_busy_is_not_called_again_by_the_same_command(room: Room) -> None:
    anna = await room.agent()
    elsewhere = await room.centre.tab(room.who("anna"))
    call = await room.talking(anna)
    room.answers(outside(room), outcome="busy")
    ask = {**call.it, "number": outside(room), "client_id": "ask"}
    await anna.ask("call.consult", **ask)
    await room.call_is(anna, "held", notice="busy")
    await said_twice(anna, elsewhere, "call.consult", **ask)
    give = {**call.it, "number": outside(room), "client_id": "give"}
    await anna.ask("call.unhold", **call.it)
    await said_twice(anna, elsewhere, "call.transfer", **give)
    await room.call_is(anna, "talking", notice="busy")
    await said_twice(anna, elsewhere, "call.transfer", **give)
    assert len(room.legs_to(outside(room))) == 2


async def test_a_talk_is_recorded_when_the_agent_says_so_and_not_while_card_numbers_are_said(room: Room) -> None:
    anna, sue = await room.agent(), await room.agent("sue")
    call = await room.talking(anna)
    await anna.ask("call.record", **call.it, recording="on")
    at_provider = room.centre.exchange.recordings
    await room.centre.until(lambda: any(each.leg is call.leg for each in at_provider.values()))
    recorded = next(each for each in at_provider.values() if each.leg is call.leg)
    await anna.ask("call.record", **call.it, recording="paused")
    await room.centre.until(lambda: recorded.status == "paused")
    await anna.ask("call.record", **call.it, recording="on")
    await room.centre.until(lambda: recorded.status == "in-progress")
    await anna.ask("call.hang_up", **call.it)
    await outcome(room, call.leg, "answered")
    customer = (await anna.ask("call.log"))["calls"][0]["customer_id"]
    for who in (anna, sue):
        for _ in range(3_000):
            logged = (await who.ask("call.log", customer_id=customer))["calls"][0]
            if logged["recordings"]:
                break
            await asyncio.sleep(0.01)
        assert logged["recordings"] == [f"/api/calls/{call.id}/recordings/1"]
        assert (logged["outcome"], logged["agents"]) == ("answered", [f"Anna Room{room.number}"])
        assert logged["talked_ms"] is not None
    ben = await room.agent("ben", picks_up_s=None)
    assert (await ben.ask("call.log", customer_id=customer))["calls"][0]["recordings"] == []
    await room.centre.until(lambda: recorded.deleted, "it is still at the provider")
    await _is_played(room, anna, f"/api/calls/{call.id}/recordings/1", recorded.media())
    await _is_played_to_nobody_else(room, ben, f"/api/calls/{call.id}/recordings")
    await recordings.forget(room.centre.database, f"line-{room.number}", before=2**53)
    assert (await anna.ask("call.log"))["calls"][0]["recordings"] == []


async def _is_played(room: Room, tab: Tab, path: str, sound: bytes) -> None:
    """Whole and in parts, as players ask; and who heard it is written down."""
    whole = await _sound(tab, path)
    assert (whole.status_code, whole.content) == (200, sound)
    assert whole.headers["accept-ranges"] == "bytes"
    part = await _sound(tab, path, "bytes=10-19")
    assert (part.status_code, part.content) == (206, sound[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(sound)}"
    assert (await _sound(tab, path, "bytes=-4")).content == sound[-4:]
    beyond = await _sound(tab, path, f"bytes={len(sound)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(sound)}")
    heard = "SELECT count(*) FROM audit WHERE action = 'call.recording' AND actor_id = $1"
    assert await room.centre.database.fetch_value(heard, room.who("anna")) == 1


async def _is_played_to_nobody_else(room: Room, tab: Tab, path: str) -> None:
    assert (await _sound(tab, f"{path}/1")).json()["error"]["code"] == "not_yours"
    sue = await room.agent("sue")
    assert (await _sound(sue, f"{path}/1")).status_code == 200
    assert (await _sound(sue, f"{path}/2")).status_code == 404
    assert (await request(room.centre.url, "GET", f"{path}/1")).status_code == 401


async def _sound(tab: Tab, path: str, part: str = "") -> httpx.Response:
    headers = {"cookie": tab.seat.headers["cookie"], **({"range": part} if part else {})}
    return await request(tab.seat.url, "GET", path, headers=headers)


async def test_a_call_handed_to_a_queue_waits_there_and_goes_to_whoever_is_next(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    ben = await room.agent("ben")
    await anna.ask("call.transfer", **call.it, queue=room.queue, note="Wants a refund")
    await room.over(room.at("anna"))
    assert await room.accepts(ben) == call.item
    await room.hears_agent(call.leg, "ben")
    assert room.problems(call.leg) == []


async def test_a_call_handed_to_a_colleague_rings_at_them_alone(room: Room) -> None:
    anna, ben = await room.agent(), await room.agent("ben")
    await ben.ask("status.set", status="busy")
    call = await room.talking(anna)
    await ben.ask("status.set", status="available")
    await anna.ask("call.transfer", **call.it, agent_id=room.who("ben"))
    assert await room.accepts(ben) == call.item
    await room.hears_agent(call.leg, "ben")
    await room.over(room.at("anna"))


async def test_a_call_handed_to_a_number_is_theirs_once_they_answer(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    room.answers(outside(room))
    await anna.ask("call.transfer", **call.it, number=outside(room))
    await room.over(room.at("anna"))
    await room.hears(call.leg, Sound.PEOPLE, room.leg_of(outside(room)).sid)
    await item_state(room, call.item, "wrap_up")
    room.leg_of(outside(room)).hang_up()
    await room.over(call.leg)
    await outcome(room, call.leg, "answered")
    assert room.problems(call.leg) == []


async def test_a_number_that_does_not_answer_leaves_the_caller_with_the_agent(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    room.answers(outside(room), outcome="busy")
    await anna.ask("call.transfer", **call.it, number=outside(room))
    await room.call_is(anna, "talking", notice="busy")
    await room.hears(call.leg, Sound.PEOPLE, room.at("anna").sid)


async def test_a_colleague_is_asked_while_the_customer_hears_music_then_all_three_talk(room: Room) -> None:
    anna, ben = await room.agent(), await room.agent("ben")
    await ben.ask("status.set", status="busy")
    call = await room.talking(anna)
    await consulting(room, anna, call.id, agent_id=room.who("ben"))
    await room.hears(call.leg, Sound.MUSIC)
    await room.centre.until(lambda: hears(room.at("ben"), room.at("anna")))
    await anna.ask("call.merge", **call.it)
    await room.centre.until(lambda: hears(call.leg, room.at("anna"), room.at("ben")))
    third = _third(anna, "joined")
    await anna.ask("call.drop", **call.it, label=third["label"])
    await room.over(room.at("ben"))
    await room.centre.until(lambda: hears(call.leg, room.at("anna")))
    assert room.problems(call.leg) == []


async def test_a_call_is_handed_over_to_the_colleague_who_was_asked(room: Room) -> None:
    anna, ben = await room.agent(), await room.agent("ben")
    await ben.ask("status.set", status="busy")
    call = await room.talking(anna)
    await consulting(room, anna, call.id, agent_id=room.who("ben"))
    elsewhere = await room.centre.tab(room.who("anna"))
    await said_twice(anna, elsewhere, "call.hand_over", **call.it, note="Knows the case")
    await room.over(room.at("anna"))
    await room.centre.until(lambda: hears(call.leg, room.at("ben")))
    shown = await room.call_is(ben, "talking")
    assert "hang_up" in shown["actions"]
    await room.centre.until(lambda: ben.state["assignments"])
    assert [each["work_item"]["work_item_id"] for each in ben.state["assignments"]] == [call.item]
    await room.centre.until(lambda: not anna.state["assignments"] and not anna.state["calls"])
    assert room.problems(call.leg) == []


async def test_an_outside_number_is_asked_and_takes_the_call(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    room.answers(outside(room))
    await consulting(room, anna, call.id, number=outside(room))
    await anna.ask("call.hand_over", **call.it)
    await room.over(room.at("anna"))
    await room.centre.until(lambda: hears(call.leg, room.leg_of(outside(room))))
    call.leg.hang_up()
    await room.over(room.leg_of(outside(room)))
    await outcome(room, call.leg, "answered")


async def test_a_colleague_who_does_not_answer_leaves_the_customer_on_hold_with_the_agent(room: Room) -> None:
    anna, ben = await room.agent(), await room.agent("ben", outcome="no-answer")
    await ben.ask("status.set", status="busy")
    call = await room.talking(anna)
    await anna.ask("call.consult", **call.it, agent_id=room.who("ben"))
    await room.call_is(anna, "held", notice="no_answer")
    await room.hears(call.leg, Sound.MUSIC)
    with pytest.raises(Refused, match="agent_unavailable"):
        await anna.ask("call.consult", **call.it, agent_id=room.who("tom"))


async def test_a_supervisor_listens_whispers_and_speaks_to_all(room: Room) -> None:
    anna, sue = await room.agent(), await room.agent("sue")
    call = await room.talking(anna)
    await sue.ask("call.monitor", work_item_id=call.item)
    await room.centre.until(lambda: sue.state["calls"] and len(sue.state["calls"][0]["legs"]) == 3)
    await room.centre.until(lambda: room.heard_by("sue") == Sound.PEOPLE)
    assert room.at("sue").sid not in call.leg.ear.of
    assert room.at("sue").sid not in room.at("anna").ear.of
    await sue.ask("call.whisper", work_item_id=call.item)
    await room.centre.until(lambda: room.at("sue").sid in room.at("anna").ear.of)
    assert room.at("sue").sid not in call.leg.ear.of
    await sue.ask("call.barge", work_item_id=call.item)
    await room.centre.until(lambda: room.at("sue").sid in call.leg.ear.of)
    await sue.ask("call.leave", call_id=call.id)
    await room.over(room.at("sue"))
    await sue.event("call.closed")
    assert hears(call.leg, room.at("anna"))
    assert room.problems(call.leg) == []


async def test_a_supervisor_takes_a_call_over(room: Room) -> None:
    anna, sue = await room.agent(), await room.agent("sue")
    call = await room.talking(anna)
    await sue.ask("call.monitor", work_item_id=call.item)
    await room.centre.until(lambda: room.heard_by("sue") == Sound.PEOPLE)
    await said_twice(sue, await room.centre.tab(room.who("sue")), "call.take_over", work_item_id=call.item)
    await room.over(room.at("anna"))
    await room.centre.until(lambda: hears(call.leg, room.at("sue")))
    await room.centre.until(lambda: sue.state["assignments"])
    assert sue.state["assignments"][0]["work_item"]["work_item_id"] == call.item
    assert room.problems(call.leg) == []


async def test_a_supervisor_takes_over_unheard_of_before(room: Room) -> None:
    anna, sue = await room.agent(), await room.agent("sue")
    call = await room.talking(anna)
    await sue.ask("call.take_over", work_item_id=call.item)
    await room.hears_agent(call.leg, "sue")
    await room.over(room.at("anna"))


async def test_an_agent_calls_a_number_and_talks_to_whoever_answers(room: Room) -> None:
    anna = await room.agent()
    room.answers(OUTSIDE)
    wanted = {"number": "111 222 333", "account": f"line-{room.number}", "client_id": "a-click"}
    dialed = await anna.ask("call.dial", **wanted)
    assert await anna.ask("call.dial", **wanted) == dialed  # its answer may have been lost: nobody is called twice
    await room.call_is(anna, "talking")
    await room.hears(room.leg_of(OUTSIDE), Sound.PEOPLE, room.at("anna").sid)
    await room.centre.until(lambda: anna.state["assignments"])
    assert anna.state["assignments"][0]["work_item"]["work_item_id"] == dialed["work_item_id"]
    assert anna.state["me"]["units_held"] == 100
    await anna.ask("call.hang_up", call_id=dialed["call_id"])
    await room.over(room.leg_of(OUTSIDE))
    await item_state(room, dialed["work_item_id"], "wrap_up")


async def test_a_customer_who_does_not_answer_ends_the_call_out(room: Room) -> None:
    anna = await room.agent()
    room.answers(outside(room), outcome="no-answer")
    dialed = await anna.ask("call.dial", number=outside(room), account=f"line-{room.number}")
    closed = await anna.event("call.closed")
    assert closed["outcome"] == "no_answer"
    await room.over(room.at("anna"))
    await item_state(room, dialed["work_item_id"], "wrap_up")


async def test_the_state_of_calls_is_the_same_in_a_tab_opened_now(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    await anna.ask("call.hold", **call.it)
    await room.call_is(anna, "held")
    again = await room.centre.tab(room.who("anna"))
    await room.centre.until(lambda: again.state["calls"] == anna.state["calls"])
    assert again.state["voice"] is True


async def test_what_a_node_died_over_before_it_told_of_it_is_shown_all_the_same(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    kept = "UPDATE calls SET version = version + 1, body = body || $2 WHERE id = $1 RETURNING version"
    version = await room.centre.database.fetch_value("SELECT version FROM calls WHERE id = $1", call.id)
    await room.centre.database.execute(kept, call.id, {"version": version + 1, "notice": "busy"})
    await room.call_is(anna, "talking", notice="busy")


async def test_a_browser_is_given_a_token_for_its_agent_alone(room: Room) -> None:
    anna = await room.agent()
    cookie = {"cookie": anna.seat.headers["cookie"], "origin": room.centre.url}
    made = await post(room.centre.url, "/api/voice/token", {}, headers=cookie)
    assert made["identity"] == room.who("anna")
    assert made["token"].count(".") == 2


async def test_staff_and_their_supervisors_say_where_they_answer_calls(room: Room) -> None:
    anna, sue, ben = await room.agent(), await room.agent("sue"), await room.agent("ben", picks_up_s=None)
    phone = f"+48223330{room.number:03}"
    with pytest.raises(Refused, match="bad_number"):
        await anna.ask("call.set_phone", phone="+48 700 123 456")
    with pytest.raises(Refused, match="wrong_role"):
        await ben.ask("call.phone", agent_id=room.who("anna"))
    with pytest.raises(Refused, match="unknown_agent"):
        await sue.ask("call.set_phone", agent_id="nobody", phone="")
    told = await anna.ask("call.set_phone", phone=f"22 333 0{room.number:03}")
    assert (told["agent_id"], told["phone"]) == (room.who("anna"), phone)
    room.answers(phone)
    call = await room.talking(anna)
    await room.hears(call.leg, Sound.PEOPLE, room.leg_of(phone).sid)
    assert (await sue.ask("call.phone", agent_id=room.who("anna")))["phone"] == phone
    assert (await sue.ask("call.set_phone", agent_id=room.who("anna"), phone=""))["phone"] == ""
    assert (await anna.ask("call.phone"))["phone"] == ""


async def test_nobody_has_more_numbers_called_in_a_day_than_they_may(room: Room) -> None:
    anna = await room.agent()
    now, day = (await room.centre.store.snapshot(limit=1)).at, 86_400_000
    add = "INSERT INTO dialed (agent_id, at) SELECT $1, $2 FROM generate_series(1, $3::integer)"
    await room.centre.database.execute(add, room.who("anna"), now - day - 60_000, 500)
    await room.centre.database.execute(add, room.who("anna"), now - 60_000, MOST_DIALED - 1)
    room.answers(outside(room), outcome="busy")
    await anna.ask("call.dial", number=outside(room), account=f"line-{room.number}")
    await anna.event("call.closed")
    with pytest.raises(Refused, match="dialed_too_often"):
        await anna.ask("call.dial", number=outside(room), account=f"line-{room.number}")
    assert len(room.legs_to(outside(room))) == 1
