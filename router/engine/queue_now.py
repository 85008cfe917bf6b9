"""One queue of the board: who waits, who works, today's numbers, and the card that shows them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from router.core.expected_wait import ExpectedWait, Pace, expected_wait
from router.core.policy import Queue
from router.core.service_level import Variant, Waits, service_level
from router.core.words import Ms, WorkItemId
from router.engine.agent_now import ItemNow
from router.engine.obstacles import told_obstacle
from router.protocol.customer import QueuePosition
from router.protocol.records import BoardAlert, BoardQueue, ToldWaits

MOST_ALERTED = 20
AGES_MS = (30_000, 60_000, 120_000, 300_000)


@dataclass(slots=True, kw_only=True)
class QueueNow:
    """waiting: (enqueued_at, item), sorted. answered, abandoned: today's waits. The rest are counts."""

    waiting: list[tuple[Ms, WorkItemId]] = field(default_factory=list)
    offered: int = 0
    in_progress: int = 0
    paused: int = 0
    """Of those in progress."""
    alerted: dict[WorkItemId, ItemNow] = field(default_factory=dict)
    """Those somebody should look at."""
    answered: Waits = field(default_factory=Waits)
    abandoned: Waits = field(default_factory=Waits)
    eligible: int = 0
    free: int = 0
    busy: int = 0
    """Of those eligible, who have work in hand, of this queue or another."""
    pace: Pace = field(default_factory=Pace)

    def empty(self) -> None:
        """Forget who is here; what was counted stays."""
        self.waiting.clear()
        self.alerted.clear()
        self.offered = self.in_progress = self.paused = self.eligible = self.free = self.busy = 0

    def new_day(self) -> None:
        self.answered, self.abandoned = Waits(), Waits()

    def work_begins(self, at: Ms, waited_ms: Ms, told: ExpectedWait | None, *, at_once: bool) -> None:
        """told: what its customer was told when it came. at_once: it was offered as it came, and did not wait."""
        if not at_once:
            self.pace.started(at, waited_ms, told)
        self.pace.in_hand(self.offered + self.in_progress, self.busy)

    def work_ends(self, handled_ms: Ms | None) -> None:
        """handled_ms: from the offer on; None: nobody saw it."""
        if handled_ms is not None:
            self.pace.ended(handled_ms)
        self.pace.in_hand(self.offered + self.in_progress, self.busy)

    def expected(self, position: int, now: Ms) -> ExpectedWait | None:
        """For the item at this position (1 is next). None: unknown."""
        return expected_wait(self.pace, position=position, busy=self.busy, now=now)

    def place(self, position: int, now: Ms) -> QueuePosition:
        """What a customer at this position is told."""
        wait = self.expected(position, now)
        return QueuePosition(
            position=position,
            expected_wait_p50_ms=wait.p50_ms if wait else None,
            expected_wait_p90_ms=wait.p90_ms if wait else None,
        )

    def card(
        self, policy: Queue, variant: Variant, now: Ms, *, is_open: bool, switched: Literal["", "open", "closed"]
    ) -> BoardQueue:
        wait = self.expected(len(self.waiting) + 1, now)
        if self.free and not self.waiting:
            wait_ms: Ms | None = 0
        else:
            wait_ms = wait.p50_ms if wait else None
        return BoardQueue(
            name=policy.name,
            label=policy.label,
            waiting=len(self.waiting),
            offered=self.offered,
            in_progress=self.in_progress,
            paused=self.paused,
            alerts=len(self.alerted),
            alerted=[_alert(item) for item in islice(self.alerted.values(), MOST_ALERTED)],
            longest_enqueued_at=self.waiting[0][0] if self.waiting else None,
            waiting_by_age=waiting_by_age(self.waiting, now),
            expected_wait_ms=wait_ms,
            told_waits=_told_waits(self.pace),
            service_level=service_level(
                variant,
                self.answered,
                self.abandoned,
                threshold_s=policy.service_level_ms // 1000,
                short_s=policy.short_abandon_ms // 1000,
            ),
            service_level_ms=policy.service_level_ms,
            service_level_variant=variant,
            answered=self.answered.count,
            abandoned=self.abandoned.count,
            agents_eligible=self.eligible,
            agents_free=self.free,
            open=is_open,
            switched=switched,
        )


def _alert(item: ItemNow) -> BoardAlert:
    return BoardAlert(
        work_item_id=item.item,
        enqueued_at=item.enqueued_at,
        refusals=item.refusals,
        missing=[told_obstacle(one) for one in item.missing],
    )


def _told_waits(pace: Pace) -> ToldWaits | None:
    error = pace.error()
    if error is None:
        return None
    return ToldWaits(
        count=error.count, bias_ms=error.bias_ms, mean_abs_ms=error.mean_abs_ms, within_p90=error.within_p90
    )


def waiting_by_age(waiting: list[tuple[Ms, WorkItemId]], now: Ms) -> list[int]:
    """Counts by age: under each of AGES_MS, then older. waiting: sorted, oldest first."""
    older_than = [bisect_left(waiting, (now - age, WorkItemId(""))) for age in AGES_MS]
    edges = [len(waiting), *older_than, 0]
    return [edges[place] - edges[place + 1] for place in range(len(edges) - 1)]
