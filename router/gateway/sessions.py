"""The sessions of this node: found again by id for as long as they may be resumed."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from router.gateway.actor import Actor, Owner
from router.gateway.session import Session
from router.protocol.errors import TooMuch, Unavailable
from router.protocol.frames import Subprotocol

MakeActor = Callable[[Session], Actor]

PERSON_SESSIONS = 32
"""Sessions one person may have here: tabs and devices, with a connection or waiting to be resumed."""


@dataclass(slots=True, eq=False)
class Held:
    session: Session
    actor: Actor
    forget: asyncio.TimerHandle | None = None
    """Set while the session has no connection."""


class Sessions:
    """keep: unacknowledged events a session. resume_s: how long one without connection is kept. most: sessions held."""

    def __init__(self, *, keep: int, resume_s: float, most: int) -> None:
        self._held: dict[str, Held] = {}
        self._of_person: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
        self._keep, self._resume_s, self._most = keep, resume_s, most

    def __len__(self) -> int:
        return len(self._held)

    def create(self, subprotocol: Subprotocol, owner: Owner, make_actor: MakeActor) -> Held:
        """A new session; what the same tab left behind ends, for a tab has one.

        Raises TooMuch when the person has as many as they may, Unavailable when the node does.
        """
        self._make_room(owner)
        if len(self._held) >= self._most:
            waiting = next((held for held in self._held.values() if held.forget is not None), None)
            if waiting is None:
                raise Unavailable("unavailable")
            waiting.session.end(4408)  # one that may come back gives way to one that is here
        session_id = secrets.token_urlsafe(16)
        session = Session(session_id, subprotocol, keep=self._keep, on_lost=lambda: self._lost(session_id))
        held = self._held[session_id] = Held(session, make_actor(session))
        self._of_person[owner[:2]].append(held)
        return held

    def _make_room(self, owner: Owner) -> None:
        left_behind = [held for held in self._of_person.get(owner[:2], ()) if held.forget is not None]
        for held in left_behind:
            if held.actor.owner.device == owner.device:
                held.session.end(4408)
        if len(self._of_person.get(owner[:2], ())) < PERSON_SESSIONS:
            return
        oldest = next((held for held in left_behind if not held.session.lost), None)
        if oldest is None:
            raise TooMuch("too_many_requests")
        oldest.session.end(4408)

    def _lost(self, session_id: str) -> None:
        held = self._held.pop(session_id, None)
        if held is None:
            return
        if held.forget:
            held.forget.cancel()
        person = held.actor.owner[:2]
        self._of_person[person].remove(held)
        if not self._of_person[person]:
            del self._of_person[person]
        held.actor.ended()

    def resume(self, session_id: str, owner: Owner, subprotocol: Subprotocol, last_seq: int) -> Held | None:
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
