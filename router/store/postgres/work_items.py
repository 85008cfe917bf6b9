"""Work items as the journal left them: found by id, conversation and agent; the open ones to rebuild the live store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from router.core.events import ItemClosed
from router.core.words import (
    AgentId,
    Channel,
    ConversationId,
    CustomerId,
    ItemState,
    LaneId,
    Ms,
    OfferId,
    Units,
    WorkItemId,
)
from router.store.postgres.conversations import NewWorkItem
from router.store.postgres.database import Database

SELECT = """
SELECT id, conversation_id, queue, channel, demand, weight, priority, enqueued_at, lane, score, state, agent_id,
    offer_id, offer_expires_at, wrap_up_until, last_seq, attempt, answered_at, accepted_at, closed_at, outcome,
    disposition
FROM work_items
"""

_closed = msgspec.msgpack.Decoder(ItemClosed).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """score None and lane empty: it was never in the live store's line.

    agent_id: who has it; while it is offered, to whom last. attempt: how often it was offered.
    last_seq: the last event it shows.
    """

    id: WorkItemId
    conversation_id: ConversationId | None
    queue: str
    channel: Channel
    demand: Mapping[str, Any]
    weight: Units
    priority: int
    enqueued_at: Ms
    lane: LaneId
    score: int | None
    state: ItemState
    agent_id: AgentId | None
    offer_id: OfferId | None
    offer_expires_at: Ms | None
    wrap_up_until: Ms | None
    last_seq: int
    attempt: int
    answered_at: Ms | None
    """First accepted; accepted_at: last."""
    accepted_at: Ms | None
    closed_at: Ms | None
    outcome: str | None
    disposition: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDay:
    """One queue since some time: how long its answered items waited for their first answer, and its abandoned ones."""

    queue: str
    answered_waits_ms: list[Ms]
    abandoned_waits_ms: list[Ms]


async def add(
    database: Database, item: NewWorkItem, *, channel: Channel, conversation_id: ConversationId | None, at: Ms
) -> None:
    """One more item for a conversation that has begun (or for none); the same id again changes nothing."""
    await database.execute(
        """
        INSERT INTO work_items (id, conversation_id, queue, channel, demand, weight, priority, enqueued_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING
        """,
        *(item.id, conversation_id, item.queue, channel, item.demand, item.weight, item.priority, at),
    )


async def by_id(database: Database, item_id: WorkItemId) -> WorkItem | None:
    return (await by_ids(database, [item_id])).get(item_id)


async def by_ids(database: Database, ids: Collection[WorkItemId]) -> dict[WorkItemId, WorkItem]:
    rows = await database.fetch(SELECT + "WHERE id = ANY ($1)", list(ids))
    return {row["id"]: _item(row) for row in rows}


async def of_conversation(database: Database, conversation_id: ConversationId) -> list[WorkItem]:
    """All items of a conversation, oldest first."""
    rows = await database.fetch(SELECT + "WHERE conversation_id = $1 ORDER BY enqueued_at, id", conversation_id)
    return [_item(row) for row in rows]


async def worked_for(database: Database, agent: AgentId, customers: Collection[CustomerId]) -> bool:
    """Whether this agent had, or has, any work of these customers."""
    found: bool = await database.fetch_value(
        """
        SELECT EXISTS (SELECT FROM conversations c JOIN work_items w ON w.conversation_id = c.id
            WHERE c.customer_id = ANY ($2) AND w.agent_id = $1)
        """,
        *(agent, list(customers)),
    )
    return found


async def last_agent(database: Database, customers: Collection[CustomerId]) -> AgentId | None:
    """Who took an item of any of these last; None: nobody yet."""
    agent: AgentId | None = await database.fetch_value(
        """
        SELECT w.agent_id FROM work_items w JOIN conversations c ON c.id = w.conversation_id
        WHERE c.customer_id = ANY ($1) AND w.accepted_at IS NOT NULL AND w.agent_id IS NOT NULL
        ORDER BY w.accepted_at DESC LIMIT 1
        """,
        list(customers),
    )
    return agent


async def set_priority(database: Database, item_id: WorkItemId, priority: int) -> int | None:
    """Give an open item another priority; the one it had, None when there is no such item."""
    before: int | None = await database.fetch_value(
        """
        UPDATE work_items w SET priority = $2 FROM (SELECT id, priority FROM work_items WHERE id = $1 FOR UPDATE) old
        WHERE w.id = old.id AND w.state <> 'closed' RETURNING old.priority
        """,
        *(item_id, priority),
    )
    return before


async def open_items(
    database: Database, *, after: tuple[Ms, WorkItemId] | None = None, limit: int = 1_000
) -> list[WorkItem]:
    """Items that are not closed, by enqueued_at and id; after: (enqueued_at, id) of the last one of the page before."""
    enqueued_at, item_id = after or (-1, "")
    rows = await database.fetch(
        SELECT + "WHERE state <> 'closed' AND (enqueued_at, id) > ($1, $2) ORDER BY enqueued_at, id LIMIT $3",
        *(enqueued_at, item_id, limit),
    )
    return [_item(row) for row in rows]


async def newest_open_items(database: Database, *, limit: int) -> list[WorkItem]:
    """As `open_items`: the last of them, newest first."""
    rows = await database.fetch(SELECT + "WHERE state <> 'closed' ORDER BY enqueued_at DESC, id DESC LIMIT $1", limit)
    return [_item(row) for row in rows]


async def waits_since(database: Database, since: Ms) -> list[QueueDay]:
    """Waits of items answered or abandoned since a time, by queue: what service levels are made of.

    Why an item closed is told by its last event alone: a queue that closed on it is no abandonment.
    """
    answered = await database.fetch(
        "SELECT queue, answered_at - enqueued_at AS waited_ms FROM work_items WHERE answered_at >= $1", since
    )
    unanswered = await database.fetch(
        """
        SELECT w.queue, w.closed_at - w.enqueued_at AS waited_ms, j.body
        FROM work_items w JOIN journal j ON j.seq = w.last_seq
        WHERE w.state = 'closed' AND w.closed_at >= $1 AND w.answered_at IS NULL
        """,
        since,
    )
    abandoned = [row for row in unanswered if _closed(row["body"]).customer_left]
    days: defaultdict[str, tuple[list[Ms], list[Ms]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((answered, abandoned)):
        for row in rows:
            days[row["queue"]][side].append(row["waited_ms"])
    return [
        QueueDay(queue=queue, answered_waits_ms=answers, abandoned_waits_ms=ends)
        for queue, (answers, ends) in sorted(days.items())
    ]


def _item(row: asyncpg.Record) -> WorkItem:
    return WorkItem(**row)
