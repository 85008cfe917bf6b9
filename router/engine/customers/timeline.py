"""Everything there was with a customer, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.core.words import AgentId, ConversationId, CustomerId, Ms
from router.engine import records
from router.engine.calls import log as call_log
from router.engine.cases import shown
from router.engine.centre import Centre
from router.engine.customers import looking, permission
from router.protocol import customers as asked
from router.protocol.errors import BadRequest
from router.store.postgres import calls, conversations, merges, messages, timeline
from router.store.postgres.cases import lists

NEWEST_MESSAGES = 5


async def page(centre: Centre, me: AgentId, command: asked.FetchTimeline) -> asked.Timeline:
    ids = await permission.theirs(centre, me, command.customer_id)
    try:
        before = timeline.place(command.before) if command.before else None
    except ValueError:
        raise BadRequest("bad_value", field="before") from None
    found = await timeline.page(centre.database, ids, before=before, limit=command.limit)
    by_kind: dict[str, Mapping[str, asked.TimelineEntry]] = {
        "conversation": await _conversations(centre, _of("conversation", found)),
        "call": await _calls(centre, me, _of("call", found)),
        "case": await _cases(centre, {each.place.id: each.place.at for each in found if each.place.kind == "case"}),
        "merge": await _merges(centre, [each.customer_id for each in found if each.place.kind == "merge"]),
    }
    entries = [by_kind[each.place.kind].get(each.place.id) for each in found]
    return asked.Timeline(
        entries=[entry for entry in entries if entry is not None],
        next=str(found[-1].place) if len(found) == command.limit else "",
    )


def _of(kind: str, entries: Sequence[timeline.Entry]) -> list[str]:
    return [each.place.id for each in entries if each.place.kind == kind]


async def _conversations(centre: Centre, ids: Sequence[str]) -> dict[str, asked.TimelineEntry]:
    rows = await conversations.by_ids(centre.database, [ConversationId(each) for each in ids])
    newest = await messages.newest(centre.database, list(rows), each=NEWEST_MESSAGES)
    return {
        row.id: asked.TimelineConversation(
            at=row.started_at,
            customer_id=row.customer_id,
            conversation=records.conversation(row, newest.get(row.id, []), centre.carriers.get(row.account)),
        )
        for row in rows.values()
    }


async def _calls(centre: Centre, me: AgentId, ids: Sequence[str]) -> Mapping[str, asked.TimelineEntry]:
    logged = await call_log.logged(centre, me, await calls.by_ids(centre.database, ids))
    return {
        call.call_id: asked.TimelineCall(at=call.started_at, customer_id=call.customer_id, call=call) for call in logged
    }


async def _cases(centre: Centre, begun: Mapping[str, Ms]) -> dict[str, asked.TimelineEntry]:
    """begun: ids of cases → when they began."""
    known = [shown.record(centre, row) for row in await lists.rows(centre.database, list(begun))]
    return {
        case.case_id: asked.TimelineCase(at=begun[case.case_id], customer_id=case.customer.customer_id, case=case)
        for case in known
    }


async def _merges(centre: Centre, ids: Sequence[CustomerId]) -> dict[str, asked.TimelineEntry]:
    return {
        str(merge.id): asked.TimelineMerge(
            at=merge.at, customer_id=merge.merged_id, into_id=merge.kept_id, by=looking.name_of(centre, merge.by)
        )
        for merge in await merges.standing(centre.database, ids)
    }
