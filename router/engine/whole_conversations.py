"""Conversations with their newest messages, read together for all agents who are to be shown one just now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from router.core.words import ConversationId
from router.engine.records import MESSAGES_SENT
from router.store.postgres import conversations, messages
from router.store.postgres.conversations import Conversation
from router.store.postgres.database import Database
from router.store.postgres.gathered import Gathered
from router.store.postgres.messages import Message


class Whole(NamedTuple):
    """newest: messages and notes, oldest first."""

    conversation: Conversation
    newest: list[Message]


def whole_conversations(database: Database) -> Gathered[ConversationId, Whole]:
    async def read(ids: Sequence[ConversationId]) -> dict[ConversationId, Whole]:
        rows, newest = await asyncio.gather(
            conversations.by_ids(database, ids), messages.newest(database, ids, each=MESSAGES_SENT)
        )
        return {row.id: Whole(row, newest.get(row.id, [])) for row in rows.values()}

    return Gathered(read)
