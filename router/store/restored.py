"""What a rebuild puts back: agents and items as the journal knows them, packed for the function `restore`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from router.core.compiler import profile_id, profile_of, started_plan
from router.core.policy import Demand, Supply
from router.core.recalled import Recalled
from router.core.records import Item
from router.core.words import AgentId, Ms, WorkItemId

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredAgent:
    """An agent as the journal knows them. signed_in: put in grace, else gone."""

    supply: Supply
    status: str
    idle_since: Ms
    signed_in: bool
    next_status: str = ""
    ramping: bool = False
    """Came back and was not half full yet, as far as is known; ramp_until: see core/records.py."""
    ramp_until: Ms = 0

    def packed(self) -> bytes:
        supply = self.supply
        record = {
            "profile": profile_id(profile_of(supply)),
            "limit": supply.limit,
            "status": self.status,
            "idle_since": self.idle_since,
        } | ({"next_status": self.next_status} if self.next_status else {})
        more = {"signed_in": self.signed_in, "ramping": self.ramping, "ramp_until": self.ramp_until}
        return _encode({"kind": "agent", "id": supply.agent_id, **more, "record": record})


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredItem:
    """An open item as the journal knows it; one that was offered is restored as waiting, its attempts kept.

    An item whose agent was not restored as signed in waits too, unless it is paused.
    """

    item: WorkItemId
    demand: Demand
    state: Literal["waiting", "assigned", "paused", "wrap_up"]
    score: int
    enqueued_at: Ms
    step: int = 0
    """Of the demand's plan, as the newest event says; a later one by age follows with the next tick."""
    attempt: int = 0
    taken: int = 0
    agent: AgentId | None = None
    until: Ms = 0
    recalled: Recalled = field(default_factory=Recalled)
    brief: bytes = b""

    def packed(self) -> bytes:
        plan, lane, step = started_plan(self.demand, self.step)
        record = Item(
            lane=lane,
            plan=plan,
            step=step,
            state=self.state,
            score=self.score,
            enqueued_at=self.enqueued_at,
            attempt=self.attempt,
            taken=self.taken if self.state != "waiting" else 0,
            agent=self.agent,
            until=self.until,
            **{name: getattr(self.recalled, name) for name in Recalled.__dataclass_fields__},
        )
        return _encode({"kind": "item", "id": self.item, "record": record})


def packed_alarm(alarm: str, at: Ms) -> bytes:
    return _encode({"kind": "alarm", "id": alarm, "due": at})
