"""Lines people read in place of what has no text, and places on the map."""

from __future__ import annotations

import json

from adapters.payload import MOST_PARTS, clean, fields, items, text
from router.core.inbound import PLACE, Attachment

MOST_CHARS = 200
FOR_MACHINES = frozenset({"flow_token"})
"""Names of answers nobody gave."""


def bracketed(word: str, *details: str) -> str:
    """ "[poll Lunch?]": the word of a kind of message, and what is known of it."""
    said = " ".join(part for part in (word.replace("_", " "), *details) if part)
    return f"[{said[:MOST_CHARS]}]"


def joined(*parts: str, by: str = ", ") -> str:
    """Those parts that say something."""
    return by.join(part for part in parts if part)


def place(latitude: float | None, longitude: float | None, label: str = "") -> Attachment | None:
    """A place, if that is one: its name says where, its url is `geo:` with six decimals, a tenth of a metre."""
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    where = f"{latitude:.6f},{longitude:.6f}"
    return Attachment(name=label or f"location {where.replace(',', ', ')}", media_type=PLACE, url=f"geo:{where}")


def filled_in(written: str) -> str:
    """The answers of a form, given as JSON: a line for each field. What is no JSON is told as it is."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return written
    answers = {field: answer for field, answer in fields(found).items() if field not in FOR_MACHINES}
    inside = {field: answer for group in answers.values() for field, answer in fields(group).items()}
    told = ((field, _answer(answer)) for field, answer in {**answers, **inside}.items())
    return clean("\n".join(f"{field}: {answer}" for field, answer in told if answer))


def _answer(found: object) -> str:
    if isinstance(found, bool):
        return "yes" if found else "no"
    return text(found) or joined(*(text(one) for one in items(found, most=MOST_PARTS)))
