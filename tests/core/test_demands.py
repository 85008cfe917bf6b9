"""What an item asks in a queue, at first and as it waits."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from config.policy import DEMO, load
from router.core.compiler import eligible, plan_of, profile_of
from router.core.demands import (
    FIRST_CREDIT_MS,
    STRICT_CREDIT_MS,
    carried_over,
    demand_in,
    demand_moved,
    point_credit_ms,
)
from router.core.policy import Demand, Overflow, Policy, Queue, Relaxation, Requirement, Supply
from router.core.words import AgentId, Ms

POLICY = load(DEMO)
SKILLS = ("pl", "products", "vip_desk")


def needs(**levels: int) -> frozenset[Requirement]:
    return frozenset(Requirement(skill=skill, level=level) for skill, level in levels.items())


VIP = Queue(
    name="vip",
    label="VIP",
    requirements=needs(vip_desk=1, products=5),
    relaxations=(
        Relaxation(at_ms=30_000, levels={"pl": 5}),
        Relaxation(at_ms=15_000, drop=frozenset({"vip_desk"})),
        Relaxation(at_ms=60_000, any=True),
    ),
)
SALES = Queue(name="sales", label="Sales", requirements=needs(products=3))


def centre(*queues: Queue) -> Policy:
    return replace(POLICY, queues={queue.name: queue for queue in (*queues, SALES)})


def asked(queue: Queue, **levels: int) -> list[tuple[Ms, str, list[tuple[str, int]]]]:
    """Age, queue and what is asked there, when one set is."""
    demand = demand_in(centre(queue), queue, "webchat", (needs(**levels),))
    whole = [(0, demand), *((later.at_ms, later.demand) for later in demand.later)]
    assert not any(one.alternatives for _, one in whole)
    return [(at, one.queue, sorted((need.skill, need.level) for need in one.requirements)) for at, one in whole]


def test_what_rules_and_queue_ask_loosens_step_by_step() -> None:
    assert asked(VIP, pl=8) == [
        (0, "vip", [("pl", 8), ("products", 5), ("vip_desk", 1)]),
        (15_000, "vip", [("pl", 8), ("products", 5)]),
        (30_000, "vip", [("pl", 5), ("products", 5)]),
        (60_000, "vip", []),
    ]


def test_a_level_is_never_raised_by_waiting() -> None:
    assert asked(VIP, pl=3)[2][2] == [("pl", 3), ("products", 5)]


def test_a_ring_stands_for_what_the_queue_asks_and_keeps_what_rules_ask() -> None:
    queue = replace(VIP, relaxations=(Relaxation(at_ms=1_000, also=(needs(refunds=2),)),))
    later = demand_in(centre(queue), queue, "webchat", (needs(pl=5),)).later[0].demand
    assert (later.requirements, later.alternatives) == (needs(pl=5), (needs(vip_desk=1, products=5), needs(refunds=2)))


def test_any_of_several_sets_is_asked_beside_the_requirements() -> None:
    queue = replace(SALES, requires_any=(needs(pl=5), needs(products=8, en=3)))
    demand = demand_in(centre(queue), queue, "webchat")
    assert demand.requirements == frozenset()
    assert demand.alternatives == (needs(products=3, pl=5), needs(products=8, en=3))


def test_in_another_queue_that_queue_asks_at_the_age_the_item_has() -> None:
    queue = replace(VIP, relaxations=(), overflows=(Overflow(after_ms=20_000, queue="tower"),))
    tower = replace(VIP, name="tower", overflows=(Overflow(after_ms=1, queue="sales"),))
    demand = demand_in(centre(queue, tower), queue, "webchat", (needs(pl=8),))
    assert [(later.at_ms, later.demand.queue, later.keeps) for later in demand.later] == [
        (20_000, "tower", False),
        (30_000, "tower", True),
        (60_000, "tower", True),
    ]
    assert demand.later[0].demand.requirements == needs(pl=8, products=5)


def test_backup_agents_are_asked_after_the_delay_and_at_once_where_there_is_none() -> None:
    late = replace(SALES, name="late", delay_ms=20_000)
    demand = demand_in(centre(late), late, "webchat")
    assert (demand.backup, [(later.at_ms, later.demand.backup) for later in demand.later]) == (False, [(20_000, True)])
    assert demand_in(centre(), SALES, "webchat").backup


def test_in_strict_order_a_point_outweighs_any_waiting_and_the_cap_outweighs_any_points() -> None:
    strict = replace(SALES, name="strict", order="strict", ageing_cap_ms=600_000, priority=100)
    policy = centre(strict)
    assert point_credit_ms(policy, "strict") == STRICT_CREDIT_MS > 3 * 365 * 86_400_000
    assert point_credit_ms(policy, "sales") == policy.priority_credit_ms
    later = demand_in(policy, strict, "webchat").later
    assert [(step.at_ms, step.credit_ms) for step in later] == [(600_000, FIRST_CREDIT_MS)]
    assert FIRST_CREDIT_MS > 20 * 100 * STRICT_CREDIT_MS


def test_what_the_old_queue_asked_is_not_carried_to_the_next() -> None:
    demand = demand_in(centre(VIP), VIP, "webchat", (needs(pl=8),))
    assert carried_over(centre(VIP), demand) == (needs(pl=8),)


def test_any_of_several_sets_of_a_rule_is_asked_in_every_queue() -> None:
    either = (needs(pl=5), needs(en=7))
    demand = demand_in(centre(VIP), VIP, "webchat", either)
    own = needs(vip_desk=1, products=5)
    assert (demand.requirements, demand.alternatives) == (own, either)
    assert demand.later[0].demand.alternatives == either
    assert carried_over(centre(VIP), demand) == either
    moved = demand_moved(centre(VIP), demand, "sales")
    assert (moved.requirements, moved.alternatives) == (needs(products=3), either)


def test_an_item_goes_on_by_the_rules_of_every_queue_it_comes_to() -> None:
    first = replace(SALES, name="first", overflows=(after(20, "second"), after(90, "sales")))
    second = replace(SALES, name="second", overflows=(after(10, "sales"), after(40, "third"), Overflow(
        after_ms=30_000, action="announce"
    )))  # fmt: skip
    third = replace(SALES, name="third", overflows=(after(60, "first"),))
    demand = demand_in(centre(first, second, third), first, "webchat")
    assert [(later.at_ms, later.demand.queue, later.action) for later in demand.later] == [
        (20_000, "second", "queue"),
        (30_000, "second", "announce"),
        (40_000, "third", "queue"),
        (60_000, "first", "queue"),
        (90_000, "sales", "queue"),
    ]


def test_who_overflows_as_they_come_goes_on_by_age_and_never_back_and_forth() -> None:
    full = Overflow(when="length", least=9, queue="second")
    first = replace(SALES, name="first", overflows=(full,))
    second = replace(SALES, name="second", overflows=(replace(full, queue="first"), after(30, "sales")))
    (moved,) = demand_in(centre(first, second), first, "webchat").elsewhere
    assert moved.demand is not None
    assert moved.demand.elsewhere == ()
    assert [(later.at_ms, later.demand.queue) for later in moved.demand.later] == [(30_000, "sales")]


def after(seconds: int, queue: str) -> Overflow:
    return Overflow(after_ms=seconds * 1_000, queue=queue)


levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 10))
relaxations = st.builds(
    Relaxation,
    at_ms=st.sampled_from([0, 1, 2, 3]),
    drop=st.frozensets(st.sampled_from(SKILLS)),
    levels=levels,
    any=st.sampled_from([False, False, True]),
    also=st.lists(levels.map(lambda own: needs(**own)), max_size=2).map(tuple),
)


@given(
    requirements=levels,
    sets=st.lists(levels, max_size=2),
    steps=st.lists(relaxations, max_size=4),
    delay_ms=st.integers(0, 3),
    rules=levels,
    skills=levels,
)
def test_who_meets_what_is_asked_at_an_age_may_serve_the_lane_of_that_age(
    requirements: dict[str, int],
    sets: list[dict[str, int]],
    steps: list[Relaxation],
    delay_ms: int,
    rules: dict[str, int],
    skills: dict[str, int],
) -> None:
    queue = Queue(
        name="any",
        label="",
        requirements=needs(**requirements),
        requires_any=tuple(needs(**own) for own in sets),
        relaxations=tuple(steps),
        delay_ms=delay_ms,
    )
    demand = demand_in(centre(queue), queue, "webchat", (needs(**rules),))
    agent = Supply(agent_id=AgentId("a"), skills=skills, queues=frozenset({"any"}), limit=100, at_most={"webchat": 1})
    plan, lanes = plan_of(demand)
    for age in range(4):
        asks = [demand, *(later.demand for later in demand.later if later.at_ms <= age)]
        lane = [lane for lane, step in zip(lanes, plan.steps, strict=True) if step.at_ms <= age][-1]
        assert eligible(lane, profile_of(agent)) == any(_meets(one, skills) for one in asks)


def _meets(demand: Demand, skills: dict[str, int]) -> bool:
    return any(
        all(skills.get(need.skill, 0) >= need.level for need in (*demand.requirements, *more))
        for more in demand.alternatives or (frozenset(),)
    )


def test_overflow_by_age_goes_on_as_a_message_or_tells_and_stays() -> None:
    queue = replace(
        SALES,
        overflows=(
            Overflow(after_ms=60_000, action="message"),
            Overflow(after_ms=20_000, action="announce"),
            Overflow(after_ms=30_000, action="voicemail"),
        ),
    )
    later = demand_in(centre(queue), queue, "webchat").later
    assert [(one.at_ms, one.action, one.demand.channel) for one in later] == [
        (20_000, "announce", "webchat"),
        (60_000, "message", "webform"),
    ]


def test_other_overflows_stand_beside_the_ages_and_only_for_channels_they_concern() -> None:
    queue = replace(
        VIP,
        relaxations=(),
        overflows=(
            Overflow(when="nobody_signed_in", action="voicemail"),
            Overflow(when="length", least=9, queue="sales"),
            Overflow(when="nobody_signed_in", action="message", queue="sales"),
        ),
    )
    policy = centre(queue)
    call, chat, mail = (demand_in(policy, queue, channel, (needs(pl=5),)) for channel in ("voice", "webchat", "email"))
    assert [(one.when, one.action) for one in call.elsewhere] == [
        ("nobody_signed_in", "voicemail"),
        ("length", "queue"),
    ]
    assert [(one.when, one.action) for one in chat.elsewhere] == [("length", "queue"), ("nobody_signed_in", "message")]
    assert [(one.when, one.action) for one in mail.elsewhere] == [("length", "queue")]
    moved = chat.elsewhere[1].demand
    assert moved is not None
    assert (moved.queue, moved.channel, moved.elsewhere) == ("sales", "webform", ())
    assert needs(pl=5) <= moved.requirements
