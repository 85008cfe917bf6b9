"""`python -m loadtest.echo`: a bare echo server of the `websockets` package, the yardstick beside the real one.

Prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


async def echo(connection: ServerConnection) -> None:
    try:
        async for message in connection:
            await connection.send(message)
    except ConnectionClosed:
        return


async def main() -> None:
    async with serve(
        echo, "127.0.0.1", 0, compression=None, ping_interval=None, subprotocols=[Subprotocol("usher.v1.msgpack")]
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
