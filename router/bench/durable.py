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
from collections.abc import Callable
from functools import partial
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
RATES = (1_000, 5_000)
SLOW_DISK_MS = 4
TEXT = "Where is my order? It was promised for Tuesday. " * 4


def run(*, rounds: int = 3, slice_s: float = 2.0, callers: int = 2_000) -> dict[str, Any]:
    """Measure on embedded servers in a temporary directory; takes about rounds · 5 · slice_s + 4 · slice_s.

    Twice: on the disk as it is, and as if every sync took SLOW_DISK_MS, which is what network block storage takes
    (PostgreSQL's own commit_delay makes the wait, in its place before the sync). Medians over rounds.
    batched: callers that send one message after another, each waiting for its commit.
    at_rate: messages sent at a steady rate; latency from when each was due.
    """
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        return uvloop.run(_measure(Path(folder), rounds, slice_s, callers))


async def _measure(folder: Path, rounds: int, slice_s: float, callers: int) -> dict[str, Any]:
    async with servers(folder / "data") as urls:
        await migrate(urls.postgres)
        async with await Database.open(urls.postgres) as database, await Writer.open(urls.postgres) as writer:
            ids = await prepare(database, writer)
            version = await database.fetch_value("SHOW server_version")
            compare = partial(_compare, urls.postgres, ids, folder, rounds=rounds, slice_s=slice_s, callers=callers)
            as_it_is = await compare()
            await database.execute(f"ALTER ROLE usher SET commit_delay = {SLOW_DISK_MS * 1000}")
            await database.execute("ALTER ROLE usher SET commit_siblings = 0")
            slow_disk = await compare()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return as_it_is | {f"disk_of_{SLOW_DISK_MS}_ms": slow_disk, "machine": f"{machine}, PostgreSQL {version}"}


async def _compare(
    url: str, ids: list[ConversationId], folder: Path, *, rounds: int, slice_s: float, callers: int
) -> dict[str, Any]:
    async with await Writer.open(url) as writer:
        bench = Bench(writer, ids)
        await bench.saturate(callers, 0.5)
        disk, single, batched = [], [], []
        for _ in range(rounds):
            disk.append(_fdatasync(folder, slice_s / 2))
            single.append(await _one_connection(url, slice_s))
            batched.append(await bench.saturate(callers, slice_s))
        at_rate = [{"rate": rate} | await bench.at_rate(rate, slice_s) for rate in RATES]
    middle = sorted(batched, key=lambda one: one["per_s"])[len(batched) // 2]
    return {
        "fdatasync": {"per_s": round(statistics.median(disk)), "spread": [round(min(disk)), round(max(disk))]},
        "one_connection": {
            "per_s": round(statistics.median(single)),
            "spread": [round(min(single)), round(max(single))],
        },
        "batched": middle | {"callers": callers, "spread": sorted(one["per_s"] for one in batched)[:: rounds - 1]},
        "at_rate": at_rate,
        "ratio": {"batched_to_one_connection": round(middle["per_s"] / statistics.median(single), 1)},
    }


class Bench:
    """Messages into these conversations, as many as there is room for or at a steady rate."""

    def __init__(self, writer: Writer, ids: list[ConversationId]) -> None:
        self._writer = writer
        self._ids = ids
        self._count = time.time_ns()

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
            at=0,
        )
        await messages.append(self._writer, draft)


async def prepare(database: Database, writer: Writer) -> list[ConversationId]:
    """Conversations to write into."""
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
