"""What a transition of the routing store answers."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from router.core.events import Event
from router.core.outcomes import Outcome
from router.core.words import Ms

_decode_event = msgspec.msgpack.Decoder(Event).decode


class Written:
    """One event as the stream and the journal keep it: number, msgpack map; decoded when it is first looked at."""

    __slots__ = ("_event", "packed", "seq")

    def __init__(self, seq: int, packed: bytes) -> None:
        self.seq = seq
        self.packed = packed
        self._event: Event | None = None

    @property
    def event(self) -> Event:
        if self._event is None:
            self._event = decode_event(self.packed)
        return self._event


@dataclass(frozen=True, slots=True)
class Step:
    """What one transition did. at: store time of it. late_ms: how long the offer had been over (`offer_expired`)."""

    outcome: Outcome
    at: Ms
    events: tuple[Written, ...] = ()
    late_ms: Ms = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """events: of all timers that were due. next_due_at: of the next one; may be past when there were many."""

    at: Ms
    events: tuple[Written, ...]
    next_due_at: Ms | None


def decode_event(packed: bytes) -> Event:
    event: Event = _decode_event(packed)
    return event
