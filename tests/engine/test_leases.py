"""Renewals are gathered: every device heard is renewed, once a moment, whatever becomes of another's."""

from __future__ import annotations

import pytest

from router.core.words import AgentId, DeviceId
from router.engine import leases
from router.engine.leases import Devices, Leases
from router.protocol.errors import Unavailable
from tests.patience import eventually

MOMENT_S = 0.01


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "GATHER_S", MOMENT_S)


async def test_beats_of_a_moment_are_renewed_together_and_each_device_once() -> None:
    moments: list[Devices] = []

    async def renew(devices: Devices) -> None:
        moments.append(devices)

    gathered = Leases()
    for number in (1, 2, 1, 3):
        gathered.beat(AgentId(f"a{number}"), DeviceId("d"), renew)
    await eventually(lambda: len(moments) == 1)
    gathered.beat(AgentId("a1"), DeviceId("d"), renew)
    await eventually(lambda: len(moments) == 2)
    assert moments == [(("a1", "d"), ("a2", "d"), ("a3", "d")), (("a1", "d"),)]


async def test_very_many_beats_are_renewed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "AT_ONCE", 2)
    parts: list[int] = []

    async def renew(devices: Devices) -> None:
        parts.append(len(devices))

    gathered = Leases()
    for number in range(5):
        gathered.beat(AgentId(f"a{number}"), DeviceId("d"), renew)
    await eventually(lambda: len(parts) == 3)
    assert parts == [2, 2, 1]


@pytest.mark.parametrize("failure", [Unavailable("unavailable"), ValueError("a fault of ours")])
async def test_a_moment_that_fails_stops_no_later_one(failure: Exception) -> None:
    renewed: list[Devices] = []

    async def renew(devices: Devices) -> None:
        renewed.append(devices)
        raise failure

    gathered = Leases()
    for moment in (1, 2):
        gathered.beat(AgentId("ann"), DeviceId("d"), renew)
        await eventually(lambda now=moment: len(renewed) == now)  # type: ignore[misc]
