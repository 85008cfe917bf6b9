"""Starting, marking, closing and rating conversations."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from router.core.identity import of_sender
from router.core.words import ConversationId, CustomerId
from router.store.postgres import conversations, customers, messages, work_items
from router.store.postgres.conversations import HasOpen, Marks, Started
from router.store.postgres.customers import Customer, Visitor
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer
from tests.patience import PATIENCE_S
from tests.postgres.conftest import CUSTOMER, a_draft, a_start


async def test_a_start_makes_conversation_message_and_work_item_together(writer: Writer, database: Database) -> None:
    new = a_start(attributes={"cart": 12.5}, page_url="https://shop.example/", department="sales")
    assert new.item is not None
    outcome = await conversations.start(writer, new)
    assert outcome == Started(conversation_id=new.id, item_id=new.item.id, at=1_000, repeated=False)
    known = await conversations.by_id(database, new.id)
    assert known is not None
    assert (known.state, known.last_n, known.attributes, known.marks) == ("open", 1, {"cart": 12.5}, Marks())
    assert [(m.n, m.text) for m in await messages.page(database, new.id)] == [(1, "Hello")]
    item = await work_items.by_id(database, new.item.id)
    assert item is not None
    assert (item.conversation_id, item.state, item.demand, item.last_seq) == (new.id, "waiting", {"queue": "sales"}, 0)


async def test_the_same_start_again_is_the_first_one(writer: Writer, database: Database) -> None:
    first, again = a_start(start_id="s"), a_start(start_id="s", text="different", at=5_000)
    outcomes = await asyncio.gather(conversations.start(writer, first), conversations.start(writer, again))
    assert {outcome.conversation_id for outcome in outcomes} in ({first.id}, {again.id})
    later = await conversations.start(writer, a_start(start_id="s"))
    assert isinstance(later, Started)
    assert later.repeated
    assert len(await conversations.of_customer(database, CUSTOMER)) == 1
    assert len(await work_items.open_items(database)) == 1


async def test_a_visitor_has_one_open_conversation_even_when_two_nodes_start_at_once(
    writer: Writer, database: Database, postgres_url: str
) -> None:
    async with await Writer.open(postgres_url) as other:
        starts = [a_start(visitor_id="vis_1") for _ in range(10)]
        tasks = [conversations.start((writer, other)[n % 2], new) for n, new in enumerate(starts)]
        outcomes = await asyncio.gather(*tasks)
    started = [outcome for outcome in outcomes if isinstance(outcome, Started)]
    assert len(started) == 1
    assert all(o == HasOpen(conversation_id=started[0].conversation_id) for o in outcomes if isinstance(o, HasOpen))
    found = await conversations.open_of_visitor(database, "vis_1")
    assert found is not None
    assert found.id == started[0].conversation_id
    await conversations.close(writer, _close(found.id))
    assert isinstance(await conversations.start(writer, a_start(visitor_id="vis_1")), Started)


async def test_a_start_that_meets_an_open_conversation_as_it_closes_begins_its_own(
    writer: Writer, database: Database
) -> None:
    """It is in the way of the new one, and gone when it is asked which one that was."""
    before = await conversations.start(writer, a_start(visitor_id="vis_1"))
    async with database.transaction() as other:
        await other.execute("LOCK TABLE messages IN SHARE MODE")
        starting = asyncio.create_task(conversations.start(writer, a_start(visitor_id="vis_1")))
        async with asyncio.timeout(PATIENCE_S):
            while not await database.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.01)
        await other.execute(
            "UPDATE conversations SET state = 'closed', closed_at = 2 WHERE id = $1", before.conversation_id
        )
    begun = await starting
    assert isinstance(begun, Started)
    assert not begun.repeated


async def test_a_conversation_nobody_is_needed_for_has_no_work_item(writer: Writer) -> None:
    outcome = await conversations.start(writer, a_start(item=None))
    assert isinstance(outcome, Started)
    assert outcome.item_id is None


async def test_watermarks_rise_never_fall_and_never_pass_the_last_message(writer: Writer) -> None:
    new = a_start()
    await conversations.start(writer, new)
    for _ in range(4):
        await messages.append(writer, a_draft(new.id))
    assert await conversations.mark(writer, new.id, Marks(agent_read_n=3)) == Marks(agent_delivered_n=3, agent_read_n=3)
    raised = await asyncio.gather(
        conversations.mark(writer, new.id, Marks(agent_read_n=1, customer_delivered_n=2)),
        conversations.mark(writer, new.id, Marks(customer_read_n=99)),
    )
    assert raised[-1] == Marks(customer_delivered_n=5, customer_read_n=5, agent_delivered_n=3, agent_read_n=3)
    assert await conversations.mark(writer, ConversationId("nope"), Marks(agent_read_n=1)) is None


async def test_a_rating_replaces_the_one_before(writer: Writer, database: Database) -> None:
    new = a_start()
    await conversations.start(writer, new)
    assert await conversations.rate(database, new.id, stars=2, comment="slow")
    assert await conversations.rate(database, new.id, stars=5, comment="")
    known = await conversations.by_id(database, new.id)
    assert known is not None
    assert (known.rating, known.rating_comment) == (5, "")
    assert not await conversations.rate(database, ConversationId("nope"), stars=5, comment="")


async def test_start_and_message_and_close_may_share_a_batch(writer: Writer, database: Database) -> None:
    new = a_start()
    calls = [
        conversations.start(writer, new),
        messages.append(writer, a_draft(new.id)),
        conversations.mark(writer, new.id, Marks(agent_read_n=1)),
        conversations.close(writer, _close(new.id)),
    ]
    await asyncio.gather(*calls)
    kept = await messages.page(database, new.id)
    assert [(m.n, m.kind) for m in kept] == [(1, "text"), (2, "text"), (3, "system")]


async def test_no_client_can_take_the_name_of_a_line_of_the_house(writer: Writer) -> None:
    new = a_start()
    await conversations.start(writer, new)
    end = replace(_close(new.id), author="customer", author_id=CUSTOMER)
    await messages.append(writer, a_draft(new.id, client_id=end.client_id))
    assert await conversations.close(writer, end) == conversations.Closed(n=3, at=3_000)


async def test_an_identity_leads_to_one_customer_however_many_ask_at_once(database: Database) -> None:
    candidates = [Customer(id=CustomerId(f"new_{n}"), created_at=1) for n in range(8)]
    number = of_sender("sms", "+306900000000")
    asked = [customers.of_identity(database, number, otherwise=c) for c in candidates]
    found = await asyncio.gather(*asked)
    assert len({customer.id for customer in found}) == 1
    assert await database.fetch_value("SELECT count(*) FROM customers WHERE id LIKE 'new_%'") == 1


async def test_a_visitor_is_found_by_the_token_that_is_not_kept(database: Database) -> None:
    visitor = await customers.find_visitor(database, "token-1", now=50)
    assert visitor == Visitor(id="vis_1", customer_id=CUSTOMER, account="shop", created_at=1, last_seen_at=50)
    assert await customers.find_visitor(database, "token-2", now=50) is None
    await customers.describe(database, CUSTOMER, name="", email="a@example.org", language="pl")
    customer = await customers.by_id(database, CUSTOMER)
    assert customer == Customer(id=CUSTOMER, name="Anna", email="a@example.org", language="pl", created_at=1)


def _close(conversation_id: ConversationId) -> conversations.Close:
    return conversations.Close(
        conversation_id=conversation_id,
        author="system",
        author_id="system",
        author_name="",
        text="conversation.closed",
        client_id="close",
        at=3_000,
    )


@pytest.mark.parametrize("stars", [0, 6])
async def test_a_rating_out_of_range_is_refused(writer: Writer, database: Database, stars: int) -> None:
    new = a_start()
    await conversations.start(writer, new)
    with pytest.raises(Exception, match="rating_check"):
        await conversations.rate(database, new.id, stars=stars, comment="")
