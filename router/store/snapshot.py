"""What the routing store shows of its live state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from router.core.records import Agent, Item
from router.core.words import AgentId, Channel, ItemState, Ms, WorkItemId

decode_item = msgspec.msgpack.Decoder(Item).decode
decode_agent = msgspec.msgpack.Decoder(Agent).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a server holds of the shard. state: open, clearing or rebuilding; empty: nothing. seq: of the last event.

    working: transitions are carried out. Not so after a restart, until a node has said that nothing is missing.
    """

    state: str
    epoch: str
    seq: int
    working: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where an item is in its queue: rank 0 is next; None unless it waits."""

    queue: str
    state: ItemState
    rank: int | None
    length: int
    enqueued_at: Ms
    channel: Channel = ""
    overflow: str = ""
    """What the queue's overflow did last for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One queue's waiting items. next_enqueued_at: of the first in line; 0 when none waits."""

    length: int
    next_enqueued_at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Live state at one moment: every event up to `seq` is in it, none after.

    complete: False when there is more than was asked for; read on by `agents` and `waiting`.
    """

    seq: int
    at: Ms
    epoch: str
    agents: Mapping[AgentId, Agent]
    items: Mapping[WorkItemId, Item]
    queues: Mapping[str, Line]
    complete: bool


def agents_of(flat: Sequence[bytes]) -> dict[AgentId, Agent]:
    return {AgentId(flat[i].decode()): decode_agent(flat[i + 1]) for i in range(0, len(flat), 2)}


def items_of(flat: Sequence[bytes]) -> dict[WorkItemId, Item]:
    return {WorkItemId(flat[i].decode()): decode_item(flat[i + 1]) for i in range(0, len(flat), 2)}


def lines_of(flat: Sequence[Any]) -> dict[str, Line]:
    """From name, length and first item's age of each queue."""
    return {flat[i].decode(): Line(flat[i + 1], flat[i + 2]) for i in range(0, len(flat), 3)}
