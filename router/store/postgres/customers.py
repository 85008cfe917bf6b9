"""Customers, their identities on channels, and the visitors of the widget."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.core.words import CustomerId, Ms
from router.store.postgres.database import Database
from router.store.postgres.sessions import token_hash
from router.store.postgres.text import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: CustomerId
    name: str = ""
    email: str = ""
    language: str = "en"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    created_at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One browser with the widget."""

    id: str
    customer_id: CustomerId
    account: str
    created_at: Ms
    last_seen_at: Ms


INSERT = """
INSERT INTO customers (id, name, email, language, attributes, created_at) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def by_id(database: Database, customer_id: CustomerId) -> Customer | None:
    return (await by_ids(database, [customer_id])).get(customer_id)


async def by_ids(database: Database, ids: Collection[CustomerId]) -> dict[CustomerId, Customer]:
    rows = await database.fetch(
        "SELECT id, name, email, language, attributes, created_at FROM customers WHERE id = ANY ($1)", list(ids)
    )
    return {row["id"]: Customer(**row) for row in rows}


async def of_identity(database: Database, kind: str, value: str, *, otherwise: Customer) -> Customer:
    """The customer with this identity; when there is none yet, otherwise is added and gets it.

    Safe from many at once: all get the same customer.
    """
    kept(value, otherwise.name, otherwise.email)
    find = """
        SELECT c.id, c.name, c.email, c.language, c.attributes, c.created_at
        FROM identities i JOIN customers c ON c.id = i.customer_id WHERE i.kind = $1 AND i.value = $2
    """
    found = await database.fetch_row(find, kind, value)
    if found is not None:
        return Customer(**found)
    async with database.transaction() as connection:
        await connection.execute(INSERT, *_values(otherwise))
        added = await connection.execute(
            "INSERT INTO identities (kind, value, customer_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            *(kind, value, otherwise.id),
        )
        if added == "INSERT 0 1":
            return otherwise
        await connection.execute("DELETE FROM customers WHERE id = $1", otherwise.id)
        return Customer(**await connection.fetchrow(find, kind, value))


async def describe(database: Database, customer_id: CustomerId, *, name: str, email: str, language: str) -> None:
    """Keep what the customer said of themselves; what is empty stays as it is."""
    kept(name, email, language)
    await database.execute(
        """
        UPDATE customers SET name = coalesce(nullif($2, ''), name), email = coalesce(nullif($3, ''), email),
            language = coalesce(nullif($4, ''), language)
        WHERE id = $1
        """,
        *(customer_id, name, email, language),
    )


async def add_visitor(database: Database, token: str, visitor: Visitor, customer: Customer) -> None:
    """A new browser and the customer behind it, together."""
    async with database.transaction() as connection:
        await connection.execute(INSERT, *_values(customer))
        await connection.execute(
            """
            INSERT INTO visitors (id, token_hash, customer_id, account, created_at, last_seen_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            *(visitor.id, token_hash(token), customer.id, visitor.account, visitor.created_at, visitor.last_seen_at),
        )


async def find_visitor(database: Database, token: str, *, now: Ms) -> Visitor | None:
    """The visitor with this token, who is seen now."""
    row = await database.fetch_row(
        """
        UPDATE visitors SET last_seen_at = greatest(last_seen_at, $2) WHERE token_hash = $1
        RETURNING id, customer_id, account, created_at, last_seen_at
        """,
        *(token_hash(token), now),
    )
    return None if row is None else Visitor(**row)


def _values(customer: Customer) -> tuple[object, ...]:
    return customer.id, customer.name, customer.email, customer.language, customer.attributes, customer.created_at
