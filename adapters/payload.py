"""Reading what a provider sent without trusting a byte of it.

`document` and `form` refuse what cannot be read at all, with Unreadable. Everything below is total: what is missing, or
of another type than it should be, reads as empty.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from router.core.words import Ms

MOST_FIELDS = 1_000
MOST_ITEMS = 10_000
"""Of entries, messages and receipts in a request; providers send a thousand at most."""
MOST_PARTS = 100
"""Of one message: attachments, products, buttons."""
MOST_ID_CHARS = 200
MOST_NAME_CHARS = 200
MOST_URL_CHARS = 8_192
SECONDS_END = 100_000_000_000
"""A time below is in seconds, one above in milliseconds: in seconds it is the year 5138."""
EARLIEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000
"""2000 and 2100: a clock that says anything else says nothing."""


class Unreadable(Exception):
    """The body is not what this provider sends; the text says why, for people."""


def document(body: bytes) -> Mapping[str, object]:
    """A JSON object. Raises Unreadable."""
    if not body.strip():
        raise Unreadable("the body is empty")
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {str(error)[:100]}") from None
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object")
    return found


def form(body: bytes) -> Mapping[str, str]:
    """Form fields, the last of those with the same name. Raises Unreadable."""
    if not body.strip():
        raise Unreadable("the body is empty")
    try:
        pairs = parse_qsl(body.strip().decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable(f"not form fields: {error}") from None
    if not any(value for _, value in pairs):
        raise Unreadable("no form field has a value")
    return {clean(name): clean(value) for name, value in pairs}


def at(value: object, *path: str) -> object:
    """What is found going down the names of a path; None where it ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def fields(value: object, *path: str) -> Mapping[str, object]:
    found = at(value, *path)
    return found if isinstance(found, Mapping) else {}


def items(value: object, *path: str, most: int = MOST_ITEMS) -> Sequence[object]:
    """A list, not more of it than anybody means: a body's size is bounded, what is done with each of them is not."""
    found = at(value, *path)
    return found[:most] if isinstance(found, list) else ()


def text(value: object, *path: str) -> str:
    """A string, or a number as one, fit for storing."""
    found = at(value, *path)
    if isinstance(found, str):
        return clean(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return ""
    return str(found) if isinstance(found, int) or math.isfinite(found) else ""


def ident(value: object, *path: str) -> str:
    """An id: one that is longer than ids are is named by its hash."""
    found = text(value, *path).strip()
    return found if len(found) <= MOST_ID_CHARS else f"sha256:{hashlib.sha256(found.encode()).hexdigest()}"


def name(value: object, *path: str) -> str:
    """A short text on one line."""
    return " ".join(text(value, *path).split())[:MOST_NAME_CHARS]


def url(value: object, *path: str) -> str:
    """A web address of an attachment; "" for anything else, or one too long to be meant."""
    found = text(value, *path).strip()
    return found if len(found) <= MOST_URL_CHARS else ""


def whole(value: object, *path: str) -> int | None:
    """A count or size: an integer that is not negative, also written in digits."""
    found = number(value, *path)
    return int(found) if found is not None and 0 <= found < 2**53 else None


def number(value: object, *path: str) -> float | None:
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        read = float(found)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def moment(value: object, *path: str) -> Ms | None:
    """A time since 1970, given in seconds or in milliseconds."""
    found = number(value, *path)
    if found is None:
        return None
    at_ms = int(found * 1000) if abs(found) < SECONDS_END else int(found)
    return at_ms if EARLIEST_MS <= at_ms < LATEST_MS else None


def flag(value: object, *path: str) -> bool:
    return at(value, *path) is True


def clean(found: str) -> str:
    """Without what a database or a JSON reader refuses: NUL, and halves of surrogate pairs."""
    if "\0" in found:
        found = found.replace("\0", "")
    if found.isascii():
        return found
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def made_id(*parts: str) -> str:
    """An id for what came without one: the same for the same content."""
    return f"sha256:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"
