"""How visitors' own search for help went: one row a visit, which names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from router.core.words import Ms
from router.store.postgres.database import Database

What = Literal["read", "helped", "not_helped", "person"]
KEPT_MS = 400 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Visits. satisfied: it helped, by their own word, and they asked for no person. left: read something, said nothing
    and asked for no person. unanswered: searched, and never found anything."""

    visits: int
    searched: int
    read: int
    helped: int
    not_helped: int
    person: int
    satisfied: int
    left: int
    unanswered: int


async def searched(database: Database, visit_id: str, account: str, *, found: bool, now: Ms) -> None:
    await database.execute(
        """
        INSERT INTO help_visits (id, account, begun_at, seen_at, searched, found) VALUES ($1, $2, $4, $4, 1, $3)
        ON CONFLICT (id) DO UPDATE SET seen_at = $4, searched = help_visits.searched + 1,
            found = help_visits.found OR $3 WHERE help_visits.account = $2
        """,
        *(visit_id, account, found, now),
    )


async def happened(database: Database, visit_id: str, account: str, what: What, *, now: Ms) -> None:
    """Reading begins a visit; the others change one that is there."""
    if what == "read":
        await database.execute(
            """
            INSERT INTO help_visits (id, account, begun_at, seen_at, read, found) VALUES ($1, $2, $3, $3, 1, true)
            ON CONFLICT (id) DO UPDATE SET seen_at = $3, read = help_visits.read + 1, found = true
                WHERE help_visits.account = $2
            """,
            *(visit_id, account, now),
        )
        return
    await database.execute(
        """
        UPDATE help_visits SET seen_at = $4, helped = CASE $3 WHEN 'helped' THEN true WHEN 'not_helped' THEN false
            ELSE helped END, person_at = CASE WHEN $3 = 'person' THEN coalesce(person_at, $4) ELSE person_at END
        WHERE id = $1 AND account = $2
        """,
        *(visit_id, account, what, now),
    )


async def counted(database: Database, since: Ms, until: Ms) -> Counts:
    """Of visits that began in this time."""
    row = await database.fetch_row(
        """
        SELECT count(*) AS visits, count(*) FILTER (WHERE searched > 0) AS searched,
            count(*) FILTER (WHERE read > 0) AS read, count(*) FILTER (WHERE helped) AS helped,
            count(*) FILTER (WHERE NOT helped) AS not_helped, count(person_at) AS person,
            count(*) FILTER (WHERE helped AND person_at IS NULL) AS satisfied,
            count(*) FILTER (WHERE read > 0 AND helped IS NULL AND person_at IS NULL) AS left,
            count(*) FILTER (WHERE searched > 0 AND NOT found) AS unanswered
        FROM help_visits WHERE begun_at >= $1 AND begun_at < $2
        """,
        *(since, until),
    )
    assert row is not None
    return Counts(**row)


async def forget_old(database: Database, *, now: Ms) -> None:
    await database.execute("DELETE FROM help_visits WHERE begun_at < $1", now - KEPT_MS)
