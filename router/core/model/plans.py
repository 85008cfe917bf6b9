"""Plans: what an item asks for changes with its age, never with what happens to it."""

from __future__ import annotations

from typing import Any

from router.core.compiler import PlanStep
from router.core.events import ItemRelaxed
from router.core.model.state import State
from router.core.words import LaneId, Ms, PlanId, WorkItemId


def is_known(state: State, plan: PlanId) -> bool:
    return plan in state.plans or LaneId(plan) in state.lanes


def begun(state: State, plan: PlanId) -> dict[str, Any]:
    """The fields of an item that is to follow the plan from its first step on."""
    steps = _steps(state, plan)
    return {"lane": steps[0].lane, "plan": plan if len(steps) > 1 else None, "step": 0}


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
    score = record.score - steps[step].credit_ms + steps[record.step].credit_ms
    state.change_item(item, step=step, lane=steps[step].lane, score=score)
    lane = state.lane(item)
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


def await_step(state: State, item: WorkItemId) -> None:
    """Set the timer of an item that waits for its next step, if there is one."""
    record = state.items[item]
    steps = state.plans[record.plan].steps if record.plan is not None else ()
    if record.step + 1 < len(steps):
        state.set_timer(record.enqueued_at + steps[record.step + 1].at_ms, "relax", item)
