"""The client keeps its side of the session's contract and tells of every breach of the server's."""

from __future__ import annotations

import asyncio

import pytest

from loadtest.client import CommandRefused, Stopped, strict_staff
from loadtest.codec import MSGPACK
from loadtest.socket import Refused, connect
from router.protocol import staff
from tests.loadtest.scripted import Act, Stand, listening, played
from tests.loadtest.toy_centre import toy_centre
from tests.patience import PATIENCE_S


async def test_it_resumes_after_the_last_event_it_had() -> None:
    async def first(stand: Stand) -> None:
        assert (await stand.welcome())["session_id"] == ""
        await stand.event(1)
        await stand.event(2)
        await stand.heard("item.wrap_up")
        stand.drop()

    async def second(stand: Stand) -> None:
        hello = await stand.welcome(resumed=True)
        assert (hello["session_id"], hello["last_seq"], hello["device_id"]) == ("s1", 2, "d")
        await stand.event(3)
        await stand.rest()

    async with played(first, second) as address, listening(address) as listener:
        await listener.until(2)
        waiting = asyncio.create_task(listener.client.ask(staff.WrapUp, work_item_id="i"))
        assert await listener.until(3) == [1, 2, 3]
        waiting.cancel()
    assert listener.complaints == []
    assert listener.line[:3] == ["fresh", "away", "resumed"]
    assert (listener.client.cuts, listener.client.resumes) == (1, 1)


async def test_an_unanswered_command_is_sent_again_under_its_id() -> None:
    ids: list[int] = []

    async def first(stand: Stand) -> None:
        await stand.welcome()
        ids.append((await stand.heard("status.set"))["id"])
        stand.drop()

    async def second(stand: Stand) -> None:
        await stand.welcome(resumed=True)
        ids.append((await stand.heard("status.set"))["id"])
        await stand.say({"type": "ok", "id": ids[-1], "result": None})
        await stand.rest()

    async with played(first, second) as address, listening(address) as listener:
        assert await listener.client.ask(staff.SetStatus, status="available") is None
    assert ids[0] == ids[1]


async def test_a_command_given_while_away_waits_for_the_welcome() -> None:
    async def first(stand: Stand) -> None:
        await stand.welcome()
        await stand.event(1)
        stand.drop()

    async def second(stand: Stand) -> None:
        await stand.welcome(session="s2")
        frame = await stand.heard("message.send")
        result = {"type": "sent", "n": 7, "at": 1}
        await stand.say({"type": "ok", "id": frame["id"], "result": result})
        await stand.rest()

    async with played(first, second) as address, listening(address) as listener:
        await listener.until(1)
        while "away" not in listener.line:
            await asyncio.sleep(0.01)
        sent = await listener.client.ask(staff.SendMessage, conversation_id="c", client_id="1", text="hello")
        assert sent == staff.Sent(n=7, at=1)


async def test_a_new_session_counts_from_one_again() -> None:
    async def first(stand: Stand) -> None:
        await stand.welcome()
        await stand.event(1)
        stand.drop()

    async def second(stand: Stand) -> None:
        await stand.welcome(session="s2")
        await stand.event(1, for_ms=100)
        await stand.rest()

    async with played(first, second) as address, listening(address) as listener:
        assert await listener.until(2) == [1, 100]
    assert listener.complaints == []


async def test_a_gap_in_the_numbers_is_complained_about() -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        await stand.event(1)
        await stand.event(3)
        await stand.rest()

    async with played(only) as address, listening(address) as listener:
        await listener.until(2)
    assert listener.complaints == ["seq 3 came after 1"]


async def test_a_repeated_event_is_complained_about_and_not_handed_on() -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        for seq in (1, 2, 2, 3):
            await stand.event(seq)
        await stand.rest()

    async with played(only) as address, listening(address) as listener:
        assert await listener.until(3) == [1, 2, 3]
    assert listener.complaints == ["seq 2 came after 2"]


async def test_an_event_that_is_not_as_defined_is_complained_about() -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        await stand.event(1, for_ms="soon")
        await stand.say([2, {"type": "of.no.kind"}])
        await stand.event(3)
        await stand.rest()

    def strict_number(event: object) -> dict[str, int]:
        shown = strict_staff(event)
        assert isinstance(shown, staff.TypingShown)
        return {"for_ms": shown.for_ms}

    async with played(only) as address, listening(address, strict_number) as listener:
        assert await listener.until(1) == [3]
    assert len(listener.complaints) == 2


async def test_thirty_two_events_are_acknowledged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadtest.client.ACK_AFTER_S", 3_600.0)
    acknowledged = asyncio.get_running_loop().create_future()

    async def only(stand: Stand) -> None:
        await stand.welcome()
        for seq in range(1, 33):
            await stand.event(seq)
        async with asyncio.timeout(PATIENCE_S):
            acknowledged.set_result((await stand.heard("ack"))["seq"])
        await stand.rest()

    async with played(only) as address, listening(address):
        assert await acknowledged == 32


async def test_fewer_events_are_acknowledged_within_about_a_second() -> None:
    acknowledged = asyncio.get_running_loop().create_future()

    async def only(stand: Stand) -> None:
        await stand.welcome()
        await stand.event(1)
        await stand.event(2)
        async with asyncio.timeout(PATIENCE_S):
            acknowledged.set_result((await stand.heard("ack"))["seq"])
        await stand.rest()

    async with played(only) as address, listening(address):
        assert await acknowledged == 2


async def test_a_server_fallen_silent_is_left_for_a_new_connection() -> None:
    came_back = asyncio.Event()

    async def silent(stand: Stand) -> None:
        await stand.welcome(heartbeat_ms=50)
        await stand.heard("ping")
        await stand.rest()

    async def second(stand: Stand) -> None:
        await stand.welcome(resumed=True)
        came_back.set()
        await stand.rest()

    async with played(silent, second) as address, listening(address):
        async with asyncio.timeout(PATIENCE_S):
            await came_back.wait()


@pytest.mark.parametrize("code", [4401, 4403])
async def test_a_final_close_code_stops_it(code: int) -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        await stand.heard("status.set")
        await stand.connection.close(code)

    async with played(only) as address, listening(address) as listener:
        with pytest.raises(Stopped):
            await listener.client.ask(staff.SetStatus, status="available")
        with pytest.raises(Stopped):
            await listener.client.ask(staff.SetStatus, status="available")
    assert listener.complaints == [f"the server ended the session with {code}"]


async def test_a_refused_command_raises_its_public_code() -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        frame = await stand.heard("offer.accept")
        error = {"type": "error", "id": frame["id"], "code": "offer_expired", "message": "", "detail": {"late_ms": 40}}
        await stand.say(error)
        await stand.rest()

    async with played(only) as address, listening(address) as listener:
        with pytest.raises(CommandRefused) as refusal:
            await listener.client.ask(staff.AcceptOffer, offer_id="o")
    assert (refusal.value.code, refusal.value.detail) == ("offer_expired", {"late_ms": 40})


async def test_a_hello_that_cannot_be_served_now_is_said_again_quietly_and_a_bad_one_loudly() -> None:
    def refusing(code: str) -> Act:
        async def act(stand: Stand) -> None:
            await stand.heard("hello")
            await stand.say({"type": "error", "id": None, "code": code, "message": ""})
            await stand.connection.close(4503)

        return act

    async def third(stand: Stand) -> None:
        await stand.welcome()
        await stand.event(1)
        await stand.rest()

    acts = (refusing("unavailable"), refusing("hello_first"), third)
    async with played(*acts) as address, listening(address) as listener:
        await listener.until(1)
    assert listener.complaints == ["a frame was refused: hello_first"]


async def test_what_is_unavailable_is_asked_again() -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        for kind in ("error", "error", "ok"):
            frame = await stand.heard("status.set")
            await stand.say({"type": kind, "id": frame["id"], "code": "unavailable", "message": ""})
        await stand.rest()

    async with played(only) as address, listening(address) as listener:
        await listener.client.ask(staff.SetStatus, status="available")
        assert listener.client.tries_again == 2


async def test_an_answer_to_nothing_is_complained_about() -> None:
    async def only(stand: Stand) -> None:
        await stand.welcome()
        await stand.say({"type": "ok", "id": 99, "result": None})
        await stand.event(1)
        await stand.rest()

    async with played(only) as address, listening(address) as listener:
        await listener.until(1)
    assert listener.complaints == ["an answer came for command 99 which was never sent"]


async def test_a_message_in_several_frames_arrives_whole() -> None:
    async def only(stand: Stand) -> None:
        await stand.connection.send([b"abc", b"", b"def"])
        await stand.connection.send(b"x" * 300_000)
        await stand.rest()

    heard: list[bytes] = []
    both = asyncio.Event()

    def on_frame(data: bytes) -> None:
        heard.append(data)
        if len(heard) == 2:
            both.set()

    async with played(only) as address:
        socket = await connect(address, "/", codec=MSGPACK, on_frame=on_frame, on_close=lambda _: None)
        async with asyncio.timeout(PATIENCE_S):
            await both.wait()
        socket.close()
    assert heard == [b"abcdef", b"x" * 300_000]


async def test_a_refused_handshake_says_with_what() -> None:
    async with toy_centre() as (_, address):
        with pytest.raises(Refused) as refusal:
            await connect(address, "/ws/nobody", codec=MSGPACK, on_frame=lambda _: None, on_close=lambda _: None)
    assert refusal.value.status == 403
