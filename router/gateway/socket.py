"""The driver of a session: one WebSocket connection, from hello to close; the same for staff and customers.

Frames are read and commands carried out one after another, so a client's sends keep their order. A command that
is refused is answered with its public code; anything else that goes wrong is logged once under a reference, and
answered `unavailable`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from router.engine.limits import Bucket
from router.gateway.sessions import Held, MakeActor, Sessions
from router.protocol.base import Ack, Command, Error, Hello, Ping, Pong, Signal, Welcome
from router.protocol.errors import CODES, BadRequest, UsherError
from router.protocol.frames import SUBPROTOCOLS, Ok, Subprotocol, control

log = structlog.get_logger()

UNREADABLE_ALLOWED = 20
"""Frames of one connection that may be nonsense before it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    frame_bytes: int
    frames_per_s: float
    frames_burst: float
    heartbeat_ms: int
    hello_s: float = 10.0
    command_s: float = 15.0
    send_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What makes an endpoint: how its frames are read and who is let in.

    admit: raises UsherError to refuse; returns the owner (see Actor.owner) and how to make the actor.
    """

    msgpack: msgspec.msgpack.Decoder[Any]
    json: msgspec.json.Decoder[Any]
    admit: Callable[[WebSocket, Hello], Awaitable[tuple[str, MakeActor]]]


class Refused(Exception):
    """The connection is closed with this code."""

    def __init__(self, close_code: int) -> None:
        self.close_code = close_code
        super().__init__(f"closed with {close_code}")


class Connection:
    """One accepted socket of an endpoint."""

    def __init__(self, websocket: WebSocket, endpoint: Endpoint, sessions: Sessions, limits: Limits) -> None:
        self._websocket, self._endpoint, self._sessions, self._limits = websocket, endpoint, sessions, limits
        offered = websocket.scope.get("subprotocols", [])
        self._subprotocol: Subprotocol = next((name for name in SUBPROTOCOLS if name in offered), "usher.v1.json")
        self._accepted_subprotocol = self._subprotocol if self._subprotocol in offered else None
        self._bucket = Bucket(limits.frames_per_s, limits.frames_burst, time.monotonic())
        self._unreadable = 0
        self._left = False

    async def run(self) -> None:
        """Serve until either side closes."""
        await self._websocket.accept(self._accepted_subprotocol)
        try:
            held, last_seq = await self._greet()
        except Refused as refused:
            await self._close(refused.close_code)
            return
        except WebSocketDisconnect:
            return
        number = held.session.attach(last_seq)
        writer = asyncio.create_task(self._write(held, number), name="session writer")
        close_code = 1011
        try:
            await held.actor.online()
            close_code = await self._read(held)
        except Refused as refused:
            close_code = refused.close_code
        except WebSocketDisconnect as gone:
            self._left = gone.code in {1000, 1001}
        except UsherError:
            close_code = 4503
        finally:
            writer.cancel()
            if held.session.connection == number:
                self._sessions.detached(held)
                await self._offline(held)
            await self._close(close_code)

    async def _offline(self, held: Held) -> None:
        try:
            await held.actor.offline(left=self._left)
        except UsherError as error:
            log.info("leaving was not noted", code=error.code)

    # ------------------------------------------------------------ hello

    async def _greet(self) -> tuple[Held, int]:
        """Read hello; let in or refuse; resume or begin."""
        try:
            async with asyncio.timeout(self._limits.hello_s):
                hello = self._decode(await self._receive())
        except TimeoutError:
            raise Refused(4408) from None
        except BadRequest:
            raise Refused(4400) from None
        if not isinstance(hello, Hello) or not 1 <= len(hello.device_id) <= 64 or not hello.device_id.isascii():
            await self._say(Error(id=None, code="hello_first", message=CODES["hello_first"]))
            raise Refused(4400)
        try:
            owner, make_actor = await self._endpoint.admit(self._websocket, hello)
            held = self._sessions.resume(hello.session_id, owner, self._subprotocol, hello.last_seq)
            resumed = held is not None
            if held is None:
                held = self._sessions.create(self._subprotocol, make_actor)
                await held.actor.begin()
        except UsherError as error:
            await self._say(Error(id=None, code=error.code, message=error.message, detail=error.detail))
            raise Refused({401: 4401, 403: 4403, 404: 4403, 429: 4429}.get(error.status, 4503)) from None
        welcome = Welcome(
            session_id=held.session.id, resumed=resumed, server_time=_now(), heartbeat_ms=self._limits.heartbeat_ms
        )
        await self._say(welcome)
        return held, hello.last_seq if resumed else 0

    # ------------------------------------------------------------ reading

    async def _receive(self) -> bytes | str:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1006)
        frame: bytes | str | None = message.get("bytes")
        return frame if frame is not None else message["text"]

    def _decode(self, frame: bytes | str) -> Command | Signal:
        if len(frame) > self._limits.frame_bytes:
            raise Refused(1009)
        decoder = self._endpoint.json if self._subprotocol == "usher.v1.json" else self._endpoint.msgpack
        data = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
        try:
            message: Command | Signal = decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise BadRequest("bad_frame", f"{CODES['bad_frame']} {error}"[:300]) from None
        return message

    async def _read(self, held: Held) -> int:
        while not held.session.lost:
            frame = await self._receive()
            if not self._bucket.take(time.monotonic()):
                return 4429
            try:
                message = self._decode(frame)
            except BadRequest as error:
                held.session.control(Error(id=None, code=error.code, message=error.message))
                self._unreadable += 1
                if self._unreadable > UNREADABLE_ALLOWED:
                    return 4400
                continue
            if isinstance(message, Command):
                await self._carry_out(held, message)
            else:
                await self._hear(held, message)
        return held.session.close_code

    async def _hear(self, held: Held, signal: Signal) -> None:
        match signal:
            case Ack():
                held.session.ack(signal.seq)
            case Ping():
                held.session.control(Pong(server_time=_now()))
                await self._guarded(held.actor.heartbeat())
            case Hello():
                held.session.control(Error(id=None, code="bad_frame", message="hello is only the first frame."))
            case _:
                await self._guarded(held.actor.signal(signal))

    async def _guarded(self, saying: Awaitable[None]) -> None:
        """A signal gets no answer, so a refusal of it is dropped."""
        try:
            async with asyncio.timeout(self._limits.command_s):
                await saying
        except (UsherError, TimeoutError) as error:
            log.info("signal dropped", reason=type(error).__name__)

    async def _carry_out(self, held: Held, command: Command) -> None:
        if held.session.repeat(command.id):
            return
        try:
            async with asyncio.timeout(self._limits.command_s):
                result = await held.actor.command(command)
        except UsherError as error:
            refusal = Error(id=command.id, code=error.code, message=error.message, detail=error.detail)
            if error.status == 503:  # not an answer to keep: trying again may succeed
                held.session.control(refusal)
            else:
                held.session.reply(command.id, refusal)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("command failed", command=type(command).__name__, reference=reference)
            message = f"{CODES['unavailable']} ({reference})"
            held.session.control(Error(id=command.id, code="unavailable", message=message))
        else:
            held.session.reply(command.id, Ok(id=command.id, result=result))

    # ------------------------------------------------------------ writing

    async def _write(self, held: Held, number: int) -> None:
        session = held.session
        try:
            while session.connection == number:
                session.wake.clear()
                for frame in session.take():
                    async with asyncio.timeout(self._limits.send_s):
                        await self._send(frame)
                    session.wake.set()
                if session.lost:
                    await self._close(session.close_code)
                    return
                await session.wake.wait()
            await self._close(4409)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            await self._close(4408)

    async def _send(self, frame: bytes) -> None:
        if self._subprotocol == "usher.v1.json":
            await self._websocket.send_text(frame.decode())
        else:
            await self._websocket.send_bytes(frame)

    async def _say(self, frame: Welcome | Error) -> None:
        await self._send(control(frame, self._subprotocol))

    async def _close(self, code: int) -> None:
        if self._websocket.application_state is WebSocketState.DISCONNECTED:
            return
        try:
            await self._websocket.close(code if code >= 1000 else 1011)
        except (RuntimeError, WebSocketDisconnect):
            return


def _now() -> int:
    return time.time_ns() // 1_000_000
