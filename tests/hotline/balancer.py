"""What stands in front of the nodes: every connection goes to one that is up, and breaks with it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from loadtest.address import Address

CHUNK = 65_536


@dataclass(slots=True, kw_only=True)
class Balancer:
    """up: the ports of nodes that are ready, as their health check says."""

    up: list[int] = field(default_factory=list)
    port: int = 0
    _turn: itertools.count[int] = field(default_factory=itertools.count)
    _open: dict[asyncio.StreamWriter, int] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        return Address(host="127.0.0.1", port=self.port, secure=False)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        self._open[writer] = port = self.up[next(self._turn) % len(self.up)] if self.up else 0
        try:
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", port)
                await self._joined(reader, back, there, writer)
        finally:
            self._open.pop(writer, None)
            writer.transport.abort()

    async def _joined(
        self,
        reader: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        ways = [asyncio.ensure_future(_pass(*way)) for way in ((reader, back), (there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            back.transport.abort()

    def lose(self, port: int) -> None:
        """A node is gone: nobody is left with a connection that leads to it."""
        for writer, to in list(self._open.items()):
            if to == port:
                writer.transport.abort()

    def close(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()


@contextlib.asynccontextmanager
async def balancer() -> AsyncIterator[Balancer]:
    made = Balancer()
    server = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.close()
