"""Whether customers are there: told to the agents who talk to them.

A key in the store per visitor, kept alive by the node with the socket, so that every node can tell; a short absence
(a reload, a change of network) is not mentioned, nor the end of a connection to one node while another has them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from router.protocol.errors import Unavailable
from router.store.presence_keys import PresenceKeys

UNMENTIONED_S = 4.0

Changed = Callable[[str, bool], Awaitable[None]]


class Attendance:
    """changed: tell those who care that a visitor came or went."""

    def __init__(self, keys: PresenceKeys, changed: Changed) -> None:
        self._keys, self._changed = keys, changed
        self._here: dict[str, int] = {}
        self._leaving: dict[str, asyncio.Task[None]] = {}

    async def came(self, visitor_id: str) -> None:
        """One more connection of the visitor."""
        connections = self._here[visitor_id] = self._here.get(visitor_id, 0) + 1
        if leaving := self._leaving.pop(visitor_id, None):
            leaving.cancel()
        await self._keys.renew(visitor_id)
        if leaving is None and connections == 1:
            await self._changed(visitor_id, True)

    async def heartbeat(self, visitor_id: str) -> None:
        """Nobody said so any more: another node may have told that they left, which had them, too."""
        if not await self._keys.renew(visitor_id):
            await self._changed(visitor_id, True)

    async def went(self, visitor_id: str) -> None:
        """One connection fewer; the last one is told after a while, unless they come back."""
        left = self._here.get(visitor_id, 1) - 1
        if left > 0:
            self._here[visitor_id] = left
            return
        self._here.pop(visitor_id, None)
        if visitor_id not in self._leaving:
            self._leaving[visitor_id] = asyncio.create_task(self._tell_gone(visitor_id), name="customer left")

    async def _tell_gone(self, visitor_id: str) -> None:
        await asyncio.sleep(UNMENTIONED_S)
        self._leaving.pop(visitor_id, None)
        try:
            nowhere = await self._keys.remove(visitor_id)
            if visitor_id in self._here:  # back at this very moment
                await self._keys.renew(visitor_id)
                return
            if nowhere:
                await self._changed(visitor_id, False)
        except Unavailable:  # the key runs out by itself
            return

    def is_connected(self, visitor_id: str) -> bool:
        """Whether the visitor has a connection to this very node."""
        return visitor_id in self._here

    async def is_here(self, visitor_id: str) -> bool:
        return visitor_id in self._here or await self._keys.present(visitor_id)

    def close(self) -> None:
        for leaving in self._leaving.values():
            leaving.cancel()
