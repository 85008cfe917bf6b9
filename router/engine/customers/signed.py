"""Customers a site signs in: its server says who they are, by a token only it can make.

The token is a JWT (RFC 7519), HS256 with the account's key: sub is the member's id at the site, exp is needed; name,
email, phone, language are taken over, and zoneinfo, their time zone (OpenID Connect Core 5.1); email_verified,
phone_verified make those proven. attributes: an object of plain values, which rules may ask as `customer.…`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import jwt

from router.core import identity
from router.core.identity import EMAIL, MEMBER, PHONE, Identity
from router.core.words import CustomerId
from router.engine import text, visitors
from router.engine.centre import Centre
from router.engine.customers import evidence, looking
from router.protocol.errors import BadRequest, Forbidden, NotSignedIn
from router.store.postgres import customers, identities, merges

TOKEN_CHARS = 4_000
LEEWAY_S = 60
ID_CHARS = 128
ZONE_CHARS = 64
MOST_ATTRIBUTES, VALUE_CHARS = 20, 200
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
RESERVED = {"name", "email", "phone", customers.CALLED, customers.ZONE}
"""What is known of everybody by other ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """said: what the site has of them without having proved it."""

    identity: Identity
    name: str
    language: str
    attributes: Mapping[str, object]
    proven: tuple[Identity, ...]
    said: tuple[Identity, ...]


def read(key: str, account: str, token: str) -> Member:
    """Who the site says it is. Raises Forbidden bad_signature, whatever is wrong with it."""
    try:
        claims = jwt.decode(
            token[:TOKEN_CHARS],
            key,
            algorithms=["HS256"],
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub"], "verify_aud": False, "verify_iat": False},
        )
        member_id = text.one_line(claims["sub"], ID_CHARS, field="sub")
        if not member_id:
            raise BadRequest("bad_value", field="sub")
        known = [each for kind in (EMAIL, PHONE) for each in _of(claims, kind)]
        return Member(
            identity=identity.member(account, member_id),
            name=text.one_line(_word(claims, "name"), text.NAME_CHARS, field="name"),
            language=_word(claims, "language")[:2].lower(),
            attributes=_attributes(claims),
            proven=tuple(each for each in known if each.proven),
            said=tuple(each for each in known if not each.proven),
        )
    except (jwt.InvalidTokenError, BadRequest) as error:
        raise Forbidden("bad_signature", reason=type(error).__name__) from None


def _of(claims: dict[str, Any], kind: str) -> list[Identity]:
    """The address or number of a member; one that cannot be one is left out."""
    try:
        value = evidence.plain(kind, _word(claims, kind)) if _word(claims, kind) else ""
    except BadRequest:
        return []
    proof: identity.Proof = "signed" if claims.get(f"{kind}_verified") is True else "said"
    return [Identity(kind=kind, value=value, proof=proof)] if value else []


def _attributes(claims: dict[str, Any]) -> dict[str, object]:
    """What rules may ask of them; what is no plain value under a plain name is left out."""
    found = claims.get("attributes")
    plain = {
        name: value
        for name, value in (found.items() if isinstance(found, dict) else ())
        if NAME.fullmatch(name) and name not in RESERVED and _is_plain(value)
    }
    zone = text.one_line(_word(claims, "zoneinfo"), ZONE_CHARS, field="zoneinfo")
    return dict(islice(plain.items(), MOST_ATTRIBUTES)) | ({customers.ZONE: zone} if zone else {})


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= VALUE_CHARS and value.isprintable()
    return isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 2**53)


def _word(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


async def session(centre: Centre, account: str, token: str, visitor_token: str) -> visitors.Admitted:
    """The visitor of a member: the browser's own where it may be theirs, else a new one.

    A browser that is nobody's yet belongs to the first member who signs in there, with what was written in it. One that
    was another member's stays that one's: the new member sees nothing of it.
    """
    shop = centre.accounts[account]
    if not shop.identity_secret:
        raise Forbidden("bad_signature", reason="NoKey")
    member = read(shop.identity_secret, account, token)
    before = await _known(centre, visitor_token, account)
    customer_id = await _customer_of(centre, member, before)
    if before is not None and await _is_theirs(centre, before, customer_id, account):
        await customers.rebind(centre.database, before.visitor_id, customer_id)
        found = visitors.Admitted(visitor_id=before.visitor_id, customer_id=customer_id, token=visitor_token)
    else:
        found = await visitors.create_for(centre, account, customer_id)
    await customers.describe(
        centre.database,
        customer_id,
        name=member.name,
        email=_email(member),
        language=member.language,
        attributes=member.attributes,
    )
    await evidence.proved(centre, customer_id, member.proven)
    for each in member.said:
        await evidence.said(centre, customer_id, each.kind, each.value, by=customer_id)
    return found


async def _known(centre: Centre, token: str, account: str) -> visitors.Visitor | None:
    if not token:
        return None
    try:
        return await visitors.known(centre, token, account)
    except NotSignedIn:
        return None


async def _customer_of(centre: Centre, member: Member, before: visitors.Visitor | None) -> CustomerId:
    """Who they are; on their first visit, the customer this browser made if that is nobody's."""
    holder = await identities.holder(centre.database, member.identity)
    if holder is not None:
        return holder
    if before is None or await _members_of(centre, before.customer_id):
        before_id = await visitors.new_customer(centre)
    else:
        before_id = before.customer_id
    return await identities.prove(centre.database, before_id, member.identity, at=centre.now())


async def _is_theirs(centre: Centre, before: visitors.Visitor, customer_id: CustomerId, account: str) -> bool:
    """Whether this browser may go on as the member's. One that was nobody's becomes one with them."""
    if before.customer_id == customer_id:
        return True
    everybody = await merges.together(centre.database, customer_id)
    if before.customer_id in everybody:
        return True
    if await _members_of(centre, before.customer_id):
        return False
    await merges.merge(
        centre.database, customer_id, before.customer_id, by=looking.AUTOMATIC, at=centre.now(), kind=MEMBER
    )
    return True


async def _members_of(centre: Centre, customer_id: CustomerId) -> bool:
    """Whether anything but this browser leads to the customer."""
    everybody = await merges.together(centre.database, customer_id)
    return any(each.identity.proof != "said" for each in await identities.of(centre.database, everybody))


def _email(member: Member) -> str:
    return next((each.value for each in (*member.proven, *member.said) if each.kind == EMAIL), "")
