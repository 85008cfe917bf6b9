"""Which cases people see: all; where agents see only customers they serve, those of these, their own and their queues'.

A case somebody does not see is none for them: they do not learn that it is there.
"""

from __future__ import annotations

from collections.abc import Collection

from router.core.words import AgentId
from router.engine.centre import Centre
from router.engine.customers import permission
from router.protocol.case_records import Case
from router.protocol.errors import NotFound
from router.store.postgres.cases import lists


def limits(centre: Centre, me: AgentId) -> lists.SeenBy | None:
    """By whom, and with which queues, cases are looked for; None: everything is seen."""
    if not permission.restricted(centre, me):
        return None
    return lists.SeenBy(agent_id=me, queues=sorted(_queues(centre, me)))


async def among(centre: Centre, me: AgentId, case_ids: Collection[str]) -> set[str]:
    """Those of these cases that I see."""
    seen_by = limits(centre, me)
    return {*case_ids} if seen_by is None else await lists.seen(centre.database, case_ids, seen_by)


async def require(centre: Centre, me: AgentId, case_id: str) -> None:
    """Raises NotFound unknown_case."""
    if case_id not in await among(centre, me, [case_id]):
        raise NotFound("unknown_case")


def at_once(centre: Centre, me: AgentId, case: Case) -> bool:
    """What can be told of it without asking the database: whom I served before, it does not know."""
    return (
        not permission.restricted(centre, me)
        or case.owner_id == me
        or (case.owner_id == "" and case.queue == "")
        or case.queue in _queues(centre, me)
        or centre.live.serves(me, [case.customer.customer_id])
    )


def _queues(centre: Centre, me: AgentId) -> frozenset[str]:
    colleague = centre.staff.get(me)
    return colleague.supply.queues | colleague.supply.backup if colleague is not None else frozenset()
