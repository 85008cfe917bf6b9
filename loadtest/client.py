"""The client side of a session: hello and welcome, numbered events, acks, heartbeat, commands, resume.

    start() ──▶ open ──cut, 1001, 4408, 4503…──▶ away ──back-off, hello with session_id and last_seq──▶ open
                  └──4401, 4403, close()──▶ stopped

Commands wait while away and are sent again, under the same id, after every welcome until they are answered.
What the server may not do (a gap in `seq`, two answers to one command) is told to `complain`, never repaired silently.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from time import time_ns
from typing import Any, Generic, Literal, TypeVar

import msgspec
from websockets.exceptions import InvalidHandshake

from loadtest.address import Address
from loadtest.backoff import wait_s
from loadtest.codec import MSGPACK, Codec
from loadtest.socket import Refused, Socket, connect
from router.protocol import base, customer, frames, staff

ANSWER_S = 30.0
CLOSE_S = 2.0
WELCOME_S = 20.0
ACK_EVERY = 32
ACK_AFTER_S = 1.0
SILENT_HEARTBEATS = 2.5
MAX_UNANSWERED = 1_000
TRIES = 5
STOPPING_CODES = frozenset({4401, 4403})
LATER_CODES = frozenset({"unavailable", "too_many_requests"})
"""Said to a hello that cannot be served now: the connection closes, and the client tries again later."""

Event = TypeVar("Event")
Complain = Callable[[str], None]
Line = Literal["away", "resumed", "fresh"]
"""What became of the connection: lost; back with every event; back with a snapshot to come (or new)."""


class CommandRefused(Exception):
    """The server answered `error`. code: public; detail: its facts."""

    def __init__(self, command: str, code: str, detail: dict[str, Any]) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{command}: {code}")


class Stopped(Exception):
    """The session is over: closed by us or ended by the server for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and as whom: what stays the same over reconnects. session_cookie: of staff."""

    address: Address
    path: str
    codec: Codec = MSGPACK
    origin: str = ""
    session_cookie: str = ""
    device_id: str
    token: str = ""
    account: str = ""


STAFF_EVENT: Any = staff.StaffEvent
CUSTOMER_EVENT: Any = customer.CustomerEvent


def strict_staff(event: Any) -> staff.StaffEvent:
    """Check an agent's event against its definition. Raises msgspec.ValidationError."""
    known: staff.StaffEvent = msgspec.convert(event, STAFF_EVENT)
    return known


def strict_customer(event: Any) -> customer.CustomerEvent:
    known: customer.CustomerEvent = msgspec.convert(event, CUSTOMER_EVENT)
    return known


class Client(Generic[Event]):
    """read: makes an event of its decoded map; the identity where speed matters more than checks.

    on_event gets every event once, in order, in the loop step in which it arrived; it must not block.
    """

    __slots__ = (
        "_ack_timer", "_acked_seq", "_attempt", "_chance", "_complain", "_endpoint", "_gone", "_heard_at",
        "_heartbeat_s", "_heartbeat_timer", "_last_seq", "_next_id", "_on_event", "_on_line", "_read",
        "_reconnecting", "_server_ahead_ms", "_session_id", "_socket", "_stopped", "_unanswered", "_welcomed",
        "cuts", "resumes", "tries_again",
    )  # fmt: skip

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        read: Callable[[Any], Event],
        on_event: Callable[[Event], None],
        complain: Complain,
        chance: Random,
        on_line: Callable[[Line], None] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._on_line = on_line
        self._read, self._on_event, self._complain, self._chance = read, on_event, complain, chance
        self._socket: Socket | None = None
        self._gone: asyncio.Future[None] | None = None
        self._session_id = ""
        self._last_seq = self._acked_seq = 0
        self._next_id = 1
        self._unanswered: dict[int, tuple[bytes, asyncio.Future[dict[str, Any]]]] = {}
        self._welcomed = False
        self._stopped = False
        self._attempt = 0
        self._heartbeat_s = 10.0
        self._heard_at = 0.0
        self._heartbeat_timer: asyncio.TimerHandle | None = None
        self._ack_timer: asyncio.TimerHandle | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self.cuts = 0
        self.resumes = 0
        self.tries_again = 0
        self._server_ahead_ms = 0

    async def start(self) -> None:
        """Connect and say hello; the events follow. Raises OSError, TimeoutError, Refused: not connected at first."""
        await self._open()

    async def ask(self, kind: type[base.Command], **facts: object) -> Any:
        """Send one command and wait for its result, over reconnects; `unavailable` is asked again a few times.

        Raises CommandRefused, Stopped, TimeoutError.
        """
        for attempt in range(TRIES - 1):
            try:
                return await self._ask(kind, facts)
            except CommandRefused as refusal:
                if refusal.code != "unavailable":
                    raise
            self.tries_again += 1
            await asyncio.sleep(wait_s(attempt, self._chance))
        return await self._ask(kind, facts)

    async def _ask(self, kind: type[base.Command], facts: Mapping[str, object]) -> Any:
        if self._stopped:
            raise Stopped
        if len(self._unanswered) >= MAX_UNANSWERED:
            raise RuntimeError("too many unanswered commands")
        number, self._next_id = self._next_id, self._next_id + 1
        asked = self._endpoint.codec.pack(msgspec.to_builtins(kind(id=number, **facts)))
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._unanswered[number] = (asked, answer)
        if self._welcomed and self._socket is not None:
            self._socket.send(asked)
        try:
            async with asyncio.timeout(ANSWER_S):
                frame = await answer
        finally:
            self._unanswered.pop(number, None)
        if frame["type"] == "error":
            raise CommandRefused(str(kind.__struct_config__.tag), str(frame["code"]), dict(frame.get("detail") or {}))
        try:
            return msgspec.convert(frame, frames.Ok).result
        except msgspec.ValidationError as error:
            self._complain(f"ok is not as defined: {error}")
            return None

    def server_now_ms(self) -> int:
        """The server's clock, as far as its last word on it tells."""
        return now_ms() + self._server_ahead_ms

    def tell(self, signal: base.Signal) -> None:
        """Send a signal if connected; signals are not kept."""
        if self._welcomed and self._socket is not None:
            self._socket.send(self._endpoint.codec.pack(msgspec.to_builtins(signal)))

    def cut(self) -> None:
        """Lose the connection, as a network does; the client comes back by itself."""
        if self._socket is not None:
            self._socket.cut()

    async def close(self) -> None:
        """End the session; safe to call twice."""
        self._stop()
        if self._socket is not None:
            self._gone = asyncio.get_running_loop().create_future()
            self._socket.close()
            await asyncio.wait([self._gone], timeout=CLOSE_S)
            self.cut()

    # connecting

    async def _open(self) -> None:
        cookie = f"usher_session={self._endpoint.session_cookie}" if self._endpoint.session_cookie else ""
        socket = await connect(
            self._endpoint.address,
            self._endpoint.path,
            codec=self._endpoint.codec,
            origin=self._endpoint.origin,
            cookie=cookie,
            on_frame=self._on_frame,
            on_close=self._on_close,
        )
        if self._stopped:
            socket.cut()
            return
        self._socket = socket
        self._heard_at = asyncio.get_running_loop().time()
        self._heartbeat_timer = asyncio.get_running_loop().call_later(WELCOME_S, self._beat)
        hello = base.Hello(
            device_id=self._endpoint.device_id,
            token=self._endpoint.token,
            account=self._endpoint.account,
            session_id=self._session_id,
            last_seq=self._last_seq,
        )
        socket.send(self._endpoint.codec.pack(msgspec.to_builtins(hello)))

    def _on_close(self, code: int) -> None:
        self._socket = None
        self._welcomed = False
        self._drop_timers()
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if self._on_line is not None:
            self._on_line("away")
        if self._stopped:
            return
        if code in STOPPING_CODES:
            self._complain(f"the server ended the session with {code}")
            self._stop()
            return
        self.cuts += 1
        if self._reconnecting is None or self._reconnecting.done():
            self._reconnecting = asyncio.get_running_loop().create_task(self._reconnect(), name="client reconnect")

    async def _reconnect(self) -> None:
        while not self._stopped and self._socket is None:
            await asyncio.sleep(wait_s(self._attempt, self._chance))
            self._attempt += 1
            try:
                await self._open()
            except Refused as refusal:
                if refusal.status in {401, 403}:
                    self._complain(str(refusal))
                    self._stop()
            except (OSError, TimeoutError, InvalidHandshake):
                continue

    def _stop(self) -> None:
        self._stopped = True
        if self._reconnecting is not None:
            self._reconnecting.cancel()
        self._drop_timers()
        for _, answer in self._unanswered.values():
            if not answer.done():
                answer.set_exception(Stopped())

    def _drop_timers(self) -> None:
        for timer in (self._heartbeat_timer, self._ack_timer):
            if timer is not None:
                timer.cancel()
        self._heartbeat_timer = self._ack_timer = None

    # frames

    def _on_frame(self, data: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        frame = self._endpoint.codec.unpack(data)
        if isinstance(frame, list):
            self._sequenced(frame)
        else:
            self._control(frame)

    def _sequenced(self, frame: list[Any]) -> None:
        seq, event = frame
        if seq != self._last_seq + 1:
            self._complain(f"seq {seq} came after {self._last_seq}")
            if seq <= self._last_seq:
                return
        self._last_seq = seq
        self._ack_soon()
        try:
            known = self._read(event)
        except msgspec.ValidationError as error:
            self._complain(f"{event.get('type')} is not as defined: {error}")
            return
        self._on_event(known)

    def _control(self, frame: dict[str, Any]) -> None:
        kind = frame.get("type")
        if kind in {"ok", "error"} and frame["id"] is not None:
            self._answered(frame["id"], frame)
        elif kind == "error":
            if frame["code"] not in LATER_CODES:
                self._complain(f"a frame was refused: {frame['code']}")
        elif kind == "welcome":
            self._welcome(msgspec.convert(frame, base.Welcome))
        elif kind == "pong":
            self._server_ahead_ms = frame["server_time"] - now_ms()
        else:
            self._complain(f"unknown control frame {kind!r}")

    def _welcome(self, welcome: base.Welcome) -> None:
        if welcome.resumed and welcome.session_id != self._session_id:
            self._complain("another session was resumed than asked for")
        if welcome.resumed:
            self.resumes += 1
        else:
            self._last_seq = self._acked_seq = 0
        if self._on_line is not None:
            self._on_line("resumed" if welcome.resumed else "fresh")
        self._session_id = welcome.session_id
        self._heartbeat_s = welcome.heartbeat_ms / 1_000
        self._server_ahead_ms = welcome.server_time - now_ms()
        self._welcomed = True
        self._attempt = 0
        self._drop_timers()
        # The first beat comes at a random part of the interval: clients started together must not beat together.
        first = self._heartbeat_s * self._chance.uniform(0.1, 1.0)
        self._heartbeat_timer = asyncio.get_running_loop().call_later(first, self._beat)
        assert self._socket is not None
        for frame, _ in list(self._unanswered.values()):
            self._socket.send(frame)

    def _answered(self, number: int, frame: dict[str, Any]) -> None:
        waiting = self._unanswered.pop(number, None)
        if waiting is None:
            if number >= self._next_id:
                self._complain(f"an answer came for command {number} which was never sent")
            return
        _, answer = waiting
        if not answer.done():
            answer.set_result(frame)

    # acks and heartbeat

    def _ack_soon(self) -> None:
        if self._last_seq - self._acked_seq >= ACK_EVERY:
            self._ack()
        elif self._ack_timer is None:
            self._ack_timer = asyncio.get_running_loop().call_later(ACK_AFTER_S, self._ack)

    def _ack(self) -> None:
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None
        self._acked_seq = self._last_seq
        self.tell(base.Ack(seq=self._last_seq))

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._heard_at > SILENT_HEARTBEATS * self._heartbeat_s or not self._welcomed:
            self.cut()
            return
        self.tell(base.Ping())
        self._heartbeat_timer = loop.call_later(self._heartbeat_s, self._beat)


def now_ms() -> int:
    """This machine's wall clock; only differences to the server's times are taken from it."""
    return time_ns() // 1_000_000
