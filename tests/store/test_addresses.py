"""Where the store is when it is not one server: behind Sentinel, in a cluster."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from router.embedded import valkey
from router.store.connection import Connection
from tests.servers import broken, free_port, redis_binary, running

LONG_S = 90.0
"""A Sentinel that stood still for two seconds does nothing for thirty more."""


async def test_sentinel_leads_to_the_new_primary_after_the_old_one_was_killed(tmp_path: Path) -> None:
    redis, ports = redis_binary(), [free_port() for _ in range(3)]
    directories = _directories(tmp_path, "first", "second", "watch")
    config = directories[2] / "sentinel.conf"
    config.write_text(
        f"sentinel monitor main 127.0.0.1 {ports[0]} 1\n"
        "sentinel down-after-milliseconds main 3000\nsentinel failover-timeout main 6000\n"
    )
    with (
        running(redis, directories[0], "--port", str(ports[0]), "--repl-diskless-sync-delay", "0") as primary,
        running(redis, directories[1], "--port", str(ports[1]), "--replicaof", f"127.0.0.1 {ports[0]}"),
        running(redis, directories[2], str(config), "--sentinel", "--port", str(ports[2])) as sentinel,
    ):
        url = f"redis+sentinel://127.0.0.1:{ports[2]}/main/0"
        async with await Connection.open(url, timeout_s=LONG_S) as connection:
            await connection.call("SET", "n", 1)
            assert await connection.call("WAIT", 1, 30_000) == 1
            await _until(sentinel.url, ["SENTINEL", "REPLICAS", "main"], str(ports[1]))
            primary.kill()
            await broken(connection)
            assert await connection.call("INCR", "n") == 2


async def test_in_a_cluster_calls_follow_the_shard_in_order(tmp_path: Path) -> None:
    ports, buses = ([free_port(), free_port()] for _ in range(2))
    directories = _directories(tmp_path, "a", "b")
    with contextlib.ExitStack() as stack:
        nodes = [
            stack.enter_context(
                running(
                    *(str(valkey.binary()), directory, "--port", str(port)),
                    *("--cluster-enabled", "yes", "--cluster-port", str(bus)),
                )
            )
            for port, bus, directory in zip(ports, buses, directories, strict=True)
        ]
        await _call(nodes[0].url, "CLUSTER", "ADDSLOTSRANGE", 0, 8191)
        await _call(nodes[1].url, "CLUSTER", "ADDSLOTSRANGE", 8192, 16383)
        await _call(nodes[0].url, "CLUSTER", "MEET", "127.0.0.1", ports[1], buses[1])
        for node in nodes:
            await _until(node.url, ["CLUSTER", "INFO"], "cluster_state:ok")
        async with await Connection.open(f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}") as connection:
            for tag in ("{a}", "{b}", "{main}"):
                calls = [connection.call("INCR", f"{tag}n") for _ in range(100)]
                assert await asyncio.gather(*calls) == list(range(1, 101))


def _directories(parent: Path, *names: str) -> list[Path]:
    directories = [parent / name for name in names]
    for directory in directories:
        directory.mkdir()
    return directories


async def _call(url: str, *args: str | int) -> object:
    async with await Connection.open(url) as connection:
        return await connection.call(*args)


async def _until(url: str, args: list[str], expected: str) -> None:
    async with asyncio.timeout(LONG_S), await Connection.open(url) as connection:
        while expected not in str(await connection.call(*args)):
            await asyncio.sleep(0.05)
