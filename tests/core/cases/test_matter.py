"""A case from turn to turn: what its customer's silence, words and ratings do, and what its plan wants done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.cases.matter import Matter, Said, Turn, World, changed, heard, opened, rung, score_in
from router.core.cases.milestones import plan_for
from router.core.cases.policy import Action, CasePolicy, CaseType, Goal, OpeningRule, Plan
from router.core.words import Ms

T0: Ms = 1_800_000_000_000
DAY: Ms = 86_400_000
HOUR: Ms = 3_600_000

POLICY = CasePolicy(
    types={
        "order": CaseType(key="order", label="Order", queue="orders", requirements={"en": 3, "shipping": 1}),
        "lost": CaseType(key="lost", label="Lost", parent="order", priority="high", requirements={"en": 5}),
    },
    plans=(
        Plan(name="urgent", priorities=frozenset({"urgent"}), goals={"resolution": Goal(in_ms=HOUR)}),
        Plan(
            name="order",
            types=frozenset({"order"}),
            goals={
                "first_response": Goal(
                    in_ms=HOUR,
                    on_violation=(
                        Action(do="prioritise", priority="urgent"),
                        Action(do="escalate", queue="second"),
                        Action(do="alert"),
                        Action(do="webhook", receiver="crm"),
                    ),
                ),
                "resolution": Goal(in_ms=2 * DAY),
            },
        ),
    ),
    auto_close_ms=5 * DAY,
    reopen_ms=14 * DAY,
)


def world(policy: CasePolicy = POLICY) -> World:
    def fits(matter: Matter) -> Plan | None:
        lineage = [each.key for each in policy.lineage(matter.case_type)]
        return plan_for(policy.plans, lineage, matter.priority, lambda _: True)

    return World(policy=policy, hours={}, fits=fits)


def begun(policy: CasePolicy = POLICY, **facts: object) -> Turn:
    plain = Matter(
        id="case_1",
        start_id="s",
        conversation_id="con_1",
        customer_id="cus_1",
        subject="Where is it?",
        case_type="lost",
        channel="email",
        created_at=T0,
        updated_at=T0,
        status_since=T0,
        requirements={},
    )
    return opened(replace(plain, **facts), world(policy), T0)  # type: ignore[arg-type]


def fresh(turn: Turn) -> Turn:
    """As it is read back: what happened is told."""
    return Turn(matter=turn.matter, milestones=turn.milestones)


def told(turn: Turn, kind: str) -> list[str]:
    return [entry.word for entry in turn.entries if entry.kind == kind]


def wrote(at: Ms, text: str = "Hello?") -> Said:
    return Said(n=1, author="customer", author_id="cus_1", at=at, text=text)


def answered(at: Ms) -> Said:
    return Said(n=2, author="agent", author_id="anna", at=at)


def test_a_type_asks_what_it_says_and_what_those_above_it_say() -> None:
    assert POLICY.queue_of("lost") == "orders"
    assert POLICY.priority_of("lost") == "high"
    assert POLICY.requirements_of("lost") == {"en": 5, "shipping": 1}
    assert POLICY.queue_of("unknown") == ""


def test_the_first_opening_rule_that_fits_decides() -> None:
    rules = (OpeningRule(opens="never", accounts=frozenset({"noise"})), OpeningRule(opens="always"))
    policy = replace(POLICY, opening=rules)
    assert (policy.opens("email", "noise"), policy.opens("email", "mail")) == ("never", "always")
    assert POLICY.opens("email", "mail") == "never"


def test_a_success_has_its_actions_though_it_be_late() -> None:
    done = (Action(do="move", queue="finished"), Action(do="label", label="was late"))
    goal = Goal(in_ms=HOUR, on_success=done)
    policy = replace(POLICY, plans=(Plan(name="moves", goals={"first_response": goal}),))
    late = heard(fresh(begun(policy, owner_id="anna")), world(policy), [answered(T0 + 2 * HOUR)], T0 + 2 * HOUR)
    assert (late.matter.queue, late.matter.owner_id, late.matter.labels) == ("finished", "", ("was late",))
    assert told(late, "action") == ["moved", "labelled"]


def test_a_violation_has_all_its_actions_in_one_turn() -> None:
    turn = rung(fresh(begun()), world(), T0 + HOUR)
    matter = turn.matter
    assert (matter.priority, matter.status, matter.queue, matter.owner_id) == ("urgent", "escalated", "second", "")
    assert matter.routed_at == T0 + HOUR
    assert matter.plan == "urgent"
    assert told(turn, "action") == ["prioritised", "escalated", "alerted", "told"]
    assert [action.do for _, action in turn.outward] == ["alert", "webhook"]
    again = rung(fresh(turn), world(), T0 + HOUR + 1)
    assert again.outward == ()


def test_a_customer_who_is_silent_for_long_ends_the_case() -> None:
    waiting = fresh(changed(fresh(begun()), world(), {"status": "waiting"}, T0, "anna"))
    assert waiting.next_at(world()) == T0 + 5 * DAY
    assert rung(waiting, world(), T0 + 5 * DAY - 1).matter.status == "waiting"
    closed = rung(waiting, world(), T0 + 5 * DAY)
    assert (closed.matter.status, told(closed, "action")) == ("closed", ["closed"])
    assert closed.next_at(world()) is None


def test_words_of_the_customer_wake_what_waits_for_them() -> None:
    waiting = fresh(changed(fresh(begun()), world(), {"status": "waiting"}, T0, "anna"))
    assert heard(waiting, world(), [wrote(T0 + DAY)], T0 + DAY).matter.status == "working"


@pytest.mark.parametrize(("after", "status"), [(14 * DAY, "working"), (14 * DAY + 1, "closed")])
def test_a_case_is_reopened_within_its_time(after: Ms, status: str) -> None:
    closed = fresh(changed(fresh(begun()), world(), {"status": "closed"}, T0, "anna"))
    assert heard(closed, world(), [wrote(T0 + after)], T0 + after).matter.status == status


def test_an_answer_before_the_deadline_counts_though_it_is_heard_after_it() -> None:
    turn = heard(fresh(begun()), world(), [answered(T0 + HOUR - 1)], T0 + 2 * HOUR)
    assert told(turn, "milestone") == ["met"]
    assert turn.matter.status == "working"


def test_nothing_is_done_about_a_case_that_is_closed() -> None:
    closed = fresh(changed(fresh(begun()), world(), {"status": "closed"}, T0, "anna"))
    assert rung(closed, world(), T0 + 30 * DAY) == closed


def test_what_its_customer_is_owed_is_looked_at_soon_and_forgotten_when_it_is_moot() -> None:
    telling = world(replace(POLICY, promised={"en": "By {time}."}, survey={"en": "How was it?"}))
    promised = fresh(changed(fresh(begun()), telling, {"promised_at": T0 + DAY}, T0, "anna"))
    assert (promised.matter.promise_owed_at, promised.next_at(telling)) == (T0, T0 + 5_000)
    assert not changed(promised, telling, {"promised_at": None}, T0, "anna").matter.owes
    closed = fresh(changed(promised, telling, {"status": "closed"}, T0 + 1, "anna"))
    assert (closed.matter.promise_owed_at, closed.matter.survey_owed_at) == (None, T0 + 1)
    assert not changed(closed, telling, {"status": "working"}, T0 + 2, "anna").matter.owes
    assert not changed(fresh(begun()), world(), {"promised_at": T0 + DAY, "status": "closed"}, T0, "anna").matter.owes


def test_a_rating_counts_though_whoever_asked_for_it_died_before_it_was_noted() -> None:
    surveying = world(replace(POLICY, survey={"en": "How was it?"}))
    owing = fresh(changed(fresh(begun()), surveying, {"status": "closed"}, T0, "anna"))
    rated = heard(owing, surveying, [wrote(T0 + 1, "4")], T0 + 1).matter
    assert (rated.csat, rated.status, rated.owes) == (4, "closed", False)


def test_a_number_is_a_rating_only_where_it_was_asked_for() -> None:
    closed = fresh(changed(fresh(begun()), world(), {"status": "closed"}, T0, "anna"))
    asked = replace(closed, matter=replace(closed.matter, asked_at=T0))
    rated = heard(asked, world(), [wrote(T0 + 1, " 4! ")], T0 + 1)
    assert (rated.matter.csat, rated.matter.status, rated.matter.asked_at) == (4, "closed", None)
    assert heard(closed, world(), [wrote(T0 + 1, "4")], T0 + 1).matter.status == "working"
    assert heard(asked, world(), [wrote(T0 + 1, "4 are still missing")], T0 + 1).matter.status == "working"


@pytest.mark.parametrize(
    ("text", "kind", "score"),
    [
        ("5", "csat", 5),
        ("6", "csat", None),
        ("0", "nps", 0),
        ("10.", "nps", 10),
        ("11", "nps", None),
        ("٣", "csat", None),
    ],
)
def test_what_answers_a_survey(text: str, kind: str, score: int | None) -> None:
    assert score_in(text, replace(POLICY, survey_kind=kind)) == score  # type: ignore[arg-type]


def test_a_change_that_changes_nothing_is_none() -> None:
    turn = fresh(begun())
    assert changed(turn, world(), {"priority": turn.matter.priority}, T0 + 1, "anna") == turn
