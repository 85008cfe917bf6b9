"""Milestones against a slow clock that goes minute by minute; and their rules, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy, integers, lists, sampled_from, tuples

from router.core.cases import milestones
from router.core.cases.milestones import Clocks, Milestone
from router.core.cases.policy import Action, CaseStatus, Goal, MilestoneKind, Plan
from router.core.hours import DAY_MIN, MINUTE_MS, Hours
from router.core.words import Ms
from tests.core.test_hours import OFFICE, at, scanned, worked

MINUTE: Ms = MINUTE_MS
Doing = Literal["wait", "work", "answer", "write", "close"]
LONG_MIN = 3 * DAY_MIN

PLAN = Plan(
    name="any",
    goals={
        "first_response": Goal(in_ms=120 * MINUTE, warn_ms=30 * MINUTE),
        "next_response": Goal(in_ms=90 * MINUTE, warn_ms=90 * MINUTE - MINUTE, repeats="independent"),
        "resolution": Goal(in_ms=600 * MINUTE, warn_ms=60 * MINUTE, repeats="independent"),
    },
)

DOINGS: tuple[Doing, ...] = ("wait", "work", "answer", "write", "close")
scripts: SearchStrategy[list[tuple[int, Doing]]] = lists(
    tuples(integers(0, LONG_MIN - 1), sampled_from(DOINGS)), max_size=8
)


@dataclass(slots=True)
class SlowClock:
    """One milestone, a minute at a time."""

    kind: MilestoneKind
    left_min: int
    warn_min: int
    state: str = "running"
    warned: bool = False
    late: bool = False


@dataclass(slots=True)
class SlowCase:
    """Every minute of the case; told: minute, kind, what happened."""

    status: CaseStatus = "working"
    clocks: list[SlowClock] = field(default_factory=list)
    told: list[tuple[int, str, str]] = field(default_factory=list)

    def start(self, minute: int, kind: MilestoneKind) -> None:
        goal = PLAN.goals[kind]
        known = [clock for clock in self.clocks if clock.kind == kind]
        if known and (goal.repeats == "none" or known[-1].state in ("running", "paused", "missed")):
            return
        state = "paused" if self.status == "waiting" else "running"
        self.clocks.append(SlowClock(kind, goal.in_ms // MINUTE, goal.warn_ms // MINUTE, state))

    def passes(self, minute: int, is_open: bool) -> None:
        """The minute before this one is over."""
        for clock in self.clocks:
            if clock.state != "running":
                continue
            clock.left_min -= is_open
            if clock.left_min == 0:
                clock.state, clock.late = "missed", True
                self.told.append((minute, clock.kind, "missed"))
            elif is_open and clock.left_min == clock.warn_min and not clock.warned:
                clock.warned = True
                self.told.append((minute, clock.kind, "warned"))

    def does(self, minute: int, doing: Doing) -> None:
        open_states = ("running", "paused", "missed")
        match doing:
            case "wait" | "work":
                if self.status == "closed":
                    self.status = "working"
                    self.start(minute, "resolution")
                self.status = "waiting" if doing == "wait" else "working"
                for clock in self.clocks:
                    if clock.state in ("running", "paused"):
                        clock.state = "paused" if doing == "wait" else "running"
            case "answer":
                self._end(minute, ("first_response", "next_response"), "met")
            case "write":
                waiting = [c for c in self.clocks if c.kind != "resolution" and c.state in open_states]
                if not waiting:
                    self.start(minute, "next_response")
            case "close":
                self._end(minute, ("resolution",), "met")
                self._end(minute, ("first_response", "next_response"), "ended")
                self.status = "closed"

    def _end(self, minute: int, kinds: tuple[str, ...], state: str) -> None:
        for clock in self.clocks:
            if clock.kind in kinds and clock.state in ("running", "paused", "missed"):
                clock.state = state
                word = "ended" if state == "ended" else "met_late" if clock.late else "met"
                self.told.append((minute, clock.kind, word))


@settings(max_examples=40)
@given(worked(), scripts, lists(integers(0, LONG_MIN), max_size=6))
def test_clocks_agree_with_one_that_goes_minute_by_minute(
    kept_from: tuple[Hours, date], script: list[tuple[int, Doing]], looked_at: list[int]
) -> None:
    """However often it is looked at in between: what happened, when, and how every clock stands."""
    kept, first = kept_from
    truth = scanned(kept, first)
    moments = list(truth)[DAY_MIN : -2 * DAY_MIN]
    slow = SlowCase()
    status: CaseStatus = "working"
    fast = milestones.begun(Clocks(plan=PLAN, hours=kept), moments[0], status)
    slow.start(0, "first_response")
    slow.start(0, "resolution")
    todo = sorted(script)
    for minute in range(LONG_MIN):
        if minute:
            slow.passes(minute, truth[moments[minute - 1]])
        now = moments[minute]
        if minute in looked_at:
            fast = milestones.rung(fast, now)
        while todo and todo[0][0] == minute:
            _, doing = todo.pop(0)
            if doing == "write" and slow.status == "closed":
                continue  # a customer's words reopen a case before they are counted
            slow.does(minute, doing)
            fast, status = does(fast, now, doing, status)
    fast = milestones.rung(fast, moments[LONG_MIN - 1])
    told = sorted(
        ((each.at - moments[0]) // MINUTE, each.milestone.kind, each.word)
        for each in fast.happened
        if each.word in ("warned", "missed", "met", "met_late", "ended")
    )
    assert told == sorted(slow.told)
    assert [(each.kind, each.state, each.late) for each in fast.milestones] == [
        (clock.kind, clock.state, clock.late) for clock in slow.clocks
    ]
    for each, clock in zip(fast.milestones, slow.clocks, strict=True):
        if each.state == "paused":
            assert each.left_ms == clock.left_min * MINUTE


def does(clocks: Clocks, now: Ms, doing: Doing, status: CaseStatus) -> tuple[Clocks, CaseStatus]:
    match doing:
        case "answer":
            return milestones.answered(clocks, now), status
        case "write":
            return milestones.customer_wrote(clocks, now, status), status
        case _:
            wanted: CaseStatus = {"wait": "waiting", "work": "working", "close": "closed"}[doing]  # type: ignore[assignment]
            if wanted == status:
                return clocks, status
            if status == "closed" and wanted == "waiting":  # as the slow one: opened again, then set aside
                clocks = milestones.in_status(clocks, now, "working", before="closed")
                status = "working"
            return milestones.in_status(clocks, now, wanted, before=status), wanted


# ---------------------------------------------------------------- rules, one by one

T0 = at("2026-11-23 09:00")


def begun(plan: Plan = PLAN, hours: Hours | None = None) -> Clocks:
    return milestones.begun(Clocks(plan=plan, hours=hours), T0, "new")


def newest(clocks: Clocks, kind: MilestoneKind) -> Milestone:
    found = clocks.of(kind)
    assert found is not None
    return found


def plan_with(**goal: object) -> Plan:
    return replace(PLAN, goals={**PLAN.goals, "next_response": replace(PLAN.goals["next_response"], **goal)})  # type: ignore[arg-type]


def test_due_follows_from_the_hours() -> None:
    friday = at("2026-11-20 16:30")
    clocks = milestones.begun(Clocks(plan=PLAN, hours=OFFICE), friday, "new")
    assert newest(clocks, "first_response").due_at == at("2026-11-23 09:30")
    assert clocks.next_at() == at("2026-11-23 09:00")


@pytest.mark.parametrize(("repeats", "numbers"), [("none", [1]), ("independent", [1, 2]), ("sequential", [1, 2])])
def test_what_repeats_begins_anew_with_the_customers_next_words(repeats: str, numbers: list[int]) -> None:
    clocks = milestones.answered(begun(plan_with(repeats=repeats)), T0 + MINUTE)
    for hour in (1, 2):
        clocks = milestones.customer_wrote(clocks, T0 + hour * 60 * MINUTE, "working")
        clocks = milestones.answered(clocks, T0 + (hour * 60 + 1) * MINUTE)
    assert [each.number for each in clocks.milestones if each.kind == "next_response"] == numbers


def test_a_sequential_one_does_not_count_before_the_last_one_would_have_been_due() -> None:
    clocks = milestones.answered(begun(plan_with(repeats="sequential")), T0)
    clocks = milestones.customer_wrote(clocks, T0, "working")
    clocks = milestones.answered(clocks, T0 + 10 * MINUTE)
    clocks = milestones.customer_wrote(clocks, T0 + 20 * MINUTE, "working")
    assert newest(clocks, "next_response").due_at == T0 + (90 + 90) * MINUTE


def test_success_actions_also_when_late() -> None:
    thanks = Action(do="label", label="thanks")
    plan = replace(PLAN, goals={"first_response": Goal(in_ms=MINUTE, on_success=(thanks,))})
    clocks = milestones.answered(begun(plan), T0 + 5 * MINUTE)
    assert [(each.word, action) for each, action in clocks.actions()] == [("met_late", thanks)]
    assert newest(clocks, "first_response").late


def test_a_deadline_that_passed_unseen_is_not_saved_by_a_pause() -> None:
    clocks = milestones.in_status(begun(), T0 + 121 * MINUTE, "waiting", before="new")
    assert newest(clocks, "first_response").state == "missed"
    assert newest(clocks, "resolution").state == "paused"


def test_another_plan_goes_on_with_the_time_that_is_used_up() -> None:
    faster = Plan(name="fast", goals={"resolution": Goal(in_ms=300 * MINUTE), "first_response": Goal(in_ms=MINUTE)})
    clocks = milestones.replanned(begun(), faster, None, T0 + 100 * MINUTE, "working")
    assert newest(clocks, "resolution").due_at == T0 + 300 * MINUTE
    late = milestones.rung(clocks, T0 + 100 * MINUTE)
    assert newest(late, "first_response").state == "missed"
    none = milestones.replanned(late, None, None, T0 + 101 * MINUTE, "working")
    assert {each.state for each in none.milestones} == {"ended"}


def test_looking_twice_tells_once() -> None:
    clocks = milestones.rung(begun(), T0 + 121 * MINUTE)
    again = milestones.rung(replace(clocks, happened=()), T0 + 122 * MINUTE)
    assert again.happened == ()
