"""A server that plays a script: one coroutine for each connection, in the order in which they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import msgpack
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from loadtest.address import Address
from loadtest.client import Client, Endpoint
from tests.patience import PATIENCE_S

Act = Callable[["Stand"], Awaitable[None]]


class Stand:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection

    async def heard(self, kind: str) -> dict[str, Any]:
        """The next frame of this type; others before it are passed over."""
        while True:
            frame: dict[str, Any] = msgpack.unpackb(await self.connection.recv())
            if frame["type"] == kind:
                return frame

    async def say(self, frame: object) -> None:
        await self.connection.send(msgpack.packb(frame))

    async def welcome(
        self, *, session: str = "s1", resumed: bool = False, heartbeat_ms: int = 60_000
    ) -> dict[str, Any]:
        hello = await self.heard("hello")
        await self.say(
            {
                "type": "welcome",
                "session_id": session,
                "resumed": resumed,
                "server_time": 0,
                "heartbeat_ms": heartbeat_ms,
            }
        )
        return hello

    async def event(self, seq: int, **facts: Any) -> None:
        await self.say(
            [seq, {"type": "typing.shown", "conversation_id": "c", "author_name": "", "for_ms": seq, **facts}]
        )

    def drop(self) -> None:
        self.connection.transport.abort()

    async def rest(self) -> None:
        await self.connection.wait_closed()


@asynccontextmanager
async def played(*acts: Act) -> AsyncIterator[Address]:
    """Serve the acts, one a connection. A failed act fails the test when the block ends."""
    coming = iter(acts)
    failures: list[BaseException] = []

    async def stage(connection: ServerConnection) -> None:
        try:
            await next(coming)(Stand(connection))
        except ConnectionClosed:
            return
        except BaseException as failure:
            failures.append(failure)
            raise

    async with serve(
        stage, "127.0.0.1", 0, compression=None, subprotocols=[Subprotocol("usher.v1.msgpack")], close_timeout=1
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Address(host="127.0.0.1", port=port, secure=False)
    if failures:
        raise failures[0]


class Listener:
    """A client with what it heard; numbers are the `for_ms` of events."""

    def __init__(self, address: Address, read: Callable[[Any], Any] = lambda event: event) -> None:
        self.numbers: list[int] = []
        self.complaints: list[str] = []
        self.line: list[str] = []
        self._moved = asyncio.Event()
        self.client: Client[Any] = Client(
            Endpoint(address=address, path="/ws/agent", device_id="d"),
            read=read,
            on_event=self._on_event,
            complain=self.complaints.append,
            chance=Random(1),
            on_line=self.line.append,
        )

    def _on_event(self, event: Any) -> None:
        self.numbers.append(event["for_ms"])
        self._moved.set()

    async def until(self, count: int) -> list[int]:
        """What was heard, once it is `count` events."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.numbers) < count:
                self._moved.clear()
                await self._moved.wait()
        return self.numbers


@asynccontextmanager
async def listening(address: Address, read: Callable[[Any], Any] = lambda event: event) -> AsyncIterator[Listener]:
    listener = Listener(address, read)
    await listener.client.start()
    try:
        yield listener
    finally:
        await listener.client.close()
