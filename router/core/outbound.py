"""What goes out through a channel, what a channel can do, and how sending ends."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.words import Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can carry; clients show only that.

    text_chars: longest text of one message; longer ones are split at a word.
    media_types: patterns ("image/*") of files it takes; () none. media_bytes: largest of them.
    reply_window_ms: how long after the customer's last message free text may be sent; None: always. Later only
    templates, where there are any. receipts: which states the provider reports.
    quick_replies: most buttons beside a message; 0: none, choices become a numbered list in the text.
    """

    text_chars: int
    media_types: tuple[str, ...] = ()
    media_bytes: int = 0
    reply_window_ms: Ms | None = None
    human_window_ms: Ms | None = None
    """How long staff, unlike a bot, may write; None: no longer than anybody."""
    templates: bool = False
    typing: bool = False
    read_marks: bool = False
    """Customers see which of their messages were read."""
    receipts: tuple[str, ...] = ()
    quick_replies: int = 0
    edits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFile:
    """A file to send: `url` is a short-lived signed address providers may fetch it from; content is for uploads."""

    name: str
    media_type: str
    url: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message the provider has approved before: the only kind it takes outside the reply window."""

    name: str
    language: str
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailThread:
    """Where an answer belongs among mails; OutboundMessage.reply_to is the Message-ID it answers.

    subject: of the thread, as the customer wrote it last. references: as MailFacts.references. token: what is put into
    the subject and comes back in MailFacts.token. quoted: what is answered, of `quoted_author`, written at `quoted_at`.
    automatic: a machine wrote it (RFC 3834): nothing will answer.
    """

    subject: str
    references: tuple[str, ...] = ()
    token: str = ""
    cc: tuple[str, ...] = ()
    quoted: str = ""
    quoted_author: str = ""
    quoted_at: Ms | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice whose value comes back as InboundMessage.choice."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One message of ours. id: the same at every attempt; recipient: as InboundMessage.sender. mail: of e-mail only.

    reply_to: the provider's id of what it answers, in whose thread it goes where the channel has threads. replaces: the
    provider's id of a message of ours it takes the place of. buttons: for staff's tools; customers get quick_replies.
    """

    id: str
    recipient: str
    text: str = ""
    files: tuple[OutboundFile, ...] = ()
    quick_replies: tuple[str, ...] = ()
    reply_to: str = ""
    template: Template | None = None
    author_name: str = ""
    mail: MailThread | None = None
    buttons: tuple[Button, ...] = ()
    replaces: str = ""
    late: bool = False
    """Staff write it after the reply window, within their own."""


class NotSent(Exception):
    """Sending ended without the provider taking all of the message. code, reason: for people and the log, no secrets.

    sent: the provider's ids of parts it did take (a long text goes out in several); the next attempt is told of them.
    """

    def __init__(self, code: str, reason: str, *, sent: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.sent = sent


class TryAgain(NotSent):
    """It may work later: time-outs, 429, 5xx. after_s: the wait the provider asked for; None: ours."""

    def __init__(self, code: str, reason: str, *, after_s: float | None = None, sent: tuple[str, ...] = ()) -> None:
        super().__init__(code, reason, sent=sent)
        self.after_s = after_s


class Refused(NotSent):
    """It never will as it is; a person has to look: a blocked number, a closed reply window, wrong credentials."""
