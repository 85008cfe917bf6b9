"""Counts that many ask for at once and nobody needs to the second: counted once, and told again for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from router.core.words import Ms

T = TypeVar("T")

KEPT_MS = 30_000
MOST_KEPT = 500
"""The one counted longest ago makes room."""


@dataclass(slots=True)
class Counted:
    """One is counted at a time on a node, so that a centre that opens its doors asks the database no more than that."""

    _known: OrderedDict[Hashable, tuple[Any, Ms]] = field(default_factory=OrderedDict)
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, key: Hashable, now: Callable[[], Ms], count: Callable[[], Awaitable[T]]) -> tuple[T, Ms]:
        """The count of this key, and when it was made: at most KEPT_MS ago."""
        async with self._counting:
            known = self._known.get(key)
            if known is not None and known[1] <= now() < known[1] + KEPT_MS:
                return known
            at = now()
            counted = await count(), at
            self._known[key] = counted
            self._known.move_to_end(key)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
            return counted
