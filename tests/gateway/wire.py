"""One tab of a browser, spoken by another library than the server's, for tests that read as sentences.

A tab folds its events (reducer.py), answers commands by their id, checks that `seq` has no gap, and can be cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.gateway.reducer import State, reduce
from tests.patience import PATIENCE_S

Frame = dict[str, Any]


class Refused(Exception):
    """The command was answered with an error."""

    def __init__(self, error: Frame) -> None:
        self.code: str = error["code"]
        self.detail: Frame = error["detail"]
        self.error = error
        super().__init__(f"{self.code}: {error['message']}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a tab connects and as whom."""

    url: str
    path: str
    hello: Mapping[str, Any]
    headers: Mapping[str, str]
    origin: str | None
    subprotocol: str = "usher.v1.json"


async def dial(seat: Seat) -> ClientConnection:
    """An open socket, nothing said yet."""
    return await connect(
        seat.url.replace("http", "ws", 1) + seat.path,
        origin=None if seat.origin is None else Origin(seat.origin),
        additional_headers=dict(seat.headers),
        subprotocols=[Subprotocol(seat.subprotocol)],
        compression=None,
        max_size=2**24,
        open_timeout=PATIENCE_S,
        ping_interval=None,
        close_timeout=1,
    )


@dataclass(slots=True, eq=False)
class Tab:
    """events: all of this session, in order. other: frames that are neither events nor answers to commands."""

    seat: Seat
    socket: ClientConnection
    events: list[Frame] = field(default_factory=list)
    other: list[Frame] = field(default_factory=list)
    state: State = field(default_factory=dict)
    session_id: str = ""
    resumed: bool = False
    last_seq: int = 0
    acks: bool = True
    close_code: int | None = None
    _looked: int = 0
    _answers: dict[int, asyncio.Future[Frame]] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, seat: Seat, *, after: Tab | None = None, acks: bool = True) -> Tab:
        """Connect and say hello. after: resume this tab's session where it was cut."""
        tab = cls(seat, await dial(seat), acks=acks)
        if after is not None:
            tab.session_id, tab.last_seq = after.session_id, after.last_seq
            tab.state, tab.events, tab._looked = after.state, after.events, after._looked
            tab._ids = after._ids
        tab.listen()
        with contextlib.suppress(ConnectionClosed):  # a full node does not wait for a word
            await tab.say({**seat.hello, "type": "hello", "session_id": tab.session_id, "last_seq": tab.last_seq})
        await tab._until(lambda: bool(tab.session_welcomed) or tab.close_code is not None)
        return tab

    def listen(self) -> None:
        self._reading = asyncio.create_task(self._read(), name="tab")

    @property
    def session_welcomed(self) -> bool:
        return any(frame["type"] == "welcome" for frame in self.other)

    # ------------------------------------------------------------ saying

    async def say(self, frame: Frame) -> None:
        await self.send_raw(self.pack(frame))

    async def send_raw(self, data: bytes | str) -> None:
        await self.socket.send(data)

    def pack(self, frame: object) -> bytes | str:
        if self.seat.subprotocol == "usher.v1.json":
            return json.dumps(frame)
        packed: bytes = msgpack.packb(frame)
        return packed

    async def ask(self, kind: str, /, **facts: Any) -> Any:
        """Ask for something and wait for the answer: its result. Raises Refused."""
        answer = await self.answer({"type": kind, "id": next(self._ids), **facts})
        if answer["type"] == "error":
            raise Refused(answer)
        return answer.get("result")

    async def answer(self, command: Frame) -> Frame:
        """Send a whole command and wait for its answer, whatever it is."""
        answer: asyncio.Future[Frame]
        answer = self._answers[command["id"]] = asyncio.get_running_loop().create_future()
        await self.say(command)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([answer])
        return answer.result()

    async def refused(self, kind: str, /, **facts: Any) -> str:
        """Ask for something that must be refused; with which code it was."""
        try:
            await self.ask(kind, **facts)
        except Refused as refusal:
            return refusal.code
        raise AssertionError(f"{kind} was not refused")

    async def watch_board(self) -> None:
        """Subscribe, and wait for the board as it is: the answer comes first."""
        await self.ask("board.subscribe")
        await self._until(lambda: "board" in self.state)

    # ------------------------------------------------------------ hearing

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                frame = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data, strict_map_key=False)
                if isinstance(frame, list):
                    await self._event(*frame)
                else:
                    self._control(frame)
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            self.close_code = self.socket.close_code
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionResetError("the server ended the connection"))
                    answer.exception()
            self._news.set()

    async def _event(self, seq: int, event: Frame) -> None:
        assert seq == self.last_seq + 1, f"event {seq} came after {self.last_seq}"
        self.last_seq = seq
        self.events.append(event)
        reduce(self.state, event)
        if self.acks:
            await self.say({"type": "ack", "seq": seq})

    def _control(self, frame: Frame) -> None:
        if frame["type"] == "welcome":
            self.resumed = frame["resumed"]
            self.session_id = frame["session_id"]
            if not self.resumed:
                self.last_seq, self.state = 0, {}
        answer = self._answers.pop(frame["id"], None) if frame.get("id") is not None else None
        if answer is not None and not answer.done():
            answer.set_result(frame)
        else:
            self.other.append(frame)

    async def _until(self, holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(patience_s):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def event(self, kind: str, patience_s: float = PATIENCE_S, **facts: object) -> Frame:
        """The next event of this kind with these facts; those before it are passed over."""
        found: list[Frame] = []

        def look() -> bool:
            while self._looked < len(self.events):
                event = self.events[self._looked]
                self._looked += 1
                if event["type"] == kind and all(event.get(name) == fact for name, fact in facts.items()):
                    found.append(event)
                    return True
            return False

        try:
            await self._until(look, patience_s)
        except TimeoutError:
            raise AssertionError(f"no {kind} {facts} came; there were {[e['type'] for e in self.events]}") from None
        return found[0]

    async def heard(self, kind: str) -> Frame:
        """The next frame of this kind outside the stream of events."""
        await self._until(lambda: any(frame["type"] == kind for frame in self.other))
        frame = next(frame for frame in self.other if frame["type"] == kind)
        self.other.remove(frame)
        return frame

    async def answered_or_closed(self, kind: str) -> None:
        """Wait for a frame of this kind outside the stream, or for the end."""
        await self._until(lambda: self.close_code is not None or any(frame["type"] == kind for frame in self.other))

    async def closed(self) -> int:
        """The code the server closed with."""
        await self._until(lambda: self.close_code is not None)
        assert self.close_code is not None
        return self.close_code

    # ------------------------------------------------------------ leaving

    async def cut(self) -> Tab:
        """Lose the connection without a goodbye."""
        self.socket.transport.abort()
        await self._until(lambda: self.close_code is not None)
        return self

    async def close(self) -> None:
        await self.socket.close()
        if self._reading is not None:
            await self._reading
