"""One e-mail account's way in and out: a `router.engine.carriers.Carrier`. Mails come by `receiving`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import httpx

from adapters.email.account import believes, checked, grant, is_form, speaks_as, submission
from adapters.email.arrival import dedupe_id
from adapters.email.oauth import AccessToken, Tokens
from adapters.email.options import CAPABILITIES
from adapters.email.parse import parse
from adapters.email.send import SmtpSender
from adapters.email.thread import is_own
from adapters.payload import clean
from config.channel_accounts import ChannelAccount
from router.core.inbound import Attachment, InboundMessage, MailFacts, Parsed, Receipt
from router.core.outbound import Capabilities, OutboundMessage, Refused

TEXT_CHARS = 20_000
"""Of a message in a conversation; all of it is in the original."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An account with its sender."""

    account: ChannelAccount
    sender: SmtpSender
    token: AccessToken | None = None

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Parsed:
        """A mail as a conversation takes it in. headers: of the envelope it came by SMTP in, `return-path`."""
        envelope = f"Return-Path: <{headers['return-path']}>\r\n".encode() if "return-path" in headers else b""
        parsed = parse(envelope + body)
        written = parsed.kind in ("message", "auto_reply")
        return replace(
            parsed,
            messages=tuple(self._message(message, body) for message in parsed.messages) if written else (),
            receipts=tuple(_receipts(parsed)),
        )

    def _message(self, message: InboundMessage, body: bytes) -> InboundMessage:
        assert message.mail is not None
        mail = replace(message.mail, message_id=message.external_id)
        message = replace(message, mail=mail)
        if mail.forwarded_by and not (message.sender and believes(self.account, mail.forwarded_by)):
            message = _as_forwarded(message, mail)
        elif is_form(self.account, message.sender, mail.reply_to):
            message = replace(message, sender=mail.reply_to, sender_name="")
        return _bounded(replace(message, external_id=dedupe_id(body), account="", sender=_sender(message, body)))

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> Sequence[str]:
        return await self.sender.send(message, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Nobody sees it."""

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """Nobody is told."""

    async def name_of(self, person: str) -> str:
        return ""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        raise Refused("not_found", "files of a mail come with it")


def mailboxes(accounts: Iterable[ChannelAccount], http: httpx.AsyncClient) -> list[Mailbox]:
    """One for each e-mail account. Raises Refused `not_configured`, saying which lacks what."""
    return [_mailbox(account, http) for account in accounts if account.channel == "email"]


def _mailbox(account: ChannelAccount, http: httpx.AsyncClient) -> Mailbox:
    checked(account)
    granted = grant(account)
    token = Tokens(granted, http).token if granted is not None else None
    return Mailbox(account, SmtpSender(submission(account), speaks_as(account), token=token), token)


def _as_forwarded(message: InboundMessage, mail: MailFacts) -> InboundMessage:
    """The mail of whoever forwarded it: what they say of somebody else is a claim we do not follow."""
    words = "\n\n".join(filter(None, (mail.comment, mail.full_text)))
    return replace(
        message,
        sender=mail.forwarded_by,
        sender_name="",
        text=words or message.text,
        mail=replace(mail, forwarded_by="", comment="", full_text="", signature=""),
    )


def _sender(message: InboundMessage, body: bytes) -> str:
    """Who wrote; somebody of their own where the mail does not say (RFC 2606 §2: there is no such domain)."""
    return message.sender.lower() or f"nobody-{sha256(body).hexdigest()[:16]}@unknown.invalid"


def _bounded(message: InboundMessage) -> InboundMessage:
    """As much as a conversation holds, and of that what can be kept."""
    assert message.mail is not None
    mail = message.mail
    notes = mail.notes if len(message.text) <= TEXT_CHARS else (*mail.notes, "text_cut")
    return replace(
        message,
        text=clean(message.text)[:TEXT_CHARS],
        subject=" ".join(clean(message.subject).split()),
        mail=replace(
            mail,
            notes=tuple(dict.fromkeys(notes)),
            message_id=clean(mail.message_id),
            to=tuple(map(clean, mail.to)),
            cc=tuple(map(clean, mail.cc)),
            reply_to=clean(mail.reply_to),
            references=tuple(map(clean, mail.references)),
            forwarded_by=clean(mail.forwarded_by),
            comment=clean(mail.comment)[:TEXT_CHARS],
        ),
    )


def _receipts(parsed: Parsed) -> Iterator[Receipt]:
    """Those that say which mail of ours they are about, or at least whom it did not reach. The reason names the
    recipient, as a mail may have several."""
    mail = parsed.messages[0].mail if parsed.messages else None
    referred = mail.references if mail is not None else ()
    ours = next(filter(is_own, reversed(referred)), "")
    for receipt in parsed.receipts:
        about = receipt.external_id or ours
        if about or (receipt.state == "failed" and receipt.recipient):
            reason = ": ".join(filter(None, (receipt.recipient, receipt.reason)))
            yield replace(receipt, external_id=about, reason=clean(reason)[:LONGEST_REASON])
