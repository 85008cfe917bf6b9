"""`usher bench push`: thousands of connected agents, a steady flow of new items, and how soon an offer is seen.

A conversation is committed when the customer's tab is told `conversation.started`; the acknowledgement comes only after
the routing is durable too, mostly later than the offer. `sent_to_offer_ms` holds everything: from the customer's frame
leaving to the offer read. All clients live in this process, so one monotonic clock times both ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from loadtest import push_centre
from loadtest.address import Address
from loadtest.client import Client, CommandRefused, Endpoint, Stopped
from loadtest.floor import Floor, floor
from loadtest.http import become_visitor, caller
from loadtest.limits import allow_files
from loadtest.measures import quantile
from loadtest.server import Server, cpu_by_part_s, own_server, resident_kb
from router.protocol import customer, staff

WARM_UP_S = 3.0
IDLE_S = 3.0
DRAIN_S = 10.0
AT_ONCE = 40
PUSH_PATH_S = 60.0
POOL_S = 3.0
"""Customers enough for this long a stay of each at the given rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """rate: items a second."""

    agents: int = 5_000
    rate: float = 300.0
    seconds: float = 20.0
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Times:
    """Of conversations, in seconds of the monotonic clock, by id. frames: events and answers read by agents.

    counted: those that were due in the window, however late they were sent.
    """

    counted: set[str] = field(default_factory=set)
    sent: dict[str, float] = field(default_factory=dict)
    committed: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    begun: int = 0
    completed: int = 0
    frames: int = 0
    starved: int = 0
    troubles: dict[str, int] = field(default_factory=dict)

    def trouble(self, what: str) -> None:
        self.troubles[what] = self.troubles.get(what, 0) + 1


class BenchAgent:
    """Takes whatever is offered and finishes it at once. No checks: those are the replay's."""

    __slots__ = ("_client", "_tasks", "_times")

    def __init__(self, address: Address, cookie: str, number: int, times: Times, tasks: asyncio.TaskGroup) -> None:
        self._times, self._tasks = times, tasks
        self._client: Client[dict[str, Any]] = Client(
            Endpoint(address=address, path="/ws/agent", device_id=f"desk-{number}", session_cookie=cookie),
            read=_as_it_is,
            on_event=self._on_event,
            complain=times.trouble,
            chance=Random(number),
        )

    async def enter(self) -> None:
        await self._client.start()

    async def leave(self) -> None:
        await self._client.close()

    def _on_event(self, event: dict[str, Any]) -> None:
        self._times.frames += 1
        if event["type"] == "offer.created":
            offer = event["offer"]
            item = offer["work_item"]
            self._times.offered.setdefault(item["conversation_id"], time.perf_counter())
            self._tasks.create_task(self._handle(offer["offer_id"], item["work_item_id"]))

    async def _handle(self, offer_id: str, item_id: str) -> None:
        try:
            await self._client.ask(staff.AcceptOffer, offer_id=offer_id)
            await self._client.ask(staff.WrapUp, work_item_id=item_id)
            await self._client.ask(staff.Complete, work_item_id=item_id, disposition="resolved")
            self._times.completed += 1
        except (CommandRefused, TimeoutError, Stopped) as failure:
            self._times.trouble(f"agent: {type(failure).__name__} {failure}")


class BenchCustomer:
    """Starts a conversation when told; free again when it was closed."""

    __slots__ = ("_address", "_client", "_free", "_number", "_started", "_talk", "_times")

    def __init__(self, address: Address, number: int, times: Times, free: deque[BenchCustomer]) -> None:
        self._address, self._times, self._free, self._number, self._started = address, times, free, number, 0
        self._client: Client[dict[str, Any]] | None = None
        self._talk = ""

    async def enter(self) -> None:
        visitor = await become_visitor(self._address, push_centre.ACCOUNT, caller=caller(self._number))
        self._client = Client(
            Endpoint(
                address=self._address,
                path="/ws/customer",
                device_id=f"tab-{self._number}",
                token=visitor.token,
                account=push_centre.ACCOUNT,
            ),
            read=_as_it_is,
            on_event=self._on_event,
            complain=self._times.trouble,
            chance=Random(self._number),
        )
        await self._client.start()
        self._free.append(self)

    async def leave(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def begin(self, *, counted: bool = True) -> None:
        assert self._client is not None
        self._started += 1
        sent = time.perf_counter()
        try:
            started: customer.Started = await self._client.ask(
                customer.StartConversation,
                client_id=f"{self._number}.{self._started}",
                text="Is anybody there?",
                person=True,
            )
        except (CommandRefused, TimeoutError, Stopped) as failure:
            self._times.trouble(f"customer: {type(failure).__name__} {failure}")
            return
        self._times.acknowledged[started.conversation_id] = time.perf_counter()
        self._times.sent[started.conversation_id] = sent
        if counted:
            self._times.counted.add(started.conversation_id)

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "conversation.started":
            self._talk = event["conversation"]["conversation_id"]
            self._times.committed[self._talk] = time.perf_counter()
        elif event["type"] == "conversation.closed" and event["conversation_id"] == self._talk:
            self._talk = ""
            self._free.append(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The measured part of the flow: its bounds, the processor time of each part, how many items and frames in it."""

    began: float
    ended: float
    cpu_s: Mapping[str, float]
    items: int
    frames: int


async def bench_push(options: PushOptions) -> dict[str, Any]:
    """Run the bench on a server of its own. Raises ServerFailed, MintFailed, OSError."""
    allow_files(options.agents + _customers(options))
    bare, path = await floor(), await push_path()
    with tempfile.TemporaryDirectory(prefix="usher-push-") as temporary:
        folder = Path(temporary)
        push_centre.write(options.agents, folder / "centre")
        async with own_server(folder, policy=folder / "centre") as server:
            cookies = await push_centre.sessions(folder / "data")
            report = await measure(server, cookies, options, bare)
    report["ratio"] |= {name: path.pop(name) for name in ("push_to_send_loop", "coalesced_to_send_loop")}
    return report | {"push_path": path}


async def push_path() -> dict[str, float | None]:
    """The server's own way from a session to its socket and the bare send loop, in a process of their own."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "router.bench.push_path", stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PUSH_PATH_S):
        said, _ = await child.communicate()
    return {name: _rounded(value) for name, value in json.loads(said).items()}


async def measure(server: Server, cookies: Sequence[str], options: PushOptions, bare: Floor) -> dict[str, Any]:
    """The bench on a server that is there. cookies: sessions of as many agents."""
    times = Times()
    free: deque[BenchCustomer] = deque()
    async with asyncio.TaskGroup() as tasks:
        empty_kb = resident_kb(server.pid)
        agents = [BenchAgent(server.address, cookie, n, times, tasks) for n, cookie in enumerate(cookies)]
        await _all(agent.enter() for agent in agents)
        await asyncio.sleep(IDLE_S)
        kb_per_socket = (resident_kb(server.pid) - empty_kb) / len(agents)
        crowd = [BenchCustomer(server.address, n, times, free) for n in range(_customers(options))]
        await _all(one.enter() for one in crowd)
        window = await _flow(server, options, times, free, tasks)
        await _all(one.leave() for one in crowd)
        await _all(agent.leave() for agent in agents)
    return _report(options, times, window, kb_per_socket, bare)


def _customers(options: PushOptions) -> int:
    return int(options.rate * POOL_S) + 20


async def _all(doings: Iterable[Awaitable[None]]) -> None:
    """All of them, some at a time: the flow is measured, not the rush at the door."""
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(doing: Awaitable[None]) -> None:
        async with turnstile:
            await doing

    await asyncio.gather(*(one(doing) for doing in doings))


async def _flow(
    server: Server, options: PushOptions, times: Times, free: deque[BenchCustomer], tasks: asyncio.TaskGroup
) -> Window:
    """Arrivals at their times whether the server keeps up or not, so that a slow server cannot hide behind them."""
    began = time.perf_counter()
    before: dict[str, float] = {}
    frames_before = completed_before = 0
    for number in range(int((WARM_UP_S + options.seconds) * options.rate)):
        due = began + number / options.rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))  # also where all are late: others go on between them
        if not before and due >= began + WARM_UP_S:
            before, frames_before, completed_before = cpu_by_part_s(server.pid), times.frames, times.completed
        if free:
            times.begun += 1
            tasks.create_task(free.popleft().begin(counted=due >= began + WARM_UP_S))
        else:
            times.starved += 1
    ended = time.perf_counter()
    used = {part: now - before.get(part, 0.0) for part, now in cpu_by_part_s(server.pid).items()}
    items, frames = times.completed - completed_before, times.frames - frames_before
    await _drained(times)
    return Window(began=began + WARM_UP_S, ended=ended, cpu_s=used, items=items, frames=frames)


async def _drained(times: Times) -> None:
    deadline = time.perf_counter() + DRAIN_S
    while times.completed < times.begun and time.perf_counter() < deadline:  # noqa: ASYNC110 - counted, not told
        await asyncio.sleep(0.05)


def _report(options: PushOptions, times: Times, window: Window, kb_per_socket: float, bare: Floor) -> dict[str, Any]:
    counted = [key for key in times.sent if key in times.counted]
    offered = [key for key in counted if key in times.offered]
    push_ms = [max(0.0, times.offered[key] - times.committed[key]) * 1_000 for key in offered]
    whole_ms = [(times.offered[key] - times.sent[key]) * 1_000 for key in offered]
    commit_ms = [(times.acknowledged[key] - times.sent[key]) * 1_000 for key in counted]
    p50_ms, frames_per_cpu_s = quantile(push_ms, 0.5), window.frames / (window.cpu_s["server"] or 1e-9)
    wall_s = window.ended - window.began
    return {
        "agents": options.agents,
        "rate": options.rate,
        "seconds": options.seconds,
        "seed": options.seed,
        "p50_ms": _rounded(p50_ms),
        "p99_ms": _rounded(quantile(push_ms, 0.99)),
        "sent_to_offer_ms": _spread(whole_ms),
        "sent_to_acknowledged_ms": _spread(commit_ms),
        "items": len(counted),
        "completed": times.completed,
        "not_offered": len(counted) - len(offered),
        "arrivals_without_a_free_customer": times.starved,
        "done_per_s": _rounded(len(offered) / wall_s),
        "kb_per_socket": _rounded(kb_per_socket),
        "server_cpu_share": _rounded(window.cpu_s["server"] / wall_s),
        "cpu_ms_per_item": {part: _rounded(used * 1_000 / max(1, window.items)) for part, used in window.cpu_s.items()},
        "agent_frames_per_server_cpu_s": _rounded(frames_per_cpu_s),
        "floor": {key: _rounded(value) for key, value in asdict(bare).items()},
        "ratio": {
            "p50_to_echo": _rounded((p50_ms or 0.0) / bare.echo_p50_ms),
            "kb_to_bare": _rounded(kb_per_socket / bare.bare_kb_per_socket),
            "frames_to_socket_send": _rounded(frames_per_cpu_s / bare.socket_send_per_cpu_s),
        },
        "troubles": times.troubles,
    }


def _spread(values: list[float]) -> dict[str, float | None]:
    return {
        name: _rounded(quantile(values, q)) for name, q in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _as_it_is(event: Any) -> dict[str, Any]:
    known: dict[str, Any] = event
    return known
