"""What a macro is run on: a conversation in an agent's hands, or a case they may change."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.words import AgentId, WorkItemId
from router.engine import conversations, history, offers
from router.engine.cases import judging, keeping, line, seeing
from router.engine.centre import Centre
from router.engine.knowledge import matter
from router.protocol.errors import Conflict
from router.store.postgres import conversations as stored
from router.store.postgres.cases import lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who acts, and on what: a conversation, or a case (the other is "").

    item: the work item of it, if it is theirs; "" if not.
    """

    me: AgentId
    item: str = ""
    conversation_id: str = ""
    case_id: str = ""


async def with_item(centre: Centre, me: AgentId, item: str) -> Hands:
    """A case that is in line is a case. Errors: unknown_work_item, not_yours, wrong_state (a call without one)."""
    conversation_id, _ = await offers.in_hand(centre, me, WorkItemId(item))
    row = await stored.by_id(centre.database, conversation_id) if conversation_id is not None else None
    if row is None:
        raise Conflict("wrong_state")
    if row.channel != line.CHANNEL:
        return Hands(me=me, item=item, conversation_id=row.id)
    belongs = await lists.of_conversations(centre.database, [row.id])
    return Hands(me=me, item=item, case_id=belongs[row.id])


async def on_conversation(centre: Centre, me: AgentId, conversation_id: str) -> Hands:
    """One they may see. Errors: unknown_conversation, not_yours."""
    await history.may_see(centre, me, conversation_id)
    theirs = await conversations.has(centre, me, conversation_id)
    return Hands(me=me, item="theirs" if theirs else "", conversation_id=conversation_id)


async def on_case(centre: Centre, me: AgentId, case_id: str) -> Hands:
    """Errors: unknown_case, not_yours."""
    await seeing.require(centre, me, case_id)
    judging.require(centre, me, await keeping.now(centre, case_id))
    row, *_ = await lists.rows(centre.database, [case_id])
    now = await centre.store.item(WorkItemId(row.work_item_id)) if row.work_item_id else None
    return Hands(me=me, item=row.work_item_id if now is not None and now.agent == me else "", case_id=case_id)


async def matter_in(centre: Centre, hands: Hands) -> matter.Matter:
    """As it is now. Errors: unknown_conversation, unknown_case."""
    if hands.case_id:
        return await matter.of_case(centre, hands.me, hands.case_id)
    return await matter.of(centre, hands.me, hands.conversation_id)
