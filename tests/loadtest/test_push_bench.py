"""The push bench measures what it says, shown on a toy centre; its floor is a real one."""

from __future__ import annotations

import os

import pytest

from loadtest import push_bench
from loadtest.floor import Floor, sends_per_cpu_s
from loadtest.push_bench import PushOptions, measure
from loadtest.server import Server, cpu_s, resident_kb
from tests.loadtest.toy_centre import toy_centre

BARE = Floor(echo_p50_ms=0.1, socket_send_per_cpu_s=400_000.0, bare_kb_per_socket=12.0)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> PushOptions:
    monkeypatch.setattr(push_bench, "WARM_UP_S", 0.3)
    monkeypatch.setattr(push_bench, "IDLE_S", 0.1)
    return PushOptions(agents=3, rate=40.0, seconds=1.0)


async def test_every_item_of_the_window_is_timed(brief: PushOptions) -> None:
    async with toy_centre() as (_, address):
        server = Server(address=address, pid=os.getpid())
        report = await measure(server, ["a", "b", "c"], brief, BARE)
    assert report["troubles"] == {}
    assert report["items"] == 40
    assert report["not_offered"] == report["arrivals_without_a_free_customer"] == 0
    assert 0 <= report["p50_ms"] <= report["p99_ms"] <= report["sent_to_offer_ms"]["max"]
    assert report["agent_frames_per_server_cpu_s"] > 0
    assert set(report["floor"]) == {"echo_p50_ms", "socket_send_per_cpu_s", "bare_kb_per_socket"}
    assert report["ratio"]["p50_to_echo"] == pytest.approx(report["p50_ms"] / 0.1, abs=0.01)


async def test_a_customer_who_is_never_free_again_is_told_of(
    brief: PushOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_bench, "DRAIN_S", 0.1)
    async with toy_centre("deaf_to_accepts") as (_, address):
        report = await measure(Server(address=address, pid=os.getpid()), ["a"], brief, BARE)
    assert report["items"] > 0
    assert report["troubles"] or report["completed"] == 0


def test_a_process_is_known_by_its_memory_and_time() -> None:
    assert resident_kb(os.getpid()) > 1_000
    assert cpu_s(os.getpid()) > 0
    assert resident_kb(2**30) == cpu_s(2**30) == 0


def test_a_send_loop_sends() -> None:
    assert sends_per_cpu_s() > 1_000
