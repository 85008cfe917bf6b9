"""Notes the house leaves for whoever works on a conversation next."""

from __future__ import annotations

from router.core.words import ConversationId
from router.engine.centre import Centre
from router.store.postgres import messages


async def leave(
    centre: Centre,
    conversation_id: ConversationId,
    text: str,
    *,
    once: str,
    author: messages.Author = "system",
    author_id: str = "",
) -> None:
    """A line for staff only; `once` makes a repeat the same one. author_id: the agent by whose deed it is."""
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="note",
        author=author,
        author_id=author_id,
        author_name="",
        text=text,
        client_id=once,
        at=centre.now(),
    )
    await messages.append(centre.writer, draft)


async def leave_phone(centre: Centre, conversation_id: ConversationId, phone: str) -> None:
    """For whoever takes it up; said once."""
    await leave(centre, conversation_id, f"☎ {phone}", once="callback")
