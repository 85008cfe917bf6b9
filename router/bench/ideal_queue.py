"""The queue of the textbook, in memory: what the running store is compared with, customer by customer.

A customer goes to the free agent who serves their kind and has been idle longest, an agent to the customer they serve
who came first. Ties go to the first by number, as the store breaks them by id.
"""

from __future__ import annotations

from bisect import insort

from router.bench.steady_state import Centre
from router.core.words import Ms


class IdealQueue:
    """A Router (steady_state.py)."""

    def __init__(self, centre: Centre) -> None:
        self._serves = centre.agents
        self._idle: list[tuple[Ms, int]] = [(0, agent) for agent in range(len(centre.agents))]
        """Since when, who; in order."""
        self._waiting: dict[int, int] = {}
        """Kinds of the waiting, in order of arrival."""
        self._with: dict[int, int] = {}
        """The agent of each customer who is served."""

    async def arrive(self, at: Ms, customer: int, kind: int) -> list[int]:
        for place, (_, agent) in enumerate(self._idle):
            if kind in self._serves[agent]:
                del self._idle[place]
                self._with[customer] = agent
                return [customer]
        self._waiting[customer] = kind
        return []

    async def leave(self, at: Ms, customer: int) -> list[int]:
        if self._waiting.pop(customer, None) is not None:
            return []
        agent = self._with.pop(customer)
        for following, kind in self._waiting.items():
            if kind in self._serves[agent]:
                del self._waiting[following]
                self._with[following] = agent
                return [following]
        insort(self._idle, (at, agent))
        return []
