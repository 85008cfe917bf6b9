"""Appending and reading messages on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from router.core.words import ConversationId, CustomerId
from router.protocol.errors import BadRequest
from router.store.errors import Overloaded
from router.store.postgres import conversations, messages
from router.store.postgres.conversations import Close, Closed, Marks
from router.store.postgres.database import Database
from router.store.postgres.messages import Appended, Refused
from router.store.postgres.writer import Writer
from tests.patience import PATIENCE_S
from tests.postgres.conftest import a_draft, a_start


@pytest.fixture
async def conversation(writer: Writer) -> ConversationId:
    new = a_start()
    await conversations.start(writer, new)
    return new.id


async def test_what_comes_while_the_shard_rests_is_committed_together(
    writer: Writer, database: Database, conversation: ConversationId
) -> None:
    """A machine that stalls may let the rest go by between two of them, so one round in many is enough."""
    for _ in range(100):
        first = await messages.append(writer, a_draft(conversation))
        assert isinstance(first, Appended)
        sent = []
        for _ in range(5):
            sent.append(asyncio.create_task(messages.append(writer, a_draft(conversation))))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await asyncio.gather(*sent)
        sql = "SELECT count(DISTINCT xmin::text) FROM messages WHERE conversation_id = $1 AND n > $2"
        if await database.fetch_value(sql, conversation, first.n) == 1:
            return
    pytest.fail("they were written one by one each time")


async def test_messages_are_numbered_without_gaps_in_the_order_they_were_sent(
    writer: Writer, database: Database, conversation: ConversationId
) -> None:
    drafts = [a_draft(conversation, text=str(number)) for number in range(300)]
    outcomes = await asyncio.gather(*[messages.append(writer, draft) for draft in drafts])
    assert outcomes == [Appended(n=n, at=2_000, repeated=False) for n in range(2, 302)]
    found = await messages.page(database, conversation, before_n=302, limit=100)
    assert [(m.n, m.text) for m in found] == [(n, str(n - 2)) for n in range(202, 302)]
    known = await conversations.by_id(database, conversation)
    assert known is not None
    assert known.last_n == 301


async def test_the_same_message_again_is_the_first_one(writer: Writer, conversation: ConversationId) -> None:
    draft = a_draft(conversation, client_id="once")
    later = a_draft(conversation, client_id="once", at=9_999, text="different")
    first, beside = await asyncio.gather(messages.append(writer, draft), messages.append(writer, later))
    after = await messages.append(writer, later)
    assert first == Appended(n=2, at=2_000, repeated=False)
    assert beside == after == Appended(n=2, at=2_000, repeated=True)
    assert await messages.append(writer, a_draft(conversation)) == Appended(n=3, at=2_000, repeated=False)


async def test_two_authors_may_use_the_same_client_id(writer: Writer, conversation: ConversationId) -> None:
    await messages.append(writer, a_draft(conversation, client_id="1"))
    outcome = await messages.append(writer, a_draft(conversation, client_id="1", author="agent", author_id="agt_1"))
    assert outcome == Appended(n=3, at=2_000, repeated=False)


async def test_nodes_that_append_to_the_same_conversations_agree_on_every_number(
    writer: Writer, database: Database, postgres_url: str
) -> None:
    started = [a_start() for _ in range(5)]
    await asyncio.gather(*[conversations.start(writer, new) for new in started])
    async with await Writer.open(postgres_url, shards=3) as other:
        drafts = [a_draft(new.id, client_id=f"m{n}") for n in range(200) for new in started]
        here = asyncio.gather(*[messages.append(writer, draft) for draft in drafts])
        there = asyncio.gather(*[messages.append(other, draft) for draft in reversed(drafts)])
        for one, two in zip(await here, reversed(await there), strict=True):
            assert isinstance(one, Appended)
            assert isinstance(two, Appended)
            assert (one.n, one.at) == (two.n, two.at)
            assert one.repeated != two.repeated
    for new in started:
        kept = await database.fetch("SELECT n FROM messages WHERE conversation_id = $1 ORDER BY n", new.id)
        assert [row["n"] for row in kept] == list(range(1, 202))


async def test_nodes_that_meet_at_one_conversation_take_turns(
    writer: Writer, database: Database, postgres_url: str, conversation: ConversationId
) -> None:
    async with await Writer.open(postgres_url, shards=1) as other:
        async with database.transaction() as holding:
            await holding.execute("SELECT FROM conversations WHERE id = $1 FOR UPDATE", conversation)
            meeting = [asyncio.create_task(messages.append(one, a_draft(conversation))) for one in (writer, other)]
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            async with asyncio.timeout(PATIENCE_S):
                while await database.fetch_value(waiting) < 2:
                    await asyncio.sleep(0.01)
        outcomes = await asyncio.gather(*meeting)
    assert {outcome.n for outcome in outcomes if isinstance(outcome, Appended)} == {2, 3}


async def test_nothing_is_appended_to_a_closed_or_unknown_conversation(
    writer: Writer, conversation: ConversationId
) -> None:
    sent = a_draft(conversation)
    await messages.append(writer, sent)
    end = conversations.Close(
        conversation_id=conversation,
        author="system",
        author_id="system",
        author_name="",
        text="conversation.closed",
        client_id="close",
        at=3_000,
    )
    assert await conversations.close(writer, end) == conversations.Closed(n=3, at=3_000)
    assert await conversations.close(writer, end) == conversations.Closed(n=3, at=3_000)
    late = replace(end, author_id="agt_1", at=4_000)
    assert await conversations.close(writer, late) == conversations.Closed(n=None, at=3_000)
    assert await messages.append(writer, a_draft(conversation)) == Refused(reason="closed")
    assert await messages.append(writer, sent) == Appended(n=2, at=2_000, repeated=True)
    assert await messages.append(writer, a_draft(conversation, kind="note", even_closed=True)) == Appended(
        n=4, at=2_000, repeated=False
    )
    assert await messages.append(writer, a_draft(ConversationId("nope"))) == Refused(reason="unknown")


@pytest.mark.parametrize("text", ["a\0b", "lone \ud800 surrogate"])
async def test_text_that_cannot_be_kept_is_refused_before_it_is_queued(
    writer: Writer, conversation: ConversationId, text: str
) -> None:
    with pytest.raises(BadRequest, match="bad_text"):
        await messages.append(writer, a_draft(conversation, text=text))


@pytest.mark.parametrize(
    "text", ["🧑‍🚒 Ωмега\u202e", "'; DROP TABLE messages; --", "x" * 100_000, "\x01\x7f\ufeff\uffff"]
)
async def test_text_comes_back_as_it_was_sent(
    writer: Writer, database: Database, conversation: ConversationId, text: str
) -> None:
    await messages.append(writer, a_draft(conversation, text=text))
    assert (await messages.page(database, conversation))[-1].text == text


async def test_an_entry_the_database_refuses_fails_alone(writer: Writer, conversation: ConversationId) -> None:
    good = [writer.submit(messages.APPEND, a_draft(conversation), order_by="x") for _ in range(20)]
    bad: list[asyncio.Future[Any]] = [
        writer.submit(messages.APPEND, a_draft(conversation, text="a\0b"), order_by="x"),
        writer.submit(messages.APPEND, a_draft(conversation, at=2**70), order_by="x"),
        writer.submit(conversations.START, a_start(customer_id=CustomerId("nobody")), order_by="x"),
    ]
    more = [writer.submit(messages.APPEND, a_draft(conversation), order_by="x") for _ in range(20)]
    outcomes = await asyncio.gather(*good, *more)
    assert [outcome.n for outcome in outcomes if isinstance(outcome, Appended)] == list(range(2, 42))
    for refused in bad:
        with pytest.raises((asyncpg.PostgresError, ValueError)):
            await refused


async def test_one_entry_too_many_is_refused_at_once_and_the_rest_is_written(
    postgres_url: str, writer: Writer, conversation: ConversationId
) -> None:
    async with await Writer.open(postgres_url, shards=1, at_most=10) as small:
        waiting = [small.submit(messages.APPEND, a_draft(conversation), order_by="x") for _ in range(10)]
        with pytest.raises(Overloaded):
            small.submit(messages.APPEND, a_draft(conversation), order_by="x")
        assert len(await asyncio.gather(*waiting)) == 10


async def test_customers_see_no_notes(writer: Writer, database: Database, conversation: ConversationId) -> None:
    await messages.append(writer, a_draft(conversation, kind="note", author="agent", author_id="agt_1", text="rude"))
    await messages.append(writer, a_draft(conversation, text="Hello?"))
    assert [m.text for m in await messages.page(database, conversation, notes=False)] == ["Hello", "Hello?"]
    found = await messages.newest(database, [conversation, ConversationId("nope")], each=2)
    assert {key: [m.text for m in value] for key, value in found.items()} == {conversation: ["rude", "Hello?"]}


async def test_a_batch_of_several_kinds_is_carried_out_in_their_order_and_committed_once(
    postgres_url: str, database: Database
) -> None:
    async with await Writer.open(postgres_url, shards=1) as writer:
        new = a_start()
        end = Close(
            conversation_id=new.id,
            author="agent",
            author_id="agt_1",
            author_name="Ben",
            text="conversation.ended",
            client_id="ended",
            at=3_000,
        )
        marked, closed, appended, _ = await asyncio.gather(
            conversations.mark(writer, new.id, Marks(agent_read_n=3)),
            conversations.close(writer, end),
            messages.append(writer, a_draft(new.id)),
            conversations.start(writer, new),
        )
    assert marked == Marks(agent_delivered_n=3, agent_read_n=3)
    assert closed == Closed(n=3, at=3_000)
    assert appended == Appended(n=2, at=2_000, repeated=False)
    transactions = await database.fetch("SELECT DISTINCT xmin FROM messages WHERE conversation_id = $1", new.id)
    assert len(transactions) == 1
