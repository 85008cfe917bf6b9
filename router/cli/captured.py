"""Request bodies in files: as they came, or as people keep them.

A file is the raw body. Understood too: form fields as a JSON object (Twilio sends forms, captures show objects), an
object that holds the raw body in `body`, `form_body` or `form` (or in `body` what was read of it), lists or objects of
such cases, and JSON documents a line each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

FORM_CHANNELS = ("sms", "whatsapp", "voice")
WRAPPERS = ("body", "form_body", "form")
OF_PROVIDERS = frozenset({"object", "entry", "events", "update_id", "event", "type", "challenge", "token", "command"})
"""Names at the top of providers' JSON bodies."""


def bodies(raw: bytes, channel: str) -> list[bytes]:
    """The request bodies in a file; the file itself when it is nothing of the above."""
    found = _document(raw)
    if found is None:
        lines = [_document(line) for line in raw.splitlines() if line.strip()]
        if not all(isinstance(line, dict) for line in lines):
            return [raw]
        found = lines
    if isinstance(found, list):
        return [body for one in found for body in _unwrapped(one, channel)] or [raw]
    if isinstance(found, dict) and _is_cases(found):
        return [body for one in found.values() for body in _unwrapped(one, channel)]
    unwrapped = next(_unwrapped(found, channel))
    return [raw] if unwrapped == _dumped(found) else [unwrapped]


def _document(written: bytes) -> object:
    """What JSON says; None when it is none."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None


def _is_cases(found: Mapping[str, object]) -> bool:
    """An object of named cases: nothing of a provider's at the top, and objects with it below."""
    below = list(found.values())
    return (
        bool(below)
        and not OF_PROVIDERS & set(found)
        and all(isinstance(one, dict) and OF_PROVIDERS & set(one) for one in below)
    )


def _unwrapped(found: object, channel: str) -> Iterator[bytes]:
    if isinstance(found, dict):
        for wrapper in WRAPPERS:
            if isinstance(found.get(wrapper), str):
                yield found[wrapper].encode("utf-8", "replace")
                return
        inside = found.get("body")
        if isinstance(inside, dict) and not OF_PROVIDERS & set(found):
            found = inside
        if channel in FORM_CHANNELS and not OF_PROVIDERS & set(found) and found:
            pairs = {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}
            yield urlencode(pairs, errors="replace").encode()
            return
    yield _dumped(found)


def _dumped(found: object) -> bytes:
    return json.dumps(found).encode()
