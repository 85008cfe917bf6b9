"""Bad input through every door of the sockets: refused with a public code or kept unchanged; the server serves on.

No test here may make the server log an error: what clients send is never our fault.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgpack
import pytest
import pytest_asyncio
import structlog

from router.protocol.errors import CODES
from tests.gateway import corpora
from tests.gateway.centre import Room
from tests.gateway.wire import Refused, Tab

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHARES = 8
"""Customers who send the texts beside one another, so that their commits share a flush."""
INTERNALS = ("Traceback", "asyncpg", "msgspec", "Lua", "FCALL", ".py", "site-packages", "psql", "SELECT ", "INSERT ")


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def nothing_is_our_fault(room: Room) -> AsyncIterator[None]:
    with structlog.testing.capture_logs() as lines:
        yield
        await still_serves(room)
    assert [line for line in lines if line["log_level"] in ("error", "critical")] == []


async def still_serves(room: Room) -> None:
    sue = await room.tab(room.sue)
    await sue.ask("status.set", status="busy")
    await sue.ask("status.set", status="available")


def public(error: dict[str, Any]) -> None:
    assert error["code"] in CODES
    assert not [word for word in INTERNALS if word in json.dumps(error)]


# ---------------------------------------------------------------- frames


MAP = {"type": "message.send", "id": 5, "conversation_id": "con_1", "client_id": "c", "text": "t"}


def shapes() -> Iterator[Any]:
    """Well-formed values that are no messages, or not as defined."""
    yield from (None, True, 0, -1, 1.5, "ping", [], {}, [1, {"type": "ping"}], {"type": None}, {"type": "hello!"})
    yield from ({"type": "ping\0"}, {"type": ["ping"]}, {"id": 1}, {"type": "ok", "id": 1}, {"type": "pong"})
    yield from ({"type": "hello", "device_id": "again"}, {"type": "ack"}, {"type": "ack", "seq": -1})
    yield from ({"type": "ack", "seq": "1"}, {"type": "ack", "seq": 2**63 - 1}, {"type": "ack", "seq": 1.0})
    for field, wrong in itertools.product(MAP, (None, 7, -7, 2**63 - 1, 2.5, True, [], {}, ["a"], {"a": "b"})):
        if not (field == "id" and wrong == 7):
            yield MAP | {field: wrong}
    yield {"type": "ping", "more": list(range(10_000))}
    yield MAP | {"text": "t" * 10_001}
    yield MAP | {"conversation_id": "c" * 65}


def malformed_json() -> Iterator[str]:
    yield from ("", " ", "{", "}", '{"type":"ping"', "nul", '{"type":"ack","seq":NaN}', '{"type":"ack","seq":Infinity}')
    yield from ('{"type":"ping"}{}', '{"type":"ack","seq":1e400}', '{"type":"ack","seq":01}', "[" * 60_000)
    yield from ('{"a":' * 10_000, '{"type":"typing","conversation_id":"\\ud800"}', '{"type":"typing"' + "," * 99)
    yield '{"type":"ping","type":"ack","seq":' + "9" * 5_000 + "}"
    yield '{"type":"read","conversation_id":"con_1","n":' + "9" * 400 + "}"


def malformed_msgpack() -> Iterator[bytes]:
    yield from (b"", b"\xc1", b"\x81", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff")
    yield from (b"\x91" * 60_000, b"\x81\xa1a" * 10_000, b"\xd9\x04type", b"\xc7\x0c\xff" + b"\xff" * 12)
    yield b"\x81\xa4type\xa2\xff\xfe"
    yield b"\x82\xa4type\xa3ack\xa3seq\xcf" + b"\xff" * 8
    yield b"\x82\xa4type\xa3ack\xa3seq\xcb\x7f\xf8" + b"\0" * 6
    yield b"\xdc\xff\xff" + b"\xc0" * 65_000


async def seat_of(room: Room, kind: str, subprotocol: str) -> Any:
    if kind == "staff":
        return await room.centre.staff_seat(room.anna, subprotocol=subprotocol)
    return room.centre.customer_seat((await room.visitor()).token, subprotocol=subprotocol)


async def throw(room: Room, kind: str, subprotocol: str, frames: Iterable[bytes | str]) -> None:
    """Each frame is followed by a ping: an error with a public code, silence or a close code of ours may come first."""
    seat = await seat_of(room, kind, subprotocol)
    tab = await room.centre.open(seat)
    thrown = 0
    for frame in frames:
        if tab.close_code is not None or thrown % 20 == 19:
            await tab.close()
            tab = await room.centre.open(seat)
        thrown += 1
        await tab.send_raw(frame)
        await tab.say({"type": "ping"})
        await tab.answered_or_closed("pong")
        for answer in tab.other:
            if answer["type"] == "error":
                public(answer)
        assert tab.close_code in (None, 1007, 1009, 4400), (frame[:80], tab.close_code)
        tab.other.clear()
    assert thrown


@pytest.mark.parametrize("kind", ["staff", "customer"])
async def test_frames_that_are_no_messages_in_msgpack(room: Room, kind: str) -> None:
    good_json = [json.dumps(MAP), '{"type":"ping"}']
    frames = [*malformed_msgpack(), *map(msgpack.packb, shapes()), *good_json]
    await throw(room, kind, "usher.v1.msgpack", frames)


@pytest.mark.parametrize("kind", ["staff", "customer"])
async def test_frames_that_are_no_messages_in_json(room: Room, kind: str) -> None:
    binary = [msgpack.packb(MAP), b'{"type":"ping"}']
    await throw(room, kind, "usher.v1.json", [*malformed_json(), *map(json.dumps, shapes()), *binary])


async def test_a_command_with_a_value_that_cannot_be_used_is_answered_by_its_id(room: Room) -> None:
    anna = await room.tab(room.anna)
    for wrong in ({"text": 7}, {"client_id": "a\n"}, {"client_id": ""}, {"conversation_id": "c d"}):
        answer = await anna.answer(MAP | wrong)
        assert (answer["id"], answer["code"]) == (5, "bad_value")
    missing = {name: fact for name, fact in MAP.items() if name != "text"}
    assert (await anna.answer(missing))["code"] == "bad_value"


@pytest.mark.parametrize("kind", ["staff", "customer"])
async def test_the_json_test_suite_as_frames_and_inside_a_field(room: Room, kind: str) -> None:
    documents = [document for document in corpora.json_documents() if len(document) < 60_000]
    assert len(documents) > 200
    texts = [text for document in documents if (text := _text(document)) is not None]
    inside = [f'{{"type":"read","conversation_id":"con_1","n":{text}}}' for text in texts]
    await throw(room, kind, "usher.v1.json", [*texts, *inside])


def _text(document: bytes) -> str | None:
    try:
        return document.decode()
    except UnicodeDecodeError:
        return None


async def test_text_frames_that_are_not_utf8_end_the_connection(room: Room) -> None:
    for document in [b"\xff", b'{"type":"ping"}\xc3', b"\xed\xa0\x80"]:
        tab = await room.tab(room.anna, subprotocol="usher.v1.json")
        await tab.socket.send(document, text=True)
        assert await tab.closed() == 1007


@pytest.mark.parametrize("kind", ["staff", "customer"])
async def test_the_msgpack_test_suite_as_frames_and_inside_a_field(room: Room, kind: str) -> None:
    documents = corpora.msgpack_documents()
    assert len(documents) > 100
    head = b"\x83\xa4type\xa4read\xafconversation_id\xa5con_1\xa1n"
    await throw(room, kind, "usher.v1.msgpack", [*documents, *(head + document for document in documents)])


# ---------------------------------------------------------------- hello


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "ping"},
        {"type": "hello"},
        {"type": "hello", "device_id": ""},
        {"type": "hello", "device_id": "a\0b"},
        {"type": "hello", "device_id": "a" * 65},
        {"type": "hello", "device_id": "a", "last_seq": -1},
        {"type": "hello", "device_id": "a", "last_seq": 2**70},
        {"type": "hello", "device_id": "ä"},
        MAP,
        [],
    ],
)
async def test_a_first_frame_that_is_no_hello_is_refused(room: Room, hello: Any) -> None:
    tab = await silent_tab(room)
    await tab.say(hello)
    public(await tab.heard("error"))
    assert await tab.closed() == 4400


async def silent_tab(room: Room) -> Tab:
    from tests.gateway.wire import dial

    seat = await room.centre.staff_seat(room.anna, subprotocol="usher.v1.json")
    tab = Tab(seat, await dial(seat))
    tab.listen()
    return tab


async def test_a_forged_session_and_forged_tokens_are_refused(room: Room) -> None:
    for token in ("", "x", "\0", "a" * 10_000, "é" * 50, "' OR 1=1 --"):
        tab = await room.centre.open(room.centre.customer_seat(token))
        assert (await tab.heard("error"))["code"] == "not_signed_in"
        assert await tab.closed() == 4401
    anna = await room.tab(room.anna, subprotocol="usher.v1.json")
    for session_id in ("x", "\0", "a" * 10_000, anna.session_id[:-1]):
        seat = await room.centre.staff_seat(room.ben, subprotocol="usher.v1.json")
        tab = await room.centre.open(replace(seat, hello={**seat.hello, "session_id": session_id}))
        assert not tab.resumed


async def test_an_expired_sign_in_is_refused(room: Room) -> None:
    seat = await room.centre.staff_seat(room.anna)
    cookie = await room.centre.cookie(room.anna, lasts_ms=-1)
    tab = await room.centre.open(replace(seat, headers={"cookie": f"usher_session={cookie}"}))
    assert await tab.closed() == 4401


# ---------------------------------------------------------------- texts


def texts(every: int = 1) -> list[str]:
    """Odd ones of ours, and each so manieth of the collections."""
    ours = ["\ufeff", "a\u202eb", "👩\u200d👩\u200d👧", "\u0000", "\ud83d"]
    return [*ours, *[*corpora.naughty_strings(), *corpora.payloads()][::every]]


async def say_or_refuse(tab: Tab, kind: str, /, **facts: Any) -> Any:
    """The result, or the public code."""
    try:
        return await tab.ask(kind, **facts)
    except Refused as refusal:
        public(refusal.error)
        return refusal.code


async def test_messages_and_notes_come_out_as_they_went_in(room: Room) -> None:
    anna, customer = await room.tab(room.anna, subprotocol="usher.v1.json"), await room.customer()
    conversation_id, _ = await room.talking(anna, customer)
    here = {"conversation_id": conversation_id}
    kept: dict[int, tuple[str, str]] = {}
    sayings = (anna, "message.send"), (anna, "note.add"), (customer, "message.send")
    for number, text in enumerate(texts(2)):
        facts = here | {"text": text}
        results = await asyncio.gather(
            *(say_or_refuse(tab, kind, client_id=f"{kind[0]}{number}", **facts) for tab, kind in sayings)
        )
        for (_, kind), result in zip(sayings, results, strict=True):
            if isinstance(result, dict):
                kept[result["n"]] = ("note" if kind == "note.add" else "text", text)
            else:
                assert result in ("bad_text", "text_empty"), (text, result)
    assert len(kept) > 750
    stored: dict[int, tuple[str, str]] = {}
    before = max(kept) + 1
    while before > 3:
        page = await anna.ask("messages.fetch", **here, before_n=before, limit=100)
        stored |= {message["n"]: (message["kind"], message["text"]) for message in page["messages"]}
        before = page["messages"][0]["n"]
    assert {n: stored[n] for n in kept} == kept
    for tab in (anna, customer):
        told = {e["message"]["n"]: e["message"]["text"] for e in tab.events if e["type"] == "message.created"}
        assert {n: text for n, text in told.items() if n in kept} == {
            n: text for n, (kind, text) in kept.items() if kind == "text" or tab is anna
        }


async def test_what_a_customer_says_of_themselves_comes_out_unchanged_or_is_refused(room: Room) -> None:
    shares = [texts(2)[share::SHARES] for share in range(SHARES)]
    customers = [await room.customer() for _ in shares]
    await asyncio.gather(*(say_of_oneself(*both) for both in zip(customers, shares, strict=True)))


async def say_of_oneself(customer: Tab, share: list[str]) -> None:
    name = ""
    for text in share:
        facts = {"name": text, "page_url": text, "language": text, "department": text}
        result = await say_or_refuse(
            customer, "conversation.start", client_id=f"c{secrets.token_hex(6)}", text=text, **facts
        )
        if isinstance(result, str):
            assert result in ("bad_text", "bad_value", "text_too_long", "text_empty"), (text, result)
            continue
        name = text.strip() or name
        shown = (await customer.ask("conversations.list"))["conversations"][0]
        assert shown["messages"][0]["text"] == text
        assert shown["page_url"] == text[:2_000]
        assert shown["messages"][0]["author_name"] == name
        assert (shown["language"], shown["department"]) == ("en", "")
        await customer.ask("conversation.rate", conversation_id=result["conversation_id"], stars=1, comment=text)
        await customer.ask("conversation.end", conversation_id=result["conversation_id"])


async def test_addresses_are_addresses_or_refused(room: Room) -> None:
    customer = await room.customer()
    before = ""
    for text in texts():
        facts = {"client_id": f"c{secrets.token_hex(6)}", "text": "Hello", "email": text}
        result = await say_or_refuse(customer, "conversation.start", **facts)
        if isinstance(result, str):
            assert result in ("bad_value", "bad_text", "text_too_long"), (text, result)
            continue
        before = text.strip() or before
        await customer.ask("conversation.end", conversation_id=result["conversation_id"])
        fresh = await room.centre.open(customer.seat)
        assert fresh.state["customer"]["email"] == before
        await fresh.close()


async def test_names_of_things_are_known_or_refused(room: Room) -> None:
    anna, customer = await room.tab(room.anna, subprotocol="usher.v1.json"), await room.customer()
    conversation_id, work_item_id = await room.talking(anna, customer)
    sue = await room.tab(room.sue, subprotocol="usher.v1.json")
    item, here = {"work_item_id": work_item_id}, {"conversation_id": conversation_id}
    for text in texts(3):
        asked: list[tuple[Tab, str, dict[str, Any]]] = [
            (anna, "status.set", {"status": text}),
            (anna, "offer.accept", {"offer_id": text}),
            (anna, "offer.decline", {"offer_id": f"{work_item_id}:9", "reason": text}),
            (anna, "item.wrap_up", {"work_item_id": text}),
            (anna, "item.complete", item | {"disposition": text}),
            (anna, "item.transfer_to_queue", item | {"queue": text, "note": text}),
            (anna, "item.transfer_to_agent", item | {"agent_id": text, "note": text}),
            (anna, "message.send", {"conversation_id": text, "client_id": "c", "text": "t"}),
            (anna, "message.send", here | {"client_id": text, "text": " "}),
            (anna, "messages.fetch", {"conversation_id": text, "before_n": 1}),
            (anna, "conversations.past", {"customer_id": text}),
            (anna, "conversation.fetch", {"conversation_id": text}),
            (sue, "agent.set_status", {"agent_id": text, "status": text}),
            (customer, "message.send", {"conversation_id": text, "client_id": "c", "text": "t"}),
            (customer, "conversation.end", {"conversation_id": text}),
            (customer, "conversation.rate", {"conversation_id": text, "stars": 3}),
            (customer, "messages.fetch", {"conversation_id": text, "before_n": 1}),
        ]
        results = await asyncio.gather(*(say_or_refuse(tab, kind, **facts) for tab, kind, facts in asked))
        assert all(isinstance(result, str) for result in results), (text, results)
    for text in texts(3):
        facts = {"agent_id": room.ben, "note": text}
        assert await say_or_refuse(anna, "item.transfer_to_agent", **item, **facts) in (
            ("agent_unavailable", "bad_text")
        )
    assert len(anna.state["assignments"]) == 1
