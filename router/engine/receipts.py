"""Delivery receipts, gathered: clients acknowledge in bursts, so the highest number of a moment is enough."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from router.engine.talk import Side
from router.protocol.errors import UsherError
from router.store.errors import StoreUnavailable

log = structlog.get_logger()

GATHER_S = 0.25
AGAIN_S = 1.0
"""What a store that is away did not take is marked later: the client says it once."""
MOST = 50_000

Mark = Callable[[str, Side, int], Awaitable[None]]


class Delivered:
    """mark: make it durable and tell. When more conversations wait than MOST, further ones are told by a later ack."""

    def __init__(self, mark: Mark) -> None:
        self._mark = mark
        self._waiting: dict[tuple[str, Side], int] = {}
        self._something = asyncio.Event()

    def delivered(self, conversation_id: str, side: Side, n: int) -> None:
        """This side's client has the messages up to n."""
        key = conversation_id, side
        if n > self._waiting.get(key, 0) and (key in self._waiting or len(self._waiting) < MOST):
            self._waiting[key] = n
            self._something.set()

    async def run(self) -> None:
        """Mark what was gathered, again and again."""
        while True:
            await self._something.wait()
            await asyncio.sleep(GATHER_S)
            self._something.clear()
            waiting, self._waiting = self._waiting, {}
            results = await asyncio.gather(
                *(self._mark(conversation_id, side, n) for (conversation_id, side), n in waiting.items()),
                return_exceptions=True,
            )
            for (conversation_id, side), result in zip(waiting, results, strict=True):
                if isinstance(result, StoreUnavailable):
                    self.delivered(conversation_id, side, waiting[conversation_id, side])
                elif isinstance(result, Exception) and not isinstance(result, UsherError):
                    log.error("receipt not marked", exc_info=result)
            if self._waiting and any(isinstance(result, StoreUnavailable) for result in results):
                await asyncio.sleep(AGAIN_S)
