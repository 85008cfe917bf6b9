"""The PostgreSQL pool for reads and single writes: bounded, each wait with a deadline, one error when it is away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import asyncpg
import msgspec

from router.store.errors import StoreUnavailable

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, statement cancelled
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # this is a standby now
    asyncpg.InternalClientError,  # the server fell silent in the middle of an answer
)

logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
"""A warning of it is a traceback of an attempt to connect; whoever waits for a connection says the same in a line."""

Rows = list[asyncpg.Record]


class Database:
    """A bounded pool; make it with `open`, end it with `close`. Every method raises StoreUnavailable."""

    def __init__(self, pool: asyncpg.Pool, timeout_s: float) -> None:
        self._pool = pool
        self._timeout_s = timeout_s

    @classmethod
    async def open(cls, url: str, *, connections: int = 8, timeout_s: float = 5.0) -> Self:
        """Connect; timeout_s bounds each wait: for a free connection, and for an answer."""
        with away():
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=connections,
                timeout=timeout_s,
                command_timeout=timeout_s,
                max_inactive_connection_lifetime=60,
                init=use_json,
                reset=keep_as_it_is,
                server_settings={"application_name": "usher", "jit": "off"},
            )
        return cls(pool, timeout_s)

    async def close(self) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def fetch(self, sql: str, *args: object) -> Rows:
        async with self.connection() as connection:
            rows: Rows = await connection.fetch(sql, *args)
            return rows

    async def fetch_row(self, sql: str, *args: object) -> asyncpg.Record | None:
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *args)

    async def fetch_value(self, sql: str, *args: object) -> Any:
        async with self.connection() as connection:
            return await connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> int:
        """Run a statement; how many rows it changed."""
        async with self.connection() as connection:
            status = await connection.execute(sql, *args)
            return int(status.rpartition(" ")[2] or 0) if status[-1:].isdigit() else 0

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection for a block (asyncpg's, through its pool)."""
        with away():
            async with asyncio.timeout(self._timeout_s):  # the pool's own way to wait costs a task
                connection = await self._pool.acquire()
            try:
                yield connection
            finally:
                await self._pool.release(connection, timeout=self._timeout_s)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A connection in a transaction: committed when the block ends well. After an error nothing may be assumed."""
        async with self.connection() as connection, connection.transaction():
            yield connection


@contextlib.contextmanager
def away() -> Iterator[None]:
    """Turn what says that the database cannot be used now into StoreUnavailable."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        raise StoreUnavailable(str(error) or type(error).__name__) from error


def is_away(error: Exception) -> bool:
    """Whether the error says nothing about the statement: the database cannot be used now."""
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(
            error, ValueError
        )  # a ValueError is about an argument, the rest about a closed connection
    return isinstance(error, AWAY)


async def keep_as_it_is(_: Any) -> None:
    """Nobody here changes a connection's session, so giving it back needs no round trip."""


async def use_json(connection: Any) -> None:
    """jsonb columns are plain Python values."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=to_json, decoder=msgspec.json.decode, format="text"
    )


def to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
