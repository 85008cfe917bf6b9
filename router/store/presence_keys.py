"""Keys that say a visitor is connected to some node; they run out when nobody renews them."""

from __future__ import annotations

from router.store.connection import Connection

LASTS_S = 45


class PresenceKeys:
    def __init__(self, connection: Connection, prefix: str) -> None:
        self._connection, self._prefix = connection, f"{prefix}visitor:"

    async def renew(self, visitor_id: str) -> None:
        await self._connection.ask("SET", self._prefix + visitor_id, 1, "EX", LASTS_S)

    async def remove(self, visitor_id: str) -> None:
        await self._connection.ask("DEL", self._prefix + visitor_id)

    async def present(self, visitor_id: str) -> bool:
        return bool(await self._connection.ask("EXISTS", self._prefix + visitor_id))
