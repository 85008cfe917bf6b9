"""The world's mail: a server that takes what we send and may be told to refuse, and a way to send us something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.email.parse import parse
from router.core.inbound import InboundMessage, MailFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail that was taken. recipients: of the envelope."""

    recipients: tuple[str, ...]
    raw: bytes

    @property
    def read(self) -> InboundMessage:
        """As its receiver reads it: not as one of ours, which would be an echo."""
        return parse(self.raw.replace(b"Message-ID: <usher.", b"Message-ID: <other.")).messages[0]

    @property
    def facts(self) -> MailFacts:
        assert self.read.mail is not None
        return self.read.mail

    @property
    def message_id(self) -> str:
        return self.read.external_id.replace("other.", "usher.", 1)


@dataclass(kw_only=True)
class PostOffice:
    """answers: to DATA, one each, before it takes mails again.

    Without slots: aiosmtpd looks at all attributes of its handler, and those of slots break that in Python 3.11.2.
    """

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.letters if address in letter.recipients]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.letters.append(
            Letter(recipients=tuple(envelope.rcpt_tos), raw=(envelope.original_content or b"").replace(b"\r\n", b"\n"))
        )
        return "250 OK"


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    office, opened = PostOffice(), list[SMTP]()

    def one() -> SMTP:
        opened.append(SMTP(office, data_size_limit=100_000_000))
        return opened[-1]

    server = await asyncio.get_running_loop().create_server(one, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        for connection in opened:
            if connection.transport is not None:
                connection.transport.close()
        await server.wait_closed()


async def hand_in(port: int, raw: bytes, recipient: str, *, sender: str = "ann@example.org") -> None:
    """Send a mail to the house by SMTP. Raises aiosmtplib's errors."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=30) as client:
        await client.sendmail(sender, [recipient], raw)
