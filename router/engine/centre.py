"""The centre: everything the use cases of one node work with. Made by the composition root, passed to functions."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from config.accounts import Account
from config.departments import Departments
from config.forms import Forms
from config.settings import Settings
from router.core.closing import Switches
from router.core.policy import Demand, Policy
from router.core.rules import Ruleset
from router.core.words import ConversationId, Ms, PlanId
from router.engine.attendance import Attendance
from router.engine.board import Board
from router.engine.bot.bots import Bots
from router.engine.calls.switchboard import Switchboard
from router.engine.carriers import Carriers
from router.engine.cases.room import CaseRoom
from router.engine.counted import Counted
from router.engine.data_sources import DataSources
from router.engine.exchange import Exchange
from router.engine.knowledge.meaning import Meaning
from router.engine.leases import Leases
from router.engine.live import Live
from router.engine.logins import Logins
from router.engine.receipts import Delivered
from router.engine.receivers import Receivers
from router.engine.staff_directory import ChangedStaff, StaffDirectory
from router.engine.talk import AnySaid, encode
from router.engine.watching import Watching
from router.engine.whole_conversations import Whole
from router.protocol.errors import Conflict
from router.store.definitions import Definitions
from router.store.postgres import journal
from router.store.postgres.database import Database
from router.store.postgres.gathered import Gathered
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

    def heard(self, at: Ms, *, asked_at: Ms) -> None:
        """The store said it was `at`, some time between asked_at and now; nothing closer is known of a slow answer."""
        self.offset_ms += max(at - self.now(), 0) - max(asked_at - at, 0)


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
    conversations: Gathered[ConversationId, Whole]
    talk: TalkStream
    live: Live
    board: Board
    watching: Watching
    attendance: Attendance
    delivered: Delivered
    origins: frozenset[str]
    """Web origins this server is reached at."""
    carriers: Carriers = field(default_factory=Carriers)
    departments: Departments = field(default_factory=Departments)
    forms: Forms = field(default_factory=Forms)
    data_sources: DataSources = field(default_factory=DataSources)
    receivers: Receivers = field(default_factory=Receivers)
    bots: Bots = field(default_factory=Bots)
    exchange: Exchange = field(default_factory=Exchange)
    signing_key: bytes = field(default_factory=partial(secrets.token_bytes, 32), repr=False)
    clock: Clock = field(default_factory=Clock)
    leases: Leases = field(default_factory=Leases)
    definitions: Definitions = field(default_factory=Definitions)
    """What the store matches on, as far as this node has read it back to explain."""
    lanes: dict[PlanId, Demand] = field(default_factory=dict)
    """Lanes this node has seen; all of them are in PostgreSQL."""
    switches: Switches = field(default_factory=dict)
    calls: Switchboard | None = None
    """None: no calls are made or answered here."""
    meaning: Meaning = field(default_factory=Meaning)
    """What articles are searched with beside their words."""
    cases: CaseRoom = field(default_factory=CaseRoom)
    counted: Counted = field(default_factory=Counted)
    """Counts at home, which many ask for."""
    logins: Logins = field(default_factory=Logins)
    changed_staff: ChangedStaff = field(default_factory=ChangedStaff)

    def now(self) -> Ms:
        return self.clock.now()

    def adopt(self, policy: Policy, ruleset: Ruleset, accounts: Mapping[str, Account]) -> None:
        """Work by another policy from now on; what the store has to know of it is another step."""
        self.policy, self.ruleset, self.accounts = policy, ruleset, accounts
        self.board.adopt(policy)

    @property
    def switchboard(self) -> Switchboard:
        """Raises Conflict voice_off."""
        if self.calls is None:
            raise Conflict("voice_off")
        return self.calls

    async def journal(self, events: Sequence[Written]) -> None:
        """Make the events of a step durable; done before the step is acknowledged to anybody."""
        if events:
            await journal.append(self.writer, [(written.seq, written.packed, written.event) for written in events])
            if self.calls is not None:
                self.calls.routed([written.event for written in events])
            self.cases.handed(written.event for written in events)

    def say(self, *said: AnySaid) -> asyncio.Future[None]:
        """Tell all nodes, in this order."""
        return self.talk.say([encode(one) for one in said])

    def own_origin(self, origin: str) -> bool:
        """Whether a page of this web origin is one of ours."""
        return origin in self.origins
