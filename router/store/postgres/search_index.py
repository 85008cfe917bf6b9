"""The index of words, filled behind from the queue that every change writes to in its own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.core import query_words
from router.core.search_words import CONFIGURATIONS
from router.core.words import Ms
from router.store.postgres.database import Database

BATCH = 1_000
LOCK = 0x736561726368  # "search"

Ref = tuple[str, int]
"""Id and n."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """text: folded words, with a space between."""

    id: str
    n: int
    customer_id: str
    at: Ms
    language: str
    text: str


SOURCES: Mapping[str, str] = {
    "message": """
        SELECT m.conversation_id AS id, m.n, c.customer_id, m.at, c.language, m.text
        FROM unnest($1::text[], $2::integer[]) AS w (id, n)
            JOIN messages m ON m.conversation_id = w.id AND m.n = w.n JOIN conversations c ON c.id = m.conversation_id
        WHERE m.text <> ''
    """,
    "conversation": """
        SELECT c.id, 0 AS n, c.customer_id, c.started_at AS at, c.language, c.subject AS text
        FROM unnest($1::text[], $2::integer[]) AS w (id, n) JOIN conversations c ON c.id = w.id WHERE c.subject <> ''
    """,
    "case": """
        SELECT c.id, 0 AS n, c.customer_id, c.created_at AS at, c.language, c.number || ' ' || c.subject AS text
        FROM unnest($1::text[], $2::integer[]) AS w (id, n) JOIN cases c ON c.id = w.id WHERE c.subject <> ''
    """,
    "customer": """
        SELECT c.id, 0 AS n, c.id AS customer_id, c.created_at AS at, '' AS language,
            concat_ws(' ', c.name, c.email, c.attributes->>'called') AS text, ARRAY(
                SELECT value FROM identities i WHERE i.customer_id = c.id AND i.kind <> 'withheld'
                UNION SELECT value FROM claims l WHERE l.customer_id = c.id
            ) AS identities
        FROM unnest($1::text[], $2::integer[]) AS w (id, n) JOIN customers c ON c.id = w.id WHERE c.erased_at IS NULL
    """,
}
"""Kind → what of it is found: id, n, customer_id, at, language, text, and of customers the identities too.

What is missing there is taken out of the index.
"""


async def fill(database: Database) -> int | None:
    """Take a batch from the queue into the index, all or nothing; how many. None: another node is at it."""
    async with database.transaction() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
            return None
        rows = await connection.fetch(
            """
            DELETE FROM search_queue WHERE ctid = ANY (ARRAY(SELECT ctid FROM search_queue LIMIT $1))
            RETURNING kind, id, n
            """,
            BATCH,
        )
        wanted: dict[str, dict[Ref, None]] = defaultdict(dict)
        for row in rows:
            wanted[row["kind"]][row["id"], row["n"]] = None
        for kind, refs in wanted.items():
            await _take(connection, kind, list(refs))
        return len(rows)


async def _take(connection: Any, kind: str, refs: Sequence[Ref]) -> None:
    ids, numbers = [ref[0] for ref in refs], [ref[1] for ref in refs]
    entries = [_entry(row) for row in await connection.fetch(SOURCES[kind], ids, numbers)]
    gone = set(refs) - {(entry.id, entry.n) for entry in entries}
    if gone:
        await connection.execute(
            """
            DELETE FROM search_entries e USING unnest($2::text[], $3::integer[]) AS g (id, n)
            WHERE e.kind = $1 AND e.id = g.id AND e.n = g.n
            """,
            *(kind, [ref[0] for ref in gone], [ref[1] for ref in gone]),
        )
    by_language: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_language[CONFIGURATIONS.get(entry.language[:2], "")].append(entry)
    for configuration, alike in by_language.items():
        await _put(connection, kind, configuration, alike)


async def _put(connection: Any, kind: str, configuration: str, entries: Iterable[Entry]) -> None:
    columns = zip(*((e.id, e.n, e.customer_id, e.at, e.text) for e in entries), strict=True)
    await connection.execute(
        """
        INSERT INTO search_entries (kind, id, n, customer_id, at, words)
        SELECT $1, e.id, e.n, e.customer_id, e.at, to_tsvector('simple', e.text)
            || CASE WHEN $2 = '' THEN ''::tsvector ELSE to_tsvector(nullif($2, '')::regconfig, e.text) END
        FROM unnest($3::text[], $4::integer[], $5::text[], $6::bigint[], $7::text[]) AS e (id, n, customer_id, at, text)
        ON CONFLICT (kind, id, n) DO UPDATE
            SET customer_id = excluded.customer_id, at = excluded.at, words = excluded.words
        """,
        *(kind, configuration, *map(list, columns)),
    )


def _entry(row: Any) -> Entry:
    facts = dict(row)
    found = query_words.words(facts["text"])
    for value in facts.pop("identities", ()):
        found += query_words.words_of_identity(value)
    return Entry(**facts | {"text": " ".join(found)})
