"""A session: the numbered stream of events to one tab, which outlives its connections.

No I/O here. The socket driver (socket.py) attaches, takes frames out, and detaches; everybody else only calls
`put` and `put_later`. What a client has not acknowledged is kept for resuming, up to `keep` events; a client that
falls further behind loses its session and gets a fresh snapshot with the next one. Answers wait in bytes: above
CALM_BYTES the driver reads no further commands until the client has taken some.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import islice

import structlog

from router.protocol.base import ServerEvent
from router.protocol.errors import UsherError
from router.protocol.frames import Encoded, ServerControl, Subprotocol, control

log = structlog.get_logger()

REPLIES_KEPT = 64
REPLY_KEPT_BYTES = 4_096
"""A longer answer is a page that was read: asked again, it is read again."""
CALM_BYTES = 262_144
TAKEN = 64


def _nobody() -> None:
    """Tell nobody: there is no connection."""


@dataclass(slots=True)
class Slot:
    """A number in the stream; its event may still be on its way."""

    seq: int
    encoded: Encoded | None = None
    loading: asyncio.Task[None] | None = None


class Session:
    """keep: the largest number of events not yet acknowledged. on_lost: called once, when the session is over."""

    __slots__ = (
        "_encode",
        "_keep",
        "_next_seq",
        "_on_acked",
        "_on_lost",
        "_replies",
        "_sent_seq",
        "_slots",
        "_tell",
        "_urgent",
        "_urgent_bytes",
        "calm",
        "close_code",
        "connection",
        "id",
        "lost",
        "subprotocol",
        "turn",
    )

    def __init__(self, session_id: str, subprotocol: Subprotocol, *, keep: int, on_lost: Callable[[], None]) -> None:
        self.id = session_id
        self.subprotocol = subprotocol
        self._encode = Encoded.json if subprotocol == "usher.v1.json" else Encoded.msgpack
        self.lost = False
        self.close_code = 0
        """Not 0: the connection must be closed with this code."""
        self.connection = 0
        """Counts attachments; a driver whose number is not this one has been replaced."""
        self.turn = asyncio.Lock()
        """Held while a command is carried out: one after another, also over a change of connection."""
        self.calm = asyncio.Event()
        """Set unless so much waits to be sent that nothing more should be asked."""
        self.calm.set()
        self._keep = keep
        self._on_lost = on_lost
        self._on_acked: Callable[[ServerEvent], None] | None = None
        self._tell = _nobody
        self._next_seq = 1
        self._sent_seq = 0
        self._slots: deque[Slot] = deque()
        self._urgent: deque[bytes] = deque()
        self._urgent_bytes = 0
        self._replies: OrderedDict[int, bytes] = OrderedDict()

    @property
    def last_seq(self) -> int:
        """The number of the last event put."""
        return self._next_seq - 1

    @property
    def backlog(self) -> int:
        """Events not yet handed to a socket."""
        return self.last_seq - self._sent_seq

    def on_acked(self, listener: Callable[[ServerEvent], None]) -> None:
        """Tell this listener of every event the client has acknowledged, in order."""
        self._on_acked = listener

    def put(self, event: ServerEvent | Encoded) -> None:
        """Append an event to the stream."""
        encoded = event if isinstance(event, Encoded) else Encoded(event)
        self._append(Slot(self._next_seq, encoded))

    def put_later(self, load: Awaitable[ServerEvent]) -> None:
        """Append an event that must first be loaded; those after it wait for it, so order holds.

        When loading fails nothing is known, so the session ends and the client starts a new one.
        """
        slot = Slot(self._next_seq)
        self._append(slot)
        slot.loading = asyncio.ensure_future(self._fill(slot, load))

    async def _fill(self, slot: Slot, load: Awaitable[ServerEvent]) -> None:
        try:
            slot.encoded = Encoded(await load)
        except (UsherError, TimeoutError) as error:
            log.info("event not loaded", reason=str(error) or type(error).__name__)
            self.end(4503)
        except Exception:
            log.exception("event not loaded")
            self.end(4503)
        slot.loading = None
        self._tell()

    def _append(self, slot: Slot) -> None:
        if self.lost:
            return
        self._next_seq += 1
        self._slots.append(slot)
        if len(self._slots) > self._keep:
            self.end(4408)
        self._tell()

    def control(self, frame: ServerControl) -> None:
        """Send a frame outside the stream, before any event that waits."""
        if len(self._urgent) >= self._keep:
            self.end(4408)
            return
        self._say(control(frame, self.subprotocol))

    def reply(self, command_id: int, frame: ServerControl) -> None:
        """Answer a command and remember the answer in case the command comes again after a resume."""
        answer = control(frame, self.subprotocol)
        if len(answer) <= REPLY_KEPT_BYTES:
            self._replies[command_id] = answer
        if len(self._replies) > REPLIES_KEPT:
            self._replies.popitem(last=False)
        self._say(answer)

    def repeat(self, command_id: int) -> bool:
        """Answer again what was answered before; False when this command is new."""
        if (kept := self._replies.get(command_id)) is None:
            return False
        self._say(kept)
        return True

    def _say(self, frame: bytes) -> None:
        self._urgent.append(frame)
        self._urgent_bytes += len(frame)
        if self._urgent_bytes > CALM_BYTES:
            self.calm.clear()
        self._tell()

    def ack(self, seq: int) -> None:
        """Forget events up to seq; a number never sent is ignored."""
        if seq > self._sent_seq:
            return
        while self._slots and self._slots[0].seq <= seq:
            slot = self._slots.popleft()
            if self._on_acked and slot.encoded:
                self._on_acked(slot.encoded.event)

    def can_resume(self, last_seq: int) -> bool:
        """Whether every event after last_seq is still here."""
        first_kept = self._slots[0].seq if self._slots else self._next_seq
        return not self.lost and first_kept - 1 <= last_seq < self._next_seq

    def attach(self, last_seq: int, tell: Callable[[], None] = _nobody) -> int:
        """A new connection takes over, sending from last_seq + 1; returns its number.

        tell: called, perhaps often, when there is something to take, the session is over, or another takes over.
        """
        self.connection += 1
        self._tell()
        self._tell = tell
        self._urgent.clear()
        self._urgent_bytes = 0
        self.calm.set()
        self._sent_seq = last_seq
        self.ack(last_seq)
        self._tell()
        return self.connection

    def detach(self) -> None:
        """The connection is gone and no other has come."""
        self._tell = _nobody

    def take(self, most: int = TAKEN) -> list[bytes]:
        """The next frames to send, in order: replies first, then events as far as they are loaded.

        Up to `most` of each; fewer than that in all: there are no more now.
        """
        frames = self._take_urgent(most) if self._urgent else []
        slots = self._slots
        if slots and (skip := self._sent_seq + 1 - slots[0].seq) < len(slots):
            for slot in islice(slots, skip, skip + most):
                if slot.encoded is None:
                    break
                frames.append(self._encode(slot.encoded, slot.seq))
                self._sent_seq = slot.seq
        return frames

    def _take_urgent(self, most: int) -> list[bytes]:
        frames = [self._urgent.popleft() for _ in range(min(most, len(self._urgent)))]
        self._urgent_bytes -= sum(map(len, frames))
        if self._urgent_bytes <= CALM_BYTES:
            self.calm.set()
        return frames

    def end(self, close_code: int) -> None:
        """The session is over; its connection, if any, closes with this code."""
        if self.lost:
            return
        self.lost = True
        self.close_code = close_code
        for slot in self._slots:
            if slot.loading is not None:
                slot.loading.cancel()
        self._slots.clear()
        self.calm.set()
        self._tell()
        self._on_lost()
