"""The exact laws, against values published or computed by others."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from router.bench.theory_cases import GRID
from router.core.queueing import Load, erlang_a, erlang_b, erlang_c, present_in, stationary, waiting_places

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[3] / "shared" / "data") / "queueing"

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {name} of the queueing data (USHER_DATA)")
    found: list[Row] = json.loads(path.read_bytes())
    return found


def load_of(row: Row) -> Load:
    return Load(per_s=row["calls_per_hour"] / 3600, service_s=row["aht_s"], agents=row["agents"])


def test_erlang_c_of_a_crowded_centre() -> None:
    law = erlang_c(Load(per_s=0.8, service_s=60, agents=50))
    assert law.p_wait == pytest.approx(0.6945, abs=5e-5)
    assert law.asa_s == pytest.approx(20.83, abs=0.005)
    assert law.occupancy == pytest.approx(0.96)


def test_erlang_c_answers_within_a_threshold() -> None:
    law = erlang_c(Load(per_s=0.2, service_s=240, agents=55))
    assert law.p_wait == pytest.approx(0.2387, abs=5e-5)
    assert law.service_level(15) == pytest.approx(0.846, abs=5e-4)
    assert law.service_level(0) == pytest.approx(1 - law.p_wait)


def test_erlang_a_of_the_crowded_centre() -> None:
    law = erlang_a(Load(per_s=0.8, service_s=60, agents=50), 120)
    assert law.p_abandon == pytest.approx(0.0309, abs=5e-5)
    assert law.mean_wait_s == pytest.approx(3.71, abs=0.005)


def test_every_row_of_the_erlang_c_reference() -> None:
    for row in rows("erlang_c_reference.json"):
        law = erlang_c(load_of(row))
        assert law.p_wait == pytest.approx(row["p_wait"], abs=1e-6), row
        assert law.asa_s == pytest.approx(row["asa_s"], abs=1e-6, rel=1e-6), row
        assert law.occupancy == pytest.approx(row["occupancy"], abs=1e-6), row
        assert law.service_level(row["T_s"]) == pytest.approx(row["service_level"], abs=1e-6), row


def test_every_row_of_the_erlang_a_reference() -> None:
    for row in rows("erlang_a_reference.json"):
        law = erlang_a(load_of(row), row["patience_mean_s"])
        assert law.p_wait == pytest.approx(row["p_wait"], abs=1e-6), row
        assert law.p_abandon == pytest.approx(row["p_abandon"], abs=1e-6), row
        assert law.mean_wait_s == pytest.approx(row["mean_wait_all_s"], abs=1e-6), row
        assert law.mean_queue == pytest.approx(row["mean_queue"], abs=1e-6), row
        assert law.occupancy == pytest.approx(row["occupancy"], abs=1e-6), row


def test_the_grid_of_the_bench_has_every_row_of_the_references() -> None:
    lived = {(case.centre.load, case.centre.patience_s) for case in GRID}
    asked: set[tuple[Load, float | None]] = {(load_of(row), None) for row in rows("erlang_c_reference.json")}
    asked |= {(load_of(row), float(row["patience_mean_s"])) for row in rows("erlang_a_reference.json")}
    assert lived == asked


def test_endless_patience_is_erlang_c() -> None:
    load = Load(per_s=0.8, service_s=60, agents=50)
    assert erlang_a(load, 1e9).mean_wait_s == pytest.approx(erlang_c(load).asa_s, rel=1e-4)


def test_no_patience_at_all_is_erlang_b() -> None:
    load = Load(per_s=0.8, service_s=60, agents=50)
    assert erlang_a(load, 1e-9).p_abandon == pytest.approx(erlang_b(48, 50), rel=1e-6)


def test_one_pool_with_waiting_places() -> None:
    law = waiting_places([Load(per_s=0.14, service_s=600, agents=90)], 30)
    assert law.p_block == pytest.approx(0.0036430760709604)
    assert law.p_wait * (1 - law.p_block) == pytest.approx(0.3783, abs=1e-3)
    assert law.mean_wait_s / 60 == pytest.approx(0.4500227609639724)


def test_six_pools_share_their_waiting_places_as_others_simulated_it() -> None:
    law = waiting_places([Load(per_s=0.14 / 6, service_s=600, agents=15)] * 6, 30)
    assert 0.037 <= law.p_block <= 0.039
    assert 2.42 <= law.mean_wait_s / 60 <= 2.46


def test_without_places_nobody_waits_and_pools_are_erlang_b() -> None:
    law = waiting_places([Load(per_s=0.1, service_s=30, agents=4)] * 2, 0)
    assert law.p_block == pytest.approx(erlang_b(3, 4))
    assert (law.p_wait, law.mean_wait_s) == (0, 0)


def test_more_work_than_agents_has_no_steady_state() -> None:
    load = Load(per_s=1, service_s=10, agents=10)
    with pytest.raises(ValueError, match="10 erlangs are too much for 10 agents"):
        erlang_c(load)
    with pytest.raises(ValueError, match="too much"):
        present_in(load)


def test_thousands_of_agents_are_no_matter() -> None:
    law = erlang_c(Load(per_s=50, service_s=100, agents=5_100))
    assert 0 < law.p_wait < 0.2
    assert sum(present_in(Load(per_s=50, service_s=100, agents=5_100))) == pytest.approx(1)


def test_a_chain_that_cannot_be_left_upwards_ends_there() -> None:
    assert stationary(lambda n: 1.0 if n < 2 else 0.0, lambda _: 1.0) == pytest.approx([1 / 3] * 3)
