"""Live boards: supervisors' sessions that are told what changed, at most four times a second.

A board whose socket is behind is skipped and gets everything at once later: the newest state, never a backlog.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from router.core.words import AgentId, Ms
from router.engine.board import Board
from router.engine.outbox import Outbox
from router.engine.patience import patiently
from router.engine.staff_directory import StaffDirectory
from router.protocol import records, staff

BEAT_S = 0.25
AGE_BEATS = 4
"""Queues with somebody waiting are told anew every so many beats: ages move without events."""


@dataclass(slots=True)
class Watching:
    board: Board
    now: Callable[[], Ms]
    _watchers: dict[int, Outbox] = field(default_factory=dict)

    def add(self, outbox: Outbox) -> None:
        """Send the whole board now and changes from now on."""
        self._watchers[id(outbox)] = outbox
        self.board.watch(id(outbox))
        outbox.put(self.snapshot())

    def remove(self, outbox: Outbox) -> None:
        if self._watchers.pop(id(outbox), None) is not None:
            self.board.unwatch(id(outbox))

    def again(self) -> None:
        """The board was made anew: send it whole to everybody."""
        for watcher, outbox in tuple(self._watchers.items()):  # a slow one leaves while it is told
            self.board.take_changes(watcher)
            outbox.put(self.snapshot())

    def snapshot(self) -> staff.BoardSnapshot:
        now = self.now()
        cards = (self.board.agent_card(agent) for agent in sorted(self.board.agents))
        return staff.BoardSnapshot(
            agents=[card for card in cards if card is not None],
            queues=[self.board.queue_card(name, now) for name in self.board.queues],
        )

    async def run(self) -> None:
        """Tell every watcher, beat by beat."""
        beats = itertools.count(1)

        async def once() -> None:
            await asyncio.sleep(BEAT_S)
            ages = next(beats) % AGE_BEATS == 0
            if self._watchers:
                self._tell(ages=ages)

        await patiently("boards", once)

    def _tell(self, *, ages: bool) -> None:
        now = self.now()
        if ages:
            self.board.look_at_hours(now)
        ageing = {name for name, queue in self.board.queues.items() if queue.waiting} if ages else set()
        for watcher, outbox in tuple(self._watchers.items()):  # a slow one leaves while it is told
            if outbox.backlog:
                continue
            changes = self.board.take_changes(watcher)
            queues = changes.queues | ageing
            if not changes.agents and not queues:
                continue
            cards = {agent: self.board.agent_card(agent) for agent in changes.agents}
            outbox.put(
                staff.BoardChanged(
                    agents=[card for card in cards.values() if card is not None],
                    agents_removed=sorted(agent for agent, card in cards.items() if card is None),
                    queues=[self.board.queue_card(name, now) for name in sorted(queues)],
                )
            )


def colleagues(board: Board, directory: StaffDirectory, me: AgentId) -> staff.Colleagues:
    """Everybody who is signed in but me, by name."""
    found = [
        records.Colleague(
            agent_id=now.agent,
            name=colleague.name,
            team=colleague.team,
            status=now.status,
            reachability=now.reachability,
        )
        for now in board.agents.values()
        if now.agent != me and (colleague := directory.get(now.agent)) is not None
    ]
    return staff.Colleagues(colleagues=sorted(found, key=lambda colleague: colleague.name))
