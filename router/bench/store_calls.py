"""Calls a second and round trips over the shared store connection, beside redis-py used as it comes."""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import redis.asyncio
import uvloop

from router.embedded import servers
from router.store.connection import Connection

CALLERS = 200


def run(*, rounds: int = 3, slice_s: float = 1.0) -> dict[str, Any]:
    """Both take turns on one embedded Valkey; medians over rounds."""
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        return uvloop.run(_measure(Path(folder), rounds, slice_s))


async def _measure(folder: Path, rounds: int, slice_s: float) -> dict[str, Any]:
    async with servers(folder / "data") as urls, await Connection.open(urls.redis) as connection:
        plain = redis.asyncio.Redis.from_url(urls.redis, max_connections=CALLERS)
        await connection.call("SET", "key", b"x" * 100)
        shared_rates, plain_rates, shared_trips, plain_trips = [], [], [], []
        for _ in range(rounds):
            shared_rates.append(await _rate(lambda: connection.call("GET", "key"), CALLERS, slice_s))
            plain_rates.append(await _rate(lambda: plain.get("key"), CALLERS, slice_s))
            shared_trips.append(1e6 / await _rate(lambda: connection.call("GET", "key"), 1, slice_s / 2))
            plain_trips.append(1e6 / await _rate(lambda: plain.get("key"), 1, slice_s / 2))
        await plain.aclose()
    shared, beside = statistics.median(shared_rates), statistics.median(plain_rates)
    return {
        "calls_per_s": round(shared),
        "plain_calls_per_s": round(beside),
        "ratio": round(shared / beside, 1),
        "round_trip_us": round(statistics.median(shared_trips), 1),
        "plain_round_trip_us": round(statistics.median(plain_trips), 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


async def _rate(call: Callable[[], Awaitable[Any]], callers: int, seconds: float) -> float:
    """Calls a second of callers that each wait for their answer."""
    over, done = time.perf_counter() + seconds, 0

    async def repeat() -> None:
        nonlocal done
        while time.perf_counter() < over:
            await call()
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*[repeat() for _ in range(callers)])
    return done / (time.perf_counter() - began)
