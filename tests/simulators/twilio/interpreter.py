"""What a leg does with TwiML: its verbs in order, and where they lead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from tests.simulators.twilio import dial, gathering, line
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.playing import fetch, redirection, speak
from tests.simulators.twilio.turn import HangUp, Source, Turn
from tests.simulators.twilio.twiml import Document, Element

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg

SORRY_S = 4.0
MOST_DOCUMENTS_WITHOUT_SOUND = 20


async def run(leg: Leg, source: Source) -> Turn:
    """From one document to the next, until a verb hangs up or there is nothing more to do."""
    soundless, then = 0, None
    while True:
        sounds = len(leg.ear.heard)
        then = source.then or then
        turn = await source.play(leg) if source.play is not None else await _fetch_and_perform(leg, source)
        soundless = soundless + 1 if len(leg.ear.heard) <= sounds + 1 else 0
        if soundless > MOST_DOCUMENTS_WITHOUT_SOUND:
            leg.exchange.alerts.violation(0, "documents lead to each other without a sound", leg.sid)
            return HangUp()
        if turn is None and then is not None:
            turn, then = then, None
        if not isinstance(turn, Source):
            return turn
        source = turn


async def _fetch_and_perform(leg: Leg, source: Source) -> Turn:
    if leg.status == "in-progress":
        leg.ear.hear(Sound.FETCHING)
    document = await fetch(leg, leg.or_fallback(source))
    if document is None:
        leg.answer()
        leg.note("application error")
        leg.ear.hear(Sound.SPEECH, "an application error has occurred")
        await leg.exchange.clock.sleep(SORRY_S)
        return HangUp()
    for element in document.elements:
        if element.name != "Reject":
            leg.answer()
        leg.note(element.name, element.text[:120])
        turn = await VERBS[element.name](leg, element, document)
        if turn is not None:
            return turn
    return None


async def _say(leg: Leg, element: Element, document: Document) -> Turn:
    await speak(leg, (element,), document, leg.ear.hear)
    return None


async def _redirect(leg: Leg, element: Element, document: Document) -> Turn:
    return redirection(element, document)


async def _hang_up(leg: Leg, element: Element, document: Document) -> Turn:
    return HangUp()


async def _reject(leg: Leg, element: Element, document: Document) -> Turn:
    if leg.status == "in-progress":
        return HangUp()
    return HangUp(status="busy" if element.get("reason") == "busy" else "no-answer")


VERBS: Mapping[str, Callable[[Leg, Element, Document], Awaitable[Turn]]] = {
    "Say": _say,
    "Play": _say,
    "Pause": _say,
    "Gather": gathering.gather,
    "Record": gathering.record,
    "Dial": dial.dial,
    "Enqueue": line.enqueue,
    "Leave": line.leave,
    "Redirect": _redirect,
    "Hangup": _hang_up,
    "Reject": _reject,
}
