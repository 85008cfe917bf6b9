"""The driver of a session: one WebSocket connection, from hello to close; the same for staff and customers.

Frames are read and commands carried out one after another, so a client's sends keep their order. A command that
is refused is answered with its public code; anything else that goes wrong is logged once under a reference, and
answered `unavailable`.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from router.engine.limits import Bucket
from router.gateway.actor import Owner
from router.gateway.sessions import Held, MakeActor, Sessions
from router.gateway.wire import Gone, wire_of
from router.gateway.writing import Writing
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What makes an endpoint: how its frames are read and who is let in.

    tags: the types of its frames. admit: raises UsherError to refuse; returns the owner and how to make the actor.
    """

    msgpack: msgspec.msgpack.Decoder[Any]
    json: msgspec.json.Decoder[Any]
    tags: frozenset[str]
    admit: Callable[[WebSocket, Hello], Awaitable[tuple[Owner, MakeActor]]]


@dataclass(slots=True)
class Sockets:
    """Those open at an endpoint of this node. most: whoever comes then is told to try later."""

    most: int
    open: int = 0


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

    def __init__(
        self, websocket: WebSocket, endpoint: Endpoint, sockets: Sockets, sessions: Sessions, limits: Limits
    ) -> None:
        self._sockets = sockets
        self._websocket, self._endpoint, self._sessions, self._limits = websocket, endpoint, sessions, limits
        offered = websocket.scope.get("subprotocols", [])
        self._subprotocol: Subprotocol = next((name for name in SUBPROTOCOLS if name in offered), "usher.v1.json")
        self._accepted_subprotocol = self._subprotocol if self._subprotocol in offered else None
        self._text = self._subprotocol == "usher.v1.json"
        self._silence_s = SILENT_HEARTBEATS * limits.heartbeat_ms / 1000
        self._bucket = Bucket(limits.frames_per_s, limits.frames_burst, time.monotonic())
        self._unreadable = 0
        self._wire = wire_of(websocket)
        self._loop = asyncio.get_running_loop()
        self._waits_since = math.inf
        """Since when the reader has waited for a frame; it does not while a command is carried out."""
        self._silence: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Serve until either side closes."""
        self._sockets.open += 1
        try:
            await self._run()
        finally:
            self._sockets.open -= 1

    async def _run(self) -> None:
        try:
            await self._websocket.accept(self._accepted_subprotocol)
            if self._sockets.open > self._sockets.most:
                raise Refused(4503)
            hello = await self._hello()
            held, resumed = await self._seat(hello)
        except Refused as refused:
            self._wire.end(refused.close_code)
        except (Gone, WebSocketDisconnect):
            return
        else:
            await self._serve(held, hello.last_seq if resumed else None)

    async def _serve(self, held: Held, resumed_after: int | None) -> None:
        """resumed_after: None for a new session."""
        session = held.session
        writing = Writing(session, self._wire, text=self._text)
        number = session.attach(resumed_after or 0, writing.soon)
        self._mind_silence(self._silence_s)
        close_code = 4503
        try:
            await self._welcome(held, resumed=resumed_after is not None)
            writing.begin(number)
            await held.actor.online()
            close_code = await self._read(held, number)
        except Refused as refused:
            close_code = refused.close_code
        except Gone:
            close_code = 1000
        except UsherError as error:
            log.info("connection interrupted", code=error.code)
        except Exception:
            log.exception("connection failed", reference=secrets.token_hex(4))
        finally:
            if self._silence is not None:
                self._silence.cancel()
            if session.connection == number:
                session.detach()
                self._sessions.detached(held)
                await self._offline(held)
            self._wire.end(close_code)

    async def _offline(self, held: Held) -> None:
        try:
            await held.actor.offline()
        except UsherError as error:
            log.info("leaving was not noted", code=error.code)

    # ------------------------------------------------------------ hello

    async def _hello(self) -> Hello:
        try:
            async with asyncio.timeout(self._limits.hello_s):
                hello = self._decode(await self._wire.frame())
        except TimeoutError:
            raise Refused(4408) from None
        except Unreadable as unreadable:
            self._say(unreadable.answer)
            raise Refused(4400) from None
        if not isinstance(hello, Hello):
            self._say(Error(id=None, code="hello_first", message=CODES["hello_first"]))
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
            raise self._refusal(error) from None

    async def _welcome(self, held: Held, *, resumed: bool) -> None:
        """Say welcome; a new session begins first, and ends at once when it cannot."""
        if not resumed:
            try:
                async with asyncio.timeout(self._limits.command_s):
                    await held.actor.begin()
            except BaseException as error:
                held.session.end(4503)
                if isinstance(error, UsherError):
                    raise self._refusal(error) from None
                raise
        self._say(
            Welcome(
                session_id=held.session.id,
                resumed=resumed,
                server_time=_now(),
                heartbeat_ms=self._limits.heartbeat_ms,
            )
        )

    def _refusal(self, error: UsherError) -> Refused:
        """Say why, and how to close then."""
        self._say(Error(id=None, code=error.code, message=error.message, detail=error.detail))
        return Refused({401: 4401, 403: 4403, 404: 4403, 429: 4429}.get(error.status, 4503))

    # ------------------------------------------------------------ reading

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
            self._waits_since = self._loop.time()
            frame = await self._wire.frame()
            self._waits_since = math.inf
            if session.lost:  # signed out while the frame was on its way
                return session.close_code
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
            if held.session.lost or held.session.repeat(command.id):
                return
            await self._answer(held, command)
            if held.session.lost:  # it ended meanwhile: what the command asked to be told is not wanted any more
                held.actor.ended()

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

    # ------------------------------------------------------------ saying, and hearing nothing

    def _say(self, frame: Welcome | Error) -> None:
        self._wire.write([control(frame, self._subprotocol)], text=self._text)

    def _mind_silence(self, for_s: float) -> None:
        """One timer a connection, looked at when it might be over: a timer for every frame would cost more."""
        self._silence = self._loop.call_later(for_s, self._when_silent)

    def _when_silent(self) -> None:
        silent_s = max(0.0, self._loop.time() - self._waits_since)
        if silent_s < self._silence_s:
            self._mind_silence(self._silence_s - silent_s)
        else:
            self._wire.end(4408)


def _now() -> int:
    return time.time_ns() // 1_000_000
