"""A day as it was, and its file: JSON lines, each with a `kind` (day, agent, plan, item, event).

The file holds what routing rules look at, which may name customers: treat it as the database it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from router.core.demands import with_conditions
from router.core.events import Event, OfferCreated
from router.core.policy import Demand, Supply
from router.core.words import AgentId, Ms, PlanId, Units, WorkItemId


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an item beside its events. attributes: for routing rules; empty: only the demand is known.

    credit_ms: waiting credited by rules, beside that of the priority.
    conversation: whose item it is; several items of one follow one another.
    """

    attributes: Mapping[str, Any]
    demand: Demand
    priority: int = 0
    credit_ms: Ms = 0
    conversation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """events: in order, from some hours before `since`, so that who was there at its beginning is known.

    plans: the demands behind plans and lanes named by events.
    attributes: of agents, as policies may speak of them; supplies are without the queues that follow from those.
    """

    since: Ms
    until: Ms
    supplies: Sequence[Supply]
    plans: Mapping[PlanId, Demand]
    items: Mapping[WorkItemId, Facts]
    events: Sequence[Event] = field(repr=False)
    attributes: Mapping[AgentId, Mapping[str, Any]] = field(default_factory=dict)


class BadRecord(Exception):
    """The file is not a recorded day; the text says where."""


class _Day(msgspec.Struct, frozen=True, tag_field="kind", tag="day"):
    since: Ms
    until: Ms


class _Agent(msgspec.Struct, frozen=True, tag_field="kind", tag="agent"):
    id: str
    skills: dict[str, int]
    queues: list[str]
    limit: Units
    at_most: dict[str, int]
    backup: list[str] = []
    attributes: dict[str, Any] = {}


class _Plan(msgspec.Struct, frozen=True, tag_field="kind", tag="plan"):
    id: str
    demand: Demand


class _Item(msgspec.Struct, frozen=True, tag_field="kind", tag="item"):
    id: str
    facts: Facts


class _Happened(msgspec.Struct, frozen=True, tag_field="kind", tag="event"):
    event: Event


_Line = _Day | _Agent | _Plan | _Item | _Happened
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(_Line).decode


def lines_of(day: RecordedDay) -> Iterator[bytes]:
    """The day as lines with their ends. What agents were shown of items (briefs) is left out."""
    for line in _parts(day):
        yield _encode(line) + b"\n"


def _parts(day: RecordedDay) -> Iterator[_Line]:
    yield _Day(day.since, day.until)
    for supply in day.supplies:
        skills, at_most = dict(supply.skills), dict(supply.at_most)
        attributes = dict(day.attributes.get(supply.agent_id, {}))
        queues, backup = sorted(supply.queues), sorted(supply.backup)
        yield _Agent(supply.agent_id, skills, queues, supply.limit, at_most, backup, attributes)
    for plan, demand in day.plans.items():
        yield _Plan(plan, demand)
    for item, facts in day.items.items():
        yield _Item(item, facts)
    for event in day.events:
        yield _Happened(msgspec.structs.replace(event, brief=b"") if isinstance(event, OfferCreated) else event)


def read_lines(lines: Iterable[bytes]) -> RecordedDay:
    """Raises BadRecord with the number of the line."""
    span: _Day | None = None
    supplies: list[Supply] = []
    attributes: dict[AgentId, Mapping[str, Any]] = {}
    plans: dict[PlanId, Demand] = {}
    items: dict[WorkItemId, Facts] = {}
    happened: list[Event] = []
    for number, raw in enumerate(lines, 1):
        try:
            line = _decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadRecord(f"line {number}: {error}") from error
        match line:
            case _Day():
                span = line
            case _Agent():
                supplies.append(_supply(line))
                attributes[AgentId(line.id)] = line.attributes
            case _Plan():
                plans[PlanId(line.id)] = with_conditions(line.demand)
            case _Item():
                demand = with_conditions(line.facts.demand)
                items[WorkItemId(line.id)] = msgspec.structs.replace(line.facts, demand=demand)
            case _Happened():
                happened.append(line.event)
    if span is None:
        raise BadRecord("there is no line of kind `day`")
    return RecordedDay(
        since=span.since,
        until=span.until,
        supplies=supplies,
        plans=plans,
        items=items,
        events=happened,
        attributes=attributes,
    )


def _supply(line: _Agent) -> Supply:
    return Supply(
        agent_id=AgentId(line.id),
        skills=line.skills,
        queues=frozenset(line.queues),
        limit=line.limit,
        at_most=line.at_most,
        backup=frozenset(line.backup),
    )
