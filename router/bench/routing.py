"""Server CPU of every transition over the size of a centre, and the whole path of an item from Python.

Times are CPU of the store process (INFO cpu) divided by calls, medians of rounds; the append-only file is off but for
the whole path. Just before each measured round runs a function that does nothing, called alike: `noops` is the median
multiple of it, which other load on the machine changes less, and what `growth` compares.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from router.bench.routing_scene import SEED, START, TOGETHER, Scene, Size, build
from router.core.events import OfferCreated
from router.core.words import AgentId
from router.embedded import servers
from router.store.connection import Connection
from router.store.routing import RoutingStore

BASE = Size(agents=10_000, waiting=20_000, lanes=1_000)
QUICK = (
    BASE,
    Size(agents=100, waiting=20_000, lanes=1_000),
    Size(agents=10_000, waiting=1_000, lanes=1_000),
    Size(agents=10_000, waiting=20_000, lanes=10_000),
)
"""As much as fits in a minute; `growth` then tells of 100 × agents and 20 × items."""
FULL = (
    *QUICK,
    Size(agents=100_000, waiting=20_000, lanes=1_000),
    Size(agents=10_000, waiting=1_000_000, lanes=1_000),
    Size(agents=10_000, waiting=20_000, lanes=10),
    Size(agents=10_000, waiting=20_000, lanes=100),
    Size(agents=10_000, waiting=20_000, lanes=1_000, starved=0.5),
    Size(agents=10_000, waiting=20_000, lanes=10_000, starved=0.5),
)
ROUNDS = 3
NOOPS = 30
"""Batches of no-ops before each round."""
CALLS = 1_000
"""Calls of one transition in one round, fewer in small centres."""
PATH_WORKERS = 64
PATH_S = 1.0


async def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure on an embedded store; quick: the base cells, in under a minute."""
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        return await _measure(Path(folder), QUICK if quick else FULL)


async def _measure(folder: Path, sizes: Iterable[Size]) -> dict[str, Any]:
    async with (
        servers(folder / "data") as urls,
        await Connection.open(urls.redis, timeout_s=60.0) as connection,
    ):
        await connection.call("CONFIG", "SET", "appendonly", "no")
        await RoutingStore.open(connection)
        cells = [cell for size in sizes for cell in await _cells(connection, size)]
        noop_us = statistics.median([cell["server_us"] / cell["noops"] for cell in cells])
        await connection.call("CONFIG", "SET", "appendonly", "yes")
        path = await _whole_path(connection)
        version = (await connection.call("INFO", "server")).decode()
    return {
        "cells": cells,
        "growth": _growth(cells),
        "noop_us": round(noop_us, 2),
        "whole_path": path,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"Valkey {_field(version, 'valkey_version')}, seed {SEED}",
    }


# Cells --------------------------------------------------------------------------------------------------------------


async def _cells(connection: Connection, size: Size) -> list[dict[str, Any]]:
    took: dict[str, list[float]] = {}
    multiples: dict[str, list[float]] = {}

    async def timed(name: str, calls: int, work: Awaitable[None]) -> None:
        noop_us = await _noop_us(connection)
        before = await _cpu_us(connection)
        await work
        took.setdefault(name, []).append((await _cpu_us(connection) - before) / max(calls, 1))
        multiples.setdefault(name, []).append(took[name][-1] / noop_us)

    for busy, rounds in ((True, _busy_rounds), (False, _idle_rounds)):
        scene = await build(connection, size, busy=busy)
        await rounds(scene, timed)
    return [
        {
            "transition": name,
            "agents": size.agents,
            "waiting": size.waiting if name in BUSY else 0,
            "lanes": size.lanes,
            "starved": size.starved,
            "server_us": round(statistics.median(times), 1),
            "noops": round(statistics.median(multiples[name]), 1),
            "spread_us": [round(min(times), 1), round(max(times), 1)],
        }
        for name, times in took.items()
    ]


Timed = Callable[[str, int, Awaitable[None]], Awaitable[None]]
BUSY = ("release_match", "accept", "decline", "enqueue_busy")


async def _busy_rounds(scene: Scene, timed: Timed) -> None:
    """Everybody has work and more waits: who lets go of an item gets the next one in the same call."""
    calls = min(CALLS, scene.size.agents, scene.size.waiting // 4)
    for number in range(ROUNDS + 1):
        record = timed if number else _untimed
        done = [(item, scene.held.pop(item)) for item in scene.random.sample(sorted(scene.held), calls)]
        await record("release_match", calls, scene.every(done, lambda held: scene.store.complete(*held)))
        some = list(scene.offers.items())[: calls // 2]
        for item, _ in some:
            del scene.offers[item]
        await record("decline", len(some), scene.every(some, lambda offer: scene.store.decline(*offer[1])))
        await record("accept", len(scene.offers), scene.accept(list(scene.offers)))
        await record("enqueue_busy", calls, scene.enqueue(calls))


async def _idle_rounds(scene: Scene, timed: Timed) -> None:
    """Everybody is free: what comes is offered in the same call, who lets go of an item is free again."""
    calls = min(CALLS, scene.size.agents // 4)
    for number in range(ROUNDS + 1):
        record = timed if number else _untimed
        await record("enqueue_match", calls, scene.enqueue(calls))
        await record("accept_idle", len(scene.offers), scene.accept(list(scene.offers)))
        done = list(scene.held.items())
        scene.held.clear()
        await record("release_idle", len(done), scene.every(done, lambda held: scene.store.complete(*held)))
        agents = [AgentId(f"agent{n}") for n in scene.random.sample(range(scene.size.agents), calls)]
        await record("presence", calls, scene.every(agents, lambda agent: scene.store.set_status(agent, "busy")))
        await scene.every(agents, lambda agent: scene.store.set_status(agent, "available"))


async def _untimed(_name: str, _calls: int, work: Awaitable[None]) -> None:
    """The first round only warms up."""
    await work


def _growth(cells: list[dict[str, Any]]) -> dict[str, float]:
    """How much dearer release and next match gets: over all sizes of agents and waiting, per ten times the lanes."""
    fed = [cell for cell in cells if cell["transition"] == "release_match" and not cell["starved"]]
    return {
        "agents": _rise(fed, "agents", whole=True),
        "waiting": _rise(fed, "waiting", whole=True),
        "lanes": _rise(fed, "lanes", whole=False),
    }


def _rise(cells: list[dict[str, Any]], over: str, *, whole: bool) -> float:
    base = {"agents": BASE.agents, "waiting": BASE.waiting, "lanes": BASE.lanes}
    row = [cell for cell in cells if all(cell[name] == base[name] for name in base if name != over)]
    times: list[float] = [cell["noops"] for cell in sorted(row, key=lambda cell: int(cell[over]))]
    steps = [(times[0], time) for time in times[1:]] if whole else list(pairwise(times))
    return round(max(later / first for first, later in steps), 2)


# The whole path -----------------------------------------------------------------------------------------------------


async def _whole_path(connection: Connection) -> dict[str, Any]:
    """Items a second from enqueue over offer and accept to complete, and calls a second of the no-op, in turns."""
    scene = await build(connection, BASE, busy=False)
    store = RoutingStore(connection)
    paths, noops = [], []
    for _ in range(ROUNDS):
        noops.append(await _rate(lambda: connection.call("FCALL", "usher_noop", 1, store.prefix)))
        paths.append(await _rate(lambda: _one_item(scene, store)))
    items, calls = statistics.median(paths), statistics.median(noops)
    return {
        "items_per_s": round(items),
        "spread": [round(min(paths)), round(max(paths))],
        "noop_calls_per_s": round(calls),
        "ratio_to_noop_calls": round(items / calls, 3),
    }


async def _one_item(scene: Scene, store: RoutingStore) -> None:
    item, demand = scene.new_item()
    step = await store.enqueue(item, demand, brief=b"b" * 200)
    offer = next(event for written in step.events if isinstance(event := written.event, OfferCreated))
    await store.accept(offer.offer, offer.agent)
    await store.complete(item, offer.agent)


async def _rate(act: Callable[[], Awaitable[Any]]) -> float:
    """How often a second PATH_WORKERS get it done."""
    began, done = time.perf_counter(), 0

    async def repeat() -> None:
        nonlocal done
        while time.perf_counter() - began < PATH_S:
            await act()
            done += 1

    await asyncio.gather(*[repeat() for _ in range(PATH_WORKERS)])
    return done / (time.perf_counter() - began)


async def _noop_us(connection: Connection) -> float:
    """CPU of a function that does nothing, with the arguments of a transition."""
    before = await _cpu_us(connection)
    args = ("FCALL", "usher_noop", 1, "{main}:", START, "item1234", "agent1234", "disposition")
    for _ in range(NOOPS):
        await asyncio.gather(*[connection.call(*args) for _ in range(TOGETHER)])
    return (await _cpu_us(connection) - before) / (NOOPS * TOGETHER)


async def _cpu_us(connection: Connection) -> float:
    info = (await connection.call("INFO", "cpu")).decode()
    return (float(_field(info, "used_cpu_sys")) + float(_field(info, "used_cpu_user"))) * 1e6


def _field(info: str, name: str) -> str:
    return info.partition(f"\r\n{name}:")[2].partition("\r\n")[0]
