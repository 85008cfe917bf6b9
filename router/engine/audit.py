"""`usher doctor`: whether both stores are well and agree, on a centre that may be at work meanwhile.

What looks wrong may only have been read in the middle of a change, so it is looked at again after a moment; only what
is found every time is reported.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import msgspec

from router.core.words import WorkItemId
from router.engine import journal_gaps, mailbox_health, rebuild, reconcile
from router.engine.cases import alarms, following
from router.engine.centre import Centre
from router.store import audit, library
from router.store.event_reader import EventReader
from router.store.postgres import article_search, erasures, inbox, journal, mailboxes, notices, soundness, work_items
from router.store.postgres.cases import sweeps
from router.store.routing import Snapshot
from router.store.server_state import server_state

LOOKS = 4
AGAIN_S = 0.7
SHOWN = 5
"""Findings named in a check's detail; of the others only the number."""
OLDEST_STORES = {"redis": (7, 0), "valkey": (8, 0)}
UNDER_WAY_MS = 5_000
"""Younger conversations may not have their item yet."""
SNAPSHOT_LIMIT = 1_000_000
PAGE = 1_000
LONG_PAST_MS = 60_000
"""Cases are looked at within seconds while a node runs."""

Findings: TypeAlias = Mapping[str, list[str]]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """name: what should hold. detail: what was seen, or what is wrong."""

    name: str
    ok: bool
    detail: str


async def checks(centre: Centre, *, repair: bool) -> list[Check]:
    """Look at everything; repair: mend first what can be mended. Raises StoreUnavailable when a store is away."""
    if repair:
        await _repair(centre)
    found = [*await _servers(centre), *await _epoch(centre)]
    if (await centre.store.standing()).state != "open":
        return found
    for look in (_journal, _live, _agreement, _conversations, _cases):
        found += _told(await _lasting(centre, look))
    return found


async def _repair(centre: Centre) -> None:
    unsure = await journal_gaps.first_unsure(centre)
    await rebuild.ensure(centre)
    await journal_gaps.confirm_before_start(centre, EventReader(centre.store.connection, after_seq=unsure))
    await reconcile.mend(centre)
    await inbox.try_again(centre.database, now=centre.now())
    await erasures.try_again(centre.database, now=centre.now())
    await notices.try_again(centre.database, now=centre.now())
    await mailboxes.seen_to(centre.database)
    await alarms.set_all(centre)
    await following.sweep(centre)


# ---------------------------------------------------------------- servers


async def _servers(centre: Centre) -> list[Check]:
    missing = await soundness.unapplied_migrations(centre.database)
    server = await server_state(centre.store.connection)
    version = ".".join(map(str, server.version))
    ours = await library.is_ours(centre.store.connection)
    searched = await _searched(centre) if not missing else "not looked at: the schema is not there"
    return [
        Check(name="PostgreSQL has the schema", ok=not missing, detail=", ".join(missing) or "every migration applied"),
        Check(
            name="the store's server is new enough",
            ok=server.version >= OLDEST_STORES[server.name],
            detail=f"{server.name} {version}",
        ),
        Check(
            name="the store keeps its state over a restart",
            ok=server.append_only and server.writes_well and server.keeps_all,
            detail=f"append-only file {'on' if server.append_only else 'off'}, "
            f"{'written' if server.writes_well else 'not written: see the server log'}, "
            f"{'nothing is evicted' if server.keeps_all else 'maxmemory-policy forgets live work'}",
        ),
        Check(name="articles are found", ok=True, detail=searched),
        Check(name="the function library is ours", ok=ours, detail="loaded" if ours else "another one, or none"),
    ]


async def _searched(centre: Centre) -> str:
    """Words are enough to find articles by, so nothing of this is wrong."""
    if not await article_search.has_meaning(centre.database):
        return "by their words; no engine has asked for pgvector here, or PostgreSQL does not have it"
    read = await article_search.read_by(centre.database)
    if not read:
        return "by their words; no engine has read any yet"
    return "by words and meaning: " + ", ".join(f"{engine} has read {count} texts" for engine, count in read.items())


async def _epoch(centre: Centre) -> list[Check]:
    begun, last = await journal.epoch(centre.database), await journal.max_seq(centre.database)
    standing = await centre.store.standing()  # after the journal: it must not be behind it
    same = begun is not None and begun.epoch == standing.epoch
    state = standing.state or "empty"
    return [
        Check(
            name="the live state is of the journal's epoch",
            ok=same and standing.state == "open",
            detail=f"store {standing.epoch or 'none'} ({state}), journal {begun.epoch if begun else 'none'}",
        ),
        Check(
            name="the live state is not older than the journal",
            ok=standing.seq >= last,
            detail=f"last event {standing.seq}, in the journal {last}"
            + ("" if standing.working else "; no node works on it since its restart"),
        ),
    ]


# ---------------------------------------------------------------- looks


async def _journal(centre: Centre) -> Findings:
    begun = await journal.epoch(centre.database)
    holes = await soundness.journal_holes(centre.database, begun.started_seq if begun else 0)
    reader = EventReader(centre.store.connection, after_seq=await journal_gaps.first_unsure(centre))
    lacking = [
        written.seq
        async for batch in journal_gaps.in_stream(centre, reader)
        for written in await journal_gaps.unwritten(centre, batch)
    ]
    return {
        "the journal has no gaps": [f"events {first} to {last}" for first, last in holes],
        "the journal has every event of the stream": [f"event {seq}" for seq in lacking],
    }


async def _live(centre: Centre) -> Findings:
    return await audit.findings(centre.store.connection, centre.store)


async def _agreement(centre: Centre) -> Findings:
    """Durable and live items, compared."""
    durable = await _open_items(centre)
    live = await centre.store.snapshot(limit=SNAPSHOT_LIMIT)
    return {
        "every open item is live and in the same state": [
            sentence for row in durable.values() if (sentence := _differs(row, live)) is not None
        ],
        "no live item is closed in PostgreSQL": [f"{item} is live" for item in live.items if item not in durable],
    }


async def _open_items(centre: Centre) -> dict[WorkItemId, work_items.WorkItem]:
    found: dict[WorkItemId, work_items.WorkItem] = {}
    page: list[work_items.WorkItem] = []
    while page := await work_items.open_items(
        centre.database, after=(page[-1].enqueued_at, page[-1].id) if page else None, limit=PAGE
    ):
        found |= {row.id: row for row in page}
    return found


def _differs(row: work_items.WorkItem, live: Snapshot) -> str | None:
    item = live.items.get(row.id)
    if item is None:
        return f"{row.id} is {row.state} in PostgreSQL and not in the store"
    same_hands = row.agent_id == item.agent or item.state == "offered"  # it may ring at several
    if row.state != item.state or not same_hands:
        durable = f"{row.state} ({row.agent_id or 'nobody'})"
        return f"{row.id} is {durable} in PostgreSQL and {item.state} ({item.agent or 'nobody'}) in the store"
    return None


async def _conversations(centre: Centre) -> Findings:
    alone = await soundness.open_without_item(centre.database, before=centre.now() - UNDER_WAY_MS)
    return {
        "every open conversation has an open item": [f"{conversation} has none" for conversation in alone],
        "no item of a closed conversation waits": [
            f"{item} is open" for item in await soundness.closed_with_item(centre.database)
        ],
        "what providers brought had its effect": await soundness.requests_given_up(centre.database),
        "who was to be erased is": [
            f"{each.customer_id} was tried {each.attempts} times: {each.reason}"
            for each in await erasures.stuck(centre.database, limit=PAGE)
        ],
        "mailboxes are well": [f"{account}: {sentence}" for account, sentence in await mailbox_health.problems(centre)],
        "other programs took what they were told": await notices.parked(centre.database, limit=PAGE),
    }


async def _cases(centre: Centre) -> Findings:
    return {
        "every case with a deadline has its alarm": [
            f"{case_id} should ring at {at}" for case_id, at in (await alarms.differing(centre)).items()
        ],
        "no case is long past a deadline it was not looked at for": [
            f"{case_id} was not looked at"
            for case_id in await sweeps.due(centre.database, now=centre.now() - LONG_PAST_MS, limit=PAGE)
        ],
        "every case that is to be worked on is in line": [
            f"{case_id} is not"
            for case_id in await sweeps.not_in_line(centre.database, before=centre.now() - LONG_PAST_MS)
        ],
    }


# ---------------------------------------------------------------- looking again


async def _lasting(centre: Centre, look: Callable[[Centre], Awaitable[Findings]]) -> Findings:
    """What a look finds every time."""
    found = await look(centre)
    for _ in range(LOOKS - 1):
        if not any(found.values()):
            break
        await asyncio.sleep(AGAIN_S)
        again = await look(centre)
        found = {name: [sentence for sentence in found[name] if sentence in set(again[name])] for name in found}
    return found


def _told(found: Findings) -> list[Check]:
    return [Check(name=name, ok=not sentences, detail=_detail(sentences)) for name, sentences in found.items()]


def _detail(sentences: list[str]) -> str:
    more = f"; and {len(sentences) - SHOWN} more" if len(sentences) > SHOWN else ""
    return "; ".join(sentences[:SHOWN]) + more if sentences else "nothing found"
