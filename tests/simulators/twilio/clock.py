"""Phone time: how long people speak, ring and wait; `speed` seconds of it pass in one second of the wall's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    speed: float = 1.0
    began_s: float = field(default_factory=time.monotonic)

    def wall_s(self) -> float:
        """Since the simulator began."""
        return time.monotonic() - self.began_s

    def phone_s(self) -> float:
        return self.wall_s() * self.speed

    async def sleep(self, phone_s: float) -> None:
        await asyncio.sleep(max(phone_s, 0.0) / self.speed)

    def later(self, phone_s: float, do: Callable[..., object], *words: Any) -> asyncio.TimerHandle:
        """Done in the very turn its time comes: on a stalled machine what was due first is done first."""
        return asyncio.get_running_loop().call_later(max(phone_s, 0.0) / self.speed, do, *words)

    async def done_within(self, what: asyncio.Future[Any], phone_s: float) -> bool:
        """Whether it is done by then. What was done in time counts, however late a stalled machine looks at it."""
        await asyncio.wait({what}, timeout=max(phone_s, 0.0) / self.speed)
        return what.done()

    def timeout(self, phone_s: float | None) -> asyncio.Timeout:
        return asyncio.timeout(None if phone_s is None else max(phone_s, 0.0) / self.speed)


def rfc2822(at: datetime | None = None) -> str:
    """As Twilio writes dates: `Thu, 19 Aug 2010 00:12:15 +0000`. Dates are the wall's, also when phones run faster."""
    return format_datetime((at or now()).replace(microsecond=0))


def now() -> datetime:
    return datetime.now(UTC)
