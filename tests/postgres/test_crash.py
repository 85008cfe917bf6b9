"""PostgreSQL is killed in the middle of the work: what was acknowledged is there, nothing is there twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from router.embedded import servers
from router.store.errors import StoreUnavailable
from router.store.postgres import conversations, customers, journal, messages
from router.store.postgres.customers import Customer
from router.store.postgres.database import Database
from router.store.postgres.messages import Appended
from router.store.postgres.migrations import migrate
from router.store.postgres.writer import Writer
from tests.patience import PATIENCE_S
from tests.postgres.conftest import CUSTOMER, a_draft, a_start

pytestmark = pytest.mark.faults
T = TypeVar("T")


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


async def test_every_acknowledged_message_survives_kills_of_the_database(tmp_path: Path) -> None:
    async with servers(tmp_path) as urls:
        await migrate(urls.postgres)
        async with (
            await Database.open(urls.postgres) as database,
            await Writer.open(urls.postgres, timeout_s=PATIENCE_S) as writer,
        ):
            await _add_customer(database)
            started = [a_start() for _ in range(8)]
            await asyncio.gather(*[conversations.start(writer, new) for new in started])
            acknowledged: dict[tuple[str, str], int] = {}
            over = asyncio.Event()

            async def talk(conversation: conversations.Start) -> None:
                while not over.is_set():
                    draft = a_draft(conversation.id)
                    outcome = await messages.append(writer, draft)
                    assert isinstance(outcome, Appended)
                    acknowledged[conversation.id, draft.client_id] = outcome.n

            talking = [asyncio.create_task(talk(new)) for new in started for _ in range(4)]
            for _ in range(3):
                await asyncio.sleep(0.3)
                before = len(acknowledged)
                os.kill(postmaster(tmp_path), signal.SIGKILL)
                await _until_more(acknowledged, before + 100)
            over.set()
            await asyncio.gather(*talking)

            rows = await database.fetch("SELECT conversation_id, client_id, n FROM messages WHERE n > 1")
            kept = {(row["conversation_id"], row["client_id"]): row["n"] for row in rows}
            assert kept == acknowledged
            for new in started:
                numbers = sorted(n for (conversation, _), n in kept.items() if conversation == new.id)
                assert numbers == list(range(2, len(numbers) + 2))


async def test_callers_hear_in_time_that_the_database_is_away_and_it_heals_by_itself(tmp_path: Path) -> None:
    async with servers(tmp_path) as urls:
        await migrate(urls.postgres)
        async with (
            await Database.open(urls.postgres, timeout_s=2) as database,
            await Writer.open(urls.postgres, timeout_s=2) as writer,
        ):
            await _patiently(lambda: _add_customer(database))
            new = a_start()
            await _patiently(lambda: conversations.start(writer, new))
            processes = _family(postmaster(tmp_path))
            _send(processes, signal.SIGSTOP)
            try:
                draft = a_draft(new.id)
                async with asyncio.timeout(PATIENCE_S):
                    with pytest.raises(StoreUnavailable):
                        await messages.append(writer, draft)
                    with pytest.raises(StoreUnavailable):
                        await journal.max_seq(database)
            finally:
                _send(processes, signal.SIGCONT)
            outcome = await _patiently(lambda: messages.append(writer, draft))
            assert isinstance(outcome, Appended)
            assert outcome.n == 2
            assert await _patiently(lambda: journal.max_seq(database)) == 0


def _family(pid: int) -> list[int]:
    """A process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _send(processes: list[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


async def _patiently(do: Callable[[], Awaitable[T]]) -> T:
    """Again, while the database is away; what is done has a name of its own, so it is done once."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(StoreUnavailable):
                return await do()


async def _add_customer(database: Database) -> None:
    visitor = customers.Visitor(id="vis_1", customer_id=CUSTOMER, account="shop", created_at=1, last_seen_at=1)
    await customers.add_visitor(database, "token-1", visitor, Customer(id=CUSTOMER, created_at=1))


async def _until_more(acknowledged: dict[tuple[str, str], int], wanted: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(acknowledged) < wanted:
            await asyncio.sleep(0.01)
