"""Who holds the telephone: a customer, an agent at a browser, anybody with a number. Times are phone time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tests.simulators.twilio.audio import Sound

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg

OUTCOMES = ("answer", "busy", "no-answer", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is pressed or said at a Gather, `after_s` it begins; with neither the person stays silent.

    hears: said whenever the prompt has these words in it; "": said once, in its turn.
    """

    hears: str = ""
    digits: str = ""
    speech: str = ""
    confidence: float = 0.9
    after_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """outcome: of ringing them, one of OUTCOMES, after `picks_up_s`; None rings until told or timed out.

    replies: at successive Gathers; when they run out, silence. Those that wait for words come before.
    speaks_s: at a Record; then hangs up if `message_and_gone`.
    patience_s: hangs up after so long without talking to anyone, counted in all. talk_s: hangs up after so much talk.
    """

    outcome: str = "answer"
    picks_up_s: float | None = 1.0
    replies: tuple[Reply, ...] = ()
    speaks_s: float = 5.0
    message_and_gone: bool = False
    patience_s: float | None = None
    talk_s: float | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From JSON. Raises TypeError for unknown words, ValueError for an unknown outcome."""
        if given.get("outcome", "answer") not in OUTCOMES:
            raise ValueError(f"no such outcome: {given['outcome']}")
        replies = tuple(Reply(**each) for each in given.get("replies", ()))
        return cls(**{**given, "replies": replies})


async def behave(leg: Leg) -> None:
    """Hang up when patience ends, or when all is said."""
    clock, person = leg.exchange.clock, leg.person
    talked_s = waited_s = 0.0
    while not leg.over:
        talking = leg.ear.sound in (Sound.PEOPLE, Sound.MUTED)
        limit = person.talk_s if talking else person.patience_s
        so_far = talked_s if talking else waited_s
        began_s = clock.phone_s()
        leg.ear.changed.clear()
        with suppress(TimeoutError):
            async with clock.timeout(None if limit is None else limit - so_far):
                await leg.ear.changed.wait()
        passed_s = clock.phone_s() - began_s
        talked_s, waited_s = (talked_s + passed_s, waited_s) if talking else (talked_s, waited_s + passed_s)
        if limit is not None and so_far + passed_s >= limit:
            leg.hang_up()


def chosen(replies: Sequence[Reply], used: set[int], prompt: str) -> Reply | None:
    """What the person has to say to a prompt; those said in turn are used up."""
    for each in replies:
        if each.hears and each.hears in prompt:
            return each
    for index, each in enumerate(replies):
        if not each.hears and index not in used:
            used.add(index)
            return each
    return None


def replying(leg: Leg, what: Reply | None) -> asyncio.TimerHandle | None:
    """The person's next reply on its way; None when they stay silent."""
    if what is None or not (what.digits or what.speech):
        return None
    return leg.exchange.clock.later(what.after_s, leg.press, what)
