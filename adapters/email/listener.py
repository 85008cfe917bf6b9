"""Mails in over SMTP: each is answered 250 when it is kept, and 451 when it is not, so that its sender keeps it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.email.arrival import Arrival, Deliver, dedupe_id
from adapters.email.header import every, read_fields
from adapters.email.options import LIMITS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerOptions:
    """port: 0 for any that is free. mail_bytes: larger ones are refused before they are sent (RFC 1870).

    connections: more at once are told to come back, as each may hold a mail in memory. recipients: of one mail.
    hops: Received fields; more are a loop. idle_s: how long a sender may be silent. deliver_s: how long keeping a mail
    may take.
    """

    host: str = "127.0.0.1"
    port: int = 2525
    hostname: str = "localhost"
    mail_bytes: int = LIMITS.mail_bytes
    connections: int = 20
    recipients: int = 100
    hops: int = 50
    idle_s: float = 60.0
    deliver_s: float = 30.0


class _Door:
    """What aiosmtpd asks while a mail comes in."""

    def __init__(self, options: ListenerOptions, mailbox_of: Callable[[str], str], deliver: Deliver) -> None:
        self._options = options
        self._mailbox_of = mailbox_of
        self._deliver = deliver

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if not self._mailbox_of(address):
            return "550 5.1.1 No such mailbox here"
        if len(envelope.rcpt_tos) >= self._options.recipients:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        if self._goes_round(raw):
            return "554 5.4.6 Too many hops"
        mailboxes = dict.fromkeys(map(self._mailbox_of, envelope.rcpt_tos))
        try:
            async with asyncio.timeout(self._options.deliver_s):
                for mailbox in mailboxes:
                    await self._deliver(
                        Arrival(
                            mailbox=mailbox,
                            raw=raw,
                            dedupe_id=dedupe_id(raw),
                            sender=(envelope.mail_from or "").strip("<>"),
                            recipients=tuple(envelope.rcpt_tos),
                        )
                    )
        except Exception:
            log.exception("mail not kept", mailboxes=list(mailboxes), mail_bytes=len(raw))
            return "451 4.3.0 Not kept, try again later"
        return "250 2.0.0 Kept"

    def _goes_round(self, raw: bytes) -> bool:
        fields, _, _ = read_fields(raw, 0, len(raw), limits=LIMITS)
        return len(every(fields, "received")) > self._options.hops


class _Conversation(SMTP):
    """One connection, counted."""

    def __init__(
        self, door: _Door, options: ListenerOptions, tls: ssl.SSLContext | None, opened: set[_Conversation]
    ) -> None:
        super().__init__(
            door,
            data_size_limit=options.mail_bytes,
            enable_SMTPUTF8=True,
            hostname=options.hostname,
            ident="ESMTP",
            tls_context=tls,
            timeout=options.idle_s,
            command_call_limit={"*": 1_000},
        )
        self._opened = opened
        self._most = options.connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self not in self._opened and len(self._opened) >= self._most:
            transport.write(b"421 4.7.0 Too many connections, try again later\r\n")
            transport.close()
            return
        self._opened.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._opened:
            self._opened.discard(self)
            super().connection_lost(error)


@asynccontextmanager
async def listening(
    options: ListenerOptions,
    *,
    mailbox_of: Callable[[str], str],
    deliver: Deliver,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """Take mails until the block ends; gives the port.

    mailbox_of: the mailbox of an address; "" for addresses that are not ours, which are refused: nothing is relayed.
    tls: offers STARTTLS with this certificate.
    """
    loop = asyncio.get_running_loop()
    opened: set[_Conversation] = set()
    door = _Door(options, mailbox_of, deliver)
    server = await loop.create_server(lambda: _Conversation(door, options, tls, opened), options.host, options.port)
    port = int(server.sockets[0].getsockname()[1])
    log.info("smtp listening", host=options.host, port=port)
    try:
        yield port
    finally:
        server.close()
        for conversation in list(opened):
            if conversation.transport is not None:
                conversation.transport.close()
        await server.wait_closed()
