"""The session without I/O: numbers without gaps, nothing lost or twice over cuts, everything bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.gateway.session import CALM_BYTES, REPLIES_KEPT, Session
from router.protocol.base import ServerEvent
from router.protocol.errors import Unavailable
from router.protocol.frames import Ok
from router.protocol.staff import ConversationRated, Messages
from tests.engine.messages import message

KEEP = 20


def event(number: int) -> ServerEvent:
    return ConversationRated(conversation_id="c", rating=number)


def new_session(keep: int = KEEP) -> Session:
    return Session("s", "usher.v1.json", keep=keep, on_lost=lambda: None)


def decoded(frames: list[bytes]) -> list[tuple[int, int]]:
    """(seq, rating) of the events among these frames."""
    plain = [msgspec.json.decode(frame) for frame in frames]
    return [(frame[0], frame[1]["rating"]) for frame in plain if isinstance(frame, list)]


@dataclass
class Client:
    """What a client has: everything it was sent, and how far it got."""

    seen: list[tuple[int, int]] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        return self.seen[-1][0] if self.seen else 0


STEPS = st.lists(st.sampled_from(["put", "later", "load", "take", "take", "lose", "ack", "cut"]), max_size=80)


@given(STEPS)
@settings(max_examples=150)
def test_a_client_sees_every_event_once_and_in_order_whatever_is_cut(steps: list[str]) -> None:
    asyncio.run(_history(steps))


async def _history(steps: list[str]) -> None:
    session, client = new_session(keep=1_000), Client()
    session.attach(0)
    loads: list[asyncio.Future[ServerEvent]] = []
    put = 0
    for step in steps:
        match step:
            case "put":
                put += 1
                session.put(event(put))
            case "later":
                put += 1
                session.put_later(_load(put, loads))
                await asyncio.sleep(0)
            case "load" if loads:
                loads.pop(0).set_result(event(0))
                await asyncio.sleep(0.001)
            case "take":
                client.seen += decoded(session.take(3))
            case "lose":
                session.take(2)  # on the wire when the connection breaks
                assert session.can_resume(client.last_seq)
                session.attach(client.last_seq)
            case "ack":
                session.ack(client.last_seq)
            case "cut":
                session.attach(client.last_seq)
    for load in loads:
        load.set_result(event(0))
    await asyncio.sleep(0.001)
    while frames := session.take():
        client.seen += decoded(frames)
    assert client.seen == [(number, number) for number in range(1, put + 1)]


async def _load(number: int, loads: list[asyncio.Future[ServerEvent]]) -> ServerEvent:
    loads.append(asyncio.get_running_loop().create_future())
    await loads[-1]
    return event(number)


@given(st.lists(st.integers(-3, 40), max_size=30))
def test_no_ack_and_no_resume_point_can_confuse_it(numbers: list[int]) -> None:
    session = new_session()
    session.attach(0)
    acked = sent = 0
    for number in numbers:
        session.put(event(1))
        sent += len(decoded(session.take()))
        session.ack(number)
        if number <= sent:
            acked = max(acked, number)
        assert session.lost or session.can_resume(sent)
        assert session.lost or session.can_resume(acked)
        assert not session.can_resume(acked - 1)
        assert not session.can_resume(sent + 1)


def test_a_client_that_acknowledges_nothing_loses_its_session() -> None:
    lost: list[bool] = []
    session = Session("s", "usher.v1.msgpack", keep=KEEP, on_lost=lambda: lost.append(True))
    for number in range(KEEP):
        session.put(event(number))
    assert not session.lost
    session.put(event(0))
    session.put(event(0))
    assert (session.lost, session.close_code, lost) == (True, 4408, [True])
    assert session.take() == []
    assert not session.can_resume(0)


async def test_an_event_that_cannot_be_loaded_ends_the_session() -> None:
    for error in (Unavailable("unavailable"), TimeoutError(), ValueError("a fault of ours")):
        session = new_session()
        session.put_later(_failing(error))
        session.put(event(1))
        await asyncio.sleep(0.01)
        assert (session.lost, session.close_code) == (True, 4503)


def _failing(error: Exception) -> Awaitable[ServerEvent]:
    async def load() -> ServerEvent:
        raise error

    return load()


def test_a_repeated_command_gets_the_answer_it_got() -> None:
    session = new_session()
    session.reply(7, Ok(id=7))
    assert session.repeat(7)
    assert not session.repeat(8)
    frames = session.take()
    assert frames[0] == frames[1]


def test_only_so_many_answers_are_remembered_and_no_long_ones() -> None:
    session = new_session(keep=1_000)
    page = Messages(messages=[message(text="a" * 5_000)], more=False)
    for number in range(1, REPLIES_KEPT + 2):
        session.reply(number, Ok(id=number))
    session.reply(1_000, Ok(id=1_000, result=page))
    assert not session.repeat(1)
    assert session.repeat(2)
    assert not session.repeat(1_000)


def test_it_is_calm_only_while_few_bytes_wait() -> None:
    session = new_session()
    page = Messages(messages=[message(text="a" * CALM_BYTES)], more=False)
    assert session.calm.is_set()
    session.reply(1, Ok(id=1, result=page))
    assert not session.calm.is_set()
    session.take()
    assert session.calm.is_set()


@pytest.mark.parametrize("leave", ["end", "attach"])
def test_a_reader_that_waits_for_calm_is_let_go_when_the_connection_ends(leave: str) -> None:
    session = new_session()
    session.reply(1, Ok(id=1, result=Messages(messages=[message(text="a" * CALM_BYTES)], more=False)))
    if leave == "end":
        session.end(4408)
    else:
        session.attach(0)
    assert session.calm.is_set()
