"""Looks at everything the store keeps for a shard and says what does not hold: for `usher doctor` and the tests.

Reads the whole keyspace of the shard, unlike anything else here: not for the hot path, and exact only while no
transition runs meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from router.core.compiler import Settings, class_of, eligible, pool_order
from router.core.model import State
from router.core.model.desertion import is_attended
from router.core.model.matching import can_match, counted, is_free_for
from router.core.records import Item
from router.core.words import AgentId, Ms, Units
from router.store.connection import Connection
from router.store.definitions import Definitions
from router.store.routing import RoutingStore


@dataclass(slots=True, kw_only=True)
class Shelves:
    """The sorted sets, sets and hashes of a shard: name without prefix → members in order, with scores where they
    count.
    """

    scored: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    sets: dict[str, set[str]] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)


async def audit(connection: Connection, store: RoutingStore) -> list[str]:
    """Say in one sentence each what is wrong; empty: every invariant holds."""
    return [sentence for sentences in (await findings(connection, store)).values() for sentence in sentences]


async def findings(connection: Connection, store: RoutingStore) -> dict[str, list[str]]:
    """What is wrong, by what should hold. Those of `broken` look at one moment; the others read key by key."""
    state, shelves = await load(connection, store)
    return broken(state) | {
        "lines hold the waiting items in order": list(_wrong_lines(state, shelves)),
        "pools hold the free agents in order": list(_wrong_pools(state, shelves)),
        "every deadline has its timer": list(_wrong_timers(state, shelves)),
        "it is known who is signed in": list(_wrong_attendance(state, shelves)),
    }


def broken(state: State) -> dict[str, list[str]]:
    """What is wrong in a state as such, by what should hold, whoever keeps it."""
    return {
        "every item is in one agent's hands at most": list(_wrong_hands(state)),
        "units held are those of the items": list(_wrong_room(state)),
        "no item waits while an eligible agent is free": list(_missed_matches(state)),
    }


async def load(connection: Connection, store: RoutingStore) -> tuple[State, Shelves]:
    """The shard as a State of the reference model, and its shelves."""
    snapshot = await store.snapshot(limit=1_000_000)
    known = Definitions()
    await known.read(connection, store.prefix)
    state = State(
        settings=known.settings or Settings(**_NO_SETTINGS),
        lanes=known.lanes,
        plans=known.plans,
        profiles=known.profiles,
        agents=dict(snapshot.agents),
        items=dict(snapshot.items),
    )
    shelves = Shelves()
    cursor = b""
    while cursor != b"0":
        cursor, keys = await connection.call("SCAN", cursor or b"0", "MATCH", f"{store.prefix}*", "COUNT", 1_000)
        names = (key.decode().removeprefix(store.prefix) for key in keys)
        await asyncio.gather(*(_read_shelf(connection, *pair, shelves) for pair in zip(keys, names, strict=True)))
    state.timers = {timer: int(due) for timer, due in shelves.scored.get("timers", [])}
    return state, shelves


async def _read_shelf(connection: Connection, key: bytes, name: str, shelves: Shelves) -> None:
    kind = name.partition(":")[0]
    if kind in ("lane", "wanted", "overdue", "queue", "pool", "waiting", "free", "timers"):
        flat = await connection.call("ZRANGE", key, 0, -1, "WITHSCORES")
        shelves.scored[name] = [(flat[i].decode(), float(flat[i + 1])) for i in range(0, len(flat), 2)]
    elif kind in ("asleep", "staff", "staffed"):
        shelves.sets[name] = {member.decode() for member in await connection.call("SMEMBERS", key)}
    elif kind in ("attending", "deserted"):
        flat = await connection.call("HGETALL", key)
        shelves.maps[name] = {flat[i].decode(): flat[i + 1].decode() for i in range(0, len(flat), 2)}


def _wrong_hands(state: State) -> Iterator[str]:
    """No item is held by two agents, and each is where its record says."""
    held = Counter(item for agent in state.agents.values() for item in (*agent.items, *agent.paused))
    rung = {(agent, item) for agent, record in state.agents.items() for item in record.offers}
    ringing = {(agent, item) for item, record in state.items.items() for agent in record.ringing}
    yield from (f"{item} is in {n} hands" for item, n in held.items() if n > 1)
    yield from (f"{item} rings at {agent} by one record only" for agent, item in rung ^ ringing)
    for item, record in state.items.items():
        agent = state.agents.get(record.agent) if record.agent else None
        match record.state:
            case "waiting":
                right = record.agent is None and item not in held and not record.ringing
            case "offered":
                right = record.agent is None and item not in held and bool(record.ringing)
            case "paused":
                right = agent is not None and item in agent.paused and not record.ringing
            case _:
                right = agent is not None and item in agent.items and not record.ringing
        if not right:
            yield f"{item} is {record.state}, but not where it should be"
    yield from (f"{item} is held but not open" for item in held if item not in state.items)


def _units(state: State, item: Item) -> Units:
    return state.lanes[item.lane].weight if item.paused_units is None else item.paused_units


def _wrong_room(state: State) -> Iterator[str]:
    """Units and counts are those of the held items and the pending offer."""
    for agent, record in state.agents.items():
        mine = [*record.items, *record.paused, *record.offers]
        items = [state.items[item] for item in mine if item in state.items]
        lanes = [state.lanes[item.lane] for item in items if item.paused_units is None]
        units = [(state.lanes[item.lane].interruptible, _units(state, item)) for item in items]
        mains = sum(held for interruptible, held in units if not interruptible)
        others = sum(held for interruptible, held in units if interruptible)
        if (record.used, record.used_interruptible) != (mains, others):
            told = f"{record.used} and {record.used_interruptible} interruptible units"
            yield f"{agent} holds {told} by record, {mains} and {others} by items"
        if record.counts != Counter(lane.channel for lane in lanes):
            yield f"{agent} has wrong counts of items by channel"
        if record.next_status and not record.items and record.reachability == "connected":
            yield f"{agent} holds nothing and still has a next status"
        if record.wrapping != sum(state.items[item].state == "wrap_up" for item in record.items if item in state.items):
            yield f"{agent} has a wrong count of items in wrap-up"


def _missed_matches(state: State) -> Iterator[str]:
    """No item waits while an eligible agent is free."""
    waiting = [item for item, record in state.items.items() if record.state == "waiting"]
    free = [agent for agent, record in state.agents.items() if record.reachability == "connected"]
    for item in waiting:
        yield from (f"{item} waits while {agent} is free" for agent in free if can_match(state, item, agent))


def _wrong_lines(state: State, shelves: Shelves) -> Iterator[str]:
    """Lanes, queues and the indexes over lanes hold the waiting items, in order; lanes nobody could serve sleep."""
    want: dict[str, list[tuple[str, float]]] = {}
    asleep = set()
    staffed = {record.profile for record in state.agents.values() if record.reachability != "gone"}
    for item, record in sorted(state.items.items(), key=lambda pair: (pair[1].score, pair[0])):
        if record.state == "waiting":
            lane = state.lanes[record.lane]
            want.setdefault(f"queue:{lane.queue}", []).append((item, record.score))
            if record.overdue and not record.drained_by and not record.preferred:
                want.setdefault("overdue", []).append((item, record.score))
            if record.preferred:
                want.setdefault(f"wanted:{record.preferred}", []).append((item, record.score))
                continue
            if f"lane:{record.lane}" not in want:
                if any(eligible(lane, state.profiles[profile]) for profile in staffed):
                    heads = want.setdefault(f"waiting:{class_of(lane)}", [])
                    heads.append((f"{item} {record.lane}", record.score))
                else:
                    asleep.add(record.lane)
            want.setdefault(f"lane:{record.lane}", []).append((item, record.score))
    yield from _differences(want, shelves.scored, ("lane", "wanted", "overdue", "queue", "waiting"))
    if asleep != shelves.sets.get("asleep", set()):
        yield f"lanes asleep: {shelves.sets.get('asleep')}, should be {asleep}"
    if staffed != shelves.sets.get("staffed", set()):
        yield f"staffed profiles: {shelves.sets.get('staffed')}, should be {staffed}"


def _wrong_pools(state: State, shelves: Shelves) -> Iterator[str]:
    """Pools and their indexes hold the free agents of each class, in order."""
    want: dict[str, list[tuple[str, float]]] = {}
    classes = {class_of(lane): lane for lane in state.lanes.values()}
    places: list[tuple[str, float, Ms, AgentId]] = []
    for agent, record in state.agents.items():
        if record.draining:
            continue
        free_for = {class_of(lane): lane for lane in state.lanes.values() if is_free_for(state, record, lane)}
        places += [(name, counted(state, record, lane), record.idle_since, agent) for name, lane in free_for.items()]
    for name, measure, idle, agent in sorted(places):
        by_idleness = pool_order(classes[name]) == "longest_idle"
        place = (agent, float(idle)) if by_idleness else (f"{idle:014d} {agent}", float(measure))
        profile = state.agents[agent].profile
        pool = want.setdefault(f"pool:{name}:{profile}", [])
        pool.append(place)
        if len(pool) == 1:
            want.setdefault(f"free:{name}", []).append((f"{place[0]} {profile}", place[1]))
    yield from _differences(want, shelves.scored, ("pool", "free"))


def _wrong_attendance(state: State, shelves: Shelves) -> Iterator[str]:
    """Everybody who is not gone counts by profile and status; a queue and channel without any of them is deserted."""
    here = [agent for agent in state.agents.values() if agent.reachability != "gone"]
    attending = Counter(f"{agent.profile} {agent.status}" for agent in here)
    if (counted := shelves.maps.get("attending", {})) != {place: str(count) for place, count in attending.items()}:
        yield f"attending: {counted}, should be {dict(attending)}"
    lines = {(name, channel) for name, queue in state.settings.queues.items() for channel in queue.deserted_after_ms}
    deserted = {f"{queue} {channel}" for queue, channel in lines if not is_attended(state, queue, channel)}
    if (noted := shelves.maps.get("deserted", {}).keys()) != deserted:
        yield f"deserted: {sorted(noted)}, should be {sorted(deserted)}"


def _wrong_timers(state: State, shelves: Shelves) -> Iterator[str]:
    """Every pending offer, wrap-up, lease, grace and cool-down has its timer, and nothing else has one."""
    want: dict[str, float | None] = {}
    for item, record in state.items.items():
        want |= {f"offer {item} {agent}": ringing.expires_at for agent, ringing in record.ringing.items()}
        if record.state == "waiting" and record.preferred:
            want[f"prefer {item}"] = record.preferred_until
        if record.drain_at:
            want[f"drain {item}"] = record.drain_at
        if record.state == "wrap_up":
            want[f"wrap_up {item}"] = record.until
        if record.state == "waiting" and record.plan:
            rest = state.plans[record.plan].steps[record.step + 1 :]
            want |= {f"relax {item}": record.enqueued_at + step.at_ms for step in rest[:1]}
        want |= {f"exclusion {item} {agent}": until for agent, until in record.excluded.items() if until}
    for agent, known in state.agents.items():
        if known.reachability == "grace":
            want[f"grace {agent}"] = None
        if known.ramp_until:
            want[f"ramp {agent}"] = known.ramp_until
        want |= dict.fromkeys((f"lease {agent} {device}" for device in known.devices), None)
    have = dict(shelves.scored.get("timers", []))
    want |= {timer: None for timer in have if timer.startswith("visit ") and timer[6:] in state.items}
    deserted = shelves.maps.get("deserted", {})
    want |= {timer: None for timer in have if timer.startswith("alarm ")}  # what they are for, others know
    want |= {timer: None for timer in have if timer.startswith("deserted ") and timer[9:] in deserted}
    for timer in want.keys() | have.keys():
        if timer not in want or timer not in have or want[timer] not in (None, have[timer]):
            yield f"timer {timer}: {have.get(timer)}, should be {want.get(timer, 'none')}"


def _differences(want: dict[str, Any], have: dict[str, Any], kinds: tuple[str, ...]) -> Iterator[str]:
    found = {name: members for name, members in have.items() if name.partition(":")[0] in kinds}
    for name in want.keys() | found.keys():
        if want.get(name) != found.get(name):
            yield f"{name} holds {found.get(name)}, should hold {want.get(name)}"


_NO_SETTINGS: dict[str, Any] = {
    "statuses": {},
    "queues": {},
    "sign_in_status": "",
    "missed_status": "",
    "grace_ms": 0,
    "gone_boost_ms": 0,
    "cooldown_ms": 0,
}
