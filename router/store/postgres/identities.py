"""What customers are known by: identities that led to them, each one's own, and claims, which several may make."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from router.core.identity import Identity
from router.core.words import CustomerId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

WITHHELD = "withheld"
"""The kind of what stands for a caller who shows no number: it identifies nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An identity and whose it is; at: since when, 0 is not known."""

    identity: Identity
    customer_id: CustomerId
    at: Ms


async def of(database: Database, ids: Collection[CustomerId]) -> list[Known]:
    """What these customers are known by, the best proven first."""
    rows = await database.fetch(
        """
        SELECT kind, value, proof, customer_id, at FROM identities WHERE customer_id = ANY ($1) AND kind <> $2
        UNION ALL
        SELECT kind, value, 'said', customer_id, at FROM claims l WHERE customer_id = ANY ($1) AND NOT EXISTS (
            SELECT FROM identities i
            WHERE i.kind = l.kind AND i.value = l.value AND i.customer_id = ANY ($1)
        )
        ORDER BY 3 DESC, 1, 2
        """,
        *(list(ids), WITHHELD),
    )
    return [
        Known(
            identity=Identity(kind=row["kind"], value=row["value"], proof=row["proof"]),
            customer_id=row["customer_id"],
            at=row["at"],
        )
        for row in sorted(rows, key=lambda row: ("signed", "channel", "shown", "said").index(row["proof"]))
    ]


async def claim(database: Database, customer_id: CustomerId, kind: str, value: str, *, by: str, at: Ms) -> bool:
    """Note what somebody says of a customer; false when that was said before."""
    kept(value)
    return bool(
        await database.execute(
            "INSERT INTO claims (customer_id, kind, value, by, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            *(customer_id, kind, value, by, at),
        )
    )


async def prove(database: Database, customer_id: CustomerId, identity: Identity, *, at: Ms) -> CustomerId:
    """This customer's from now on, unless it is another's: whose it is, who may be of the same person."""
    kept(identity.value)
    await database.execute(
        """
        INSERT INTO identities (kind, value, customer_id, proof, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
        """,
        *(identity.kind, identity.value, customer_id, identity.proof, at),
    )
    holder: CustomerId = await database.fetch_value(
        "SELECT customer_id FROM identities WHERE kind = $1 AND value = $2", identity.kind, identity.value
    )
    return holder


async def holder(database: Database, identity: Identity) -> CustomerId | None:
    found: CustomerId | None = await database.fetch_value(
        "SELECT customer_id FROM identities WHERE kind = $1 AND value = $2", identity.kind, identity.value
    )
    return found


async def who_share(database: Database, kind: str, value: str, *, limit: int) -> list[CustomerId]:
    """Customers with this identity, or who claim it."""
    rows = await database.fetch(
        """
        SELECT customer_id FROM identities WHERE kind = $1 AND value = $2
        UNION SELECT customer_id FROM claims WHERE kind = $1 AND value = $2 LIMIT $3
        """,
        *(kind, value, limit),
    )
    return [row["customer_id"] for row in rows]
