"""Search among a million messages, and what its index costs the writing of messages.

Words are made up and drawn as words of languages are: a few are in every other message, most are rare. All that an
agent waits for is timed: the stems of what was typed, customers and messages found, whose they are, what they say.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from router.bench.durable import Bench, prepare
from router.core import query_words
from router.core.words import CustomerId
from router.embedded import servers
from router.store.postgres import merges, messages, search, search_index
from router.store.postgres.database import Database
from router.store.postgres.migrations import migrate
from router.store.postgres.writer import Writer

VOCABULARY = 60_000
WORDS_EACH = 14
MESSAGES_EACH, CONVERSATIONS_EACH = 8, 3
BATCH = 20_000
REPEATS = 40
SHOWN = 20
SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in "aeiou")

Progress = Callable[[str], None]


def run(*, messages: int = 1_000_000, rounds: int = 5, slice_s: float = 2.0, progress: Progress) -> dict[str, Any]:
    """Measure on embedded servers in a temporary directory; a million takes some ten minutes.

    queries: milliseconds from query to hits. filling: entries a second that the index takes in behind. writing:
    messages a second committed without the index's trigger, with it, and with a generated column and its index instead.
    """
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        return uvloop.run(_measure(Path(folder), messages, rounds, slice_s, progress))


async def _measure(folder: Path, count: int, rounds: int, slice_s: float, progress: Progress) -> dict[str, Any]:
    async with servers(folder / "data") as urls:
        await migrate(urls.postgres)
        writing = await _writing(urls.postgres, rounds, slice_s, progress)
        async with await Database.open(urls.postgres, timeout_s=600) as database:
            words = _vocabulary(random.Random(1))
            await _generate(urls.postgres, count, words, progress)
            filling = await _fill(database, count, progress)
            await database.execute("VACUUM ANALYZE search_entries")
            await database.execute("VACUUM ANALYZE messages")
            asked = _queries(words, count // MESSAGES_EACH // CONVERSATIONS_EACH // 2)
            queries = [await _timed(database, name, query) for name, query in asked]
            plans = {name: await _plan(database, query) for name, query in asked[:5]}
            sizes = await database.fetch_row(
                """
                SELECT pg_size_pretty(pg_total_relation_size('messages')) AS messages,
                    pg_size_pretty(pg_total_relation_size('search_entries')) AS search_entries,
                    pg_size_pretty(pg_relation_size('search_messages_words')) AS words
                """
            )
            version = await database.fetch_value("SHOW server_version")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return {
        "messages": count,
        "queries": queries,
        "slowest_p95_ms": max(each["p95_ms"] for each in queries),
        "filling": filling,
        "writing": writing,
        "sizes": dict(sizes or {}),
        "plans": plans,
        "machine": f"{machine}, PostgreSQL {version}",
    }


# ---------------------------------------------------------------- what is looked for


def _queries(words: Sequence[str], person: int) -> list[tuple[str, str]]:
    """words: the most frequent first. person: the number of a customer there is."""
    return [
        ("a word of every other message", words[0]),
        ("one in a thousand", words[700]),
        ("one in 30,000", words[20_000]),
        ("two frequent ones", f"{words[3]} {words[5]} "),
        ("two that are seldom together", f"{words[2_000]} {words[3_000]} "),
        ("a frequent and a rare one", f"{words[1]} {words[20_000]}"),
        ("a beginning of three letters", words[900][:3]),
        ("a rare word and a beginning", f"{words[10_000]} {words[900][:3]}"),
        ("a word nobody wrote", "qqxyz"),
        ("a customer's name", _name(person, words)),
        ("a telephone number in groups", f"+48 60 {person:07}"),
        ("the end of a number", f"60{person:07}"),
    ]


async def _timed(database: Database, name: str, query: str) -> dict[str, Any]:
    took, hits = [], 0
    for _ in range(REPEATS):
        began = time.perf_counter()
        hits = await _asked(database, query)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "query": name,
        "hits": hits,
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(took[int(REPEATS * 0.95)], 2),
    }


async def _asked(database: Database, query: str) -> int:
    """As `router.engine.customers.searching` does."""
    asked = query_words.wanted(query)
    stems = await search.stems(database, asked.words)
    found = await search.others(database, asked, stems, ["customer", "case", "conversation"], limit=SHOWN)
    said = await search.messages(database, asked, stems, limit=SHOWN)
    await merges.heads(database, {CustomerId(hit.customer_id) for hit in (*found, *said)})
    await messages.texts(database, [(hit.id, hit.n) for hit in said])
    return len(found) + len(said)


async def _plan(database: Database, query: str) -> list[str]:
    """How PostgreSQL finds the messages."""
    asked = query_words.wanted(query)
    wanted = query_words.tsquery(asked, await search.stems(database, asked.words))
    lines: list[str] = []
    for sql in search.statements():
        lines += await _explained(database, sql, wanted)
        if len(await database.fetch(sql, wanted, search.CANDIDATES, None)) >= SHOWN:
            break
    return lines


async def _explained(database: Database, sql: str, wanted: str) -> list[str]:
    rows = await database.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", wanted, search.CANDIDATES, None)
    return [row[0] for row in rows]


# ---------------------------------------------------------------- a million messages


def _vocabulary(rng: random.Random) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < VOCABULARY:
        made["".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 3, 4))))] = None
    return list(made)


def _name(number: int, words: Sequence[str]) -> str:
    return f"{words[number % 5_000].title()} {words[5_000 + number % 7_919].title()}"


async def _generate(url: str, count: int, words: Sequence[str], progress: Progress) -> None:
    rng = random.Random(2)
    weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(words))))
    async with _connected(url) as connection:
        for first in range(0, count, BATCH):
            progress(f"messages {first:,} of {count:,}")
            texts = [" ".join(rng.choices(words, cum_weights=weights, k=WORDS_EACH)) for _ in range(BATCH)]
            await _copy(connection, first, texts, words)


async def _copy(connection: Any, first: int, texts: Sequence[str], words: Sequence[str]) -> None:
    started = range(first // MESSAGES_EACH, (first + len(texts)) // MESSAGES_EACH)
    people = sorted({number // CONVERSATIONS_EACH for number in started} - {(started[0] - 1) // CONVERSATIONS_EACH})
    await connection.copy_records_to_table(
        "customers",
        records=[(f"cus_{n}", _name(n, words), "", "en", "{}", n) for n in people],
        columns=["id", "name", "email", "language", "attributes", "created_at"],
    )
    await connection.copy_records_to_table(
        "identities",
        records=[("phone", f"+4860{n:07}", f"cus_{n}") for n in people],
        columns=["kind", "value", "customer_id"],
    )
    await connection.copy_records_to_table(
        "conversations",
        records=[
            (
                *("webchat", "bench", f"con_{n}", f"cus_{n // CONVERSATIONS_EACH}", f"s{n}", "", "en", "", "", "{}"),
                *("closed", n, n, MESSAGES_EACH),
            )
            for n in started
        ],
        columns=[
            *("channel", "account", "id", "customer_id", "start_id", "subject", "language", "department", "page_url"),
            *("attributes", "state", "started_at", "closed_at", "last_n"),
        ],
    )
    await connection.copy_records_to_table(
        "messages",
        records=[
            (f"con_{n // MESSAGES_EACH}", n % MESSAGES_EACH + 1, "text", "customer", "c", "", text, str(n), n)
            for n, text in enumerate(texts, first)
        ],
        columns=["conversation_id", "n", "kind", "author", "author_id", "author_name", "text", "client_id", "at"],
    )


async def _fill(database: Database, count: int, progress: Progress) -> dict[str, float]:
    began, done = time.perf_counter(), 0
    while taken := await search_index.fill(database):
        done += taken
        progress(f"indexed {done:,} of some {count:,}")
    took = time.perf_counter() - began
    return {"entries": done, "per_s": round(done / took)}


# ---------------------------------------------------------------- what the index costs writing

WAYS = {
    "without": ("ALTER TABLE messages DISABLE TRIGGER search_new_messages", ""),
    "queued": ("ALTER TABLE messages ENABLE TRIGGER search_new_messages", ""),
    "generated_column": (
        """
        ALTER TABLE messages DISABLE TRIGGER search_new_messages;
        ALTER TABLE messages ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED;
        CREATE INDEX messages_words ON messages USING gin (words)
        """,
        "ALTER TABLE messages DROP COLUMN words; ALTER TABLE messages ENABLE TRIGGER search_new_messages",
    ),
}


async def _writing(url: str, rounds: int, slice_s: float, progress: Progress) -> dict[str, Any]:
    """Messages a second by the group commit, the three ways in turn."""
    per_s: dict[str, list[float]] = {way: [] for way in WAYS}
    async with await Database.open(url) as database, await Writer.open(url) as writer, _connected(url) as connection:
        bench = Bench(writer, await prepare(database, writer))
        await bench.saturate(500, 0.5)
        for number in range(rounds):
            for way, (before, after) in WAYS.items():
                progress(f"writing, round {number + 1} of {rounds}: {way}")
                await connection.execute(before)
                await connection.execute("TRUNCATE search_queue")
                per_s[way].append((await bench.saturate(500, slice_s))["per_s"])
                await connection.execute(after or "SELECT 1")
        await connection.execute("TRUNCATE search_queue, conversations, customers CASCADE")
    middle = {way: statistics.median(each) for way, each in per_s.items()}
    return {
        way: {
            "per_s": middle[way],
            "spread": [min(each), max(each)],
            "ratio": round(middle[way] / middle["without"], 3),
        }
        for way, each in per_s.items()
    }


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await asyncio.wait_for(connection.close(), 5)
