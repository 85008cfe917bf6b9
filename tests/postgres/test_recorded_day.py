"""A day read back from the database has all that replay needs."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from router.core import events
from router.core.compiler import lane_id, lane_of
from router.core.policy import Demand, Requirement
from router.core.replay.histories import histories
from router.core.words import AgentId, OfferId, PlanId, WorkItemId
from router.store.postgres import conversations, journal, lanes, staff
from router.store.postgres.conversations import NewWorkItem
from router.store.postgres.database import Database
from router.store.postgres.recorded_day import BEFORE_MS, recorded_day
from router.store.postgres.writer import Writer
from tests.postgres.conftest import a_start

SINCE, UNTIL = 1_700_000_000_000, 1_700_086_400_000
ITEM, ANN = WorkItemId("itm_replayed"), AgentId("ann")
DEMAND = Demand(
    queue="sales",
    channel="webchat",
    requirements=frozenset({Requirement(skill="pl", level=5)}),
    weight=25,
    model="longest_idle",
)


async def _work(writer: Writer, database: Database) -> None:
    """One customer served within the day, and what happened before and after it."""
    plain = json.loads(msgspec.json.encode(DEMAND))
    item = NewWorkItem(id=ITEM, queue="sales", demand=plain, weight=25, priority=2)
    facts: dict[str, Any] = {"item": item, "department": "sales", "language": "pl", "attributes": {"credit_ms": 9_000}}
    await conversations.start(writer, a_start(at=SINCE + 100, **facts))
    lane = lane_id(lane_of(DEMAND))
    await lanes.keep(database, PlanId(lane), plain)
    place: dict[str, Any] = {"item": ITEM, "queue": "sales", "lane": lane, "channel": "webchat", "weight": 25}
    offer: dict[str, Any] = {"offer": OfferId("o"), "agent": ANN}
    came = SINCE + 100
    happened: list[events.Event] = [
        signs_in(SINCE - BEFORE_MS - 1),
        signs_in(SINCE - 1_000),
        events.ItemQueued(at=came, score=came, enqueued_at=came, reason="new", **place),
        events.OfferCreated(at=came, expires_at=came + 20_000, enqueued_at=came, attempt=1, **place, **offer),
        events.OfferAccepted(at=came + 3_000, item=ITEM, **offer),
        events.ItemClosed(at=came + 60_000, item=ITEM, outcome="completed", state="assigned", agent=ANN),
        signs_in(UNTIL),
    ]
    packed = [(n, msgspec.msgpack.encode(event), event) for n, event in enumerate(happened, 1)]
    await journal.append(writer, packed)


def signs_in(at: int) -> events.AgentPresence:
    return events.AgentPresence(at=at, agent=ANN, reachability="connected", status="available", reason="sign_in")


async def test_a_day_is_its_events_and_those_that_tell_how_it_began(writer: Writer, database: Database) -> None:
    await _work(writer, database)
    day = await recorded_day(database, SINCE, UNTIL)
    assert [event.at - SINCE for event in day.events] == [-1_000, 100, 100, 3_100, 60_100]
    (history,) = histories(day.events).values()
    assert (history.waited_ms, history.stints[0].talk_ms) == (3_000, 57_000)


async def test_it_has_what_rules_look_at_and_what_plans_ask(writer: Writer, database: Database) -> None:
    await _work(writer, database)
    day = await recorded_day(database, SINCE, UNTIL)
    facts = day.items[ITEM]
    assert (facts.demand, facts.priority, facts.credit_ms) == (DEMAND, 2, 9_000)
    assert facts.attributes == {
        "channel": "webchat",
        "account": "shop",
        "department": "sales",
        "language": "pl",
        "page_url": "",
        "text": "",
        "customer": {"name": "Anna", "email": ""},
    }
    assert day.plans == {PlanId(lane_id(lane_of(DEMAND))): DEMAND}


async def test_it_has_everybody_with_what_policies_may_say_of_them(writer: Writer, database: Database) -> None:
    usual: dict[str, Any] = {"password_hash": "", "status": "offline", "units_limit": 100, "language": "en"}
    usual |= {"name": "Ann", "role": "agent", "skills": {"pl": 5}, "at_most": {"webchat": 3}}
    places: dict[str, Any] = {"queues": frozenset({"sales"}), "backup": frozenset({"returns"})}
    ann = staff.Staff(id=ANN, email="ann@shop.example", attributes={"site": "Athens"}, **places, **usual)
    boss = staff.Staff(id=AgentId("boss"), email="boss@shop.example", queues=frozenset(), **usual)
    for person in (ann, boss):
        await staff.put(database, person, at=1)
    day = await recorded_day(database, SINCE, UNTIL)
    supplies = {supply.agent_id: supply for supply in day.supplies}
    assert supplies.keys() == {ANN, AgentId("boss")}
    found = supplies[ANN]
    assert (found.skills, found.at_most) == ({"pl": 5}, {"webchat": 3})
    assert (found.queues, found.backup) == (frozenset({"sales"}), frozenset({"returns"}))
    assert day.attributes[ANN] == {"friendly_name": "Ann", "email": "ann@shop.example", "site": "Athens"}


async def test_a_day_without_a_journal_is_empty(database: Database) -> None:
    day = await recorded_day(database, SINCE, UNTIL)
    assert (list(day.events), day.items) == ([], {})
