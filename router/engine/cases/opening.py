"""A case begins: by hand, from a conversation or a letter; or by a rule, from a contact nobody had to think about."""

from __future__ import annotations

from dataclasses import replace

import structlog

from router.core.cases.matter import Entry, Matter, Turn, opened
from router.core.cases.policy import CasePriority
from router.core.identity import EMAIL, PHONE, Identity
from router.core.words import AgentId, ConversationId, CustomerId
from router.engine import history
from router.engine.cases import alarms, changing, hearing, judging, keeping, line, shown, telling
from router.engine.centre import Centre
from router.engine.customers import evidence
from router.engine.ids import new_id
from router.engine.text import NAME_CHARS, one_line, preview
from router.protocol import cases as asked
from router.protocol.case_records import Case, NewCustomer
from router.protocol.errors import BadRequest, NotFound
from router.store.postgres import conversations, customers, identities, messages
from router.store.postgres.cases import held as stored
from router.store.postgres.cases import lists
from router.store.postgres.customers import Customer

log = structlog.get_logger()

WORDS_READ = 20
"""Messages of a conversation that keywords are looked for in."""


async def by_hand(centre: Centre, by: AgentId, command: asked.CreateCase) -> Case:
    """Errors: unknown_conversation, unknown_customer, unknown_case_type, unknown_queue, text_empty, not_yours …"""
    judging.known_words(centre, case_type=command.case_type, queue=command.queue)
    line.note_text(command.text)
    before = await lists.made(centre.database, by, command.client_id)
    if before is not None:  # the first time may have ended anywhere behind its beginning
        return await _go_on(centre, by, command, Turn(matter=await keeping.now(centre, before)))
    row = await _conversation(centre, by, command.conversation_id) if command.conversation_id else None
    if row is not None:
        there = (await lists.of_conversations(centre.database, [row.id])).get(row.id)
        if there is not None:
            return await shown.case(centre, there)
    person = await _customer(centre, by, command, row)
    said = await _said(centre, row) if row is not None else ""
    subject = changing.subject(command.subject or (preview(said or row.subject) if row is not None else ""))
    matter = _matter(
        centre,
        person,
        row,
        subject=subject,
        text=f"{subject}\n{command.text}\n{said}",
        start_id=command.client_id,
        by=by,
        case_type=command.case_type,
        priority=command.priority,
        queue=command.queue,
    )
    matter = replace(
        matter,
        channel=row.channel if row is not None else command.channel,
        owner_id=by if command.mine else "",
        status="working" if command.mine else "new",
        routed_at=None if command.mine else matter.created_at,
    )
    return await _go_on(centre, by, command, await begin(centre, matter, person, row.id if row is not None else None))


async def _go_on(centre: Centre, by: AgentId, command: asked.CreateCase, turn: Turn) -> Case:
    """What follows once it is begun by hand; can be done again."""
    if line.note_text(command.text):
        await line.note(centre, by, turn.matter, command.text, once="first")
    if command.conversation_id:
        await hearing.hear(centre, turn.matter.id, ConversationId(command.conversation_id))
    await line.settle(centre, turn.matter)
    return await telling.tell(centre, turn)


async def by_rule(centre: Centre, row: conversations.Conversation) -> str:
    """The case of a contact that becomes one by rule: the one it belongs to, or a new one. Its id."""
    now = centre.now()
    reopen_after = now - centre.policy.cases.reopen_ms
    there = await lists.to_join(centre.database, row, reopen_after=reopen_after)
    if there is not None and there.joins:
        await stored.link(centre.database, there.case_id, row.id, at=now)
        return there.case_id
    person = await customers.by_id(centre.database, row.customer_id)
    if person is None:
        return ""
    said = await _said(centre, row)
    matter = _matter(
        centre, person, row, subject=row.subject or preview(said) or "–", text=said, start_id=row.id, by=""
    )
    turn = await begin(centre, matter, person, row.id)
    if there is not None:
        follows = Entry(kind="linked", at=now, word="follows", subject=there.case_id, key=f"follows:{there.case_id}")
        await stored.note(centre.database, turn.matter.id, follows)
    return turn.matter.id


async def begin(centre: Centre, matter: Matter, person: Customer, conversation_id: ConversationId | None) -> Turn:
    """Durable, with its clocks running; made again it is the one there is."""
    world = judging.world(centre, matter, person)
    turn, new = await stored.begin(
        centre.database, opened(matter, world, matter.created_at), world, conversation_id=conversation_id
    )
    if new:
        await alarms.set_(centre, turn.matter.id, turn.next_at(world))
        log.info("case begun", case_id=turn.matter.id, number=turn.matter.number, channel=turn.matter.channel)
    return turn


def _matter(
    centre: Centre,
    person: Customer,
    row: conversations.Conversation | None,
    *,
    subject: str,
    text: str,
    start_id: str,
    by: str,
    case_type: str = "",
    priority: CasePriority | None = None,
    queue: str = "",
) -> Matter:
    language = row.language if row is not None else person.language
    judged = judging.judge(centre, f"{subject}\n{text}", language, case_type=case_type, priority=priority)
    now, case_id = centre.now(), new_id("case")
    matter = Matter(
        id=case_id,
        start_id=start_id,
        conversation_id=new_id("con"),
        customer_id=person.id,
        subject=subject,
        case_type=judged.case_type,
        priority=judged.priority,
        queue=queue or judged.queue,
        channel=row.channel if row is not None else "manual",
        account=row.account if row is not None else "",
        language=language,
        created_by=by,
        created_at=now,
        updated_at=now,
        status_since=now,
        requirements={skill: level for skill, level in judged.requirements.items() if skill in centre.policy.skills},
    )
    if matter.queue:
        return matter
    routed = line.routed_of(centre, matter, person, department=row.department if row is not None else "")
    return replace(matter, queue=routed.demand.queue)


async def _conversation(centre: Centre, by: AgentId, conversation_id: str) -> conversations.Conversation:
    await history.may_see(centre, by, conversation_id)
    row = await conversations.by_id(centre.database, ConversationId(conversation_id))
    if row is None or row.channel == line.CHANNEL:
        raise NotFound("unknown_conversation")
    return row


async def _said(centre: Centre, row: conversations.Conversation) -> str:
    """What the customer wrote first."""
    first = await messages.page(centre.database, row.id, before_n=WORDS_READ + 1, limit=WORDS_READ, notes=False)
    return "\n".join(each.text for each in first if each.author == "customer")


async def _customer(
    centre: Centre, by: AgentId, command: asked.CreateCase, row: conversations.Conversation | None
) -> Customer:
    """Whose case it is: the conversation's, a known one, one known by address or number, or a new one."""
    customer_id = row.customer_id if row is not None else CustomerId(command.customer_id)
    if customer_id:
        person = await customers.by_id(centre.database, customer_id)
        if person is None:
            raise NotFound("unknown_customer")
        return person
    if command.customer is None:
        raise NotFound("unknown_customer")
    return await _new_customer(centre, by, command.customer)


async def _new_customer(centre: Centre, by: AgentId, who: NewCustomer) -> Customer:
    """Whoever holds the address or number; else somebody new, of whom it is said."""
    name = one_line(who.name, NAME_CHARS, field="name")
    told = {kind: evidence.plain(kind, said) for kind, said in ((EMAIL, who.email), (PHONE, who.phone)) if said.strip()}
    if not (name or told):
        raise BadRequest("text_empty")
    for kind, value in told.items():
        holder = await identities.holder(centre.database, Identity(kind=kind, value=value, proof="said"))
        known = await customers.by_id(centre.database, holder) if holder is not None else None
        if known is not None:
            return known
    fresh = Customer(id=CustomerId(new_id("cus")), name=name, email=told.get(EMAIL, ""), created_at=centre.now())
    await customers.add(centre.database, fresh)
    for kind, value in told.items():
        await evidence.said(centre, fresh.id, kind, value, by=by)
    return fresh
