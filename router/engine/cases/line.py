"""A case in line: it is offered like other work, in its own conversation, as a work item of channel `case`.

`routed_at` says that it is to be in line or in work; `settle` makes it so, as often as it is asked: by whoever changed
the case, and by the sweep after a crash.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import structlog

from router.core.cases.matter import Matter
from router.core.cases.policy import PRIORITY_POINTS
from router.core.demands import point_credit_ms, strictest
from router.core.policy import Demand, Requirement
from router.core.rules import Routed
from router.core.words import AgentId, ConversationId, CustomerId
from router.engine import arrivals, conversations, in_line, lanes
from router.engine.cases import judging
from router.engine.centre import Centre
from router.engine.text import message_text
from router.store.postgres import customers, messages, work_items
from router.store.postgres.cases import held as stored
from router.store.postgres.cases import lists
from router.store.postgres.customers import Customer

log = structlog.get_logger()

CHANNEL = "case"
NOTE_CHARS = 8_000


async def settle(centre: Centre, matter: Matter, changed: Collection[str] = ()) -> None:
    """See that it is in line or is not; what an agent has in hand stays theirs.

    changed: fields that just became others. Where a waiting item is and how it is ranked follows the case then, and
    else stays as supervisors may have decided meanwhile.
    """
    items = await work_items.of_conversation(centre.database, ConversationId(matter.conversation_id))
    now = next((item for item in items if item.state != "closed"), None)
    if now is None:
        if matter.routed_at is not None and all(item.enqueued_at != matter.routed_at for item in items):
            await _line_up(centre, matter, len(items) + 1)
        return
    live = await centre.store.item(now.id)
    if live is not None and live.agent is not None:
        return
    if matter.routed_at is None or matter.status == "closed":
        own = ConversationId(matter.conversation_id)
        await conversations.close(centre, own, by="system", author="system", author_id="", name="")
        await in_line.end(centre, now.id)
    elif live is not None:
        moved = bool({"queue", "priority"} & {*changed}) and await _move(centre, matter, now)
        if matter.routed_at != now.enqueued_at and (moved or now.queue == matter.queue):
            await stored.in_line_since(centre.database, matter, now.enqueued_at)


async def _move(centre: Centre, matter: Matter, item: work_items.WorkItem) -> bool:
    """Where the case belongs now, with its priority now; its age is kept. False: it is there, or waits no more."""
    person = await customers.by_id(centre.database, CustomerId(matter.customer_id))
    arrival = await arrivals.of(centre, item)
    if arrival is None:
        return False
    routed = routed_of(centre, matter, person)
    before = await work_items.set_priority(centre.database, item.id, routed.priority)
    risen = routed.priority - (item.priority if before is None else before)
    credit_ms = risen * point_credit_ms(centre.policy, routed.demand.queue)
    return await in_line.reroute(centre, arrival, routed, more_credit_ms=credit_ms)


async def _line_up(centre: Centre, matter: Matter, number: int) -> None:
    person = await customers.by_id(centre.database, CustomerId(matter.customer_id))
    routed = routed_of(centre, matter, person)
    new = arrivals.new_item(routed, f"{matter.conversation_id}.{number}")
    await stored.open_for_work(centre.database, matter, new, at=matter.routed_at or centre.now())
    added = await work_items.by_id(centre.database, new.id)
    arrival = await arrivals.of(centre, added) if added is not None and added.state != "closed" else None
    if arrival is not None:
        await in_line.enqueue(centre, arrival)
        log.info("case in line", case_id=matter.id, work_item_id=new.id, queue=new.queue)
    for row in await lists.rows(centre.database, [matter.id]):  # whoever changed it meanwhile found nothing to move
        if _place(row.matter) != _place(matter):
            await settle(centre, row.matter, ("queue", "priority"))


def _place(matter: Matter) -> tuple[object, ...]:
    return matter.routed_at, matter.status == "closed", matter.queue, matter.priority


def routed_of(centre: Centre, matter: Matter, person: Customer | None, *, department: str = "") -> Routed:
    """By the rules, but in the case's queue, and with the skills its type and its words ask for."""
    known = judging.attributes(
        channel=CHANNEL,
        account=matter.account,
        language=matter.language,
        subject=matter.subject,
        text=matter.subject,
        customer=person or Customer(id=CustomerId(matter.customer_id), created_at=0),
        department=department,
    )
    routed = arrivals.routed_by_rules(centre, known | {"case": judging.facts_of(matter)})
    demand = routed.demand
    if matter.queue in centre.policy.queues:
        demand = lanes.in_queue(centre.policy, demand, matter.queue)
    asked = centre.policy.cases.requirements_of(matter.case_type) | dict(matter.requirements)
    return replace(routed, demand=_asking(demand, asked), priority=routed.priority + PRIORITY_POINTS[matter.priority])


def _asking(demand: Demand, more: Mapping[str, int]) -> Demand:
    """The same demand, and these skills besides, at every age and wherever it overflows to."""
    asked = frozenset(Requirement(skill=skill, level=level) for skill, level in more.items())
    if not asked:
        return demand
    return replace(
        demand,
        requirements=strictest([demand.requirements, asked]),
        later=tuple(replace(each, demand=_asking(each.demand, more)) for each in demand.later),
        elsewhere=tuple(
            replace(each, demand=_asking(each.demand, more)) if each.demand is not None else each
            for each in demand.elsewhere
        ),
    )


def note_text(text: str) -> str:
    """What is to be a note once something else is done: refused before that; "": nothing. Raises as `note` does."""
    return message_text(text, NOTE_CHARS) if text.strip() else ""


async def note(centre: Centre, by: AgentId, matter: Matter, text: str, *, once: str) -> messages.Appended:
    """A note in its own conversation. Raises BadRequest text_empty, text_too_long."""
    draft = messages.Draft(
        conversation_id=ConversationId(matter.conversation_id),
        kind="note",
        author="agent",
        author_id=by,
        author_name=centre.staff.name_of(by),
        text=message_text(text, NOTE_CHARS),
        client_id=once,
        at=centre.now(),
        even_closed=True,
    )
    return await conversations.append(centre, draft)
