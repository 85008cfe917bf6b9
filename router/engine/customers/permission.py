"""Who may look at which customers."""

from __future__ import annotations

from collections.abc import Collection

from router.core.words import AgentId, CustomerId
from router.engine.centre import Centre
from router.protocol.errors import Forbidden, NotFound
from router.store.postgres import merges, work_items


async def theirs(centre: Centre, me: AgentId, customer_id: str) -> list[CustomerId]:
    """All who are this customer, the head first. Raises NotFound; Forbidden, and then it does not say which."""
    ids = await merges.together(centre.database, CustomerId(customer_id))
    if restricted(centre, me) and not (ids and await served(centre, me, ids)):
        raise Forbidden("not_yours")
    if not ids:
        raise NotFound("unknown_customer")
    return ids


def restricted(centre: Centre, me: AgentId) -> bool:
    """Whether I see only customers I work or worked for."""
    colleague = centre.staff.get(me)
    return centre.settings.customers_for_agents != "all" and (colleague is None or colleague.role == "agent")


def supervising(centre: Centre, me: AgentId) -> None:
    """Raises Forbidden for anybody else."""
    colleague = centre.staff.get(me)
    if colleague is None or colleague.role == "agent":
        raise Forbidden("wrong_role")


async def served(centre: Centre, me: AgentId, ids: Collection[CustomerId]) -> bool:
    """Whether I have, or had, work of these."""
    return centre.live.serves(me, ids) or await work_items.worked_for(centre.database, me, ids)
