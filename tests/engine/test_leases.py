"""Renewals are gathered: every device heard is renewed, once a moment, whatever becomes of another's."""

from __future__ import annotations

import asyncio

import pytest

from router.core.words import AgentId, DeviceId
from router.engine import leases
from router.engine.leases import Leases
from router.protocol.errors import Unavailable

MOMENT_S = 0.01


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "GATHER_S", MOMENT_S)


async def test_beats_of_a_moment_are_renewed_together_and_each_device_once() -> None:
    moments: list[list[tuple[AgentId, DeviceId]]] = []
    at_once: list[tuple[AgentId, DeviceId]] = []

    async def renew(agent_id: AgentId, device: DeviceId) -> None:
        at_once.append((agent_id, device))
        await asyncio.sleep(0)
        if at_once:
            moments.append(at_once.copy())
            at_once.clear()

    gathered = Leases()
    for number in (1, 2, 1, 3):
        gathered.beat(AgentId(f"a{number}"), DeviceId("d"), renew)
    await asyncio.sleep(5 * MOMENT_S)
    gathered.beat(AgentId("a1"), DeviceId("d"), renew)
    await asyncio.sleep(5 * MOMENT_S)
    assert moments == [[("a1", "d"), ("a2", "d"), ("a3", "d")], [("a1", "d")]]


async def test_a_renewal_that_fails_stops_no_other_and_no_later_one() -> None:
    renewed: list[str] = []

    async def renew(agent_id: AgentId, _: DeviceId) -> None:
        renewed.append(agent_id)
        if agent_id == "away":
            raise Unavailable("unavailable")
        if agent_id == "mistake":
            raise ValueError("a fault of ours")

    gathered = Leases()
    for _ in range(2):
        for agent_id in ("away", "mistake", "well"):
            gathered.beat(AgentId(agent_id), DeviceId("d"), renew)
        await asyncio.sleep(5 * MOMENT_S)
    assert renewed == ["away", "mistake", "well"] * 2
