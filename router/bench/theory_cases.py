"""Centres with a known law: what `usher bench theory` lives through and what theory says of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, inf

from router.bench.interval import Sums
from router.bench.steady_state import Centre, Fate, Person
from router.core.queueing import Load, erlang_a, erlang_c, waiting_places
from router.core.words import Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who came to a centre within a window of its life, and what became of them. busy_s: service given within it."""

    fates: Sequence[Fate]
    busy_s: float
    agents_s: float

    def count(self, holds: Callable[[Fate], bool]) -> int:
        return sum(map(holds, self.fates))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """exact: its law. of: numerator and denominator. burst: what one burst of it adds to the numerator."""

    name: str
    exact: float
    of: Callable[[Seen], Sums]
    burst: float = 1.0
    most: float = 1.0
    """The largest it can be; 1 for shares."""
    published: tuple[float, float] | None = None
    """Where two simulations by others put it, whose agents serve the first of their skills first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    centre: Centre
    measures: tuple[Measure, ...]
    at_most: float = 1.0
    """Times the customers another case may have: its memory is long."""


def window(customers: Sequence[Person], fates: Sequence[Fate], centre: Centre, start: Ms, end: Ms) -> Seen:
    """Cut the time from start to end out of a life."""
    busy_ms = 0
    for person, fate in zip(customers, fates, strict=True):
        if fate.what == "answered":
            began = person.at + fate.waited_ms
            busy_ms += max(0, min(end, began + person.service_ms) - max(start, began))
    return Seen(
        fates=[fate for person, fate in zip(customers, fates, strict=True) if start <= person.at < end],
        busy_s=busy_ms / 1000,
        agents_s=(end - start) / 1000 * centre.load.agents,
    )


# Measures -----------------------------------------------------------------------------------------------------------


def _let_in(seen: Seen) -> int:
    return seen.count(lambda fate: fate.what != "blocked")


def _waited(seen: Seen) -> Sums:
    return seen.count(lambda fate: fate.waited_ms > 0), _let_in(seen)


def _wait_s(seen: Seen) -> Sums:
    return sum(fate.waited_ms for fate in seen.fates) / 1000, _let_in(seen)


def _wait_min(seen: Seen) -> Sums:
    total_s, let_in = _wait_s(seen)
    return total_s / 60, let_in


def _occupancy(seen: Seen) -> Sums:
    return seen.busy_s, seen.agents_s


def _share(what: str) -> Callable[[Seen], Sums]:
    return lambda seen: (seen.count(lambda fate: fate.what == what), len(seen.fates))


def _answered_within(ms: Ms) -> Callable[[Seen], Sums]:
    return lambda seen: (
        seen.count(lambda fate: fate.what == "answered" and fate.waited_ms <= ms),
        len(seen.fates),
    )


# Cases --------------------------------------------------------------------------------------------------------------


def burst_of(occupancy: float) -> float:
    """How many customers a rare wait befalls together: clusters of long waits in M/M/1 are 1/(1 − ρ)² customers long
    (H. Rootzén, "Maxima and exceedances of stationary Markov chains", Adv. Appl. Prob. 20, 1988).
    """
    return (1 - occupancy) ** -2 if occupancy < 1 else inf


def erlang_c_case(load: Load, *, within_s: Sequence[int], at_most: float = 1.0) -> Case:
    """Everybody waits until served."""
    law = erlang_c(load)
    burst, delayed_s = burst_of(law.occupancy), load.service_s / (load.agents - load.erlangs)
    return Case(
        name=f"Erlang C, {_told(load)}",
        centre=Centre(load=load, agents=[frozenset({0})] * load.agents),
        measures=(
            Measure(name="p_wait", exact=law.p_wait, of=_waited, burst=burst),
            Measure(name="asa_s", exact=law.asa_s, of=_wait_s, burst=burst * delayed_s, most=inf),
            Measure(name="occupancy", exact=law.occupancy, of=_occupancy),
            *(
                Measure(
                    name=f"service_level_{t}_s",
                    exact=law.service_level(t),
                    of=_answered_within(t * 1000),
                    burst=burst,
                )
                for t in within_s
            ),
        ),
        at_most=at_most,
    )


def erlang_a_case(load: Load, patience_s: float) -> Case:
    """Customers leave when their patience ends."""
    law = erlang_a(load, patience_s)
    burst = min(burst_of(load.erlangs / load.agents), max(1.0, load.per_s * patience_s))
    return Case(
        name=f"Erlang A, {_told(load)}, patience {patience_s:g} s",
        centre=Centre(load=load, agents=[frozenset({0})] * load.agents, patience_s=patience_s),
        measures=(
            Measure(name="p_wait", exact=law.p_wait, of=_waited, burst=burst),
            Measure(name="p_abandon", exact=law.p_abandon, of=_share("abandoned"), burst=burst),
            Measure(name="mean_wait_s", exact=law.mean_wait_s, of=_wait_s, burst=burst * patience_s, most=inf),
            Measure(name="occupancy", exact=law.occupancy, of=_occupancy),
        ),
    )


KINDS, PRIMARIES, PLACES = 6, 15, 30
SKILLS_LOAD = Load(per_s=8.4 / 60, service_s=600, agents=KINDS * PRIMARIES)


def skills_case(skills: int) -> Case:
    """Six kinds of equal load; each agent has one kind as the first of their skills, the others spread evenly.

    R. B. Wallace, W. Whitt, "A Staffing Algorithm for Call Centers with Skill-Based Routing", M&SOM 7 (2005). With all
    skills the agents are one pool, with one they are six that share the waiting places.
    """
    agents = [_skills_of(number, skills) for number in range(SKILLS_LOAD.agents)]
    return Case(
        name=f"6 classes, {SKILLS_LOAD.agents} agents, {PLACES} waiting places, skills of an agent: {skills}",
        centre=Centre(load=SKILLS_LOAD, kinds=KINDS, agents=agents, places=PLACES),
        measures=_TWO_SKILLS if skills == 2 else _skill_measures(skills),
    )


def _skills_of(number: int, skills: int) -> frozenset[int]:
    """Of the 15 agents of a kind, three have each other kind as their second."""
    first, turn = divmod(number, PRIMARIES)
    others = [1 + (turn + step) % (KINDS - 1) for step in range(skills - 1)]
    return frozenset((first + step) % KINDS for step in (0, *others))


def _skill_measures(skills: int) -> tuple[Measure, ...]:
    one = Load(per_s=SKILLS_LOAD.per_s / KINDS, service_s=SKILLS_LOAD.service_s, agents=PRIMARIES)
    law = waiting_places([SKILLS_LOAD] if skills == KINDS else [one] * KINDS, PLACES)
    return (
        Measure(name="p_block", exact=law.p_block, of=_share("blocked"), burst=PLACES),
        Measure(name="p_wait", exact=law.p_wait, of=_waited),
        Measure(name="mean_wait_min", exact=law.mean_wait_s / 60, of=_wait_min, most=inf),
    )


_TWO_SKILLS = (
    Measure(name="p_block", exact=0.00411, of=_share("blocked"), burst=PLACES, published=(0.0043, 0.0044)),
    Measure(name="p_wait", exact=0.4270, of=_waited),
    Measure(name="mean_wait_min", exact=0.566, of=_wait_min, most=inf, published=(0.58, 0.72)),
)
"""No formula is known. From 20,000,000 customers of the ideal queue; standard errors 0.00006, 0.0014 and 0.003."""


def _told(load: Load) -> str:
    return f"{load.per_s * 3600:g} calls/h, {load.service_s:g} s, {load.agents} agents"


def _hourly(calls: int, service_s: float, agents: int) -> Load:
    return Load(per_s=calls / 3600, service_s=service_s, agents=agents)


def _grid_c() -> list[Load]:
    """Loads over 1.02 to 1.6 times the agents they need at least."""
    loads = [
        _hourly(calls, service_s, ceil(calls * service_s / 3600 * over))
        for calls in (30, 60, 120, 240, 480, 1200)
        for service_s in (90, 180, 300, 600)
        for over in (1.02, 1.1, 1.25, 1.6)
    ]
    return list(dict.fromkeys(loads))


def _grid_a() -> list[tuple[Load, float]]:
    """Loads of 1.18 to 0.87 erlangs an agent, patience short and long."""
    rows = [
        (_hourly(calls, service_s, round(calls * service_s / 3600 * staffed)), patience_s)
        for calls in (60, 240, 1200)
        for service_s in (180, 600)
        for staffed in (0.85, 1.0, 1.15)
        for patience_s in (60.0, 180.0, 600.0)
    ]
    return list(dict.fromkeys(rows))


NAMED = (
    erlang_c_case(_hourly(2880, 60, 50), within_s=(20,), at_most=3.0),
    erlang_c_case(_hourly(720, 240, 55), within_s=(15,)),
    erlang_a_case(_hourly(2880, 60, 50), 120.0),
    *(skills_case(skills) for skills in (1, 2, 6)),
)
GRID = (
    *(erlang_c_case(load, within_s=(10, 20, 60)) for load in _grid_c()),
    *(erlang_a_case(load, patience_s) for load, patience_s in _grid_a()),
)
SOME = tuple(
    case
    for case in GRID
    if case.centre.load
    in (
        _hourly(60, 90, 2),
        _hourly(30, 600, 8),
        _hourly(240, 180, 15),
        _hourly(1200, 90, 38),
    )
    or (case.centre.load, case.centre.patience_s)
    in (
        (_hourly(60, 180, 3), 180.0),
        (_hourly(240, 180, 12), 60.0),
        (_hourly(240, 600, 34), 600.0),
        (_hourly(1200, 180, 60), 180.0),
    )
)
"""A few of the grid: small and large, crowded and calm."""
