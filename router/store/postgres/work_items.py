"""Work items as the journal left them: found by id, conversation and agent; the open ones to rebuild the live store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

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


async def last_agent(database: Database, customer_id: CustomerId) -> AgentId | None:
    """Who took an item of the customer last; None: nobody yet."""
    agent: AgentId | None = await database.fetch_value(
        """
        SELECT w.agent_id FROM work_items w JOIN conversations c ON c.id = w.conversation_id
        WHERE c.customer_id = $1 AND w.accepted_at IS NOT NULL AND w.agent_id IS NOT NULL
        ORDER BY w.accepted_at DESC LIMIT 1
        """,
        customer_id,
    )
    return agent


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


async def waits_since(database: Database, since: Ms) -> list[QueueDay]:
    """Waits of items answered or abandoned since a time, by queue: what service levels are made of."""
    rows = await database.fetch(
        """
        SELECT queue,
            coalesce(array_agg(answered_at - enqueued_at) FILTER (WHERE answered_at IS NOT NULL), '{}') AS answered,
            coalesce(array_agg(closed_at - enqueued_at) FILTER (WHERE answered_at IS NULL), '{}') AS abandoned
        FROM work_items
        WHERE answered_at >= $1 OR state = 'closed' AND closed_at >= $1 AND answered_at IS NULL
        GROUP BY queue ORDER BY queue
        """,
        since,
    )
    return [
        QueueDay(queue=row["queue"], answered_waits_ms=row["answered"], abandoned_waits_ms=row["abandoned"])
        for row in rows
    ]


def _item(row: asyncpg.Record) -> WorkItem:
    return WorkItem(**row)
