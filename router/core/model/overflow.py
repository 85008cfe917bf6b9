"""Overflow that does not go by age: an item that would have to wait asks for something else, or is offered some."""

from __future__ import annotations

from typing import NamedTuple

from router.core.compiler import Move
from router.core.events import ItemOverflow
from router.core.model.plans import begun, credited_ms
from router.core.model.preference import tell_queued
from router.core.model.state import State
from router.core.words import Ms, WorkItemId


class Came(NamedTuple):
    """An item comes to its queue in this step. expected_ms: how long the half of all would wait; -1: unknown."""

    expected_ms: Ms = -1


def overflow(state: State, now: Ms, item: WorkItemId, came: Came | None) -> bool:
    """Carry out the first rule that holds for an item that would have to wait; whether it is to be placed anew."""
    record = state.items[item]
    for move in state.plans[record.plan].moves if record.plan else ():
        fact = _fact(state, now, item, move, came)
        if fact is not None:
            _carry_out(state, now, item, move, fact)
            return move.plan is not None
    return False


def may_be_alone(state: State, item: WorkItemId) -> bool:
    """Whether a rule for when nobody is signed in is left for the item."""
    record = state.items[item]
    moves = state.plans[record.plan].moves if record.plan else ()
    return not record.alone and any(move.when == "nobody_signed_in" for move in moves)


def _fact(state: State, now: Ms, item: WorkItemId, move: Move, came: Came | None) -> int | None:
    """What counts, if the rule holds; else None."""
    lane = state.lane(item)
    if move.when == "nobody_signed_in":
        deserted = state.deserted.get((lane.queue, lane.channel))
        holds = deserted is not None and now >= deserted.due and not state.items[item].alone
        return now - deserted.since if deserted and holds else None
    if came is None:
        return None
    fact = came.expected_ms if move.when == "expected_wait" else _waiting(state, item)
    return fact if fact >= move.least else None


def _waiting(state: State, item: WorkItemId) -> int:
    """How many others wait in the item's queue."""
    queue = state.lane(item).queue
    others = (other for other, record in state.items.items() if record.state == "waiting" and other != item)
    return sum(state.lane(other).queue == queue for other in others)


def _carry_out(state: State, now: Ms, item: WorkItemId, move: Move, fact: int) -> None:
    record, lane = state.items[item], state.lane(item)
    state.events.append(
        ItemOverflow(at=now, item=item, queue=lane.queue, when=move.when, action=move.action, fact=fact)
    )
    alone = move.when == "nobody_signed_in"
    if move.plan is not None:
        score = record.score + credited_ms(state, item)
        state.change_item(item, **begun(state, move.plan), score=score)
        if state.lane(item).channel not in state.settings.visit_ms:
            state.drop_timer("visit", item)  # its customer need not stay
        tell_queued(state, now, item, "overflow")
    state.change_item(item, overflow=move.action, alone=alone)
