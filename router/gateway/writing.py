"""From a session to its wire: what is ready leaves once a turn of the loop, as far as the client takes it.

No task and no wait: the session says when there is something, the wire when there is room again.
"""

from __future__ import annotations

import asyncio

from router.gateway.session import TAKEN, Session
from router.gateway.wire import Wire

REPLACED = 4409


class Writing:
    """One connection's; nothing is written before `begin`, so that the welcome comes first."""

    __slots__ = ("_due", "_loop", "_number", "_session", "_text", "_wire")

    def __init__(self, session: Session, wire: Wire, *, text: bool) -> None:
        self._session, self._wire, self._text = session, wire, text
        self._loop = asyncio.get_running_loop()
        self._number = 0
        self._due = False
        wire.on_room = self.soon

    def begin(self, number: int) -> None:
        """number: of this connection in the session; when it has another, this one was replaced and ends."""
        self._number = number
        self.soon()

    def soon(self) -> None:
        """Write at the end of this turn."""
        if not self._due:
            self._due = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        self._due = False
        session, wire = self._session, self._wire
        if wire.gone:
            session.calm.set()  # its reader waits for room that never comes
        elif self._number == 0:
            return
        elif session.connection != self._number:
            wire.end(REPLACED)
        else:
            self._as_far_as_taken()
            if session.lost:
                wire.end(session.close_code)

    def _as_far_as_taken(self) -> None:
        while self._wire.has_room:
            frames = self._session.take(TAKEN)
            if frames:
                self._wire.write(frames, text=self._text)
            if len(frames) < TAKEN:
                return
