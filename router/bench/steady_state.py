"""A centre of queueing theory lived through event by event, by whatever routes it: the running store, an ideal queue.

Time is virtual: ms since the centre opened. Whoever is routed begins at once, works without wrap-up and leaves; who has
a patience leaves when it ends. Events of one ms are in the order ends of service, ends of patience, arrivals.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from random import Random
from typing import Literal, NamedTuple, Protocol

from router.core.queueing import Load, present_in
from router.core.words import Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """load: of all kinds of customers together. agents: the kinds each serves. places: to wait in, for all together."""

    load: Load
    kinds: int = 1
    agents: Sequence[frozenset[int]]
    patience_s: float | None = None
    places: int | None = None

    @property
    def memory_s(self) -> float:
        """About how long the centre remembers how it was: the relaxation time of M/M/c."""
        root = sqrt(self.load.agents) - sqrt(min(self.load.erlangs, self.load.agents - 0.5))
        unaided_s = self.load.service_s / root**2
        return min(unaided_s, max(self.patience_s, self.load.service_s)) if self.patience_s else unaided_s


class Person(NamedTuple):
    """A customer, with all that chance decides about them."""

    at: Ms
    kind: int
    service_ms: Ms
    patience_ms: Ms | None


class Fate(NamedTuple):
    what: Literal["answered", "abandoned", "blocked"]
    waited_ms: Ms


class Router(Protocol):
    """Who decides. Each call answers which customers, by number, begin to be served with it."""

    async def arrive(self, at: Ms, customer: int, kind: int) -> list[int]: ...
    async def leave(self, at: Ms, customer: int) -> list[int]:
        """The customer's service is over, or their patience while they waited."""
        ...


def people(centre: Centre, span_ms: Ms, random: Random) -> list[Person]:
    """Customers of one life: those found in the centre at 0, by the exact law of one pool, then those who come."""
    law = present_in(centre.load, patience_s=centre.patience_s, places=centre.places)
    found = random.choices(range(len(law)), cum_weights=list(accumulate(law)))[0]
    came = [0] * found
    at_s = random.expovariate(centre.load.per_s)
    while at_s * 1000 < span_ms:
        came.append(round(at_s * 1000))
        at_s += random.expovariate(centre.load.per_s)
    return [
        Person(
            at=at,
            kind=random.randrange(centre.kinds),
            service_ms=round(random.expovariate(1 / centre.load.service_s) * 1000),
            patience_ms=round(random.expovariate(1 / centre.patience_s) * 1000) if centre.patience_s else None,
        )
        for at in came
    ]


SERVED, IMPATIENT = 0, 1


async def live(centre: Centre, customers: Sequence[Person], router: Router) -> list[Fate]:
    """What became of each customer; ends when everybody's fate is known."""
    fates: list[Fate | None] = [None] * len(customers)
    due: list[tuple[Ms, int, int]] = []
    arrived = waiting = known = 0

    def begin(now: Ms, started: list[int]) -> None:
        nonlocal waiting, known
        for number in started:
            fates[number] = Fate("answered", now - customers[number].at)
            heapq.heappush(due, (now + customers[number].service_ms, SERVED, number))
        waiting -= len(started)
        known += len(started)

    while known < len(customers):
        if arrived == len(customers) or (due and due[0][0] <= customers[arrived].at):
            now, what, number = heapq.heappop(due)
            if what == SERVED:
                begin(now, await router.leave(now, number))
            elif fates[number] is None:
                fates[number] = Fate("abandoned", now - customers[number].at)
                waiting, known = waiting - 1, known + 1
                await router.leave(now, number)
        else:
            number, person = arrived, customers[arrived]
            arrived, waiting = arrived + 1, waiting + 1
            begin(person.at, await router.arrive(person.at, number, person.kind))
            if fates[number] is None and centre.places is not None and waiting > centre.places:
                fates[number] = Fate("blocked", 0)
                waiting, known = waiting - 1, known + 1
                await router.leave(person.at, number)
            elif fates[number] is None and person.patience_ms is not None:
                heapq.heappush(due, (person.at + person.patience_ms, IMPATIENT, number))
    return [fate for fate in fates if fate is not None]
