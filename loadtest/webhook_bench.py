"""`usher bench webhooks`: a provider calls at a steady rate while agents take and finish what comes of it.

Senders write a few messages each, a second apart; their first makes a work item that an agent takes at once and keeps
until they have written all. Callers press a key, wait in line, ask again and hang up: nobody answers them. Timed: from
the request's first byte to the answer's last, and in the same run a bare GET of /healthz as the floor of server,
network and this client.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from loadtest import push_centre
from loadtest.address import Address
from loadtest.client import Client, CommandRefused, Endpoint, Stopped
from loadtest.hooks import PROVIDERS
from loadtest.limits import allow_files
from loadtest.measures import quantile
from loadtest.server import Server, cpu_by_part_s, free_port, own_server
from router.protocol import staff

EACH_S = 1.0
FLOOR_PER_S = 20.0
SETTLE_S, DRAIN_S = 2.0, 5.0
CONNECTIONS = 64
ANSWER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions:
    """rate: webhooks a second. messages: each sender writes as many. channel: of hooks.PROVIDERS."""

    channel: str = "telegram"
    agents: int = 100
    rate: float = 200.0
    seconds: float = 20.0
    messages: int = 5
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Seen:
    """Seconds each answer took, and by what was asked; floor: of /healthz. answers: by status, or name of the error."""

    took_s: list[float] = field(default_factory=list)
    by_request_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    floor_s: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    completed: int = 0
    troubles: Counter[str] = field(default_factory=Counter)


class KeepingAgent:
    """Takes whatever is offered, keeps it until its customer has written all, and finishes it."""

    def __init__(
        self, server: Server, cookie: str, number: int, options: WebhookOptions, seen: Seen, tasks: asyncio.TaskGroup
    ) -> None:
        self._seen, self._tasks, self._kept_s = seen, tasks, options.messages * EACH_S
        self._client: Client[dict[str, Any]] = Client(
            Endpoint(address=server.address, path="/ws/agent", device_id=f"desk-{number}", session_cookie=cookie),
            read=dict,
            on_event=self._on_event,
            complain=self._complain,
            chance=Random(number),
        )

    async def enter(self) -> None:
        await self._client.start()

    async def leave(self) -> None:
        await self._client.close()

    def _complain(self, what: str) -> None:
        self._seen.troubles[what] += 1

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "offer.created":
            offer = event["offer"]
            self._tasks.create_task(self._handle(offer["offer_id"], offer["work_item"]["work_item_id"]))

    async def _handle(self, offer_id: str, item_id: str) -> None:
        try:
            await self._client.ask(staff.AcceptOffer, offer_id=offer_id)
            await asyncio.sleep(self._kept_s)
            await self._client.ask(staff.WrapUp, work_item_id=item_id)
            await self._client.ask(staff.Complete, work_item_id=item_id, disposition="resolved")
            self._seen.completed += 1
        except (CommandRefused, TimeoutError, Stopped) as failure:
            self._complain(f"agent: {type(failure).__name__} {failure}")


class Caller:
    """A provider's HTTP client: connections that stay open, one request at a time on each, and hardly a cost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self.url = f"http://{address.host}:{address.port}"
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and body. Raises OSError, EOFError, TimeoutError."""
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await self._open()
            named = {"host": self._address.host, "content-length": str(len(body)), **(headers or {})}
            lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
            writer.write("\r\n".join((*lines, "", "")).encode() + body)
            answered = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = answered.partition("content-length:")[2].partition("\r\n")[0]
            said = await reader.readexactly(int(length or 0))
        self._idle.append((reader, writer))
        return int(answered.split(" ", 2)[1]), said.decode()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """One that is idle, unless the server has closed it meanwhile."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._address.host, self._address.port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


async def bench_webhooks(options: WebhookOptions) -> dict[str, Any]:
    """Run the bench on a server of its own. Raises ServerFailed, MintFailed, OSError."""
    allow_files(options.agents + CONNECTIONS)
    with tempfile.TemporaryDirectory(prefix="usher-hooks-") as temporary:
        folder = Path(temporary)
        push_centre.write(options.agents, folder / "centre")
        provider = PROVIDERS[options.channel]
        provider.write(folder / "centre")
        port = free_port()
        settings = {"USHER_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        extra = ("--port", str(port))
        async with own_server(folder, policy=folder / "centre", extra=extra, settings=settings) as server:
            return await _measure(server, await push_centre.sessions(folder / "data", settings), options)


async def _measure(server: Server, cookies: list[str], options: WebhookOptions) -> dict[str, Any]:
    seen = Seen()
    http = Caller(server.address)
    async with asyncio.TaskGroup() as tasks:
        agents = [KeepingAgent(server, cookie, n, options, seen, tasks) for n, cookie in enumerate(cookies)]
        for agent in agents:
            await agent.enter()
        await asyncio.sleep(SETTLE_S)
        before, began = cpu_by_part_s(server.pid), time.perf_counter()
        await _flow(http, options, seen)
        took_s = time.perf_counter() - began
        cpu = {part: used - before[part] for part, used in cpu_by_part_s(server.pid).items()}
        await asyncio.sleep(options.messages * EACH_S + DRAIN_S)
        for agent in agents:
            await agent.leave()
    http.close()
    return _report(options, seen, took_s, cpu)


async def _flow(http: Caller, options: WebhookOptions, seen: Seen) -> None:
    """Requests at their times, however long others take."""
    chance = Random(options.seed)
    began = asyncio.get_running_loop().time()
    per_s = options.rate / options.messages
    async with asyncio.TaskGroup() as tasks:
        for sender in range(int(per_s * options.seconds)):
            at = began + sender / per_s
            tasks.create_task(_sender(http, sender, at + chance.uniform(0, 1 / per_s), options, seen))
        for number in range(int(FLOOR_PER_S * options.seconds)):
            tasks.create_task(_floor(http, began + number / FLOOR_PER_S, seen))


async def _sender(http: Caller, sender: int, at: float, options: WebhookOptions, seen: Seen) -> None:
    script, answered = PROVIDERS[options.channel].script(http.url, sender, options.messages), ""
    for number in range(options.messages):
        hook = next(script) if number == 0 else script.send(answered)
        await asyncio.sleep(max(0.0, at + number * EACH_S - asyncio.get_running_loop().time()))
        began = time.perf_counter()
        try:
            status, answered = await http.ask("POST", hook.path, hook.body, hook.headers)
        except (OSError, TimeoutError, EOFError) as error:
            seen.answers[type(error).__name__] += 1
            return
        seen.answers[str(status)] += 1
        seen.took_s.append(time.perf_counter() - began)
        seen.by_request_s[hook.path.partition("?")[0].rpartition("/")[2]].append(seen.took_s[-1])


async def _floor(http: Caller, at: float, seen: Seen) -> None:
    await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
    began = time.perf_counter()
    await http.ask("GET", "/healthz")
    seen.floor_s.append(time.perf_counter() - began)


def _report(options: WebhookOptions, seen: Seen, took_s: float, cpu_s: dict[str, float]) -> dict[str, Any]:
    done = len(seen.took_s)
    times = {f"{name}_ms": _ms(quantile(seen.took_s, q)) for name, q in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))}
    floor = {f"{name}_ms": _ms(quantile(seen.floor_s, q)) for name, q in (("p50", 0.5), ("p99", 0.99))}
    p50, bare = times["p50_ms"], floor["p50_ms"]
    return {
        "channel": options.channel,
        "rate": options.rate,
        "done_per_s": round(done / took_s, 1),
        "agents": options.agents,
        **times,
        "by_request": {
            name: {"p50_ms": _ms(quantile(took, 0.5)), "p99_ms": _ms(quantile(took, 0.99))}
            for name, took in seen.by_request_s.items()
        },
        "floor": floor,
        "ratio": {"p50_to_floor": round(p50 / bare, 2) if p50 and bare else None},
        "answers": dict(seen.answers),
        "items_completed": seen.completed,
        "items_begun": int(options.rate / options.messages * options.seconds),
        "cpu_ms_per_webhook": {part: round(used / done * 1_000, 2) for part, used in cpu_s.items()} if done else {},
        "troubles": dict(seen.troubles),
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1_000, 2)
