"""Cases looked up: one with all that belongs to it, lists, counts, likeness, views."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from router.core.words import AgentId, ConversationId, CustomerId, Ms
from router.engine import records
from router.engine.cases import judging, keeping, reaching, seeing, shown
from router.engine.centre import Centre
from router.engine.text import one_line
from router.protocol import case_records
from router.protocol import cases as asked
from router.protocol.case_records import CaseFilter, CaseOrder
from router.protocol.errors import BadRequest, Forbidden, NotFound
from router.store.postgres import conversations, files, merges
from router.store.postgres.cases import lists, views

DAY_MS = 86_400_000
ALIKE_FOR_MS = 30 * DAY_MS
CHILDREN = 100
FILES = 200
MOST_ALIKE = 20
NAME_CHARS = 80
HIGHEST = 2**62
NOWHERE = " "
"""No queue and no customer is called this."""


async def detail(centre: Centre, agent_id: AgentId, command: asked.FetchCase) -> asked.CaseDetail:
    """Errors: unknown_case."""
    case_id = command.case_id or await lists.by_number(centre.database, command.number) or ""
    await seeing.require(centre, agent_id, case_id)
    matter = await keeping.now(centre, case_id)
    may_change = judging.may_change(centre, agent_id, matter)
    ids = await lists.conversations_of(centre.database, case_id)
    rows = await conversations.by_ids(centre.database, ids)
    written_at = await lists.written_at(centre.database, ids)
    below = await lists.children(centre.database, case_id, limit=CHILDREN)
    around = [case_id, *below, *([matter.parent_id] if matter.parent_id else [])]
    seen = await seeing.among(centre, agent_id, around)
    every = await shown.cases(centre, [each for each in around if each in seen])
    by_id = {each.case_id: each for each in every}
    if case_id not in by_id:
        raise NotFound("unknown_case")
    own = ConversationId(matter.conversation_id)
    kept = await files.of_conversations(centre.database, [own, *ids], limit=FILES) if may_change else []
    return asked.CaseDetail(
        case=by_id[case_id],
        conversations=[_conversation(rows[each], written_at.get(each)) for each in ids if each in rows],
        answer_to=reaching.last_used(rows.values(), written_at) or "",
        parent=by_id.get(matter.parent_id),
        children=[by_id[each] for each in below if each in by_id],
        files=[records.file(each) for each in kept],
        viewers=centre.cases.watching.others(case_id, agent_id, centre.now()),
        may_change=may_change,
        server_time=centre.now(),
    )


def _conversation(row: conversations.Conversation, written_at: Ms | None) -> case_records.CaseConversation:
    return case_records.CaseConversation(
        conversation_id=row.id,
        channel=row.channel,
        account=row.account,
        state=row.state,
        subject=row.subject,
        started_at=row.started_at,
        last_n=row.last_n,
        written_at=written_at,
        reaches=reaching.reaches(row),
    )


async def page(centre: Centre, agent_id: AgentId, command: asked.ListCases) -> asked.CasePage:
    """Errors: bad_value (not a cursor)."""
    wanted = await _wanted(centre, agent_id, command.filter)
    after = _place(command.after) if command.after else None
    ids, more = await lists.find(centre.database, wanted, command.order, after=after, limit=command.limit)
    return asked.CasePage(
        cases=await shown.cases(centre, ids),
        after=f"{more[0]}:{more[1]}" if more is not None else "",
        server_time=centre.now(),
    )


async def of(centre: Centre, agent_id: AgentId, command: asked.FetchCasesOf) -> asked.CasePage:
    wanted = [ConversationId(each) for each in command.conversation_ids]
    found = dict.fromkeys((await lists.of_conversations(centre.database, wanted)).values())
    seen = await seeing.among(centre, agent_id, found)
    cases = await shown.cases(centre, [each for each in found if each in seen])
    return asked.CasePage(cases=cases, after="", server_time=centre.now())


async def counts(centre: Centre, agent_id: AgentId, command: asked.CountCases) -> asked.CaseCounts:
    return asked.CaseCounts(
        counts=[await lists.count(centre.database, await _wanted(centre, agent_id, each)) for each in command.filters]
    )


async def _wanted(centre: Centre, agent_id: AgentId, each: CaseFilter) -> lists.Wanted:
    types = (
        [key for key in centre.policy.cases.types if _below(centre, key, each.case_types)] if each.case_types else []
    )
    queues: Sequence[str] = each.queues
    if each.scope == "queues":
        colleague = centre.staff.get(agent_id)
        mine = colleague.supply.queues | colleague.supply.backup if colleague is not None else frozenset()
        queues = [queue for queue in sorted(mine) if not each.queues or queue in each.queues] or [NOWHERE]
    theirs: Sequence[str] = ()
    if each.customer_id:
        theirs = await merges.together(centre.database, CustomerId(each.customer_id)) or [NOWHERE]
    return lists.Wanted(
        statuses=each.statuses,
        case_types=types or each.case_types,
        owner_ids=[agent_id] if each.scope == "mine" else each.owner_ids,
        queues=queues,
        unowned=each.scope == "queues",
        priorities=each.priorities,
        labels=each.labels,
        text=each.text,
        folder=each.folder,
        customer_ids=theirs,
        parent_id=each.parent_id,
        due_before=None if each.due_within_s is None else centre.now() + each.due_within_s * 1_000,
        late=each.late,
        seen_by=seeing.limits(centre, agent_id),
    )


def _below(centre: Centre, key: str, above: Sequence[str]) -> bool:
    return any(each.key in above for each in centre.policy.cases.lineage(key))


def _place(text: str) -> tuple[int, str]:
    value, _, case_id = text.partition(":")
    if not value.isascii() or not value.isdigit() or int(value) > HIGHEST or "\0" in case_id:
        raise BadRequest("bad_value", field="after")
    return int(value), case_id


# ---------------------------------------------------------------- likeness


async def similar(centre: Centre, agent_id: AgentId, command: asked.FetchSimilarCases) -> asked.SimilarCases:
    """Errors: unknown_case."""
    await seeing.require(centre, agent_id, command.case_id)
    matter = await keeping.now(centre, command.case_id)
    ids = await lists.alike(centre.database, matter, closed_after=centre.now() - ALIKE_FOR_MS)
    seen = await seeing.among(centre, agent_id, ids)
    cases = await shown.cases(centre, [each for each in ids if each in seen])
    told = [
        case_records.SimilarCase(case=each, likeness=round(likeness(matter.subject, each.subject), 3)) for each in cases
    ]
    return asked.SimilarCases(similar=sorted(told, key=lambda each: -each.likeness)[:MOST_ALIKE])


def likeness(one: str, other: str) -> float:
    """Share of three-letter pieces of words that both have: 0–1. Words may be bent and misspelt a little."""
    mine, theirs = _pieces(one), _pieces(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def _pieces(text: str) -> set[str]:
    words = (f"  {word} " for word in re.findall(r"[^\W_]+", text.casefold()))
    return {word[place : place + 3] for word in words for place in range(len(word) - 2)}


# ---------------------------------------------------------------- index, views


async def index(centre: Centre, agent_id: AgentId) -> asked.CaseIndex:
    types = centre.policy.cases.types.values()
    in_order = sorted(
        types, key=lambda each: [above.label for above in reversed(centre.policy.cases.lineage(each.key))]
    )
    return asked.CaseIndex(
        types=[case_records.CaseTypeChoice(key=each.key, label=each.label, parent=each.parent) for each in in_order],
        folders=await lists.folders(centre.database),
        views=[_view(each) for each in await views.visible(centre.database, agent_id)],
    )


def _view(each: views.View) -> case_records.CaseView:
    return case_records.CaseView(
        view_id=each.id,
        name=each.name,
        filter=msgspec.convert(each.filter, CaseFilter),
        order=msgspec.convert(each.sorted_by, CaseOrder),
        shared=each.shared,
        owner_id=each.owner_id,
    )


async def save_view(centre: Centre, agent_id: AgentId, command: asked.SaveCaseView) -> asked.CaseIndex:
    """Errors: text_empty, bad_value, not_yours (somebody else's, or more than a person may have)."""
    name = one_line(command.name, NAME_CHARS, field="name")
    if not name:
        raise BadRequest("text_empty")
    view = views.View(
        id=command.view_id,
        owner_id=agent_id,
        name=name,
        filter=msgspec.to_builtins(command.filter),
        sorted_by=command.order,
        shared=command.shared,
    )
    if not await views.save(centre.database, view, any_owner=_supervises(centre, agent_id), at=centre.now()):
        raise Forbidden("not_yours")
    return await index(centre, agent_id)


async def delete_view(centre: Centre, agent_id: AgentId, command: asked.DeleteCaseView) -> asked.CaseIndex:
    """Errors: not_yours."""
    any_owner = _supervises(centre, agent_id)
    if not await views.delete(centre.database, command.view_id, agent_id, any_owner=any_owner):
        raise Forbidden("not_yours")
    return await index(centre, agent_id)


def _supervises(centre: Centre, agent_id: AgentId) -> bool:
    colleague = centre.staff.get(agent_id)
    return colleague is not None and colleague.role != "agent"
