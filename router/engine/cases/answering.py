"""Answers to a case's customer, by the channel they wrote on: one, or the same to everybody whose case it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.cases.matter import Entry
from router.core.words import AgentId, ConversationId
from router.engine.audited import note
from router.engine.cases import changing, judging, keeping, reaching, seeing
from router.engine.centre import Centre
from router.engine.text import message_text
from router.protocol.case_records import CaseOutcome
from router.protocol.cases import AnswerCase
from router.protocol.errors import Conflict, NotFound, UsherError
from router.store.postgres.cases import held as stored
from router.store.postgres.cases import lists

MOST_CHILDREN = 1_000


async def answer(centre: Centre, by: AgentId, command: AnswerCase) -> list[CaseOutcome]:
    """Errors: unknown_case, not_yours, unknown_conversation, text_empty, text_too_long."""
    text = message_text(command.text, centre.settings.max_message_chars)
    await seeing.require(centre, by, command.case_id)
    found = await lists.rows(centre.database, [command.case_id])
    if not found:
        raise NotFound("unknown_case")
    judging.require(centre, by, found[0].matter)
    if command.conversation_id:
        await reaching.require_place(centre, command.case_id, command.conversation_id)
    ids: Sequence[str] = [command.case_id]
    if command.children:
        below = await lists.children(centre.database, command.case_id, limit=MOST_CHILDREN)
        seen = await seeing.among(centre, by, below)
        own = [command.case_id] if await reaching.place_of(centre, command.case_id) is not None else []
        ids = [*own, *(each for each in below if each in seen)]
    outcomes = [await _one(centre, by, case_id, text, command) for case_id in ids]
    if command.children:
        done = sum(not each.code for each in outcomes)
        await note(centre, by, "case.answer", command.case_id, cases=len(outcomes), done=done)
    return outcomes


async def _one(centre: Centre, by: AgentId, case_id: str, text: str, command: AnswerCase) -> CaseOutcome:
    chosen = command.conversation_id if case_id == command.case_id else ""
    try:
        await say(centre, by, case_id, text, once=command.client_id, chosen=chosen)
        if command.close:
            await changing.follow_up(centre, await keeping.apply(centre, by, case_id, {"status": "closed"}))
    except UsherError as refused:
        if refused.status >= 500:
            raise
        return CaseOutcome(case_id=case_id, code=refused.code)
    return CaseOutcome(case_id=case_id, code="")


async def say(centre: Centre, by: AgentId, case_id: str, text: str, *, once: str, chosen: str = "") -> None:
    """Where its customer wrote last, or in the conversation chosen; told in its feed. Errors: nowhere_to_answer."""
    place = ConversationId(chosen) if chosen else await reaching.place_of(centre, case_id)
    if place is None:
        raise Conflict("nowhere_to_answer")
    await reaching.say(centre, place, text, author_id=by, once=once)
    told = Entry(kind="answered", at=centre.now(), by=by, subject=place, key=f"answered:{by}:{once}")
    await stored.note(centre.database, case_id, told)
