"""Macros, several actions in one key: which there are, who may use them, where they apply, and how they are written."""

from __future__ import annotations

from typing import get_args

import msgspec

from router.core.condition import ATTRIBUTES, compile_condition
from router.core.words import AgentId
from router.engine.audited import note
from router.engine.cases import judging
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.knowledge import checks, hands, matter, teams
from router.engine.knowledge.writing import editing, may_edit
from router.engine.text import message_text, one_line
from router.protocol import macros
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.postgres import macros as stored

MOST_ACTIONS = 12
TITLE_CHARS = 100


async def fetch(centre: Centre, me: AgentId, asked: macros.FetchMacros) -> macros.Macros:
    """Errors: not_yours, unknown_conversation, unknown_case."""
    held = None
    if asked.case_id:
        held = await hands.on_case(centre, me, asked.case_id)
    elif asked.conversation_id:
        held = await hands.on_conversation(centre, me, asked.conversation_id)
    now = await hands.matter_in(centre, held) if held is not None else None
    edits = may_edit(centre, me)
    return macros.Macros(
        macros=[
            _record(row, applies=held is not None and now is not None and _applies(centre, held, now, row))
            for row in await stored.every(centre.database)
            if teams.may_use(centre, me, row.teams)
        ],
        may_edit=edits,
        teams=teams.known(centre) if edits else [],
        assignees=sorted(
            (macros.Assignee(agent_id=each.agent_id, name=each.name) for each in centre.staff if edits),
            key=lambda each: each.name,
        ),
        names=list(ATTRIBUTES),
    )


def _applies(centre: Centre, held: hands.Hands, now: matter.Matter, row: stored.Macro) -> bool:
    """Its condition holds, and what its actions are about is in their hands."""
    if not compile_condition(row.condition).holds(now.facts).holds:
        return False
    wanted = {action["do"] for action in row.actions}
    if wanted.intersection(get_args(macros.ItemAction)) and not held.item:
        return False
    theirs = now.case is not None and judging.may_change(centre, held.me, now.case)
    return theirs or not wanted.intersection(get_args(macros.CaseAction))


def _record(row: stored.Macro, *, applies: bool) -> macros.Macro:
    return macros.Macro(
        macro_id=row.id,
        key=row.key,
        title=row.title,
        keys=row.keys,
        condition=row.condition,
        actions=msgspec.convert(row.actions, list[macros.MacroAction]),
        teams=row.teams,
        revision=row.revision,
        used=row.used,
        applies=applies,
    )


async def put(centre: Centre, me: AgentId, asked: macros.PutMacro) -> macros.Put:
    editing(centre, me)
    before = await stored.by_id(centre.database, asked.macro_id) if asked.macro_id else None
    if asked.macro_id and before is None:
        raise NotFound("unknown_macro")
    if not 0 < len(asked.actions) <= MOST_ACTIONS:
        raise BadRequest("bad_value", f"A macro has 1 to {MOST_ACTIONS} actions.", field="actions", word="actions")
    known = checks.Known(
        database=centre.database,
        policy=centre.policy,
        departments=centre.departments.by_key,
        agents=[each.agent_id for each in centre.staff],
    )
    there = [*teams.known(centre), *(before.teams if before is not None else ())]
    checks.condition(asked.condition, "condition")
    for n, action in enumerate(asked.actions, 1):
        await checks.action(known, action, f"actions.{n}")
    wanted = stored.Macro(
        id=asked.macro_id or new_id("mac"),
        key=asked.key,
        title=one_line(message_text(asked.title, TITLE_CHARS), TITLE_CHARS, field="title"),
        keys=asked.keys,
        condition=asked.condition,
        actions=[msgspec.to_builtins(action) for action in asked.actions],
        teams=checks.teams(there, asked.teams),
        revision=asked.revision,
    )
    revision = await stored.put(centre.database, wanted, at=centre.now())
    if not isinstance(revision, int):
        raise Conflict("macro_exists" if revision == "exists" else "changed_meanwhile")
    await note(centre, me, "macro.put", wanted.id, key=asked.key, revision=revision)
    return macros.Put(thing_id=wanted.id, revision=revision)


async def remove(centre: Centre, me: AgentId, macro_id: str) -> None:
    editing(centre, me)
    if await stored.by_id(centre.database, macro_id) is None:
        raise NotFound("unknown_macro")
    await stored.remove(centre.database, macro_id)
    await note(centre, me, "macro.remove", macro_id)
