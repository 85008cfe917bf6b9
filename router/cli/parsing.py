"""`usher parse`: what an adapter makes of a raw request body. `usher verify`: whether a request is its provider's."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from adapters.registry import FOLDERS
from router.cli.output import as_json, refuse, say

if TYPE_CHECKING:
    from adapters.form import Webhook
    from router.core.inbound import Attachment, InboundKind, InboundMessage, MailFacts, Parsed, Receipt

CHANNELS = tuple(FOLDERS)
MOST_BYTES = 32_000_000
RANK: tuple[InboundKind, ...] = ("message", "auto_reply", "bounce", "status", "event", "ignored", "error")
"""Of several bodies in a file, the kind of the first of these is the file's."""

existing = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def parse() -> None:
    """Show what an adapter makes of what came in."""


@parse.command()
@click.argument("channel", type=click.Choice(CHANNELS))
@click.argument("files", type=existing, nargs=-1, required=True, metavar="FILE...")
@as_json
def webhook(channel: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Read request bodies, one a file. Exit status 1 when one of them cannot be read."""
    _tell([_read(channel, file) for file in files], as_json)


def _tell(results: list[dict[str, Any]], as_json: bool) -> NoReturn:
    if as_json:
        say({"results": results})
    else:
        for result in results:
            _show(result)
    sys.exit(1 if any(result["kind"] == "error" for result in results) else 0)


@parse.command()
@click.argument("files", type=existing, nargs=-1, required=True, metavar="FILE...")
@as_json
def email(files: tuple[Path, ...], as_json: bool) -> None:
    """Read raw mails (RFC 5322), one a file."""
    from adapters.email.options import LIMITS
    from adapters.email.parse import parse

    _tell([{"file": str(file), **_as_json(parse(_beginning(file, LIMITS.mail_bytes + 1)))} for file in files], as_json)


@click.command()
@click.argument("channel", type=click.Choice(CHANNELS))
@click.option("--secret", required=True, help="The auth token, app secret, secret token or signing secret.")
@click.option("--url", default="", help="As the provider called it, query included.")
@click.option("--headers", type=existing, required=True, help='A JSON object, or lines "Name: value".')
@click.option("--body", type=existing, required=True, help="The raw body.")
@as_json
def verify(channel: str, secret: str, url: str, headers: Path, body: Path, as_json: bool) -> None:
    """Check a request's signature as the adapter does. Exit status 1 when it is not the provider's."""
    from adapters.form import Request

    raw, given = _bytes(body), _headers(headers)
    request = Request(method="POST" if raw else "GET", url=url, headers=given, body=raw)
    verdict = _webhook(channel, raw).verify(request, secrets=(secret,), now_ms=int(time.time() * 1000))
    if as_json:
        say({"valid": verdict.valid, "reason": verdict.reason})
    else:
        click.echo("valid" if verdict.valid else f"not valid: {verdict.reason}")
    sys.exit(0 if verdict.valid else 1)


def _webhook(channel: str, body: bytes) -> Webhook:
    """WhatsApp comes from Meta as JSON and from Twilio as a form."""
    from adapters.registry import adapter

    from_meta = channel == "whatsapp" and body.lstrip()[:1] in (b"{", b"[")
    return adapter(channel, "meta" if from_meta else "").webhook


def _bytes(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        refuse(f"{file}: more than {MOST_BYTES} bytes")
    try:
        return file.read_bytes()
    except OSError as error:
        refuse(f"{file}: {error.strerror}")


def _beginning(file: Path, most_bytes: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most_bytes)
    except OSError as error:
        refuse(f"{file}: {error.strerror}")


def _headers(file: Path) -> Mapping[str, str]:
    """By names in lower case."""
    written = _bytes(file).decode("utf-8", "replace")
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        lines = (line.partition(":") for line in written.splitlines() if line.strip())
        found = {name: value for name, colon, value in lines if colon}
    if not isinstance(found, dict):
        refuse(f'{file}: neither a JSON object nor lines "Name: value"')
    first = ((name, value[0] if isinstance(value, list) and value else value) for name, value in found.items())
    return {str(name).strip().lower(): str(value).strip() for name, value in first}


def _read(channel: str, file: Path) -> dict[str, Any]:
    from router.cli.captured import bodies

    cases = [_webhook(channel, body).parse(body, headers={}, channel=channel) for body in bodies(_bytes(file), channel)]
    result = _as_json(_together(cases))
    return {"file": str(file), **result, **({"cases": [_as_json(one) for one in cases]} if len(cases) > 1 else {})}


def _together(cases: list[Parsed]) -> Parsed:
    from router.core.inbound import Parsed

    kind = min((one.kind for one in cases), key=RANK.index)
    return Parsed(
        kind=kind,
        messages=tuple(message for one in cases for message in one.messages),
        receipts=tuple(receipt for one in cases for receipt in one.receipts),
        events=tuple(event for one in cases for event in one.events),
        error="; ".join(one.error for one in cases) if kind == "error" else "",
    )


def _as_json(parsed: Parsed) -> dict[str, Any]:
    return {
        "kind": parsed.kind,
        "messages": [_message(one) for one in parsed.messages],
        "receipts": [_receipt(one) for one in parsed.receipts],
        "events": list(parsed.events),
        "error": parsed.error,
    }


def _message(message: InboundMessage) -> dict[str, Any]:
    """sent_at: ISO 8601 in UTC with milliseconds, or null."""
    return {
        "external_id": message.external_id,
        "sender": message.sender,
        "sender_name": message.sender_name,
        "account": message.account,
        "place": message.place,
        "subject": message.subject,
        "text": message.text,
        "sent_at": _iso(message.sent_at),
        "in_reply_to": message.in_reply_to,
        "attachments": [_attachment(one) for one in message.attachments],
        "placeholder": message.placeholder,
        "choice": message.choice,
        "language": message.language,
        "edits": message.edits,
        "deletes": message.deletes,
        "opens": message.opens,
        **(_mail(message, message.mail) if message.mail else {}),
    }


def _mail(message: InboundMessage, mail: MailFacts) -> dict[str, Any]:
    """recipients: of To and Cc. full_text: with what it quotes."""
    return {
        "recipients": [*mail.to, *mail.cc],
        "to": list(mail.to),
        "cc": list(mail.cc),
        "reply_to": mail.reply_to,
        "references": list(mail.references),
        "token": mail.token,
        "full_text": mail.full_text or message.text,
        "html": mail.html,
        "signature": mail.signature,
        "forwarded_by": mail.forwarded_by,
        "comment": mail.comment,
        "silent": mail.silent,
        "notes": list(mail.notes),
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    content = attachment.content
    return {
        "name": attachment.name,
        "type": attachment.media_type,
        "size": attachment.size_bytes if content is None else len(content),
        "sha256": attachment.sha256 if content is None else hashlib.sha256(content).hexdigest(),
        "url": attachment.url,
        "provider_id": attachment.provider_id,
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "external_id": receipt.external_id,
        "state": receipt.state,
        "at": _iso(receipt.at),
        "recipient": receipt.recipient,
        "up_to": _iso(receipt.up_to),
        "reference": receipt.reference,
        "code": receipt.code,
        "reason": receipt.reason,
        "outlook": receipt.outlook,
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _show(result: Mapping[str, Any]) -> None:
    click.echo(f"{click.style(result['file'], bold=True)}: {result['kind']} {result['error']}".rstrip())
    for message in result["messages"]:
        who = " ".join(part for part in (message["sender_name"], f"<{message['sender']}>") if part)
        click.echo(f"  {message['sent_at'] or '–'} {who} {message['external_id']}")
        for line in message["text"].splitlines():
            click.echo(f"    {line}")
        for one in message["attachments"]:
            click.echo(f"    + {one['type'] or 'file'} {one['name'] or one['url'] or one['provider_id']}")
    for receipt in result["receipts"]:
        click.echo(f"  {receipt['state']} {receipt['external_id']} {receipt['code']} {receipt['reason']}".rstrip())
    for event in result["events"]:
        click.echo(f"  ({event})")
