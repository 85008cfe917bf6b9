"""Dial: connects a leg to a conference, to numbers and clients that ring at once, or to a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.simulators.twilio import line
from tests.simulators.twilio.alert import COACH_UNKNOWN, LABEL_TAKEN
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.grammar import WHISPERED
from tests.simulators.twilio.seat import Seat
from tests.simulators.twilio.turn import Source, Turn
from tests.simulators.twilio.twiml import Document, Element

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg

DEFAULT_TIMEOUT_S = 30.0
Outcome = dict[str, str]
"""What the action is told."""


async def dial(leg: Leg, element: Element, document: Document) -> Turn:
    """Leads to `action` with DialCallStatus; without one to the next verb."""
    nouns = element.children or (Element(name="Number", text=element.text),)
    with _star(leg, element):
        match nouns[0].name:
            case "Conference":
                outcome = await _sit(leg, nouns[0], document)
            case "Queue":
                taken = await line.take(leg, nouns[0].text)
                outcome = {"DialCallStatus": "completed" if taken else "failed"}
            case _:
                outcome = await _ring(leg, element, nouns, document)
    hook = document.hook(element, "action")
    return Source(hook=hook, params=outcome) if hook else None


@contextmanager
def _star(leg: Leg, element: Element) -> Iterator[None]:
    """hangupOnStar: `*` ends what was dialled, not the leg."""
    leg.star = asyncio.Event() if element.flag("hangupOnStar", default=False) else None
    try:
        yield
    finally:
        leg.star = None


async def _sit(leg: Leg, noun: Element, document: Document) -> Outcome:
    room, alerts = leg.exchange.room(noun.text), leg.exchange.alerts
    label, coach = noun.get("participantLabel"), noun.get("coach")
    if label and room.seat(label) is not None:
        alerts.violation(LABEL_TAKEN, f"label {label!r} is taken", leg.sid)
        return {"DialCallStatus": "failed"}
    if coach and room.seat(coach) is None:
        alerts.violation(COACH_UNKNOWN, f"nobody to coach: {coach}", leg.sid)
        return {"DialCallStatus": "failed"}
    seat = Seat(
        leg=leg,
        label=label,
        muted=noun.flag("muted", default=False),
        coaching=bool(coach),
        coached=coach,
        start_on_enter=noun.flag("startConferenceOnEnter", default=True),
        end_on_exit=noun.flag("endConferenceOnExit", default=False),
        beep=noun.get("beep", "true"),
        wait=document.hook(noun, "waitUrl", "waitMethod"),
        wait_in_silence="waitUrl" in noun.attributes and not noun.get("waitUrl"),
    )
    room.configure(
        hook=document.hook(noun, "statusCallback", "statusCallbackMethod"),
        events=noun.words("statusCallbackEvent"),
        most=int(noun.number("maxParticipants", 250)),
        recorded=noun.get("record") == "record-from-start",
        recording_hook=document.hook(noun, "recordingStatusCallback", "recordingStatusCallbackMethod"),
        recording_events=noun.words("recordingStatusCallbackEvent", "completed"),
    )
    await room.sit(seat)
    return {"DialCallStatus": "answered", "DialCallSid": leg.sid}


async def _ring(leg: Leg, element: Element, nouns: tuple[Element, ...], document: Document) -> Outcome:
    """All at once; the first to pick up is connected, the others are canceled."""
    timeout_s = element.number("timeout", DEFAULT_TIMEOUT_S)
    called = [_call(leg, element, noun, document, timeout_s) for noun in nouns]
    leg.ear.hear(Sound.RINGBACK)
    winner: Leg | None = None
    try:
        winner = await _first_to_answer(called)
        for other in called:
            if other is not winner:
                other.hang_up()
        if winner is not None:
            await _talk(leg, winner, element.number("timeLimit", 14_400))
    finally:
        for each in called:
            each.hang_up()
    last = winner or called[-1]
    await last.ended.wait()
    outcome = {"DialCallStatus": last.status, "DialCallSid": last.sid}
    if winner is not None:
        outcome |= {"DialCallDuration": str(round(last.talked_phone_s)), "DialBridged": "true"}
    return outcome


def _call(leg: Leg, element: Element, noun: Element, document: Document, timeout_s: float) -> Leg:
    identity = next((child.text for child in noun.children if child.name == "Identity"), noun.text)
    to = {"Client": f"client:{identity}", "Sip": identity}.get(noun.name, identity)
    whisper = document.hook(noun, "url")
    bridged = Source(play=_until_parted)
    source = Source(hook=whisper, allowed=WHISPERED, then=bridged) if whisper else bridged
    return leg.exchange.call_out(
        to=to,
        from_=element.get("callerId") or leg.from_,
        source=source,
        timeout_s=timeout_s,
        status_hook=document.hook(noun, "statusCallback", "statusCallbackMethod"),
        status_events=noun.words("statusCallbackEvent", "completed"),
        parent=leg,
        params={child.get("name"): child.get("value") for child in noun.children if child.name == "Parameter"},
    )


async def _until_parted(leg: Leg) -> Turn:
    """The called leg's part: it is there once any whisper is over."""
    leg.bridged.set()
    await asyncio.Event().wait()
    return None


async def _first_to_answer(called: list[Leg]) -> Leg | None:
    waits = {asyncio.ensure_future(each.bridged.wait()): each for each in called}
    ends = {asyncio.ensure_future(each.ended.wait()): each for each in called}
    try:
        while ends:
            done, _ = await asyncio.wait({*waits, *ends}, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                if each in waits:
                    return waits[each]
                ends.pop(each)
        return None
    finally:
        for task in (*waits, *ends):
            task.cancel()


async def _talk(leg: Leg, other: Leg, limit_s: float) -> None:
    leg.ear.hear(Sound.PEOPLE, other.sid)
    other.ear.hear(Sound.PEOPLE, leg.sid)
    parted = [asyncio.ensure_future(other.ended.wait())]
    if leg.star is not None:
        parted.append(asyncio.ensure_future(leg.star.wait()))
    try:
        with suppress(TimeoutError):
            async with leg.exchange.clock.timeout(limit_s):
                await asyncio.wait(parted, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in parted:
            task.cancel()
