"""`usher` with a hole in the floor: `-m tests.faults.crashing PLACE …` ends without a word at a named place.

Each place is between two lines of a use case: what comes before is done, what comes after is not. Of nodes that share
a file, named by ONCE, only the first to come to a place of calls ends there.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from imapclient import IMAPClient

from adapters.email import receiving
from adapters.twilio_voice.send import TwilioTelephone
from router.cli import main
from router.core import events
from router.core.call.actions import DialLeg
from router.core.call.state import Call
from router.engine import callbacks, in_line, mails, media, presence
from router.engine.calls import commands, shown
from router.engine.centre import Centre
from router.engine.talk import AnySaid, MessageSaid
from router.store.postgres import calls, outbox
from router.store.postgres.cases.held import Held
from router.store.routing import RoutingStore
from router.store.step import Written
from tests.faults.server import ONCE

ENDED = 17
Async = Callable[..., Awaitable[Any]]


def _end(*_: object, **__: object) -> Any:
    os._exit(ENDED)


def _instead_of(owner: Any, name: str) -> None:
    setattr(owner, name, _end)


def _once(owner: Any, name: str, *, when: Callable[..., bool] = lambda *_: True, after: bool = False) -> None:
    """Before it is done, or after; when: by what it is called with."""
    do: Async = getattr(owner, name)

    async def do_or_end(*words: Any, **facts: Any) -> Any:
        here = when(*words)
        if here and not after:
            _end_first()
        result = await do(*words, **facts)
        if here and after:
            _end_first()
        return result

    setattr(owner, name, do_or_end)


def _end_first() -> None:
    with contextlib.suppress(FileExistsError):
        os.close(os.open(os.environ[ONCE], os.O_CREAT | os.O_EXCL))
        _end()


def _accepts(_: Centre, written: Sequence[Written]) -> bool:
    return any(isinstance(each.event, events.OfferAccepted) for each in written)


def _dials(_: TwilioTelephone, call: Call, action: object) -> bool:
    return isinstance(action, DialLeg)


def _talks(_: Centre, before: Call | None, after: Call) -> bool:
    return after.state == "talking"


def _missed(_: Centre, agent: str, status: str) -> bool:
    return status == "away"


def _goes_out(_: object, call: Call, *more: object) -> bool:
    return call.direction == "out"


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

CALLS: dict[str, Callable[[], None]] = {
    "offer accepted, call not looked at": lambda: _once(Centre, "journal", when=_accepts),
    "phone called, not noted": lambda: _once(TwilioTelephone, "carry_out", when=_dials, after=True),
    "talk begun, not shown": lambda: _once(shown, "tell", when=_talks),
    "call over, its item not ended": lambda: _once(in_line, "end"),
    "call over, its item ended, not noted": lambda: _once(in_line, "end", after=True),
    "transfer asked for, item not moved": lambda: _once(RoutingStore, "transfer_to_queue"),
    "item moved, call not looked at": lambda: _once(RoutingStore, "transfer_to_queue", after=True),
    "handed over, not accepted": lambda: _once(commands, "accept_for"),
    "agent set away, item not given back": lambda: _once(presence, "set_status", when=_missed, after=True),
    "item in line, not taken by who calls": lambda: _once(RoutingStore, "pick"),
    "item taken, call not begun": lambda: _once(calls, "begin", when=_goes_out),
    "call begun, not answered": lambda: _once(calls, "begin", when=_goes_out, after=True),
    "callback wanted, not kept": lambda: _once(callbacks, "ask"),
    "message left, not kept": lambda: _once(media, "upload"),
}
PLACES |= CALLS

if __name__ == "__main__":
    receiving.HELD_S, receiving.HELD_AGAIN_S = 2.0, 0.5  # whoever comes after is not to be waited for
    PLACES[sys.argv.pop(1)]()
    main()
