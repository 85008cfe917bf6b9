"""A server of one's own for a run: `usher run` as a child process, with a data directory that goes with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest.address import Address

READY_S = 90.0
STOP_S = 20.0
CHILDREN = {"valkey": "valkey", "postgres": "postgres", "python": "understanding"}
READY_LINE_BYTES = 8 * 2**20
"""It names every demo login."""


class ServerFailed(Exception):
    """The server did not become ready, or ended by itself; says what it wrote last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """pid 0: a server that was there before and is not ours."""

    address: Address
    pid: int = 0


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def own_server(
    folder: Path, *, policy: Path, extra: tuple[str, ...] = (), settings: Mapping[str, str] | None = None
) -> AsyncIterator[Server]:
    """Run a server on a free port with its data in `folder`. settings: of its environment, beside this process's.

    Raises ServerFailed when it does not become ready, and at the end of the block when it is not there any more.
    """
    command = (sys.executable, "-m", "router.cli", "run", "--port", "0", "--json")
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, "--data", str(folder / "data"), "--policy", str(policy), *extra,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=errors,
            env={**_environment(), **(settings or {})}, limit=READY_LINE_BYTES,
        )  # fmt: skip
    try:
        yield Server(address=Address.of(await _ready(process, log)), pid=process.pid)
        if process.returncode is not None:
            raise ServerFailed(f"the server ended by itself with {process.returncode}: {await _last_words(log)}")
    finally:
        await _stop(process)


def _environment() -> dict[str, str]:
    """This process's, with room for people who speak twenty times as fast as people."""
    return {**os.environ, "USHER_FRAMES_PER_S": "1000", "USHER_FRAME_BURST": "2000"}


async def _ready(process: asyncio.subprocess.Process, log: Path) -> str:
    """The server's URL, from the line it prints when it serves."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_S):
            async for line in process.stdout:
                try:
                    said = json.loads(line)
                except ValueError:
                    continue
                if isinstance(said, dict) and said.get("ready"):
                    return str(said["url"])
    except TimeoutError:
        pass
    raise ServerFailed(f"the server did not become ready: {await _last_words(log)}")


async def _last_words(log: Path) -> str:
    last = await asyncio.to_thread(log.read_text, "utf-8", "replace")
    return last[-4_000:] or "it said nothing"


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def resident_kb(pid: int) -> int:
    """Resident memory of a process; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def cpu_s(pid: int) -> float:
    """Processor time a process has taken; 0 where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_by_part_s(pid: int) -> dict[str, float]:
    """Processor time of a server (`server`), what it started (`valkey`, `postgres`, and Python for `understanding`) and
    this process (`clients`).

    A process that ended is not counted any more.
    """
    used = {"server": cpu_s(pid), **dict.fromkeys(CHILDREN.values(), 0.0), "clients": cpu_s(os.getpid())}
    for child, name in _below(pid).items():
        part = next((part for word, part in CHILDREN.items() if word in name), None)
        if part is not None:
            used[part] += cpu_s(child)
    return used


def _below(pid: int) -> dict[int, str]:
    """The processes a process started, and those they did, by id with their names."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = stat.read_text(encoding="ascii", errors="replace").rpartition(")")
        except OSError:
            continue
        number, _, name = head.partition(" (")
        parents[int(number)], names[int(number)] = int(rest.split()[1]), name
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {child: names[child] for child in found - {pid}}
