"""Keys that say a visitor is connected to some node, and to which; they run out when nobody renews them."""

from __future__ import annotations

from router.store.connection import Connection

LASTS_S = 45


class PresenceKeys:
    """node: whose connections these are."""

    def __init__(self, connection: Connection, prefix: str, *, node: str) -> None:
        self._connection, self._prefix, self._node = connection, f"{prefix}visitor:", node

    async def renew(self, visitor_id: str) -> bool:
        """The visitor is here; whether some node had said so before."""
        key = self._prefix + visitor_id
        return await self._connection.ask("SET", key, self._node, "EX", LASTS_S, "GET") is not None

    async def remove(self, visitor_id: str) -> bool:
        """The visitor is not here any more; False when another node said last that they are there.

        One that says so between our asking and our removing is heard again at its next heartbeat (`renew`).
        """
        key = self._prefix + visitor_id
        if await self._connection.ask("GET", key) not in (None, self._node.encode()):
            return False
        await self._connection.ask("DEL", key)
        return True

    async def present(self, visitor_id: str) -> bool:
        return bool(await self._connection.ask("EXISTS", self._prefix + visitor_id))
