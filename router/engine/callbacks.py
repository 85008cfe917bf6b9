"""Callbacks with the place kept: the customer goes about their day, the item rings when its turn comes.

The telephone number and the tries are kept with the conversation (`attributes.callback`), which stays open until
somebody was reached or the tries are over. Between two tries it is held like one whose queue is closed.
"""

from __future__ import annotations

from dataclasses import replace

from router.core.callbacks import callback_demand
from router.core.identity import PHONE
from router.core.outcomes import Outcome
from router.core.words import WorkItemId
from router.engine import arrivals, lanes, notes, overflows
from router.engine.centre import Centre
from router.engine.closed_queues import PHONE_CHARS
from router.engine.customers import evidence
from router.engine.refusals import refuse
from router.engine.text import one_line
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import work_items


async def ask(centre: Centre, item: WorkItemId, phone: str) -> None:
    """The customer of an item that waits or rings wants to be called there; it keeps its place. Repeating is harmless.

    Errors: bad_value, unknown_work_item, wrong_state (an agent has it).
    """
    number = one_line(phone, PHONE_CHARS, field="phone")
    if not number:
        raise BadRequest("bad_value", "This is needed to call back.", field="phone")
    arrival = await arrivals.by_id(centre, item)
    if arrival is None:
        raise NotFound("unknown_work_item")
    kept = {"phone": number, "tried": {}}
    await stored.keep_callback(centre.database, arrival.conversation.id, kept)
    await notes.leave_phone(centre, arrival.conversation.id, number)
    conversation = replace(arrival.conversation, attributes={**arrival.conversation.attributes, "callback": kept})
    demand = callback_demand(centre.policy, arrival.demand)
    await lanes.remember(centre, demand)
    await centre.store.replace_brief(
        item, arrivals.brief_of(replace(arrival, conversation=conversation, demand=demand))
    )
    step = await centre.store.relane(item, demand)
    await centre.journal(step.events)
    if step.outcome is Outcome.WRONG_STATE:
        raise Conflict("wrong_state")
    refuse(step)


async def ask_for(centre: Centre, row: stored.Conversation, phone: str) -> None:
    """In the widget, where it is offered. Errors: wrong_state, bad_value."""
    items = await work_items.of_conversation(centre.database, row.id)
    places = await centre.store.positions([row.id for row in items])
    for item, where in places.items():
        if overflows.told(centre, where).callback:
            await ask(centre, item, phone)
            await evidence.offered(centre, row.customer_id, PHONE, phone)
            return
    raise Conflict("wrong_state")
