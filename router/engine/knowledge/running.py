"""Macros carried out: one action after another, each once in effect, or none of them.

What was tried is durable after each action. A run that breaks off (its node ends, a store is away) is gone on with by
any node; what was in flight then is done again, and every action is such that twice is once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import blake2b

import msgspec
import structlog

from router.core.condition import compile_condition
from router.core.words import AgentId
from router.engine.audited import note
from router.engine.centre import Centre
from router.engine.knowledge import hands, matter
from router.engine.knowledge.acting import ready
from router.engine.knowledge.teams import may_use
from router.engine.patience import alone, patiently
from router.protocol import macros
from router.protocol.errors import BadRequest, Conflict, NotFound, Unavailable, UsherError
from router.store.postgres import macros as stored

log = structlog.get_logger()

LOOKED_EVERY_S = 5.0
ENDING = ("hand_over", "wrap_up", "close", "move")
"""After these the item, or the case, is perhaps not the agent's any more."""
GONE = ("not_yours", "unknown_work_item", "wrong_state", "conversation_closed")
"""What an ending action that was carried out already is answered with when it is tried again."""


async def run(centre: Centre, me: AgentId, asked: macros.RunMacro) -> macros.MacroRan:
    """Errors: unknown_macro, unknown_case, not_yours, wrong_state, bad_value."""
    run_id = "mr_" + blake2b(f"{me}\n{asked.client_id}".encode(), digest_size=12).hexdigest()
    begun = await stored.run_by_id(centre.database, run_id)
    if begun is None:
        wanted, now = await _wanted(centre, me, asked, run_id)
        foreseen = await _foreseen(centre, wanted, now)
        if any(outcome.outcome == "refused" for outcome in foreseen):
            return macros.MacroRan(outcomes=foreseen)
        if await stored.begin(centre.database, wanted):
            await note(centre, me, "macro.run", asked.macro_id, work_item_id=asked.work_item_id, case_id=asked.case_id)
            return await _go_on(centre, wanted)
        begun = await stored.run_by_id(centre.database, run_id)
    if begun is not None and begun.over:
        return macros.MacroRan(outcomes=msgspec.convert(begun.outcomes, list[macros.MacroOutcome]))
    claimed = await stored.claim(centre.database, now=centre.now(), run_id=run_id)
    if not claimed:  # under way in another place
        raise Unavailable("unavailable")
    return await _go_on(centre, claimed[0], again=True)


# ---------------------------------------------------------------- before


async def _wanted(centre: Centre, me: AgentId, asked: macros.RunMacro, run_id: str) -> tuple[stored.Run, matter.Matter]:
    macro = await stored.by_id(centre.database, asked.macro_id)
    if macro is None or not may_use(centre, me, macro.teams):
        raise NotFound("unknown_macro")
    if (asked.work_item_id == "") == (asked.case_id == ""):
        raise BadRequest("bad_value", "A work item or a case.", field="work_item_id")
    if asked.case_id:
        held = await hands.on_case(centre, me, asked.case_id)
    else:
        held = await hands.with_item(centre, me, asked.work_item_id)
    now = await hands.matter_in(centre, held)
    if not compile_condition(macro.condition).holds(now.facts).holds:
        raise Conflict("wrong_state", "This macro does not apply here.")
    wanted = stored.Run(
        id=run_id,
        macro_id=macro.id,
        agent_id=me,
        conversation_id=held.conversation_id,
        work_item_id=held.item,
        case_id=held.case_id,
        language=now.language,
        actions=macro.actions,
        outcomes=[],
        begun_at=centre.now(),
    )
    return wanted, now


async def _foreseen(centre: Centre, wanted: stored.Run, now: matter.Matter) -> list[macros.MacroOutcome]:
    """What would become of each action as things are now; one that is possible is not done yet."""
    held = _hands(wanted)
    foreseen = []
    for action in _actions(wanted):
        outcome = macros.MacroOutcome(do=action.do, outcome="not_done", code="")
        if not compile_condition(action.when).holds(now.facts).holds:
            outcome = macros.MacroOutcome(do=action.do, outcome="passed_over", code="")
        elif code := await _obstacle(centre, held, now, action):
            outcome = macros.MacroOutcome(do=action.do, outcome="refused", code=code)
        foreseen.append(outcome)
    return foreseen


async def _obstacle(centre: Centre, held: hands.Hands, now: matter.Matter, action: macros.MacroAction) -> str:
    """Why it would be refused; "" when nothing is known against it. Raises Unavailable."""
    try:
        await ready(centre, held, now, action)
    except Unavailable:
        raise
    except UsherError as refused:
        return refused.code
    return ""


# ---------------------------------------------------------------- under way


async def _go_on(centre: Centre, begun: stored.Run, *, again: bool = False) -> macros.MacroRan:
    """Carry out what is left. again: the first of it may have been carried out, and not told."""
    actions = _actions(begun)
    outcomes = msgspec.convert(begun.outcomes, list[macros.MacroOutcome])
    for n in range(len(outcomes), len(actions)):
        outcome = await _try(centre, begun, n, actions[n], again=again)
        again = False
        outcomes.append(outcome)
        if outcome.outcome == "refused":
            outcomes += [macros.MacroOutcome(do=each.do, outcome="not_done", code="") for each in actions[n + 1 :]]
        over = len(outcomes) == len(actions)
        await stored.tried(centre.database, begun.id, _kept(outcomes), over=over, now=centre.now())
        if over:
            break
    return macros.MacroRan(outcomes=outcomes)


async def _try(
    centre: Centre, begun: stored.Run, n: int, action: macros.MacroAction, *, again: bool
) -> macros.MacroOutcome:
    """Raises Unavailable when a store is away: the run goes on later."""
    try:
        held = _hands(begun)
        now = await hands.matter_in(centre, held)
        if not compile_condition(action.when).holds(now.facts).holds:
            return macros.MacroOutcome(do=action.do, outcome="passed_over", code="")
        deed = await ready(centre, held, now, action)
        await deed(f"{begun.id}:{n}")
    except Unavailable:
        raise
    except UsherError as refused:
        if not (again and action.do in ENDING and refused.code in GONE):
            return macros.MacroOutcome(do=action.do, outcome="refused", code=refused.code)
    return macros.MacroOutcome(do=action.do, outcome="done", code="")


def _hands(begun: stored.Run) -> hands.Hands:
    return hands.Hands(
        me=AgentId(begun.agent_id),
        item=begun.work_item_id,
        conversation_id=begun.conversation_id,
        case_id=begun.case_id,
    )


def _actions(begun: stored.Run) -> list[macros.MacroAction]:
    return msgspec.convert(begun.actions, list[macros.MacroAction])


def _kept(outcomes: Sequence[macros.MacroOutcome]) -> list[dict[str, str]]:
    return [msgspec.to_builtins(outcome) for outcome in outcomes]


async def run_going_on(centre: Centre) -> None:
    """Go on with runs that broke off, on whichever node, for ever."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        for begun in await stored.claim(centre.database, now=centre.now()):
            log.info("macro goes on", run_id=begun.id, tried=len(begun.outcomes))
            with alone("macros", run_id=begun.id):
                await _go_on(centre, begun, again=True)

    await patiently("macros", once)
