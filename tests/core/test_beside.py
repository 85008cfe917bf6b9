"""Numbers beside a team's: nobody's own is told by them."""

from __future__ import annotations

import pytest

from router.core.beside import mean, net_promoters, share, team_median


def test_a_team_s_median_is_of_those_who_have_any_and_only_from_three_on() -> None:
    assert team_median([3.0, None, 5.0, 100.0]) == 5.0
    assert team_median([1, 2, 3, 10]) == 2.5
    assert team_median([3.0, None, 5.0]) is None
    assert team_median([]) is None


def test_what_there_is_nothing_of_has_no_share_and_no_mean() -> None:
    assert (share(3, 1), share(0, 2), share(0, 0)) == (0.75, 0.0, None)
    assert (mean(9, 2), mean(0, 0)) == (4.5, None)


@pytest.mark.parametrize(("promoters", "detractors", "asked", "score"), [(6, 1, 10, 50), (0, 4, 4, -100), (1, 1, 3, 0)])
def test_the_net_promoter_score_is_percent_for_less_percent_against(
    promoters: int, detractors: int, asked: int, score: float
) -> None:
    assert net_promoters(promoters, detractors, asked) == score


def test_nobody_asked_is_no_score() -> None:
    assert net_promoters(0, 0, 0) is None
