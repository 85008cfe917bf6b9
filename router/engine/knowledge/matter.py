"""The matter an agent has before them: what texts are filled with and conditions are asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from router.core import template
from router.core.cases import matter as cases
from router.core.condition import Facts, facts
from router.core.words import AgentId, ConversationId, CustomerId
from router.engine.cases import judging, keeping, line, reaching, seeing, zones
from router.engine.centre import Centre
from router.protocol.errors import NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import customers, messages, work_items
from router.store.postgres.cases import lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """values: variables of texts, by name. facts: for conditions, as routing rules see them.

    conversation: with the customer; None: a case by which they cannot be written to. case: the one it is about, or the
    conversation belongs to; None: none.
    """

    language: str
    values: Mapping[str, str]
    facts: Facts
    conversation: stored.Conversation | None
    case: cases.Matter | None


async def of(centre: Centre, me: AgentId, conversation_id: str) -> Matter:
    """Raises NotFound unknown_conversation."""
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    if row is None:
        raise NotFound("unknown_conversation")
    belongs = (await lists.of_conversations(centre.database, [row.id])).get(row.id)
    if belongs is not None and row.channel == line.CHANNEL:
        return await of_case(centre, me, belongs)
    case = await keeping.now(centre, belongs) if belongs is not None else None
    return await _matter(centre, me, row, case)


async def of_case(centre: Centre, me: AgentId, case_id: str) -> Matter:
    """By the conversation its customer is answered in. Raises NotFound unknown_case."""
    await seeing.require(centre, me, case_id)
    case = await keeping.now(centre, case_id)
    place = await reaching.place_of(centre, case_id)
    return await _matter(centre, me, await stored.by_id(centre.database, place) if place is not None else None, case)


async def _matter(centre: Centre, me: AgentId, row: stored.Conversation | None, case: cases.Matter | None) -> Matter:
    about = case if row is None else row
    assert about is not None
    person = await customers.by_id(centre.database, CustomerId(about.customer_id))
    known = person.known if person is not None else {}
    name, email = known.get("name", ""), known.get("email", "")
    details = row.attributes.get("details") if row is not None else None
    details = details if isinstance(details, Mapping) else {}
    first, queue = await _begun(centre, row)
    subject = about.subject or (case.subject if case is not None else "")
    attributes = {
        "channel": about.channel,
        "account": about.account,
        "department": row.department if row is not None else "",
        "language": about.language,
        "page_url": row.page_url if row is not None else "",
        "subject": subject,
        "text": first or subject,
        "customer": known,
        "details": details,
        **({"case": judging.facts_of(case)} if case is not None else {}),
    }
    label = centre.policy.queues.get(queue or (case.queue if case is not None else ""))
    values = {
        **written_by(centre, me),
        "customer.name": name,
        "customer.first_name": name.split(" ")[0],
        "customer.email": email,
        "conversation.subject": subject,
        "queue.label": label.label if label is not None else "",
        "case.number": str(case.number) if case is not None else "",
        "case.subject": case.subject if case is not None else "",
        **{f"details.{key}": str(value) for key, value in details.items()},
    }
    return Matter(language=about.language, values=values, facts=facts(attributes), conversation=row, case=case)


async def _begun(centre: Centre, row: stored.Conversation | None) -> tuple[str, str]:
    """What its customer wrote first, and the queue it was last in; "" for what is not known."""
    if row is None:
        return "", ""
    said, items = await asyncio.gather(
        messages.page(centre.database, row.id, before_n=2, limit=1, notes=False),
        work_items.of_conversation(centre.database, row.id),
    )
    return said[0].text if said else "", items[-1].queue if items else ""


def written_by(centre: Centre, me: AgentId) -> dict[str, str]:
    """What is known whoever the customer is."""
    return {
        "agent.name": centre.staff.name_of(me),
        "agent.first_name": centre.staff.face_of(me),
        "today": zones.today(centre).isoformat(),
    }


def made_up(centre: Centre, me: AgentId, text: str) -> Mapping[str, str]:
    """What stands for this text's variables while it is being written."""
    colleague = centre.staff.get(me)
    queues, theirs = centre.policy.queues, colleague.supply.queues if colleague is not None else frozenset()
    label = next((queues[name].label for name in [*sorted(theirs), *queues] if name in queues), "")
    details = {name: f"[{name.removeprefix('details.')}]" for name in template.variables_in(text)}
    return {**details, **template.EXAMPLES, **written_by(centre, me), "queue.label": label}


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The language there is a text in that is nearest to this one, and the text. texts: at least one."""
    chosen = next((each for each in (language, language[:2], "en") if each in texts), min(texts))
    return chosen, texts[chosen]
