"""Who answers first: a bot where the account has one, and nobody asked for a person."""

from __future__ import annotations

from typing import Any

from config.channel_accounts import ChannelAccount
from router.core.inbound import InboundMessage
from router.engine import talk
from router.engine.bot.bots import FIRST_HOLD_MS
from router.engine.centre import Centre
from router.store.postgres.conversations import Conversation

UNTIL = "bot_until"
"""Among a conversation's attributes: until when a bot has it. After that a person does."""


def hold(centre: Centre, name: str, *, network: str = "") -> dict[str, Any]:
    """Attributes of a conversation that begins with this bot; none when there is no such bot.

    network: a mark of where the customer writes from, where that is known.
    """
    if name not in centre.bots.by_name:
        return {}
    return {"bot": name, UNTIL: centre.now() + FIRST_HOLD_MS, **({"network": network} if network else {})}


def may_hold(centre: Centre, account: ChannelAccount, said: InboundMessage, *, queue: str, goes_on: bool) -> bool:
    """Whether a bot may have the conversation that this begins, in this queue.

    Of mails only where its files say so, and only what a person writes first, on their own behalf, and wants answered
    at the address it comes from. goes_on: there was a conversation before, which this is about.
    """
    mail = said.mail
    if mail is None:
        return True
    bot = centre.bots.by_name.get(account.bot)
    if bot is None or bot.mailing is None or goes_on or queue not in (bot.mailing.queues or (queue,)):
        return False
    begins = said.opens and not (mail.silent or mail.references or mail.token or mail.forwarded_by)
    return begins and mail.reply_to.lower() in ("", said.sender.lower())


def has(centre: Centre, row: Conversation) -> bool:
    """Whether a bot answers in this conversation now."""
    return (
        row.state == "open"
        and row.attributes.get(UNTIL, 0) > centre.now()
        and row.attributes.get("bot") in centre.bots.by_name
    )


def wake(centre: Centre, row: Conversation) -> bool:
    """Have the bot look at the conversation; False: none has it."""
    if not has(centre, row):
        return False
    centre.bots.wake(row.id)
    return True


def face(centre: Centre, row: Conversation) -> str:
    """The bot's name, as customers see it; "" when none answers."""
    return centre.bots.by_name[row.attributes["bot"]].face if has(centre, row) else ""


async def show(centre: Centre, row: Conversation) -> None:
    """Tell the customer's tabs who answers now."""
    await centre.say(talk.BotSaid(conversation_id=row.id, face=face(centre, row)))
