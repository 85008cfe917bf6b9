"""How long will I wait? Told from how fast the queue moves and how long the last one served had waited.

Starts of work in a queue are taken as a Poisson stream of the rate seen lately, so the wait of the one at position k
is gamma distributed with shape k. The median is blended half and half with the wait of the last one served, which
follows changes faster than the rate does. Without at least three starts in the window the answer is "unknown".
Gamma quantiles: E. B. Wilson and M. M. Hilferty, "The Distribution of Chi-Square", PNAS 17 (1931), 684–688.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import sqrt

from router.core.words import Ms

WINDOW_MS = 600_000
STARTS_KEPT = 50
STARTS_NEEDED = 3
Z_MEDIAN, Z_P90 = 0.0, 1.2815515655


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    p50_ms: Ms
    p90_ms: Ms


@dataclass(slots=True)
class Pace:
    """How a queue moved lately: (when work began, how long that item had waited), oldest first."""

    starts: deque[tuple[Ms, Ms]] = field(default_factory=lambda: deque(maxlen=STARTS_KEPT))

    def started(self, at: Ms, waited_ms: Ms) -> None:
        self.starts.append((at, waited_ms))


def expected_wait(pace: Pace, position: int, now: Ms) -> ExpectedWait | None:
    """For the item at this position (1 is next). None: not enough happened to tell."""
    recent = [start for start in pace.starts if start[0] > now - WINDOW_MS]
    if len(recent) < STARTS_NEEDED:
        return None
    span_ms = max(1, now - recent[0][0])
    interval_ms = span_ms / len(recent)
    last_waited_ms = recent[-1][1]
    median = (gamma_quantile(position, Z_MEDIAN) * interval_ms + last_waited_ms) / 2
    p90 = max(median, (gamma_quantile(position, Z_P90) * interval_ms + last_waited_ms) / 2)
    return ExpectedWait(p50_ms=round(median), p90_ms=round(p90))


def gamma_quantile(shape: int, z: float) -> float:
    """Quantile of a gamma distribution with scale 1, for the normal deviate z of its probability."""
    ninth = 1 / (9 * shape)
    return float(shape * max(0.0, 1 - ninth + z * sqrt(ninth)) ** 3)
