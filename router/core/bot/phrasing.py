"""Texts with their {names} filled in: a name of the details, or a dotted one within; nothing is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
MISSING = "–"


def names_in(text: str) -> frozenset[str]:
    """The first part of every name in the text."""
    return frozenset(name.partition(".")[0] for name in PLACE.findall(text))


def filled(text: str, details: Mapping[str, Any]) -> str:
    """What is not known is shown as a dash. Braces in values stay braces: values are not looked into."""
    return PLACE.sub(lambda place: shown(_at(details, place[1])), text)


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".") if value == int(value) else f"{value:.2f}"
    return str(value) if isinstance(value, str | int) and value != "" else MISSING


def _at(details: Mapping[str, Any], path: str) -> object:
    value: object = details
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
