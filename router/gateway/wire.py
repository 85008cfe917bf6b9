"""The wire under a session: uvicorn's sans-I/O WebSocket protocol, with frames past ASGI once a socket is accepted.

ASGI carries each frame in a dictionary through six layers and stops reading after each. Here frames that leave in one
turn of the loop are one write, and those that come wait in a bounded inbox. Handshake, parsing, pings and the closing
handshake stay uvicorn's. What this relies on is held by tests/gateway/test_wire.py; the version is pinned by the lock.
See docs/decisions/wire.md.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from struct import Struct
from typing import Any

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "usher.wire"
INBOX_FRAMES = 32
INBOX_LENGTH = 65_536
"""Above either, nothing more is read from the socket until some of it was taken out."""
TAKEN_WITHIN_S = 20.0
"""A client that takes nothing for so long although much is ready for it is cut off."""
GOING_AWAY = 1001
NOT_TAKING = 4408

BINARY, TEXT = 0x82, 0x81
"""First byte of a whole message."""
SHORT, MEDIUM = 126, 65_536
"""RFC 6455 5.2: lengths below these take no, two more bytes; longer ones eight."""
_medium, _long = Struct("!BBH").pack, Struct("!BBQ").pack


class Gone(Exception):
    """The connection has ended or is ending, with this close code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"closed with {code}")


class _Inbox:
    """What has come, in order: frames as they are, ASGI's connect and disconnect as its dictionaries; one taker."""

    __slots__ = ("_came", "items")

    def __init__(self) -> None:
        self.items: deque[Any] = deque()
        self._came: asyncio.Future[None] | None = None

    def put_nowait(self, item: Any) -> None:
        self.items.append(item)
        if self._came is not None and not self._came.done():
            self._came.set_result(None)

    async def get(self) -> Any:
        while not self.items:
            self._came = asyncio.get_running_loop().create_future()
            try:
                await self._came
            finally:
                self._came = None
        return self.items.popleft()

    def empty(self) -> bool:
        return not self.items


class Wire(WebSocketsSansIOProtocol):
    """One connection; after `accept`, frames go by `frame` and `write`, and `end` closes it.

    on_room: called when the client has taken what it was sent, and when the connection is lost.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = _Inbox()  # type: ignore[assignment]  # uvicorn uses these three methods of asyncio.Queue only
        self.on_room: Callable[[], None] | None = None
        self.has_room = True
        """Whether more should be sent now; else on_room is called later."""
        self._inbox_length = 0
        self._cut_off: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------ coming in

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:  # the application has not run yet: its task begins with the next turn
            self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]

    def send_receive_event_to_app(self) -> None:
        """A whole message has come."""
        frame: bytes | str = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "text":
            try:
                frame = bytes(frame).decode()  # type: ignore[arg-type]  # bytes until here
            except UnicodeDecodeError:
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
        self.queue.put_nowait(frame)  # type: ignore[arg-type]
        self._inbox_length += len(frame)
        if not self.read_paused and self._inbox_is_full():
            self.read_paused = True
            self.transport.pause_reading()

    def _inbox_is_full(self) -> bool:
        return self._inbox_length > INBOX_LENGTH or len(self.queue.items) > INBOX_FRAMES  # type: ignore[attr-defined]

    async def frame(self) -> bytes | str:
        """The next message, bytes of a binary one, str of a text. Raises Gone."""
        item: Any = await self.queue.get()
        if isinstance(item, dict):
            raise Gone(item.get("code") or 1006)
        self._inbox_length -= len(item)
        if self.read_paused and not self._inbox_is_full() and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()
        frame: bytes | str = item
        return frame

    # ------------------------------------------------------------ going out

    @property
    def gone(self) -> bool:
        """Whether nothing more can be sent."""
        return self.disconnected or self.close_sent or self.transport.is_closing()

    def write(self, frames: Iterable[bytes], *, text: bool = False) -> None:
        """Send whole messages, in one write; nothing on a connection that is gone: its reader is told."""
        if self.gone:
            return
        first = TEXT if text else BINARY
        parts: list[bytes] = []
        for frame in frames:
            parts += _head(first, len(frame)), frame
        self.transport.write(b"".join(parts))

    def end(self, code: int) -> None:
        """Say goodbye after what was sent; the connection is cut when the client does not answer in time."""
        if self.gone:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def shutdown(self) -> None:
        """The server stops: going away, come back (uvicorn would say 1012)."""
        if self.handshake_complete and not self.gone:
            self.end(GOING_AWAY)
            self.transport.close()
        else:
            super().shutdown()

    # ------------------------------------------------------------ back-pressure

    def pause_writing(self) -> None:
        super().pause_writing()
        self.has_room = False
        self._cut_off = self.loop.call_later(TAKEN_WITHIN_S, self.end, NOT_TAKING)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.has_room = True
        self._room()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._room()
        self.on_room = None  # lets go of the session's side without the garbage collector

    def _room(self) -> None:
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None
        if self.on_room is not None:
            self.on_room()


def wire_of(websocket: WebSocket) -> Wire:
    """The wire under an ASGI socket of a server that runs with `ws=Wire`."""
    wire = websocket.scope["extensions"][EXTENSION]
    assert isinstance(wire, Wire)
    return wire


def _head(first: int, length: int) -> bytes:
    """What precedes a message (RFC 6455 5.2), unmasked as a server's are."""
    if length < SHORT:
        return bytes((first, length))
    if length < MEDIUM:
        return _medium(first, SHORT, length)
    return _long(first, SHORT + 1, length)
