"""What was said before: pages of messages, earlier conversations."""

from __future__ import annotations

from router.core.words import AgentId, ConversationId, CustomerId
from router.engine import conversations, records
from router.engine.cases import judging as case_rights
from router.engine.centre import Centre
from router.engine.customers import permission
from router.protocol import customer, staff
from router.protocol.errors import BadRequest, Forbidden, NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import customers, merges, messages

PAGE = 100
PAST = 20
PAST_MESSAGES = 5


async def may_see(centre: Centre, agent_id: AgentId, conversation_id: str) -> None:
    """Supervisors see all, and agents where they may see all customers; else what they have in hand, what else its
    customer wrote, and their cases.

    Raises Forbidden; NotFound only for supervisors: agents do not learn what there is.
    """
    colleague = centre.staff.get(agent_id)
    supervising = colleague is not None and colleague.role != "agent"
    if not supervising and await conversations.has(centre, agent_id, conversation_id):
        return
    if not supervising and await case_rights.reaches(centre, agent_id, conversation_id):
        return
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    if supervising and row is None:
        raise NotFound("unknown_conversation")
    if not supervising and (row is None or not await _serves(centre, agent_id, row.customer_id)):
        raise Forbidden("not_yours")


async def _serves(centre: Centre, agent_id: AgentId, customer_id: str) -> bool:
    """Whether the agent has work of this customer now, whichever of their channels it came by; or may see everybody."""
    if not permission.restricted(centre, agent_id):
        return True
    return centre.live.serves(agent_id, await merges.together(centre.database, CustomerId(customer_id)))


async def messages_before(centre: Centre, asked: staff.FetchMessages, *, notes: bool) -> staff.Messages:
    if not 1 <= asked.limit <= PAGE:
        raise BadRequest("bad_value", f"limit is 1 to {PAGE}.", field="limit")
    rows = await messages.page(
        centre.database,
        ConversationId(asked.conversation_id),
        before_n=max(1, min(asked.before_n, 2**31 - 1)),
        limit=asked.limit,
        notes=notes,
    )
    more = bool(rows) and rows[0].n > 1
    return staff.Messages(messages=[records.message(row) for row in rows], more=more)


async def past(centre: Centre, agent_id: AgentId, customer_id: str) -> staff.Past:
    """A customer's conversations, newest first."""
    colleague = centre.staff.get(agent_id)
    if (colleague is None or colleague.role == "agent") and not await _serves(centre, agent_id, customer_id):
        raise Forbidden("not_yours")
    everybody = await merges.together(centre.database, CustomerId(customer_id))
    rows = await stored.of_customers(centre.database, everybody, limit=PAST)
    newest = await messages.newest(centre.database, [row.id for row in rows], each=PAST_MESSAGES)
    return staff.Past(
        conversations=[
            records.conversation(row, newest.get(row.id, []), centre.carriers.get(row.account)) for row in rows
        ]
    )


async def conversation(centre: Centre, conversation_id: str) -> staff.Fetched:
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    person = await customers.by_id(centre.database, row.customer_id) if row is not None else None
    if row is None or person is None:
        raise NotFound("unknown_conversation")
    newest = await messages.page(centre.database, row.id, limit=records.MESSAGES_SENT)
    shown = records.conversation(row, newest, centre.carriers.get(row.account))
    return staff.Fetched(conversation=shown, customer=records.customer_card(person))


async def of_visitor(centre: Centre, customer_id: CustomerId) -> customer.Listed:
    """A visitor's own conversations, newest first, without what is for staff."""
    rows = await stored.of_customer(centre.database, customer_id, limit=PAST)
    newest = await messages.newest(centre.database, [row.id for row in rows], each=PAST_MESSAGES, notes=False)
    return customer.Listed(
        conversations=[records.conversation_for_customer(row, newest.get(row.id, [])) for row in rows]
    )
