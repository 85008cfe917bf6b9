"""Other departments: a step is a post in their channel; their thread is notes in our conversation, and back.

The agent stays responsible and sees every answer. Private by default: nothing leaves but what the agent wrote into the
step. Steps and posts are durable together; whichever node is alive posts, reminds and hears.
"""

from __future__ import annotations

import asyncio
from hashlib import blake2b

import structlog

from config.departments import Department
from router.core.inbound import InboundMessage
from router.core.outbound import NotSent
from router.core.words import AgentId, ConversationId
from router.engine import conversations, talk
from router.engine.carriers import Carrier
from router.engine.cases import judging as case_rights
from router.engine.centre import Centre
from router.engine.text import message_text, one_line
from router.protocol import steps as shown
from router.protocol.errors import Conflict, Forbidden, NotFound
from router.store.postgres import messages
from router.store.postgres import steps as stored

log = structlog.get_logger()

SUBJECT_CHARS, EXCERPT_CHARS, REPLY_CHARS = 150, 8_000, 4_000
NAMED_WITHIN_S = 2.0
MOST_REFERENCES = 20
FIRST_REMINDER = 0.75
"""At this share of the time it has, a step nobody has taken or answered is told of again."""
CHOICES: tuple[tuple[str, stored.State, str], ...] = (
    ("take", "taken", "I take it"),
    ("done", "done", "Done"),
    ("info", "info_needed", "Need more information"),
)
"""What its buttons say: the word that comes back, the state it means, the label."""
WORDS = {"taken": "took the step", "done": "says it is done", "info_needed": "needs more information"}


# ---------------------------------------------------------------- what agents do


async def open_step(centre: Centre, agent_id: AgentId, asked: shown.OpenStep) -> None:
    """Errors: unknown_department, not_yours, text_empty, text_too_long."""
    department = centre.departments.by_key.get(asked.department)
    if department is None:
        raise NotFound("unknown_department")
    await _responsible(centre, agent_id, asked.conversation_id)
    now, due_s = centre.now(), asked.due_s or department.due_s
    due_at = now + due_s * 1_000
    step = stored.Step(
        id="step_" + blake2b(f"{asked.conversation_id}\n{asked.client_id}".encode(), digest_size=12).hexdigest(),
        conversation_id=ConversationId(asked.conversation_id),
        department=department.key,
        subject=one_line(asked.subject, SUBJECT_CHARS, field="subject"),
        excerpt=message_text(asked.excerpt, EXCERPT_CHARS),
        opened_by=agent_id,
        opened_at=now,
        due_at=due_at,
        changed_at=now,
        next_at=now + round(due_s * 1_000 * FIRST_REMINDER),
    )
    kept = await stored.open_(centre.database, step, post_of(department, step.id, "open", "open", ""))
    await note(centre, kept, f"→ {department.label}: {kept.subject}\n{kept.excerpt}", agent_id, once=kept.id)
    centre.exchange.something_to_post.set()
    await tell(centre, kept)


async def reply(centre: Centre, agent_id: AgentId, asked: shown.ReplyToStep) -> None:
    """Errors: unknown_step, not_yours, text_empty, text_too_long."""
    step = await _known(centre, agent_id, asked.step_id)
    text = message_text(asked.text, REPLY_CHARS)
    department = centre.departments.by_key.get(step.department)
    if department is not None:
        name = centre.staff.name_of(agent_id)
        post = post_of(department, step.id, f"said:{asked.client_id}", "reply", f"{name}: {text}")
        await stored.post(centre.database, post, now=centre.now())
        centre.exchange.something_to_post.set()
    await note(centre, step, f"→ {label_of(centre, step)}: {text}", agent_id, once=f"{step.id}:{asked.client_id}"[:64])
    if step.state == "info_needed":
        await _change(centre, step, "taken" if step.owner_name else "open", owner_name=None, by="")


async def close_step(centre: Centre, agent_id: AgentId, asked: shown.CloseStep) -> None:
    """Errors: unknown_step, not_yours."""
    step = await _known(centre, agent_id, asked.step_id)
    state: stored.State = "done" if asked.done else "cancelled"
    await _change(centre, step, state, owner_name=None, by=centre.staff.name_of(agent_id), once=agent_id)


async def fetch(centre: Centre, conversation_id: str) -> shown.Steps:
    steps = await stored.of_conversation(centre.database, ConversationId(conversation_id))
    return shown.Steps(
        steps=[record(step) for step in steps],
        departments=[
            shown.DepartmentChoice(key=each.key, label=each.label, due_s=each.due_s)
            for each in centre.departments.by_key.values()
        ],
    )


def record(step: stored.Step) -> shown.Step:
    return shown.Step(
        step_id=step.id,
        conversation_id=step.conversation_id,
        department=step.department,
        subject=step.subject,
        excerpt=step.excerpt,
        state=step.state,
        owner_name=step.owner_name,
        opened_at=step.opened_at,
        due_at=step.due_at,
        changed_at=step.changed_at,
        reminders=step.reminders,
        posted=bool(step.posted_at),
    )


async def _responsible(centre: Centre, agent_id: AgentId, conversation_id: str) -> None:
    """Raises Forbidden unless the conversation or its case is theirs, or they supervise."""
    colleague = centre.staff.get(agent_id)
    if colleague is not None and colleague.role != "agent":
        return
    if not await conversations.has(centre, agent_id, conversation_id) and not await case_rights.reaches(
        centre, agent_id, conversation_id
    ):
        raise Forbidden("not_yours")


async def _known(centre: Centre, agent_id: AgentId, step_id: str) -> stored.Step:
    step = await stored.by_id(centre.database, step_id)
    if step is None:
        raise NotFound("unknown_step")
    await _responsible(centre, agent_id, step.conversation_id)
    return step


# ---------------------------------------------------------------- what departments do


async def heard(centre: Centre, carrier: Carrier, said: InboundMessage) -> None:
    """Somebody of a department pressed a button of a step, or wrote in its thread. Anything else is not for us."""
    pressed, _, step_id = said.choice.partition(":")
    state = next((state for word, state, _ in CHOICES if word == pressed), None)
    here = _departments_at(centre, carrier, said.place)
    if said.placeholder == "button" and state is not None:
        step = await stored.by_id(centre.database, step_id)
        if step is not None and step.department in here:
            await press(centre, step, state, by=await _name(carrier, said), once=said.external_id)
        return
    step = await stored.of_post(centre.database, here, said.in_reply_to) if said.in_reply_to else None
    if step is not None and said.text and not said.deletes:
        await say(centre, step, said.text, by=await _name(carrier, said), once=said.external_id)


async def heard_by_mail(centre: Centre, carrier: Carrier, said: InboundMessage) -> bool:
    """Whether a mail answers one of ours to a department: then it is a note, and no customer's."""
    mail = said.mail
    here = [each.key for each in centre.departments.by_key.values() if each.account == carrier.account.key]
    if mail is None or not here:
        return False
    for message_id in reversed(mail.references[-MOST_REFERENCES:]):
        step = await stored.of_post(centre.database, here, message_id)
        if step is None:
            continue
        if said.opens and said.text.strip():
            by = f"{said.sender_name} <{said.sender}>" if said.sender_name else said.sender
            await say(centre, step, said.text[:EXCERPT_CHARS], by=by, once=said.external_id)
        return True
    return False


async def press(centre: Centre, step: stored.Step, state: stored.State, *, by: str, once: str) -> None:
    """Somebody of the department takes it, says it is done, or asks for more."""
    await _change(centre, step, state, owner_name=by if state == "taken" else None, by=by, once=once)


async def say(centre: Centre, step: stored.Step, text: str, *, by: str, once: str) -> None:
    """Somebody of the department says something."""
    await note(centre, step, f"{by} ({label_of(centre, step)}): {text}", "", once=digest(once))


def _departments_at(centre: Centre, carrier: Carrier, place: str) -> list[str]:
    return [
        each.key
        for each in centre.departments.by_key.values()
        if each.account == carrier.account.key and each.place == place
    ]


async def _name(carrier: Carrier, said: InboundMessage) -> str:
    """What they are called; their id when that is not told at once, as all that comes in waits for it."""
    try:
        async with asyncio.timeout(NAMED_WITHIN_S):
            return said.sender_name or await carrier.name_of(said.sender) or said.sender
    except (NotSent, TimeoutError):
        return said.sender


async def _change(
    centre: Centre, step: stored.Step, state: stored.State, *, owner_name: str | None, by: str, once: str = ""
) -> None:
    """Another state: told in the post, in the notes and to the agent. once: names it; the same again goes on with what
    was not done the first time."""
    department, now = centre.departments.by_key.get(step.department), centre.now()
    named = f"{state}:{once or now}"
    post = post_of(department, step.id, named, "update", "") if department is not None else None
    changed = await stored.change(centre.database, step.id, state, owner_name=owner_name, now=now, post=post)
    if changed is None:
        return
    centre.exchange.something_to_post.set()
    if state in WORDS and by:
        text = f"{by} ({label_of(centre, step)}) {WORDS[state]}: {step.subject}"
        await note(centre, changed, text, "", once=digest(f"{step.id}:{named}"))
    await tell(centre, changed)


async def note(centre: Centre, step: stored.Step, text: str, author_id: str, *, once: str) -> None:
    """A note of the conversation, though it be closed; once."""
    draft = messages.Draft(
        conversation_id=step.conversation_id,
        kind="note",
        author="agent" if author_id else "system",
        author_id=author_id or f"department:{step.department}"[:64],
        author_name=centre.staff.name_of(AgentId(author_id)) if author_id else label_of(centre, step),
        text=text,
        client_id=once,
        at=centre.now(),
        even_closed=True,
    )
    try:
        await conversations.append(centre, draft)
    except (NotFound, Conflict):
        log.warning("note of a step not kept", step_id=step.id)


async def tell(centre: Centre, step: stored.Step) -> None:
    """Whoever looks at its conversation, of how it is by now: another node may have told of what came after."""
    now = await stored.by_id(centre.database, step.id) or step
    await centre.say(talk.StepSaid(conversation_id=now.conversation_id, step=record(now)))


def label_of(centre: Centre, step: stored.Step) -> str:
    """What its department is called."""
    department = centre.departments.by_key.get(step.department)
    return department.label if department is not None else step.department


def digest(text: str) -> str:
    """As short as a client_id may be."""
    return blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()


# ---------------------------------------------------------------- posts


def post_of(department: Department, step_id: str, once: str, kind: stored.PostKind, text: str) -> stored.Post:
    """What is to be posted about a step; the same `once` is the same post."""
    return stored.Post(
        key=f"{step_id}:{once}",
        step_id=step_id,
        account=department.account,
        place=department.place,
        kind=kind,
        text=text,
    )
