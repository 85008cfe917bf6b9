"""Comparing signatures: what all schemes have in common."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from adapters.form import Verdict

GENUINE = Verdict(valid=True)


def refused(reason: str) -> Verdict:
    """reason: one of `form.REASONS`."""
    return Verdict(valid=False, reason=reason)


def compared(given: str | None, expected: Iterable[str]) -> Verdict:
    """Is it one of the expected (one for each secret)? In constant time for each, all of them looked at."""
    if not given:
        return refused("missing_signature")
    found = False
    for one in expected:
        found |= hmac.compare_digest(given.encode("utf-8", "replace"), one.encode("utf-8", "replace"))
    return GENUINE if found else refused("bad_signature")
