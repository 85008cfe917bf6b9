"""`usher bench bot`: what a bot that answers hundreds of messages a second costs the routing beside it.

Items come at one steady rate and are offered to agents who take and finish them at once, as in `usher bench push`. In
every second window customers of another account ask the bot besides. Both kinds of windows take turns in one run, on
one server: only so are they measured on the same machine. Messages come at their times whether the bot keeps up or
not; one whose answer has not come when the next is due is not sent, and counted.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from loadtest import bot_centre, push_centre
from loadtest.address import Address
from loadtest.client import Client, CommandRefused, Endpoint, Stopped
from loadtest.http import become_visitor, caller
from loadtest.limits import allow_files
from loadtest.measures import quantile
from loadtest.push_bench import BenchAgent, BenchCustomer, Times
from loadtest.server import Server, cpu_by_part_s, own_server
from router.protocol import customer, staff

WARM_UP_S = 5.0
BETWEEN_S = 2.0
DRAIN_S = 15.0
POOL_S = 3.0
"""Customers enough for each to wait so long, at the given rate."""
QUESTIONS = 5
"""Of a conversation; then they say that it helped."""
FIRST_CALLER = 20_000
"""The numbers below are those of the customers of the routing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotOptions:
    """rate: messages to the bot a second. items: work items a second beside them. windows: of each kind."""

    rate: float = 200.0
    items: float = 20.0
    agents: int = 50
    seconds: float = 15.0
    windows: int = 3


@dataclass(slots=True, kw_only=True)
class Asked:
    """Of messages to the bot. answers: when sent and how long until the bot's words came, in seconds. right: answers
    that say what was asked for, of `judged`. not_sent: nobody was free to ask. troubles: what must not be, by kind."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    sent: int = 0
    right: int = 0
    judged: int = 0
    not_sent: int = 0
    handed_over: int = 0
    troubles: dict[str, int] = field(default_factory=dict)

    def trouble(self, what: str) -> None:
        self.troubles[what] = self.troubles.get(what, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A measured stretch, in seconds of the monotonic clock. cpu_s: taken in it, by part."""

    with_bot: bool
    began: float
    ended: float
    cpu_s: Mapping[str, float]
    asked: int


class BotCustomer:
    """Asks one thing after another, each when told and the last was answered; then begins anew."""

    def __init__(self, address: Address, number: int, asked: Asked, free: deque[BotCustomer]) -> None:
        self._address, self._number, self._asked, self._free = address, number, asked, free
        self._client: Client[dict[str, Any]] | None = None
        self._talk, self._said, self._total = "", 0, number
        self._sent_at: float | None = None
        self._wanted, self._bye = "", ""

    async def enter(self) -> None:
        visitor = await become_visitor(self._address, bot_centre.ACCOUNT, caller=caller(FIRST_CALLER + self._number))
        self._client = Client(
            Endpoint(
                address=self._address,
                path="/ws/customer",
                device_id=f"asks-{self._number}",
                token=visitor.token,
                account=bot_centre.ACCOUNT,
            ),
            read=dict,
            on_event=self._on_event,
            complain=self._asked.trouble,
            chance=Random(self._number),
        )
        await self._client.start()
        self._free.append(self)

    async def leave(self) -> None:
        if self._client is not None:
            await self._client.close()

    @property
    def waits(self) -> bool:
        return self._sent_at is not None

    async def say(self) -> None:
        """The next message of the conversation."""
        assert self._client is not None
        text = self._next()
        self._sent_at = time.perf_counter()
        client_id = f"{self._number}.{self._total}"
        try:
            if self._talk:
                await self._client.ask(staff.SendMessage, conversation_id=self._talk, client_id=client_id, text=text)
            else:
                await self._client.ask(customer.StartConversation, client_id=client_id, text=text)
        except (CommandRefused, TimeoutError, Stopped) as failure:
            self._asked.trouble(f"customer: {type(failure).__name__} {failure}")

    def _next(self) -> str:
        self._total += 1
        if self._said >= QUESTIONS and self._bye:
            self._wanted = ""
            return self._bye
        self._said += 1
        self._wanted = list(bot_centre.KNOWN)[self._total % len(bot_centre.KNOWN)]
        others = bot_centre.KNOWN[self._wanted][1]
        return others[self._total // len(bot_centre.KNOWN) % len(others)]

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "conversation.started":
            self._talk = event["conversation"]["conversation_id"]
        elif event["type"] == "message.created" and event["message"]["author"] == "bot":
            self._hear(event["message"])
        elif event["type"] == "conversation.closed" and event["conversation_id"] == self._talk:
            self._talk, self._said, self._bye = "", 0, ""
            self._free.append(self)

    def _hear(self, message: Mapping[str, Any]) -> None:
        if self._sent_at is None:
            return  # more of the same answer
        self._asked.answers.append((self._sent_at, time.perf_counter() - self._sent_at))
        self._sent_at = None
        choices = (message.get("extra") or {}).get("quick_replies") or []
        if not self._wanted:
            return  # goodbye; it is closed in a moment
        self._asked.judged += 1
        self._asked.right += bot_centre.answer(self._wanted) in message["text"]
        if not choices:
            self._asked.handed_over += 1  # a person's from now on, who closes it
            return
        self._bye = choices[0]
        self._free.append(self)


async def bench_bot(options: BotOptions) -> dict[str, Any]:
    """Run the bench on a server of its own. Raises ServerFailed, MintFailed, NotTaught, OSError."""
    allow_files(options.agents + _pool(options.rate) + _pool(options.items))
    with tempfile.TemporaryDirectory(prefix="usher-bot-") as temporary:
        folder = Path(temporary)
        bot_centre.write(options.agents, folder / "centre")
        async with own_server(folder, policy=folder / "centre") as server:
            cookies = await push_centre.sessions(folder / "data")
            await bot_centre.taught(folder / "data")
            return await measure(server, cookies, options)


async def measure(server: Server, cookies: Sequence[str], options: BotOptions) -> dict[str, Any]:
    """The bench on a server that is there. cookies: sessions of as many agents."""
    times, asked = Times(), Asked()
    free_items: deque[BenchCustomer] = deque()
    free: deque[BotCustomer] = deque()
    async with asyncio.TaskGroup() as tasks:
        agents = [BenchAgent(server.address, cookie, n, times, tasks) for n, cookie in enumerate(cookies)]
        crowd = [BenchCustomer(server.address, n, times, free_items) for n in range(_pool(options.items))]
        askers = [BotCustomer(server.address, n, asked, free) for n in range(_pool(options.rate))]
        everybody: tuple[BenchAgent | BenchCustomer | BotCustomer, ...] = (*agents, *crowd, *askers)
        for one in everybody:
            await one.enter()
        items = tasks.create_task(_items(options, times, free_items, tasks))
        await asyncio.sleep(WARM_UP_S)
        await _ask(WARM_UP_S, options, asked, free, tasks)
        windows = []
        for number in range(options.windows * 2):
            await _until(lambda: not any(asker.waits for asker in askers))  # what is left of one is no part of the next
            windows.append(await _window(server, number % 2 == 1, options, asked, free, tasks))
        items.cancel()
        await _until(lambda: not any(asker.waits for asker in askers) and times.completed >= times.begun)
        for one in everybody:
            await one.leave()
    return _report(options, times, asked, windows, sum(asker.waits for asker in askers))


def _pool(rate: float) -> int:
    return int(rate * POOL_S) + 20


async def _window(
    server: Server,
    with_bot: bool,
    options: BotOptions,
    asked: Asked,
    free: deque[BotCustomer],
    tasks: asyncio.TaskGroup,
) -> Window:
    await asyncio.sleep(BETWEEN_S)
    before, sent, began = cpu_by_part_s(server.pid), asked.sent, time.perf_counter()
    if with_bot:
        await _ask(options.seconds, options, asked, free, tasks)
    else:
        await asyncio.sleep(options.seconds)
    ended = time.perf_counter()
    used = {part: now - before.get(part, 0.0) for part, now in cpu_by_part_s(server.pid).items()}
    return Window(with_bot=with_bot, began=began, ended=ended, cpu_s=used, asked=asked.sent - sent)


async def _items(options: BotOptions, times: Times, free: deque[BenchCustomer], tasks: asyncio.TaskGroup) -> None:
    """New work items at their times, until cancelled."""
    async for _ in _at(options.items):
        if free:
            times.begun += 1
            tasks.create_task(free.popleft().begin())
        else:
            times.starved += 1


async def _ask(
    seconds: float, options: BotOptions, asked: Asked, free: deque[BotCustomer], tasks: asyncio.TaskGroup
) -> None:
    """Messages to the bot at their times."""
    async for _ in _at(options.rate, int(seconds * options.rate)):
        if free:
            asked.sent += 1
            tasks.create_task(free.popleft().say())
        else:
            asked.not_sent += 1


async def _at(rate: float, most: int | None = None) -> AsyncIterator[int]:
    """A turn at each of the times; at once where one is past."""
    began = time.perf_counter()
    for number in count() if most is None else range(most):
        if (early := began + number / rate - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        yield number


async def _until(done: Callable[[], bool]) -> None:
    """Or for as long as may be waited."""
    deadline = time.perf_counter() + DRAIN_S
    while not done() and time.perf_counter() < deadline:  # noqa: ASYNC110 - counted, not told
        await asyncio.sleep(0.05)


def _report(options: BotOptions, times: Times, asked: Asked, windows: Sequence[Window], waiting: int) -> dict[str, Any]:
    alone, beside = (
        _routing(times, [one for one in windows if one.with_bot is with_bot]) for with_bot in (False, True)
    )
    busy = [one for one in windows if one.with_bot]
    took = [took for sent, took in asked.answers if any(one.began <= sent < one.ended for one in busy)]
    messages, busy_s = sum(one.asked for one in busy), sum(one.ended - one.began for one in busy)
    more = {
        part: _cpu_s(windows, part, with_bot=True) - _cpu_s(windows, part, with_bot=False) for part in busy[0].cpu_s
    }
    return {
        "rate": options.rate,
        "items": options.items,
        "agents": options.agents,
        "seconds": options.seconds,
        "windows": options.windows,
        "routing": {"alone": alone, "beside_bot": beside},
        "ratio": {name: _ratio(beside[name], alone[name]) for name in ("p50_ms", "p99_ms")},
        "bot": {
            "messages": messages,
            "answered_per_s": _rounded(len(took) / busy_s),
            **{f"{name}_ms": _ms(quantile(took, q)) for name, q in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))},
            "rightly": _rounded(asked.right / asked.judged if asked.judged else None),
            "handed_over": asked.handed_over,
            "never_answered": waiting,
            "not_sent": asked.not_sent,
        },
        "cpu_ms_per_message": {part: _rounded(used * 1_000 / max(1, messages)) for part, used in more.items()},
        "cpu_share": {
            "alone": _rounded(_share(windows, with_bot=False)),
            "beside_bot": _rounded(_share(windows, with_bot=True)),
        },
        "troubles": dict(times.troubles) | asked.troubles,
    }


def _routing(times: Times, windows: Sequence[Window]) -> dict[str, Any]:
    """Item committed → offer seen, of items begun in the windows; and from the customer's frame on."""
    counted = [key for key, sent in times.sent.items() if any(one.began <= sent < one.ended for one in windows)]
    offered = [key for key in counted if key in times.offered]
    took = [max(0.0, times.offered[key] - times.committed[key]) for key in offered]
    whole = [times.offered[key] - times.sent[key] for key in offered]
    return {
        **{f"{name}_ms": _ms(quantile(took, q)) for name, q in (("p50", 0.5), ("p99", 0.99))},
        **{f"sent_to_offer_{name}_ms": _ms(quantile(whole, q)) for name, q in (("p50", 0.5), ("p99", 0.99))},
        "items": len(counted),
        "not_offered": len(counted) - len(offered),
    }


def _cpu_s(windows: Sequence[Window], part: str, *, with_bot: bool) -> float:
    return sum(one.cpu_s[part] for one in windows if one.with_bot is with_bot)


def _share(windows: Sequence[Window], *, with_bot: bool) -> float:
    """Processors busy with the server and what it brings, the clients left out."""
    chosen = [one for one in windows if one.with_bot is with_bot]
    used = sum(s for one in chosen for part, s in one.cpu_s.items() if part != "clients")
    return used / sum(one.ended - one.began for one in chosen)


def _ratio(one: float | None, other: float | None) -> float | None:
    return _rounded(one / other) if one is not None and other else None


def _ms(seconds: float | None) -> float | None:
    return _rounded(None if seconds is None else seconds * 1_000)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
