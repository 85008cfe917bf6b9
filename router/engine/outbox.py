"""A session as the engine sees it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from router.protocol.base import ServerEvent
from router.protocol.frames import Encoded


class Outbox(Protocol):
    """The numbered stream of events to one tab."""

    @property
    def backlog(self) -> int:
        """Events not yet handed to a socket."""

    @property
    def lost(self) -> bool:
        """The session is over; who was under way for it may learn so late."""

    def put(self, event: ServerEvent | Encoded) -> None: ...

    def end(self, close_code: int) -> None:
        """The session is over; its connection, if any, closes with this code."""

    def put_later(self, load: Awaitable[ServerEvent]) -> None:
        """Hold the event's place in the stream while it is loaded."""
