"""What a node remembers of cases: conversations to look at, who watches, and the policy's keywords compiled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from router.core import events
from router.core.cases.keywords import Keywords
from router.core.cases.policy import CasePolicy
from router.core.words import WorkItemId
from router.engine.cases.watching import CaseWatching

MOST_NOTED = 20_000
"""More are left to the next sweep."""
MOST_PASSED_OVER = 20_000


@dataclass(slots=True)
class CaseRoom:
    """Nothing in here must last: all of it is found again in PostgreSQL."""

    watching: CaseWatching = field(default_factory=CaseWatching)
    something_noted: asyncio.Event = field(default_factory=asyncio.Event)
    something_rang: asyncio.Event = field(default_factory=asyncio.Event)
    passed_over: dict[str, None] = field(default_factory=dict)
    """Conversations that are no case and will not be one by a rule; people may make one of them."""
    told: int = 0
    """How often this node was told of a case: what was read before is no reason to pass a conversation over."""
    swept_to: str = ""
    """The case the next sweep begins after."""
    _noted: dict[str, None] = field(default_factory=dict)
    _handed: dict[WorkItemId, None] = field(default_factory=dict)
    _rang: dict[str, None] = field(default_factory=dict)
    _compiled: tuple[CasePolicy, Keywords] | None = None

    def note(self, conversation_id: str) -> None:
        """Something was said there, or its work changed hands."""
        if conversation_id not in self.passed_over and len(self._noted) < MOST_NOTED:
            self._noted[conversation_id] = None
            self.something_noted.set()

    def handed(self, happened: Iterable[events.Event]) -> None:
        """Work items changed hands or ended."""
        for event in happened:
            if isinstance(event, events.OfferAccepted | events.ItemClosed) and len(self._handed) < MOST_NOTED:
                self._handed[event.item] = None
                self.something_noted.set()

    def ring(self, case_id: str) -> None:
        """Its time has come. At most as many as there are cases that ring at once; what is left out rings again."""
        if len(self._rang) < MOST_NOTED:
            self._rang[case_id] = None
            self.something_rang.set()

    def take_rang(self) -> list[str]:
        taken, self._rang = list(self._rang), {}
        return taken

    def take_handed(self) -> list[WorkItemId]:
        taken, self._handed = list(self._handed), {}
        return taken

    def take(self, limit: int) -> list[str]:
        """The first of those noted."""
        taken = list(islice(self._noted, limit))
        for each in taken:
            del self._noted[each]
        return taken

    def belongs(self, conversations: Iterable[str]) -> None:
        """They belong to a case now, whatever was thought of them before."""
        self.told += 1
        for each in conversations:
            self.passed_over.pop(each, None)

    def pass_over(self, conversation_id: str, *, told: int) -> None:
        """told: as it was when one began to look."""
        if told != self.told:
            return
        while len(self.passed_over) >= MOST_PASSED_OVER:
            del self.passed_over[next(iter(self.passed_over))]
        self.passed_over[conversation_id] = None

    def keywords(self, policy: CasePolicy) -> Keywords:
        """Compiled once a policy."""
        if self._compiled is None or self._compiled[0] is not policy:
            self._compiled = policy, Keywords(rule.phrases for rule in policy.keywords)
            self.passed_over.clear()  # another policy may think otherwise of them
        return self._compiled[1]
