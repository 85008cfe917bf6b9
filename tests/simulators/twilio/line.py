"""Enqueue and Leave: Twilio's own queues; a caller hears waitUrl again and again until somebody takes the call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.grammar import IN_A_QUEUE
from tests.simulators.twilio.turn import HangUp, Source, Turn
from tests.simulators.twilio.twiml import Document, Element

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg

DEFAULT_MUSIC = "the default music of Twilio"
LEAVE = HangUp(status="leave")


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """taken: by the leg that dialled the queue. done: that one no longer talks to this."""

    leg: Leg
    since_s: float
    taken: asyncio.Future[Leg]
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True)
class Line:
    sid: str
    name: str
    places: list[Place] = field(default_factory=list)

    def params(self, of: Place) -> dict[str, str]:
        now_s = of.leg.exchange.clock.phone_s()
        waits = [now_s - each.since_s for each in self.places]
        return {
            "QueueSid": self.sid,
            "QueueTime": str(int(now_s - of.since_s)),
            "QueuePosition": str(self.places.index(of) + 1),
            "AvgQueueTime": str(int(sum(waits) / len(waits))),
            "CurrentQueueSize": str(len(self.places)),
        }

    def first(self) -> Place | None:
        return next((each for each in self.places if not each.taken.done()), None)


async def enqueue(leg: Leg, element: Element, document: Document) -> Turn:
    """Leads to `action` with QueueResult: bridged, leave; a Hangup in the waiting document ends the call."""
    line = leg.exchange.line(element.text)
    taken: asyncio.Future[Leg] = asyncio.get_running_loop().create_future()
    place = Place(leg=leg, since_s=leg.exchange.clock.phone_s(), taken=taken)
    line.places.append(place)
    playing = asyncio.ensure_future(_entertain(leg, line, place, document.hook(element, "waitUrl", "waitUrlMethod")))
    try:
        either: set[asyncio.Future[Any]] = {taken, playing}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if taken.done():
            playing.cancel()
            leg.ear.hear(Sound.PEOPLE, taken.result().sid)
            await place.done.wait()
        elif playing.result() != LEAVE:
            return playing.result()
    finally:
        playing.cancel()
        params = line.params(place)
        line.places.remove(place)
    hook = document.hook(element, "action")
    result = "bridged" if taken.done() else "leave"
    more = {key: params[key] for key in ("QueueSid", "QueueTime")}
    return Source(hook=hook, params={"QueueResult": result, **more}) if hook else None


async def _entertain(leg: Leg, line: Line, place: Place, hook: Hook | None) -> Turn:
    """Round and round, until a verb in it says Leave or Hangup."""
    while hook is not None:
        turn = await leg.perform(Source(hook=hook, params=line.params(place), allowed=IN_A_QUEUE))
        if turn is not None:
            return turn
    leg.ear.hear(Sound.MUSIC, DEFAULT_MUSIC)
    await asyncio.Event().wait()
    return None


async def leave(leg: Leg, element: Element, document: Document) -> Turn:
    return LEAVE


async def take(leg: Leg, name: str) -> bool:
    """Talk to the first in the line until one of both leaves. False: nobody waits there."""
    place = leg.exchange.line(name).first()
    if place is None:
        return False
    place.taken.set_result(leg)
    leg.ear.hear(Sound.PEOPLE, place.leg.sid)
    try:
        await place.leg.ended.wait()
    finally:
        place.done.set()
    return True
