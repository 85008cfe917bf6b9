"""A message from a channel becomes part of a conversation, once; a receipt says what became of ours.

One conversation a customer and account while it is open, whatever comes in parallel: the thread is unique in
PostgreSQL. Each step can be done again: the conversation is noted before the message is written to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import structlog

from config.channel_accounts import ChannelAccount
from router.core import identity
from router.core.closing import Closed
from router.core.inbound import PLACE, Attachment, InboundMessage
from router.core.words import ConversationId, CustomerId
from router.engine import arrivals, closed_queues, conversations, intake, mails, media, records, talk
from router.engine.bot import first
from router.engine.carriers import Carrier
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.text import NAME_CHARS, preview
from router.protocol.errors import Unavailable
from router.store.postgres import conversations as stored
from router.store.postgres import customers, inbox, messages

log = structlog.get_logger()

SAME_THREAD_TRIES = 4
ID_CHARS = 64


async def take(centre: Centre, carrier: Carrier, said: InboundMessage, *, inbox_id: int) -> None:
    """Carry out one inbound message. Raises UsherError: do it again later."""
    account = carrier.account.key
    said, follows = await _placed(centre, account, _keepable(said))
    if said.edits or said.deletes:
        await _amend(centre, carrier, said)
        return
    target = await inbox.target(
        centre.database, account, said.external_id, thread(said), inbox_id=inbox_id, at=centre.now()
    )
    if target.n is not None:
        return
    person = await customer_of(centre, carrier, said)
    chosen = target.conversation_id
    if chosen is None and not said.opens:
        return
    if chosen is None and said.mail is not None:
        chosen = await mails.crowded(centre, carrier.account, said)
    for _ in range(SAME_THREAD_TRIES):
        written = await (
            _append(centre, carrier, person, chosen, said)
            if chosen is not None
            else _begin_or_find(centre, carrier, person, said, follows=follows)
        )
        if isinstance(written, int):
            assert chosen is not None
            if said.place:  # where others write, too
                await stored.note_guest(centre.database, chosen, person.id)
            if said.mail is not None:
                await mails.keep(
                    centre,
                    carrier.account,
                    said,
                    chosen,
                    owner=person.id,
                    language=person.language,
                    inbox_id=inbox_id,
                    first=written == 1 and not await _is_bots(centre, chosen),
                )
            await inbox.written(centre.database, account, said.external_id, chosen, written)
            return
        chosen = written
        if chosen is not None:
            await inbox.aim(centre.database, account, said.external_id, chosen)
    raise Unavailable("unavailable")  # opened and closed again and again: the next try will find peace


async def _is_bots(centre: Centre, conversation_id: ConversationId) -> bool:
    """Whether a bot was first in the conversation: it answers, or says that the mail is here when it hands over."""
    row = await stored.by_id(centre.database, conversation_id)
    return row is not None and "bot" in row.attributes


async def customer_of(centre: Centre, carrier: Carrier, said: InboundMessage) -> customers.Customer:
    """Who writes, by what the channel knows of them."""
    known_by = identity.of_sender(carrier.account.channel, said.sender)
    fresh = customers.Customer(
        id=CustomerId(new_id("cus")),
        name=said.sender_name,
        email=known_by.value if known_by.kind == identity.EMAIL else "",
        language=(said.language or carrier.account.language)[:2].lower(),
        created_at=centre.now(),
    )
    person = await customers.of_identity(centre.database, known_by, otherwise=fresh)
    if said.sender_name and not person.name:
        await customers.describe(centre.database, person.id, name=said.sender_name, email="", language="")
        person = replace(person, name=said.sender_name)
    return person


def thread(said: InboundMessage) -> str:
    """What it shares with the other messages of its conversation."""
    return said.place or said.sender


async def _placed(centre: Centre, account: str, said: InboundMessage) -> tuple[InboundMessage, ConversationId | None]:
    """Mails do not say in so many words where they belong. The message with its place; a conversation of before."""
    if said.mail is None:
        return said, None
    place, follows = await mails.placed(centre, account, said)
    return replace(said, place=place), follows


# ---------------------------------------------------------------- one message


async def _begin_or_find(
    centre: Centre,
    carrier: Carrier,
    person: customers.Customer,
    said: InboundMessage,
    *,
    follows: ConversationId | None,
) -> ConversationId | None:
    """The conversation it belongs to, made if there is none; its message is not written yet when there was one."""
    account = carrier.account
    known = await stored.open_of_thread(centre.database, account.key, thread(said))
    if known is not None:
        return known.id
    routed = arrivals.routed_by_rules(
        centre,
        {
            "channel": account.channel,
            "account": account.key,
            "department": account.department,
            "language": person.language,
            "page_url": "",
            "subject": said.subject,
            "text": said.text,
            "customer": person.known,
        },
    )
    may_hold = first.may_hold(centre, account, said, queue=routed.demand.queue, goes_on=follows is not None)
    bot = first.hold(centre, account.bot) if may_hold else {}
    decided = closed_queues.Decided(routed=routed, shut=None) if bot else closed_queues.decide(centre, routed)
    shut = decided.shut
    new = stored.Start(
        id=ConversationId(new_id("con")),
        channel=account.channel,
        account=account.key,
        customer_id=person.id,
        start_id=message_id(said.external_id),
        subject=preview(said.subject or said.text, intake.SUBJECT_CHARS),
        language=person.language,
        department=account.department,
        thread=thread(said),
        address=thread(said) if said.mail is None else said.sender,
        attributes={
            **decided.attributes(centre.now(), held=decided.holds_written),
            **({"follows": follows} if follows is not None else {}),
            **bot,
        },
        extra=_extra(account, said),
        author_id=person.id,
        author_name=person.name,
        text=said.text,
        at=centre.now(),
        item=None if decided.holds_written or bot else arrivals.new_item(decided.routed),
    )
    begun = await stored.start(centre.writer, new)
    centre.cases.note(begun.conversation_id)
    if isinstance(begun, stored.Started) and shut is not None and decided.holds_written:
        await conversations.house_says(centre, begun.conversation_id, closed_text(shut, person.language), once="closed")
    return begun.conversation_id


def closed_text(shut: Closed, language: str) -> str:
    """What the policy has customers read while the queue is closed, in their language; "" when it says nothing."""
    texts = shut.rule.text
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


async def _append(
    centre: Centre, carrier: Carrier, person: customers.Customer, conversation_id: ConversationId, said: InboundMessage
) -> int | None:
    """Write it there and see that somebody works on it; None when that conversation has been closed."""
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="text",
        author="customer",
        author_id=person.id,
        author_name=person.name,
        text=said.text,
        client_id=message_id(said.external_id),
        at=centre.now(),
        extra=_extra(carrier.account, said),
    )
    appended = await messages.append(centre.writer, draft)
    if isinstance(appended, messages.Refused):
        return None
    await _keep_files(centre, carrier, person, conversation_id, said)
    message = await conversations.shown(centre, draft, appended)
    await centre.say(talk.MessageSaid(conversation_id=conversation_id, message=message))
    centre.cases.note(conversation_id)
    if said.opens or said.mail is None:  # a machine's mail makes nobody's work
        await intake.written_to(centre, conversation_id, said.text)
    return appended.n


async def _amend(centre: Centre, carrier: Carrier, said: InboundMessage) -> None:
    """Its author changed a message, or took it back. One we never saw is nothing to change."""
    account = carrier.account.key
    known = await inbox.known(centre.database, account, said.edits or said.deletes)
    if known is None or known.conversation_id is None:
        return
    person = await customer_of(centre, carrier, said)
    amended = await messages.amend(
        centre.database,
        known.conversation_id,
        person.id,
        message_id(said.edits or said.deletes),
        text="" if said.deletes else said.text,
        why="deleted_at" if said.deletes else "edited_at",
        at=centre.now(),
    )
    if amended is not None:
        await centre.say(
            talk.MessageChangedSaid(conversation_id=known.conversation_id, message=records.message(amended))
        )


def message_id(external_id: str) -> str:
    """The provider's id as a client_id: itself where it is short."""
    if len(external_id) <= ID_CHARS:
        return external_id
    return blake2b(external_id.encode(), digest_size=24).hexdigest()


def _extra(account: ChannelAccount, said: InboundMessage) -> Mapping[str, Any] | None:
    extra: dict[str, Any] = {
        "sent_at": said.sent_at,
        "placeholder": said.placeholder,
        "choice": said.choice,
        "in_reply_to": said.in_reply_to,
        "place": next((file.url for file in said.attachments if file.media_type == PLACE), ""),
        "files": [_file_id(account.key, said, number) for number in _files(said)],
    }
    kept = {name: value for name, value in extra.items() if value}
    return {**kept, **mails.facts(account, said)} or None


def _files(said: InboundMessage) -> Mapping[int, Attachment]:
    """Attachments with bytes, here or elsewhere, by their number."""
    return {
        n: file
        for n, file in enumerate(said.attachments)
        if (file.to_fetch or file.content is not None) and not mails.decorates(file, said)
    }


def _file_id(account: str, said: InboundMessage, number: int) -> str:
    """The same at every try."""
    return "file_" + blake2b(f"{account}\n{said.external_id}\n{number}".encode(), digest_size=16).hexdigest()


async def _keep_files(
    centre: Centre, carrier: Carrier, person: customers.Customer, conversation_id: ConversationId, said: InboundMessage
) -> None:
    """What came with the message is stored now; what the provider keeps is fetched soon."""
    account = carrier.account.key
    for number, file in _files(said).items():
        await media.keep(
            centre,
            media.Arrived(
                file_id=_file_id(account, said, number),
                conversation_id=conversation_id,
                owner=person.id,
                account=account,
                attachment=file,
            ),
        )


def _keepable(said: InboundMessage) -> InboundMessage:
    """The message with text PostgreSQL can keep: what it cannot is shown as �."""
    return replace(
        said,
        text=keepable(said.text),
        sender=keepable(said.sender)[:200],
        sender_name=" ".join(keepable(said.sender_name).split())[:NAME_CHARS],
        external_id=keepable(said.external_id),
        subject=keepable(said.subject),
    )


def keepable(text: str) -> str:
    """As PostgreSQL can keep it."""
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")
