"""Customers, their identities on channels, and the visitors of the widget."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from router.core.identity import Identity, stronger
from router.core.words import CustomerId, Ms
from router.store.errors import StoreUnavailable
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

    @property
    def shown_name(self) -> str:
        """As staff see it."""
        return str(self.attributes.get(CALLED) or self.name)

    @property
    def known(self) -> dict[str, Any]:
        """What rules and conditions may ask of them, as `customer`."""
        return {**self.attributes, "name": self.name, "email": self.email}


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


_FACTS = "id, name, email, language, attributes, created_at"


async def by_id(database: Database, customer_id: CustomerId) -> Customer | None:
    row = await database.fetch_row(f"SELECT {_FACTS} FROM customers WHERE id = $1", customer_id)  # noqa: S608 - ours
    return None if row is None else Customer(**row)


async def by_ids(database: Database, ids: Collection[CustomerId]) -> dict[CustomerId, Customer]:
    rows = await database.fetch(f"SELECT {_FACTS} FROM customers WHERE id = ANY ($1)", list(ids))  # noqa: S608 - ours
    return {row["id"]: Customer(**row) for row in rows}


async def of_case(database: Database, case_id: str) -> Customer | None:
    row = await database.fetch_row(
        """
        SELECT p.id, p.name, p.email, p.language, p.attributes, p.created_at
        FROM cases c JOIN customers own ON own.id = c.customer_id
            JOIN customers p ON p.id = coalesce(own.head_id, own.id) WHERE c.id = $1
        """,
        case_id,
    )
    return None if row is None else Customer(**row)


FIND = """
SELECT c.id, c.name, c.email, c.language, c.attributes, c.created_at, i.proof
FROM identities i JOIN customers c ON c.id = i.customer_id WHERE i.kind = $1 AND i.value = $2
"""


async def of_identity(database: Database, identity: Identity, *, otherwise: Customer) -> Customer:
    """The customer with this identity; when there is none yet, otherwise is added and gets it.

    Safe from many at once: all get the same customer.
    """
    kept(identity.value, otherwise.name, otherwise.email)
    return await known(database, identity) or await _add_with(database, identity, otherwise)


async def known(database: Database, identity: Identity) -> Customer | None:
    """Who has this identity. One that is better proven than it was is noted so."""
    found = await database.fetch_row(FIND, identity.kind, identity.value)
    if found is None:
        return None
    facts = dict(found)
    proof = facts.pop("proof")
    if stronger(proof, identity.proof) != proof:
        await database.execute(
            "UPDATE identities SET proof = $3 WHERE kind = $1 AND value = $2",
            *(identity.kind, identity.value, identity.proof),
        )
    return Customer(**facts)


async def _add_with(database: Database, identity: Identity, customer: Customer) -> Customer:
    """The customer with their first identity; who has it already when somebody was quicker."""
    added = await database.fetch_value(
        """
        WITH known AS (
            INSERT INTO identities (kind, value, customer_id, proof, at) VALUES ($7, $8, $1, $9, $6)
            ON CONFLICT DO NOTHING RETURNING customer_id
        )
        INSERT INTO customers (id, name, email, language, attributes, created_at)
        SELECT customer_id, $2, $3, $4, $5, $6 FROM known RETURNING id
        """,
        *(*_values(customer), identity.kind, identity.value, identity.proof),
    )
    if added is not None:
        return customer
    found = await database.fetch_row(FIND, identity.kind, identity.value)
    if found is None:
        raise StoreUnavailable("whoever had this identity went away")
    facts = dict(found)
    del facts["proof"]
    return Customer(**facts)


async def add(database: Database, customer: Customer) -> None:
    """A customer nobody can be found by yet."""
    kept(customer.name, customer.email)
    await database.execute(INSERT, *_values(customer))


async def identities(database: Database, customer_id: CustomerId, kind: str) -> list[str]:
    """Theirs of one kind."""
    rows = await database.fetch(
        "SELECT value FROM identities WHERE customer_id = $1 AND kind = $2 ORDER BY value", customer_id, kind
    )
    return [row["value"] for row in rows]


CALLED = "called"
"""Among the attributes: what staff call them. They themselves go on seeing the name they gave."""
ZONE = "zone"
"""Among the attributes: the IANA name of their time zone, as the site told it that signed them in."""


async def call(database: Database, customer_id: CustomerId, *, name: str, language: str) -> None:
    """Keep what staff call a customer, and their language; what is empty stays as it is."""
    kept(name, language)
    await database.execute(
        """
        WITH called AS (
            UPDATE customers SET language = coalesce(nullif($3, ''), language),
                attributes = CASE WHEN $2 = '' THEN attributes ELSE attributes || jsonb_build_object($4::text, $2) END
            WHERE id = $1 RETURNING id
        ) INSERT INTO search_queue SELECT 'customer', id, 0 FROM called
        """,
        *(customer_id, name, language, CALLED),
    )


async def describe(
    database: Database,
    customer_id: CustomerId,
    *,
    name: str,
    email: str,
    language: str,
    attributes: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Keep what the customer, or their site, said of them; what is empty or not named stays as it is."""
    kept(name, email, language)
    await database.execute(
        """
        UPDATE customers SET name = coalesce(nullif($2, ''), name), email = coalesce(nullif($3, ''), email),
            language = coalesce(nullif($4, ''), language),
            attributes = attributes || $5
        WHERE id = $1
        """,
        *(customer_id, name, email, language, dict(attributes)),
    )


async def add_visitor(database: Database, token: str, visitor: Visitor, customer: Customer | None = None) -> None:
    """A new browser, and the customer behind it unless there is one already, together."""
    async with database.transaction() as connection:
        if customer is not None:
            await connection.execute(INSERT, *_values(customer))
        await connection.execute(
            """
            INSERT INTO visitors (id, token_hash, customer_id, account, created_at, last_seen_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            *(
                visitor.id,
                token_hash(token),
                visitor.customer_id,
                visitor.account,
                visitor.created_at,
                visitor.last_seen_at,
            ),
        )


async def rebind(database: Database, visitor_id: str, customer_id: CustomerId) -> None:
    """What this browser begins from now on is this customer's."""
    await database.execute(
        "UPDATE visitors SET customer_id = $2 WHERE id = $1 AND customer_id <> $2", visitor_id, customer_id
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
