"""An agent's numbers beside their team's: medians, and only of so many that nobody's own number is told."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

TEAM_AT_LEAST = 3


def team_median(values: Iterable[float | None]) -> float | None:
    """Of those who have any; None where they are fewer than TEAM_AT_LEAST."""
    known = [value for value in values if value is not None]
    return median(known) if len(known) >= TEAM_AT_LEAST else None


def share(some: int, others: int) -> float | None:
    """Of both together (0–1); None without any."""
    return some / (some + others) if some + others else None


def mean(total: int, count: int) -> float | None:
    return total / count if count else None


def net_promoters(promoters: int, detractors: int, asked: int) -> float | None:
    """−100 to 100: percent who would recommend us, less percent who would rather not."""
    return 100 * (promoters - detractors) / asked if asked else None
