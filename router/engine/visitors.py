"""Visitors: browsers that write to a widget account, known by a secret token; each is a customer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from router.core.words import CustomerId
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.protocol.errors import Forbidden, NotFound, NotSignedIn
from router.store.postgres import customers as stored

TOKEN_CHARS = 200


@dataclass(slots=True, kw_only=True)
class Visitor:
    visitor_id: str
    customer_id: CustomerId
    account: str
    name: str
    email: str
    language: str


def account_for(centre: Centre, key: str, origin: str) -> None:
    """Raises NotFound for an unknown account, Forbidden for a page that may not show its widget."""
    account = centre.accounts.get(key)
    if account is None:
        raise NotFound("unknown_account")
    if not account.allows(origin) and not centre.own_origin(origin):
        raise Forbidden("bad_origin")


async def create(centre: Centre, account: str) -> tuple[str, str]:
    """A new visitor; returns their id and their token, which is kept only as a hash."""
    token, now = secrets.token_urlsafe(32), centre.now()
    person = stored.Customer(id=CustomerId(new_id("cus")), created_at=now)
    visitor = stored.Visitor(id=new_id("vis"), customer_id=person.id, account=account, created_at=now, last_seen_at=now)
    await stored.add_visitor(centre.database, token, visitor, person)
    return visitor.id, token


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
    )
