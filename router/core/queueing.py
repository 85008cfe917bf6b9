"""What queueing theory says of a centre in steady state, computed anew: the yardstick of the running store.

Arrivals are Poisson, services exponential, a line is served first come first served. Times are in seconds, loads in
erlangs: arrivals a second × seconds of service. Sums are over stationary probabilities taken from their logarithms, so
that a thousand agents or a probability of 10⁻³⁰⁰ are no matter.

Erlang C and A: O. Garnett, A. Mandelbaum, M. Reiman, "Designing a Call Center with Impatient Customers", M&SOM 4
(2002). Pools that share waiting places: a reversible process that is truncated keeps its product form; F. P. Kelly,
"Reversibility and Stochastic Networks" (1979), section 1.6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log

NEGLIGIBLE = 1e-18
"""Of the most probable state: states beyond the mode that are rarer are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Arrivals a second, mean service in seconds, agents who each serve one at a time."""

    per_s: float
    service_s: float
    agents: int

    @property
    def erlangs(self) -> float:
        return self.per_s * self.service_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangC:
    """Everybody waits until served (M/M/c). asa_s: mean wait over all, those who did not wait included."""

    load: Load
    p_wait: float
    asa_s: float
    occupancy: float

    def service_level(self, within_s: float) -> float:
        """Share answered within so many seconds."""
        spare = self.load.agents - self.load.erlangs
        return 1 - self.p_wait * exp(-spare * within_s / self.load.service_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangA:
    """Customers leave after an exponential patience (M/M/c+M). mean_wait_s: over all, those who left included."""

    p_wait: float
    p_abandon: float
    mean_wait_s: float
    mean_queue: float
    occupancy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """So many may wait together; who would have to wait when they do is blocked. Waits are of those let in."""

    p_block: float
    p_wait: float
    mean_wait_s: float


def erlang_c(load: Load) -> ErlangC:
    """Raises ValueError when there is more work than agents: then there is no steady state."""
    spare = load.agents - load.erlangs
    if spare <= 0:
        raise ValueError(f"{load.erlangs:g} erlangs are too much for {load.agents} agents")
    blocked = erlang_b(load.erlangs, load.agents)
    p_wait = blocked / (1 - load.erlangs / load.agents * (1 - blocked))
    return ErlangC(
        load=load, p_wait=p_wait, asa_s=p_wait * load.service_s / spare, occupancy=load.erlangs / load.agents
    )


def erlang_b(erlangs: float, agents: int) -> float:
    """Probability that all are busy where nobody waits (M/M/c/c), by the recursion that only adds positive terms."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = erlangs * blocked / (n + erlangs * blocked)
    return blocked


def erlang_a(load: Load, patience_s: float) -> ErlangA:
    """A steady state exists at every load: who waits too long leaves."""
    present = stationary(lambda _: load.per_s, _out(load, patience_s))
    queue = sum(p * max(0, n - load.agents) for n, p in enumerate(present))
    busy = sum(p * min(n, load.agents) for n, p in enumerate(present))
    return ErlangA(
        p_wait=sum(present[load.agents :]),
        p_abandon=queue / patience_s / load.per_s,
        mean_wait_s=queue / load.per_s,
        mean_queue=queue,
        occupancy=busy / load.agents,
    )


def waiting_places(pools: Sequence[Load], places: int) -> Places:
    """Pools which share nothing but the places to wait in; one pool is M/M/c/K with K = agents + places."""
    alone = [present_in(pool, places=places) for pool in pools]
    busy = [law[pool.agents :] for pool, law in zip(pools, alone, strict=True)]
    queue = [[sum(law[: pool.agents + 1]), *law[pool.agents + 1 :]] for pool, law in zip(pools, alone, strict=True)]
    together = _sum_of(queue, places)
    per_s = blocked_per_s = waiting_per_s = 0.0
    for number, pool in enumerate(pools):
        found = _sum_of([busy[number], *(law for other, law in enumerate(queue) if other != number)], places)
        per_s += pool.per_s
        blocked_per_s += pool.per_s * found[places] / sum(together)
        waiting_per_s += pool.per_s * sum(found[:places]) / sum(together)
    let_in_per_s = per_s - blocked_per_s
    mean_queue = sum(n * weight for n, weight in enumerate(together)) / sum(together)
    return Places(
        p_block=blocked_per_s / per_s, p_wait=waiting_per_s / let_in_per_s, mean_wait_s=mean_queue / let_in_per_s
    )


def stationary(into: Callable[[int], float], out_of: Callable[[int], float]) -> list[float]:
    """Probabilities of 0, 1, 2 … customers: state n is left upwards at rate into(n), downwards at out_of(n).

    Ends before the first state not entered, or where states are negligible; they must become so.
    """
    logs = [0.0]
    largest, state = 0.0, 0
    while (rate := into(state)) > 0:
        state += 1
        logs.append(logs[-1] + log(rate) - log(out_of(state)))
        largest = max(largest, logs[-1])
        if logs[-1] < largest + log(NEGLIGIBLE) and logs[-1] < logs[-2]:
            break
    weights = [exp(value - largest) for value in logs]
    total = sum(weights)
    return [weight / total for weight in weights]


def present_in(load: Load, *, patience_s: float | None = None, places: int | None = None) -> list[float]:
    """How probable it is to find 0, 1, 2 … customers in the centre. Raises ValueError when there is no steady state."""
    if patience_s is None and places is None:
        erlang_c(load)
    most = None if places is None else load.agents + places
    return stationary(lambda n: load.per_s if most is None or n < most else 0.0, _out(load, patience_s))


def _out(load: Load, patience_s: float | None = None) -> Callable[[int], float]:
    """The rate at which one of n customers leaves, served or out of patience."""

    def rate(n: int) -> float:
        lost = max(0, n - load.agents) / patience_s if patience_s else 0.0
        return min(n, load.agents) / load.service_s + lost

    return rate


def _sum_of(laws: Sequence[Sequence[float]], most: int) -> list[float]:
    """Weights of 0 … most in all together, of numbers independent of one another."""
    totals = [1.0] + [0.0] * most
    for law in laws:
        totals = [sum(totals[n - k] * law[k] for k in range(min(n + 1, len(law)))) for n in range(most + 1)]
    return totals
