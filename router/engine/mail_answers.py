"""An answer by mail: to whom, in which thread, with what below it. Made of what is durable, so the same at each try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from config.channel_accounts import ChannelAccount
from router.core.outbound import MailThread, OutboundMessage, Refused
from router.core.words import ConversationId, Ms
from router.engine import mails
from router.engine.centre import Centre
from router.store.postgres import mails as stored
from router.store.postgres.outbox import Outgoing

DAY_MS: Ms = 86_400_000
MOST_BY_MACHINE = 20
"""Mails our machines write to one address in a day; two machines that answer one another end there."""


async def addressed(
    centre: Centre, account: ChannelAccount, one: Outgoing, message: OutboundMessage
) -> OutboundMessage:
    """The message as a mail of its conversation's thread, signed.

    What the house says by itself goes to whom the conversation is with, never where a mail wants its answer: that is
    for people to follow.
    Raises Refused: no_machine (nobody reads the answer of a machine there), too_many_by_machine.
    """
    asked = await stored.answered(centre.database, ConversationId(one.conversation_id), before_n=one.n)
    mail: Mapping[str, Any] = asked.mail if asked is not None else {}
    automatic = one.author == "bot"
    if automatic:
        await _allowed(centre, one, silent=bool(mail.get("silent")))
    wanted: Mapping[str, Any] = one.content.get("mail", {})
    message_id = str(mail.get("message_id", ""))
    thread = MailThread(
        subject=str(wanted.get("subject") or mail.get("subject", "")),
        references=(*mail.get("references", ()), *([message_id] if message_id else ())),
        token=mails.token(centre.signing_key, one.conversation_id),
        cc=tuple(wanted.get("cc", ())),
        quoted=asked.text if asked is not None else "",
        quoted_author=_author(asked) if asked is not None else "",
        quoted_at=asked.at if asked is not None else None,
        automatic=automatic,
    )
    return replace(
        message,
        recipient=str(wanted.get("to") or (not automatic and mail.get("answer_to")) or one.recipient),
        text=signed(message.text, account, one.author_name),
        reply_to=message_id,
        mail=thread,
    )


def signed(text: str, account: ChannelAccount, author_name: str) -> str:
    """The text with the account's signature below, as RFC 3676 §4.3 sets it off; {agent} in it is who writes."""
    signature = account.option("signature").replace("{agent}", author_name).strip()
    return f"{text}\n\n-- \n{signature}" if signature else text


async def _allowed(centre: Centre, one: Outgoing, *, silent: bool) -> None:
    if silent:
        raise Refused("no_machine", "The mail came from a machine or a list: no machine may answer it.")
    sent = await stored.sent_by_machine(centre.database, one.account, one.recipient, since=centre.now() - DAY_MS)
    if sent >= MOST_BY_MACHINE:
        raise Refused("too_many_by_machine", "Machines have written to this address often enough today.")


def _author(asked: stored.Answered) -> str:
    address = str(asked.mail.get("from", ""))
    return f"{asked.author_name} <{address}>" if asked.author_name else address
