"""Service level: the share of customers who were answered within T. Five ways to count those who left are in use.

With ANS answered, ABN abandoned, _T within the threshold, _short sooner than anybody could have answered:

    abandoned_after_t    ANS_T / (ANS + ABN − ABN_T)        who left within T does not count
    abandoned_all        ANS_T / (ANS + ABN)                who left was not answered
    abandoned_in_t_met   (ANS_T + ABN_T) / (ANS + ABN)      who left within T was not failed
    answered_only        ANS_T / ANS                        who left does not count
    abandoned_not_short  ANS_T / (ANS + ABN − ABN_short)    who left at once does not count
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from router.core.words import Ms

Variant = Literal["abandoned_after_t", "abandoned_all", "abandoned_in_t_met", "answered_only", "abandoned_not_short"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
LONGEST_S = 86_400
"""Longer waits are counted as this long, so that a histogram has an end."""


@dataclass(slots=True)
class Waits:
    """How long customers waited, by second, and in all: any threshold of whole seconds can be asked for later.

    by_second: those who waited more than s − 1 and at most s seconds, under s.
    """

    by_second: Counter[int] = field(default_factory=Counter)
    total_ms: Ms = 0

    def add(self, waited_ms: Ms) -> None:
        self.by_second[min(-(-max(waited_ms, 0) // 1000), LONGEST_S)] += 1
        self.total_ms += max(waited_ms, 0)

    def __iadd__(self, other: Waits) -> Waits:
        self.by_second += other.by_second
        self.total_ms += other.total_ms
        return self

    @property
    def count(self) -> int:
        return self.by_second.total()

    def within(self, threshold_s: int) -> int:
        return sum(count for second, count in self.by_second.items() if second <= threshold_s)

    @property
    def mean_ms(self) -> float | None:
        return self.total_ms / self.count if self.by_second else None

    def quantile_s(self, share: float) -> int | None:
        """The least second within which at least this share (0–1) was served; None without data."""
        left = share * self.count
        for second, count in sorted(self.by_second.items()):
            left -= count
            if left <= 1e-9:
                return second
        return None


def waits_of(waited_ms: Iterable[Ms]) -> Waits:
    waits = Waits()
    for each_ms in waited_ms:
        waits.add(each_ms)
    return waits


def service_level(
    variant: Variant, answered: Waits, abandoned: Waits, *, threshold_s: int, short_s: int
) -> float | None:
    """0–1; None when there is nobody to count."""
    ans, abn = answered.count, abandoned.count
    ans_t = answered.within(threshold_s)
    match variant:
        case "abandoned_after_t":
            met, of = ans_t, ans + abn - abandoned.within(threshold_s)
        case "abandoned_all":
            met, of = ans_t, ans + abn
        case "abandoned_in_t_met":
            met, of = ans_t + abandoned.within(threshold_s), ans + abn
        case "answered_only":
            met, of = ans_t, ans
        case "abandoned_not_short":
            met, of = ans_t, ans + abn - abandoned.within(short_s)
    return met / of if of else None


def abandon_rate(answered: Waits, abandoned: Waits, *, short_s: int) -> float | None:
    """Of those who did not leave at once (0–1); None when there is nobody to count."""
    left = abandoned.count - abandoned.within(short_s)
    of = answered.count + left
    return left / of if of else None
