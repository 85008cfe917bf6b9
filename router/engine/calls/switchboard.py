"""The switchboard of a node: the lines, the telephone, and which calls are to be looked at or worked on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from router.core import events
from router.core.call.facts import BotTurn, Heard
from router.core.call.line import Line
from router.core.call.state import Call
from router.core.words import WorkItemId
from router.engine.calls.telephone import Telephone
from router.store.postgres.calls import Claim, Todo
from router.store.postgres.customers import Customer
from router.store.postgres.gathered import Gathered

CALL_PREFIX = "call_"
MOST_KNOWN = 10_000
ROUTED_AT_ONCE = 8

AnswerFirst = Callable[[str, str], Awaitable[str | None]]
"""What was said, and in which language → what the line itself answers; None: it does not know."""
TalkFirst = Callable[[Call, Heard, Customer | None], Awaitable[BotTurn | None]]
"""What a caller said or pressed → what a bot makes of it; None: nothing, it is for a person."""


async def nobody_answers(text: str, language: str) -> str | None:
    """Every question goes to a person."""
    return None


async def nobody_talks(call: Call, heard: Heard, customer: Customer | None) -> BotTurn | None:
    """No bot: every question goes to a person."""
    return None


@dataclass(slots=True, kw_only=True)
class Switchboard:
    """lines: by account. calls: as they are, by id. claims: what is to be done about them, for who does it.

    routing: how much of that may be routing at once; further work waits, so that callers are answered first.
    to_look: calls whose item changed; to_work: calls with something to do; each in it once.
    """

    lines: Mapping[str, Line]
    telephone: Telephone
    calls: Gathered[str, Call]
    claims: Gathered[Claim, Todo]
    answer_first: AnswerFirst = nobody_answers
    talk_first: TalkFirst = nobody_talks
    to_look: dict[str, None] = field(default_factory=dict)
    to_work: dict[str, None] = field(default_factory=dict)
    looking: asyncio.Event = field(default_factory=asyncio.Event)
    working: asyncio.Event = field(default_factory=asyncio.Event)
    routing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ROUTED_AT_ONCE))
    _calls_of: dict[WorkItemId, str] = field(default_factory=dict)

    def routed(self, told: Iterable[events.Event]) -> None:
        """Steps of routing that this node made: the calls of their items are to be looked at."""
        for event in told:
            item = None if _changes_no_call(event) else getattr(event, "item", None)
            if item is not None and (call_id := self.call_of(item)) is not None:
                self.look(call_id)

    def call_of(self, item: WorkItemId) -> str | None:
        """The call of an item: named in the id of one that came in, known of others."""
        if item.startswith(CALL_PREFIX):
            return item.rpartition(".")[0]
        return self._calls_of.get(item)

    def remember(self, item: WorkItemId, call_id: str) -> None:
        """A call about an item that was there before."""
        if not item.startswith(CALL_PREFIX) or item.rpartition(".")[0] != call_id:
            if len(self._calls_of) >= MOST_KNOWN:  # the reconciler looks at the others
                self._calls_of.clear()
            self._calls_of[item] = call_id

    def look(self, call_id: str) -> None:
        self.to_look[call_id] = None
        self.looking.set()

    def work(self, call_id: str) -> None:
        self.to_work[call_id] = None
        self.working.set()


def _changes_no_call(event: events.Event) -> bool:
    """The caller waits as before, whoever it rings at."""
    match event:
        case events.ItemQueued(reason="new") | events.OfferCreated(from_agent=None):
            return True
        case events.ItemRelaxed() | events.ItemOverflow() | events.ItemAlert():
            return True
        case _:
            return False
