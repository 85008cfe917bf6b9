"""`usher bench theory`: the running store beside the exact laws of queueing theory.

A case is lived through several times, each life in a shard of its own with its own virtual clock; the lives of a case
share one connection, so their calls leave together while each life's own keep their order. A life begins as the exact
law finds a centre, is left alone for about as long as the centre remembers that, then watched.

Two kinds of rows. A measure of theory holds when the exact value lies in the interval of the run: 95 % for all its rows
together (Bonferroni), as an exit status that depends on many rows must not fail by chance in most runs; `ci95_alone`
is that of the row by itself, outside which one row in twenty falls. And every customer's fate must be, to the ms, the
one an ideal queue gives the same customers: an error too small for intervals shows there.
"""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from router.bench.ideal_queue import IdealQueue
from router.bench.interval import Interval, interval, mean_of
from router.bench.steady_state import live, people
from router.bench.store_router import StoreRouter
from router.bench.theory_cases import GRID, NAMED, SOME, Case, Measure, Seen, window
from router.embedded import servers
from router.store import library
from router.store.connection import Connection

SEED = 1
LIVES = 16
LIFE_IN_MEMORIES = 8
"""How many times its memory a centre lives, when the customers allowed suffice."""
AT_LEAST = 4_000
CUSTOMERS = 30_000
"""Most of one case, all lives together."""
CHANCE = 0.05
SETTLING = 0.2
"""Most of a life that is not watched."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One case, lived through. unlike: customers to whom the store gave another fate than the ideal queue."""

    case: Case
    seen: Sequence[Seen]
    customers: int
    store_calls: int
    unlike: int


async def run(
    *, whole: bool = False, customers: int = CUSTOMERS, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Measure on an embedded store. whole: every case of the grids. customers: most of a case."""
    cases = (*NAMED, *(GRID if whole else SOME))
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        async with (
            servers(Path(folder) / "data") as urls,
            await Connection.open(urls.redis, timeout_s=60.0) as connection,
        ):
            await connection.call("CONFIG", "SET", "appendonly", "no")
            return await measure(connection, cases, customers=customers, progress=progress)


async def measure(
    connection: Connection, cases: Sequence[Case], *, customers: int, progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Live through the cases in a store that may be emptied, one after the other; the document of the command."""
    began = time.monotonic()
    lived = []
    for number, case in enumerate(cases, 1):
        progress(f"{number}/{len(cases)} {case.name}")
        lived.append(await live_through(connection, case, customers=customers))
    rows = rows_of(lived)
    alone = [row for row in rows if "ci95_alone" in row]
    return {
        "rows": rows,
        "ok": all(row["ok"] for row in rows),
        "outside_alone": sum(not _within(row["exact"], Interval(*row["ci95_alone"])) for row in alone),
        "outside_alone_by_chance": round(CHANCE * len(alone), 1),
        "customers": sum(one.customers for one in lived),
        "store_calls": sum(one.store_calls for one in lived),
        "lives": LIVES,
        "seed": SEED,
        "took_s": round(time.monotonic() - began, 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


async def live_through(connection: Connection, case: Case, *, customers: int) -> Lived:
    """All lives of a case, together."""
    await connection.call("FLUSHALL", "SYNC")
    await library.load(connection)
    centre = case.centre
    wanted_s = LIVES * LIFE_IN_MEMORIES * centre.memory_s
    span_s = max(AT_LEAST / centre.load.per_s, min(wanted_s, case.at_most * customers / centre.load.per_s)) / LIVES
    span_ms = round(span_s * 1000)
    start_ms = round(min(centre.memory_s, SETTLING * span_s) * 1000)
    lives = [people(centre, span_ms, Random(f"{SEED} {case.name} {number}")) for number in range(LIVES)]
    routers = [await StoreRouter.open(connection, centre, shard=f"life{number}") for number in range(LIVES)]
    fates = await asyncio.gather(*[live(centre, life, router) for life, router in zip(lives, routers, strict=True)])
    ideal = [await live(centre, life, IdealQueue(centre)) for life in lives]
    return Lived(
        case=case,
        seen=[window(life, fate, centre, start_ms, span_ms) for life, fate in zip(lives, fates, strict=True)],
        customers=sum(map(len, lives)),
        store_calls=sum(router.calls for router in routers),
        unlike=sum(a != b for ours, its in zip(fates, ideal, strict=True) for a, b in zip(ours, its, strict=True)),
    )


def rows_of(lived: Sequence[Lived]) -> list[dict[str, Any]]:
    """One row a measure, and one a case that says how many fates differ from the ideal queue's."""
    error = CHANCE / sum(len(one.case.measures) for one in lived)
    return [row for one in lived for row in (*(_row(one, it, error) for it in one.case.measures), _unlike(one))]


def _row(lived: Lived, measure: Measure, error: float) -> dict[str, Any]:
    sums = [measure.of(seen) for seen in lived.seen]
    together, alone = (interval(sums, most=measure.most, burst=measure.burst, error=each) for each in (error, CHANCE))
    row = {
        "case": lived.case.name,
        "measure": measure.name,
        "exact": measure.exact,
        "measured": mean_of(sums),
        "ci95": list(together),
        "ok": _within(measure.exact, together),
        "ci95_alone": list(alone),
        "customers": lived.customers,
    }
    return row | ({"published": list(measure.published)} if measure.published else {})


def _unlike(lived: Lived) -> dict[str, Any]:
    return {
        "case": lived.case.name,
        "measure": "unlike_ideal_queue",
        "exact": 0,
        "measured": lived.unlike,
        "ci95": [lived.unlike, lived.unlike],
        "ok": lived.unlike == 0,
        "customers": lived.customers,
    }


def _within(value: float, interval: Interval) -> bool:
    return interval.low <= value <= interval.high
