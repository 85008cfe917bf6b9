"""The talk stream: what nodes tell one another, in the order it was said, on a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from router.store.connection import Connection
from router.store.errors import StoreUnavailable
from router.store.talk import TOGETHER, TalkStream
from tests.patience import PATIENCE_S

KEY = "{main}:talk"


@pytest.fixture
async def calls(store_url: str) -> AsyncIterator[Connection]:
    async with await Connection.open(store_url) as calls:
        yield calls


@pytest.fixture
async def talk(store_url: str, calls: Connection) -> AsyncIterator[TalkStream]:
    async with await Connection.open(store_url) as reads:
        talk = TalkStream(calls, reads, "{main}:")
        await talk.start()
        yield talk


async def heard(talk: TalkStream, count: int) -> list[bytes]:
    sayings: list[bytes] = []
    async with asyncio.timeout(PATIENCE_S):
        async for some in talk.listen():
            sayings += some
            if len(sayings) >= count:
                break
    return sayings


async def test_what_is_said_in_one_turn_is_one_entry_heard_in_the_order_it_was_said(
    talk: TalkStream, calls: Connection
) -> None:
    await asyncio.gather(talk.say([b"1", b"2"]), talk.say([b"3"]), talk.say([b"4"]))
    assert await calls.ask("XLEN", KEY) == 1
    await talk.say([b"5"])
    assert await heard(talk, 5) == [b"1", b"2", b"3", b"4", b"5"]


async def test_a_full_entry_does_not_wait_for_more_and_keeps_the_order(talk: TalkStream, calls: Connection) -> None:
    sayings = [str(number).encode() for number in range(2 * TOGETHER + 1)]
    await asyncio.gather(*(talk.say([saying]) for saying in sayings))
    assert await calls.ask("XLEN", KEY) == 3
    assert await heard(talk, len(sayings)) == sayings


async def test_who_stops_waiting_takes_nothing_back_and_keeps_nobody_waiting(talk: TalkStream) -> None:
    gone, stays = talk.say([b"gone"]), talk.say([b"stays"])
    gone.cancel()
    await stays
    assert await heard(talk, 2) == [b"gone", b"stays"]


async def test_when_the_store_refuses_all_who_spoke_are_told(talk: TalkStream, calls: Connection) -> None:
    await calls.ask("SET", KEY, "no stream")
    told = await asyncio.gather(talk.say([b"1"]), talk.say([b"2"]), return_exceptions=True)
    assert [type(each) for each in told] == [StoreUnavailable, StoreUnavailable]
    await calls.ask("DEL", KEY)
    await talk.say([b"3"])
    assert await heard(talk, 1) == [b"3"]


async def test_who_speaks_over_a_closed_connection_is_told(store_url: str) -> None:
    async with await Connection.open(store_url) as calls, await Connection.open(store_url) as reads:
        talk = TalkStream(calls, reads, "{main}:")
        told = talk.say([b"1"])
    with pytest.raises(StoreUnavailable):
        await told
