"""Leases of devices renewed together: the heartbeats of a moment go to the store in one write.

Thousands of clients beat at moments of their own; renewed one by one, each would cost a round trip of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from router.core.words import AgentId, DeviceId
from router.protocol.errors import UsherError

log = structlog.get_logger()

GATHER_S = 0.25
"""Short beside a heartbeat: a lease is to outlive two of them and this."""

Renew = Callable[[AgentId, DeviceId], Awaitable[None]]


class Leases:
    """Bounded by the devices there are: a device waits once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[AgentId, DeviceId], Renew] = {}
        self._renewing: asyncio.Task[None] | None = None

    def beat(self, agent_id: AgentId, device: DeviceId, renew: Renew) -> None:
        """A device was heard. renew: called in a moment; it must see itself whether the device is still here."""
        self._waiting[agent_id, device] = renew
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew_soon(), name="leases")

    async def _renew_soon(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_S)
                waiting, self._waiting = self._waiting, {}
                renewals = (renew(agent_id, device) for (agent_id, device), renew in waiting.items())
                for result in await asyncio.gather(*renewals, return_exceptions=True):
                    _told(result)
        finally:
            self._renewing = None


def _told(result: object) -> None:
    """The next beat tries again; what is no refusal and no absence of a store is a mistake of ours."""
    if isinstance(result, Exception) and not isinstance(result, UsherError):
        log.error("lease not renewed", exc_info=result)
