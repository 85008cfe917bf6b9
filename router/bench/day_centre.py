"""A centre as large as life: 25 teams of ten equal agents, 40 queues, 60 skills, four channels, and who calls it.

Arrivals over the day, service and patience follow a bank's call centre (Technion, "Anonymous Bank", August 1999;
L. Brown et al., "Statistical Analysis of a Telephone Call Center", JASA 100, 2005): service lognormal with mean 185 s
and median 111 s, patience exponential with mean 406 s. Who writes by messenger or e-mail waits until served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from random import Random
from typing import NamedTuple

from router.core.compiler import QueueSettings, Settings
from router.core.policy import Demand, Requirement, Supply
from router.core.words import AgentId, Channel, Ms, Units

HOUR_MS: Ms = 3_600_000
FIRST_HOUR = 7
ARRIVALS_BY_HOUR = (
    *(960, 2073, 3140, 3628, 3263, 2953, 2753, 2863, 2698),
    *(2686, 2233, 1991, 1433, 1328, 1611, 1799, 1239),
)
MEAN_SERVICE_S, MEDIAN_SERVICE_S, PATIENCE_S = 185.0, 111.0, 406.0
CUSTOMERS = 36_000
"""As many as keep 250 agents busy from ten to six, with lines at the busiest hours."""

TEAMS, SUBJECTS, LANGUAGES = 25, 40, 20
SUBJECTS_OF_A_TEAM, LANGUAGES_OF_A_TEAM = 10, 4
COMMON_LANGUAGE = 0.6
"""Share of the customers who speak what all agents speak."""


class Medium(NamedTuple):
    weight: Units
    at_most: int
    """Items of it an agent holds at once."""
    share: float
    patient: bool


MEDIA: dict[Channel, Medium] = {
    "voice": Medium(100, 1, 0.45, patient=False),
    "webchat": Medium(30, 3, 0.25, patient=False),
    "messenger": Medium(20, 4, 0.15, patient=True),
    "email": Medium(50, 1, 0.15, patient=True),
}
VIP_SHARE, VIP_CREDIT_MS = 0.1, 90_000

SHIFTS = ((7.0, 15.0), (9.5, 17.5), (12.0, 20.0), (15.0, 24.0))
"""From when to when, in hours of the day."""
SHIFT_OF_AGENT = (0, 0, 0, 1, 1, 1, 2, 3, 3, 3)
"""Of each ten of a team."""

QUEUES = tuple(f"queue{number:02}" for number in range(SUBJECTS))
RING_MS, WRAP_UP_MS, COOLDOWN_MS, GRACE_MS = 20_000, 60_000, 120_000, 20_000
SETTINGS = Settings(
    statuses={"available": tuple(sorted(MEDIA)), "break": (), "away": (), "offline": ()},
    queues={
        name: QueueSettings(wrap_up_ms=WRAP_UP_MS if number % 4 else 0, ring_ms=dict.fromkeys(MEDIA, RING_MS))
        for number, name in enumerate(QUEUES)
    },
    sign_in_status="available",
    missed_status="away",
    grace_ms=GRACE_MS,
    gone_boost_ms=60_000,
    cooldown_ms=COOLDOWN_MS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    subjects: tuple[int, ...]
    languages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """An agent and their day. breaks: from when to when."""

    supply: Supply
    group: tuple[int, int]
    """Team and shift: agents of one group are equal."""
    starts_at: Ms
    ends_at: Ms
    breaks: tuple[tuple[Ms, Ms], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """patience_ms: None: waits until served."""

    at: Ms
    demand: Demand
    credit_ms: Ms
    service_ms: Ms
    patience_ms: Ms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """Times are ms since midnight."""

    teams: Sequence[Team]
    workers: Sequence[Worker]
    customers: Sequence[Customer]


def centre(*, agents: int, customers: int, hours: tuple[int, int], random: Random) -> Centre:
    """agents: in turn of every team. customers: of a whole day. hours: the part of it that is lived."""
    teams = [
        Team(
            subjects=tuple(sorted(random.sample(range(SUBJECTS), SUBJECTS_OF_A_TEAM))),
            languages=(0, *sorted(random.sample(range(1, LANGUAGES), LANGUAGES_OF_A_TEAM))),
        )
        for _ in range(TEAMS)
    ]
    return Centre(
        teams=teams,
        workers=[_worker(number, teams[number % TEAMS], hours, random) for number in range(agents)],
        customers=_customers(teams, customers, hours, random),
    )


def _worker(number: int, team: Team, hours: tuple[int, int], random: Random) -> Worker:
    shift = SHIFT_OF_AGENT[number // TEAMS % len(SHIFT_OF_AGENT)]
    first, last = (round(hour * HOUR_MS) for hour in SHIFTS[shift])
    lunch = first + round(random.uniform(3, 5) * HOUR_MS)
    pause = first + round(random.uniform(1, 2.5) * HOUR_MS)
    skills = {f"subject{subject}": 5 for subject in team.subjects} | {f"language{n}": 5 for n in team.languages}
    return Worker(
        supply=Supply(
            agent_id=AgentId(f"agent{number:03}"),
            skills=skills,
            queues=frozenset(QUEUES[subject] for subject in team.subjects),
            limit=100,
            at_most={channel: medium.at_most for channel, medium in MEDIA.items()},
        ),
        group=(number % TEAMS, shift),
        starts_at=max(first, hours[0] * HOUR_MS),
        ends_at=last,
        breaks=((pause, pause + HOUR_MS // 4), (lunch, lunch + HOUR_MS * 3 // 4)),
    )


def _customers(teams: Sequence[Team], count: int, hours: tuple[int, int], random: Random) -> list[Customer]:
    per_hour = [count * part / sum(ARRIVALS_BY_HOUR) for part in ARRIVALS_BY_HOUR]
    came = []
    for hour, expected in enumerate(per_hour, FIRST_HOUR):
        at = hour * HOUR_MS + random.expovariate(expected / HOUR_MS)
        while hours[0] <= hour < hours[1] and at < (hour + 1) * HOUR_MS:
            came.append(_customer(round(at), teams, random))
            at += random.expovariate(expected / HOUR_MS)
    return came


def _customer(at: Ms, teams: Sequence[Team], random: Random) -> Customer:
    demand = some_demand(teams, random.choices(list(MEDIA), [medium.share for medium in MEDIA.values()])[0], random)
    spread = sqrt(2 * log(MEAN_SERVICE_S / MEDIAN_SERVICE_S))
    return Customer(
        at=at,
        demand=demand,
        credit_ms=VIP_CREDIT_MS if random.random() < VIP_SHARE else 0,
        service_ms=round(random.lognormvariate(log(MEDIAN_SERVICE_S), spread) * 1000),
        patience_ms=None if MEDIA[demand.channel].patient else round(random.expovariate(1 / PATIENCE_S) * 1000),
    )


def some_demand(teams: Sequence[Team], channel: Channel, random: Random) -> Demand:
    """What one customer asks; never more than some team has."""
    team = random.choice(teams)
    subject = random.choice(team.subjects)
    return _demand(subject, 0 if random.random() < COMMON_LANGUAGE else random.choice(team.languages[1:]), channel)


def all_demands(teams: Sequence[Team]) -> list[Demand]:
    """Every demand some team has what it takes for."""
    asked = {(subject, language) for team in teams for subject in team.subjects for language in team.languages}
    return [_demand(subject, language, channel) for subject, language in sorted(asked) for channel in MEDIA]


def _demand(subject: int, language: int, channel: Channel) -> Demand:
    needs = {Requirement(skill=f"subject{subject}", level=3), Requirement(skill=f"language{language}", level=3)}
    return Demand(
        queue=QUEUES[subject],
        channel=channel,
        requirements=frozenset(needs),
        weight=MEDIA[channel].weight,
        model="least_loaded" if subject % 2 else "longest_idle",
    )
