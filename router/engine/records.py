"""Stored rows as the records clients are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from router.engine.carriers import Carrier
from router.protocol import records
from router.store.postgres import conversations as stored
from router.store.postgres.customers import Customer
from router.store.postgres.files import File
from router.store.postgres.messages import Message
from router.store.postgres.outbox import Delivery

MESSAGES_SENT = 50


def message(row: Message) -> records.Message:
    return records.Message(
        conversation_id=row.conversation_id,
        n=row.n,
        kind=row.kind,
        author=row.author,
        author_id=row.author_id,
        author_name=row.author_name,
        text=row.text,
        client_id=row.client_id,
        at=row.at,
        extra=_extra(row),
        delivery=None if row.delivery is None else delivery(row.delivery, row.delivery_reason),
    )


def _extra(row: Message) -> records.MessageExtra | None:
    if not row.extra:
        return None
    return records.MessageExtra(
        sent_at=row.extra.get("sent_at"),
        placeholder=row.extra.get("placeholder", ""),
        place=row.extra.get("place", ""),
        edited_at=row.extra.get("edited_at"),
        deleted_at=row.extra.get("deleted_at"),
        files=tuple(file(each) for each in row.files),
        mail=mail_head(row.extra["mail"]) if "mail" in row.extra else None,
        quick_replies=tuple(row.extra.get("quick_replies", ())),
    )


def mail_head(mail: Mapping[str, Any]) -> records.MailHead:
    """mail: as `router.engine.mails` and `outgoing` keep it."""
    return records.MailHead(
        subject=mail.get("subject", ""),
        sender=mail.get("from", ""),
        to=tuple(mail.get("to", ())),
        cc=tuple(mail.get("cc", ())),
        answer_to=mail.get("answer_to", ""),
        copies=tuple(mail.get("copies", ())),
        forwarded_by=mail.get("forwarded_by", ""),
        comment=mail.get("comment", ""),
        notes=tuple(mail.get("notes", ())),
        original="original" in mail,
        automatic=mail.get("automatic", False),
        silent=mail.get("silent", False),
    )


def file(row: File) -> records.File:
    return records.File(
        file_id=row.id,
        name=row.name,
        media_type=row.media_type or row.claimed_type,
        size_bytes=row.size_bytes,
        state=row.state,
    )


def delivery(state: Delivery, reason: str) -> records.Delivery:
    return records.Delivery(state=state, reason=reason)


def can(carrier: Carrier) -> records.ChannelCan:
    able = carrier.capabilities
    return records.ChannelCan(
        text_chars=able.text_chars,
        media_types=list(able.media_types),
        media_bytes=able.media_bytes,
        reply_window_ms=able.human_window_ms or able.reply_window_ms,
        templates=[
            records.TemplateChoice(name=each.name, label=each.label, language=each.language, text=each.text)
            for each in carrier.account.templates
        ],
        quick_replies=able.quick_replies,
        receipts=list(able.receipts),
    )


def receipts(marks: stored.Marks) -> records.Receipts:
    return records.Receipts(
        customer_delivered_n=marks.customer_delivered_n,
        customer_read_n=marks.customer_read_n,
        agent_delivered_n=marks.agent_delivered_n,
        agent_read_n=marks.agent_read_n,
    )


def own_card(row: Customer) -> records.CustomerCard:
    """As customers see themselves."""
    return records.CustomerCard(customer_id=row.id, name=row.name, email=row.email, language=row.language)


def customer_card(row: Customer) -> records.CustomerCard:
    """As staff see them."""
    return records.CustomerCard(customer_id=row.id, name=row.shown_name, email=row.email, language=row.language)


def conversation_for_customer(row: stored.Conversation, messages: Sequence[Message]) -> records.Conversation:
    """messages: the newest of it without notes, oldest first. How many notes follow is no business of theirs."""
    shown = conversation(row, messages)
    return replace(shown, last_n=messages[-1].n if messages else 0)


def conversation(
    row: stored.Conversation, messages: Sequence[Message], carrier: Carrier | None = None
) -> records.Conversation:
    """messages: the newest of it, oldest first. carrier: who carries its channel; None: it is ours."""
    return records.Conversation(
        conversation_id=row.id,
        channel=row.channel,
        account=row.account,
        state=row.state,
        department=row.department,
        language=row.language,
        page_url=row.page_url,
        started_at=row.started_at,
        closed_at=row.closed_at,
        last_n=row.last_n,
        receipts=receipts(row.marks),
        messages=[message(each) for each in messages],
        more=bool(messages) and messages[0].n > 1,
        rating=row.rating,
        address=row.address,
        can=None if carrier is None else can(carrier),
    )
