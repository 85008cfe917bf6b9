"""Lost customers: who waits in the widget is expected to be there; who was not seen for long is given up.

Nodes say of their connected visitors that they are there. With no node saying so, the store cancels the item
(`silent`) when lease and grace are over, whatever became of the node that had the visitor.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.core.compiler import VISITED
from router.core.events import Event, ItemClosed
from router.engine import conversations
from router.engine.centre import Centre
from router.store.postgres import conversations as stored
from router.store.postgres import journal, work_items
from router.store.step import decode_event

BATCH = 1_000
SILENT = "silent"


async def expect(centre: Centre) -> None:
    """Say that the waiting customers who are connected to this node are there."""
    here = centre.attendance.is_connected
    items = [window.work_item_id for window in centre.live.waiting_windows() if here(window.visitor_id)]
    for start in range(0, len(items), BATCH):
        await centre.store.expect(VISITED, items[start : start + BATCH])


async def close(centre: Centre, events: Sequence[Event]) -> None:
    """Close the conversations of customers given up by these events."""
    for event in events:
        if isinstance(event, ItemClosed) and event.reason == SILENT:
            item = await work_items.by_id(centre.database, event.item)
            if item is not None and item.conversation_id is not None:
                row = await stored.by_id(centre.database, item.conversation_id)
                if row is not None and row.state == "open":
                    await conversations.end_lost(centre, row)


async def was_given_up(centre: Centre, row: stored.Conversation) -> bool:
    """Whether the last item of the conversation ended so."""
    items = await work_items.of_conversation(centre.database, row.id)
    if not items:
        return False
    told = [decode_event(packed) for _, packed in await journal.of_item(centre.database, items[-1].id)]
    return any(isinstance(event, ItemClosed) and event.reason == SILENT for event in told)
