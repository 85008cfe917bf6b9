"""TaskRouter semantics: the rules of routing, each in its words, by what `explain` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.policy import Queue
from router.core.taskrouter.evaluate import Known, clock, concerns, decides
from router.core.taskrouter.explain import Explained, Worker, explain
from router.core.taskrouter.expression import parse
from router.core.taskrouter.workflow import Filter, Target, Workflow

EVERYONE = Queue(name="q", label="Q", workers="1==1")
QUEUES = {name: replace(EVERYONE, name=name, label=name.upper()) for name in ("q", "r", "s")}


def worker(name: str = "ada", **changes: Any) -> Worker:
    plain = Worker(id=name, attributes={}, available=True, capacities={"chat": 1}, assigned={"chat": 0})
    return replace(plain, **changes)


def targets(*steps: Target, default: Target | None = None) -> Workflow:
    return Workflow(name="w", filters=(Filter(name="f", expression="1==1", targets=steps),), default=default)


def asked(
    workflow: Workflow,
    task: Mapping[str, object] | None = None,
    workers: Sequence[Worker] = (),
    at: float = 0,
    queues: Mapping[str, Queue] = QUEUES,
) -> Explained:
    return explain(workflow, queues, Known(task=task or {}), workers, at)


def holds(expression: str, task: Mapping[str, object] | None = None, **facts: Any) -> bool:
    """As a filter."""
    return decides(parse(expression).expression, "filter", Known(task=task or {}, **facts))


def takes(
    expression: str, attributes: Mapping[str, object] | None = None, task: Mapping[str, object] | None = None
) -> bool:
    """As a target's expression for one worker."""
    found = asked(targets(Target(queue="q", expression=expression)), task, [worker(attributes=attributes or {})])
    return found.now_eligible == ("ada",)


def spans(found: Explained) -> list[tuple[float, float | None, str, int]]:
    return [(step.from_s, step.until_s, step.target.queue, step.priority) for step in found.steps]


# 2: names


def test_a_filter_and_the_default_are_named_and_no_match_is_none() -> None:
    workflow = Workflow(
        name="w", filters=(Filter(name="gold", expression="tier == 'gold'", targets=(Target(queue="q"),)),)
    )
    assert asked(workflow, {"tier": "gold"}).rule == "gold"
    assert asked(workflow).rule is None
    assert asked(replace(workflow, default=Target(queue="r"))).rule == "default_filter"


# 3: what is known of a worker


def test_sid_is_the_id_and_friendly_name_the_attribute() -> None:
    assert takes("worker.sid == 'ada'", {"sid": "other"})
    assert takes("worker.friendly_name == 'Ada'", {"friendly_name": "Ada"})
    assert not takes("worker.friendly_name == 'ada'")


@pytest.mark.parametrize(
    ("expression", "eligible"),
    [
        ("worker.channel.chat.assigned_tasks == 1", True),
        ("worker.channel.chat.configured_capacity == 4", True),
        ("worker.channel.chat.available_capacity_percentage == 75", True),
        ("worker.channel.voice.assigned_tasks == 0", False),
        ("worker.channel.chat.nonsense == null", True),
        ("channel.chat.assigned_tasks >= 1", True),
    ],
)
def test_channels_give_assigned_tasks_capacity_and_percentage(expression: str, eligible: bool) -> None:
    busy = worker(
        capacities={"chat": 4}, assigned={"chat": 1}, attributes={"channel": {"voice": {"assigned_tasks": 0}}}
    )
    found = asked(targets(Target(queue="q", expression=expression)), workers=[busy])
    assert (found.now_eligible == ("ada",)) is eligible


# 4: eligibility


def test_only_who_is_available_is_eligible() -> None:
    found = asked(targets(Target(queue="q")), workers=[worker("ada"), worker("bob", available=False)])
    assert found.now_eligible == ("ada",)
    assert found.why_not == {"bob": "not available"}


def test_only_who_belongs_to_the_queue_is_eligible() -> None:
    queues = {"q": replace(EVERYONE, workers="skills HAS 'pl' AND worker.level > 2")}
    people = [worker("ada", attributes={"skills": ["pl"], "level": 3}), worker("bob", attributes={"skills": ["pl"]})]
    found = asked(targets(Target(queue="q")), workers=people, queues=queues)
    assert found.now_eligible == ("ada",)
    assert found.why_not == {"bob": "not in queue 'Q': worker.level > 2"}


def test_room_on_some_channel_is_enough() -> None:
    workflow = targets(Target(queue="q"))
    full = {"chat": 1, "voice": 1}
    assert asked(workflow, workers=[worker(capacities=full, assigned={"chat": 1, "voice": 0})]).now_eligible
    found = asked(workflow, workers=[worker(capacities=full, assigned=full)])
    assert found.why_not == {"ada": "no room on any channel: capacity is full"}
    assert not asked(workflow, workers=[worker(capacities={}, assigned={})]).now_eligible


def test_the_first_failing_predicate_is_named_as_deep_as_it_can_be() -> None:
    expression = "(worker.a == 1 AND ((task.c == 'voice' AND worker.v == 0) OR (task.c != 'voice' AND worker.w == 0)))"
    workflow = targets(Target(queue="q", expression=expression))
    assert asked(workflow, workers=[worker(attributes={"a": 1})]).why_not == {
        "ada": "target expression false: worker.w == 0"
    }
    assert asked(workflow, workers=[worker()]).why_not == {"ada": "target expression false: worker.a == 1"}


# 6: how it is read


def test_and_binds_before_or_and_keywords_come_in_any_case() -> None:
    assert holds("1 == 1 or 1 == 0 AnD 1 == 0")
    assert holds("a ! = 'x' AND b = 'y'", {"b": "y"})


# 7: what is missing


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("x != 'a'", True),
        ("x != ''", True),
        ("x == null", True),
        ("x != null", False),
        ("x == ''", False),
        ("x == false", False),
        ("x != true", True),
        ("x < 5", False),
        ("x > 5", False),
        ("x CONTAINS 'a'", False),
        ("x HAS 'a'", False),
        ("x IN ['a']", False),
        ("'a' IN x", False),
        ("x.y.z == null", True),
        ("list[7] == null", True),
        ("text.length == null", True),
    ],
)
def test_a_missing_key_is_null(expression: str, outcome: bool) -> None:
    assert holds(expression, {"list": [1], "text": "t"}) is outcome
    assert holds(expression, {"list": [1], "text": "t", "x": None}) is outcome


# 8: lists


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("list == 'a'", False),
        ("list != 'z'", False),
        ("list == null", False),
        ("list CONTAINS 'a'", False),
        ("list > 0", False),
        ("list HAS 'a'", True),
        ("list HAS 'z'", False),
        ("'a' IN list", True),
        ("'z' NOT IN list", True),
        ("'a' NOT IN list", False),
        ("text HAS 't'", False),
        ("'t' IN text", False),
        ("'z' NOT IN text", False),
        ("list[1] == 'b'", True),
        ("list IN list", False),
    ],
)
def test_scalar_operators_on_a_list_and_list_operators_without_one_are_false(expression: str, outcome: bool) -> None:
    assert holds(expression, {"list": ["a", "b"], "text": "t"}) is outcome


def test_the_clock_is_in_utc() -> None:
    moment = datetime(2026, 3, 2, 1, 5, tzinfo=timezone(timedelta(hours=2)))
    assert dict(clock(moment)) == {"currentTime": 2305, "currentHour": 23, "currentMin": 5, "dayOfWeek": "Sun"}
    sunday = {"clock": clock(datetime(2026, 3, 1, 8, 1, tzinfo=UTC))}
    assert holds("taskrouter.dayOfWeek IN ['Sat', 'Sun'] AND taskrouter.currentTime > 0800", **sunday)
    assert not holds("taskrouter.dayOfWeek = 'SUN'", **sunday)
    assert holds("taskrouter.weather == null", **sunday)


# 9: timeouts and priority


def test_timeouts_add_up_on_the_age_and_a_target_without_one_never_ends() -> None:
    found = asked(targets(Target(queue="q", timeout_s=30), Target(queue="r", timeout_s=10), Target(queue="s")), at=39.9)
    assert spans(found) == [(0, 30, "q", 0), (30, 40, "r", 0), (40, None, "s", 0)]
    assert found.step == found.steps[1]


def test_at_its_timeout_a_target_is_over() -> None:
    found = asked(targets(Target(queue="q", timeout_s=30), Target(queue="r")), at=30)
    assert found.step == found.steps[1]


def test_nothing_follows_a_target_without_a_timeout() -> None:
    assert spans(asked(targets(Target(queue="q"), Target(queue="r")))) == [(0, None, "q", 0)]


def test_priority_stays_until_it_is_given_anew_and_begins_at_0() -> None:
    found = asked(
        targets(
            Target(queue="q", timeout_s=1),
            Target(queue="q", timeout_s=1, priority=5),
            Target(queue="q", timeout_s=1),
            Target(queue="q", priority=0),
        )
    )
    assert [step.priority for step in found.steps] == [0, 5, 5, 0]


# 10: skip_if


def test_skip_if_counts_only_when_nobody_is_eligible() -> None:
    workflow = targets(Target(queue="q", skip_if="1==1", timeout_s=30), Target(queue="r"))
    assert asked(workflow, workers=[worker()]).step == Skipping(workflow).first
    skipped = asked(workflow)
    assert skipped.steps[0].skipped
    assert skipped.steps[0].until_s == 0
    assert skipped.step == skipped.steps[1]


class Skipping:
    """The first step of a workflow when nothing is skipped."""

    def __init__(self, workflow: Workflow) -> None:
        self.first = asked(workflow, workers=[worker()]).steps[0]
        assert not self.first.skipped


def test_workers_available_counts_the_queue_whatever_expression_and_capacity() -> None:
    workflow = targets(Target(queue="q", expression="1==0", skip_if="workers.available == 0"), Target(queue="r"))
    full = worker(assigned={"chat": 1})
    assert not asked(workflow, workers=[full]).steps[0].skipped
    assert asked(workflow, workers=[replace(full, available=False)]).steps[0].skipped
    away = targets(Target(queue="q", skip_if="workers.unavailable > 1"), Target(queue="r"))
    assert asked(away, workers=[worker("a", available=False), worker("b", available=False)]).steps[0].skipped


def test_after_the_last_skipped_target_comes_the_next_matching_filter() -> None:
    skipping = Target(queue="q", skip_if="1==1")
    workflow = Workflow(
        name="w",
        filters=(
            Filter(name="one", expression="1==1", targets=(skipping,)),
            Filter(name="two", expression="1==0", targets=(Target(queue="r"),)),
            Filter(name="three", expression="1==1", targets=(Target(queue="s"),)),
        ),
        default=Target(queue="r"),
    )
    found = asked(workflow)
    assert (found.rule, [step.target.queue for step in found.steps]) == ("three", ["q", "s"])


def test_after_the_last_skipped_target_and_no_filter_comes_the_default() -> None:
    found = asked(targets(Target(queue="q", skip_if="1==1", priority=7), default=Target(queue="r")))
    assert (found.rule, spans(found)[-1]) == ("default_filter", (0, None, "r", 7))


def test_a_filter_whose_targets_were_all_skipped_is_not_the_rule() -> None:
    assert asked(targets(Target(queue="q", skip_if="1==1"))).rule is None


# 11: known workers and order


@pytest.mark.parametrize(
    ("task", "eligible"),
    [({"agent": "bob"}, ("bob",)), ({"agent": "zoe"}, ()), ({"agent": None}, ()), ({}, ()), ({"agent": 1}, ())],
)
def test_a_null_or_unknown_known_worker_leaves_nobody_but_the_task_waits(
    task: dict[str, object], eligible: tuple[str, ...]
) -> None:
    workflow = targets(Target(queue="q", known_worker_sid="task.agent", timeout_s=20), Target(queue="r"))
    found = asked(workflow, task, [worker("ada"), worker("bob")])
    assert found.now_eligible == eligible
    assert found.steps[0].until_s == 20
    assert found.why_not.get("ada", "").startswith("not the known worker")


def test_a_known_worker_may_be_named_by_friendly_name_or_written_out() -> None:
    people = [worker("ada", attributes={"friendly_name": "Ada L"}), worker("bob")]
    by_name = targets(Target(queue="q", known_worker_friendly_name="task.who"))
    assert asked(by_name, {"who": "Ada L"}, people).now_eligible == ("ada",)
    assert asked(targets(Target(queue="q", known_worker_sid="bob")), {}, people).now_eligible == ("bob",)


def test_who_has_no_name_is_not_the_known_worker_of_a_task_that_names_nobody() -> None:
    workflow = targets(Target(queue="q", known_worker_friendly_name="task.who"))
    assert asked(workflow, {}, [worker()]).now_eligible == ()
    assert asked(workflow, {"who": 7}, [worker(attributes={"friendly_name": 7})]).now_eligible == ()


def levels(**found: object) -> list[Worker]:
    return [worker(name, attributes={} if level is None else {"n": level}) for name, level in found.items()]


@pytest.mark.parametrize(("direction", "order"), [("ASC", ["one", "two", "none"]), ("DESC", ["two", "one", "none"])])
def test_order_by_puts_missing_values_last_both_ways(direction: str, order: list[str]) -> None:
    workflow = targets(Target(queue="q", order_by=f"worker.n {direction}"))
    assert list(asked(workflow, workers=levels(none=None, two=2, one=1)).now_eligible) == order


def test_ties_go_to_the_longest_idle_and_so_does_no_order() -> None:
    people = [worker("a", idle_s=5), worker("b", idle_s=50), worker("c", idle_s=20)]
    for order_by in ("", "worker.n ASC"):
        assert asked(targets(Target(queue="q", order_by=order_by)), workers=people).now_eligible == ("b", "c", "a")


def test_a_second_attribute_breaks_ties_of_the_first() -> None:
    people = [worker("a", attributes={"n": 1, "m": 8}), worker("b", attributes={"n": 1, "m": 5})]
    workflow = targets(Target(queue="q", order_by="worker.n ASC, worker.m ASC"))
    assert asked(workflow, workers=people).now_eligible == ("b", "a")


# 12: NULL, case, types


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("x NOT IN ['a']", True),
        ("'a' NOT IN x", True),
        ("x == y", True),
        ("x != y", False),
        ("text == 'Text'", False),
        ("text CONTAINS 'E'", False),
        ("number == '5'", False),
        ("number != '5'", True),
        ("number < '9'", False),
        ("yes == 1", False),
        ("yes != 1", True),
        ("yes == 'true'", False),
        ("number IN ['5']", False),
        ("number == 5.0", True),
    ],
)
def test_null_case_and_mixed_types(expression: str, outcome: bool) -> None:
    assert holds(expression, {"text": "text", "number": 5, "yes": True}) is outcome


# 13: what names mean where


def test_a_worker_in_a_filter_is_null_and_reported() -> None:
    assert not holds("worker.sid == 'ada'", {"worker": {"sid": "ada"}})
    assert holds("worker.sid == null", {"worker": {"sid": "ada"}})
    assert [*concerns(parse("worker.sid == 'ada'").expression, "filter")] == [
        "worker.sid is NULL: no worker is looked at here"
    ]
    assert not [*concerns(parse("worker.sid == task.x").expression, "target")]


def test_an_unprefixed_name_is_the_tasks_in_a_filter_and_the_workers_in_a_target() -> None:
    assert holds("tier == 'gold' AND task.tier == 'gold'", {"tier": "gold"})
    assert takes("tier == 'gold'", {"tier": "gold"})
    assert not takes("tier == 'gold'", {}, {"tier": "gold"})
    assert takes("tier == task.tier", {"tier": "gold"}, {"tier": "gold"})


def test_a_queue_knows_no_task() -> None:
    queues = {"q": replace(EVERYONE, workers="task.tier == null")}
    assert asked(targets(Target(queue="q")), {"tier": "gold"}, [worker()], queues=queues).now_eligible
    assert [*concerns(parse("task.tier == null").expression, "queue")]


def test_skipped_timeouts_count() -> None:
    found = asked(targets(Target(queue="q", skip_if="1==1", timeout_s=30), Target(queue="r", timeout_s=10)))
    assert spans(found) == [(0, 0, "q", 0), (0, 40, "r", 0)]


@pytest.mark.parametrize("value", ["3", 2.5, True, [3], {"a": 3}, None])
def test_an_order_by_value_that_is_no_whole_number_counts_as_missing(value: object) -> None:
    people = [*levels(whole=1), worker("other", attributes={"n": value}, idle_s=99)]
    for direction in ("ASC", "DESC"):
        workflow = targets(Target(queue="q", order_by=f"worker.n {direction}"))
        assert asked(workflow, workers=people).now_eligible == ("whole", "other")


# 14: the end


def test_after_the_last_timeout_comes_the_next_matching_filter_never_the_default() -> None:
    first = Filter(name="one", expression="1==1", targets=(Target(queue="q", timeout_s=30, priority=3),))
    second = Filter(name="two", expression="x == 1", targets=(Target(queue="r", timeout_s=5),))
    workflow = Workflow(name="w", filters=(first, second), default=Target(queue="s"))
    onward = asked(workflow, {"x": 1}, at=31)
    assert (onward.rule, spans(onward)) == ("two", [(0, 30, "q", 3), (30, 35, "r", 3)])
    over = asked(workflow, at=31)
    assert (over.step, over.rule, over.now_eligible) == (None, "one", ())
    assert len(over.steps) == 1
    without_targets = replace(workflow, filters=(first, Filter(name="three", expression="1==1")))
    assert asked(without_targets, at=31).step is None


def test_a_task_that_nothing_matches_waits_without_a_target() -> None:
    workflow = Workflow(name="w", filters=(Filter(name="f", expression="1==0", targets=(Target(queue="q"),)),))
    found = asked(workflow, workers=[worker()])
    assert (found.step, found.steps, found.why_not) == (None, (), {"ada": "no target at this age"})


# what an import could not read


def test_a_filter_that_cannot_be_read_never_matches_and_such_a_target_is_passed_over() -> None:
    unreadable = Filter(name="f", expression="", unreadable="a ~ b", targets=(Target(queue="q"),))
    workflow = Workflow(name="w", filters=(unreadable,), default=Target(queue="r"))
    assert asked(workflow).rule == "default_filter"
    passed = asked(targets(Target(queue="q", unreadable="a ~ b", timeout_s=5), Target(queue="r")), workers=[worker()])
    assert passed.step == passed.steps[1]
    assert not passed.eligible[0]


def test_a_queue_that_cannot_be_read_has_no_members() -> None:
    queues = {"q": replace(EVERYONE, workers="", unreadable="a ~ b")}
    assert not asked(
        targets(Target(queue="q")), workers=[worker(attributes={"queues": ["q"]})], queues=queues
    ).now_eligible


pieces = st.sampled_from(
    [
        "x == 1",
        "worker.n > 1",
        "worker.s HAS task.x",
        "'a' IN worker.s",
        "1==1",
        "worker.channel.chat.assigned_tasks == 0",
    ]
)
any_target = st.builds(
    Target,
    queue=st.sampled_from(["q", "r"]),
    expression=pieces,
    timeout_s=st.sampled_from([None, 0, 5, 5.5]),
    priority=st.sampled_from([None, 1]),
    skip_if=st.sampled_from(["", "1==1", "workers.available == 0"]),
    order_by=st.sampled_from(["", "worker.n DESC"]),
    known_worker_sid=st.sampled_from(["", "task.x"]),
)
any_filter = st.builds(
    Filter, name=st.just("f"), expression=pieces, targets=st.lists(any_target, max_size=3).map(tuple)
)
any_workflow = st.builds(
    Workflow, name=st.just("w"), filters=st.lists(any_filter, max_size=3).map(tuple), default=st.none() | any_target
)
values = st.sampled_from([None, 1, 2, "a", ["a"], {"a": 1}, True])
people = st.lists(
    st.builds(
        worker,
        st.sampled_from(["a", "b", "1"]),
        available=st.booleans(),
        attributes=st.fixed_dictionaries({"n": values, "s": values}),
        assigned=st.fixed_dictionaries({"chat": st.integers(0, 1)}),
    ),
    max_size=3,
    unique_by=lambda each: each.id,
)


@given(any_workflow, st.fixed_dictionaries({"x": values}), people, st.sampled_from([0, 5, 5.5, 100]))
def test_whatever_the_workflow_every_worker_is_eligible_or_told_why_not(
    workflow: Workflow, task: dict[str, object], crew: list[Worker], at: float
) -> None:
    found = asked(workflow, task, crew, at)
    assert {*found.now_eligible} | {*found.why_not} == {each.id for each in crew}
    assert not {*found.now_eligible} & {*found.why_not}
    ages = [age for step in found.steps for age in (step.from_s, step.until_s) if age is not None]
    assert ages == sorted(ages)
    assert all(step.until_s is not None for step in found.steps[:-1])
