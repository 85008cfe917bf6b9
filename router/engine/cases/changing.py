"""Cases changed by people: one as they saw it, many as they are, up to the second line."""

from __future__ import annotations

from typing import Any

from router.core.cases.matter import Turn, World, changed
from router.core.words import AgentId, ConversationId
from router.engine.audited import note
from router.engine.cases import handing, judging, keeping, line, promising, seeing, shown, telling
from router.engine.centre import Centre
from router.engine.text import one_line
from router.protocol import cases as asked
from router.protocol.case_records import Case, CaseOutcome
from router.protocol.cases import Changes
from router.protocol.errors import BadRequest, Conflict, NotFound, UsherError
from router.store.postgres.cases import held as stored
from router.store.postgres.cases import lists

SUBJECT_CHARS = 200
FOLDER_CHARS = 80
MOST_DEPTH = 5
"""Of parents above one another."""


async def change(centre: Centre, by: AgentId, command: asked.ChangeCase) -> Case:
    """Errors: unknown_case, stale_case, not_yours, unknown_case_type, unknown_queue, unknown_agent, bad_value."""
    return await by_hand(centre, by, command.case_id, command.changes, revision=command.revision)


async def change_many(centre: Centre, by: AgentId, command: asked.ChangeCases) -> list[CaseOutcome]:
    """Each by itself: one that is refused keeps no other from its change."""
    outcomes: list[CaseOutcome] = []
    for case_id in dict.fromkeys(command.case_ids):
        try:
            await by_hand(centre, by, case_id, command.changes, revision=None)
        except UsherError as refused:
            if refused.status >= 500:
                raise
            outcomes.append(CaseOutcome(case_id=case_id, code=refused.code))
        else:
            outcomes.append(CaseOutcome(case_id=case_id, code=""))
    await note(centre, by, "cases.change", "", cases=len(outcomes), done=sum(not each.code for each in outcomes))
    return outcomes


async def escalate(centre: Centre, by: AgentId, command: asked.EscalateCase) -> Case:
    """Errors: unknown_case, stale_case, not_yours, unknown_queue, text_too_long."""
    judging.known_words(centre, queue=command.queue)
    if not command.queue:
        raise BadRequest("unknown_queue")
    told = line.note_text(command.note)
    changes = {"status": "escalated", "queue": command.queue, "owner_id": "", "routed_at": centre.now()}
    turn = await keeping.apply(centre, by, command.case_id, changes, revision=command.revision)
    if told:
        once = f"escalated:{turn.matter.revision}"
        await line.note(centre, by, turn.matter, told, once=once)
    await line.settle(centre, turn.matter, ("queue",))
    await note(centre, by, "case.escalate", command.case_id, queue=command.queue)
    return await telling.tell(centre, turn)


async def by_hand(centre: Centre, by: AgentId, case_id: str, asked_for: Changes, *, revision: int | None) -> Case:
    """The case with these changes. revision: the one `by` saw; None: as it is. Errors: those of `change`."""
    changes = await _checked(centre, by, case_id, asked_for)
    turn = await keeping.apply(centre, by, case_id, changes, revision=revision)
    if not turn.entries:  # it was so already
        return await shown.case(centre, case_id)
    return await follow_up(centre, turn)


async def follow_up(centre: Centre, turn: Turn) -> Case:
    """After a turn was kept: its place in line, what its customer is owed, and everybody who watches."""
    fields = {name for each in turn.entries for name, _, _ in each.changes}
    await line.settle(centre, turn.matter, fields)
    await promising.settle(centre, turn.matter)
    case = await telling.tell(centre, turn)
    for above in await lists.rows(centre.database, _parents(turn)):
        await telling.tell(centre, Turn(matter=above.matter))
    return case


def _parents(turn: Turn) -> list[str]:
    """Cases that have one more or one less below them now."""
    moved = [change for each in turn.entries for change in each.changes if change[0] == "parent_id"]
    return [parent_id for _, before, after in moved for parent_id in (before, after) if parent_id]


async def route(centre: Centre, by: AgentId, case_id: str) -> None:
    """Into line in its queue, unless it is in line or in work already. Errors: unknown_case, wrong_state, not_yours."""

    def lined_up(turn: Turn, world: World) -> Turn:
        if turn.matter.status == "closed":
            raise Conflict("wrong_state")
        return (
            turn
            if turn.matter.routed_at is not None
            else changed(turn, world, {"routed_at": centre.now()}, centre.now(), by)
        )

    own = ConversationId((await keeping.now(centre, case_id)).conversation_id)
    await handing.follow(centre, case_id, own)  # what it was in line for before may just have ended
    turn = await keeping.decide(centre, case_id, lined_up, by=by)
    await follow_up(centre, turn)


async def _checked(centre: Centre, by: AgentId, case_id: str, asked_for: Changes) -> dict[str, Any]:
    """What is to be otherwise, in the words of a Matter. Raises for what there is not."""
    judging.known_words(
        centre,
        case_type=asked_for.case_type or "",
        queue=asked_for.queue or "",
        owner_id=asked_for.owner_id or "",
    )
    changes = {name: value for name in Changes.__struct_fields__ if (value := getattr(asked_for, name)) is not None}
    if "subject" in changes:
        changes["subject"] = subject(changes["subject"])
    if "folder" in changes:
        changes["folder"] = one_line(changes["folder"], FOLDER_CHARS, field="folder")
    if "labels" in changes:
        words = (one_line(each, FOLDER_CHARS, field="labels") for each in changes["labels"])
        changes["labels"] = tuple(dict.fromkeys(word for word in words if word))
    if "promised_at" in changes:
        changes["promised_at"] = changes["promised_at"] or None
    if changes.get("parent_id"):
        await seeing.require(centre, by, changes["parent_id"])
        await _as_parent(centre, case_id, changes["parent_id"])
    return changes


def subject(text: str) -> str:
    """Raises BadRequest text_empty, text_too_long."""
    line_of_text = one_line(text, SUBJECT_CHARS, field="subject")
    if not line_of_text:
        raise BadRequest("text_empty")
    return line_of_text


async def _as_parent(centre: Centre, case_id: str, parent_id: str) -> None:
    """Raises NotFound; BadRequest when it would be above itself, or the tree too deep."""
    above = await stored.ancestors(centre.database, parent_id, most=MOST_DEPTH + 1)
    if not above:
        raise NotFound("unknown_case")
    if case_id in above or len(above) > MOST_DEPTH:
        raise BadRequest("bad_value", "A case cannot be above itself, nor in a tree this deep.", field="parent_id")
