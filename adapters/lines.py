"""Lines people read in place of what has no text, and places on the map."""

from __future__ import annotations

from router.core.inbound import PLACE, Attachment

MOST_CHARS = 200


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
