"""A node's notion of the store's time."""

import time

import pytest

from router.engine.centre import Clock


def clock_at(monkeypatch: pytest.MonkeyPatch, *, own: int, offset_ms: int = 0) -> Clock:
    monkeypatch.setattr(time, "time_ns", lambda: own * 1_000_000)
    return Clock(offset_ms)


@pytest.mark.parametrize("off_ms", [-3_600_000, -20, 20, 3_600_000])
def test_a_clock_that_is_off_is_put_right_by_one_quick_answer(monkeypatch: pytest.MonkeyPatch, off_ms: int) -> None:
    clock = clock_at(monkeypatch, own=5_000_000)
    clock.heard(5_000_000 + off_ms, asked_at=5_000_000)
    assert clock.now() == 5_000_000 + off_ms


@pytest.mark.parametrize("at", [5_000_000, 5_002_000, 5_004_000])
def test_an_answer_that_took_long_moves_no_clock_that_may_be_right(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    clock = clock_at(monkeypatch, own=5_004_000)
    clock.heard(at, asked_at=5_000_000)
    assert clock.offset_ms == 0


def test_a_slow_answer_moves_a_wrong_clock_no_further_than_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = clock_at(monkeypatch, own=5_004_000)
    clock.heard(5_010_000, asked_at=5_000_000)
    assert clock.now() == 5_010_000
    clock = clock_at(monkeypatch, own=5_004_000)
    clock.heard(4_990_000, asked_at=5_000_000)
    assert clock.now() == 4_994_000
