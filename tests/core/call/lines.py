"""A line and a context for tests, small and in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from router.core.call.draft import Context, Place
from router.core.call.line import Choice, Line, Word
from router.core.call.state import Call
from router.core.words import Ms

TEXTS: dict[Word, str] = {word: word.replace("_", " ") for word in get_args(Word)}
TEXTS |= {"press": "For {label} press {digit}.", "position": "You are number {n}.", "expected": "About {minutes} min."}


def line(**changes: Any) -> Line:
    facts: dict[str, Any] = {
        "account": "main",
        "number": "+48221234567",
        "languages": ("en", "pl"),
        "texts": {"en": TEXTS, "pl": {word: f"po polsku: {text}" for word, text in TEXTS.items()}},
        "menu": (
            Choice(digit="1", queue="sales", labels={"en": "sales"}, words={"en": ("sales", "buy")}),
            Choice(digit="2", queue="billing", labels={"en": "bills"}, words={"en": ("bill", "invoice")}),
            Choice(digit="9", language="pl", again=True, labels={"pl": "polski"}),
        ),
    }
    return Line(**facts | changes)


def context(now: Ms, on: Line | None = None, place: Callable[[Call], Place] | None = None) -> Context:
    return Context(now=now, line=on or line(), place=place or (lambda call: Place(queue=call.queue or "orders")))
