"""What the store matches on, read back: lanes, plans, profiles and settings as they were installed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import msgspec

from router.core.agent_condition import tupled
from router.core.compiler import Lane, Plan, Profile, Settings
from router.core.words import LaneId, PlanId, ProfileId
from router.store.connection import Connection

STAMP = 40
"""Hex digits before each entry: the hash of all before it and itself."""


class _Entry(msgspec.Struct):
    kind: str
    id: str = ""
    lane: Lane | None = None
    plan: Plan | None = None
    profile: Profile | None = None
    settings: Settings | None = None


_decode = msgspec.msgpack.Decoder(_Entry).decode


@dataclass(slots=True, kw_only=True)
class Definitions:
    """The append-only list of a shard as far as it was read; `read` goes on from there, or anew after a rebuild."""

    lanes: dict[LaneId, Lane] = field(default_factory=dict)
    plans: dict[PlanId, Plan] = field(default_factory=dict)
    profiles: dict[ProfileId, Profile] = field(default_factory=dict)
    settings: Settings | None = None
    _count: int = 0
    _stamp: bytes = b""

    async def read(self, connection: Connection, prefix: str) -> None:
        """Bring it up to date. Raises StoreUnavailable."""
        key = f"{prefix}definitions"
        if self._count:
            last = await connection.call("LINDEX", key, self._count - 1)
            if last is None or last[:STAMP] != self._stamp:
                self.lanes.clear()
                self.plans.clear()
                self.profiles.clear()
                self.settings, self._count = None, 0
        for packed in await connection.call("LRANGE", key, self._count, -1):
            self._learn(_decode(packed[STAMP:]))
            self._count, self._stamp = self._count + 1, packed[:STAMP]

    def _learn(self, entry: _Entry) -> None:
        if entry.lane:
            where, beside = tupled(entry.lane.where), tupled(entry.lane.beside)
            self.lanes[LaneId(entry.id)] = replace(entry.lane, where=where, beside=beside)
        if entry.plan:
            self.plans[PlanId(entry.id)] = entry.plan
        if entry.profile:
            attributes = {path: tupled(value) for path, value in entry.profile.attributes.items()}
            self.profiles[ProfileId(entry.id)] = replace(entry.profile, attributes=attributes)
        self.settings = entry.settings or self.settings
