"""Visitors: browsers that write to a widget account, known by a secret token; each is a customer."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from router.core.words import CustomerId
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.limits import network_of
from router.protocol.errors import Forbidden, NotFound, NotSignedIn
from router.store.postgres import customers as stored

TOKEN_CHARS = 200
MARK_CHARS = 24


@dataclass(slots=True, kw_only=True)
class Visitor:
    visitor_id: str
    customer_id: CustomerId
    account: str
    name: str
    email: str
    language: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What else is known of them, for rules."""
    network: str = ""
    """A mark of the network they write from (`network_mark`); "" when that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """token: secret, kept here only as a hash."""

    visitor_id: str
    customer_id: CustomerId
    token: str


def account_for(centre: Centre, key: str, origin: str) -> None:
    """Raises NotFound for an unknown account, Forbidden for a page that may not show its widget."""
    account = centre.accounts.get(key)
    if account is None:
        raise NotFound("unknown_account")
    if not account.allows(origin) and not centre.own_origin(origin):
        raise Forbidden("bad_origin")


async def create(centre: Centre, account: str) -> Admitted:
    """A new visitor, of a new customer."""
    token, now = secrets.token_urlsafe(32), centre.now()
    person = stored.Customer(id=CustomerId(new_id("cus")), created_at=now)
    visitor = stored.Visitor(id=new_id("vis"), customer_id=person.id, account=account, created_at=now, last_seen_at=now)
    await stored.add_visitor(centre.database, token, visitor, person)
    return Admitted(visitor_id=visitor.id, customer_id=person.id, token=token)


async def create_for(centre: Centre, account: str, customer_id: CustomerId) -> Admitted:
    """Another browser of a customer who is known."""
    token, now = secrets.token_urlsafe(32), centre.now()
    visitor = stored.Visitor(
        id=new_id("vis"), customer_id=customer_id, account=account, created_at=now, last_seen_at=now
    )
    await stored.add_visitor(centre.database, token, visitor)
    return Admitted(visitor_id=visitor.id, customer_id=customer_id, token=token)


async def new_customer(centre: Centre) -> CustomerId:
    """Somebody nothing is known of yet."""
    person = stored.Customer(id=CustomerId(new_id("cus")), created_at=centre.now())
    await stored.add(centre.database, person)
    return person.id


def network_mark(key: bytes, address: str) -> str:
    """What an address of the internet is remembered by: whoever has the mark cannot tell the address.

    "" for one of our own network: that is a proxy in front of us, and everybody would have it.
    """
    try:
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            return ""
    except ValueError:
        return ""
    return hmac.digest(key, f"network\n{network_of(address)}".encode(), "sha256").hex()[:MARK_CHARS]


async def known(centre: Centre, token: str, account: str) -> Visitor:
    """The visitor with this token. Raises NotSignedIn."""
    if not token or len(token) > TOKEN_CHARS:
        raise NotSignedIn("not_signed_in")
    row = await stored.find_visitor(centre.database, token, now=centre.now())
    person = await stored.by_id(centre.database, row.customer_id) if row is not None else None
    if row is None or person is None or row.account != account:
        raise NotSignedIn("not_signed_in")
    return Visitor(
        visitor_id=row.id,
        customer_id=person.id,
        account=row.account,
        name=person.name,
        email=person.email,
        language=person.language,
        attributes=person.attributes,
    )
