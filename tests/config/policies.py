"""Policies as values, for the property that text and value are the same thing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

from hypothesis import strategies as st

from config import policy
from router.core.hours import Hours, shift
from router.core.policy import (
    ChannelRule,
    Disposition,
    Offers,
    Overflow,
    Policy,
    Presence,
    Queue,
    Relaxation,
    Requirement,
    Rule,
    Status,
    WhenClosed,
)
from router.core.retention import KINDS, Retention
from router.core.service_level import VARIANTS
from router.core.words import CHANNELS, ChoiceModel

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[3] / "shared" / "data")
DEFAULT = policy.load(policy.DEMO)

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", fullmatch=True)
labels = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(
    lambda text: bool(text.strip())
)
priorities = st.integers(-100, 100)
weights = st.integers(1, 100)
skills = st.sampled_from(["en", "pl", "garden", "v.i-p:1"])
requirements = st.dictionaries(skills, st.integers(1, 10), max_size=3).map(
    lambda levels: frozenset(Requirement(skill=skill, level=level) for skill, level in levels.items())
)
alternatives = st.lists(requirements, max_size=2).map(tuple)
relaxations = st.lists(
    st.builds(
        Relaxation,
        at_ms=st.integers(0, 86_400_000),
        drop=st.frozensets(skills, min_size=1),
        levels=st.dictionaries(skills, st.integers(1, 10)),
        any=st.booleans(),
        also=alternatives,
    ),
    max_size=2,
).map(tuple)
texts = st.dictionaries(st.sampled_from(["en", "pl"]), labels, max_size=2)
overflows = st.lists(
    st.builds(
        Overflow,
        when=st.sampled_from(["age", "nobody_signed_in"]),
        after_ms=st.integers(1_000, 604_800_000),
        action=st.sampled_from(["message", "case", "callback", "voicemail", "announce"]),
        text=texts,
    )
    | st.builds(
        Overflow,
        when=st.sampled_from(["length", "expected_wait"]),
        least=st.integers(1_000, 100_000),
        action=st.sampled_from(["message", "callback"]),
        text=texts,
    ),
    max_size=3,
).map(tuple)
channels = st.sampled_from(CHANNELS)
rings_ms = st.integers(3_000, 120_000)


worked = st.sampled_from(["", "08:00-16:30", "09:00-12:00 13:00-17:00", "22:00-06:00", "00:00-24:00"])
days = worked.map(lambda texts: tuple(map(shift, texts.split())))
weeks = st.lists(days, min_size=3, max_size=3).map(lambda week: (week[0], (), week[1], (), week[2], (), ()))


@st.composite
def hours(draw: st.DrawFn, name: str) -> Hours:
    return Hours(
        name=name,
        zone=draw(st.sampled_from(["Europe/Warsaw", "UTC", "America/Santiago"])),
        week=draw(weeks),
        dates=draw(st.dictionaries(st.dates(), days, max_size=2)),
        yearly=draw(st.dictionaries(st.sampled_from([(12, 24), (2, 29), (5, 1)]), days, max_size=2)),
        public_holidays=draw(st.sampled_from(["", "GR"])),
    )


@st.composite
def closings(draw: st.DrawFn) -> WhenClosed:
    return WhenClosed(
        action=draw(st.sampled_from(["wait", "message", "callback", "announce"])),
        waiting=draw(st.sampled_from(["keep", "same"])),
        text=draw(texts),
    )


@st.composite
def queues(draw: st.DrawFn, name: str, open_in: str = "") -> Queue:
    return Queue(
        name=name,
        label=draw(labels),
        model=draw(st.sampled_from(get_args(ChoiceModel))),
        requirements=draw(requirements),
        requires_any=draw(alternatives),
        relaxations=draw(relaxations),
        overflows=draw(overflows),
        delay_ms=draw(st.integers(0, 86_400_000)),
        order="strict",
        ageing_cap_ms=draw(st.integers(0, 604_800_000)),
        interruptible=draw(st.sampled_from([None, True, False])),
        weights=draw(st.dictionaries(channels, weights, max_size=3)),
        paused_weights=draw(st.dictionaries(channels, weights, max_size=3)),
        ring_agents=draw(st.integers(1, 5)),
        auto_accept=draw(st.booleans()),
        ring_ms=draw(st.dictionaries(channels, rings_ms, max_size=3)),
        wrap_up_ms=draw(st.integers(0, 3_600_000)),
        priority=draw(priorities),
        service_level_ms=draw(st.integers(1_000, 86_400_000)),
        short_abandon_ms=draw(st.integers(0, 600_000)),
        hours=open_in,
        when_closed=draw(closings()) if open_in else WhenClosed(),
        department=draw(st.booleans()),
    )


@st.composite
def rules(draw: st.DrawFn, number: int, lines: list[str]) -> Rule:
    said = json.dumps(draw(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)), ensure_ascii=False)
    return Rule(
        name=f"{number} {draw(labels)}"[:80],
        when=f"account == 'rule {number}' && text.contains({said})",
        queue=draw(st.sampled_from(["", *lines])),
        requirements=draw(requirements),
        priority=draw(st.integers(1, 100)),
        credit_ms=draw(st.integers(-86_400_000, 86_400_000)),
        weight=draw(st.none() | weights),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    lines = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    kept = draw(st.lists(names, max_size=2, unique=True))
    others = draw(st.lists(names.filter(lambda name: name not in DEFAULT.statuses), max_size=2, unique=True))
    return Policy(
        priority_credit_ms=draw(st.integers(0, 3_600_000)),
        agent_limit=draw(st.integers(100, 10_000)),
        interruptible_limit=draw(st.integers(1, 10_000)),
        channels={
            name: ChannelRule(
                name=name,
                weight=draw(weights),
                ring_ms=draw(rings_ms),
                at_most=draw(st.integers(0, 100)),
                interruptible=draw(st.booleans()),
                beside=draw(st.frozensets(channels)),
            )
            for name in DEFAULT.channels
        },
        statuses=_shipped_statuses() | {name: draw(_statuses(name)) for name in others},
        skills=frozenset({"en", "pl", "garden", "v.i-p:1"}),
        queues={name: draw(queues(name, draw(st.sampled_from(["", *kept])))) for name in lines},
        hours={name: draw(hours(name)) for name in kept},
        service_level_variant=draw(st.sampled_from(VARIANTS)),
        rules=tuple(draw(rules(number, lines)) for number in range(draw(st.integers(0, 4)))),
        dispositions=(*SHIPPED_DISPOSITIONS, *(Disposition(name=f"d{name}", label=draw(labels)) for name in lines)),
        presence=Presence(
            sign_in_status=draw(st.sampled_from(["available", *others])),
            missed_status="busy",
            lease_ms=draw(st.integers(2_000, 600_000)),
            grace_ms=draw(st.integers(0, 3_600_000)),
            gone_boost_ms=draw(st.integers(0, 86_400_000)),
        ),
        offers=Offers(
            decline_cooldown_ms=draw(st.integers(0, 3_600_000)),
            decline_reasons=tuple(draw(st.lists(labels, max_size=3, unique=True))),
        ),
        default_queue=draw(st.sampled_from(lines)),
        retention=Retention(
            days={kind: draw(st.integers(14, 10_000)) for kind in {"requests", draw(st.sampled_from(KINDS))}}
        ),
    )


@st.composite
def _statuses(draw: st.DrawFn, name: str) -> Status:
    return Status(
        name=name,
        label=draw(labels),
        channels=frozenset(draw(st.lists(channels, max_size=3))),
        productive=draw(st.booleans()),
        icon=draw(names),
    )


def _shipped_statuses() -> dict[str, Status]:
    return {name: status for name, status in DEFAULT.statuses.items() if name != "training"}


SHIPPED_DISPOSITIONS = DEFAULT.dispositions[:4]
