"""Numbers of a run: quantiles and service level."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def quantile(values: Sequence[float], q: float) -> float | None:
    """The smallest value that at least the share `q` (0–1) of all values does not exceed; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, ceil(q * len(ordered)) - 1)]


def service_level(
    answered_waits_s: Sequence[float], abandoned_waits_s: Sequence[float], within_s: float
) -> float | None:
    """(ANS_T) / (ANS + ABN − ABN_T), a share from 0 to 1; None when nothing counts."""
    answered_in_time = sum(wait <= within_s for wait in answered_waits_s)
    abandoned_late = sum(wait > within_s for wait in abandoned_waits_s)
    counted = len(answered_waits_s) + abandoned_late
    return answered_in_time / counted if counted else None
