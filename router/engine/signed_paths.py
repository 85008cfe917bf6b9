"""Addresses that are their own key: signed, so that nobody guesses one, and good until a time that stands in them."""

from __future__ import annotations

import hmac
from hashlib import sha256

from router.core.words import Ms
from router.engine.centre import Centre


def signature(centre: Centre, kind: str, name: str, expires_at: Ms) -> str:
    """kind: what the address opens, so that the key to one thing is none to another of the same name."""
    return hmac.new(centre.signing_key, f"{kind}\n{name}\n{expires_at}".encode(), sha256).hexdigest()[:40]


def genuine(centre: Centre, kind: str, name: str, expires_at: str | Ms, given: str) -> bool:
    """Whether the address is ours and not too old; whatever somebody wrote there."""
    written = str(expires_at)
    if not (written.isascii() and written.isdigit() and len(written) < 20):
        return False
    expected = signature(centre, kind, name, int(written))
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace")) and centre.now() < int(written)
