"""Cases as clients are sent them."""

from __future__ import annotations

from collections.abc import Collection

from router.core.cases.milestones import Milestone
from router.core.words import AgentId
from router.engine import records
from router.engine.centre import Centre
from router.protocol import case_records as shown
from router.protocol.errors import NotFound
from router.store.postgres.cases import lists


async def case(centre: Centre, case_id: str) -> shown.Case:
    """Raises NotFound."""
    found = await cases(centre, [case_id])
    if not found:
        raise NotFound("unknown_case")
    return found[0]


async def cases(centre: Centre, ids: Collection[str]) -> list[shown.Case]:
    """In the order asked; unknown ones are left out."""
    return [record(centre, row) for row in await lists.rows(centre.database, ids)]


def record(centre: Centre, row: lists.Row) -> shown.Case:
    matter = row.matter
    return shown.Case(
        case_id=matter.id,
        number=matter.number,
        revision=matter.revision,
        conversation_id=matter.conversation_id,
        work_item_id=row.work_item_id,
        subject=matter.subject,
        customer=records.customer_card(row.customer),
        case_type=matter.case_type,
        priority=matter.priority,
        status=matter.status,
        owner_id=matter.owner_id,
        owner_name=centre.staff.name_of(AgentId(matter.owner_id)) if matter.owner_id else "",
        queue=matter.queue,
        channel=matter.channel,
        account=matter.account,
        language=matter.language,
        folder=matter.folder,
        labels=list(matter.labels),
        parent_id=matter.parent_id,
        children=row.children,
        created_at=matter.created_at,
        updated_at=matter.updated_at,
        closed_at=matter.closed_at,
        promised_at=matter.promised_at,
        milestones=[milestone(each) for each in row.milestones],
        plan=matter.plan,
        csat=matter.csat,
        nps=matter.nps,
    )


def milestone(each: Milestone) -> shown.Milestone:
    return shown.Milestone(
        name=each.kind,
        number=each.number,
        state=each.state,
        started_at=each.started_at,
        due_at=each.due_at,
        warn_at=each.warn_at,
        remaining_ms=each.left_ms,
        ended_at=each.ended_at,
        late=each.late,
    )
