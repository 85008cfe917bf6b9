"""Intake: a customer's first words become a conversation and a work item, and the item goes to the best agent.

Order of a start: durable in PostgreSQL → shown in the visitor's tabs → in the store's line, perhaps offered at once →
those events durable → acknowledged. A crash in between leaves an item that is in PostgreSQL and not in the store;
the reconciler puts it in line with its age kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

from config.accounts import PreChat
from router.core.callbacks import callback_demand
from router.core.identity import EMAIL
from router.core.outcomes import Outcome
from router.core.rules import Routed
from router.core.words import ConversationId, Ms
from router.engine import arrivals, callbacks, closed_queues, in_line, notes, records, talk
from router.engine.bot import first
from router.engine.centre import Centre
from router.engine.customers import evidence
from router.engine.ids import new_id
from router.engine.live import NO_ITEM
from router.engine.text import NAME_CHARS, URL_CHARS, email, message_text, one_line, preview, shortened
from router.engine.visitors import Visitor
from router.protocol import customer
from router.protocol.errors import BadRequest, Conflict
from router.protocol.records import CustomerCard
from router.store.postgres import conversations as stored
from router.store.postgres import customers, messages, work_items

CHANNEL = "webchat"
SUBJECT_CHARS = 200


async def start(centre: Centre, visitor: Visitor, asked: customer.StartConversation) -> customer.Started:
    """Begin a conversation. The same client_id again is the same conversation. Errors: conversation_open."""
    known_as = visitor.name, visitor.email
    new, routed, phone = await _wanted(centre, visitor, asked)
    begun = await stored.start(centre.writer, new)
    if isinstance(begun, stored.HasOpen):
        raise Conflict("conversation_open", conversation_id=begun.conversation_id)
    centre.cases.note(begun.conversation_id)
    arrival = await arrivals.of_before(centre, begun) if begun.repeated else _arrival(visitor, new, begun, routed)
    if arrival is not None:
        said = await _show(centre, visitor, arrival, new if not begun.repeated else None)
        window = centre.live.windows.get(visitor.visitor_id)
        if window is not None and known_as != (visitor.name, visitor.email):
            centre.live.look_anew(window)
        await asyncio.gather(centre.say(said), in_line.enqueue(centre, arrival))
        if phone and not begun.repeated:
            with contextlib.suppress(Conflict):  # an agent has it already
                await callbacks.ask(centre, arrival.item_id, phone)
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
    routed = arrivals.routed_by_rules(
        centre,
        {
            "channel": CHANNEL,
            "account": visitor.account,
            "department": department,
            "language": language,
            "page_url": page_url,
            "text": text,
            "customer": {**visitor.attributes, "name": visitor.name, "email": visitor.email},
        },
    )
    bot = {} if asked.person or asked.phone else first.hold(centre, account.bot, network=visitor.network)
    decided = closed_queues.Decided(routed=routed, shut=None) if bot else closed_queues.decide(centre, routed)
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
        attributes={**decided.attributes(centre.now(), held=decided.holds), **bot},
        author_id=visitor.customer_id,
        author_name=visitor.name,
        text=text,
        at=centre.now(),
        item=None if decided.holds or bot else arrivals.new_item(routed),
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
        if address and address != visitor.email:
            await evidence.offered(centre, visitor.customer_id, EMAIL, address)
        visitor.name, visitor.email, visitor.language = said


def _arrival(visitor: Visitor, new: stored.Start, begun: stored.Started, routed: Routed) -> arrivals.Arrival | None:
    card = CustomerCard(
        customer_id=visitor.customer_id, name=visitor.name, email=visitor.email, language=visitor.language
    )
    return arrivals.of_new(new, begun, card, routed)


async def _keep(centre: Centre, visitor: Visitor, new: stored.Start, begun: stored.Started, phone: str) -> None:
    """A conversation that is held until its queue opens, or that a bot answers: shown, and nobody's work yet."""
    if phone:
        await stored.keep_callback(centre.database, begun.conversation_id, {"phone": phone, "tried": {}})
        await notes.leave_phone(centre, begun.conversation_id, phone)
    conversation, window = arrivals.conversation_of(new, begun), centre.live.windows.get(visitor.visitor_id)
    if window is not None and window.conversation_id != conversation.id:
        said = _first_message(conversation.id, new)
        centre.live.started(window, records.conversation(conversation, [said]), NO_ITEM)
        centre.live.look_anew(window)
    await centre.say(
        talk.StartedSaid(conversation_id=conversation.id, visitor_id=visitor.visitor_id, work_item_id=NO_ITEM)
    )
    if first.wake(centre, conversation):
        await first.show(centre, conversation)


async def _show(
    centre: Centre, visitor: Visitor, arrival: arrivals.Arrival, new: stored.Start | None
) -> talk.StartedSaid:
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
    """Somebody writes in a conversation nobody works on: make a work item of it again while it is open.

    While its queue is closed it may be held instead; where a bot has it, the bot answers. enqueued_at: since when it
    waits; None: since now.
    Two who find so at once make the same one: its id follows from how many there were.
    """
    if row.state == "closed":  # at the very moment in which it was written
        return
    items = await work_items.of_conversation(centre.database, row.id)
    for item in items:
        if item.state != "closed" and await _still_live(centre, item):
            return
    if first.wake(centre, row):
        return
    person = await customers.by_id(centre.database, row.customer_id)
    routed = arrivals.routed_by_rules(centre, arrivals.attributes_of(row, text, person))
    decided = closed_queues.decide(centre, routed)
    if decided.shut is not None and decided.holds_written:
        await stored.hold(centre.database, row.id, until=decided.shut.held_until(centre.now()))
        return
    routed = decided.routed
    if "callback" in row.attributes:
        routed = replace(routed, demand=callback_demand(centre.policy, routed.demand))
    new = arrivals.new_item(routed, f"{row.id}.{len(items) + 1}")
    at = centre.now() if enqueued_at is None else enqueued_at
    await work_items.add(centre.database, new, channel=row.channel, conversation_id=row.id, at=at)
    arrival = await arrivals.by_id(centre, new.id)
    if arrival is None:
        return
    if row.visitor_id is not None:
        if window := centre.live.windows.get(row.visitor_id):
            centre.live.follow(window, row.id, new.id)
        await centre.say(talk.StartedSaid(conversation_id=row.id, visitor_id=row.visitor_id, work_item_id=new.id))
    await in_line.enqueue(centre, arrival)


async def written_to(centre: Centre, conversation_id: ConversationId, text: str) -> None:
    """The customer wrote: see that somebody works on the conversation while it is open, or will."""
    for item in await work_items.of_conversation(centre.database, conversation_id):
        if item.state == "closed":
            continue
        live = await centre.store.item(item.id)
        if live is not None and live.state == "paused":
            await in_line.customer_wrote(centre, item.id)
        if live is not None or await _still_live(centre, item):
            return
    row = await stored.by_id(centre.database, conversation_id)
    if row is not None:
        await ensure_item(centre, row, text)


async def _still_live(centre: Centre, item: work_items.WorkItem) -> bool:
    """Whether an item that is durably open is so in the store too, now at least: its end may not be journaled yet."""
    arrival = await arrivals.of(centre, item)
    return arrival is not None and await in_line.enqueue(centre, arrival) is not Outcome.ITEM_CLOSED
