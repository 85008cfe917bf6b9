"""One connection to Valkey or Redis that all calls of a node share.

Calls made in the same turn of the event loop leave in one write; replies come back in order. redis-py makes the
connection (URL, TLS, AUTH, Sentinel) and parses replies; this file only decides what is sent when, and what is known
when it breaks.

    call ──► waiting ──(writer)──► sent ──(reader)──► reply

`waiting` grows while the socket is full or the store is away, `sent` holds what has no answer yet. When the connection
breaks, sent calls fail with ConnectionLost: the store may have carried them out. Waiting calls were never sent; they go
out on the next connection, or fail with NotSent at their deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import hiredis
import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import MovedError, RedisError, ResponseError

from router.store.address import Address
from router.store.errors import ConnectionLost, NotSent, Overloaded, StoreUnavailable

log = structlog.get_logger()

FIRST_BACKOFF_S = 0.02
LONGEST_BACKOFF_S = 1.0
BATCH = 512
"""Calls joined in one write; more wait for the next."""
CAUGHT_UP_S = 0.05
"""Within it a loop that stood still reads what came meanwhile: uvloop looks at its timers before its sockets."""


class _Call:
    __slots__ = ("deadline", "packed", "reply")

    def __init__(self, packed: bytes, reply: asyncio.Future[Any], deadline: float) -> None:
        self.packed = packed
        self.reply = reply
        self.deadline = deadline


class _MovedError(Exception):
    """The shard lives on another cluster node and everything sent here is answered."""


class Connection:
    """A multiplexed, self-healing connection; make it with `open`, end it with `close`.

    timeout_s: how long a call may wait to be sent, and then for its reply. Replies are in order, so the oldest being
        late means the connection is stuck: it is closed and made anew. Blocking commands need their own connection.
    at_most: calls waiting and sent together; one more is refused with Overloaded.
    on_reconnect: plain functions called after each connection but the first.
    """

    def __init__(self, address: Address, *, timeout_s: float, at_most: int) -> None:
        self.on_reconnect: list[Callable[[], None]] = []
        self._address = address
        self._timeout_s = timeout_s
        self._at_most = at_most
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Call] = deque()
        self._sent: deque[_Call] = deque()
        self._returned: list[_Call] = []
        """Calls a cluster node answered with MOVED: not carried out, to be sent elsewhere first."""
        self._something_waits = asyncio.Event()
        self._redis: AbstractConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def open(
        cls, url: str, *, timeout_s: float = 5.0, connect_timeout_s: float = 5.0, at_most: int = 20_000
    ) -> Self:
        """Connect to the store at url (forms: router.store.address).

        Raises StoreUnavailable when it cannot be reached now or refuses the password; ValueError for a bad URL.
        """
        self = cls(Address(url, connect_timeout_s=connect_timeout_s), timeout_s=timeout_s, at_most=at_most)
        try:
            await self._connect()
        except RedisError as error:
            raise StoreUnavailable(str(error)) from error
        self._task = asyncio.create_task(self._keep(), name="store connection")
        return self

    def call(self, *args: str | int | float | bytes) -> asyncio.Future[Any]:
        """Send one command; the future has its raw reply: bytes, int, None, or a list of them.

        Calls are carried out in the order they were made. Cancelling the future drops the call when it was not sent
        yet, else only its reply.
        Raises Overloaded at once; the future raises ResponseError (the store's answer), ConnectionLost or NotSent.
        """
        if self._closed:
            raise NotSent("the connection is closed")
        if len(self._waiting) + len(self._sent) >= self._at_most:
            raise Overloaded(f"{self._at_most} calls wait for the store")
        reply: asyncio.Future[Any] = self._loop.create_future()
        packed = hiredis.pack_command(args)  # type: ignore[arg-type]  # its stub means a tuple of one
        self._waiting.append(_Call(packed, reply, self._loop.time() + self._timeout_s))
        self._something_waits.set()
        return reply

    async def ask(self, *args: str | int | float | bytes) -> Any:
        """As `call`, waited for. A refusal too (no memory, no disk, a replica now) is StoreUnavailable."""
        try:
            return await self.call(*args)
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error

    @property
    def connected(self) -> bool:
        return self._redis is not None

    async def close(self) -> None:
        """End the connection; what has no answer yet fails."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._drop("the connection was closed")
        await self._address.close()
        while self._waiting:
            _fail(self._waiting.popleft(), NotSent("the connection was closed"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _keep(self) -> None:
        """Be connected, for ever."""
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._write(), name="store writer")
                    group.create_task(self._read(), name="store reader")
                    group.create_task(self._watch(), name="store deadlines")
            except* _MovedError:
                await self._drop("the shard moved")
                await asyncio.sleep(FIRST_BACKOFF_S)
                self._give_up_late()
            except* Exception as errors:
                reason = str(errors.exceptions[0])
                log.warning("store connection lost", reason=reason, unanswered=len(self._sent))
                await self._drop(reason)
            await self._reconnect()

    async def _reconnect(self) -> None:
        for attempt in itertools.count():
            try:
                await self._connect()
            except (RedisError, OSError) as error:
                longest = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** min(attempt, 16))
                log.info("store away", reason=str(error), attempt=attempt)
                await asyncio.sleep(random.uniform(longest / 2, longest))
                self._give_up_late()
            else:
                log.info("store connected again", attempts=attempt + 1)
                break
        for callback in self.on_reconnect:
            callback()

    async def _connect(self) -> None:
        redis = self._address.next()
        try:
            async with asyncio.timeout(self._address.connect_timeout_s):
                await redis.connect()  # type: ignore[no-untyped-call]
        except TimeoutError:
            await redis.disconnect(nowait=True)
            raise RedisError("the store did not answer the handshake in time") from None
        except BaseException:
            await redis.disconnect(nowait=True)
            raise
        self._redis = redis

    async def _drop(self, reason: str) -> None:
        """Forget the connection: sent calls fail, returned ones go to the head of the line."""
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._redis.disconnect(nowait=True)
            self._redis = None
        while self._sent:
            _fail(self._sent.popleft(), ConnectionLost(reason))
        self._waiting.extendleft(reversed(self._returned))
        self._returned.clear()

    async def _write(self) -> None:
        """Send what waits; a full socket makes it wait here while the line behind grows to its bound."""
        redis = self._redis
        assert redis is not None
        while True:
            while self._returned or not self._waiting:
                self._something_waits.clear()
                await self._something_waits.wait()
            await redis.send_packed_command(self._next_batch(), check_health=False)

    def _next_batch(self) -> list[bytes]:
        batch: list[bytes] = []
        deadline = self._loop.time() + self._timeout_s
        while self._waiting and len(batch) < BATCH:
            call = self._waiting.popleft()
            if not call.reply.done():
                call.deadline = deadline
                batch.append(call.packed)
                self._sent.append(call)
        return batch

    async def _read(self) -> None:
        redis = self._redis
        assert redis is not None
        while True:
            try:
                reply = await redis.read_response(disable_decoding=True, timeout=math.inf)
            except MovedError as moved:
                self._returned.append(self._sent.popleft())
                self._address.moved(moved.host, moved.port)
            except ResponseError as error:
                _fail(self._sent.popleft(), error)
            else:
                answered = self._sent.popleft().reply
                if not answered.done():
                    answered.set_result(reply)
            if self._returned and not self._sent:
                raise _MovedError

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._timeout_s / 4)
            late = self._sent[0] if self._sent and self._sent[0].deadline < self._loop.time() else None
            await asyncio.sleep(CAUGHT_UP_S)
            self._give_up_late()
            if late is not None and self._sent and self._sent[0] is late:
                raise TimeoutError("the store did not answer in time")

    def _give_up_late(self) -> None:
        now = self._loop.time()
        while self._waiting and self._waiting[0].deadline < now:
            _fail(self._waiting.popleft(), NotSent("the store was away for too long"))


def _fail(call: _Call, error: Exception) -> None:
    if not call.reply.done():
        call.reply.set_exception(error)
