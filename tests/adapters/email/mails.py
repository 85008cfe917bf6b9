"""Small mails made for tests."""

from __future__ import annotations

from adapters.email.parse import parse
from router.core.inbound import InboundMessage, MailFacts, Parsed

HEAD = {
    "From": "Ann Lee <ann@example.org>",
    "To": "help@shop.example",
    "Subject": "Hello",
    "Message-ID": "<1@example.org>",
    "Date": "Mon, 2 Nov 2026 10:00:00 +0100",
}


def raw(body: str = "Hi.\n", **fields: str) -> bytes:
    """A mail with the usual fields, and those given (Reply_To for Reply-To) in their place; "" leaves one out."""
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    head = {name: value for name, value in {**HEAD, **given}.items() if value}
    return "".join(f"{name}: {value}\n" for name, value in head.items()).encode() + b"\n" + body.encode()


def parsed(body: str = "Hi.\n", **fields: str) -> Parsed:
    return parse(raw(body, **fields))


def message(body: str = "Hi.\n", **fields: str) -> InboundMessage:
    return parsed(body, **fields).messages[0]


def facts(message: InboundMessage) -> MailFacts:
    assert message.mail is not None
    return message.mail
