"""Calls out: by click on a number, or for a customer who asked to be called back."""

from __future__ import annotations

import contextlib
from hashlib import blake2b

from router.core.call import facts
from router.core.call.state import Call
from router.core.call.step import dial
from router.core.identity import PHONE
from router.core.records import Preference
from router.core.words import AgentId, ConversationId, WorkItemId
from router.engine import arrivals, in_line
from router.engine.calls import dialed, numbers, shown
from router.engine.calls.hearing import address_of, context_of, hear
from router.engine.calls.lining_up import customer_of
from router.engine.calls.place import CHANNEL, placing, routed_by_rules
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.refusals import refuse
from router.protocol import call as calling
from router.protocol.errors import BadRequest, Conflict, Forbidden, NotFound, Unavailable
from router.store.postgres import calls, customers, work_items
from router.store.postgres import conversations as stored
from router.store.postgres.work_items import WorkItem

ALONE_MS = 60_000
"""How long a new item waits for its caller alone; it is taken in the same moment."""


async def make(centre: Centre, me: AgentId, asked: calling.Dial) -> calling.Dialed:
    """Errors: bad_number, unknown_account, unknown_work_item, not_yours, wrong_call_state, agent_unavailable,
    dialed_too_often.
    """
    call_id = _call_id(me, asked.client_id)
    begun = await calls.by_id(centre.database, call_id) if asked.client_id else None
    if begun is not None:
        return _dialed(begun)
    if asked.work_item_id:
        row = await _mine(centre, me, WorkItemId(asked.work_item_id))
        account = _account(centre, asked.account or await _account_of(centre, row))
        number = await _number(centre, row, account, asked.number)
        await dialed.count(centre, me, centre.switchboard.lines[account])
    else:
        account = _account(centre, asked.account)
        line = centre.switchboard.lines[account]
        number = numbers.to_call(asked.number, line.country, only=line.calls_to)
        await dialed.count(centre, me, line)
        row = await _new_item(centre, me, call_id, account, number)
    return _dialed(await _begin(centre, me, call_id, row, account, number))


def _call_id(me: AgentId, client_id: str) -> str:
    """The same for the same client_id of a member of staff."""
    if not client_id:
        return new_id("call")
    return f"call_{blake2b(f'{me} {client_id}'.encode(), digest_size=12).hexdigest()}"


def _dialed(call: Call) -> calling.Dialed:
    return calling.Dialed(call_id=call.id, work_item_id=call.item_id, conversation_id=call.conversation_id)


def _account(centre: Centre, key: str) -> str:
    lines = centre.switchboard.lines
    if key and key not in lines:
        raise NotFound("unknown_account")
    return key or next(iter(lines))


async def _mine(centre: Centre, me: AgentId, item: WorkItemId) -> WorkItem:
    row, now = await work_items.by_id(centre.database, item), await centre.store.item(item)
    if row is None or now is None or row.conversation_id is None:
        raise NotFound("unknown_work_item")
    if now.agent != me:
        raise Forbidden("not_yours")
    if now.state != "assigned":
        raise Conflict("wrong_state")
    before = await calls.of_item(centre.database, item)
    if before is not None and before.state == "callback":
        before = await hear(centre, before.id, facts.CalledBack())
    if before is not None and not before.over:
        raise Conflict("wrong_call_state")
    return row


async def _account_of(centre: Centre, row: WorkItem) -> str:
    """The line the customer called, if it was one."""
    conversation = await stored.by_id(centre.database, ConversationId(row.conversation_id or ""))
    account = conversation.account if conversation is not None else ""
    return account if account in centre.switchboard.lines else ""


async def _number(centre: Centre, row: WorkItem, account: str, asked: str) -> str:
    """As asked; else where they want to be called, by which they called, or what is known of them."""
    line = centre.switchboard.lines[account]
    if asked:
        return numbers.to_call(asked, line.country, only=line.calls_to)
    conversation = await stored.by_id(centre.database, ConversationId(row.conversation_id or ""))
    known: list[str] = []
    if conversation is not None:
        known = [conversation.attributes.get("callback", {}).get("phone", ""), conversation.address]
        known += await customers.identities(centre.database, conversation.customer_id, PHONE)
    for number in known:
        with contextlib.suppress(BadRequest):
            return numbers.to_call(number, line.country, only=line.calls_to)
    raise BadRequest("bad_number")


async def _new_item(centre: Centre, me: AgentId, call_id: str, account: str, number: str) -> WorkItem:
    """Customer, conversation and item of a call out; the item is in the caller's hands."""
    language = centre.switchboard.lines[account].languages[0]
    person = await customer_of(centre, number, language)
    conversation_id = ConversationId(f"con_{call_id.removeprefix('call_')}")
    asking = Call(
        id=call_id,
        account=account,
        direction="out",
        number=number,
        language=language,
        state="dialing",
        since=centre.now(),
        started_at=centre.now(),
        item_id=WorkItemId(f"{call_id}.1"),
        conversation_id=conversation_id,
    )
    routed = routed_by_rules(centre, asking, person)
    await stored.start(
        centre.writer,
        stored.Start(
            id=conversation_id,
            channel=CHANNEL,
            account=account,
            customer_id=person.id,
            start_id=call_id,
            subject=f"☎ {number}",
            language=person.language or language,
            attributes={"rule": routed.rule or "", "credit_ms": routed.credit_ms, "call": call_id},
            author="agent",
            author_id=me,
            author_name=centre.staff.face_of(me),
            text=f"☎ {number}",
            at=centre.now(),
            address=number,
            item=arrivals.new_item(routed, asking.item_id),
        ),
    )
    row = await work_items.by_id(centre.database, asking.item_id)
    arrival = await arrivals.of(centre, row) if row is not None else None
    if row is None or arrival is None:
        raise NotFound("unknown_work_item")
    await in_line.enqueue(centre, arrival, first=Preference(me, ALONE_MS, regardless=True))
    step = await centre.store.pick(row.id, me)
    await centre.journal(step.events)
    refuse(step)
    return row


async def _begin(centre: Centre, me: AgentId, call_id: str, row: WorkItem, account: str, number: str) -> Call:
    now = await centre.store.item(row.id)
    conversation = await stored.by_id(centre.database, ConversationId(row.conversation_id or ""))
    if now is None or now.agent != me or conversation is None:
        raise Forbidden("not_yours")
    person = await customers.by_id(centre.database, conversation.customer_id)
    call, wanted = dial(
        call_id=call_id,
        number=number,
        agent=me,
        address=address_of(centre, me),
        taken=now.taken,
        item_id=row.id,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        customer_name=person.name if person is not None else "",
        queue=row.queue,
        context=context_of(centre, account, placing(centre, person)),
    )
    begun = await calls.begin(centre.database, call, wanted, sid=None, at=centre.now())
    if begun is None:
        raise Unavailable("unavailable")
    centre.switchboard.remember(row.id, call_id)
    centre.switchboard.work(call_id)
    await shown.tell(centre, None, begun)
    return begun
