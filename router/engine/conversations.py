"""Conversations: what is said, read and closed. Everything is durable before it is told to anybody."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

from router.core.words import AgentId, ConversationId
from router.engine import intake, records, talk
from router.engine.centre import Centre
from router.engine.text import kept, message_text
from router.engine.visitors import Visitor
from router.protocol.errors import BadRequest, Conflict, Forbidden, NotFound
from router.protocol.records import Author, Message
from router.store.postgres import conversations as stored
from router.store.postgres import messages, work_items

Closer = Literal["customer", "agent", "system"]
COMMENT_CHARS = 2_000
MOST_N = 2**31 - 1


async def of_visitor(centre: Centre, visitor_id: str, conversation_id: str) -> stored.Conversation:
    """Raises NotFound when there is none or it is another visitor's: strangers learn nothing."""
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    if row is None or row.visitor_id != visitor_id:
        raise NotFound("unknown_conversation")
    return row


async def customer_says(
    centre: Centre, visitor: Visitor, conversation_id: str, client_id: str, text: str
) -> messages.Appended:
    """A customer's message. When no work item of the conversation is open any more, a new one is made."""
    item = centre.live.item_of(visitor.visitor_id, conversation_id)
    if item is None:  # their windows here show another one
        await of_visitor(centre, visitor.visitor_id, conversation_id)
    appended = await _append(
        centre,
        messages.Draft(
            conversation_id=ConversationId(conversation_id),
            kind="text",
            author="customer",
            author_id=visitor.customer_id,
            author_name=visitor.name,
            text=message_text(text, centre.settings.max_message_chars),
            client_id=client_id,
            at=centre.now(),
        ),
    )
    live = await centre.store.item(item) if item else None
    if item and live is not None:
        if live.state == "paused":
            await intake.customer_wrote(centre, item)
    else:
        row = await of_visitor(centre, visitor.visitor_id, conversation_id)
        await intake.ensure_item(centre, row, text)
    return appended


async def agent_says(
    centre: Centre, agent_id: AgentId, conversation_id: str, client_id: str, text: str, *, note: bool
) -> messages.Appended:
    """A message or note of the agent who has the conversation's item; supervisors may add notes anywhere."""
    colleague = centre.staff.get(agent_id)
    if colleague is None:
        raise NotFound("unknown_agent")
    if not await has(centre, agent_id, conversation_id) and not (note and colleague.role != "agent"):
        raise Forbidden("not_yours")
    return await _append(
        centre,
        messages.Draft(
            conversation_id=ConversationId(conversation_id),
            kind="note" if note else "text",
            author="agent",
            author_id=agent_id,
            author_name=colleague.name if note else colleague.first_name,
            text=message_text(text, centre.settings.max_message_chars),
            client_id=client_id,
            at=centre.now(),
            even_closed=note,
        ),
    )


async def has(centre: Centre, agent_id: AgentId, conversation_id: str) -> bool:
    """Whether the conversation's open item is in this agent's hands."""
    if centre.live.has(agent_id, conversation_id):
        return True
    for row in await work_items.of_conversation(centre.database, ConversationId(conversation_id)):
        if row.state == "closed":
            continue
        item = await centre.store.item(row.id)
        if item is not None and item.agent == agent_id:
            return True
    return False


async def _append(centre: Centre, draft: messages.Draft) -> messages.Appended:
    """Make a message durable, then tell everybody in the conversation. Errors: conversation_closed.

    A repeated one is told again: the first time may have ended between the two.
    """
    appended = await messages.append(centre.writer, draft)
    if isinstance(appended, messages.Refused):
        if appended.reason == "unknown":
            raise NotFound("unknown_conversation")
        raise Conflict("conversation_closed")
    message = Message(
        conversation_id=draft.conversation_id,
        n=appended.n,
        kind=draft.kind,
        author=draft.author,
        author_id=draft.author_id,
        author_name=draft.author_name,
        text=draft.text,
        client_id=draft.client_id,
        at=appended.at,
    )
    await centre.say(talk.MessageSaid(conversation_id=draft.conversation_id, message=message))
    return appended


async def system_line(
    centre: Centre, conversation_id: ConversationId, word: str, agent_id: AgentId, *, once: str
) -> None:
    """A word of the house about an agent; `once` makes a repeat the same line. Closed conversations get none."""
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="system",
        author="system",
        author_id=agent_id,
        author_name=centre.staff.face_of(agent_id),
        text=word,
        client_id=once,
        at=centre.now(),
    )
    try:
        await _append(centre, draft)
    except Conflict:
        return


async def note_before_transfer(
    centre: Centre, conversation_id: ConversationId, agent_id: AgentId, note: str, *, once: str
) -> None:
    """The agent's note for whoever comes next; the same note with the same `once` is kept once."""
    digest = blake2b(note.encode(errors="replace"), digest_size=8).hexdigest()
    await agent_says(centre, agent_id, conversation_id, f"{once}:{digest}", note, note=True)


async def handed_over(centre: Centre, conversation_id: ConversationId, agent_id: AgentId, *, once: str) -> None:
    """A line for all: somebody handed this conversation over."""
    await system_line(centre, conversation_id, "transferred", agent_id, once=once)


async def close(
    centre: Centre, conversation_id: ConversationId, *, by: Closer, author: Author, author_id: str, name: str
) -> None:
    """Close it with a last line, once; a repeat changes nothing."""
    end = stored.Close(
        conversation_id=conversation_id,
        author=author,
        author_id=author_id,
        author_name=name,
        text="conversation.ended",
        client_id="ended",
        at=centre.now(),
    )
    closed = await stored.close(centre.writer, end)
    if closed is None:
        raise NotFound("unknown_conversation")
    over = talk.ClosedSaid(conversation_id=conversation_id, closed_at=closed.at, by=by)
    if closed.n is None:
        await centre.say(over)
        return
    line = Message(
        conversation_id=conversation_id,
        n=closed.n,
        kind="system",
        author=author,
        author_id=author_id,
        author_name=name,
        text=end.text,
        client_id=end.client_id,
        at=closed.at,
    )
    await centre.say(talk.MessageSaid(conversation_id=conversation_id, message=line), over)


async def end_by_customer(centre: Centre, row: stored.Conversation, name: str) -> None:
    """The customer leaves for good: the item closes, or goes to wrap-up when an agent has it."""
    await close(centre, row.id, by="customer", author="customer", author_id=row.customer_id, name=name)
    for item in await work_items.of_conversation(centre.database, row.id):
        if item.state != "closed":
            await intake.end_item(centre, item.id)


async def end_lost(centre: Centre, row: stored.Conversation) -> None:
    """The customer was not seen for long while they waited: their item is cancelled already (`silent`)."""
    await close(centre, row.id, by="system", author="system", author_id="", name="")


async def end_by_agent(centre: Centre, conversation_id: ConversationId, agent_id: AgentId) -> None:
    name = centre.staff.face_of(agent_id)
    await close(centre, conversation_id, by="agent", author="agent", author_id=agent_id, name=name)


async def rate(centre: Centre, row: stored.Conversation, stars: int, comment: str) -> None:
    if not 1 <= stars <= 5:
        raise BadRequest("bad_value", "A rating is 1 to 5 stars.", field="stars")
    kept(comment, COMMENT_CHARS)
    await stored.rate(centre.database, row.id, stars=stars, comment=comment)
    await centre.say(talk.RatedSaid(conversation_id=row.id, rating=stars))


async def seen(centre: Centre, conversation_id: str, side: talk.Side, *, delivered_n: int = 0, read_n: int = 0) -> None:
    """Raise one side's watermarks; lower numbers change nothing."""
    read_n = min(read_n, MOST_N)
    delivered_n = max(delivered_n, read_n)
    marks = (
        stored.Marks(customer_delivered_n=delivered_n, customer_read_n=read_n)
        if side == "customer"
        else stored.Marks(agent_delivered_n=delivered_n, agent_read_n=read_n)
    )
    now = await stored.mark(centre.writer, ConversationId(conversation_id), marks)
    if now is not None:
        await centre.say(talk.ReceiptsSaid(conversation_id=conversation_id, receipts=records.receipts(now)))


async def typing(centre: Centre, conversation_id: str, side: talk.Side, name: str) -> None:
    await centre.say(talk.TypingSaid(conversation_id=conversation_id, side=side, author_name=name))
