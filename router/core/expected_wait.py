"""How long will I wait? Told from the work in hand and how long it takes, and from how long the last one had waited.

docs/waiting.md has the formula, why it is so, and its measured error. In short, for the item at position k:

    queue part   k × H / n   H mean handle time; n items of the queue in hand = busy agents × its share of them
    last part    LES         how long the last one served had waited, if that was lately
    mean         2/3 of the queue part + 1/3 of the last part
    p50, p90     of a gamma distribution with this mean and shape 1 / (1/k + MODEL_ERROR)

Work ends at random, so the k-th end is gamma distributed with shape k when all ends are alike; MODEL_ERROR is what the
mean itself is off by. Without data, and while nobody works at all, the answer is "unknown", never 0.
Gamma quantiles: E. B. Wilson and M. M. Hilferty, "The Distribution of Chi-Square", PNAS 17 (1931), 684–688.
The two parts: R. Ibrahim and W. Whitt, "Real-Time Delay Estimation Based on Delay History", M&SOM 11 (2009), 397–415.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import sqrt

from router.core.words import Ms

HANDLED_KEPT = 100
HANDLED_NEEDED = 3
RECENT_MS = 600_000
"""The last one served tells nothing any more after this."""
LAST_PART = 1 / 3
MODEL_ERROR = 0.03
"""Squared relative error of the mean: 17 %, from handle times of a hundred items, staff and arrivals that change."""
SHARE_STEP = 0.02
"""How much one observation moves the share: it is an average over the last fifty or so."""
JUDGED_KEPT = 500
Z_MEDIAN, Z_P90 = 0.0, 1.2815515655


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    p50_ms: Ms
    p90_ms: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitError:
    """How wrong the last ones were, of those who waited and were answered.

    bias_ms: told p50 − actual wait, on average. within_p90: share (0–1) who waited no longer than the p90 told.
    """

    count: int
    bias_ms: Ms
    mean_abs_ms: Ms
    within_p90: float


@dataclass(slots=True)
class Pace:
    """What is known of one queue; all of it bounded."""

    _handled_ms: deque[Ms] = field(default_factory=lambda: deque(maxlen=HANDLED_KEPT))
    _handled_sum_ms: Ms = 0
    _last: tuple[Ms, Ms] | None = None
    _share: float | None = None
    _judged: deque[tuple[ExpectedWait, Ms]] = field(default_factory=lambda: deque(maxlen=JUDGED_KEPT))

    def started(self, at: Ms, waited_ms: Ms, told: ExpectedWait | None = None) -> None:
        """Work on an item that had to wait began; told: what its customer was told when it came."""
        if waited_ms > 0:
            self._last = (at, waited_ms)
        if told is not None:
            self._judged.append((told, waited_ms))

    def ended(self, handled_ms: Ms) -> None:
        """An item left its agent, who was held by it for so long: from its offer to the end of its wrap-up."""
        if len(self._handled_ms) == HANDLED_KEPT:
            self._handled_sum_ms -= self._handled_ms[0]
        self._handled_ms.append(handled_ms)
        self._handled_sum_ms += handled_ms

    def in_hand(self, items: int, busy: int) -> None:
        """At each begin and end of work: items of this queue in hand, and its agents who have any work in hand."""
        if busy:
            now = items / busy
            self._share = now if self._share is None else self._share + (now - self._share) * SHARE_STEP

    def each_ms(self, busy: int) -> float | None:
        """Mean time between two ends of work on this queue's items; None: unknown."""
        if len(self._handled_ms) < HANDLED_NEEDED or not busy or not self._share:
            return None
        return self._handled_sum_ms / len(self._handled_ms) / (busy * self._share)

    def last_waited_ms(self, now: Ms) -> Ms | None:
        """How long the last one who had to wait did; None: none lately."""
        if self._last is None or self._last[0] <= now - RECENT_MS:
            return None
        return self._last[1]

    def error(self) -> WaitError | None:
        """None: nobody waited yet who had been told something."""
        if not self._judged:
            return None
        count = len(self._judged)
        errors = [told.p50_ms - waited_ms for told, waited_ms in self._judged]
        return WaitError(
            count=count,
            bias_ms=round(sum(errors) / count),
            mean_abs_ms=round(sum(map(abs, errors)) / count),
            within_p90=sum(waited_ms <= told.p90_ms for told, waited_ms in self._judged) / count,
        )


def expected_wait(pace: Pace, *, position: int, busy: int, now: Ms) -> ExpectedWait | None:
    """For the item at this position (1 is next), with so many of its agents at work. None: too little is known."""
    each_ms, last_ms = pace.each_ms(busy), pace.last_waited_ms(now)
    if not busy or (each_ms is None and last_ms is None):
        return None
    if each_ms is None:
        mean_ms = float(last_ms or 0)
    elif last_ms is None:
        mean_ms = position * each_ms
    else:
        mean_ms = (1 - LAST_PART) * position * each_ms + LAST_PART * last_ms
    shape = 1 / (1 / position + MODEL_ERROR)
    p50, p90 = (gamma_quantile(shape, z) * mean_ms / shape for z in (Z_MEDIAN, Z_P90))
    return ExpectedWait(p50_ms=max(1, round(p50)), p90_ms=max(1, round(p90)))


def gamma_quantile(shape: float, z: float) -> float:
    """Quantile of a gamma distribution with scale 1, for the normal deviate z of its probability."""
    ninth = 1 / (9 * shape)
    return float(shape * max(0.0, 1 - ninth + z * sqrt(ninth)) ** 3)
