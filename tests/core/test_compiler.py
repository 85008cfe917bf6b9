"""Laws of the policy compiler."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.compiler import (
    class_of,
    eligible,
    lane_id,
    lane_of,
    named_plan,
    plan_of,
    profile_id,
    profile_of,
    settings_of,
)
from router.core.outcomes import Outcome
from router.core.policy import ChannelRule, Demand, Later, Offers, Policy, Presence, Queue, Requirement, Status, Supply
from router.core.words import AgentId
from router.store import library

SKILLS = ("french", "english", "billing")
levels = st.integers(1, 10)
demands = st.builds(
    Demand,
    queue=st.sampled_from(["sales", "help"]),
    channel=st.sampled_from(["webchat", "voice"]),
    requirements=st.frozensets(st.builds(Requirement, skill=st.sampled_from(SKILLS), level=levels), max_size=4),
    weight=st.sampled_from([25, 100]),
    model=st.sampled_from(["longest_idle", "least_loaded"]),
)
supplies = st.builds(
    Supply,
    agent_id=st.just(AgentId("ann")),
    skills=st.dictionaries(st.sampled_from(SKILLS), levels),
    queues=st.frozensets(st.sampled_from(["sales", "help", "annex"])),
    limit=st.just(100),
    at_most=st.dictionaries(st.sampled_from(["webchat", "voice", "sms"]), st.integers(0, 3)),
)


@given(demand=demands, supply=supplies)
def test_a_profile_may_serve_a_lane_just_when_its_agents_meet_the_demand(demand: Demand, supply: Supply) -> None:
    meets = (
        demand.queue in supply.queues
        and supply.at_most.get(demand.channel, 0) > 0
        and all(supply.skills.get(asked.skill, 0) >= asked.level for asked in demand.requirements)
    )
    assert eligible(lane_of(demand), profile_of(supply)) == meets


@given(demand=demands, supply=supplies, skill=st.sampled_from(SKILLS), level=levels)
def test_more_skill_never_takes_work_away(demand: Demand, supply: Supply, skill: str, level: int) -> None:
    better = replace(supply, skills={**supply.skills, skill: max(level, supply.skills.get(skill, 0))})
    assert eligible(lane_of(demand), profile_of(better)) >= eligible(lane_of(demand), profile_of(supply))


@given(first=demands, second=demands)
def test_lanes_have_one_id_just_when_they_are_the_same(first: Demand, second: Demand) -> None:
    assert (lane_id(lane_of(first)) == lane_id(lane_of(second))) == (lane_of(first) == lane_of(second))


@given(supply=supplies)
def test_a_profile_is_named_by_what_it_says_not_by_the_order_it_was_said_in(supply: Supply) -> None:
    backwards = replace(
        supply,
        skills=dict(reversed(list(supply.skills.items()))),
        at_most=dict(reversed(list(supply.at_most.items()))),
        agent_id=AgentId("bob"),
    )
    assert profile_id(profile_of(supply)) == profile_id(profile_of(backwards))


@given(demand=demands)
def test_ids_stay_the_same_from_one_process_to_the_next_and_fit_the_index(demand: Demand) -> None:
    lane, definitions = named_plan(demand)
    compiled = lane_of(demand)
    assert definitions == (compiled,)
    assert re.fullmatch(r"[0-9a-f]{16}", lane)
    assert class_of(compiled) == f"{demand.channel}:{demand.weight}:{demand.model}"


def test_a_known_lane_keeps_its_id_over_releases() -> None:
    needs = frozenset({Requirement(skill="french", level=3), Requirement(skill="french", level=5)})
    demand = Demand(queue="sales", channel="webchat", requirements=needs, weight=25, model="longest_idle")
    assert lane_of(demand).needs == ((("french", 5),),)
    assert lane_id(lane_of(demand)) == "2e9829df7b716fd4"


def _sets(*sets: str) -> tuple[frozenset[Requirement], ...]:
    return tuple(frozenset(Requirement(skill=skill, level=5) for skill in names.split()) for names in sets)


CHAT = Demand(queue="sales", channel="webchat", requirements=frozenset(), weight=25, model="longest_idle")


def test_a_set_of_skills_that_asks_more_than_another_is_left_out() -> None:
    demand = replace(CHAT, alternatives=_sets("french", "french billing", "english"))
    assert lane_of(demand).needs == ((("english", 5),), (("french", 5),))


@given(first=demands, later=st.lists(st.tuples(st.integers(0, 3), demands), max_size=4), supply=supplies)
def test_who_could_take_an_item_can_take_it_at_every_later_step_that_keeps(
    first: Demand, later: list[tuple[int, Demand]], supply: Supply
) -> None:
    steps = tuple(
        Later(at_ms=at, demand=replace(first, requirements=demand.requirements, backup=at > 1)) for at, demand in later
    )
    plan, lanes = plan_of(replace(first, later=steps))
    able = [eligible(lane, profile_of(supply)) for lane in lanes]
    assert able == sorted(able)
    assert {step.first for step in plan.steps} == {0}
    assert [step.at_ms for step in plan.steps] == sorted({step.at_ms for step in plan.steps})


def test_steps_that_change_nothing_are_left_out_and_a_plan_of_one_step_is_its_lane() -> None:
    demand = replace(CHAT, later=(Later(at_ms=1, demand=CHAT), Later(at_ms=2, demand=CHAT, keeps=False)))
    assert named_plan(demand) == named_plan(CHAT)
    assert named_plan(CHAT)[1] == (lane_of(CHAT),)


def test_a_step_that_keeps_nobody_begins_a_new_order_of_preference() -> None:
    french, billing = (replace(CHAT, alternatives=_sets(skill)) for skill in ("french", "billing"))
    later = (Later(at_ms=1, demand=french), Later(at_ms=2, demand=billing, keeps=False), Later(at_ms=3, demand=CHAT))
    plan, lanes = plan_of(replace(french, alternatives=_sets("english"), later=later))
    assert [step.first for step in plan.steps] == [0, 0, 2, 2]
    assert [len(lane.needs) for lane in lanes] == [1, 2, 1, 1]


def test_settings_take_the_ring_time_of_the_queue_before_that_of_the_channel() -> None:
    chat = ChannelRule(name="webchat", weight=25, ring_ms=20_000, at_most=4)
    policy = Policy(
        priority_credit_ms=60_000,
        agent_limit=100,
        channels={"webchat": chat, "voice": replace(chat, name="voice", ring_ms=15_000)},
        statuses={
            "available": Status(
                name="available", label="Available", channels=frozenset({"webchat"}), productive=True, icon="check"
            )
        },
        skills=frozenset(),
        queues={"sales": Queue(name="sales", label="Sales", ring_ms={"voice": 30_000}, wrap_up_ms=1)},
        rules=(),
        dispositions=(),
        presence=Presence(),
        offers=Offers(),
    )
    settings = settings_of(policy)
    assert settings.queues["sales"].ring_ms == {"webchat": 20_000, "voice": 30_000}
    assert settings.queues["sales"].wrap_up_ms == 1
    assert settings.statuses == {"available": ("webchat",), "offline": ()}


def test_the_functions_and_python_know_the_same_outcomes() -> None:
    used = set(re.findall(r"OUTCOME\.(\w+)", library.text()))
    assert used == {outcome.name for outcome in Outcome}


@pytest.mark.parametrize("name", library.FILES)
def test_every_function_names_its_twin_or_its_reason(name: str) -> None:
    assert library.sources()[name].startswith("--[[ ")
