"""The expected wait errs less than what one would guess from the waits before; its p90 holds for about nine of ten."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from router.bench.wait import CASES, WAYS, Call, Case, figures, judge, recorded, simulated

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[3] / "shared" / "data")
CALLS = DATA / "queueing" / "simulated_call_centre_51k.csv"
OURS, *GUESSES = WAYS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_errs_less_than_guesses_from_the_waits_before(case: Case) -> None:
    told = {way: figures(judged) for way, judged in judge(simulated(case, random.Random(1)), case.judged).items()}
    for guess in GUESSES:
        assert told[OURS]["mean_abs_error_s"] < told[guess]["mean_abs_error_s"]
    assert 0.85 < told[OURS]["within_p90"] < 0.97
    assert abs(told[OURS]["bias_s"]) < 0.2 * told[OURS]["mean_wait_s"]


def test_it_errs_less_on_recorded_calls() -> None:
    if not CALLS.exists():
        pytest.skip(f"needs {CALLS.name} of the queueing data (USHER_DATA)")
    told = {way: figures(judged) for way, judged in judge(recorded(CALLS)).items()}
    assert told[OURS]["count"] > 6_000
    for guess in GUESSES:
        assert told[OURS]["mean_abs_error_s"] < 0.8 * told[guess]["mean_abs_error_s"]
    assert 0.85 < told[OURS]["within_p90"] < 0.97


def test_who_finds_an_agent_free_is_told_nothing() -> None:
    calls = [Call(at, at, at + 5) for at in range(0, 100, 10)]
    assert not any(judge(calls).values())


def test_the_first_who_ever_waits_is_told_nothing_by_anybody() -> None:
    assert not any(judge([Call(0, 0, 100), Call(10, 100, 150)]).values())
