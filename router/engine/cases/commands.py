"""What staff ask of cases, carried out."""

from __future__ import annotations

from functools import partial

from router.core.words import AgentId, ConversationId
from router.engine import history
from router.engine.audited import note
from router.engine.cases import (
    answering,
    changing,
    feed,
    hearing,
    judging,
    keeping,
    line,
    looking,
    opening,
    seeing,
    viewing,
)
from router.engine.centre import Centre
from router.engine.outbox import Outbox
from router.protocol import cases as asked
from router.protocol.case_records import Case
from router.protocol.errors import NotFound
from router.protocol.frames import AnyResult
from router.protocol.staff import Sent
from router.store.postgres import conversations
from router.store.postgres.cases import held as stored


async def carry_out(centre: Centre, me: AgentId, outbox: Outbox, command: asked.CaseCommand) -> AnyResult | None:
    """Whoever asks is on the staff; what else they need to be is checked by what they ask."""
    match command:
        case asked.CreateCase():
            return _one(centre, await opening.by_hand(centre, me, command))
        case asked.ChangeCase():
            return _one(centre, await changing.change(centre, me, command))
        case asked.ChangeCases():
            return asked.CaseOutcomes(outcomes=await changing.change_many(centre, me, command))
        case asked.EscalateCase():
            return _one(centre, await changing.escalate(centre, me, command))
        case asked.RouteCase():
            await changing.route(centre, me, command.case_id)
        case asked.LinkConversation():
            await link(centre, me, command)
        case asked.AddCaseNote():
            await seeing.require(centre, me, command.case_id)
            matter = await keeping.now(centre, command.case_id)
            said = await line.note(centre, me, matter, command.text, once=command.client_id)
            return Sent(n=said.n, at=said.at)
        case asked.AnswerCase():
            return asked.CaseOutcomes(outcomes=await answering.answer(centre, me, command))
        case asked.OpenCase():
            await viewing.open_(centre, me, outbox, command.case_id)
        case asked.LeaveCase():
            await viewing.leave(centre, me, outbox)
        case asked.WatchCases():
            centre.cases.watching.watch(outbox, me, every=True, sees=partial(seeing.at_once, centre, me))
        case asked.UnwatchCases():
            centre.cases.watching.watch(outbox, me, every=False)
        case _:
            return await _look(centre, me, command)
    return None


async def _look(centre: Centre, me: AgentId, command: asked.CaseCommand) -> AnyResult | None:
    match command:
        case asked.FetchCase():
            return await looking.detail(centre, me, command)
        case asked.FetchCasesOf():
            return await looking.of(centre, me, command)
        case asked.FetchCaseFeed():
            return await feed.page(centre, me, command)
        case asked.ListCases():
            return await looking.page(centre, me, command)
        case asked.CountCases():
            return await looking.counts(centre, me, command)
        case asked.FetchSimilarCases():
            return await looking.similar(centre, me, command)
        case asked.FetchCaseIndex():
            return await looking.index(centre, me)
        case asked.SaveCaseView():
            return await looking.save_view(centre, me, command)
        case asked.DeleteCaseView():
            return await looking.delete_view(centre, me, command)
        case _:
            return None


async def link(centre: Centre, me: AgentId, command: asked.LinkConversation) -> None:
    """Errors: unknown_case, unknown_conversation, not_yours."""
    await seeing.require(centre, me, command.case_id)
    judging.require(centre, me, await keeping.now(centre, command.case_id))
    await history.may_see(centre, me, command.conversation_id)
    row = await conversations.by_id(centre.database, ConversationId(command.conversation_id))
    if row is None or row.channel == line.CHANNEL:
        raise NotFound("unknown_conversation")
    await stored.link(centre.database, command.case_id, row.id, at=centre.now())
    await note(centre, me, "case.link", command.case_id, conversation_id=row.id)
    await hearing.hear(centre, command.case_id, row.id)


def _one(centre: Centre, case: Case) -> asked.OneCase:
    return asked.OneCase(case=case, server_time=centre.now())
