"""Gather and Record: the caller's turn to press, say or leave something."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.person import Reply
from tests.simulators.twilio.playing import speak
from tests.simulators.twilio.turn import Source, Turn
from tests.simulators.twilio.twiml import Document, Element

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg

DEFAULT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    digits: str = ""
    finished_on: str = ""
    speech: str = ""
    confidence: float = 0.0

    def params(self) -> dict[str, str]:
        if self.speech:
            return {"SpeechResult": self.speech, "Confidence": f"{self.confidence:.8f}"}
        more = {"FinishedOnKey": self.finished_on} if self.finished_on else {}
        return {"Digits": self.digits, **more}


async def gather(leg: Leg, element: Element, document: Document) -> Turn:
    """Leads to `action` with what was given; with nothing given to the next verb, unless actionOnEmptyResult."""
    with leg.listening(" ".join(child.text for child in element.children)) as keys:
        prompt = asyncio.ensure_future(speak(leg, element.children, document, leg.ear.hear))
        try:
            gathered = await _gathered(leg, element, keys, prompt)
        finally:
            prompt.cancel()
    if gathered is None and not element.flag("actionOnEmptyResult", default=False):
        return None
    hook = document.hook(element, "action") or Hook.of(document.url, element.get("method"))
    if hook is None:
        leg.exchange.alerts.violation(0, "Gather without an action in TwiML that has no URL", leg.sid)
        return None
    return Source(hook=hook, params=(gathered or Gathered()).params())


async def _gathered(
    leg: Leg, element: Element, keys: asyncio.Queue[Reply], prompt: asyncio.Future[None]
) -> Gathered | None:
    wanted = element.words("input", "dtmf")
    most, finish = int(element.number("numDigits", 1000)), element.get("finishOnKey", "#")
    digits = ""
    while True:
        given = await _next(leg, element, keys, prompt)
        if given is None:
            return Gathered(digits=digits) if digits else None
        if given.speech and "speech" in wanted:
            return Gathered(speech=given.speech, confidence=given.confidence)
        for key in given.digits if "dtmf" in wanted else "":
            if digits and key in finish:
                return Gathered(digits=digits, finished_on=key)
            digits += key
            if len(digits) == most:
                return Gathered(digits=digits)


async def _next(leg: Leg, element: Element, keys: asyncio.Queue[Reply], prompt: asyncio.Future[None]) -> Reply | None:
    """What comes next; None when nothing does in time, counted from the end of the prompt."""
    getter = asyncio.ensure_future(keys.get())
    try:
        either: set[asyncio.Future[Any]] = {getter, prompt}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if getter.done():
            if element.flag("bargeIn", default=True):
                prompt.cancel()
            else:
                await asyncio.wait({prompt})
            return getter.result()
        leg.ear.hear(Sound.TURN, "gather")
        in_time = await leg.exchange.clock.done_within(getter, element.number("timeout", DEFAULT_TIMEOUT_S))
        return getter.result() if in_time else None
    finally:
        getter.cancel()


async def record(leg: Leg, element: Element, document: Document) -> Turn:
    """The person speaks until silence, a key, the longest length, or hanging up: then the action gets Digits=hangup."""
    longest_s = element.number("maxLength", 3600)
    recording = leg.exchange.record(
        leg=leg,
        source="RecordVerb",
        hook=document.hook(element, "recordingStatusCallback", "recordingStatusCallbackMethod"),
        events=element.words("recordingStatusCallbackEvent", "completed"),
    )
    hook = document.hook(element, "action") or Hook.of(document.url, element.get("method"))
    leg.ear.hear(Sound.TURN, "record")
    digits = "hangup"
    try:
        with leg.listening() as keys:
            digits = await _speaking(leg, element, keys, longest_s)
    finally:
        recording.finish()
        params = {**recording.params_of_action(), "Digits": digits}
        if digits == "hangup":
            leg.exchange.webhooks.tell(hook, leg.params() | params | {"CallStatus": "completed"}, line=leg.sid)
    if leg.person.speaks_s == 0 and not digits:
        return None
    return Source(hook=hook, params=params) if hook else None


async def _speaking(leg: Leg, element: Element, keys: asyncio.Queue[Reply], longest_s: float) -> str:
    """The key that ended it, or ""."""
    clock, finish = leg.exchange.clock, element.get("finishOnKey", "1234567890*#")
    quiet_s = element.number("timeout", DEFAULT_TIMEOUT_S)
    silence_s = 0.0 if leg.person.message_and_gone else quiet_s
    with suppress(TimeoutError):
        async with clock.timeout(min(leg.person.speaks_s + silence_s, longest_s)):
            while True:
                given = await keys.get()
                if given.digits and given.digits[0] in finish:
                    return given.digits[0]
    if leg.person.message_and_gone:
        leg.hang_up()
        await clock.sleep(quiet_s)
    return ""
