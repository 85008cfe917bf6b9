"""The five ways to count a service level, on the vector of the routing rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from router.core.service_level import LONGEST_S, VARIANTS, Variant, Waits, abandon_rate, service_level, waits_of

# ANS 1000, ABN 60, ANS_20 860, ABN_20 20, ABN_5 10, told with waits on both sides of each edge
ANSWERED = waits_of([0] * 400 + [20_000] * 460 + [20_001] * 140)
ABANDONED = waits_of([5_000] * 10 + [5_001] * 5 + [20_000] * 5 + [20_001] * 40)
SHARES: dict[Variant, float] = {
    "abandoned_after_t": 82.7,
    "abandoned_all": 81.1,
    "abandoned_in_t_met": 83.0,
    "answered_only": 86.0,
    "abandoned_not_short": 81.9,
}


def test_every_variant_has_its_figure() -> None:
    assert set(SHARES) == set(VARIANTS)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_vector_of_the_rules(variant: Variant) -> None:
    share = service_level(variant, ANSWERED, ABANDONED, threshold_s=20, short_s=5)
    assert share is not None
    assert round(share * 100, 1) == SHARES[variant]


@pytest.mark.parametrize("variant", VARIANTS)
def test_without_anybody_there_is_no_service_level(variant: Variant) -> None:
    assert service_level(variant, Waits(), Waits(), threshold_s=20, short_s=5) is None


def test_the_threshold_may_change_afterwards() -> None:
    levels = [service_level("answered_only", ANSWERED, ABANDONED, threshold_s=t, short_s=5) for t in (0, 19, 20, 21)]
    assert levels == [0.4, 0.4, 0.86, 1.0]


def test_who_left_at_once_is_no_abandonment_of_the_rate() -> None:
    assert abandon_rate(ANSWERED, ABANDONED, short_s=5) == 50 / 1050
    assert abandon_rate(Waits(), waits_of([1_000]), short_s=5) is None


@given(lists(integers(0, 60_000), max_size=30), integers(0, 60))
def test_a_histogram_tells_any_threshold_as_the_waits_themselves_do(waited_ms: list[int], threshold_s: int) -> None:
    waits = waits_of(waited_ms)
    assert waits.within(threshold_s) == sum(each <= threshold_s * 1000 for each in waited_ms)
    assert (waits.count, waits.total_ms) == (len(waited_ms), sum(waited_ms))


def test_a_histogram_has_an_end() -> None:
    waits = waits_of([10**9, 10**12, -5])
    assert waits.by_second == {LONGEST_S: 2, 0: 1}


def test_quantiles_are_the_second_within_which_that_share_was_served() -> None:
    waits = waits_of(range(1_000, 11_000, 1_000))
    assert [waits.quantile_s(share) for share in (0.1, 0.5, 0.9, 1)] == [1, 5, 9, 10]
    assert Waits().quantile_s(0.5) is None
