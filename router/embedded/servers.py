"""Both embedded servers, for as long as a block runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from router.embedded import postgres, valkey
from router.embedded.datadir import DataDir, hold
from router.embedded.program import keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where the servers are, as `USHER_REDIS_URL` and `USHER_POSTGRES_URL` would say it."""

    redis: str
    postgres: str


@contextlib.asynccontextmanager
async def servers(data_dir: Path) -> AsyncIterator[Urls]:
    """Valkey and PostgreSQL on this data directory, ready, until the block ends.

    One that dies is restarted; the block only sees its connections break. When one keeps dying, the block is cancelled
    and the EmbeddedError comes out of it.
    Raises DataDirInUse when another server runs here; EmbeddedError when one cannot start.
    """
    with hold(data_dir) as data:
        try:
            async with asyncio.TaskGroup() as group:
                ready = asyncio.Event(), asyncio.Event()
                keepers = [
                    group.create_task(keep(data, valkey.valkey(data), ready[0]), name="keeper of valkey"),
                    group.create_task(_keep_postgres(data, ready[1]), name="keeper of postgres"),
                ]
                for event in ready:
                    await event.wait()
                try:
                    yield Urls(redis=valkey.url(data), postgres=postgres.url(data))
                finally:
                    for keeper in keepers:
                        if not keeper.cancelling():  # a second cancel would interrupt the orderly stop
                            keeper.cancel()
        except BaseExceptionGroup as errors:
            if len(errors.exceptions) == 1:
                raise errors.exceptions[0] from None
            raise


async def _keep_postgres(data: DataDir, ready: asyncio.Event) -> None:
    await postgres.create(data)
    await keep(data, postgres.postgres(data), ready)
