"""Calls with every feature and every fault, on a whole server; `verdict` says whether all was right."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import asyncpg

from tests.hotline import centre
from tests.hotline.desk import Desk
from tests.hotline.director import Director
from tests.hotline.product import AGENTS, API_KEY, API_SECRET, EXPERTS, Product, Stores, product
from tests.hotline.scenario import OUTSIDE, SCENARIOS, Scenario
from tests.hotline.verdict import Row, Verdict, judged
from tests.simulators.twilio import report
from tests.simulators.twilio.fault import Faults
from tests.simulators.twilio.person import Person
from tests.simulators.twilio.server import Running, Settings, running

DATA = Path(os.environ.get("USHER_DATA", "../shared/data"))
SPEED = 20.0
SETTLED_S = 60.0
FAULTS = Faults(
    webhook_delayed=0.1,
    webhook_delay_s=0.3,
    webhook_duplicated=0.05,
    answer_lost=0.03,
    fallback_used=0.0,
    callback_lost=0.05,
    callback_reordered=0.1,
    rest_429=0.03,
    rest_500=0.03,
    rest_answer_lost=0.03,
    rest_delayed=0.05,
    rest_delay_s=0.3,
)


async def soak(
    stores: Stores,
    folder: Path,
    *,
    calls: int,
    at_once: int,
    seed: int,
    faults: Faults,
    kill_every_s: float | None = None,
    ends_at: str = "",
    plays: Sequence[Scenario] = SCENARIOS,
    deaf: Collection[str] = (),
) -> Verdict:
    """folder: empty, for configuration and log. kill_every_s: two nodes, one of which is killed so often.

    ends_at: two nodes, of which the first to come to this one of `crashing.CALLS` ends there. deaf: staff whose phones
    nobody answers.
    """
    api = Settings(seed=seed, speed=SPEED, data=DATA, api_keys={API_KEY: API_SECRET})
    count = 2 if kill_every_s or ends_at else 1
    async with running(api) as twilio, product(stores, folder, twilio, nodes=count, ends_at=ends_at) as nodes:
        director = Director(exchange=twilio.exchange, plays=plays)
        await _staff(director, nodes, deaf)
        twilio.exchange.dice.faults = faults
        began_s = time.monotonic()
        losing = nodes.outlive_one() if ends_at else _kill(nodes, kill_every_s)
        killing = asyncio.create_task(losing, name="killing")
        try:
            await director.direct(calls, at_once=at_once)
            if not ends_at:
                killing.cancel()
            unsettled = [*await _ended(killing), *await _settled(stores, director)]
            took_s = time.monotonic() - began_s
            rows = await _rows(stores)
            _write(folder / "twilio.json", twilio)
        finally:
            killing.cancel()
            twilio.exchange.dice.faults = Faults()
            for desk in director.everybody:
                await desk.leave()
        return judged(director, twilio, rows, unsettled, took_s=took_s, killed=nodes.killed)


async def _ended(killing: asyncio.Task[None]) -> list[str]:
    """Whether every node that was killed came back, and one ended that was to."""
    (outcome,) = await asyncio.gather(asyncio.wait_for(killing, SETTLED_S), return_exceptions=True)
    return [f"a node did not come back: {outcome!r}"] if isinstance(outcome, Exception) else []


async def _kill(nodes: Product, every_s: float | None) -> None:
    while every_s:
        await asyncio.sleep(every_s)
        await nodes.lose_one()


async def _staff(director: Director, nodes: Product, deaf: Collection[str]) -> None:
    async def desk(staff_id: str) -> Desk:
        made = Desk(staff_id=staff_id, took=director.took, talks=director.talks)
        await made.sign_in(nodes.address)
        director.everybody.append(made)
        return made

    people = director.exchange.people
    for staff_id in (*centre.agents(AGENTS), *centre.experts(EXPERTS), centre.SUPERVISOR):
        people[f"client:{staff_id}"] = Person(picks_up_s=1.0)
    for staff_id in deaf:
        people[f"client:{staff_id}"] = Person(outcome="no-answer")
    people[OUTSIDE] = Person(picks_up_s=2.0)
    for staff_id in centre.agents(AGENTS):
        director.agents.append(await desk(staff_id))
    for staff_id in centre.experts(EXPERTS):
        director.experts.put_nowait(await desk(staff_id))
    director.chief = await desk(centre.SUPERVISOR)


async def _settled(stores: Stores, director: Director) -> list[str]:
    """Until every call is over on both sides; what is not in time."""
    deadline = time.monotonic() + SETTLED_S
    while True:
        open_calls = [
            f"call {row['id']} is still {row['state']}" for row in await _rows(stores) if row["state"] != "ended"
        ]
        open_legs = [f"{leg.sid} is still {leg.status}" for leg in director.exchange.legs.values() if not leg.over]
        items = await _items(stores)
        held = [
            f"{desk.staff_id} still has {desk.told(item)}, which is {items.get(item, 'unknown')}"
            for desk in director.agents
            for item in desk.items
        ]
        seen = [f"{desk.staff_id} still sees {call}" for desk in director.everybody for call in desk.calls]
        found = open_calls + open_legs + held + seen
        if not found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.25)


def _write(file: Path, twilio: Running) -> None:
    """What Twilio saw, moment by moment: for whoever looks into a problem."""
    said = report.state(twilio.exchange, contract=twilio.contract.state, rest_requests=0)
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")


async def _items(stores: Stores) -> dict[str, str]:
    """The state of each work item, and whose it is."""
    connection = await asyncpg.connect(stores.postgres)
    try:
        rows = await connection.fetch("SELECT id, concat_ws(' ', state, agent_id) AS now FROM work_items")
        return {row["id"]: row["now"] for row in rows}
    finally:
        await connection.close()


async def _rows(stores: Stores) -> list[Row]:
    connection = await asyncpg.connect(stores.postgres)
    try:
        calls = await connection.fetch("SELECT id, provider_sid, state, outcome, body->>'number' AS number FROM calls")
        return [dict(row) for row in calls]
    finally:
        await connection.close()
