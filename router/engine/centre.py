"""The centre: everything the use cases of one node work with. Made by the composition root, passed to functions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.accounts import Account
from config.settings import Settings
from router.core.policy import Demand, Policy
from router.core.rules import Ruleset
from router.core.words import Ms, PlanId
from router.engine.attendance import Attendance
from router.engine.board import Board
from router.engine.leases import Leases
from router.engine.live import Live
from router.engine.receipts import Delivered
from router.engine.staff_directory import StaffDirectory
from router.engine.talk import AnySaid, encode
from router.engine.watching import Watching
from router.store.definitions import Definitions
from router.store.postgres import journal
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer
from router.store.routing import RoutingStore
from router.store.step import Written
from router.store.talk import TalkStream


@dataclass(slots=True)
class Clock:
    """Store time as this node knows it: its own clock and how far that is off."""

    offset_ms: Ms = 0

    def now(self) -> Ms:
        return time.time_ns() // 1_000_000 + self.offset_ms


@dataclass(slots=True, kw_only=True)
class Centre:
    node: str
    settings: Settings
    policy: Policy
    ruleset: Ruleset
    accounts: Mapping[str, Account]
    staff: StaffDirectory
    store: RoutingStore
    database: Database
    writer: Writer
    talk: TalkStream
    live: Live
    board: Board
    watching: Watching
    attendance: Attendance
    delivered: Delivered
    origins: frozenset[str]
    """Web origins this server is reached at."""
    clock: Clock = field(default_factory=Clock)
    leases: Leases = field(default_factory=Leases)
    definitions: Definitions = field(default_factory=Definitions)
    """What the store matches on, as far as this node has read it back to explain."""
    lanes: dict[PlanId, Demand] = field(default_factory=dict)
    """Lanes this node has seen; all of them are in PostgreSQL."""

    def now(self) -> Ms:
        return self.clock.now()

    def adopt(self, policy: Policy, ruleset: Ruleset, accounts: Mapping[str, Account]) -> None:
        """Work by another policy from now on; what the store has to know of it is another step."""
        self.policy, self.ruleset, self.accounts = policy, ruleset, accounts
        self.board.adopt(policy)

    async def journal(self, events: Sequence[Written]) -> None:
        """Make the events of a step durable; done before the step is acknowledged to anybody."""
        if events:
            await journal.append(self.writer, [(written.seq, written.packed, written.event) for written in events])

    async def say(self, *said: AnySaid) -> None:
        """Tell all nodes, in this order."""
        await self.talk.say([encode(one) for one in said])

    def own_origin(self, origin: str) -> bool:
        """Whether a page of this web origin is one of ours."""
        return origin in self.origins
