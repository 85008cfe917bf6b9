"""What a run says of a mean: intervals over independent lives, each alone or all of a run together."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

Sums = tuple[float, float]
"""Numerator and denominator of a mean, as one life gave them."""


class Interval(NamedTuple):
    low: float
    high: float


def mean_of(lives: Sequence[Sums]) -> float:
    """The mean over all lives; 0 when there was nothing to take it of."""
    return sum(x for x, _ in lives) / (sum(n for _, n in lives) or 1)


def interval(lives: Sequence[Sums], *, most: float, burst: float, error: float) -> Interval:
    """Where the true mean is, but for a chance of `error`, told from at least two independent lives.

    A ratio of sums, by linearization (W. G. Cochran, "Sampling Techniques", ch. 6) with Student's t, on a scale without
    ends, as few lives with rare long waits are anything but symmetric: log-odds for shares (most = 1), else logarithms.
    burst: what happens together adds so much to the numerator. When a life went by without any (or with nothing else),
    bursts that n tries never showed may still come −log(error) in n: the interval reaches at least that far.
    """
    mean, count = mean_of(lives), len(lives)
    tries = sum(n for _, n in lives) or 1
    spread = sum((x - mean * n) ** 2 for x, n in lives)
    half = student(1 - error / 2, count - 1) * sqrt(spread * count / (count - 1)) / tries
    low, high = _without_ends(mean, half, most) if 0 < mean < most else (mean, mean)
    unseen = burst * -log(error) / tries if any(x in (0, n) for x, n in lives) else 0.0
    return Interval(max(0.0, min(low, mean - unseen)), min(most, max(high, mean + unseen)))


def _without_ends(mean: float, half: float, most: float) -> tuple[float, float]:
    """The same half width where there are no ends, brought back."""
    if most != 1:
        factor = exp(half / mean)
        return mean / factor, mean * factor
    odds, factor = mean / (1 - mean), exp(half / (mean * (1 - mean)))
    return odds / (odds + factor), odds * factor / (1 + odds * factor)


def student(probability: float, freedom: int) -> float:
    """Quantile of Student's t, to 0.5 % from 8 degrees of freedom up (Abramowitz and Stegun, 26.7.5)."""
    z = NormalDist().inv_cdf(probability)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return sum((term / float(freedom) ** power for power, term in enumerate(terms)), 0.0)
