"""One WebSocket of a simulated person: the sans-I/O half of `websockets` under an asyncio protocol.

Frames arrive by callback in the same loop step as their bytes, with no task, queue or timer for each socket, so that
one process holds thousands and an arrival is timed when it is read. Compression is never offered.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import OPEN
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from loadtest.address import Address
from loadtest.codec import Codec

MAX_FRAME_BYTES = 4 * 2**20
HANDSHAKE_S = 20.0
ABNORMAL = 1006

OnFrame = Callable[[bytes], None]
OnClose = Callable[[int], None]


class Refused(Exception):
    """The server answered the handshake with something else than 101."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"the handshake was answered with {status}")


class Socket(asyncio.Protocol):
    """on_frame gets each whole message's bytes; on_close gets the close code, once, after an open."""

    __slots__ = ("_on_close", "_on_frame", "_opened", "_parts", "_text", "_transport", "_websocket")

    def __init__(
        self, websocket: ClientProtocol, cookie: str, codec: Codec, on_frame: OnFrame, on_close: OnClose
    ) -> None:
        self._websocket = websocket
        self._on_frame, self._on_close = on_frame, on_close
        self._text = codec.text
        self._parts: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()
        request = websocket.connect()
        if cookie:
            request.headers["Cookie"] = cookie
        websocket.send_request(request)

    async def opened(self) -> None:
        """Wait for the end of the handshake. Raises Refused, OSError."""
        assert self._opened is not None
        await self._opened
        self._opened = None

    def send(self, frame: bytes) -> None:
        """Send one message; silently nothing on a socket that is closing: on_close follows."""
        if self._websocket.state is not OPEN:
            return
        if self._text:
            self._websocket.send_text(frame)
        else:
            self._websocket.send_binary(frame)
        self._flush()

    def close(self) -> None:
        """Say goodbye; the server's answer or the end of the connection leads to on_close."""
        if self._websocket.state is OPEN:
            self._websocket.send_close(1000)
            self._flush()

    def cut(self) -> None:
        """Drop the connection as a lost network does: no goodbye."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but ancestry
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Response):
                self._answered()
        self._flush()

    def eof_received(self) -> None:
        self._websocket.receive_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._websocket.receive_eof()
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(exc or ConnectionResetError("the connection ended in the handshake"))
        elif self._websocket.handshake_exc is None:
            closed = self._websocket.close_rcvd
            self._on_close(closed.code if closed else ABNORMAL)

    def _frame(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.BINARY, Opcode.TEXT) and frame.fin:
            self._on_frame(bytes(frame.data))
        elif frame.opcode < 0x8:
            self._parts.append(bytes(frame.data))
            if frame.fin:
                whole, self._parts = b"".join(self._parts), []
                self._on_frame(whole)

    def _answered(self) -> None:
        assert self._opened is not None
        if self._opened.done():
            return
        failure = self._websocket.handshake_exc
        if failure is None:
            self._opened.set_result(None)
        elif isinstance(failure, InvalidStatus):
            self._opened.set_exception(Refused(failure.response.status_code))
        else:
            self._opened.set_exception(failure)

    def _flush(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        for data in self._websocket.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()


async def connect(
    address: Address,
    path: str,
    *,
    codec: Codec,
    on_frame: OnFrame,
    on_close: OnClose,
    origin: str = "",
    cookie: str = "",
) -> Socket:
    """Open a socket. cookie: the whole header value. Raises OSError, TimeoutError, Refused, InvalidHandshake."""
    websocket = ClientProtocol(
        parse_uri(address.socket_url(path)),
        origin=Origin(origin or address.origin),
        subprotocols=[Subprotocol(codec.subprotocol)],
        max_size=MAX_FRAME_BYTES,
    )
    tls = ssl.create_default_context() if address.secure else None
    async with asyncio.timeout(HANDSHAKE_S):
        _, socket = await asyncio.get_running_loop().create_connection(
            lambda: Socket(websocket, cookie, codec, on_frame, on_close), address.host, address.port, ssl=tls
        )
        try:
            await socket.opened()
        except BaseException:
            socket.cut()
            raise
    return socket
