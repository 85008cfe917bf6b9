"""Going on: with the others of many, and with what was not taken at once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from structlog.testing import capture_logs

from router.core.outbound import Refused, TryAgain
from router.engine.patience import alone, attempt, backoff_ms, patiently
from router.protocol.errors import NotFound, Unavailable
from router.store.errors import StoreUnavailable
from tests.patience import PATIENCE_S


@pytest.mark.parametrize("trouble", [ValueError("ours"), NotFound("unknown_case"), Unavailable("unavailable")])
def test_what_one_of_many_cannot_do_costs_no_other_its_turn(trouble: Exception) -> None:
    done = []
    with capture_logs() as logs:
        for each in ("one", "two", "three"):
            with alone("sweep", case_id=each):
                if each == "two":
                    raise trouble
                done.append(each)
    assert done == ["one", "three"]
    assert [(line["task"], line["case_id"]) for line in logs] == [("sweep", "two")]


def test_a_store_that_is_away_ends_the_turn_of_all() -> None:
    with pytest.raises(StoreUnavailable), alone("sweep"):
        raise StoreUnavailable("away")


async def test_what_is_done_for_ever_outlives_whatever_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.engine.patience.AGAIN_S", 0)
    troubles = [ValueError("ours"), StoreUnavailable("away"), NotFound("unknown_case"), None]
    turns: Counter[str] = Counter()
    enough = asyncio.Event()

    async def turn() -> None:
        turns["taken"] += 1
        if turns["taken"] > len(troubles):
            enough.set()
            await asyncio.Event().wait()
        if trouble := troubles[turns["taken"] - 1]:
            raise trouble

    with capture_logs() as logs:
        task = asyncio.create_task(patiently("sweep", turn))
        async with asyncio.timeout(PATIENCE_S):
            await enough.wait()
        task.cancel()
    assert [line["event"] for line in logs] == ["task failed", "waiting for a store", "waiting for a store"]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Refused("blocked", "no"), ("blocked", False)),
        (TryAgain("busy", "later", after_s=9), ("busy", True)),
        (TimeoutError(), ("unreachable", True)),
        (KeyError("ours"), ("internal_error", True)),
    ],
)
async def test_an_attempt_tells_what_may_be_tried_again_and_what_may_not(
    trouble: Exception, told: tuple[str, bool]
) -> None:
    async def ask() -> str:
        raise trouble

    failed = await attempt("outbox", ask())
    assert isinstance(failed, Refused | TryAgain)
    assert (failed.code, isinstance(failed, TryAgain)) == told


async def test_an_attempt_that_succeeds_is_its_answer_and_a_store_that_is_away_ends_it() -> None:
    async def answer() -> str:
        return "taken"

    async def away() -> str:
        raise StoreUnavailable("away")

    assert await attempt("outbox", answer()) == "taken"
    with pytest.raises(StoreUnavailable):
        await attempt("outbox", away())


def test_the_wait_doubles_up_to_its_longest_and_is_never_shorter_than_asked_for() -> None:
    def waits(attempts: int, trouble: Exception | None = None) -> list[int]:
        return [backoff_ms(attempts, first_ms=1_000, longest_ms=60_000, trouble=trouble) for _ in range(50)]

    assert all(500 <= wait <= 1_500 for wait in waits(1))
    assert all(2_000 <= wait <= 6_000 for wait in waits(3))
    assert all(30_000 <= wait <= 90_000 for wait in waits(1_000))
    assert len(set(waits(3))) > 1  # nodes that failed together do not come back together
    assert min(waits(1, TryAgain("busy", "later", after_s=90))) == 90_000
    assert max(waits(1, Refused("blocked", "no"))) <= 1_500
