"""The wire: what it promises sessions, and what it relies on in uvicorn; real sockets, a client of another library."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import ClassVar

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from router.gateway import wire as wires
from router.gateway.session import Session
from router.gateway.wire import INBOX_FRAMES, Gone, Wire, wire_of
from router.gateway.writing import Writing
from router.protocol.staff import ConversationRated

Serve = Callable[[Wire], Awaitable[None]]
AT_MOST_S = 30.0


@contextlib.asynccontextmanager
async def serving(serve: Serve, kind: type[Wire] = Wire) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """A server whose only socket is given to `serve`."""

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        await serve(wire_of(websocket))

    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[WebSocketRoute("/", endpoint)])
    config = uvicorn.Config(app, ws=kind, ws_per_message_deflate=False, ws_ping_interval=None, lifespan="off",
                            log_config=None, timeout_graceful_shutdown=1)  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="wire server")
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}/", server
    finally:
        server.should_exit = True
        async with asyncio.timeout(AT_MOST_S):
            await task


@contextlib.asynccontextmanager
async def connected(serve: Serve, kind: type[Wire] = Wire) -> AsyncIterator[ClientConnection]:
    async with (
        asyncio.timeout(AT_MOST_S),
        serving(serve, kind) as (url, _),
        connect(url, compression=None, max_size=None) as client,
    ):
        yield client


async def until_gone(wire: Wire) -> int:
    """Read to the end; the close code."""
    with contextlib.suppress(Gone):
        while True:
            await wire.frame()
    return wires.NOT_TAKING


def test_uvicorn_still_has_what_is_overridden() -> None:
    ours = {name for name in vars(Wire) if callable(vars(Wire)[name]) and not name.startswith("_")}
    theirs = {"handle_connect", "send_receive_event_to_app", "shutdown", "pause_writing", "resume_writing"}
    assert theirs | {"connection_lost"} == ours & set(vars(WebSocketsSansIOProtocol))


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 300_000])
async def test_a_message_of_any_length_arrives_whole(length: int) -> None:
    async def serve(wire: Wire) -> None:
        wire.write([b"x" * length])
        wire.write([b"y" * length], text=True)
        await until_gone(wire)

    async with connected(serve) as client:
        assert await client.recv() == b"x" * length
        assert await client.recv() == "y" * length


async def test_messages_keep_their_order_in_both_directions() -> None:
    async def echo(wire: Wire) -> None:
        with contextlib.suppress(Gone):
            while True:
                frame = await wire.frame()
                wire.write([frame.encode() if isinstance(frame, str) else frame], text=isinstance(frame, str))

    said = [str(number) if number % 3 else b"%d" % number for number in range(300)]
    async with connected(echo) as client:
        for message in said:
            await client.send(message)
        assert [await client.recv() for _ in said] == said


async def test_a_message_in_pieces_is_one_and_a_ping_is_answered() -> None:
    came: list[bytes | str] = []

    async def serve(wire: Wire) -> None:
        came.append(await wire.frame())
        wire.write([b"done"])
        await until_gone(wire)

    async with connected(serve) as client:
        await client.send(["one ", "and ", "two"])
        await (await client.ping())
        assert await client.recv() == b"done"
    assert came == ["one and two"]


async def test_text_that_is_no_utf8_ends_the_connection() -> None:
    async def serve(wire: Wire) -> None:
        await until_gone(wire)

    async with connected(serve) as client:
        await client.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1007


async def test_a_client_that_leaves_is_told_to_the_reader_with_its_code() -> None:
    codes: list[int] = []
    over = asyncio.Event()

    async def serve(wire: Wire) -> None:
        try:
            await wire.frame()
        except Gone as gone:
            codes.append(gone.code)
        wire.write([b"to nobody"])
        wire.end(4408)
        over.set()

    async with connected(serve) as client:
        await client.close(4001)
        await over.wait()
    assert codes == [4001]


async def test_what_was_written_comes_before_the_goodbye() -> None:
    async def serve(wire: Wire) -> None:
        wire.write([b"first", b"second"])
        wire.end(4409)
        wire.write([b"too late"])
        assert await until_gone(wire)

    async with connected(serve) as client:
        assert [await client.recv(), await client.recv()] == [b"first", b"second"]
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4409


async def test_a_server_that_stops_says_going_away() -> None:
    async def serve(wire: Wire) -> None:
        await until_gone(wire)

    async with asyncio.timeout(AT_MOST_S), serving(serve) as (url, server), connect(url) as client:
        server.should_exit = True
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == wires.GOING_AWAY


async def test_a_full_inbox_stops_reading_until_it_is_emptied() -> None:
    most = 0
    may_read = asyncio.Event()
    count = 40 * INBOX_FRAMES

    async def serve(wire: Wire) -> None:
        nonlocal most
        await may_read.wait()
        most = len(wire.queue.items)  # type: ignore[attr-defined]
        for number in range(count):
            assert await wire.frame() == b"%d" % number + bytes(20_000)
        wire.write([b"all"])
        await until_gone(wire)

    async with connected(serve) as client:

        async def flood() -> None:
            for number in range(count):
                await client.send(b"%d" % number + bytes(20_000))

        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0.3)
        assert not flooding.done()
        may_read.set()
        assert await client.recv() == b"all"
        await flooding
    assert most <= 2 * INBOX_FRAMES


async def test_a_client_that_takes_nothing_is_cut_off_and_its_reader_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "TAKEN_WITHIN_S", 0.1)
    session = Session("s", "usher.v1.msgpack", keep=100_000, on_lost=lambda: None)
    code: list[int] = []

    async def serve(wire: Wire) -> None:
        wire.close_timeout = 0.1
        writing = Writing(session, wire, text=False)
        writing.begin(session.attach(0, writing.soon))
        for number in range(90_000):
            session.put(ConversationRated(conversation_id="c" * 64, rating=number))
        try:
            await wire.frame()
        except Gone as gone:
            code.append(gone.code)

    async with asyncio.timeout(AT_MOST_S), serving(serve) as (url, _):
        deaf = await connect(url, max_queue=1, compression=None, close_timeout=0.1)
        deaf.transport.pause_reading()
        while not code:
            await asyncio.sleep(0.01)
        assert 0 < session.backlog < 90_000
        deaf.transport.abort()
    assert code == [wires.NOT_TAKING]


class CountedWire(Wire):
    """Notes how many messages each write had."""

    writes: ClassVar[list[int]] = []

    def write(self, frames: Iterable[bytes], *, text: bool = False) -> None:
        whole = list(frames)
        self.writes.append(len(whole))
        super().write(whole, text=text)


async def test_events_of_one_turn_leave_in_one_write_and_none_before_the_welcome() -> None:
    session = Session("s", "usher.v1.msgpack", keep=100, on_lost=lambda: None)

    async def serve(wire: Wire) -> None:
        writing = Writing(session, wire, text=False)
        number = session.attach(0, writing.soon)
        session.put(ConversationRated(conversation_id="c", rating=1))
        await asyncio.sleep(0.01)
        wire.write([b"welcome"])
        writing.begin(number)
        for rating in (2, 3, 4):
            session.put(ConversationRated(conversation_id="c", rating=rating))
        await until_gone(wire)

    async with connected(serve, CountedWire) as client:
        assert await client.recv() == b"welcome"
        assert [msgspec.msgpack.decode(await client.recv(decode=False))[0] for _ in range(4)] == [1, 2, 3, 4]
    assert CountedWire.writes == [1, 4]
