"""JSON from people and other systems, read strictly: what is doubtful is refused with a reason, never guessed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, NoReturn

MOST_BYTES = 1_000_000
MOST_DEPTH = 64

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_BOTH_SIGNS: Final = re.compile(r'[\[{]|[\]}]|"(?:[^"\\]|\\.)*+"')


class JsonInvalid(Exception):
    """The file is not the JSON that was asked for; the message is for whoever wrote it."""

    code, status = "json_invalid", 422


def read_json(path: Path, *, most_bytes: int = MOST_BYTES) -> object:
    """The document in a file.

    Raises JsonInvalid: unreadable, too large, not UTF-8, not JSON, a key twice in one object, NaN or a number beyond
    the range of numbers, half a character, nested deeper than MOST_DEPTH.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(most_bytes + 1)
    except OSError as error:
        raise JsonInvalid(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a path with NUL in it
        raise JsonInvalid(f"{path!r}: cannot be read: {error}") from None
    if len(raw) > most_bytes:
        raise JsonInvalid(f"{path}: larger than {most_bytes:,} bytes")
    try:
        return parse_json(raw)
    except JsonInvalid as error:
        raise JsonInvalid(f"{path}: {error}") from None


def parse_json(raw: bytes) -> object:
    """See `read_json`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonInvalid(f"not UTF-8 text at byte {error.start}") from None
    if _depth(text) > MOST_DEPTH:
        raise JsonInvalid(f"nested deeper than {MOST_DEPTH}")
    try:
        document: object = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_float)
        if _SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise JsonInvalid(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except UnicodeEncodeError:
        raise JsonInvalid("not text: half of a surrogate pair") from None
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits, arrays within arrays
        raise JsonInvalid(f"cannot be read: {error}") from None
    return document


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in _BOTH_SIGNS.finditer(text):
        depth += 1 if sign[0] in "[{" else -1 if sign[0] in "]}" else 0
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JsonInvalid(f"the key {twice[:80]!r} is there twice in one object")
    return found


def _no_number(word: str) -> NoReturn:
    raise JsonInvalid(f"{word} is not a number of JSON")


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise JsonInvalid(f"{text[:40]} is beyond the range of numbers")
    return number
