"""What a bot does: each deed once by its key, so that it can be tried again."""

from __future__ import annotations

from router.core.bot import actions
from router.core.bot.definition import Bot
from router.core.data_source import Answer
from router.engine import conversations, intake, mails, notes
from router.engine.bot import first
from router.engine.centre import Centre
from router.store.postgres import bot_talks, messages
from router.store.postgres import conversations as stored
from router.store.postgres.conversations import Conversation


async def say(centre: Centre, row: Conversation, bot: Bot, deed: actions.Say) -> int:
    """The number of the message. Raises Conflict conversation_closed."""
    written = draft(centre, row, bot, deed)
    return await tell(centre, row, written, await messages.append(centre.writer, written))


def draft(centre: Centre, row: Conversation, bot: Bot, deed: actions.Say) -> messages.Draft:
    replies = list(deed.replies)
    return messages.Draft(
        conversation_id=row.id,
        kind="text",
        author="bot",
        author_id=bot.name,
        author_name=bot.face,
        text=deed.text,
        client_id=deed.key,
        at=centre.now(),
        extra={"quick_replies": replies} if replies else None,
        outgoing={"files": [], "quick_replies": replies} if replies and centre.carriers.get(row.account) else None,
    )


async def tell(
    centre: Centre, row: Conversation, written: messages.Draft, appended: messages.Appended | messages.Refused
) -> int:
    """What was appended is shown, and goes out; its number. Raises Conflict conversation_closed."""
    told = await conversations.tell(centre, written, appended)
    if centre.carriers.get(row.account):
        centre.exchange.something_to_send.set()
    return told.n


async def consult(centre: Centre, row: Conversation, deed: actions.Consult) -> Answer:
    once = f"{row.id}:{deed.key}" if deed.changes else ""
    with centre.bots.asking_outside():
        return await centre.data_sources.ask(deed.source, deed.values, once=once)


async def hand_over(centre: Centre, row: Conversation, deed: actions.HandOver) -> None:
    """To a person: what the bot learnt is kept with the conversation, rules see it, and its note comes first."""
    await notes.leave(centre, row.id, deed.note, once=deed.key, author="bot")
    if deed.unanswered and row.channel == "email":
        await _acknowledge(centre, row)
    await bot_talks.let_go(
        centre.database,
        row.id,
        reason=deed.reason,
        intent=deed.intent,
        details=deed.details,
        language=deed.language,
        now=centre.now(),
    )
    now = await stored.by_id(centre.database, row.id)
    if now is not None and now.state == "open":
        await first.show(centre, now)
        await intake.ensure_item(centre, now, now.subject)


async def _acknowledge(centre: Centre, row: Conversation) -> None:
    """A mail that a person will answer is here: who wrote it is told so, as where no bot reads first."""
    carrier = centre.carriers.get(row.account)
    if carrier is not None:
        await mails.acknowledge(centre, carrier.account, row.address, row.id, row.language)


async def close(centre: Centre, row: Conversation, bot: Bot, *, heard_n: int) -> bool:
    """False: the customer wrote something after what was heard, so it is not over."""
    return await conversations.close(
        centre, row.id, by="system", author="bot", author_id=bot.name, name=bot.face, heard_n=heard_n
    )
