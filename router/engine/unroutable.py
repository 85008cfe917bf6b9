"""Items that nobody could ever take, whoever signs in: found within a moment, told on the board and in the log.

Looked at are everybody's skills and queues as they are now, and all that the item asks, however long it waits and
wherever it overflows to. When somebody able comes to the staff, or the policy changes, it is told no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import structlog

from router.core.compiler import Lane, Profile, profile_id, profile_of
from router.core.model.obstacles import Obstacle
from router.core.why import never_served
from router.core.words import LaneId, PlanId
from router.engine import presence
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.store.definitions import Definitions

log = structlog.get_logger()

LOOKED_AT_EVERY_S = 0.5
MOST_KEPT = 10_000


class Judge:
    """What is known of plans as long as staff and policy are the same. At most MOST_KEPT plans."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._of: tuple[int, int] | None = None
        self._profiles: list[Profile] = []
        self._missing: dict[PlanId, tuple[Obstacle, ...]] = {}

    async def look(self) -> None:
        """Judge what came since the last time; everything that waits when staff or policy are others now."""
        centre, board = self._centre, self._centre.board
        of = (centre.staff.version, id(centre.policy))
        if of != self._of or len(self._missing) > MOST_KEPT:
            self._of = of
            self._profiles = _profiles(centre)
            self._missing.clear()
            board.judge_anew()
        if not board.unjudged:
            return
        await centre.definitions.read(centre.store.connection, centre.store.prefix)
        for item_id in list(board.unjudged):
            item = board.items[item_id]
            missing = self._missing_for(item.plan)
            if missing and not item.missing:
                told = [f"{one.code} {one.about} {one.needs or ''}".strip() for one in missing]
                log.warning("nobody could ever take it", work_item_id=item_id, queue=item.queue, missing=told)
            board.judged(item_id, missing)

    def _missing_for(self, plan: PlanId) -> tuple[Obstacle, ...]:
        if plan not in self._missing:
            self._missing[plan] = never_served(list(_lanes(self._centre.definitions, plan)), self._profiles)
        return self._missing[plan]


def _profiles(centre: Centre) -> list[Profile]:
    """Of everybody, signed in or not; each once."""
    everybody = (profile_of(presence.supply_of(centre, colleague)) for colleague in centre.staff)
    return list({profile_id(profile): profile for profile in everybody}.values())


def _lanes(known: Definitions, plan_id: PlanId) -> Iterator[Lane]:
    """All lanes an item of the plan may ever wait in; the last it comes to by age last."""
    plan = known.plans.get(plan_id)
    if plan is None:
        yield known.lanes[LaneId(plan_id)]
        return
    for move in plan.moves:
        if move.plan is not None:
            yield from _lanes(known, move.plan)
    for step in plan.steps:
        yield known.lanes[step.lane]


async def run(centre: Centre) -> None:
    """For ever; a store that is away is asked again."""
    judge = Judge(centre)

    async def once() -> None:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        await judge.look()

    await patiently("unroutable items", once)
