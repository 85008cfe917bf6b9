"""Everything there was with a customer, newest first, from all tables that have some of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from router.core.words import CustomerId, Ms
from router.store.postgres.database import Database

SOURCES: Mapping[str, str] = {
    "conversation": """
        SELECT started_at AS at, id, customer_id FROM conversations c WHERE customer_id = ANY ($1) AND channel <> 'case'
            AND channel <> 'case' AND NOT EXISTS (SELECT FROM calls k WHERE k.conversation_id = c.id)
    """,
    "call": "SELECT started_at AS at, id, customer_id FROM calls WHERE customer_id = ANY ($1)",
    "case": "SELECT created_at AS at, id, customer_id FROM cases WHERE customer_id = ANY ($1)",
    "merge": """
        SELECT at, id::text, merged_id AS customer_id FROM merges
        WHERE merged_id = ANY ($1) AND kept_id = ANY ($1) AND undone_at IS NULL
    """,
}
"""Kind → at, id and customer_id of what there is of it. A call's conversation is shown as the call."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where an entry stands; the text of it is a page's end."""

    at: Ms
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.at}:{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    place: Place
    customer_id: CustomerId


def place(text: str) -> Place:
    """Raises ValueError."""
    at, kind, entry_id = text.split(":", 2)
    if kind not in SOURCES or not 0 <= int(at) < 2**53 or "\0" in entry_id:
        raise ValueError(text)
    return Place(at=int(at), kind=kind, id=entry_id)


async def page(
    database: Database, customers: Collection[CustomerId], *, before: Place | None, limit: int
) -> list[Entry]:
    """Up to limit entries before a place, newest first."""
    last = before or Place(at=2**62, kind="", id="")
    rows = await database.fetch(_PAGE, list(customers), last.at, last.kind, last.id, limit)
    return [
        Entry(place=Place(at=row["at"], kind=row["kind"], id=row["id"]), customer_id=row["customer_id"]) for row in rows
    ]


_PARTS = " UNION ALL ".join(
    f"""(SELECT at, '{kind}' COLLATE "C" AS kind, id COLLATE "C" AS id, customer_id FROM ({rows}) AS of_kind
    WHERE at <= $2 AND (at, '{kind}' COLLATE "C", id COLLATE "C") < ($2, $3, $4) ORDER BY at DESC, id COLLATE "C" DESC
    LIMIT $5)"""  # noqa: S608 - texts of ours
    for kind, rows in SOURCES.items()
)
_PAGE = f"{_PARTS} ORDER BY at DESC, kind DESC, id DESC LIMIT $5"
