"""Durable writes: the group commit beside one connection that commits each row, and beside the disk itself.

All three take turns in one run, because the disk and the cores of a shared machine are not the same a minute later.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from router.core.words import ConversationId, CustomerId
from router.embedded import servers
from router.store.postgres import conversations, customers, messages
from router.store.postgres.customers import Customer, Visitor
from router.store.postgres.database import Database
from router.store.postgres.messages import Draft
from router.store.postgres.migrations import migrate
from router.store.postgres.writer import Writer

CUSTOMER = CustomerId("bench")
CONVERSATIONS = 500
TEXT = "Where is my order? It was promised for Tuesday. " * 4


def run(
    *, rounds: int = 3, slice_s: float = 2.0, callers: int = 2_000, rates: Sequence[int] = (1_000, 5_000)
) -> dict[str, Any]:
    """Measure on embedded servers in a temporary directory; takes about rounds · 2.5 · slice_s + a few seconds.

    batched: callers that send one message after another, each waiting for its commit. at_rate: messages sent at a steady
    rate, latency from when each was due. ratio: medians over rounds.
    """
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        return uvloop.run(_measure(Path(folder), rounds, slice_s, callers, rates))


async def _measure(folder: Path, rounds: int, slice_s: float, callers: int, rates: Sequence[int]) -> dict[str, Any]:
    async with servers(folder / "data") as urls:
        await migrate(urls.postgres)
        async with (
            await Database.open(urls.postgres) as database,
            await Writer.open(urls.postgres) as writer,
        ):
            bench = _Bench(writer, await _prepare(database, writer))
            await bench.saturate(callers, 0.5)
            disk, single, batched = [], [], []
            for _ in range(rounds):
                disk.append(_fdatasync(folder, slice_s / 2))
                single.append(await _one_connection(urls.postgres, slice_s))
                batched.append(await bench.saturate(callers, slice_s))
            at_rate = [{"rate": rate} | await bench.at_rate(rate, slice_s) for rate in rates]
            version = await database.fetch_value("SHOW server_version")
    middle = statistics.median_low([one["per_s"] for one in batched])
    one_connection = statistics.median(single)
    return {
        "fdatasync": {"per_s": round(statistics.median(disk)), "spread": [round(min(disk)), round(max(disk))]},
        "one_connection": {"per_s": round(one_connection), "spread": [round(min(single)), round(max(single))]},
        "batched": next(one for one in batched if one["per_s"] == middle) | {"callers": callers},
        "at_rate": at_rate,
        "ratio": {
            "batched_to_one_connection": round(middle / one_connection, 1),
            "batched_to_fdatasync": round(middle / statistics.median(disk), 1),
        },
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version}",
    }


class _Bench:
    def __init__(self, writer: Writer, ids: list[ConversationId]) -> None:
        self._writer = writer
        self._ids = ids
        self._count = 0

    async def saturate(self, callers: int, seconds: float) -> dict[str, float]:
        """Every caller sends as fast as it is answered."""
        waits: list[float] = []
        over = time.perf_counter() + seconds

        async def call() -> None:
            while (began := time.perf_counter()) < over:
                await self._append()
                waits.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*[call() for _ in range(callers)])
        return {"per_s": round(len(waits) / (time.perf_counter() - began))} | _percentiles(waits)

    async def at_rate(self, rate: int, seconds: float) -> dict[str, float]:
        waits: list[float] = []

        async def send(due: float) -> None:
            await self._append()
            waits.append(time.perf_counter() - due)

        async with asyncio.TaskGroup() as group:
            first = time.perf_counter()
            for number in range(int(rate * seconds)):
                due = first + number / rate
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                group.create_task(send(due))
        return _percentiles(waits)

    async def _append(self) -> None:
        self._count += 1
        draft = Draft(
            conversation_id=self._ids[self._count % len(self._ids)],
            kind="text",
            author="customer",
            author_id=CUSTOMER,
            author_name="",
            text=TEXT,
            client_id=str(self._count),
            at=self._count,
        )
        await messages.append(self._writer, draft)


async def _prepare(database: Database, writer: Writer) -> list[ConversationId]:
    visitor = Visitor(id="bench", customer_id=CUSTOMER, account="bench", created_at=0, last_seen_at=0)
    await customers.add_visitor(database, "bench", visitor, Customer(id=CUSTOMER, created_at=0))
    ids = [ConversationId(f"bench_{number}") for number in range(CONVERSATIONS)]
    starts = [
        conversations.Start(
            id=one,
            channel="webchat",
            account="bench",
            customer_id=CUSTOMER,
            start_id=f"start {one}",
            language="en",
            author_id=CUSTOMER,
            author_name="",
            text=TEXT,
            at=0,
            item=None,
        )
        for one in ids
    ]
    await asyncio.gather(*[conversations.start(writer, start) for start in starts])
    return ids


async def _one_connection(url: str, seconds: float) -> float:
    """Rows a second when every row has its own commit and the next waits for it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS bench_rows (id text PRIMARY KEY, text text)")
        insert = await connection.prepare("INSERT INTO bench_rows VALUES ($1, $2)")
        prefix = time.time_ns()
        return await _rate(lambda number: insert.fetch(f"{prefix}-{number}", TEXT), seconds)
    finally:
        await connection.close()


async def _rate(act: Callable[[int], Any], seconds: float) -> float:
    began, number = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        await act(number)
        number += 1
    return number / (time.perf_counter() - began)


def _fdatasync(folder: Path, seconds: float) -> float:
    """Blocks a second the disk takes when each is synced before the next."""
    with (folder / "probe").open("wb", buffering=0) as file:
        began, number = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            file.write(b"x" * 8192)
            os.fdatasync(file.fileno())
            number += 1
        return number / (time.perf_counter() - began)


def _percentiles(waits: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(waits, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 2), "p99_ms": round(cuts[98] * 1000, 2)}
