"""Which login each session of a member of staff hangs on: when the login ends, so do they, in whatever tab."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from router.engine.outbox import Outbox

SIGNED_OUT = 4401
"""The close code: not signed in, or the session has ended."""


class Logins:
    """Of this node. A login is named by the hash of its token, in hex."""

    def __init__(self) -> None:
        self._held: defaultdict[str, set[Outbox]] = defaultdict(set)

    def begin(self, login: str, outbox: Outbox) -> None:
        self._held[login].add(outbox)

    def leave(self, login: str, outbox: Outbox) -> None:
        outboxes = self._held.get(login)
        if outboxes is not None:
            outboxes.discard(outbox)
            if not outboxes:
                del self._held[login]

    def known(self) -> Collection[str]:
        return tuple(self._held)

    def end(self, login: str) -> None:
        """Nobody is signed in by it any more."""
        for outbox in tuple(self._held.get(login, ())):
            outbox.end(SIGNED_OUT)
