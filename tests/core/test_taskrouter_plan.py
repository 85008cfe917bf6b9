"""Plans: what the live router asks by age is what `explain` says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.agent_condition import AGENT_ID, FALSE, TRUE, attributes_used, holds, known
from router.core.demands import point_credit_ms
from router.core.policy import ChannelRule, Offers, Policy, Presence, Queue, Supply
from router.core.rules import compile_rules, route
from router.core.taskrouter.demand import agent_attributes, supply_in, task_of
from router.core.taskrouter.evaluate import Known
from router.core.taskrouter.explain import Worker, explain
from router.core.taskrouter.order import Order
from router.core.taskrouter.plan import Ask, asks, members
from router.core.taskrouter.workflow import Filter, Target, Workflow
from router.core.words import CHANNELS, AgentId

QUEUES = {
    "q": Queue(name="q", label="Q", workers="skills HAS 'pl'"),
    "r": Queue(name="r", label="R", workers="1==1"),
    "busy": Queue(name="busy", label="Busy", workers="worker.channel.voice.assigned_tasks == 0 AND skills HAS 'pl'"),
    "unmatched": Queue(name="unmatched", label="U", workers="1==0"),
}
POLICY = Policy(
    priority_credit_ms=60_000,
    agent_limit=100,
    channels={},
    statuses={},
    skills=frozenset(),
    queues=QUEUES,
    rules=(),
    dispositions=(),
    presence=Presence(),
    offers=Offers(),
    default_queue="unmatched",
)


def flow(*targets: Target, default: Target | None = None) -> Workflow:
    return Workflow(name="w", filters=(Filter(name="f", expression="1==1", targets=targets),), default=default)


def shown(found: tuple[Ask, ...]) -> list[tuple[int, str | None, str, int]]:
    return [(ask.at_ms, ask.rule, ask.queue, ask.priority) for ask in found]


def test_timeouts_become_ages_and_what_nobody_is_asked_any_longer_ends_unmatched() -> None:
    found = asks(POLICY, flow(Target(queue="q", timeout_s=30, priority=5), Target(queue="r", timeout_s=0.5)), Known())
    assert shown(found) == [(0, "f", "q", 5), (30_000, "f", "r", 5), (30_500, None, "unmatched", 5)]
    assert found[-1].condition == FALSE


def test_a_task_that_nothing_matches_is_asked_of_nobody_from_the_start() -> None:
    assert shown(asks(POLICY, Workflow(name="w", filters=()), Known())) == [(0, None, "unmatched", 0)]


def test_a_target_to_be_skipped_is_asked_first_and_left_a_millisecond_later() -> None:
    skipping = Target(queue="q", skip_if="1==1", timeout_s=30)
    found = asks(POLICY, flow(skipping, skipping, Target(queue="r", timeout_s=10), default=Target(queue="q")), Known())
    assert shown(found) == [(0, "f", "q", 0), (1, "f", "q", 0), (2, "f", "r", 0), (70_000, None, "unmatched", 0)]


def test_skip_if_on_counts_is_what_it_is_on_arrival_and_false_when_not_told() -> None:
    workflow = flow(Target(queue="q", skip_if="workers.available == 0"), Target(queue="r"))
    assert [ask.queue for ask in asks(POLICY, workflow, Known())] == ["q"]
    told = asks(POLICY, workflow, Known(), lambda queue: {"available": 0, "unavailable": 2})
    assert [ask.queue for ask in told] == ["q", "r"]


def test_a_target_that_cannot_be_read_is_left_out() -> None:
    found = asks(POLICY, flow(Target(queue="q", unreadable="a ~ b", timeout_s=5), Target(queue="r")), Known())
    assert shown(found) == [(0, "f", "r", 0)]


def test_the_task_is_put_in_and_what_is_left_speaks_of_the_agent() -> None:
    target = Target(
        queue="r",
        expression="(task.kind == 'voice' AND worker.channel.chat.assigned_tasks == 0) OR worker.sid == task.to",
        known_worker_friendly_name="task.name",
        order_by="worker.levels.pl DESC",
    )
    [ask] = asks(POLICY, flow(target), Known(task={"kind": "web", "to": "ada", "name": "Ada"}))
    assert ask.condition == (
        "and",
        ("==", ("attr", "friendly_name"), ("const", "Ada")),
        ("==", ("attr", AGENT_ID), ("const", "ada")),
    )
    assert ask.order == (Order(path="levels.pl", direction="desc"),)
    [unknown] = asks(POLICY, flow(target), Known(task={"kind": "voice"}))
    assert unknown.condition == FALSE


def test_a_chat_is_any_of_our_channels_that_talks() -> None:
    target = Target(
        queue="r", expression="worker.channel.chat.assigned_tasks == 0 AND worker.channel.fax.capacity == null"
    )
    [ask] = asks(POLICY, flow(target), Known())
    chat = ("assigned", "webchat", "whatsapp", "messenger", "instagram", "telegram", "viber")
    assert ask.condition == ("==", chat, ("const", 0))


def test_an_agent_belongs_to_queues_by_their_expressions() -> None:
    assert members(POLICY, "ada", {"skills": ["pl"]}) == {"q", "r", "busy"}
    assert members(POLICY, "bob", {}) == {"r"}
    unreadable = replace(POLICY, queues={"q": replace(QUEUES["q"], workers="", unreadable="?")})
    assert members(unreadable, "ada", {"skills": ["pl"]}) == frozenset()


def test_what_a_queue_asks_of_the_moment_is_asked_with_the_target() -> None:
    [ask] = asks(POLICY, flow(Target(queue="busy")), Known())
    assert ask.condition == ("==", ("assigned", "voice"), ("const", 0))
    [plain] = asks(POLICY, flow(Target(queue="q")), Known())
    assert plain.condition == TRUE


CENTRE = replace(
    POLICY,
    channels={name: ChannelRule(name=name, weight=25, ring_ms=20_000, at_most=4) for name in CHANNELS},
    queues={name: replace(queue, order="strict") for name, queue in QUEUES.items()},
    workflows=(
        flow(
            Target(queue="q", expression="worker.level > task.least", timeout_s=30, priority=2, order_by="worker.age"),
            Target(queue="r", priority=5, known_worker_friendly_name="task.who"),
        ),
        replace(flow(Target(queue="r", expression="1==0")), name="other", aliases=("o",)),
    ),
)


def test_an_item_is_routed_by_its_workflow_with_ages_conditions_orders_and_priorities() -> None:
    routed = route(compile_rules(CENTRE), {"channel": "webchat", "details": {"least": 3, "who": "Ada"}})
    assert (routed.rule, routed.priority, routed.demand.queue, routed.demand.weight) == ("f", 2, "q", 25)
    assert routed.demand.condition == (">", ("attr", "level"), ("const", 3))
    assert routed.demand.order == (("age", "asc"),)
    [later] = routed.demand.later
    assert (later.at_ms, later.demand.queue, later.keeps) == (30_000, "r", False)
    assert later.credit_ms == 3 * point_credit_ms(CENTRE, "q")
    assert later.demand.condition == ("==", ("attr", "friendly_name"), ("const", "Ada"))


@pytest.mark.parametrize("name", ["other", "o"])
def test_an_item_names_its_workflow(name: str) -> None:
    assert route(compile_rules(CENTRE), {"channel": "webchat", "details": {"workflow": name}}).demand.condition == FALSE
    assert route(compile_rules(CENTRE), {"channel": "webchat"}).demand.queue == "q"


def test_the_details_of_an_item_are_its_task_and_the_widget_is_the_web() -> None:
    item = {"channel": "webchat", "language": "pl", "details": {"language": "en", "order": 7}}
    assert task_of(item, "webchat") == item | {"language": "en", "order": 7, "channelType": "web"}
    assert task_of({"details": "nonsense"}, "voice")["channelType"] == "voice"


def test_an_agent_brings_the_queues_and_attributes_that_the_policy_speaks_of() -> None:
    plain = Supply(agent_id=AgentId("ada"), skills={"pl": 4}, queues=frozenset({"own"}), limit=100, at_most={})
    assert agent_attributes(CENTRE) == {"level", "age", "friendly_name", "skills"}
    found = supply_in(CENTRE, plain, {"skills": ["pl"], "age": 40.0, "shoe_size": 38})
    assert found.queues == {"own", "q", "r", "busy"}
    assert found.attributes == {"age": 40, "skills": ("pl",)}
    assert supply_in(replace(POLICY, queues={}), plain, {"age": 40}) == plain


def test_skills_of_the_house_are_routing_skills_and_levels() -> None:
    policy = replace(
        POLICY, queues={"q": replace(QUEUES["q"], workers="routing.skills HAS 'pl' AND routing.levels.pl > 3")}
    )
    plain = Supply(agent_id=AgentId("ada"), skills={"pl": 4}, queues=frozenset(), limit=100, at_most={})
    assert supply_in(policy, plain, {}).queues == {"q"}
    assert supply_in(policy, plain, {"routing": {"skills": []}}).queues == frozenset()


values = st.sampled_from([None, 1, 2, "a", "pl", ["pl"], {"a": 1}, True])
pieces = st.sampled_from(
    [
        "x == 1",
        "1==1",
        "worker.n > 1 OR worker.channel.voice.assigned_tasks == 0",
        "skills HAS task.x",
        "task.x NOT IN skills AND worker.channel.voice.available_capacity_percentage >= 50",
        "worker.sid != task.x",
    ]
)
targets = st.builds(
    Target,
    queue=st.sampled_from(["q", "r", "busy"]),
    expression=pieces,
    timeout_s=st.sampled_from([None, 0, 5]),
    priority=st.sampled_from([None, 1]),
    known_worker_sid=st.sampled_from(["", "", "task.x"]),
)
filters = st.builds(Filter, name=st.just("f"), expression=pieces, targets=st.lists(targets, max_size=3).map(tuple))
workflows = st.builds(
    Workflow, name=st.just("w"), filters=st.lists(filters, max_size=3).map(tuple), default=st.none() | targets
)
workers = st.builds(
    Worker,
    id=st.sampled_from(["a", "ada"]),
    available=st.just(True),
    attributes=st.fixed_dictionaries({"n": values, "skills": values}),
    capacities=st.sampled_from([{"voice": 2, "webchat": 1}, {"webchat": 1}]),
    assigned=st.fixed_dictionaries({"voice": st.integers(0, 2)}),
)


@given(workflows, st.fixed_dictionaries({"x": values}), workers, st.sampled_from([0, 4, 5, 9, 10, 100]))
def test_the_live_router_asks_whom_explain_calls_eligible(
    workflow: Workflow, task: dict[str, object], worker: Worker, at: float
) -> None:
    facts = Known(task=task)
    found = explain(workflow, QUEUES, facts, [worker], at)
    now = [ask for ask in asks(POLICY, workflow, facts) if ask.at_ms <= at * 1000][-1]
    attributes = known(attributes_used(now.condition), worker.id, worker.attributes)
    asked = now.queue in members(POLICY, worker.id, worker.attributes) and holds(
        now.condition, attributes, worker.assigned, worker.capacities
    )
    assert asked == bool(found.now_eligible)
    if found.step is not None:
        assert (now.rule, now.queue, now.priority) == (found.step.rule, found.step.target.queue, found.step.priority)


@given(workflows, st.fixed_dictionaries({"x": values}))
def test_ages_rise_from_the_beginning(workflow: Workflow, task: dict[str, Any]) -> None:
    ages = [ask.at_ms for ask in asks(POLICY, workflow, Known(task=task))]
    assert ages[0] == 0
    assert ages == sorted(set(ages))
