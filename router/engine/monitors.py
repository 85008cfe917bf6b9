"""Who reads along in which conversation: sessions of supervisors on this node, one conversation each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from router.engine.outbox import Outbox


class Monitors:
    def __init__(self) -> None:
        self._of: defaultdict[str, set[Outbox]] = defaultdict(set)
        self._reads: dict[Outbox, str] = {}

    def read_along(self, outbox: Outbox, conversation_id: str) -> None:
        """In this conversation from now on, in none it was in before."""
        self.leave(outbox)
        self._reads[outbox] = conversation_id
        self._of[conversation_id].add(outbox)

    def leave(self, outbox: Outbox) -> None:
        conversation_id = self._reads.pop(outbox, None)
        if conversation_id is not None:
            self._of[conversation_id].discard(outbox)
            if not self._of[conversation_id]:
                del self._of[conversation_id]

    def of(self, conversation_id: str) -> Collection[Outbox]:
        return tuple(self._of.get(conversation_id, ()))
