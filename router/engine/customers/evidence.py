"""What is said and proved of a customer, and who else it may make them.

Only what both sides proved makes two one. Anything else is a suggestion for people, and none where many share the same:
the address of an office, the number of a switchboard.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import structlog

from router.core import identity
from router.core.identity import EMAIL, ORDER, PHONE, Identity
from router.core.words import AgentId, CustomerId
from router.engine import audited, text
from router.engine.calls import numbers
from router.engine.centre import Centre
from router.engine.customers import looking, permission
from router.protocol import customers as asked
from router.protocol.errors import BadRequest
from router.store.postgres import identities, merges

log = structlog.get_logger()

SHARED_BY_MANY = 6
ORDER_CHARS = 60


async def claim(centre: Centre, me: AgentId, command: asked.ClaimIdentity) -> asked.CustomerPage:
    """A member of staff notes what the customer told them."""
    ids = await permission.theirs(centre, me, command.customer_id)
    await said(centre, ids[0], command.kind, command.value, by=me)
    await audited.note(centre, me, "customer.claim", ids[0], kind=command.kind)
    return await looking.page_of(centre, await merges.together(centre.database, ids[0]))


async def said(centre: Centre, customer_id: CustomerId, kind: str, value: str, *, by: str, country: str = "") -> None:
    """Somebody says that this is the customer's. country: of a number without one. Raises BadRequest for what cannot be
    one."""
    value = plain(kind, value, country)
    if value and await identities.claim(centre.database, customer_id, kind, value, by=by, at=centre.now()):
        await _compare(centre, customer_id, kind, value)


async def offered(centre: Centre, customer_id: CustomerId, kind: str, value: str, *, country: str = "") -> None:
    """As `said`, in passing: what cannot be an identity is nobody's concern here."""
    with contextlib.suppress(BadRequest):
        await said(centre, customer_id, kind, value, by=customer_id, country=country)


async def proved(centre: Centre, customer_id: CustomerId, proven: Sequence[Identity]) -> None:
    """The customer has these for certain."""
    for each in proven:
        holder = await identities.prove(centre.database, customer_id, each, at=centre.now())
        if holder != customer_id:  # theirs as well: what it is held by is compared with what is said here
            await identities.claim(centre.database, customer_id, each.kind, each.value, by=customer_id, at=centre.now())
        await _compare(centre, customer_id, each.kind, each.value, proven=proven)


async def _compare(
    centre: Centre, customer_id: CustomerId, kind: str, value: str, *, proven: Sequence[Identity] = ()
) -> None:
    """With everybody who has the same."""
    sharing = await identities.who_share(centre.database, kind, value, limit=SHARED_BY_MANY + 1)
    if len(sharing) > SHARED_BY_MANY:
        log.info("identity shared by many", kind=kind)
        return
    mine = [*await _known(centre, customer_id), *proven]
    for other in sharing:
        found = identity.verdict(mine, await _known(centre, other)) if other != customer_id else None
        if found == "same":
            await merges.merge(centre.database, customer_id, other, by=looking.AUTOMATIC, at=centre.now(), kind=kind)
        elif found == "suggest":
            suggestion = merges.Suggestion(one_id=customer_id, other_id=other, kind=kind, value=value, at=centre.now())
            await merges.suggest(centre.database, suggestion)


async def _known(centre: Centre, customer_id: CustomerId) -> list[Identity]:
    """Of all who are this customer."""
    everybody = await merges.together(centre.database, customer_id)
    return [each.identity for each in await identities.of(centre.database, everybody)]


def plain(kind: str, value: str, country: str = "") -> str:
    """As it is kept and compared. Raises BadRequest."""
    if kind == PHONE:
        return numbers.to_call(value, country)
    if kind == EMAIL:
        return text.email(value).lower()
    if kind == ORDER:
        return text.one_line(value, ORDER_CHARS, field="value").upper()
    raise BadRequest("bad_value", field="kind")
