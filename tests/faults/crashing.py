"""`usher` with a hole in the floor: `-m tests.faults.crashing PLACE …` ends without a word at a named place.

Each place is between two lines of a use case: what comes before is done, what comes after is not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from imapclient import IMAPClient

from adapters.email import receiving
from router.cli import main
from router.core import events
from router.engine import in_line, mails
from router.engine.centre import Centre
from router.engine.talk import AnySaid, MessageSaid
from router.store.postgres import outbox
from router.store.postgres.cases.held import Held
from router.store.routing import RoutingStore
from router.store.step import Written

ENDED = 17
Async = Callable[..., Awaitable[Any]]


def _end(*_: object, **__: object) -> Any:
    os._exit(ENDED)


def _instead_of(owner: Any, name: str) -> None:
    setattr(owner, name, _end)


def _before_journaling(kind: type) -> None:
    journal = Centre.journal

    async def journal_or_end(centre: Centre, written: Sequence[Written]) -> None:
        if any(isinstance(each.event, kind) for each in written):
            _end()
        await journal(centre, written)

    Centre.journal = journal_or_end  # type: ignore[method-assign, assignment]


def _before_telling(text: str) -> None:
    say = Centre.say

    async def say_or_end(centre: Centre, said: AnySaid) -> None:
        if isinstance(said, MessageSaid) and said.message.text == text:
            _end()
        await say(centre, said)

    Centre.say = say_or_end  # type: ignore[method-assign, assignment]


PLACES: dict[str, Callable[[], None]] = {
    "nowhere": lambda: None,
    "committed, not enqueued": lambda: _instead_of(RoutingStore, "enqueue"),
    "enqueued, not journaled": lambda: _before_journaling(events.ItemQueued),
    "accepted, not journaled": lambda: _before_journaling(events.OfferAccepted),
    "closed by the customer, not cancelled": lambda: _instead_of(in_line, "end"),
    "closed by the agent, not wrapped up": lambda: _instead_of(RoutingStore, "wrap_up"),
    "completed, not journaled": lambda: _before_journaling(events.ItemClosed),
    "message committed, not told": lambda: _before_telling("mind the gap"),
    "case kept, its alarm not set": lambda: _instead_of(RoutingStore, "set_alarm"),
    "alarm rang, its effect not kept": lambda: _instead_of(Held, "keep"),
    "mail kept, not marked seen": lambda: _instead_of(IMAPClient, "add_flags"),
    "mail written, its marks not": lambda: _instead_of(mails, "keep"),
    "answer sent, not noted": lambda: _instead_of(outbox, "sent"),
}

if __name__ == "__main__":
    receiving.HELD_S, receiving.HELD_AGAIN_S = 2.0, 0.5  # whoever comes after is not to be waited for
    PLACES[sys.argv.pop(1)]()
    main()
