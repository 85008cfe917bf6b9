"""A raw mail to what it says: `Parsed`. Never raises, and never takes long: options.LIMITS bounds it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from adapters.email import copied_header
from adapters.email.address import Mailbox, mailboxes
from adapters.email.automatic import Automatic, judge
from adapters.email.body import Body, read_body
from adapters.email.date import moment
from adapters.email.forwarded import Forwarded, forwarded, prefix_of
from adapters.email.header import Fields, every, first, text_of
from adapters.email.mime import Mail, Part, read_mail
from adapters.email.options import LIMITS, Limits
from adapters.email.quotation import written
from adapters.email.report import Report, is_delay, read_report, said_in_text, walk
from adapters.email.thread import is_own, message_ids, token_of
from adapters.email.transfer import decoded
from adapters.email.words import FORWARD_PREFIXES, REPLY_PREFIXES
from router.core.inbound import InboundMessage, MailFacts, Parsed, Receipt

DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
LONGEST_SUBJECT = 1_000


def parse(raw: bytes, *, limits: Limits = LIMITS) -> Parsed:
    """What a mail is and says.

    message: a person wrote; messages[0] is it. auto_reply: a machine did (RFC 3834, absence notes, notifications).
    bounce: a mail of ours did not arrive, or was called spam; receipts say which, as far as the mail does. status: it
    arrived or was read. ignored: a mail of ours that came back (event "echo"), or nothing at all ("empty").
    Bounces, auto_replies and everything with `mail.silent` are never to be answered by a machine.
    """
    if not raw.strip():
        return Parsed(kind="ignored", events=("empty",))
    mail = read_mail(raw, limits=limits)
    body = read_body(mail.root, limits=limits)
    report = read_report(mail.root)
    message = _message(raw, mail, body, limits)
    sender = Mailbox(name=message.sender_name, address=message.sender)
    judged = judge(
        mail.root, report, sender=sender, subject=message.subject, text=body.text, is_answer=bool(message.in_reply_to)
    )
    if is_own(message.external_id) and judged.kind == "message":
        return Parsed(kind="ignored", messages=(message,), events=("echo",))
    if judged.kind == "message":
        message = _as_written(message, mail, body, limits)
    assert message.mail is not None
    message = replace(message, opens=judged.kind == "message", mail=replace(message.mail, silent=judged.silent))
    receipts, events = _told(judged, report, mail, body, message.subject)
    return Parsed(kind=judged.kind, messages=(message,), receipts=receipts, events=events)


def _message(raw: bytes, mail: Mail, body: Body, limits: Limits) -> InboundMessage:
    """The mail as it stands, quotations and all."""
    fields, charset = mail.root.fields, _charset(mail.root)
    sender = _sender(fields, charset)
    to, cc = _addresses(fields, "to", limits), _addresses(fields, "cc", limits)
    account = next((text_of(first(fields, name)).strip("<> ") for name in DELIVERED_TO if first(fields, name)), "")
    subject = text_of(first(fields, "subject"), charset=charset)[:LONGEST_SUBJECT]
    references = _references(fields)
    answers = message_ids(text_of(b" ".join(every(fields, "in-reply-to"))))
    reply_to = mailboxes(first(fields, "reply-to"), limit=1)
    return InboundMessage(
        external_id=_external_id(raw, fields),
        sender=sender.address,
        sender_name=sender.name,
        account=account or next(iter(to), ""),
        subject=subject,
        text=body.text.strip("\n"),
        sent_at=moment(text_of(first(fields, "date"))),
        in_reply_to=answers[0] if answers else "",
        attachments=body.attachments,
        placeholder="encrypted" if body.encrypted else "",
        mail=MailFacts(
            to=to,
            cc=cc,
            reply_to=reply_to[0].address if reply_to and reply_to[0].address != sender.address else "",
            references=tuple(dict.fromkeys((*references, *answers))),
            token=token_of(subject, (account, *to, *cc)),
            html=body.html,
            notes=(*mail.notes, *body.notes),
        ),
    )


def _as_written(message: InboundMessage, mail: Mail, body: Body, limits: Limits) -> InboundMessage:
    """The message of its writer: somebody else's mail is theirs, and quotations are nobody's."""
    assert message.mail is not None
    whole = message.text
    inside = forwarded(body.text, message.subject) or _attached(message, mail, limits)
    if inside is not None:
        words = written(inside.text)
        return replace(
            message,
            sender=inside.writer.address,
            sender_name=inside.writer.name,
            subject=inside.subject,
            text=words.own,
            mail=replace(
                message.mail,
                forwarded_by=message.sender,
                comment=inside.note,
                full_text=whole,
                signature=words.signature,
            ),
        )
    if prefix_of(message.subject) in FORWARD_PREFIXES - REPLY_PREFIXES and copied_header.find(whole.split("\n")):
        return message  # a forward whose writer cannot be told: it is all there is
    words = written(whole)
    return replace(
        message,
        text=words.own,
        mail=replace(message.mail, full_text=whole if words.own != whole else "", signature=words.signature),
    )


def _attached(message: InboundMessage, mail: Mail, limits: Limits) -> Forwarded | None:
    """The mail forwarded as an attachment: the only one of a mail whose subject says so, or that is nothing more."""
    prefix = prefix_of(message.subject)
    if prefix not in FORWARD_PREFIXES and (prefix in REPLY_PREFIXES or message.text.strip()):
        return None
    parts = [part for part in walk(mail.root) if _is_mail(part)]
    if len(parts) != 1:
        return None
    inner = read_mail(decoded(parts[0].body, parts[0].encoding), limits=limits)
    writer = _sender(inner.root.fields, _charset(inner.root))
    if not writer.address:
        return None
    return Forwarded(
        writer=writer,
        subject=text_of(first(inner.root.fields, "subject")),
        note=message.text,
        text=read_body(inner.root, limits=limits).text,
    )


def _is_mail(part: Part) -> bool:
    if part.media_type in {"message/rfc822", "message/global"}:
        return True
    return part.media_type == "application/octet-stream" and part.name.lower().endswith(".eml")


def _charset(root: Part) -> str:
    """What the mail says its text is in, for header fields that do not say."""
    return next((part.charset for part in walk(root) if part.charset), "")


def _sender(fields: Fields, charset: str) -> Mailbox:
    """The first mailbox of From with an address. Without any: who From names; when it names nobody, Sender's, then
    Return-Path's.

    Names before an address belong to it: their comma should have been quoted ("Lee, Ann <ann@example.org>").
    """
    for name in ("from", "sender", "return-path"):
        found = mailboxes(first(fields, name), limit=5, charset=charset)
        if not found:
            continue
        at = next((at for at, mailbox in enumerate(found) if mailbox.address), 0)
        if at and found[at].name:
            return replace(found[at], name=", ".join(mailbox.name for mailbox in found[: at + 1]))
        return found[at]
    return Mailbox()


def _addresses(fields: Fields, name: str, limits: Limits) -> tuple[str, ...]:
    found = (box.address for value in every(fields, name) for box in mailboxes(value, limit=limits.addresses))
    return tuple(dict.fromkeys(filter(None, found)))[: limits.addresses]


def _references(fields: Fields) -> tuple[str, ...]:
    return message_ids(text_of(b" ".join(every(fields, "references"))))


def _external_id(raw: bytes, fields: Fields) -> str:
    """The Message-ID; without one, a hash of the mail."""
    ids = message_ids(text_of(first(fields, "message-id")))
    bare = text_of(first(fields, "message-id")).strip("<> ")
    return ids[0] if ids else bare[:250] or f"sha256:{sha256(raw).hexdigest()}"


def _told(
    judged: Automatic, report: Report | None, mail: Mail, body: Body, subject: str
) -> tuple[tuple[Receipt, ...], tuple[str, ...]]:
    """What became of which mail of ours, and what else happened."""
    if report is not None and (report.receipts or report.actions):
        return report.receipts, tuple(sorted(report.actions & {"delayed", "complaint", "deleted", "denied"}))
    if judged.kind != "bounce":
        return (), ()
    if is_delay(subject, body.text):
        return (), ("delayed",)
    return said_in_text(body.text, mail.root), ()
