"""Real servers to be hurt.

centre       policy, staff and accounts of a small centre whose people are quick: leases, rings and graces of seconds
house        `usher run` on a data folder of its own, not started
serve        makes `usher serve` nodes on this test's own stores: Valkey or PostgreSQL of the session, emptied
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadtest.centre import PASSWORD, plan, write
from loadtest.dialogue import Dialogue, Turn
from tests.faults.people import Caller, Clerk
from tests.faults.server import Server
from tests.patience import comes_to_be
from tests.servers import free_port

AGENTS = 10
QUICK = """
[presence]
lease_s = 3
grace_s = 20
[dispositions.resolved]
label = "Resolved"
[[sla_plans]]
name = "Quick"
first_response = { in_s = 4 }
"""
ENVIRONMENT = {
    "USHER_HEARTBEAT_S": "1",
    "USHER_FRAMES_PER_S": "1000",
    "USHER_FRAME_BURST": "2000",
    "USHER_POSTGRES_TIMEOUT_S": "5",
    "USHER_LOG_LEVEL": "info",
}


def dialogue(key: str, turns: int = 12) -> Dialogue:
    """Customer and agent in turn."""
    said = (Turn("customer" if number % 2 == 0 else "agent", f"{key} says {number}") for number in range(turns))
    return Dialogue(key=key, subjects=("general",), turns=tuple(said))


@dataclass(slots=True, kw_only=True)
class House:
    """A whole `usher run`."""

    data: Path
    server: Server

    async def clerk(self, number: int = 0) -> Clerk:
        return await Clerk.signs_in(self.server.address, f"agent-{number}@replay.example", PASSWORD)

    async def caller(self) -> Caller:
        return await Caller.arrives(self.server.address)

    def pid_of(self, store: str) -> int:
        """valkey or postgres: the child of the running server."""
        wanted = {"valkey": "valkey-server", "postgres": "postgres"}[store]
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry) == self.server.pid and wanted in _program(entry):
                return int(entry.name)
        raise AssertionError(f"no {store} runs below {self.server.pid}")

    async def doctor(self) -> dict[str, str]:
        """What is not ok, by name."""
        return await self.server.doctor("--data", str(self.data))

    async def is_sound(self) -> None:
        """The doctor finds nothing wrong; what was just hurt has a moment to be mended."""
        await comes_to_be(self.doctor, {})


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _program(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().partition(b"\0")[0].decode()
    except OSError:
        return ""


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("centre") / "centre"
    write(plan([dialogue("plan")], AGENTS, seed=1), folder)
    (folder / "policy" / "quick.toml").write_text(QUICK)
    return folder


@pytest.fixture(scope="session")
def furnished(centre: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the centre was opened once and closed in order; to be copied."""
    folder = tmp_path_factory.mktemp("furnished")
    house = _house(folder / "data", centre)

    async def open_and_close() -> None:
        await house.server.start()
        assert await house.server.stop() == 0, house.server.said()

    asyncio.run(open_and_close())
    return house.data


def _house(data: Path, centre: Path) -> House:
    server = Server(
        command=("run", "--data", str(data), "--policy", str(centre)),
        port=free_port(),
        log=data.parent / "server.log",
        environment=ENVIRONMENT,
    )
    return House(data=data, server=server)


@pytest.fixture
async def house(furnished: Path, centre: Path, tmp_path: Path) -> AsyncIterator[House]:
    data = tmp_path / "data"
    copy(furnished, data)
    made = _house(data, centre)
    yield made
    await made.server.end()


def copy(source: Path, target: Path) -> None:
    """A folder with its owners and modes; sockets are left out."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=_copy_with_owner, ignore=shutil.ignore_patterns("sockets", "*.lock"))
    for folder in (source, *(path for path in source.rglob("*") if path.is_dir())):
        twin = target / folder.relative_to(source)
        if twin.exists():
            os.chown(twin, folder.stat().st_uid, folder.stat().st_gid)


def _copy_with_owner(source: str, target: str) -> str:
    shutil.copy2(source, target)
    facts = Path(source).stat()
    os.chown(target, facts.st_uid, facts.st_gid)
    return target


Serve = Callable[..., Server]


@pytest.fixture
async def serve(valkey_url: str, postgres_url: str, centre: Path, tmp_path: Path) -> AsyncIterator[Serve]:
    """Make a node; `redis`: another store's URL."""
    nodes: list[Server] = []

    def make(*, redis: str = valkey_url, **more: str) -> Server:
        stores = {"USHER_REDIS_URL": redis, "USHER_POSTGRES_URL": postgres_url, "USHER_DEMO": "true"}
        node = Server(
            command=("serve", "--policy", str(centre)),
            port=free_port(),
            log=tmp_path / f"node-{len(nodes)}.log",
            environment={**ENVIRONMENT, **stores, **more},
        )
        nodes.append(node)
        return node

    yield make
    for node in nodes:
        await node.end()
