"""Conversations: what is said, read and closed. Everything is durable before it is told to anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Literal

from router.core.words import AgentId, ConversationId
from router.engine import in_line, intake, media, outgoing, records, talk
from router.engine.bot import first
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
    centre: Centre, visitor: Visitor, conversation_id: str, client_id: str, text: str, file_ids: Sequence[str] = ()
) -> messages.Appended:
    """A customer's message. When no work item of the conversation is open any more, a new one is made."""
    item, row = centre.live.item_of(visitor.visitor_id, conversation_id), None
    if item is None:  # their windows here show another one, or a bot has it
        row = await of_visitor(centre, visitor.visitor_id, conversation_id)
    appended = await append(
        centre,
        messages.Draft(
            conversation_id=ConversationId(conversation_id),
            kind="text",
            author="customer",
            author_id=visitor.customer_id,
            author_name=visitor.name,
            text=_text(centre, text, file_ids),
            client_id=client_id,
            at=centre.now(),
            extra=await media.shown(centre, conversation_id, file_ids, owner=visitor.customer_id),
        ),
    )
    live = await centre.store.item(item) if item else None
    if item and live is not None:
        if live.state == "paused":
            await in_line.customer_wrote(centre, item)
    elif row is None or not first.wake(centre, row):  # who hands over meanwhile makes the item
        row = await of_visitor(centre, visitor.visitor_id, conversation_id)
        if not first.wake(centre, row):
            await intake.ensure_item(centre, row, text)
    return appended


async def agent_says(
    centre: Centre,
    agent_id: AgentId,
    conversation_id: str,
    client_id: str,
    text: str,
    *,
    note: bool,
    also: outgoing.Also = outgoing.NOTHING,
) -> messages.Appended:
    """A message or note of the agent who has the conversation's item.

    Supervisors may add notes anywhere, and speak where the conversation is open: its customer is told that they joined.
    also: what a message has beside its text.
    """
    colleague = centre.staff.get(agent_id)
    if colleague is None:
        raise NotFound("unknown_agent")
    if not await has(centre, agent_id, conversation_id):
        if colleague.role == "agent":
            raise Forbidden("not_yours")
        if not note:
            once = f"barged:{agent_id}"
            await system_line(centre, ConversationId(conversation_id), "agent.joined", agent_id, once=once)
    content = None if note else await outgoing.content(centre, conversation_id, also)
    appended = await append(
        centre,
        messages.Draft(
            conversation_id=ConversationId(conversation_id),
            kind="note" if note else "text",
            author="agent",
            author_id=agent_id,
            author_name=colleague.name if note else colleague.first_name,
            text=content.text if content and content.text else _text(centre, text, also.file_ids),
            client_id=client_id,
            at=centre.now(),
            even_closed=note,
            extra=_with(await media.shown(centre, conversation_id, also.file_ids), content),
            outgoing=content.facts if content else None,
        ),
    )
    if centre.carriers:
        centre.exchange.something_to_send.set()
    return appended


def _with(shown: Mapping[str, Any] | None, content: outgoing.Content | None) -> Mapping[str, Any] | None:
    """What a message shows: its files, and what else goes out with it."""
    return {**(shown or {}), **(content.extra if content is not None else {})} or None


async def house_says(centre: Centre, conversation_id: ConversationId, text: str, *, once: str) -> None:
    """A message to the customer from the house itself; `once` makes a repeat the same one. Empty says nothing."""
    if not text:
        return
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="text",
        author="bot",
        author_id="house",
        author_name="",
        text=text,
        client_id=once,
        at=centre.now(),
    )
    try:
        await append(centre, draft)
    except Conflict:
        return
    centre.exchange.something_to_send.set()


def _text(centre: Centre, text: str, file_ids: Sequence[str]) -> str:
    """Files speak for themselves: beside them the text may be empty."""
    most = centre.settings.max_message_chars
    return kept(text, most) if file_ids and not text.strip() else message_text(text, most)


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


async def append(centre: Centre, draft: messages.Draft) -> messages.Appended:
    """Make a message durable, then tell everybody in the conversation. Errors: conversation_closed.

    A repeated one is told again: the first time may have ended between the two.
    """
    return await tell(centre, draft, await messages.append(centre.writer, draft))


async def tell(
    centre: Centre, draft: messages.Draft, appended: messages.Appended | messages.Refused
) -> messages.Appended:
    """Tell everybody in the conversation what was appended. Errors: conversation_closed."""
    if isinstance(appended, messages.Refused):
        if appended.reason == "unknown":
            raise NotFound("unknown_conversation")
        raise Conflict("conversation_closed")
    message = await shown(centre, draft, appended)
    await centre.say(talk.MessageSaid(conversation_id=draft.conversation_id, message=message))
    centre.cases.note(draft.conversation_id)
    return appended


async def shown(centre: Centre, draft: messages.Draft, appended: messages.Appended) -> Message:
    """The message as it was just kept; read back only when it has files, or goes out to a provider."""
    if draft.outgoing is not None or "files" in (draft.extra or ()):
        row = await messages.by_number(centre.database, draft.conversation_id, appended.n)
        if row is not None:
            return records.message(row)
    return records.message(
        messages.Message(
            conversation_id=draft.conversation_id,
            n=appended.n,
            kind=draft.kind,
            author=draft.author,
            author_id=draft.author_id,
            author_name=draft.author_name,
            text=draft.text,
            client_id=draft.client_id,
            at=appended.at,
            extra=draft.extra,
        )
    )


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
        await append(centre, draft)
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
    centre: Centre,
    conversation_id: ConversationId,
    *,
    by: Closer,
    author: Author,
    author_id: str,
    name: str,
    heard_n: int | None = None,
) -> bool:
    """Close it with a last line, once; a repeat changes nothing.

    heard_n: only if its customer said nothing after this; False: they did, and it is open.
    """
    end = stored.Close(
        conversation_id=conversation_id,
        author=author,
        author_id=author_id,
        author_name=name,
        text="conversation.ended",
        client_id="ended",
        at=centre.now(),
        heard_n=heard_n,
    )
    closed = await stored.close(centre.writer, end)
    if closed is None:
        raise NotFound("unknown_conversation")
    if isinstance(closed, stored.StillOpen):
        return False
    over = talk.ClosedSaid(conversation_id=conversation_id, closed_at=closed.at, by=by)
    if closed.n is None:
        await centre.say(over)
        return True
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
    return True


async def end_by_customer(centre: Centre, row: stored.Conversation, name: str) -> None:
    """The customer leaves for good: the item closes, or goes to wrap-up when an agent has it."""
    await close(centre, row.id, by="customer", author="customer", author_id=row.customer_id, name=name)
    for item in await work_items.of_conversation(centre.database, row.id):
        if item.state != "closed":
            await in_line.end(centre, item.id)


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


async def customer_came_or_went(centre: Centre, visitor_id: str, *, online: bool) -> None:
    """Tell who talks to them. A session that has just begun or is over shows no conversation: then it is looked up."""
    window = centre.live.windows.get(visitor_id)
    conversation_id = window.conversation_id if window is not None else ""
    if not conversation_id and (row := await stored.open_of_visitor(centre.database, visitor_id)) is not None:
        conversation_id = row.id
    if conversation_id:
        await centre.say(talk.OnlineSaid(conversation_id=conversation_id, online=online))


async def typing(centre: Centre, conversation_id: str, side: talk.Side, name: str) -> None:
    await centre.say(talk.TypingSaid(conversation_id=conversation_id, side=side, author_name=name))
