"""The journal keeps every event once; the rows of work items follow it however late or often events arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core import events
from router.core.events import Event
from router.core.metrics import Metrics
from router.core.words import AgentId, LaneId, OfferId, WorkItemId
from router.store.postgres import conversations, journal, work_items
from router.store.postgres.change import changes
from router.store.postgres.database import Database
from router.store.postgres.journal import Epoch, Journaled
from router.store.postgres.work_items import QueueDay
from router.store.postgres.writer import Writer
from tests.postgres.conftest import a_start

AGENT = AgentId("agt_1")


def queued(item: WorkItemId, at: int, **facts: Any) -> events.ItemQueued:
    usual: dict[str, Any] = {"queue": "sales", "lane": LaneId("lane_1"), "channel": "webchat", "weight": 25}
    usual |= {"score": at, "enqueued_at": 1_000, "reason": "new"}
    return events.ItemQueued(item=item, at=at, **usual | facts)


def offered(item: WorkItemId, at: int, attempt: int = 1) -> events.OfferCreated:
    return events.OfferCreated(
        item=item,
        at=at,
        offer=OfferId(f"off_{at}"),
        agent=AGENT,
        queue="sales",
        lane=LaneId("lane_1"),
        channel="webchat",
        weight=25,
        expires_at=at + 20_000,
        enqueued_at=1_000,
        attempt=attempt,
    )


def numbered(first: int, *happened: Event) -> list[Journaled]:
    return [(first + n, msgspec.msgpack.encode(event), event) for n, event in enumerate(happened)]


async def _item(writer: Writer) -> WorkItemId:
    new = a_start()
    await conversations.start(writer, new)
    assert new.item is not None
    return new.item.id


async def test_events_are_kept_by_number_once(writer: Writer, database: Database) -> None:
    item = await _item(writer)
    batch = numbered(1, queued(item, 1_000), offered(item, 1_000))
    await journal.append(writer, batch)
    await asyncio.gather(journal.append(writer, batch), journal.append(writer, batch[1:]))
    assert await journal.after(database, 0) == [(seq, packed) for seq, packed, _ in batch]
    assert await journal.of_item(database, item) == await journal.after(database, 0)
    assert await journal.max_seq(database) == 2
    assert await journal.first_seq_since(database, 1_000) == 1
    assert await journal.first_seq_since(database, 1_001) is None
    await journal.append(writer, [])


async def read_of_the_journal(database: Database) -> int:
    """Rows read so far, through the only connection."""
    await database.execute("SELECT pg_stat_force_next_flush()")
    rows: int = await database.fetch_value(
        "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'journal'"
    )
    return rows


async def test_the_first_event_since_a_time_is_found_without_reading_what_is_older(postgres_url: str) -> None:
    async with await Database.open(postgres_url, connections=1) as database:
        await database.execute(
            """
            INSERT INTO journal (seq, at, type, body)
            SELECT CASE WHEN n > 2000 THEN 100000 ELSE 0 END + n, n / 2, 'item.alert', ''
            FROM generate_series(1, 3000) n
            """
        )
        await database.execute("ANALYZE journal")
        before = await read_of_the_journal(database)
        assert await journal.first_seq_since(database, 1_400) == 102_800
        assert await read_of_the_journal(database) - before < 200
        firsts = [await journal.first_seq_since(database, at) for at in (0, 1, 999, 1_000, 1_001, 1_500, 1_501)]
        assert firsts == [1, 2, 1_998, 2_000, 102_002, 103_000, None]


async def test_who_was_there_is_found_without_reading_what_else_happened(postgres_url: str) -> None:
    def came(at: int, status: str) -> bytes:
        return msgspec.msgpack.encode(
            events.AgentPresence(at=at, agent=AGENT, reachability="connected", status=status, reason="chosen")
        )

    async with await Database.open(postgres_url, connections=1) as database:
        await database.execute(
            """
            INSERT INTO journal (seq, at, type, agent_id, body)
            SELECT n, n, CASE WHEN n % 1000 = 0 THEN 'agent.presence' ELSE 'offer.created' END, $1,
                CASE n WHEN 3000 THEN $2::bytea ELSE $3::bytea END
            FROM generate_series(1, 3999) n
            """,
            *(AGENT, came(3_000, "busy"), came(1, "available")),
        )
        await database.execute("ANALYZE journal")
        before = await read_of_the_journal(database)
        last = await journal.last_presences(database, 500)
        told = await journal.presences_and_offers(database, 500, offers_since=3_997)
        assert await read_of_the_journal(database) - before < 500
        assert (last[AGENT].status, len(told[AGENT])) == ("busy", 3 + 3)
        assert await journal.last_presences(database, 3_001) == {}
        assert await journal.last_presences(database, 9_999) == {}


async def test_a_work_item_follows_its_events(writer: Writer, database: Database) -> None:
    item = await _item(writer)

    async def row() -> work_items.WorkItem:
        found = await work_items.by_id(database, item)
        assert found is not None
        return found

    await journal.append(writer, numbered(1, queued(item, 1_000, score=-59_000), offered(item, 1_000)))
    now = await row()
    assert (now.state, now.agent_id, now.offer_id, now.offer_expires_at) == ("offered", AGENT, "off_1000", 21_000)
    assert (now.lane, now.score, now.attempt, now.last_seq) == ("lane_1", -59_000, 1, 2)
    accepted = events.OfferAccepted(item=item, at=4_000, offer=OfferId("off_1000"), agent=AGENT)
    await journal.append(writer, numbered(3, accepted))
    now = await row()
    assert (now.state, now.agent_id, now.answered_at, now.offer_expires_at) == ("assigned", AGENT, 4_000, None)
    await journal.append(writer, numbered(4, events.WrapUpStarted(item=item, at=9_000, agent=AGENT, until=69_000)))
    assert ((await row()).state, (await row()).wrap_up_until) == ("wrap_up", 69_000)
    closed = events.ItemClosed(
        item=item, at=12_000, outcome="completed", state="wrap_up", agent=AGENT, disposition="sold"
    )
    await journal.append(writer, numbered(5, closed))
    now = await row()
    assert (now.state, now.closed_at, now.outcome, now.disposition) == ("closed", 12_000, "completed", "sold")
    assert await work_items.open_items(database) == []


HISTORIES = st.lists(st.sampled_from(["queued", "offered", "accepted", "declined", "wrap_up", "closed"]), max_size=8)


def _history(item: WorkItemId, words: list[str]) -> list[Event]:
    """Any sequence of events, likely or not: the law is about numbers alone."""
    made: list[Event] = []
    for place, word in enumerate(words):
        at, offer = 1_000 + place * 10, OfferId(f"off_{place}")
        match word:
            case "queued":
                made.append(queued(item, at, queue=f"queue-{place}", weight=place))
            case "offered":
                made.append(offered(item, at, attempt=place))
            case "accepted":
                made.append(events.OfferAccepted(item=item, at=at, offer=offer, agent=AGENT))
            case "declined":
                made.append(events.OfferDeclined(item=item, at=at, offer=offer, agent=AGENT))
            case "wrap_up":
                made.append(events.WrapUpStarted(item=item, at=at, agent=AGENT, until=at + 5))
            case _:
                made.append(events.ItemClosed(item=item, at=at, outcome="completed", state="assigned", agent=AGENT))
    return made


@given(words=HISTORIES, order=st.randoms(use_true_random=False), cuts=st.integers(1, 4))
@settings(max_examples=60)
async def test_late_and_repeated_events_end_in_the_same_row(
    words: list[str], order: Any, cuts: int, writer: Writer, database: Database
) -> None:
    straight, shuffled = await _item(writer), await _item(writer)
    base = await journal.max_seq(database) + 1
    in_order = numbered(base, *_history(straight, words))
    await journal.append(writer, in_order)
    copies = numbered(base + len(words), *_history(shuffled, words))
    batches = [copies[n::cuts] for n in range(cuts)] + [copies[::2]]
    order.shuffle(batches)
    for batch in batches:
        await journal.append(writer, batch)
    assert await _comparable(database, straight, base) == await _comparable(database, shuffled, base + len(words))


async def _comparable(database: Database, item: WorkItemId, base: int) -> dict[str, Any]:
    row = await database.fetch_row("SELECT * FROM work_items WHERE id = $1", item)
    assert row is not None
    facts = dict(row)
    for own in ("id", "conversation_id"):
        del facts[own]
    for seq in ("last_seq", "queued_seq"):
        facts[seq] -= base if facts[seq] else 0
    return facts


def test_a_batch_makes_one_change_of_each_item_in_the_order_of_ids() -> None:
    b, a = WorkItemId("b"), WorkItemId("a")
    presence = events.AgentPresence(agent=AGENT, at=5, reachability="gone", status="offline", reason="gone")
    made = changes(enumerate([queued(b, 1), queued(a, 2), offered(b, 3), presence]))
    assert [(change.item_id, change.queued_seq, change.state_seq, change.state) for change in made] == [
        ("a", 1, 1, "waiting"),
        ("b", 0, 2, "offered"),
    ]


async def test_two_nodes_may_journal_the_same_items_at_once(
    writer: Writer, database: Database, postgres_url: str
) -> None:
    items = [await _item(writer) for _ in range(20)]
    async with await Writer.open(postgres_url) as other:
        tasks = []
        for step in range(30):
            base = 1 + step * len(items)
            chosen: Sequence[WorkItemId] = items if step % 2 else items[::-1]
            happened = [queued(item, base + n, score=base + n) for n, item in enumerate(chosen)]
            tasks.append(journal.append((writer, other)[step % 2], numbered(base, *happened)))
        await asyncio.gather(*tasks)
    assert await journal.max_seq(database) == 600
    scores = {item.id: item.score for item in await work_items.open_items(database)}
    assert sorted(score for score in scores.values() if score) == list(range(581, 601))


async def test_open_items_come_in_pages_by_age(writer: Writer, database: Database) -> None:
    ages = [3_000, 1_000, 2_000, 1_000]
    for at in ages:
        await conversations.start(writer, a_start(at=at))
    first = await work_items.open_items(database, limit=3)
    last = await work_items.open_items(database, after=(first[-1].enqueued_at, first[-1].id), limit=3)
    assert [item.enqueued_at for item in (*first, *last)] == sorted(ages)
    assert first[0].id < first[1].id


async def test_waits_are_told_by_queue(writer: Writer, database: Database) -> None:
    answered, abandoned, waiting = [await _item(writer) for _ in range(3)]
    happened: list[Event] = [
        queued(answered, 1_000),
        queued(abandoned, 1_000),
        queued(waiting, 1_000),
        events.OfferAccepted(item=answered, at=6_000, offer=OfferId("o"), agent=AGENT),
        events.ItemClosed(item=abandoned, at=3_000, outcome="cancelled", state="waiting"),
        events.ItemClosed(item=answered, at=9_000, outcome="completed", state="assigned"),
    ]
    await journal.append(writer, numbered(1, *happened))
    assert await work_items.waits_since(database, 2_000) == [
        QueueDay(queue="sales", answered_waits_ms=[5_000], abandoned_waits_ms=[2_000])
    ]
    assert await work_items.waits_since(database, 10_000) == []


async def test_nobody_abandons_a_queue_that_closes_on_them(writer: Writer, database: Database) -> None:
    left, sent_home = [await _item(writer) for _ in range(2)]
    happened: list[Event] = [
        queued(left, 1_000),
        queued(sent_home, 1_000),
        events.ItemClosed(item=left, at=3_000, outcome="cancelled", state="waiting", reason="silent"),
        events.ItemClosed(item=sent_home, at=4_000, outcome="cancelled", state="waiting", reason=events.QUEUE_CLOSED),
    ]
    await journal.append(writer, numbered(1, *happened))
    counted = Metrics(set(), since=2_000)
    for event in happened:
        counted.apply(event)
    (day,) = await work_items.waits_since(database, 2_000)
    assert day.abandoned_waits_ms == [2_000]
    assert len(day.abandoned_waits_ms) == counted.queues["sales"].abandoned.count


async def test_the_newest_epoch_is_remembered(database: Database) -> None:
    assert await journal.epoch(database) is None
    for begun in (Epoch(epoch="a", started_seq=0, at=1), Epoch(epoch="b", started_seq=70, at=2)):
        await journal.begin_epoch(database, begun)
        await journal.begin_epoch(database, begun)
    assert await journal.epoch(database) == Epoch(epoch="b", started_seq=70, at=2)


async def test_one_node_is_the_keeper_until_it_lets_go(database: Database, postgres_url: str) -> None:
    async with await Database.open(postgres_url) as other:
        async with journal.keeper(database) as here:
            assert here
            async with journal.keeper(other) as there:
                assert not there
        async with journal.keeper(other) as there:
            assert there


async def test_an_event_number_that_is_no_number_fails_alone(writer: Writer, database: Database) -> None:
    item = await _item(writer)
    good = journal.append(writer, numbered(1, queued(item, 1_000)))
    bad = journal.append(writer, numbered(2**70, offered(item, 2_000)))
    kept, refused = await asyncio.gather(good, bad, return_exceptions=True)
    assert kept is None
    assert isinstance(refused, (asyncpg.PostgresError, ValueError))
    assert await journal.max_seq(database) == 1


@pytest.mark.parametrize("column", ["queue", "lane", "weight", "score", "enqueued_at"])
def test_the_place_of_an_item_is_all_that_was_queued(column: str) -> None:
    event = queued(WorkItemId("a"), 7)
    assert getattr(changes([(1, event)])[0], column) == getattr(event, column)
