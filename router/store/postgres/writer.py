"""Group commit: many durable writes share one flush to disk.

An entry is queued in a shard (entries of one conversation always in the same one, so their order holds). Whenever the
shard's connection is free it takes all that waits and writes it in one statement; what arrives meanwhile is the
next batch. Alone, an entry goes out at once; under load batches grow by themselves. A shard rests as long as its last
batch took: a statement costs both sides much the same however much is in it, so many small ones are a waste of
processor long before they are too slow. An entry is answered only after its COMMIT.

Every kind of entry is idempotent. So when the database goes away in the middle of a batch, the batch is sent again on
the next connection until its entries' deadlines; only then do callers hear StoreUnavailable. An entry the database
refuses (a key that does not exist, text it cannot keep) fails alone: the batch is sent again entry by entry.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Generic, Self, TypeVar
from zlib import crc32

import asyncpg
import msgspec
import structlog

from router.store.errors import ConnectionLost, NotSent, Overloaded
from router.store.postgres.database import away, is_away

log = structlog.get_logger()

Answers = Sequence[Mapping[str, Any]]
E = TypeVar("E")
R = TypeVar("R")

BATCH = 500
JOURNAL = "journal"
"""order_by of what has a shard of its own (the last, when there are several): a batch of one kind is one statement."""
FIRST_BACKOFF_S = 0.02
LONGEST_BACKOFF_S = 1.0
MOST_REST_S = 0.02
CAUGHT_UP_S = 0.05
"""Within it a loop that stood still reads the answers that came meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind(Generic[E, R]):
    """One kind of entry and the SQL function that writes a batch of it.

    rank: where it comes in a batch of several kinds, lowest first.
    columns: entries → one list a parameter of the function: of rows of a type of its own, or of a column's values.
    outcomes: entries and the rows it returned, an answer each → one outcome an entry, in order.
    """

    rank: int
    function: str
    columns: Callable[[Sequence[E]], Sequence[Sequence[object]]]
    outcomes: Callable[[Sequence[E], Answers], Sequence[R]]


class _Entry:
    __slots__ = ("deadline", "kind", "reply", "tried", "value")

    def __init__(self, kind: Kind[Any, Any], value: object, reply: asyncio.Future[Any], deadline: float) -> None:
        self.kind = kind
        self.value = value
        self.reply = reply
        self.deadline = deadline
        self.tried = False


class Writer:
    """The shards of one node; make it with `open`, end it with `close`."""

    def __init__(self, url: str, *, shards: int, at_most: int, timeout_s: float) -> None:
        self._shards = [_Shard(url, at_most=at_most, timeout_s=timeout_s) for _ in range(shards)]
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False
        self._timeout_s = timeout_s

    @classmethod
    async def open(cls, url: str, *, shards: int = 4, at_most: int = 10_000, timeout_s: float = 5.0) -> Self:
        """Connect every shard.

        at_most: entries that may wait in one shard; one more is refused with Overloaded.
        timeout_s: how long an entry may wait for its commit, over breaks and restarts of the database.
        Raises StoreUnavailable when the database cannot be reached now.
        """
        self = cls(url, shards=shards, at_most=at_most, timeout_s=timeout_s)
        with away():
            await asyncio.gather(*[shard.connect() for shard in self._shards])
        for number, shard in enumerate(self._shards):
            self._tasks.append(asyncio.create_task(shard.keep(), name=f"writer {number}"))
        return self

    def submit(self, kind: Kind[E, R], entry: E, *, order_by: str) -> asyncio.Future[R]:
        """Queue an entry; entries with the same order_by are written in the order of submission.

        The future has the outcome once it is committed. It raises ConnectionLost (may have been written; submitting the
        same entry again is safe), NotSent, or the database's own error when the entry itself cannot be written.
        Raises Overloaded at once.
        """
        if self._closed:
            raise NotSent("the writer is closed")
        spread = max(1, len(self._shards) - 1)
        number = spread % len(self._shards) if order_by == JOURNAL else crc32(order_by.encode()) % spread
        return self._shards[number].submit(kind, entry)

    async def close(self) -> None:
        """Write what waits, for at most timeout_s, and end."""
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                for shard in self._shards:
                    await shard.idle()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for shard in self._shards:
            await shard.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _Shard:
    def __init__(self, url: str, *, at_most: int, timeout_s: float) -> None:
        self._url = url
        self._at_most = at_most
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Entry] = deque()
        self._batch: list[_Entry] = []
        """Being written, or to be written again."""
        self._something_waits = asyncio.Event()
        self._connection: Any = None

    def submit(self, kind: Kind[Any, Any], value: object) -> asyncio.Future[Any]:
        if len(self._waiting) >= self._at_most:
            raise Overloaded(f"{self._at_most} entries wait for the database")
        reply: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(_Entry(kind, value, reply, self._loop.time() + self._timeout_s))
        self._something_waits.set()
        return reply

    async def connect(self) -> None:
        self._connection = await asyncpg.connect(
            self._url,
            timeout=self._timeout_s,
            command_timeout=self._timeout_s,
            server_settings={"application_name": "usher writer"},
        )

    async def idle(self) -> None:
        while self._waiting or self._batch:
            await asyncio.wait([entry.reply for entry in (*self._batch, *self._waiting)])
            await asyncio.sleep(0)

    async def close(self) -> None:
        self._give_up(before=float("inf"), reason="the writer was closed")
        if self._connection is not None:
            self._connection.terminate()

    async def keep(self) -> None:
        """Write batches for ever; reconnect when the database went away."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(), name="writer deadlines")
            while True:
                try:
                    await self._write_batches()
                except asyncpg.TransactionRollbackError:  # a deadlock with another node: nothing was written
                    await asyncio.sleep(random.uniform(0, FIRST_BACKOFF_S))
                except Exception as error:
                    log.warning("database away", reason=str(error) or type(error).__name__, batch=len(self._batch))
                    await self._reconnect()

    async def _write_batches(self) -> None:
        rested_at = 0.0
        while True:
            while not (self._waiting or self._batch):
                self._something_waits.clear()
                await self._something_waits.wait()
            if not self._batch:
                if (rest_s := rested_at - self._loop.time()) > 0:
                    await asyncio.sleep(rest_s)
                self._batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._batch = [entry for entry in self._batch if not entry.reply.done()]
            if self._batch:
                began = self._loop.time()
                await self._write(self._batch)
                self._batch = []
                ended = self._loop.time()
                rested_at = ended + min(ended - began, MOST_REST_S)

    async def _write(self, batch: list[_Entry]) -> None:
        """One statement; when it is refused for what is in it, one for each entry."""
        for entry in batch:
            entry.tried = True
        try:
            outcomes = await self._transact(batch)
        except Exception as error:
            if is_away(error) or isinstance(error, asyncpg.TransactionRollbackError):
                raise
            if len(batch) == 1:
                _answer(batch[0], error)
                return
            for entry in batch:
                await self._write([entry])
        else:
            for entry, outcome in outcomes:
                _answer(entry, outcome)

    async def _transact(self, batch: list[_Entry]) -> list[tuple[_Entry, object]]:
        """One statement, so one round trip and one commit, however many kinds there are."""
        groups: dict[Kind[Any, Any], list[_Entry]] = {}
        for entry in sorted(batch, key=lambda entry: entry.kind.rank):
            groups.setdefault(entry.kind, []).append(entry)
        values = {kind: [entry.value for entry in entries] for kind, entries in groups.items()}
        columns = {kind: kind.columns(values[kind]) for kind in groups}
        sql = _sql(tuple((kind.function, len(columns[kind])) for kind in groups))
        parts: dict[int, list[Mapping[str, Any]]] = {part: [] for part in range(len(groups))}
        for row in await self._connection.fetch(sql, *(column for kind in groups for column in columns[kind])):
            parts[row["part"]].append(msgspec.json.decode(row["answer"]))
        outcomes: list[tuple[_Entry, object]] = []
        for part, (kind, entries) in enumerate(groups.items()):
            outcomes += zip(entries, kind.outcomes(values[kind], parts[part]), strict=True)
        return outcomes

    async def _reconnect(self) -> None:
        self._connection.terminate()
        longest_s = FIRST_BACKOFF_S
        while True:
            try:
                await self.connect()
            except Exception as error:
                log.info("database away", reason=str(error) or type(error).__name__)
                await asyncio.sleep(random.uniform(longest_s / 2, longest_s))
                longest_s = min(LONGEST_BACKOFF_S, longest_s * 2)
            else:
                log.info("database connected again")
                return

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._timeout_s / 10)
            now = self._loop.time()
            await asyncio.sleep(CAUGHT_UP_S)
            self._give_up(before=now, reason="the database did not commit in time")

    def _give_up(self, *, before: float, reason: str) -> None:
        for entry in self._batch:
            if entry.deadline < before and not entry.reply.done():
                entry.reply.set_exception(ConnectionLost(reason))
        while self._waiting and self._waiting[0].deadline < before:
            entry = self._waiting.popleft()
            if not entry.reply.done():
                entry.reply.set_exception(NotSent(reason))


def attributes(*names: str) -> Callable[[Sequence[Any]], list[list[object]]]:
    """Columns that are attributes of the entries; a name may have dots."""
    getters = [attrgetter(name) for name in names]
    return lambda entries: [[get(entry) for entry in entries] for get in getters]


@cache
def _sql(calls: tuple[tuple[str, int], ...]) -> str:
    """Functions by name and number of parameters, carried out in this order: UNION ALL goes through its parts in turn,
    and each statement inside them sees what those before it wrote.
    """
    selects, first = [], 1
    for part, (function, parameters) in enumerate(calls):
        given = ", ".join(f"${number}" for number in range(first, first + parameters))
        selects.append(f"SELECT {part} AS part, to_jsonb(answer) AS answer FROM {function}({given}) AS answer")  # noqa: S608 - names of ours
        first += parameters
    return " UNION ALL ".join(selects)


def _answer(entry: _Entry, outcome: object) -> None:
    if entry.reply.done():
        return
    if isinstance(outcome, Exception):
        entry.reply.set_exception(outcome)
    else:
        entry.reply.set_result(outcome)
