"""Leases of devices renewed together: the heartbeats of a moment go to the store in one write.

Thousands of clients beat at moments of their own; renewed one by one, each would cost a round trip of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from itertools import islice

import structlog

from router.core.words import AgentId, DeviceId
from router.protocol.errors import UsherError

log = structlog.get_logger()

GATHER_S = 0.25
"""Short beside a heartbeat: a lease is to outlive two of them and this."""
AT_ONCE = 1_000

Devices = Collection[tuple[AgentId, DeviceId]]
Renew = Callable[[Devices], Awaitable[None]]


class Leases:
    """Bounded by the devices there are: a device waits once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[AgentId, DeviceId], None] = {}
        self._renewing: asyncio.Task[None] | None = None

    def beat(self, agent_id: AgentId, device: DeviceId, renew: Renew) -> None:
        """A device was heard. renew: called in a moment for all that were; it must see itself who is still here."""
        self._waiting[agent_id, device] = None
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew_soon(renew), name="leases")

    async def _renew_soon(self, renew: Renew) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_S)
                waiting, self._waiting = iter(self._waiting), {}
                while devices := tuple(islice(waiting, AT_ONCE)):
                    await _renewed(renew, devices)
        finally:
            self._renewing = None


async def _renewed(renew: Renew, devices: Devices) -> None:
    """The next beat tries again; what is no refusal and no absence of a store is a mistake of ours."""
    try:
        await renew(devices)
    except UsherError as error:
        log.info("leases not renewed", code=error.code, devices=len(devices))
    except Exception:
        log.exception("leases not renewed")
