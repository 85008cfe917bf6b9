"""What a channel brings in, in the house's words: every adapter's `parse` ends here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from router.core.words import Ms

InboundKind = Literal["message", "auto_reply", "bounce", "status", "event", "ignored", "error"]
"""message, auto_reply, bounce: somebody or something wrote. status: receipts only. event: of the account, not of a
customer. ignored: understood, nothing to keep (an echo of ours). error: cannot be read."""

ReceiptState = Literal["sent", "delivered", "read", "failed"]

Outlook = Literal["", "again", "never", "opt_out"]
"""Of what failed: may the same message get through later (again), will it never, or does the customer want none of ours
any more (opt_out)? "" when the provider does not say enough."""

PLACE = "application/geo"
"""The media type of an attachment that is a place: its url is a `geo:` URI (RFC 5870); there is nothing to fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file beside a message.

    name: "" when the provider gives none. media_type: as claimed; what the bytes are is found when they are fetched.
    size_bytes, sha256: of the decoded bytes; None when not known before fetching. url: where the bytes are; "" when
    the provider wants provider_id asked instead, or when they came with the message (content). A place on the map is an
    attachment of type PLACE. content_id: what HTML of a mail calls an image in it ("cid:…").
    """

    name: str = ""
    media_type: str = ""
    size_bytes: int | None = None
    sha256: str | None = None
    url: str = ""
    provider_id: str = ""
    content: bytes | None = field(default=None, repr=False)
    content_id: str = ""

    @property
    def to_fetch(self) -> bool:
        """Whether its bytes are still with the provider."""
        return self.content is None and self.media_type != PLACE and bool(self.url or self.provider_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """What only a mail has.

    message_id: without brackets; "" when it has none. to, cc: addresses as written. reply_to: where an answer goes; ""
    when to the sender. references: the Message-IDs of its thread, oldest first, its parent last. token: the mark of a
    conversation of ours in subject or recipients.
    full_text: the text with what it quotes; "" when there is no more. html: cleaned, to be shown in a sandbox.
    signature: the last lines of the text, when they are one.
    forwarded_by: who sent us somebody else's mail: sender, subject and text are then the other's as the copy claims, to
    be believed only of forwarders who are known; sender is "" when the copy has no address. comment: what they wrote
    above it.
    silent: no machine may answer: it comes from one, from a list, or nobody reads the answer.
    notes: what was too much and was left out: mail_cut, headers_cut, parts_cut, depth_cut, text_cut, html_cut,
    attachments_cut.
    """

    message_id: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    references: tuple[str, ...] = ()
    token: str = ""
    full_text: str = ""
    html: str = field(default="", repr=False)
    signature: str = ""
    forwarded_by: str = ""
    comment: str = ""
    silent: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message of one customer.

    external_id: the provider's id, unique within the account: what makes a repeat the same message.
    sender: who wrote, as the channel names people (E.164 phone number, e-mail address, the provider's user id).
    account: which of our numbers, pages or bots it was sent to, as the provider names it; "" when it does not say.
    place: the group or channel it was written in, as the provider names it; "" when it was written to us alone.
    text: what the person wrote, or a readable line for what cannot be shown ("[poll Lunch?]"); "" only beside
    attachments, which speak for themselves.
    subject: of a mail; of other messages what prompted them, when that is said: an advertisement, a product, a link.
    sent_at: by the provider's clock; None when not said.
    placeholder: a word for what is no plain message (sticker, location, contact, reaction, unsupported …); "" else.
    choice: the payload of a button or quick reply that was pressed; text is what it said.
    edits: external_id of the message this replaces; deletes likewise: taken back by its author.
    opens: False for what wants no answer by itself (a reaction, an edit, a notice of the provider): it joins a
    conversation that is there and never starts one.
    mail: of e-mail only.
    """

    external_id: str
    sender: str
    sender_name: str = ""
    account: str = ""
    place: str = ""
    subject: str = ""
    text: str = ""
    sent_at: Ms | None = None
    in_reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()
    placeholder: str = ""
    choice: str = ""
    language: str = ""
    edits: str = ""
    deletes: str = ""
    opens: bool = True
    mail: MailFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a message of ours.

    external_id: the one its sending returned; "" with up_to: every message sent to `recipient` until then.
    account: which of ours it was sent from, as the provider names it; "" when it does not say.
    reference: the id we gave it (OutboundMessage.id), from providers that bring it back, when it went out whole: it
    settles a sending whose answer was lost. code, reason: why it failed, as the provider says. outlook: what that
    means for sending it again.
    """

    external_id: str
    state: ReceiptState
    at: Ms | None = None
    recipient: str = ""
    account: str = ""
    up_to: Ms | None = None
    reference: str = ""
    code: str = ""
    reason: str = ""
    outlook: Outlook = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One webhook or mail, whole. error: why it cannot be read, for people; "" unless kind is error."""

    kind: InboundKind
    messages: tuple[InboundMessage, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    events: tuple[str, ...] = ()
    """Words for what else was in it, for the log: "account_update", "typing", "echo"."""
    error: str = ""
