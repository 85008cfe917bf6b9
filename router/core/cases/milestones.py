"""Milestones: clocks of a case that count working time, pause, warn, and are met or missed.

A clock that runs has the working time it has left and since when it runs; when it is due follows from that and the
hours. So a pause costs nothing but a subtraction, and a change of the hours holds from the next start on.
Which clocks run follows from what happens to the case (`begun`, `customer_wrote`, `answered`, `in_status`).
Pure: times are arguments, in ms of store time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from router.core.cases.policy import Action, CaseStatus, Goal, MilestoneKind, Plan
from router.core.hours import Hours, after_open, open_ms
from router.core.words import Ms

State = Literal["running", "paused", "met", "missed", "ended"]
Word = Literal["started", "paused", "resumed", "met", "met_late", "warned", "missed", "ended"]
OPEN: tuple[State, ...] = ("running", "paused", "missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """left_ms: working time left at `since`, when it last began to run; below 0 once it is over.

    due_at, warn_at: None: it does not run, never comes due, or was warned of. late: it was or is missed.
    """

    kind: MilestoneKind
    number: int = 1
    state: State = "running"
    started_at: Ms
    since: Ms
    left_ms: Ms
    due_at: Ms | None = None
    warn_at: Ms | None = None
    ended_at: Ms | None = None
    late: bool = False

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Happened:
    """word: what became of a milestone. at: when, which may be before it was noticed."""

    milestone: Milestone
    word: Word
    at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The milestones of a case, by kind and number, and what a change made of them."""

    plan: Plan | None
    hours: Hours | None
    milestones: tuple[Milestone, ...] = ()
    happened: tuple[Happened, ...] = field(default=(), compare=False)

    def next_at(self) -> Ms | None:
        """When something is to be looked at next: a warning or a deadline."""
        times = [at for each in self.milestones if each.state == "running" for at in (each.warn_at, each.due_at) if at]
        return min(times, default=None)

    def due_at(self) -> Ms | None:
        """The next deadline of what is still to be done, the past included."""
        return min((each.due_at for each in self.milestones if each.open and each.due_at is not None), default=None)

    def late(self) -> bool:
        return any(each.late for each in self.milestones)

    def of(self, kind: MilestoneKind) -> Milestone | None:
        """The newest of its kind."""
        return max((each for each in self.milestones if each.kind == kind), key=lambda each: each.number, default=None)

    def actions(self) -> tuple[tuple[Happened, Action], ...]:
        """What the plan wants done about what happened; a success that comes late is a success all the same."""
        goals: Mapping[MilestoneKind, Goal] = self.plan.goals if self.plan is not None else {}
        return tuple(
            (each, action)
            for each in self.happened
            if each.milestone.kind in goals
            for action in _wanted(goals[each.milestone.kind], each.word)
        )


def _wanted(goal: Goal, word: Word) -> tuple[Action, ...]:
    match word:
        case "warned":
            return goal.on_warning
        case "missed":
            return goal.on_violation
        case "met" | "met_late":
            return goal.on_success
        case _:
            return ()


Change: TypeAlias = Callable[[Clocks, Milestone, Ms], tuple[Milestone, Word | None]]
Holds: TypeAlias = Callable[[str], bool]

# ---------------------------------------------------------------- what happens to a case


def begun(clocks: Clocks, at: Ms, status: CaseStatus) -> Clocks:
    """The case begins: first response and resolution start."""
    for kind in ("first_response", "resolution"):
        clocks = _start(clocks, kind, at, status)
    return clocks


def customer_wrote(clocks: Clocks, at: Ms, status: CaseStatus) -> Clocks:
    """The customer waits for an answer, unless they wait for one already."""
    first, following = clocks.of("first_response"), clocks.of("next_response")
    if (first is not None and first.open) or (following is not None and following.open):
        return clocks
    return _start(clocks, "next_response", at, status)


def answered(clocks: Clocks, at: Ms) -> Clocks:
    """A person answered the customer."""
    return _end(clocks, ("first_response", "next_response"), at, met=True)


def in_status(clocks: Clocks, at: Ms, status: CaseStatus, *, before: CaseStatus) -> Clocks:
    """The case has another status: clocks stand still or go on; closing meets the resolution and ends the others."""
    if status == "closed":
        return _end(_end(clocks, ("resolution",), at, met=True), ("first_response", "next_response"), at, met=False)
    if before == "closed":
        return _start(clocks, "resolution", at, status)
    clocks = rung(clocks, at)  # what is over is over: no pause saves it
    stand_still = clocks.plan is not None and status in clocks.plan.pause_in
    return _each(clocks, at, _pause if stand_still else _resume)


def replanned(clocks: Clocks, plan: Plan | None, hours: Hours | None, at: Ms, status: CaseStatus) -> Clocks:
    """Another plan fits now: open clocks go on with its goals, counted from where they began."""
    clocks = rung(clocks, at)
    moved = replace(clocks, plan=plan, hours=hours)
    kept: list[Milestone] = []
    for each in clocks.milestones:
        goal = plan.goals.get(each.kind) if plan is not None else None
        if not each.open:
            kept.append(each)
        elif goal is None:
            moved, ended = _tell(
                moved, replace(_still(each, clocks.hours, at), state="ended", ended_at=at), "ended", at
            )
            kept.append(ended)
        else:
            spent_ms = _spent(clocks, each, at)
            fresh = replace(each, since=max(at, each.since), left_ms=goal.in_ms - spent_ms)
            kept.append(_due(fresh, goal, hours) if each.state == "running" else each if each.late else fresh)
    moved = replace(moved, milestones=tuple(kept))
    if status != "closed":
        for kind in ("first_response", "resolution"):
            if moved.of(kind) is None:
                moved = _start(moved, kind, at, status)
        stand_still = plan is not None and status in plan.pause_in
        moved = _each(moved, at, _pause if stand_still else _resume)
    return moved


def rung(clocks: Clocks, at: Ms) -> Clocks:
    """Whatever was due by now has come: warnings and then deadlines, though nobody looked in between."""
    return _each(_each(clocks, at, _warn), at, _miss)


# ---------------------------------------------------------------- one clock


def _start(clocks: Clocks, kind: MilestoneKind, at: Ms, status: CaseStatus) -> Clocks:
    """Begin a clock of the kind; what does not repeat begins once. sequential: not before the last one's end."""
    plan, last = clocks.plan, clocks.of(kind)
    goal = plan.goals.get(kind) if plan is not None else None
    if plan is None or goal is None or (last is not None and (goal.repeats == "none" or last.open)):
        return clocks
    since = at
    if last is not None and goal.repeats == "sequential" and last.due_at is not None:
        since = max(at, last.due_at)
    number = last.number + 1 if last is not None else 1
    fresh = _due(
        Milestone(kind=kind, number=number, started_at=at, since=since, left_ms=goal.in_ms), goal, clocks.hours
    )
    clocks, fresh = _tell(clocks, fresh, "started", at)
    clocks = replace(clocks, milestones=(*clocks.milestones, fresh))
    return _each(clocks, at, _pause) if status in plan.pause_in else clocks


def _end(clocks: Clocks, kinds: Sequence[MilestoneKind], at: Ms, *, met: bool) -> Clocks:
    clocks = rung(clocks, at)
    ended: list[Milestone] = []
    for each in clocks.milestones:
        if not each.open or each.kind not in kinds:
            ended.append(each)
            continue
        over = replace(_still(each, clocks.hours, at), state="met" if met else "ended", ended_at=at, warn_at=None)
        word: Word = ("met_late" if each.late else "met") if met else "ended"
        clocks, over = _tell(clocks, over, word, at)
        ended.append(over)
    return replace(clocks, milestones=tuple(ended))


def _pause(clocks: Clocks, each: Milestone, at: Ms) -> tuple[Milestone, Word | None]:
    """One that is missed is not to be saved by a pause."""
    if each.state != "running":
        return each, None
    return replace(_still(each, clocks.hours, at), state="paused", due_at=None, warn_at=None), "paused"


def _resume(clocks: Clocks, each: Milestone, at: Ms) -> tuple[Milestone, Word | None]:
    goal = clocks.plan.goals.get(each.kind) if clocks.plan is not None else None
    if each.state != "paused" or goal is None:
        return each, None
    return _due(replace(each, state="running", since=max(at, each.since)), goal, clocks.hours), "resumed"


def _warn(clocks: Clocks, each: Milestone, at: Ms) -> tuple[Milestone, Word | None]:
    if each.state != "running" or each.warn_at is None or each.warn_at > at:
        return each, None
    return replace(each, warn_at=None), "warned"


def _miss(clocks: Clocks, each: Milestone, at: Ms) -> tuple[Milestone, Word | None]:
    if each.state != "running" or each.due_at is None or each.due_at > at:
        return each, None
    return replace(each, state="missed", late=True), "missed"


def _still(each: Milestone, hours: Hours | None, at: Ms) -> Milestone:
    """With the time it has left now; `since` later than now: a sequential one that has not begun to count."""
    if each.state == "paused" or at <= each.since:
        return each
    return replace(each, left_ms=each.left_ms - open_ms(hours, each.since, at), since=at)


def _due(each: Milestone, goal: Goal, hours: Hours | None) -> Milestone:
    warned_already = goal.warn_ms <= 0 or each.left_ms <= goal.warn_ms
    return replace(
        each,
        due_at=after_open(hours, each.since, each.left_ms),
        warn_at=None if warned_already else after_open(hours, each.since, each.left_ms - goal.warn_ms),
    )


def _spent(clocks: Clocks, each: Milestone, at: Ms) -> Ms:
    """Working time used up so far."""
    goal = clocks.plan.goals.get(each.kind) if clocks.plan is not None else None
    return goal.in_ms - _still(each, clocks.hours, at).left_ms if goal is not None else 0


def _each(clocks: Clocks, at: Ms, change: Change) -> Clocks:
    changed: list[Milestone] = []
    for each in clocks.milestones:
        after, word = change(clocks, each, at)
        if word is not None:
            when = each.due_at if word == "missed" else each.warn_at if word == "warned" else at
            clocks, after = _tell(clocks, after, word, at if when is None else when)
        changed.append(after)
    return replace(clocks, milestones=tuple(changed))


def _tell(clocks: Clocks, milestone: Milestone, word: Word, at: Ms) -> tuple[Clocks, Milestone]:
    return replace(clocks, happened=(*clocks.happened, Happened(milestone, word, at))), milestone


def plan_for(plans: Iterable[Plan], lineage: Iterable[str], priority: str, holds: Holds) -> Plan | None:
    """The first plan that fits. lineage: the case's type and those above it. holds: whether a condition does."""
    above = frozenset(lineage)
    for plan in plans:
        if plan.types and not plan.types & above:
            continue
        if plan.priorities and priority not in plan.priorities:
            continue
        if not plan.when or holds(plan.when):
            return plan
    return None
