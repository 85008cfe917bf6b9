"""The centre of the small world: settings, demands and supplies whose numbers meet at their boundaries."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from router.core.agent_condition import Value
from router.core.compiler import QueueSettings, Settings
from router.core.policy import Demand, Elsewhere, Later, Requirement, Supply
from router.core.words import AgentId, ChoiceModel

START = 1_700_000_000_000
SETTINGS = Settings(
    statuses={"available": ("voice", "webchat", "email"), "chats": ("webchat",), "busy": (), "away": (), "offline": ()},
    queues={
        "sales": QueueSettings(
            wrap_up_ms=2_000,
            ring_ms={"webchat": 1_000, "voice": 2_000},
            drain_after_ms=1_000,
            paused_units={"webchat": 25},
            deserted_after_ms={"webchat": 1_000, "voice": 0},
        ),
        "help": QueueSettings(
            wrap_up_ms=0,
            ring_ms={"webchat": 1_000},
            ring_agents=2,
            paused_units={"webchat": 10},
            auto_accept=True,
        ),
        "annex": QueueSettings(wrap_up_ms=1_000, ring_ms={}, deserted_after_ms={"webchat": 500}),
    },
    sign_in_status="available",
    missed_status="away",
    grace_ms=1_000,
    gone_boost_ms=1_000,
    cooldown_ms=1_000,
    ring_ms=1_000,
    wrap_up_ms=1_000,
    visit_ms={"webchat": 9_000},
)
OTHER_SETTINGS = (
    SETTINGS,
    replace(
        SETTINGS,
        missed_status="available",
        cooldown_ms=1,
        ring_ms=3_000,
        visit_ms={"voice": 3_000},
        pacing=2,
        alert_after=2,
    ),
    replace(SETTINGS, statuses={**SETTINGS.statuses, "busy": ("webchat",), "available": ("voice",)}),
    replace(SETTINGS, beside={"webchat": (), "email": ("voice",)}),
    replace(SETTINGS, sign_in_status="chats", grace_ms=5_000, wrap_up_ms=0, gone_boost_ms=0, pacing=3),
    replace(
        SETTINGS, pacing=2, queues={name: replace(queue, ring_agents=3) for name, queue in SETTINGS.queues.items()}
    ),
    replace(SETTINGS, ramp_ms=1_000),
    replace(SETTINGS, queues={"annex": replace(SETTINGS.queues["annex"], deserted_after_ms={"voice": 1_000})}),
    replace(SETTINGS, ramp_ms=3_000, sign_in_status="chats", pacing=2),
)
STATUSES = (*["available"] * 4, "chats", "busy", "offline", "nonsense")
TIMES_MS = (*[0] * 12, 1, 1, 500, 999, 1_000, 3_000)

FRENCH, FLUENT_FRENCH, ENGLISH = (
    Requirement(skill="french", level=1),
    Requirement(skill="french", level=5),
    Requirement(skill="english", level=3),
)


def _plans() -> tuple[Demand, ...]:
    """Demands that change with age: drops, rings, backups, other queues, credit; when other things happen too."""
    fluent = Demand(
        queue="sales", channel="webchat", weight=25, model="longest_idle", requirements=frozenset({FLUENT_FRENCH})
    )
    free, backup = replace(fluent, requirements=frozenset()), replace(fluent, backup=True)
    ring = replace(fluent, requirements=frozenset(), alternatives=(frozenset({FLUENT_FRENCH}), frozenset({ENGLISH})))
    away = replace(free, queue="annex")
    overflowing = replace(fluent, queue="help", model="least_loaded")
    call = replace(fluent, channel="voice", weight=100)
    return (
        replace(fluent, later=(Later(at_ms=1_000, demand=free),)),
        replace(fluent, later=(Later(at_ms=500, demand=ring), Later(at_ms=1_000, demand=free))),
        replace(fluent, later=(Later(at_ms=0, demand=ring), Later(at_ms=1, demand=backup, credit_ms=1_000))),
        replace(overflowing, later=(Later(at_ms=1_000, demand=away, keeps=False),)),
        replace(free, later=(Later(at_ms=1_000, demand=fluent, keeps=False), Later(at_ms=3_000, demand=ring))),
        replace(fluent, later=tuple(Later(at_ms=at, demand=fluent, credit_ms=at) for at in (500, 1_000))),
        replace(call, later=(Later(at_ms=1_000, demand=replace(call, requirements=frozenset())),)),
        ring,
    )


def _choices() -> tuple[Demand, ...]:
    """Demands of every model and order, in either pool of units, with conditions on the agent."""
    chat = Demand(queue="help", channel="webchat", weight=25, model="longest_idle", requirements=frozenset())
    mail = replace(chat, channel="email", interruptible=True)
    best = replace(chat, model="best_fit")
    red = ("==", ("attr", "team"), ("const", "red"))
    none = ("<", ("assigned", "webchat"), ("const", 1))
    free = (">=", ("percent", "webchat", "email"), ("const", 75))
    sets = tuple(frozenset({Requirement(skill=skill, level=n)}) for skill, n in (("french", 4), ("english", 1)))
    return (
        replace(chat, model="most_available"),
        replace(chat, model="round_robin"),
        best,
        replace(best, requirements=frozenset({ENGLISH})),
        replace(best, alternatives=sets),
        replace(chat, order=(("grade", "desc"),)),
        replace(chat, order=(("grade", "asc"), ("age", "desc")), model="least_loaded"),
        replace(best, order=(("age", "asc"),), queue="sales"),
        replace(mail, weight=50),
        replace(mail, model="least_loaded"),
        replace(chat, model="most_available", interruptible=True, queue="sales"),
        replace(chat, condition=red),
        replace(chat, condition=("and", ("or", red, ("has", ("attr", "tags"), ("const", "x"))), none)),
        replace(chat, condition=free, model="round_robin", queue="sales"),
        replace(best, later=(Later(at_ms=1_000, demand=replace(best, condition=red)), Later(at_ms=3_000, demand=best))),
        replace(best, alternatives=sets[:1], later=(Later(at_ms=500, demand=replace(best, alternatives=sets)),)),
    )


def _overflows() -> tuple[Demand, ...]:
    """Demands of queues that overflow, by every rule, to other queues and channels and to nowhere."""
    chat = Demand(queue="annex", channel="webchat", weight=25, model="longest_idle", requirements=frozenset())
    sales, mail = replace(chat, queue="sales"), replace(chat, channel="email", interruptible=True)
    fluent = replace(sales, requirements=frozenset({FLUENT_FRENCH}))
    alone = Elsewhere(when="nobody_signed_in", action="message", demand=replace(mail, queue="sales"))
    long = Elsewhere(when="length", least=2, action="queue", demand=replace(chat, queue="help"))
    slow = Elsewhere(when="expected_wait", least=1_000, action="callback")
    told = Elsewhere(when="nobody_signed_in", action="announce")
    relaxing = replace(chat, queue="help", later=(Later(at_ms=1_000, demand=mail, keeps=False),))
    late = Later(at_ms=1_000, demand=replace(mail, queue="help"), keeps=False, credit_ms=500, action="message")
    return (
        replace(chat, elsewhere=(told,)),
        replace(sales, elsewhere=(alone,)),
        replace(fluent, elsewhere=(replace(long, least=0, demand=relaxing), alone)),
        replace(fluent, later=(Later(at_ms=500, demand=fluent, credit_ms=700),), elsewhere=(alone,)),
        replace(sales, elsewhere=(long, slow, told)),
        replace(chat, elsewhere=(slow, replace(alone, demand=replace(mail, queue="annex")))),
        replace(
            chat,
            later=(Later(at_ms=500, demand=chat, credit_ms=700), late),
            elsewhere=(replace(alone, demand=replace(mail, queue="annex")),),
        ),
        replace(fluent, later=(Later(at_ms=500, demand=fluent, action="announce"), late), elsewhere=(slow,)),
        replace(sales, channel="voice", weight=100, elsewhere=(replace(told, action="voicemail"), long)),
    )


DEMANDS = (
    tuple(
        Demand(
            queue=queue, channel=channel, weight=weight, model=cast(ChoiceModel, chosen), requirements=frozenset(needs)
        )
        for queue, channel, weight, chosen, needs in (
            ("sales", "webchat", 25, "longest_idle", [FRENCH]),
            ("sales", "webchat", 25, "longest_idle", [ENGLISH]),
            ("sales", "webchat", 50, "longest_idle", [FLUENT_FRENCH, ENGLISH]),
            ("sales", "voice", 100, "longest_idle", []),
            ("help", "webchat", 25, "least_loaded", []),
            ("help", "webchat", 25, "least_loaded", [FRENCH]),
            ("help", "voice", 100, "least_loaded", [ENGLISH]),
            ("annex", "webchat", 25, "longest_idle", []),
            *(("sales", "webchat", 25, "longest_idle", [Requirement(skill="french", level=n)]) for n in range(2, 9)),
            ("help", "webchat", 25, "longest_idle", [FRENCH, ENGLISH]),
        )
    )
    + _plans()
    + _choices()
    + _overflows()
)
AGENTS = tuple(AgentId(name) for name in ("a", "ab", "b", "a.b", "A"))
NOBODY = AgentId("nobody")
BACKUP = frozenset({"sales"})
_both, _chats = {"webchat": 3, "voice": 1, "email": 2}, {"webchat": 2, "email": 1}
_ATTRIBUTES: tuple[dict[str, Value], ...] = (
    {"grade": 3, "team": "red", "tags": ("x", "y")},
    {"grade": 3.5, "age": 4, "team": "Red"},
    {"grade": -1, "age": 5, "team": True},
    {},
    {"age": 4, "tags": ("y", 1), "team": {"object": True}},
    {"grade": 7, "age": 4, "team": "red"},
)
_SUPPLIES = tuple(
    Supply(agent_id=NOBODY, skills=skills, queues=frozenset(queues), limit=limit, at_most=at_most, backup=BACKUP)
    for skills, queues, limit, at_most in (
        ({"french": 5, "english": 3}, ["sales", "help", "annex"], 100, _both),
        ({"french": 9, "english": 3}, ["sales", "help"], 50, _both),
        ({"french": 4}, ["sales", "help"], 100, _both),
        ({"english": 7}, ["sales", "help"], 100, _chats),
        ({"english": 9, "french": 1}, ["help"], 125, {"voice": 1, "webchat": 0}),
        ({}, ["annex"], 25, {"webchat": 1}),
    )
)


SUPPLIES = tuple(
    replace(supply, attributes=attributes, interruptible_limit=50 + 25 * (number % 3))
    for number, (supply, attributes) in enumerate(zip(_SUPPLIES, _ATTRIBUTES, strict=True))
)
