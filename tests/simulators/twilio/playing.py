"""Documents are fetched, and what they say or play is heard, for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.alert import HTTP_FAILED, NOT_TWIML, SCHEMA, UNPARSABLE, WRONG_VERB_WHILE_WAITING
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.grammar import WHILE_WAITING
from tests.simulators.twilio.turn import Source
from tests.simulators.twilio.twiml import Document, Element, Unparsable, read

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg

TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
LETTERS_A_SECOND = 14
ENDLESS = 10_000

Hear = Callable[..., None]
"""(sound, *of): who plays something tells it here; a conference decides whether its participant hears it."""


async def fetch(leg: Leg, source: Source) -> Document | None:
    """The document, read; None when there is none that can be read."""
    alerts = leg.exchange.alerts
    if source.hook is None:
        return _read(leg, source.twiml.encode(), "", source.allowed)
    reply = await leg.exchange.webhooks.ask(source.hook, source.fallback, leg.params() | dict(source.params))
    if reply is None:
        alerts.mishap(HTTP_FAILED, f"no document for {leg.sid}", source.hook.url)
        return None
    if reply.media_type.startswith("audio/"):
        return Document(url=reply.url, elements=(Element(name="Play", attributes={"loop": "0"}, text=reply.url),))
    if reply.media_type not in TWIML_TYPES:
        alerts.violation(NOT_TWIML, f"content type {reply.media_type!r}", reply.url)
        return None
    return _read(leg, reply.body, reply.url, source.allowed)


def _read(leg: Leg, body: bytes, url: str, allowed: frozenset[str]) -> Document | None:
    alerts = leg.exchange.alerts
    try:
        document = read(body, url=url, allowed=allowed)
    except Unparsable as error:
        alerts.violation(UNPARSABLE, str(error), url or leg.sid)
        return None
    for wrong in document.wrong:
        alerts.violation(WRONG_VERB_WHILE_WAITING if "while waiting" in wrong else SCHEMA, wrong, url or leg.sid)
    return document


async def speak(leg: Leg, elements: tuple[Element, ...], document: Document, hear: Hear) -> None:
    """Say, Play and Pause; others are passed over."""
    for element in elements:
        match element.name:
            case "Say":
                hear(Sound.SPEECH, element.text)
                await leg.exchange.clock.sleep(_times(element) * (0.3 + len(element.text) / LETTERS_A_SECOND))
            case "Play":
                await _play(leg, element, document, hear)
            case "Pause":
                hear(Sound.SILENCE, "pause")
                await leg.exchange.clock.sleep(element.number("length", 1))


async def _play(leg: Leg, element: Element, document: Document, hear: Hear) -> None:
    if element.get("digits"):
        leg.note("tones", element.get("digits"))
        hear(Sound.SPEECH, f"tones {element.get('digits')}")
        await leg.exchange.clock.sleep(0.5 * len(element.get("digits")))
        return
    url = urljoin(document.url, element.text)
    length_s = await leg.exchange.media.length_s(url, leg.sid)
    hear(Sound.MUSIC if length_s else Sound.SILENCE, url)
    await leg.exchange.clock.sleep(_times(element) * length_s)


def _times(element: Element) -> float:
    return element.number("loop", 1) or ENDLESS


def redirection(element: Element, document: Document) -> Source | None:
    """Where a Redirect leads; without text, to its own document again."""
    hook = Hook.of(urljoin(document.url, element.text) if element.text else document.url, element.get("method") or None)
    return Source(hook=hook) if hook else None


async def entertain(leg: Leg, hook: Hook, hear: Hear, params: Mapping[str, str]) -> None:
    """What a conference plays to one who waits or is held: until it runs out of verbs, then silence."""
    source: Source | None = Source(hook=hook, params=params, allowed=WHILE_WAITING)
    while source is not None:
        document = await fetch(leg, source)
        source = None
        if document is None:
            break
        for element in document.elements:
            if element.name == "Redirect":
                there = redirection(element, document)
                source = Source(hook=there.hook, params=params, allowed=WHILE_WAITING) if there else None
                break
            await speak(leg, (element,), document, hear)
    hear(Sound.SILENCE, "the waiting document ran out")
