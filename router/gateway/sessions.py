"""The sessions of this node: found again by id for as long as they may be resumed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from router.gateway.actor import Actor
from router.gateway.session import Session
from router.protocol.errors import Unavailable
from router.protocol.frames import Subprotocol

MakeActor = Callable[[Session], Actor]


@dataclass(slots=True)
class Held:
    session: Session
    actor: Actor
    forget: asyncio.TimerHandle | None = None


class Sessions:
    """keep: unacknowledged events a session. resume_s: how long one without connection is kept. most: sessions held."""

    def __init__(self, *, keep: int, resume_s: float, most: int) -> None:
        self._held: dict[str, Held] = {}
        self._keep, self._resume_s, self._most = keep, resume_s, most

    def __len__(self) -> int:
        return len(self._held)

    def create(self, subprotocol: Subprotocol, make_actor: MakeActor) -> Held:
        """Raises Unavailable when the node holds as many as it may."""
        if len(self._held) >= self._most:
            raise Unavailable("unavailable")
        session_id = secrets.token_urlsafe(16)
        session = Session(session_id, subprotocol, keep=self._keep, on_lost=lambda: self._lost(session_id))
        held = self._held[session_id] = Held(session, make_actor(session))
        return held

    def _lost(self, session_id: str) -> None:
        if held := self._held.pop(session_id, None):
            if held.forget:
                held.forget.cancel()
            held.actor.ended()

    def resume(self, session_id: str, owner: str, subprotocol: Subprotocol, last_seq: int) -> Held | None:
        """The session if it is this owner's and still has all events after last_seq."""
        held = self._held.get(session_id)
        if held is None or held.actor.owner != owner or held.session.subprotocol != subprotocol:
            return None
        if not held.session.can_resume(last_seq):
            held.session.end(4409)
            return None
        if held.forget:
            held.forget.cancel()
            held.forget = None
        return held

    def detached(self, held: Held) -> None:
        """The connection is gone; keep the session for a while."""
        if not held.session.lost and held.forget is None:
            held.forget = asyncio.get_running_loop().call_later(self._resume_s, held.session.end, 4408)

    def end_all(self, close_code: int) -> None:
        for held in list(self._held.values()):
            held.session.end(close_code)

    def end_owned(self, prefix: str, close_code: int) -> None:
        """End the sessions whose owner begins so: `staff:<agent id>:` is one person on all devices."""
        for held in list(self._held.values()):
            if held.actor.owner.startswith(prefix):
                held.session.end(close_code)
