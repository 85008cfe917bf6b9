"""What the actions of macros do: each is made ready first, so that what cannot be is known before anything is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from router.core import template
from router.core.cases.matter import Entry, Turn
from router.core.cases.matter import Matter as Case
from router.core.words import ConversationId, WorkItemId
from router.engine import conversations, departments, offers
from router.engine.cases import answering, changing, judging, line, telling
from router.engine.centre import Centre
from router.engine.knowledge import matter
from router.engine.knowledge.checks import ME
from router.engine.knowledge.hands import Hands
from router.engine.knowledge.searching import STAFF
from router.protocol.cases import Changes
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.protocol.macros import MacroAction
from router.protocol.steps import OpenStep
from router.store.postgres import articles, quick_texts
from router.store.postgres.cases import held

MOST_LABELS = 20

Deed: TypeAlias = Callable[[str], Awaitable[object]]
"""Carries an action out. Twice by the same name is once; it raises what could not be known before."""


async def ready(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction) -> Deed:
    """Raises UsherError: it would be refused."""
    match action.do:
        case "send" | "note":
            text = await _text(centre, action, now)
            said = _said_of_case if hands.case_id else _said
            return said(centre, hands, now, action, text)
        case "hand_over" | "wrap_up" | "close":
            return _of_item(centre, hands, now, action)
        case "open_step":
            return _step(centre, hands, now, action)
        case "link_article":
            return await _article(centre, hands, now, action)
        case _:
            return _change(centre, hands, now, action)


def _said(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction, text: str) -> Deed:
    row, note = now.conversation, action.do == "note"
    if row is None or (row.state != "open" and not note):
        raise Conflict("conversation_closed")
    return lambda once: conversations.agent_says(centre, hands.me, row.id, once, text, note=note)


def _said_of_case(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction, text: str) -> Deed:
    case = _mine(centre, hands, now)
    if action.do == "note":
        return lambda once: line.note(centre, hands.me, case, text, once=once)
    if now.conversation is None:
        raise Conflict("nowhere_to_answer")
    return lambda once: answering.say(centre, hands.me, case.id, text, once=once)


def _of_item(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction) -> Deed:
    item = WorkItemId(hands.item)
    if not item:
        raise Conflict("wrong_state")
    match action.do:
        case "hand_over":
            judging.known_words(centre, queue=action.value)
            filled = template.fill(action.text, now.values).text
            return lambda _: offers.transfer_to_queue(centre, hands.me, item, action.value, filled)
        case "wrap_up":
            return lambda _: offers.wrap_up(centre, hands.me, item)
        case _:
            return lambda _: offers.complete(centre, hands.me, item, action.value)


# ---------------------------------------------------------------- cases


def _mine(centre: Centre, hands: Hands, now: matter.Matter) -> Case:
    """Raises NotFound when there is none, Forbidden when it is not theirs to change."""
    if now.case is None:
        raise NotFound("unknown_case")
    judging.require(centre, hands.me, now.case)
    return now.case


def _change(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction) -> Deed:
    case = _mine(centre, hands, now)
    changes = _changes(hands, case, action)
    judging.known_words(
        centre, case_type=changes.case_type or "", queue=changes.queue or "", owner_id=changes.owner_id or ""
    )
    return lambda _: changing.by_hand(centre, hands.me, case.id, changes, revision=None)


def _changes(hands: Hands, case: Case, action: MacroAction) -> Changes:
    value = action.value
    match action.do:
        case "set_status":
            return Changes(status=value)  # type: ignore[arg-type]  # it was checked when it was written
        case "set_priority":
            return Changes(priority=value)  # type: ignore[arg-type]
        case "set_type":
            return Changes(case_type=value)
        case "assign":
            return Changes(owner_id=hands.me if value == ME else value)
        case "move":
            return Changes(queue=value, owner_id="")
        case "label":
            return Changes(labels=_with_label(case, value))
        case "close_case":
            return Changes(status="closed", labels=_with_label(case, value) if value else None)
        case _:
            raise AssertionError(action.do)


def _with_label(case: Case, label: str) -> list[str]:
    labels = list(dict.fromkeys((*case.labels, label)))
    if len(labels) > MOST_LABELS:
        raise BadRequest("bad_value", "It has as many labels as there can be.", field="labels")
    return labels


def _step(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction) -> Deed:
    if action.value not in centre.departments.by_key:
        raise NotFound("unknown_department")
    row = now.conversation
    place = ConversationId(_mine(centre, hands, now).conversation_id) if hands.case_id or row is None else row.id
    subject, excerpt = _filled(action.subject, now), _filled(action.text, now)

    def deed(once: str) -> Awaitable[object]:
        asked = OpenStep(
            id=0, conversation_id=place, client_id=once, department=action.value, subject=subject, excerpt=excerpt
        )
        return departments.open_step(centre, hands.me, asked)

    return deed


async def _article(centre: Centre, hands: Hands, now: matter.Matter, action: MacroAction) -> Deed:
    case = _mine(centre, hands, now)
    known = await articles.by_key(centre.database, action.value)
    shown = await articles.shown(centre.database, [known.id], now.language, STAFF) if known is not None else {}
    if known is None or known.id not in shown:
        raise NotFound("unknown_article")
    told = Entry(
        kind="linked",
        at=centre.now(),
        by=hands.me,
        word="article",
        subject=known.id,
        changes=(("title", "", shown[known.id].title),),
        key=f"article:{known.id}",
    )

    async def deed(_: str) -> None:
        await held.note(centre.database, case.id, told)
        await telling.tell(centre, Turn(matter=case))

    return deed


# ---------------------------------------------------------------- words


async def _text(centre: Centre, action: MacroAction, now: matter.Matter) -> str:
    text = action.text
    if action.do == "send" and action.quick_text:
        row = await quick_texts.by_short(centre.database, action.quick_text)
        if row is None:
            raise NotFound("unknown_quick_text")
        _, text = matter.in_language(row.texts, now.language)
    return _filled(text, now)


def _filled(text: str, now: matter.Matter) -> str:
    """Nobody reads it before it is sent: what is missing refuses it."""
    filled = template.fill(text, now.values)
    if filled.missing:
        raise BadRequest("bad_value", "Something is not known.", missing=", ".join(filled.missing))
    return filled.text
