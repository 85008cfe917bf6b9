"""A database with the schema, a writer on it, a customer to write about."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.core.words import ConversationId, CustomerId, WorkItemId
from router.store.postgres import customers
from router.store.postgres.conversations import NewWorkItem, Start
from router.store.postgres.customers import Customer, Visitor
from router.store.postgres.database import Database
from router.store.postgres.messages import Draft
from router.store.postgres.writer import Writer

CUSTOMER = CustomerId("cus_1")


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with await Database.open(postgres_url) as database:
        visitor = Visitor(id="vis_1", customer_id=CUSTOMER, account="shop", created_at=1, last_seen_at=1)
        await customers.add_visitor(database, "token-1", visitor, Customer(id=CUSTOMER, name="Anna", created_at=1))
        yield database


@pytest.fixture
async def writer(postgres_url: str, database: Database) -> AsyncIterator[Writer]:
    async with await Writer.open(postgres_url) as writer:
        yield writer


_numbers = itertools.count(1)


def a_start(**facts: Any) -> Start:
    """A conversation nobody has started yet; facts replace the usual ones."""
    number = next(_numbers)
    item = NewWorkItem(id=WorkItemId(f"itm_{number}"), queue="sales", demand={"queue": "sales"}, weight=25, priority=0)
    usual: dict[str, Any] = {
        "id": ConversationId(f"con_{number}"),
        "channel": "webchat",
        "account": "shop",
        "customer_id": CUSTOMER,
        "start_id": f"start-{number}",
        "language": "en",
        "author_id": CUSTOMER,
        "author_name": "Anna",
        "text": "Hello",
        "at": 1_000,
        "item": item,
    }
    return Start(**usual | facts)


def a_draft(conversation_id: ConversationId, **facts: Any) -> Draft:
    """A message nobody has sent yet."""
    usual: dict[str, Any] = {
        "conversation_id": conversation_id,
        "kind": "text",
        "author": "customer",
        "author_id": CUSTOMER,
        "author_name": "Anna",
        "text": "And then?",
        "client_id": f"client-{next(_numbers)}",
        "at": 2_000,
    }
    return Draft(**usual | facts)
