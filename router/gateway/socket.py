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
from router.gateway.actor import Owner
from router.gateway.sessions import Held, MakeActor, Sessions
from router.protocol import frames
from router.protocol.base import Ack, Command, Error, Hello, Ping, Pong, Signal, Welcome
from router.protocol.errors import CODES, UsherError
from router.protocol.frames import SUBPROTOCOLS, Ok, Subprotocol, control

log = structlog.get_logger()

UNREADABLE_ALLOWED = 20
"""Frames of one connection that may be nonsense before it is closed."""
SILENT_HEARTBEATS = 3
"""A client that says nothing for so long is gone, whatever its connection looks like."""


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

    tags: the types of its frames. admit: raises UsherError to refuse; returns the owner and how to make the actor.
    """

    msgpack: msgspec.msgpack.Decoder[Any]
    json: msgspec.json.Decoder[Any]
    tags: frozenset[str]
    admit: Callable[[WebSocket, Hello], Awaitable[tuple[Owner, MakeActor]]]


class Refused(Exception):
    """The connection is closed with this code."""

    def __init__(self, close_code: int) -> None:
        self.close_code = close_code
        super().__init__(f"closed with {close_code}")


class Unreadable(Exception):
    """The frame is no message of the endpoint. answer: what the client is told."""

    def __init__(self, answer: Error) -> None:
        self.answer = answer
        super().__init__(answer.message)


class Connection:
    """One accepted socket of an endpoint."""

    def __init__(self, websocket: WebSocket, endpoint: Endpoint, sessions: Sessions, limits: Limits) -> None:
        self._websocket, self._endpoint, self._sessions, self._limits = websocket, endpoint, sessions, limits
        offered = websocket.scope.get("subprotocols", [])
        self._subprotocol: Subprotocol = next((name for name in SUBPROTOCOLS if name in offered), "usher.v1.json")
        self._accepted_subprotocol = self._subprotocol if self._subprotocol in offered else None
        self._text = self._subprotocol == "usher.v1.json"
        self._silence_s = SILENT_HEARTBEATS * limits.heartbeat_ms / 1000
        self._bucket = Bucket(limits.frames_per_s, limits.frames_burst, time.monotonic())
        self._unreadable = 0

    async def run(self) -> None:
        """Serve until either side closes."""
        await self._websocket.accept(self._accepted_subprotocol)
        try:
            hello = await self._hello()
            held, resumed = await self._seat(hello)
        except Refused as refused:
            await self._close(refused.close_code)
        except WebSocketDisconnect:
            return
        else:
            await self._serve(held, hello.last_seq if resumed else None)

    async def _serve(self, held: Held, resumed_after: int | None) -> None:
        """resumed_after: None for a new session."""
        number = held.session.attach(resumed_after or 0)
        close_code = 4503
        writer: asyncio.Task[None] | None = None
        try:
            await self._welcome(held, resumed=resumed_after is not None)
            writer = asyncio.create_task(self._write(held, number), name="session writer")
            await held.actor.online()
            close_code = await self._read(held, number)
        except Refused as refused:
            close_code = refused.close_code
        except WebSocketDisconnect:
            close_code = 1000
        except UsherError as error:
            log.info("connection interrupted", code=error.code)
        except Exception:
            log.exception("connection failed", reference=secrets.token_hex(4))
        finally:
            if writer is not None:
                writer.cancel()
            if held.session.connection == number:
                self._sessions.detached(held)
                await self._offline(held)
            await self._close(close_code)

    async def _offline(self, held: Held) -> None:
        try:
            await held.actor.offline()
        except UsherError as error:
            log.info("leaving was not noted", code=error.code)

    # ------------------------------------------------------------ hello

    async def _hello(self) -> Hello:
        try:
            async with asyncio.timeout(self._limits.hello_s):
                hello = self._decode(await self._receive())
        except TimeoutError:
            raise Refused(4408) from None
        except Unreadable as unreadable:
            await self._say(unreadable.answer)
            raise Refused(4400) from None
        if not isinstance(hello, Hello):
            await self._say(Error(id=None, code="hello_first", message=CODES["hello_first"]))
            raise Refused(4400)
        return hello

    async def _seat(self, hello: Hello) -> tuple[Held, bool]:
        """Let in or refuse; the session and whether it is resumed."""
        try:
            async with asyncio.timeout(self._limits.command_s):
                owner, make_actor = await self._endpoint.admit(self._websocket, hello)
            held = self._sessions.resume(hello.session_id, owner, self._subprotocol, hello.last_seq)
            return (held, True) if held else (self._sessions.create(self._subprotocol, owner, make_actor), False)
        except TimeoutError:
            raise Refused(4503) from None
        except UsherError as error:
            raise await self._refusal(error) from None

    async def _welcome(self, held: Held, *, resumed: bool) -> None:
        """Say welcome; a new session begins first, and ends at once when it cannot."""
        if not resumed:
            try:
                async with asyncio.timeout(self._limits.command_s):
                    await held.actor.begin()
            except BaseException as error:
                held.session.end(4503)
                if isinstance(error, UsherError):
                    raise await self._refusal(error) from None
                raise
        await self._say(
            Welcome(
                session_id=held.session.id,
                resumed=resumed,
                server_time=_now(),
                heartbeat_ms=self._limits.heartbeat_ms,
            )
        )

    async def _refusal(self, error: UsherError) -> Refused:
        """Say why, and how to close then."""
        await self._say(Error(id=None, code=error.code, message=error.message, detail=error.detail))
        return Refused({401: 4401, 403: 4403, 404: 4403, 429: 4429}.get(error.status, 4503))

    # ------------------------------------------------------------ reading

    async def _receive(self) -> bytes | str:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1006)
        frame: bytes | str | None = message.get("bytes")
        return frame if frame is not None else message["text"]

    def _decode(self, frame: bytes | str) -> Command | Signal:
        """Raises Unreadable, and Refused for a frame that is too large."""
        if len(frame) > self._limits.frame_bytes:
            raise Refused(1009)
        if isinstance(frame, str) is not self._text:
            raise Unreadable(Error(id=None, code="bad_frame", message=f"{self._subprotocol}: the wrong kind of frame."))
        decoder: Any = self._endpoint.json if self._text else self._endpoint.msgpack
        try:
            message: Command | Signal = decoder.decode(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Unreadable(self._complaint(frame, error)) from None
        return message

    def _complaint(self, frame: bytes | str, error: Exception) -> Error:
        """A known message with a value that cannot be used is answered by its id; all else is no message."""
        try:
            envelope = frames.envelope(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return Error(id=None, code="bad_frame", message=CODES["bad_frame"])
        if envelope.type not in self._endpoint.tags:
            return Error(id=envelope.id, code="bad_frame", message=CODES["bad_frame"])
        code = "bad_value" if isinstance(error, msgspec.ValidationError) else "bad_text"
        return Error(id=envelope.id, code=code, message=f"{CODES[code]} {error}"[:300])

    async def _read(self, held: Held, number: int) -> int:
        """Carry out frame after frame; the code to close with."""
        session = held.session
        while not session.lost:
            await session.calm.wait()
            try:
                async with asyncio.timeout(self._silence_s):
                    frame = await self._receive()
            except TimeoutError:
                return 4408
            if session.connection != number:
                return 4409
            if not self._bucket.take(time.monotonic()):
                return 4429
            try:
                message = self._decode(frame)
            except Unreadable as unreadable:
                session.control(unreadable.answer)
                self._unreadable += unreadable.answer.code == "bad_frame"
                if self._unreadable > UNREADABLE_ALLOWED:
                    return 4400
                continue
            if isinstance(message, Command):
                await self._carry_out(held, message)
            else:
                await self._hear(held, message)
        return session.close_code

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
        except Exception:
            log.exception("signal failed", reference=secrets.token_hex(4))

    async def _carry_out(self, held: Held, command: Command) -> None:
        async with held.session.turn:
            if not held.session.repeat(command.id):
                await self._answer(held, command)

    async def _answer(self, held: Held, command: Command) -> None:
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
                if frames := session.take():
                    async with asyncio.timeout(self._limits.send_s):
                        for frame in frames:
                            await self._send(frame)
                    session.wake.set()
                if session.lost:
                    await self._close(session.close_code)
                    return
                await session.wake.wait()
            await self._close(4409)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            await self._close(4408)
        finally:
            session.calm.set()

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
            await self._websocket.close(code)
        except (RuntimeError, WebSocketDisconnect):
            return


def _now() -> int:
    return time.time_ns() // 1_000_000
