"""Arrivals: items on their way into line, where the rules send them, and what agents are shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from msgspec.structs import replace

from router.core.demands import point_credit_ms
from router.core.policy import Demand
from router.core.rules import Routed, route
from router.core.words import Ms, WorkItemId
from router.engine import brief, lanes, records
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.protocol.records import CustomerCard, WorkItem
from router.store.postgres import conversations as stored
from router.store.postgres import customers, messages, work_items

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A durable item on its way into line."""

    item_id: WorkItemId
    conversation: stored.Conversation
    card: CustomerCard
    demand: Demand
    priority: int
    enqueued_at: Ms


def routed_by_rules(centre: Centre, attributes: Mapping[str, object]) -> Routed:
    """Where an item of these attributes goes; rules that could not be told are logged."""
    routed = route(centre.ruleset, attributes, centre.now())
    for problem in routed.problems:
        log.warning("rule passed over", rule=problem.rule, reason=problem.reason)
    return routed


def new_item(routed: Routed, item_id: str = "") -> stored.NewWorkItem:
    return stored.NewWorkItem(
        id=WorkItemId(item_id or new_id("wi")),
        queue=routed.demand.queue,
        demand=lanes.to_plain(routed.demand),
        weight=routed.demand.weight,
        priority=routed.priority,
    )


def of_new(new: stored.Start, begun: stored.Started, card: CustomerCard, routed: Routed) -> Arrival | None:
    """What was just committed, without reading it back; None: nobody's work yet."""
    if begun.item_id is None:
        return None
    return Arrival(
        item_id=begun.item_id,
        conversation=conversation_of(new, begun),
        card=card,
        demand=routed.demand,
        priority=routed.priority,
        enqueued_at=begun.at,
    )


def conversation_of(new: stored.Start, begun: stored.Started) -> stored.Conversation:
    """As it was just committed."""
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
        address=new.address,
    )


async def of_before(centre: Centre, begun: stored.Started) -> Arrival | None:
    """What a repeated start began the first time; None: it is over, or was nobody's work."""
    item = await work_items.by_id(centre.database, begun.item_id) if begun.item_id else None
    return await of(centre, item) if item is not None and item.state != "closed" else None


async def by_id(centre: Centre, item_id: WorkItemId) -> Arrival | None:
    """As `of`; None as well when there is no such item."""
    row = await work_items.by_id(centre.database, item_id)
    return await of(centre, row) if row is not None else None


async def of(centre: Centre, item: work_items.WorkItem) -> Arrival | None:
    """An item as PostgreSQL has it; None when it has no conversation."""
    return (await of_items(centre, [item])).get(item.id)


async def of_items(centre: Centre, items: Sequence[work_items.WorkItem]) -> dict[WorkItemId, Arrival]:
    """As `of`, for many in two reads; those without a conversation are missing."""
    ids = {item.conversation_id for item in items if item.conversation_id is not None}
    begun = await stored.by_ids(centre.database, ids) if ids else {}
    people = await customers.by_ids(centre.database, {row.customer_id for row in begun.values()}) if begun else {}
    found = {}
    for item in items:
        conversation = begun.get(item.conversation_id) if item.conversation_id is not None else None
        if conversation is not None:
            found[item.id] = Arrival(
                item_id=item.id,
                conversation=conversation,
                card=_card(conversation, people.get(conversation.customer_id)),
                demand=await lanes.now_of(centre, item),
                priority=item.priority,
                enqueued_at=item.enqueued_at,
            )
    return found


def _card(conversation: stored.Conversation, person: customers.Customer | None) -> CustomerCard:
    if person is not None:
        return records.customer_card(person)
    return CustomerCard(customer_id=conversation.customer_id, name="", email="", language=conversation.language)


async def attributes_before(centre: Centre, arrival: Arrival) -> dict[str, object]:
    """What rules may ask of an item that arrived before: as at its arrival, by the first words said."""
    row = arrival.conversation
    said = await messages.page(centre.database, row.id, before_n=2, limit=1, notes=False)
    person = await customers.by_id(centre.database, row.customer_id)
    return attributes_of(row, said[0].text if said else row.subject, person)


def attributes_of(row: stored.Conversation, text: str, person: customers.Customer | None) -> dict[str, object]:
    """What rules may ask of a conversation."""
    phone = {"phone": row.address} if row.channel == "voice" else {}
    return {
        "channel": row.channel,
        "account": row.attributes.get("form", row.account),
        "department": row.department,
        "language": row.language,
        "page_url": row.page_url,
        "subject": _subject_of(row),
        "text": text,
        "customer": (person.known if person is not None else {}) | phone,
        **_learnt(row),
    }


def _learnt(row: stored.Conversation) -> dict[str, object]:
    """What a form asked, or a bot that answered first found out."""
    intent = row.attributes.get("intent")
    return {"details": row.attributes.get("details", {})} | ({"intent": intent} if intent else {})


def _subject_of(row: stored.Conversation) -> str:
    """As its customer wrote it; the first words of a chat are none."""
    return row.subject if row.channel in ("email", "webform") else ""


def credit_ms(centre: Centre, arrival: Arrival) -> Ms:
    """Waiting credited for priority, and by the rule that took the conversation in."""
    by_rule = arrival.conversation.attributes.get("credit_ms", 0)
    return arrival.priority * point_credit_ms(centre.policy, arrival.demand.queue) + int(by_rule)


def brief_of(arrival: Arrival) -> bytes:
    """What agents are shown of the item."""
    conversation, demand = arrival.conversation, arrival.demand
    callback = conversation.attributes.get("callback", {})
    item = WorkItem(
        work_item_id=arrival.item_id,
        conversation_id=conversation.id,
        channel=demand.channel,
        queue=demand.queue,
        customer=_called(arrival),
        language=conversation.language,
        requirements=lanes.shown(demand),
        priority=arrival.priority,
        weight=demand.weight,
        enqueued_at=arrival.enqueued_at,
        preview=conversation.subject,
        phone=callback.get("phone", ""),
        tries=len(callback.get("tried", {})),
        interruptible=demand.interruptible,
    )
    return brief.pack(brief.Brief(item=item, model=demand.model))


def _called(arrival: Arrival) -> CustomerCard:
    """Who calls and gave no name is told apart by their number."""
    card, conversation = arrival.card, arrival.conversation
    return card if card.name or conversation.channel != "voice" else replace(card, name=conversation.address)
