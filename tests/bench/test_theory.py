"""`usher bench theory` in small: the running store, and what the rows say when something is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import pytest

from router.bench import theory
from router.bench.ideal_queue import IdealQueue
from router.bench.steady_state import Centre
from router.bench.store_router import StoreRouter
from router.bench.theory_cases import erlang_a_case, erlang_c_case, skills_case
from router.core.queueing import Load
from router.core.words import Ms
from router.store.connection import Connection

PAIR = erlang_c_case(Load(per_s=1 / 60, service_s=90, agents=2), within_s=(10,))
IMPATIENT = erlang_a_case(Load(per_s=1 / 60, service_s=180, agents=3), 180.0)


@pytest.fixture
async def connection(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    monkeypatch.setattr(theory, "AT_LEAST", 1_000)
    async with await Connection.open(valkey_url, timeout_s=60) as connection:
        yield connection


async def test_the_running_store_is_the_ideal_queue_and_has_the_exact_law(connection: Connection) -> None:
    document = await theory.measure(connection, [PAIR, IMPATIENT, skills_case(2)], customers=1_000)
    assert [row for row in document["rows"] if not row["ok"]] == []
    assert document["ok"]
    assert document["store_calls"] > 2.5 * document["customers"] > 2_500
    assert {row["measure"] for row in document["rows"]} >= {"p_wait", "asa_s", "p_abandon", "p_block", "occupancy"}


async def test_a_law_that_is_not_the_centres_does_not_hold(connection: Connection) -> None:
    wrong = replace(PAIR, measures=(replace(PAIR.measures[0], exact=0.1), *PAIR.measures[1:]))
    document = await theory.measure(connection, [wrong], customers=1_000)
    assert [row["measure"] for row in document["rows"] if not row["ok"]] == ["p_wait"]
    assert not document["ok"]


class LastComeFirst(IdealQueue):
    async def leave(self, at: Ms, customer: int) -> list[int]:
        self._waiting = dict(reversed(self._waiting.items()))
        return await super().leave(at, customer)


class OneIsAsleep(IdealQueue):
    def __init__(self, centre: Centre) -> None:
        super().__init__(centre)
        del self._idle[0]


@pytest.mark.parametrize("wrong", [LastComeFirst, OneIsAsleep])
async def test_a_router_with_a_fault_is_not_the_ideal_queue(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, wrong: type[IdealQueue]
) -> None:
    class Faulty(wrong):  # type: ignore[valid-type,misc]
        calls = 0

        @classmethod
        async def open(cls, _: Connection, centre: Centre, *, shard: str) -> StoreRouter:
            return cast(StoreRouter, cls(centre))

    monkeypatch.setattr(theory, "StoreRouter", Faulty)
    document = await theory.measure(connection, [PAIR], customers=1_000)
    (row,) = [row for row in document["rows"] if row["measure"] == "unlike_ideal_queue"]
    assert row["measured"] > 100
    assert not row["ok"]
