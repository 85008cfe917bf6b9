"""What a case is judged by, from the policy in force: keywords, types, plans; and who may change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.core.cases.matter import Matter, World
from router.core.cases.milestones import plan_for
from router.core.cases.policy import RISING, CasePriority
from router.core.condition import compile_condition, facts
from router.core.policy import Policy
from router.core.words import AgentId, Channel, ConversationId
from router.engine.cases import seeing
from router.engine.centre import Centre
from router.protocol.errors import BadRequest, Forbidden, NotFound
from router.store.postgres.cases import lists
from router.store.postgres.customers import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What words tell of a case. queue: "" when nothing says."""

    case_type: str
    priority: CasePriority
    queue: str
    requirements: Mapping[str, int]


def judge(centre: Centre, text: str, language: str, *, case_type: str, priority: CasePriority | None) -> Judged:
    """By keywords, then by what the type says. case_type, priority: as somebody said already; "" and None: nobody."""
    policy = centre.policy.cases
    found = [policy.keywords[number] for number in centre.cases.keywords(policy).found(text, language)]
    told = case_type or next((rule.case_type for rule in found if rule.case_type), "")
    raised = [rule.priority for rule in found if rule.priority is not None]
    of_type = policy.priority_of(told)
    asked: dict[str, int] = {}
    for rule in found:
        for skill, level in rule.requirements.items():
            asked[skill] = max(level, asked.get(skill, 0))
    highest: CasePriority = max([*raised, *([of_type] if of_type else [])], key=RISING.index, default="normal")
    return Judged(case_type=told, priority=priority or highest, queue=policy.queue_of(told), requirements=asked)


def attributes(
    *, channel: Channel, account: str, language: str, subject: str, text: str, customer: Customer, department: str = ""
) -> dict[str, object]:
    """What conditions and routing rules may ask of a case."""
    return {
        "channel": channel,
        "account": account,
        "department": department,
        "language": language,
        "page_url": "",
        "subject": subject,
        "text": text,
        "customer": customer.known,
    }


def facts_of(matter: Matter) -> dict[str, object]:
    """What conditions may ask of the case itself, as `case`."""
    return {
        "number": matter.number,
        "type": matter.case_type,
        "status": matter.status,
        "priority": matter.priority,
        "queue": matter.queue,
        "owner_id": matter.owner_id,
        "folder": matter.folder,
        "labels": list(matter.labels),
    }


def world(centre: Centre, matter: Matter, customer: Customer | None) -> World:
    """customer: whose case it is; None where nobody knows any more."""
    return world_by(centre.policy, matter, customer)


def world_by(policy: Policy, matter: Matter, customer: Customer | None) -> World:
    """What a case is judged by under a policy."""
    cases = policy.cases
    known = facts(
        attributes(
            channel=matter.channel,
            account=matter.account,
            language=matter.language,
            subject=matter.subject,
            text=matter.subject,
            customer=customer or Customer(id=matter.customer_id, created_at=0),  # type: ignore[arg-type]
        )
    )
    return World(
        policy=cases,
        hours=policy.hours,
        fits=lambda case: plan_for(
            cases.plans,
            [each.key for each in cases.lineage(case.case_type)],
            case.priority,
            lambda condition: compile_condition(condition).holds(known).holds,
        ),
    )


def may_change(centre: Centre, agent_id: AgentId, matter: Matter) -> bool:
    """Its owner, members of its queue, anybody while it is nobody's, and supervisors."""
    colleague = centre.staff.get(agent_id)
    if colleague is None:
        return False
    supply = colleague.supply
    return (
        colleague.role != "agent"
        or matter.owner_id in ("", agent_id)
        or matter.queue in supply.queues
        or matter.queue in supply.backup
    )


def require(centre: Centre, agent_id: AgentId, matter: Matter) -> None:
    """Raises Forbidden not_yours."""
    if not may_change(centre, agent_id, matter):
        raise Forbidden("not_yours")


def known_words(centre: Centre, *, case_type: str = "", queue: str = "", owner_id: str = "") -> None:
    """Raises NotFound unknown_case_type, unknown_agent; BadRequest unknown_queue. Empty is fine."""
    if case_type and case_type not in centre.policy.cases.types:
        raise NotFound("unknown_case_type")
    if queue and queue not in centre.policy.queues:
        raise BadRequest("unknown_queue")
    if owner_id and centre.staff.get(AgentId(owner_id)) is None:
        raise NotFound("unknown_agent")


async def reaches(centre: Centre, agent_id: AgentId, conversation_id: str) -> bool:
    """Whether the conversation belongs to a case they may change, or is a case's own."""
    ids = await lists.of_conversations(centre.database, [ConversationId(conversation_id)])
    found = await lists.rows(centre.database, await seeing.among(centre, agent_id, ids.values()))
    return any(may_change(centre, agent_id, row.matter) for row in found)
