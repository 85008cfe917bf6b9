"""A caller becomes customer, conversation and work item; the item is routed like any other."""

from __future__ import annotations

from router.core.call.state import Call
from router.core.identity import Identity, of_sender
from router.core.words import ConversationId, CustomerId
from router.engine import arrivals, in_line, notes, records
from router.engine.calls.place import CHANNEL, decide, learnt
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.text import preview
from router.store.postgres import conversations as stored
from router.store.postgres import customers
from router.store.postgres.calls import Newcomer
from router.store.postgres.customers import Customer

WITHHELD = "withheld"
"""What is instead of an identity where a caller shows no number: this call's own."""


async def customer_of(centre: Centre, number: str, language: str) -> Customer:
    """Who has this number; a new customer when nobody has, or it is withheld."""
    new = newcomer(centre, number, language)
    return await customers.of_identity(centre.database, new.identity, otherwise=new.customer)


def newcomer(centre: Centre, number: str, language: str) -> Newcomer:
    """Who calls from this number, should nobody have it."""
    new = Customer(id=CustomerId(new_id("cus")), name="", language=language, created_at=centre.now())
    known_by = of_sender(CHANNEL, number) if number else Identity(kind=WITHHELD, value=new.id, proof="shown")
    return Newcomer(identity=known_by, customer=new)


async def line_up(centre: Centre, call: Call) -> None:
    """Durable, then in line; repeating it changes nothing. While its queue is closed there is no item yet."""
    person = await customers.by_id(centre.database, call.customer_id) if call.customer_id else None
    person = person or await customer_of(centre, call.number, call.language)
    decided = decide(centre, call, person)
    routed = decided.routed
    new = stored.Start(
        id=ConversationId(call.conversation_id),
        channel=CHANNEL,
        account=call.account,
        customer_id=person.id,
        start_id=call.id,
        subject=preview(call.first_words or f"☎ {call.number}"),
        language=call.language,
        department=call.queue,
        attributes={
            **decided.attributes(centre.now(), held=decided.holds),
            "call": call.id,
            **learnt(call),
        },
        author_id=person.id,
        author_name=person.name,
        text=call.first_words or f"☎ {call.number}",
        at=centre.now(),
        address=call.number,
        item=None if decided.holds else arrivals.new_item(routed, call.item_id),
    )
    begun = await stored.start(centre.writer, new)
    if decided.holds and call.number:
        await notes.leave_phone(centre, ConversationId(call.conversation_id), call.number)
    if call.bot is not None and call.bot.note:
        await notes.leave(centre, begun.conversation_id, call.bot.note, once="bot", author="bot")
    centre.cases.note(begun.conversation_id)
    if isinstance(begun, stored.Started):
        arrival = (
            await arrivals.of_before(centre, begun)
            if begun.repeated
            else arrivals.of_new(new, begun, records.customer_card(person), routed)
        )
        if arrival is not None:
            await in_line.enqueue(centre, arrival)
