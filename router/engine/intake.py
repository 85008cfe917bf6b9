"""Intake: a customer's first words become a conversation and a work item, and the item goes to the best agent.

Order of a start: durable in PostgreSQL → shown in the visitor's tabs → in the store's line, perhaps offered at once →
those events durable → acknowledged. A crash in between leaves an item that is in PostgreSQL and not in the store;
the reconciler puts it in line with its age kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from config.accounts import PreChat
from router.core.demands import point_credit_ms
from router.core.outcomes import Outcome
from router.core.policy import Demand
from router.core.records import Preference
from router.core.rules import Routed, route
from router.core.words import ConversationId, Ms, WorkItemId
from router.engine import brief, closed_queues, lanes, records, talk
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.live import NO_ITEM
from router.engine.text import NAME_CHARS, URL_CHARS, email, message_text, one_line, preview, shortened
from router.engine.visitors import Visitor
from router.protocol import customer
from router.protocol.errors import BadRequest, Conflict, Unavailable
from router.protocol.records import CustomerCard, WorkItem
from router.store.postgres import conversations as stored
from router.store.postgres import customers, messages, work_items

log = structlog.get_logger()

CHANNEL = "webchat"
SUBJECT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A durable item on its way into line."""

    item_id: WorkItemId
    conversation: stored.Conversation
    card: CustomerCard
    demand: Demand
    priority: int
    enqueued_at: Ms


async def start(centre: Centre, visitor: Visitor, asked: customer.StartConversation) -> customer.Started:
    """Begin a conversation. The same client_id again is the same conversation. Errors: conversation_open."""
    known_as = visitor.name, visitor.email
    new, routed, phone = await _wanted(centre, visitor, asked)
    begun = await stored.start(centre.writer, new)
    if isinstance(begun, stored.HasOpen):
        raise Conflict("conversation_open", conversation_id=begun.conversation_id)
    arrival = await _again(centre, begun) if begun.repeated else _arrival(visitor, new, begun, routed)
    if arrival is not None:
        said = await _show(centre, visitor, arrival, new if not begun.repeated else None)
        window = centre.live.windows.get(visitor.visitor_id)
        if window is not None and known_as != (visitor.name, visitor.email):
            centre.live.look_anew(window)
        await asyncio.gather(centre.say(said), enqueue(centre, arrival))  # said first, as both go out in this order
    elif new.item is None:
        await _keep(centre, visitor, new, begun, phone)
    return customer.Started(conversation_id=begun.conversation_id, n=1, at=begun.at)


async def _wanted(
    centre: Centre, visitor: Visitor, asked: customer.StartConversation
) -> tuple[stored.Start, Routed, str]:
    """The conversation, where its item goes, and a telephone number when one is to be called back."""
    text = message_text(asked.text, centre.settings.max_message_chars)
    account = centre.accounts[visitor.account]
    language = asked.language if asked.language in account.languages else account.default_language
    name, address = one_line(asked.name, NAME_CHARS, field="name"), email(asked.email)
    _as_asked(account.pre_chat, name or visitor.name, address or visitor.email)
    await _describe(centre, visitor, name, address, language)
    department = asked.department if asked.department in account.departments else ""
    page_url = shortened(asked.page_url, URL_CHARS)
    routed = _route(
        centre,
        {
            "channel": CHANNEL,
            "account": visitor.account,
            "department": department,
            "language": language,
            "page_url": page_url,
            "text": text,
            "customer": {"name": visitor.name, "email": visitor.email},
        },
    )
    decided = closed_queues.decide(centre, routed)
    phone, routed = closed_queues.phone_asked(decided, asked.phone), decided.routed
    new = stored.Start(
        id=ConversationId(new_id("con")),
        channel=CHANNEL,
        account=visitor.account,
        customer_id=visitor.customer_id,
        visitor_id=visitor.visitor_id,
        start_id=asked.client_id,
        subject=preview(text, SUBJECT_CHARS),
        language=language,
        department=department,
        page_url=page_url,
        attributes={
            "rule": routed.rule or "",
            "credit_ms": routed.credit_ms,
            **({"held_until": decided.shut.held_until(centre.now())} if decided.shut and decided.holds else {}),
        },
        author_id=visitor.customer_id,
        author_name=visitor.name,
        text=text,
        at=centre.now(),
        item=None if decided.holds else _new_item(routed),
    )
    return new, routed, phone


def _as_asked(pre_chat: PreChat, name: str, address: str) -> None:
    """Raises BadRequest when the account requires what the customer never said."""
    for field, required, said in (("name", pre_chat.name, name), ("email", pre_chat.email, address)):
        if required == "required" and not said:
            raise BadRequest("bad_value", "This is needed before a conversation can start.", field=field)


async def _describe(centre: Centre, visitor: Visitor, name: str, address: str, language: str) -> None:
    """Keep what the customer says of themselves now; empty says nothing."""
    said = (name or visitor.name, address or visitor.email, language)
    if said != (visitor.name, visitor.email, visitor.language):
        await customers.describe(centre.database, visitor.customer_id, name=name, email=address, language=language)
        visitor.name, visitor.email, visitor.language = said


def _route(centre: Centre, attributes: Mapping[str, object]) -> Routed:
    routed = route(centre.ruleset, attributes, centre.now())
    for problem in routed.problems:
        log.warning("rule passed over", rule=problem.rule, reason=problem.reason)
    return routed


def _new_item(routed: Routed, item_id: str = "") -> stored.NewWorkItem:
    return stored.NewWorkItem(
        id=WorkItemId(item_id or new_id("wi")),
        queue=routed.demand.queue,
        demand=lanes.to_plain(routed.demand),
        weight=routed.demand.weight,
        priority=routed.priority,
    )


def _arrival(visitor: Visitor, new: stored.Start, begun: stored.Started, routed: Routed) -> Arrival | None:
    """What was just committed, without reading it back."""
    if begun.item_id is None:
        return None
    card = CustomerCard(
        customer_id=visitor.customer_id, name=visitor.name, email=visitor.email, language=visitor.language
    )
    return Arrival(
        item_id=begun.item_id,
        conversation=_conversation(new, begun),
        card=card,
        demand=routed.demand,
        priority=routed.priority,
        enqueued_at=begun.at,
    )


def _conversation(new: stored.Start, begun: stored.Started) -> stored.Conversation:
    return stored.Conversation(
        id=begun.conversation_id,
        channel=new.channel,
        account=new.account,
        customer_id=new.customer_id,
        visitor_id=new.visitor_id,
        subject=new.subject,
        language=new.language,
        department=new.department,
        page_url=new.page_url,
        attributes=new.attributes,
        state="open",
        started_at=begun.at,
        closed_at=None,
        last_n=1,
        marks=stored.Marks(),
        rating=None,
        rating_comment="",
    )


async def _keep(centre: Centre, visitor: Visitor, new: stored.Start, begun: stored.Started, phone: str) -> None:
    """A conversation that is held until its queue opens: shown, and nobody's work yet."""
    if phone:
        await closed_queues.note_phone(centre, begun.conversation_id, phone)
    window = centre.live.windows.get(visitor.visitor_id)
    if window is not None and window.conversation_id != begun.conversation_id:
        conversation = _conversation(new, begun)
        first = _first_message(conversation.id, new)
        centre.live.started(window, records.conversation(conversation, [first]), NO_ITEM)
        centre.live.look_anew(window)
    await centre.say(
        talk.StartedSaid(conversation_id=begun.conversation_id, visitor_id=visitor.visitor_id, work_item_id=NO_ITEM)
    )


async def _again(centre: Centre, begun: stored.Started) -> Arrival | None:
    item = await work_items.by_id(centre.database, begun.item_id) if begun.item_id else None
    return await arrival_of(centre, item) if item is not None and item.state != "closed" else None


async def arrival_of(centre: Centre, item: work_items.WorkItem) -> Arrival | None:
    """An item as PostgreSQL has it; None when it has no conversation."""
    if item.conversation_id is None:
        return None
    conversation = await stored.by_id(centre.database, item.conversation_id)
    if conversation is None:
        return None
    person = await customers.by_id(centre.database, conversation.customer_id)
    card = (
        records.customer_card(person)
        if person is not None
        else CustomerCard(customer_id=conversation.customer_id, name="", email="", language=conversation.language)
    )
    return Arrival(
        item_id=item.id,
        conversation=conversation,
        card=card,
        demand=await lanes.now_of(centre, item),
        priority=item.priority,
        enqueued_at=item.enqueued_at,
    )


async def _show(centre: Centre, visitor: Visitor, arrival: Arrival, new: stored.Start | None) -> talk.StartedSaid:
    """Tell the visitor's tabs here; what to say for those elsewhere. new: the first message, if known."""
    conversation = arrival.conversation
    window = centre.live.windows.get(visitor.visitor_id)
    if window is not None and window.conversation_id != conversation.id:
        newest = (
            [_first_message(conversation.id, new)]
            if new is not None
            else await messages.page(centre.database, conversation.id, notes=False)
        )
        centre.live.started(window, records.conversation(conversation, newest), arrival.item_id)
    return talk.StartedSaid(
        conversation_id=conversation.id, visitor_id=visitor.visitor_id, work_item_id=arrival.item_id
    )


def _first_message(conversation_id: ConversationId, new: stored.Start) -> messages.Message:
    return messages.Message(
        conversation_id=conversation_id,
        n=1,
        kind="text",
        author=new.author,
        author_id=new.author_id,
        author_name=new.author_name,
        text=new.text,
        client_id=new.start_id,
        at=new.at,
    )


async def ensure_item(centre: Centre, row: stored.Conversation, text: str, *, enqueued_at: Ms | None = None) -> None:
    """Somebody writes in an open conversation nobody works on: make a work item of it again.

    While its queue is closed it may be held instead. enqueued_at: since when it waits; None: since now.
    Two who find so at once make the same one: its id follows from how many there were.
    """
    items = await work_items.of_conversation(centre.database, row.id)
    for item in items:
        if item.state != "closed" and await _still_live(centre, item):
            return
    person = await customers.by_id(centre.database, row.customer_id)
    routed = _route(
        centre,
        {
            "channel": row.channel,
            "account": row.account,
            "department": row.department,
            "language": row.language,
            "page_url": row.page_url,
            "text": text,
            "customer": {"name": person.name, "email": person.email} if person else {"name": "", "email": ""},
        },
    )
    decided = closed_queues.decide(centre, routed)
    if decided.shut is not None and (decided.holds or decided.shut.rule.action == "announce"):
        await stored.hold(centre.database, row.id, until=decided.shut.held_until(centre.now()))
        return
    new = _new_item(decided.routed, f"{row.id}.{len(items) + 1}")
    at = centre.now() if enqueued_at is None else enqueued_at
    await work_items.add(centre.database, new, channel=row.channel, conversation_id=row.id, at=at)
    added = await work_items.by_id(centre.database, new.id)
    arrival = await arrival_of(centre, added) if added is not None else None
    if arrival is None:
        return
    if row.visitor_id is not None:
        if window := centre.live.windows.get(row.visitor_id):
            centre.live.follow(window, row.id, new.id)
        await centre.say(talk.StartedSaid(conversation_id=row.id, visitor_id=row.visitor_id, work_item_id=new.id))
    await enqueue(centre, arrival)


async def _still_live(centre: Centre, item: work_items.WorkItem) -> bool:
    """Whether an item that is durably open is so in the store too, now at least: its end may not be journaled yet."""
    arrival = await arrival_of(centre, item)
    return arrival is not None and await enqueue(centre, arrival) is not Outcome.ITEM_CLOSED


async def enqueue(centre: Centre, arrival: Arrival) -> Outcome:
    """Put a durable item in the store's line, its age kept: ok, exists (a repeat) or item_closed."""
    await lanes.remember(centre, arrival.demand)
    step = await centre.store.enqueue(
        arrival.item_id,
        arrival.demand,
        credit_ms=credit_ms(centre, arrival),
        brief=brief_of(arrival),
        enqueued_at=arrival.enqueued_at,
        preference=await _preference(centre, arrival),
    )
    await centre.journal(step.events)
    if step.outcome not in (Outcome.OK, Outcome.EXISTS, Outcome.ITEM_CLOSED):
        log.error("work item not taken by the store", work_item_id=arrival.item_id, outcome=step.outcome)
        raise Unavailable("unavailable")
    return step.outcome


async def known_of(centre: Centre, arrival: Arrival) -> dict[str, object]:
    """What rules may ask of an item that arrived before: as at its arrival, by the first words said."""
    row, card = arrival.conversation, arrival.card
    first = await messages.page(centre.database, row.id, before_n=2, limit=1, notes=False)
    return {
        "channel": row.channel,
        "account": row.account,
        "department": row.department,
        "language": row.language,
        "page_url": row.page_url,
        "text": first[0].text if first else row.subject,
        "customer": {"name": card.name, "email": card.email},
    }


async def reroute(centre: Centre, arrival: Arrival, routed: Routed, *, more_credit_ms: Ms) -> bool:
    """Let a waiting item ask for something else, its place kept; False: it waits no more."""
    await lanes.remember(centre, routed.demand)
    moved = replace(arrival, demand=routed.demand, priority=routed.priority)
    await centre.store.replace_brief(arrival.item_id, brief_of(moved))
    step = await centre.store.relane(arrival.item_id, routed.demand, more_credit_ms=more_credit_ms)
    await centre.journal(step.events)
    return bool(step.events)


async def _preference(centre: Centre, arrival: Arrival) -> Preference | None:
    """The agent whom the customer had last, if the queue waits for them."""
    queue = centre.policy.queues.get(arrival.demand.queue)
    if queue is None or queue.preferred_ms == 0:
        return None
    agent = await work_items.last_agent(centre.database, arrival.conversation.customer_id)
    return Preference(agent, queue.preferred_ms) if agent else None


def credit_ms(centre: Centre, arrival: Arrival) -> Ms:
    """Waiting credited for priority, and by the rule that took the conversation in."""
    by_rule = arrival.conversation.attributes.get("credit_ms", 0)
    return arrival.priority * point_credit_ms(centre.policy, arrival.demand.queue) + int(by_rule)


def brief_of(arrival: Arrival) -> bytes:
    """What agents are shown of the item."""
    conversation, demand = arrival.conversation, arrival.demand
    item = WorkItem(
        work_item_id=arrival.item_id,
        conversation_id=conversation.id,
        channel=conversation.channel,
        queue=demand.queue,
        customer=arrival.card,
        language=conversation.language,
        requirements=lanes.shown(demand),
        priority=arrival.priority,
        weight=demand.weight,
        enqueued_at=arrival.enqueued_at,
        preview=conversation.subject,
    )
    return brief.pack(brief.Brief(item=item, model=demand.model))


async def end_item(centre: Centre, item: WorkItemId) -> None:
    """The customer is gone: an agent who has the item wraps up, otherwise it is cancelled.

    When it changes hands in between, the reconciler sees to it.
    """
    now = await centre.store.item(item)
    if now is not None and now.state == "wrap_up":
        return
    if now is not None and now.agent is not None:
        step = await centre.store.wrap_up(item, now.agent)
    else:
        step = await centre.store.cancel(item, reason="customer_left")
    await centre.journal(step.events)


async def customer_wrote(centre: Centre, item: WorkItemId) -> None:
    """A paused item is worked on again: by its agent if it fits there now, or soon; else by whoever is next."""
    known = centre.board.items.get(item)
    queue = centre.policy.queues.get(known.queue) if known is not None else None
    step = await centre.store.resume(item, prefer_ms=queue.preferred_ms if queue is not None else 0)
    await centre.journal(step.events)
