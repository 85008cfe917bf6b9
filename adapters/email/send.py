"""Mails out over SMTP: each ends with the Message-ID it went under, or TryAgain, or Refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import aiosmtplib
import structlog

from adapters.email.oauth import AccessToken
from adapters.email.options import Server
from adapters.email.render import From, Mail, render
from adapters.trust import of_mail_servers
from router.core.outbound import OutboundMessage, Refused, TryAgain
from router.core.words import Ms

log = structlog.get_logger(__name__)

LONGEST_REASON = 300


class SmtpSender:
    """The way out of one mailbox.

    A mail whose answer was lost goes out again under the same Message-ID, so that the receiver's server or reader sees
    that it is the same. One connection a mail: submission servers close idle ones, and answers are seldom.
    """

    def __init__(
        self,
        server: Server,
        sender: From,
        *,
        token: AccessToken | None = None,
        now: Callable[[], Ms] = lambda: Ms(int(time.time() * 1000)),
    ) -> None:
        """token: instead of the server's password, an access token."""
        self._server = server
        self._token = token
        self._sender = sender
        self._now = now

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        """The Message-ID, without brackets. sent: from an earlier attempt; a mail that went out does not again."""
        if sent:
            return tuple(sent)
        mail = render(message, sender=self._sender, now=self._now())
        await self._hand_over(mail)
        return (mail.message_id,)

    async def _hand_over(self, mail: Mail) -> None:
        token = await self._token() if self._token is not None else ""
        try:
            async with self._client(signs_in=not token) as client:
                if token:
                    await client.auth_xoauth2(self._server.user, token)
                refused, _ = await client.sendmail(mail.sender, list(mail.recipients), mail.raw)
        except aiosmtplib.SMTPRecipientsRefused as every:
            _judge(every.recipients[0].code, every.recipients[0].message, cause=every)
        except aiosmtplib.SMTPResponseException as answer:
            _judge(answer.code, answer.message, cause=answer)
        except aiosmtplib.SMTPNotSupported as missing:
            raise Refused("not_supported", str(missing)[:LONGEST_REASON]) from missing
        except (aiosmtplib.SMTPException, OSError) as trouble:
            raise TryAgain("unreachable", f"{self._server.host}: {type(trouble).__name__}") from trouble
        except ValueError as wrong:
            raise Refused("not_configured", str(wrong)[:LONGEST_REASON]) from wrong
        for response in refused.values():
            log.warning("mail recipient refused", message_id=mail.message_id, smtp_code=response.code)

    def _client(self, *, signs_in: bool) -> aiosmtplib.SMTP:
        server = self._server
        context = of_mail_servers(server.ca_file) if server.tls != "none" else None
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None if signs_in else None,
            password=server.password or None if signs_in else None,
            timeout=server.answer_s,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=context,
        )


def _judge(code: int, text: str, *, cause: Exception) -> None:
    """RFC 5321 §4.2.1: 4yz may work later, 5yz never will; a wrong password is 535, a queue that is full 452."""
    reason = " ".join(f"{code} {text}".split())[:LONGEST_REASON]
    if 500 <= code < 600:
        raise Refused("not_configured" if code in {530, 534, 535, 538} else str(code), reason) from cause
    raise TryAgain(str(code), reason) from cause
