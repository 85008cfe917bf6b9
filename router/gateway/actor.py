"""Who sits at the other end of a session; staff.py and customer.py are the two kinds."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from router.protocol.base import Command, Signal
from router.protocol.frames import AnyResult


class Owner(NamedTuple):
    """Only the same owner may resume a session. person: an agent's or visitor's id. login: of staff, by its hash."""

    kind: Literal["staff", "visitor"]
    person: str
    device: str
    login: str = ""


class Actor(Protocol):
    """One person on one device. Lives as long as the session: over connections, until `ended`."""

    @property
    def owner(self) -> Owner: ...

    async def begin(self) -> None:
        """A new session: ask for events from now on and put the snapshot first into the stream."""

    async def online(self) -> None:
        """A connection is attached, for the first time, again, or in place of another."""

    async def heartbeat(self) -> None: ...

    async def offline(self) -> None:
        """The session has no connection any more."""

    def ended(self) -> None:
        """The session is over: ask for no more events."""

    async def command(self, command: Command) -> AnyResult | None:
        """Carry it out; raises UsherError when it is refused."""

    async def signal(self, signal: Signal) -> None: ...
