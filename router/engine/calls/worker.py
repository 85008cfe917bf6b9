"""Carries out what is to be done about calls: in order within a call, many calls at once, on any node.

An action is claimed for a while, carried out, heard of as a fact, and only then done. A node that dies in between
leaves it to be claimed again.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from router.core.call import actions, facts
from router.core.call.state import CUSTOMER, Call
from router.core.outbound import Refused, TryAgain
from router.core.words import Ms
from router.engine.calls import work
from router.engine.calls.hearing import hear
from router.engine.calls.telephone import GONE
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import backoff_ms, patiently
from router.protocol.errors import Unavailable, UsherError
from router.store.postgres import calls
from router.store.postgres.calls import Claim, Todo

log = structlog.get_logger()

AT_ONCE = 64
LOOKED_EVERY_S = 0.5
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 250, 8_000
TRIES = 7
"""After the last an action is given up, that others may follow. Routing is tried until the stores are there."""
ACTION_S = 9.0
"""Below the time of a claim, so that nobody else begins it meanwhile."""
SHORT_MS = 2_000
"""So long the next try is waited for here; else it is found again by its time."""


async def run(centre: Centre) -> None:
    """For ever; any number of nodes may. What a node began itself it hears of at once, the rest it finds."""
    board, busy, look_at = centre.switchboard, set[str](), 0.0

    async def serve(call_id: str) -> None:
        try:
            await drain(centre, call_id)
        except UsherError as error:
            log.info("call work goes on later", call_id=call_id, code=error.code)
        except Exception:
            log.exception("call work failed", call_id=call_id)
        finally:
            busy.discard(call_id)
            board.working.set()

    async with asyncio.TaskGroup() as serving:

        async def once() -> None:
            nonlocal look_at
            await woken(board.working, LOOKED_EVERY_S)
            found: list[str] = []
            if asyncio.get_running_loop().time() >= look_at:
                found = await calls.with_actions(centre.database, board.lines, now=centre.now(), limit=AT_ONCE)
                look_at = asyncio.get_running_loop().time() + LOOKED_EVERY_S
            for call_id in (*board.to_work, *found):
                if call_id not in busy and len(busy) < AT_ONCE:
                    board.to_work.pop(call_id, None)
                    busy.add(call_id)
                    serving.create_task(serve(call_id), name=f"work on {call_id}")

        await patiently("call work", once)


async def drain(centre: Centre, call_id: str) -> None:
    """Everything that is to be done about a call now."""
    board, done = centre.switchboard, 0
    while (todo := await board.claims.get(Claim(call_id=call_id, done=done, now=centre.now()))) is not None:
        async with board.routing if isinstance(todo.action, work.RoutingAction) else contextlib.nullcontext():
            later_ms = await _carry_out(centre, todo)
        done = todo.id if later_ms is None else 0
        if later_ms is not None and later_ms > SHORT_MS:
            return
        await asyncio.sleep((later_ms or 0) / 1_000)


async def _carry_out(centre: Centre, todo: Todo) -> Ms | None:
    """None: done or given up; else when it is to be tried again, in ms."""
    try:
        async with asyncio.timeout(ACTION_S):
            await _do(centre, todo)
    except Refused as refused:
        if isinstance(todo.action, actions.KeepVoicemail) and todo.attempts < TRIES:  # told of before it can be had
            return await _later(centre, todo, refused.reason, refused)
        await _give_up(centre, todo, refused.code, refused.reason)
    except (TryAgain, Unavailable, TimeoutError) as error:
        reason = str(error) or "time-out"
        if todo.attempts >= TRIES and not isinstance(todo.action, work.RoutingAction):
            await _give_up(centre, todo, "unreachable", reason)
            return None
        return await _later(centre, todo, reason, error)
    except Exception as error:  # a mistake of ours
        log.exception("call action failed", call_id=todo.call.id, key=todo.action.key)
        if todo.attempts < TRIES:
            return await _later(centre, todo, type(error).__name__, error)
        await _give_up(centre, todo, "internal_error", type(error).__name__)
    return None


async def _do(centre: Centre, todo: Todo) -> None:
    """Where the call hears of it, its effect and that it is done are one commit."""
    call, action = todo.call, todo.action
    if isinstance(action, work.RoutingAction):
        await work.carry_out(centre, call, action)
        if isinstance(action, actions.LineUp):
            await hear(centre, call.id, facts.Done(key=action.key), known=call, done=todo.id)
    elif _still_wanted(call, action):
        done = await centre.switchboard.telephone.carry_out(call, action, again=todo.attempts > 1)
        await hear(centre, call.id, done, done=todo.id)


def _still_wanted(call: Call, action: actions.AnyAction) -> bool:
    """Whether it makes sense by now: the leg to be called may be let go, the customer may have asked already."""
    match action:
        case actions.DialLeg() | actions.SetLeg() | actions.PlayTones():
            leg = call.leg(action.label)
            return leg is not None and leg.live and action.room == call.room_name
        case actions.Redirect():
            customer = call.leg(CUSTOMER)
            return customer is not None and customer.live and call.served < action.stage
        case actions.EndLeg():
            leg = call.leg(action.label)
            return leg is None or leg.state != "gone" or action.key.startswith(actions.STRAY)
        case _:
            return True


async def _later(centre: Centre, todo: Todo, reason: str, trouble: Exception) -> Ms:
    wait_ms = backoff_ms(todo.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS, trouble=trouble)
    await calls.action_later(centre.database, todo.id, at=centre.now() + wait_ms, reason=reason)
    return wait_ms


async def _give_up(centre: Centre, todo: Todo, code: str, reason: str) -> None:
    """Parked where people see it, and heard of: the call goes another way."""
    action, label = todo.action, getattr(todo.action, "label", "")
    label = CUSTOMER if isinstance(action, actions.Redirect | actions.Record) else label
    if code != GONE:
        log.warning("call action given up", call_id=todo.call.id, key=action.key, code=code, reason=reason)
    failed = facts.Failed(key=action.key, label=label, reason=code, gone=code == GONE)
    await hear(centre, todo.call.id, failed)
    await calls.action_parked(centre.database, todo.id, reason=f"{code}: {reason}")
