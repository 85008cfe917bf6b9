"""How often somebody named what a data source did not know, for talks kept elsewhere than in `bot_talks`; and how often
they had a thing done that has a bound."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.words import CustomerId, Ms
from router.store.postgres.database import Database

DAY_MS: Ms = 86_400_000


async def of_customer(database: Database, customer_id: CustomerId, *, now: Ms) -> dict[str, int]:
    """Today and the day before, by `customer:ID` of all they are."""
    row = await database.fetch_row(
        """
        SELECT 'customer:' || coalesce(head_id, id) AS whose, (
            SELECT coalesce(sum(count), 0)::integer FROM bot_misses
            WHERE whose = 'customer:' || coalesce(u.head_id, u.id) AND day >= $2::integer - 1
        ) AS count FROM customers u WHERE id = $1
        """,
        *(customer_id, now // DAY_MS),
    )
    return {} if row is None else {row["whose"]: row["count"]}


async def add(database: Database, whose: str, *, now: Ms) -> None:
    """One more of theirs; those of days before are forgotten."""
    await database.execute(
        """
        WITH forgotten AS (DELETE FROM bot_misses WHERE day < $2::integer - 1)
        INSERT INTO bot_misses AS b (whose, day, count) VALUES ($1, $2::integer, 1)
        ON CONFLICT (whose, day) DO UPDATE SET count = b.count + 1
        """,
        *(whose, now // DAY_MS),
    )


async def count(database: Database, whose: Sequence[str], *, now: Ms) -> dict[str, int]:
    """One more of each today; how many each has today."""
    rows = await database.fetch(
        """
        WITH forgotten AS (DELETE FROM bot_misses WHERE day < $2::integer - 1)
        INSERT INTO bot_misses AS b (whose, day, count)
        SELECT whose, $2::integer, 1 FROM unnest($1::text[]) AS w (whose)
        ON CONFLICT (whose, day) DO UPDATE SET count = b.count + 1 RETURNING whose, count
        """,
        *(sorted(set(whose)), now // DAY_MS),
    )
    return {row["whose"]: row["count"] for row in rows}
