"""How tests wait: until something holds, never for a time to pass."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

PATIENCE_S = 30.0
"""Longer than a busy machine stands still; who waits so long has found a fault."""


async def eventually(holds: Callable[[], object], what: str = "", patience_s: float = PATIENCE_S) -> None:
    """Wait until it holds. holds: plain or a coroutine function."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        seen = holds()
        if await seen if inspect.isawaitable(seen) else seen:
            return
        assert asyncio.get_running_loop().time() < deadline, what or "it never came to hold"
        await asyncio.sleep(0.01)


async def comes_to_be(look: Callable[[], Awaitable[object]], wanted: object, *, patience_s: float = PATIENCE_S) -> None:
    """Wait until what is seen is what is wanted."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while (seen := await look()) != wanted:
        assert asyncio.get_running_loop().time() < deadline, f"{seen!r} instead of {wanted!r}"
        await asyncio.sleep(0.02)
