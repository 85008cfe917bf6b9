"""Real servers for the tests: one Valkey, one Redis 7 and one PostgreSQL a session; clean state for every test.

store_url      a store, emptied; each test that asks runs on Valkey and on Redis
valkey_url     Valkey only, emptied
postgres_url   a database of its own with the schema migrated
own_store      a store process of the test's own on its own directory, to be killed; on Valkey and on Redis
embedded_urls  the session's Valkey and PostgreSQL as `usher run` starts them (state is shared by all tests)
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from router.embedded import Urls, child, servers, valkey
from router.store.connection import Connection
from router.store.postgres.migrations import migrate
from tests.patience import PATIENCE_S

READY_WAIT_S = 30.0


class StoreProcess:
    """A Valkey or Redis of a test's own, on a Unix socket, with an append-only file; dies with the test run."""

    def __init__(self, binary: str, directory: Path, *options: str) -> None:
        self.socket, self._log = directory / "s", directory / "log"
        self.url = f"unix://{self.socket}"
        self._command = [binary, *options, "--unixsocket", str(self.socket), "--dir", str(directory)]
        if "--port" not in options:
            self._command += ["--port", "0"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        plan = json.dumps({"parent": os.getpid(), "death_signal": int(signal.SIGKILL)})
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", child.__file__, plan, *self._command], stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_WAIT_S
        while not self._answers():
            assert self._process.poll() is None, f"ended: {self._log.read_text()[-2_000:]}"
            assert time.monotonic() < deadline, f"does not answer: {self._log.read_text()[-2_000:]}"
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(64).startswith((b"+PONG", b"-NOAUTH"))
            except OSError:
                return False


@contextlib.contextmanager
def running(binary: str, directory: Path, *options: str) -> Iterator[StoreProcess]:
    """A store of the test's own for a block."""
    store = StoreProcess(binary, directory, *options)
    try:
        store.start()
        yield store
    finally:
        store.kill()


async def broken(connection: Connection) -> None:
    """Wait until the connection has noticed that its server is gone."""
    async with asyncio.timeout(PATIENCE_S):
        while connection.connected:
            await asyncio.sleep(0.001)


def redis_binary() -> str:
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("redis-server is not installed: tests on Redis need it beside Valkey")
    return found


def free_port() -> int:
    """One nobody listens at, below those the system gives to connections: it might give one away before it is used."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def embedded_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    """Runs the embedded servers on a thread of their own: event loops of tests come and go, servers stay."""
    data_dir = tmp_path_factory.mktemp("data")
    started: list[Urls | BaseException] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def run() -> None:
        try:
            async with servers(data_dir) as urls:
                started.append(urls)
                ready.set()
                await over.wait()
        except BaseException as error:
            started.append(error)
            ready.set()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="embedded servers")
    thread.start()
    ready.wait(4 * PATIENCE_S)
    urls = started[0]
    if isinstance(urls, BaseException):
        raise urls
    yield urls
    loop.call_soon_threadsafe(over.set)
    thread.join(2 * PATIENCE_S)
    loop.close()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreProcess]:
    server = StoreProcess(redis_binary(), tmp_path_factory.mktemp("redis"), "--appendonly", "yes")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def valkey_url(embedded_urls: Urls) -> str:
    flush(embedded_urls.redis)
    return embedded_urls.redis


@pytest.fixture(params=["valkey", "redis"])
def store_url(request: pytest.FixtureRequest) -> str:
    if request.param == "valkey":
        url: str = request.getfixturevalue("valkey_url")
        return url
    server: StoreProcess = request.getfixturevalue("redis_server")
    flush(server.url)
    return server.url


@pytest.fixture(params=["valkey", "redis"])
def own_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreProcess]:
    """Not started yet."""
    binary = str(valkey.binary()) if request.param == "valkey" else redis_binary()
    server = StoreProcess(binary, tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.resume()
    server.kill()


def flush(url: str) -> None:
    """Empty a store, its functions too."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(url.removeprefix("unix://"))
        for command in (b"FLUSHALL\r\n", b"FUNCTION FLUSH\r\n"):
            connection.sendall(command)
            assert connection.recv(64) == b"+OK\r\n"


@pytest.fixture(scope="session")
def migrated_template(embedded_urls: Urls) -> str:
    """A database with the schema, for others to be copied from."""

    async def make() -> None:
        await _administer(embedded_urls.postgres, 'CREATE DATABASE "migrated"')
        await migrate(database(embedded_urls.postgres, "migrated"))

    asyncio.run(make())
    return "migrated"


_numbers = itertools.count(1)


@pytest.fixture
async def postgres_url(embedded_urls: Urls, migrated_template: str) -> str:
    name = f"test_{next(_numbers)}"
    await _administer(embedded_urls.postgres, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
    return database(embedded_urls.postgres, name)


def database(url: str, name: str) -> str:
    """The same server, another database."""
    return url.replace("@/postgres?", f"@/{name}?")


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
