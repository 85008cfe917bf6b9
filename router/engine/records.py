"""Stored rows as the records clients are sent."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from router.protocol import records
from router.store.postgres import conversations as stored
from router.store.postgres.customers import Customer
from router.store.postgres.messages import Message

MESSAGES_SENT = 50


def message(row: Message) -> records.Message:
    return records.Message(
        conversation_id=row.conversation_id,
        n=row.n,
        kind=row.kind,
        author=row.author,
        author_id=row.author_id,
        author_name=row.author_name,
        text=row.text,
        client_id=row.client_id,
        at=row.at,
    )


def receipts(marks: stored.Marks) -> records.Receipts:
    return records.Receipts(
        customer_delivered_n=marks.customer_delivered_n,
        customer_read_n=marks.customer_read_n,
        agent_delivered_n=marks.agent_delivered_n,
        agent_read_n=marks.agent_read_n,
    )


def customer_card(row: Customer) -> records.CustomerCard:
    return records.CustomerCard(customer_id=row.id, name=row.name, email=row.email, language=row.language)


def conversation_for_customer(row: stored.Conversation, messages: Sequence[Message]) -> records.Conversation:
    """messages: the newest of it without notes, oldest first. How many notes follow is no business of theirs."""
    shown = conversation(row, messages)
    return replace(shown, last_n=messages[-1].n if messages else 0)


def conversation(row: stored.Conversation, messages: Sequence[Message]) -> records.Conversation:
    """messages: the newest of it, oldest first."""
    return records.Conversation(
        conversation_id=row.id,
        channel=row.channel,
        account=row.account,
        state=row.state,
        department=row.department,
        language=row.language,
        page_url=row.page_url,
        started_at=row.started_at,
        closed_at=row.closed_at,
        last_n=row.last_n,
        receipts=receipts(row.marks),
        messages=[message(each) for each in messages],
        more=bool(messages) and messages[0].n > 1,
        rating=row.rating,
    )
