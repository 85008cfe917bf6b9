"""Texts with variables: `Hello {{customer.first_name|there}}`. No logic, no nesting: one pass, values as they are.

What a variable stands for is never looked at again, so a customer who is called `{{agent.name}}` stays called that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

VARIABLES: Mapping[str, str] = {
    "customer.name": "the customer's name",
    "customer.first_name": "its first word",
    "customer.email": "their e-mail address",
    "agent.name": "the agent's name",
    "agent.first_name": "as customers see it",
    "conversation.subject": "what it is about",
    "queue.label": "where it was answered",
    "case.number": "the number of its case",
    "case.subject": "what its case is about",
    "today": "the date, as 2026-11-22",
}
"""What may stand between the braces. Beside them `details.NAME`: what the customer or the bot filled in, as in
conditions."""
EXAMPLES: Mapping[str, str] = {
    "customer.name": "Maya Lind",
    "customer.first_name": "Maya",
    "customer.email": "maya@example.org",
    "conversation.subject": "A damaged parcel",
    "case.number": "1024",
    "case.subject": "A damaged parcel",
}
"""What stands for them while a text is being written. Whoever writes, where and when: that is known."""
DETAILS = re.compile(r"details\.[a-z][a-z0-9_]{0,39}\Z")
MOST_VALUE_CHARS = 200

_PLACE = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class TemplateInvalid(ValueError):
    """The text names a variable there is none of, or has braces that do not pair (name is empty then).

    near: the variable that was meant, perhaps.
    """

    def __init__(self, reason: str, *, name: str = "", near: str = "") -> None:
        super().__init__(reason)
        self.name, self.near = name, near


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """missing: variables without a value or a stand-in; they stand in the text as they were written."""

    text: str
    missing: tuple[str, ...]


def check(text: str) -> None:
    """Raises TemplateInvalid."""
    for found in _PLACE.finditer(text):
        name = found[1]
        if name not in VARIABLES and not DETAILS.match(name):
            near = get_close_matches(name, VARIABLES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(VARIABLES)}, details.NAME"
            raise TemplateInvalid(f"unknown variable {name!r}; {hint}", name=name, near=near[0] if near else "")
    rest = _PLACE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise TemplateInvalid("braces that do not pair")


def variables_in(text: str) -> list[str]:
    """Names of the variables a text has, each once, in order."""
    return list(dict.fromkeys(found[1] for found in _PLACE.finditer(text)))


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """The text with its variables filled in. values: by name; an empty one is missing."""
    missing: list[str] = []

    def stands_for(found: re.Match[str]) -> str:
        name, stand_in = found[1], found[2]
        value = _CONTROLS.sub(" ", values.get(name, "")).strip()[:MOST_VALUE_CHARS]
        if value:
            return value
        if stand_in is not None:
            return stand_in
        missing.append(name)
        return found[0]

    return Filled(text=_PLACE.sub(stands_for, text), missing=tuple(dict.fromkeys(missing)))
