"""An agent's answer to a mail that belongs to its thread, from the address it was written to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from adapters.email.forwarded import plain_subject
from adapters.email.thread import own_message_id, with_token
from router.core.outbound import MailThread, OutboundMessage, Refused
from router.core.words import Ms

POLICY = SMTP.clone(cte_type="7bit", max_line_length=200)
"""Bodies are encoded to seven bits, as not every server takes eight; long References are not folded inside an id."""
MOST_REFERENCES = 30
LONGEST_QUOTE = 20_000
UNSAFE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,64}@[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,253}")


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """address: the mailbox's own; answers come back there. name: of the centre. domain: of Message-IDs; the address's
    when it is ""."""

    address: str
    name: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What goes over SMTP. message_id: without brackets, the same at every attempt."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


def render(message: OutboundMessage, *, sender: From, now: Ms) -> Mail:
    """The mail of a message. Raises Refused `bad_address` for recipients that are none."""
    thread = message.mail or MailThread(subject="")
    recipients = (message.recipient, *thread.cc)
    for address in recipients:
        if not ADDRESS.fullmatch(address):
            raise Refused("bad_address", f"{_line(address)[:100]!r} is no e-mail address")
    message_id = own_message_id(message.id, domain=sender.domain or sender.address.rpartition("@")[2])
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _person(" – ".join(filter(None, (message.author_name, sender.name))), sender.address)
    mail["To"] = message.recipient
    if thread.cc:
        mail["Cc"] = ", ".join(thread.cc)
    mail["Subject"] = _subject(thread, is_answer=bool(message.reply_to))
    mail["Date"] = format_datetime(datetime.fromtimestamp(now / 1000, UTC))
    mail["Message-ID"] = f"<{message_id}>"
    _thread(mail, message.reply_to, thread)
    if thread.automatic:
        mail["Auto-Submitted"] = "auto-replied" if message.reply_to else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(_text(message.text, thread))
    mail.add_alternative(_html(message.text, thread), subtype="html")
    for file in message.files:
        kind, _, subtype = file.media_type.partition("/")
        kind, subtype = (kind, subtype) if kind and subtype and kind != "multipart" else ("application", "octet-stream")
        mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=_line(file.name), cte="base64")
    _name_boundaries(mail, message_id)
    return Mail(message_id=message_id, sender=sender.address, recipients=recipients, raw=mail.as_bytes())


def _name_boundaries(mail: EmailMessage, message_id: str) -> None:
    """The same at every attempt, instead of by chance: the same mail is the same bytes."""
    name = sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{name}_{number}")


def _line(text: str) -> str:
    """Text for a header: nothing in it can end the line."""
    return UNSAFE.sub(" ", text).strip()


def _person(name: str, address: str) -> Address:
    return Address(display_name=_line(name), addr_spec=address)


def _subject(thread: MailThread, *, is_answer: bool) -> str:
    plain = _line(plain_subject(thread.subject))
    return with_token(f"Re: {plain}" if is_answer else plain, thread.token)


def _thread(mail: EmailMessage, reply_to: str, thread: MailThread) -> None:
    """RFC 5322 §3.6.4; of long threads the first and the last stay."""
    ids = [
        message_id for message_id in map(_line, (*thread.references, reply_to)) if re.fullmatch(r"[^\s<>]+", message_id)
    ]
    ids = list(dict.fromkeys(ids))
    if len(ids) > MOST_REFERENCES:
        ids = [ids[0], *ids[-MOST_REFERENCES + 1 :]]
    if reply_to and (answered := _line(reply_to)) in ids:
        mail["In-Reply-To"] = f"<{answered}>"
    if ids:
        mail["References"] = " ".join(f"<{message_id}>" for message_id in ids)


def _attribution(thread: MailThread) -> str:
    """The line above the quotation, so that readers, and our own parser, know what follows."""
    if thread.quoted_at is None:
        return f"{_line(thread.quoted_author)} wrote:"
    at = datetime.fromtimestamp(thread.quoted_at / 1000, UTC)
    return f"On {at:%Y-%m-%d %H:%M} UTC, {_line(thread.quoted_author)} wrote:"


def _text(text: str, thread: MailThread) -> str:
    if not thread.quoted:
        return text
    quoted = "\n".join(f"> {line}".rstrip() for line in thread.quoted[:LONGEST_QUOTE].splitlines())
    return f"{text}\n\n{_attribution(thread)}\n\n{quoted}\n"


def _html(text: str, thread: MailThread) -> str:
    shown = f"<div>{_lines(text)}</div>"
    if thread.quoted:
        quoted = _lines(thread.quoted[:LONGEST_QUOTE])
        shown += f'<br><div>{escape(_attribution(thread))}</div><blockquote type="cite">{quoted}</blockquote>'
    return f'<!doctype html><html><body style="font-family:sans-serif">{shown}</body></html>'


def _lines(text: str) -> str:
    return "<br>\n".join(escape(line) for line in text.splitlines())
