"""What is special about a mail that comes in: where it belongs, what is kept of it, who is told that it is here.

A mail belongs to the conversation whose Message-IDs it refers to, else to that whose token it carries, else it begins
one. A conversation that is over goes on in another with the same thread, linked to the one before. Machines' mails join
what is there and begin nothing, nor make anybody's work of it.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any

import structlog

from config.channel_accounts import ChannelAccount
from router.core.inbound import Attachment, InboundMessage, MailFacts
from router.core.words import ConversationId, Ms
from router.engine import conversations
from router.engine.centre import Centre
from router.engine.text import preview
from router.store.postgres import mails as stored

log = structlog.get_logger()

HOUR_MS: Ms = 3_600_000
MOST_BEGUN = 20
"""Conversations one sender may begin in an hour, unless the account says otherwise; further mails join the last."""
DECORATION_BYTES = 8 * 1024
MOST_COPIES = 20
KEPT_ADDRESSES, KEPT_REFERENCES, SUBJECT_CHARS = 100, 100, 500
TOKEN_CHARS = 12


async def placed(centre: Centre, account: str, said: InboundMessage) -> tuple[str, ConversationId | None]:
    """The thread a mail belongs to, and a conversation of it if there has been one."""
    mail = _mail(said)
    marks = [*reversed(mail.references[-KEPT_REFERENCES:]), *([f"ref:{mail.token}"] if mail.token else ())]
    known = await stored.thread_of(centre.database, account, marks) if marks else None
    if known is not None:
        return known.thread, known.conversation_id
    return _short(next(iter(mail.references), "") or mail.message_id or said.external_id), None


async def crowded(centre: Centre, account: ChannelAccount, said: InboundMessage) -> ConversationId | None:
    """The conversation that takes in a sender's mails when they began too many; None: they may begin another."""
    most = int(account.option("most_an_hour", str(MOST_BEGUN)))
    since = centre.now() - HOUR_MS
    if await stored.begun_by(centre.database, account.key, said.sender, since=since, most=most) < most:
        return None
    found = await stored.newest_open(centre.database, account.key, said.sender)
    if found is not None:
        log.warning("mail sender writes too much", account=account.key, conversation_id=found, most_an_hour=most)
    return found


def facts(account: ChannelAccount, said: InboundMessage) -> Mapping[str, Any]:
    """What a message keeps of the mail it came in, by the word `mail`; nothing for what is no mail.

    answer_to: where an answer goes. copies: who else is in it, ours left out. original: the file with all of it.
    """
    mail = said.mail
    if mail is None:
        return {}
    answer_to = said.sender if mail.forwarded_by else mail.reply_to or said.sender
    known: dict[str, Any] = {
        "subject": said.subject[:SUBJECT_CHARS],
        "from": said.sender,
        "to": list(mail.to[:KEPT_ADDRESSES]),
        "cc": list(mail.cc[:KEPT_ADDRESSES]),
        "answer_to": answer_to,
        "copies": [] if mail.forwarded_by else copies(account, said.sender, answer_to, (*mail.to, *mail.cc)),
        "message_id": mail.message_id,
        "references": list(mail.references[-KEPT_REFERENCES:]),
        "forwarded_by": mail.forwarded_by,
        "comment": mail.comment,
        "notes": list(mail.notes),
        "silent": mail.silent,
        "automatic": not said.opens,
        "original": original_id(account.key, said),
    }
    return {"mail": {name: value for name, value in known.items() if value}}


def decorates(file: Attachment, said: InboundMessage) -> bool:
    """Whether it is a logo or the like, in the HTML of a mail: seen in the original only."""
    if said.mail is None or file.content is None or len(file.content) >= DECORATION_BYTES:
        return False
    return file.media_type.startswith("image/") and bool(file.content_id) and f"cid:{file.content_id}" in said.mail.html


def original_id(account: str, said: InboundMessage) -> str:
    """The file a mail is kept in as it came."""
    return "file_" + blake2b(f"{account}\n{said.external_id}\noriginal".encode(), digest_size=16).hexdigest()


async def keep(
    centre: Centre, account: ChannelAccount, said: InboundMessage, conversation_id: ConversationId, *,
    owner: str, language: str, inbox_id: int, first: bool,
) -> None:  # fmt: skip
    """What follows once the mail is written to its conversation; can be done again.

    first: it began the conversation.
    """
    mail = _mail(said)
    await stored.keep_original(
        centre.database,
        original_id(account.key, said),
        conversation_id,
        owner=owner,
        account=account.key,
        name=f"{preview(said.subject, 80) or 'mail'}.eml",
        inbox_id=inbox_id,
        at=centre.now(),
    )
    await expect(centre, account, conversation_id, *([mail.message_id] if mail.message_id else []))
    if first and said.opens and not mail.silent:
        await acknowledge(centre, account, said.sender, conversation_id, language)


async def expect(centre: Centre, account: ChannelAccount, conversation_id: ConversationId, *ids: str) -> None:
    """Mails that refer to these Message-IDs, or carry the conversation's token, belong to it."""
    marks = [*ids, f"ref:{token(centre.signing_key, conversation_id)}"]
    await stored.mark(centre.database, account.key, conversation_id, marks)


async def acknowledge(
    centre: Centre, account: ChannelAccount, sender: str, conversation_id: ConversationId, language: str
) -> None:
    """Tell the sender that what they wrote is here, at most once a day (RFC 3834 §2)."""
    text = account.option(f"acknowledgement_{language}") or account.option("acknowledgement")
    if not text or not await stored.may_acknowledge(
        centre.database, account.key, sender, conversation_id, at=centre.now()
    ):
        return
    await conversations.house_says(centre, conversation_id, text, once="acknowledged")


def token(key: bytes, conversation_id: str) -> str:
    """What is put into subjects of a conversation's mails: nobody guesses that of another."""
    digest = hmac.digest(key, f"mail\n{conversation_id}".encode(), "sha256")
    return base64.b32encode(digest).decode()[:TOKEN_CHARS]


def copies(account: ChannelAccount, sender: str, answer_to: str, named: Sequence[str]) -> list[str]:
    """Who else gets an answer to all: each once, whatever its case, without the mailbox itself."""
    ours = (account.address, *account.option("aliases").split(","))
    left_out = {address.strip().lower() for address in (*ours, sender, answer_to)}
    others = {address.lower(): address for address in named if address.lower() not in left_out}
    return list(others.values())[:MOST_COPIES]


def _mail(said: InboundMessage) -> MailFacts:
    assert said.mail is not None
    return said.mail


def _short(thread: str) -> str:
    return thread if len(thread) <= 250 else sha256(thread.encode()).hexdigest()
