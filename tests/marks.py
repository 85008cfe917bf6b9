"""Looking for a text in everything that is kept: every column of every table, every key of the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from router.store.connection import Connection
from router.store.postgres.database import Database

WITHOUT_WORDS = ("bigint", "integer", "smallint", "boolean", "real", "double precision", "timestamp with time zone")
READ = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"list": ("LRANGE", 0, -1),
    b"set": ("SMEMBERS",),
    b"zset": ("ZRANGE", 0, -1),
    b"stream": ("XRANGE", "-", "+"),
}


async def tables(database: Database) -> dict[str, list[str]]:
    """Columns that may hold words, by table."""
    rows = await database.fetch(
        """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type <> ALL ($1) ORDER BY 1, 2
        """,
        list(WITHOUT_WORDS),
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


async def in_tables(database: Database, mark: str) -> list[str]:
    """`table.column`, where the mark is; it is of small letters and digits, so it shows in whatever form it is kept."""
    found = []
    for table, columns in (await tables(database)).items():
        for column in columns:
            sql = f"""
                SELECT EXISTS (SELECT FROM {table} t WHERE position(
                    $1 IN lower(
                        CASE WHEN pg_typeof({column}) = 'bytea'::regtype THEN encode({column}::text::bytea, 'escape')
                        ELSE {column}::text END
                    )
                ) > 0)
            """
            if await database.fetch_value(sql, mark):
                found.append(f"{table}.{column}")
    return found


async def in_store(connection: Connection, mark: str) -> list[str]:
    """Keys whose name or value has the mark."""
    found, cursor = [], b"0"
    while True:
        cursor, keys = await connection.ask("SCAN", cursor, "COUNT", 1_000)
        for key in keys:
            kind = await connection.ask("TYPE", key)
            if kind == b"none":  # gone meanwhile
                continue
            word, *rest = READ[kind]
            if mark.encode() in key or mark.encode() in b"\n".join(_bytes(await connection.ask(word, key, *rest))):
                found.append(key.decode(errors="replace"))
        if cursor == b"0":
            return sorted(set(found))


def _bytes(value: Any) -> Iterator[bytes]:
    """All there is in an answer."""
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list | tuple | set):
        for each in value:
            yield from _bytes(each)
    elif value is not None:
        yield value if isinstance(value, bytes) else str(value).encode()
