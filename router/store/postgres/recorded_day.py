"""A day as the journal has it, with what replay needs beside: staff, demands, what rules saw of each item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.demands import with_conditions
from router.core.events import Event
from router.core.policy import Demand, Supply
from router.core.replay.record import Facts, RecordedDay
from router.core.words import Ms, PlanId, WorkItemId
from router.store.postgres import journal, lanes, staff
from router.store.postgres.database import Database
from router.store.step import decode_event

BEFORE_MS: Ms = 12 * 3_600_000
"""Events of so long before the day tell who was there and what waited at its beginning."""
PAGE = 5_000


async def recorded_day(database: Database, since: Ms, until: Ms) -> RecordedDay:
    """Raises StoreUnavailable. Staff and what customers are called are as they are now."""
    happened = await _events(database, since - BEFORE_MS, until)
    people = await staff.everybody(database)
    return RecordedDay(
        since=since,
        until=until,
        supplies=[_supply(person) for person in people],
        attributes={person.id: staff.attributes_of(person) for person in people},
        plans={PlanId(plan): _demand(plain) for plan, plain in (await lanes.every(database)).items()},
        items=await _items(database, sorted({event.item for event in happened if hasattr(event, "item")})),
        events=happened,
    )


async def _events(database: Database, since: Ms, until: Ms) -> list[Event]:
    first = await journal.first_seq_since(database, since)
    happened: list[Event] = []
    if first is None:
        return happened
    seq = first - 1
    while page := await journal.after(database, seq, limit=PAGE):
        decoded = [decode_event(packed) for _, packed in page]
        happened += [event for event in decoded if since <= event.at < until]
        if decoded[-1].at >= until:
            break
        seq = page[-1][0]
    return happened


async def _items(database: Database, ids: list[WorkItemId]) -> dict[WorkItemId, Facts]:
    """What routing rules look at, of the items with these ids."""
    found: dict[WorkItemId, Facts] = {}
    for start in range(0, len(ids), PAGE):
        rows = await database.fetch(
            """
            SELECT w.id, w.conversation_id, w.demand, w.priority, c.channel, c.account, c.department, c.language,
                c.page_url, c.subject, c.attributes, u.name, u.email, u.attributes AS known
            FROM work_items w
                LEFT JOIN conversations c ON c.id = w.conversation_id
                LEFT JOIN customers u ON u.id = c.customer_id
            WHERE w.id = ANY ($1)
            """,
            ids[start : start + PAGE],
        )
        found |= {WorkItemId(row["id"]): _facts(row) for row in rows}
    return found


def _facts(row: Mapping[str, Any]) -> Facts:
    """The attributes an item had when it came (router.engine.intake); its first words stand for the whole text."""
    known = {name: row[name] for name in ("channel", "account", "department", "language", "page_url")}
    attributes = {
        **known,
        "text": row["subject"],
        "customer": {**(row["known"] or {}), "name": row["name"] or "", "email": row["email"] or ""},
    }
    return Facts(
        attributes=attributes if row["channel"] is not None else {},
        demand=_demand(row["demand"]),
        priority=row["priority"],
        credit_ms=int((row["attributes"] or {}).get("credit_ms", 0)),
        conversation=row["conversation_id"] or "",
    )


def _demand(plain: Mapping[str, Any]) -> Demand:
    return with_conditions(msgspec.convert(plain, Demand))


def _supply(person: staff.Staff) -> Supply:
    return Supply(
        agent_id=person.id,
        skills=person.skills,
        queues=person.queues,
        limit=person.units_limit,
        at_most=person.at_most,
        backup=person.backup,
    )
