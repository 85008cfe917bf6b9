"""Plans: what an item asks for changes with its age, never with what happens to it."""

from __future__ import annotations

from typing import Any

from router.core.compiler import PlanStep
from router.core.events import ItemOverflow, ItemRelaxed
from router.core.model.state import State
from router.core.words import LaneId, Ms, PlanId, WorkItemId


def is_known(state: State, plan: PlanId) -> bool:
    return plan in state.plans or LaneId(plan) in state.lanes


def begun(state: State, plan: PlanId) -> dict[str, Any]:
    """The fields of an item that is to follow the plan from its first step on."""
    first = _steps(state, plan)[0]
    return {
        "lane": first.lane,
        "plan": plan if plan in state.plans else None,
        "step": 0,
        "overflow": "",
        "alone": False,
    }


def credited_ms(state: State, item: WorkItemId) -> Ms:
    """Waiting credited by the step of its plan at which the item is."""
    record = state.items[item]
    return state.plans[record.plan].steps[record.step].credit_ms if record.plan else 0


def _steps(state: State, plan: PlanId) -> tuple[PlanStep, ...]:
    known = state.plans.get(plan)
    return known.steps if known else (PlanStep(at_ms=0, lane=LaneId(plan), first=0),)


def preferred_lanes(state: State, item: WorkItemId) -> list[tuple[int, LaneId]]:
    """The steps whose agents may take the item now, best first, each with its lane."""
    record = state.items[item]
    if record.plan is None:
        return [(0, record.lane)]
    steps = state.plans[record.plan].steps
    return [(number, steps[number].lane) for number in range(steps[record.step].first, record.step + 1)]


def advance(state: State, now: Ms, item: WorkItemId) -> None:
    """Bring an item that is to wait to the step of its age."""
    record = state.items[item]
    if record.plan is None:
        return
    steps = state.plans[record.plan].steps
    step = max(number for number, step in enumerate(steps) if record.enqueued_at + step.at_ms <= now or number == 0)
    if step <= record.step:
        return
    for passed in steps[record.step + 1 : step + 1]:
        if passed.action is not None:
            _tell_overflow(state, now, item, passed)
    score = record.score - steps[step].credit_ms + steps[record.step].credit_ms
    state.change_item(item, step=step, lane=steps[step].lane, score=score)
    lane = state.lane(item)
    if lane.channel not in state.settings.visit_ms:
        state.drop_timer("visit", item)  # its customer need not stay
    state.events.append(
        ItemRelaxed(
            at=now,
            item=item,
            plan=record.plan,
            step=step,
            queue=lane.queue,
            lane=steps[step].lane,
            channel=lane.channel,
            weight=lane.weight,
            score=score,
            enqueued_at=record.enqueued_at,
        )
    )


def _tell_overflow(state: State, now: Ms, item: WorkItemId, step: PlanStep) -> None:
    assert step.action is not None
    queue, age = state.lane(item).queue, now - state.items[item].enqueued_at
    state.change_item(item, overflow=step.action)
    state.events.append(ItemOverflow(at=now, item=item, queue=queue, when="age", action=step.action, fact=age))


def await_step(state: State, item: WorkItemId) -> None:
    """Set the timer of an item that waits for its next step, if there is one; else it has none any more."""
    record = state.items[item]
    steps = state.plans[record.plan].steps if record.plan is not None else ()
    if record.step + 1 < len(steps):
        state.set_timer(record.enqueued_at + steps[record.step + 1].at_ms, "relax", item)
    else:
        state.drop_timer("relax", item)
