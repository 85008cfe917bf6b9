"""The embedded servers: started, killed in every way, found again; who survives is counted."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from router.embedded import DataDirInUse, EmbeddedError, servers
from router.embedded.program import DEATHS_A_MINUTE
from router.store.connection import Connection
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.faults

HOLDER = """
import asyncio, pathlib, sys
from router.embedded import servers

async def main():
    async with servers(pathlib.Path(sys.argv[1])) as urls:
        print(urls.redis, urls.postgres, flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def _holder(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that runs the servers; returns once they are ready."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = ""
    while "postgresql://" not in line:
        line = process.stdout.readline()
        assert line, "the servers did not start"
    return process


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _alive(data_dir: Path) -> list[str]:
    """Command lines of server processes of this data directory: all of them have it in their first words or as cwd."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                where = os.readlink(entry / "cwd")
            except OSError:
                continue
            mine = str(data_dir) in command or where.startswith(str(data_dir))
            if mine and ("postgres" in command or "valkey" in command):
                found.append(command)
    return found


async def _none_alive(data_dir: Path) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while _alive(data_dir):
            await asyncio.sleep(0.01)


def _pid(data_dir: Path, name: str) -> int:
    if name == "postgres":
        return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    found = subprocess.run(["pgrep", "-f", f"valkey-server.*{data_dir}/"], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])


async def _write(redis: str, postgres: str) -> None:
    """Returns once it is on the disk: what Valkey has not written it loses when it is killed."""
    async with await Connection.open(redis, timeout_s=PATIENCE_S) as store:
        await store.call("SET", "kept", "1")
        assert (await store.call("WAITAOF", 1, 0, 0))[0] == 1
    database = await asyncpg.connect(postgres)
    await database.execute("CREATE TABLE kept AS SELECT 1 AS n")
    await database.close()


async def _read(redis: str, postgres: str) -> tuple[object, object]:
    async with await Connection.open(redis) as store:
        kept = await store.call("GET", "kept")
    database = await asyncpg.connect(postgres)
    row = await database.fetchval("SELECT n FROM kept")
    await database.close()
    return kept, row


async def test_state_is_kept_over_a_stop_and_nothing_is_left_running(data_dir: Path) -> None:
    async with servers(data_dir) as urls:
        await _write(urls.redis, urls.postgres)
    assert _alive(data_dir) == []
    async with servers(data_dir) as urls:
        assert await _read(urls.redis, urls.postgres) == (b"1", 1)
    assert "recovery" not in (data_dir / "postgres.log").read_text()  # it was stopped in order


async def test_what_servers_say_is_for_who_runs_them_alone(data_dir: Path) -> None:
    async with servers(data_dir):
        assert {file.stat().st_mode & 0o077 for file in data_dir.glob("*.log")} == {0}


async def test_a_killed_parent_takes_its_servers_along_and_the_next_start_works_at_once(data_dir: Path) -> None:
    holder = _holder(data_dir)
    assert len(_alive(data_dir)) >= 2
    _end(holder)
    async with servers(data_dir) as urls:
        await _write(urls.redis, urls.postgres)
    holder = _holder(data_dir)
    _end(holder)
    await _none_alive(data_dir)
    async with servers(data_dir) as urls:
        assert await _read(urls.redis, urls.postgres) == (b"1", 1)


async def test_a_parent_killed_while_starting_leaves_nothing_that_stops_the_next(data_dir: Path) -> None:
    for delay_s in (0.05, 0.15, 0.3, 0.5, 0.8):
        process = subprocess.Popen([sys.executable, "-c", HOLDER, str(data_dir)], stdout=subprocess.DEVNULL)
        await asyncio.sleep(delay_s)
        process.kill()
        process.wait()
    await _none_alive(data_dir)
    async with servers(data_dir) as urls:
        await _write(urls.redis, urls.postgres)


async def test_files_of_dead_servers_stop_nothing_even_when_their_process_ids_are_alive_again(data_dir: Path) -> None:
    async with servers(data_dir) as urls:
        await _write(urls.redis, urls.postgres)
    with subprocess.Popen(["sleep", "60"], user=(data_dir / "postgres").stat().st_uid) as stranger:
        left = f"{stranger.pid}\n{data_dir}/postgres\n1\n5432\n{data_dir}/sockets\n\n 1 1\nready   \n"
        (data_dir / "postgres" / "postmaster.pid").write_text(left)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock", "valkey.sock"):
            (data_dir / "sockets" / name).write_text(left)
        async with servers(data_dir) as urls:
            assert await _read(urls.redis, urls.postgres) == (b"1", 1)
        stranger.kill()


async def test_a_start_waits_for_the_last_process_of_its_predecessor(data_dir: Path) -> None:
    holder = _holder(data_dir)
    postmaster = _pid(data_dir, "postgres")
    last = int(Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()[0])
    os.kill(last, signal.SIGSTOP)
    os.kill(holder.pid, signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    _end(holder)
    began = time.monotonic()
    asyncio.get_running_loop().call_later(1.0, os.kill, last, signal.SIGCONT)
    async with servers(data_dir) as urls:
        assert time.monotonic() - began >= 0.9
        await _write(urls.redis, urls.postgres)


async def test_a_second_server_on_the_same_directory_is_told_who_holds_it(data_dir: Path) -> None:
    holder = _holder(data_dir)
    try:
        with pytest.raises(DataDirInUse, match=f"process {holder.pid}"):
            async with servers(data_dir):
                pass
        assert len(_alive(data_dir)) >= 2
    finally:
        _end(holder)


@pytest.mark.parametrize("name", ["valkey", "postgres"])
async def test_a_killed_server_is_restarted_with_its_state(data_dir: Path, name: str) -> None:
    async with servers(data_dir) as urls:
        await _write(urls.redis, urls.postgres)
        killed = _pid(data_dir, name)
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    assert await _read(urls.redis, urls.postgres) == (b"1", 1)
                    break
                except Exception:
                    await asyncio.sleep(0.02)
        assert _pid(data_dir, name) != killed


async def test_a_server_that_keeps_dying_ends_everything_with_a_reason(data_dir: Path) -> None:
    async def serve_and_kill_valkey_whenever_it_is_there() -> None:
        async with asyncio.timeout(4 * PATIENCE_S), servers(data_dir):
            await kill_valkey_whenever_it_is_there()
            await asyncio.Event().wait()

    async def kill_valkey_whenever_it_is_there() -> None:
        last = 0
        for _ in range(DEATHS_A_MINUTE + 1):
            while (found := await _valkey_pid(data_dir)) in (None, last):
                await asyncio.sleep(0.02)
            assert found is not None
            last = found
            os.kill(found, signal.SIGKILL)

    with pytest.raises(EmbeddedError, match="valkey keeps dying"):
        await serve_and_kill_valkey_whenever_it_is_there()
    assert _alive(data_dir) == []


async def _valkey_pid(data_dir: Path) -> int | None:
    try:
        return _pid(data_dir, "valkey")
    except subprocess.CalledProcessError:
        return None


async def test_a_long_path_gets_a_short_place_for_sockets(tmp_path: Path) -> None:
    data_dir = tmp_path / ("x" * 100)
    async with servers(data_dir) as urls:
        await _write(urls.redis, urls.postgres)
        assert str(data_dir) not in urls.redis


async def test_a_start_that_fails_shows_the_end_of_the_log(data_dir: Path) -> None:
    async with servers(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match="incompatible"):
        async with servers(data_dir):
            pass
    assert _alive(data_dir) == []


async def test_as_root_the_servers_run_as_somebody_else_even_behind_closed_doors(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    async with servers(closed / "data") as urls:
        await _write(urls.redis, urls.postgres)
        users = {Path(f"/proc/{_pid(closed / 'data', name)}").stat().st_uid for name in ("valkey", "postgres")}
        assert len(users) == 1
        assert users != {0}
