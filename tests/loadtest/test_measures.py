"""Quantiles and service level, by their definitions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadtest.measures import quantile, service_level


@given(st.lists(st.integers(-5, 5), min_size=1), st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_the_smallest_value_that_reaches_its_share(values: list[int], q: float) -> None:
    found = quantile(values, q)
    assert found in values
    assert sum(value <= found for value in values) >= q * len(values)
    assert sum(value < found for value in values) < max(q * len(values), 1)


def test_without_values_there_is_no_quantile_and_no_service_level() -> None:
    assert quantile([], 0.5) is None
    assert service_level([], [], 20) is None
    assert service_level([], [3.0], 20) is None


def test_service_level_leaves_short_abandons_out() -> None:
    """The default variant of the test vector: answered 1000, 860 within 20 s; abandoned 60, 20 within: 82.7 %."""
    answered = [20.0] * 860 + [21.0] * 140
    abandoned = [20.0] * 20 + [20.1] * 40
    level = service_level(answered, abandoned, 20)
    assert level is not None
    assert round(level, 3) == 0.827
