"""Answers go out as proper threads from the address they were asked at, and sending ends in one of three ways."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from adapters.email.arrival import Arrival
from adapters.email.listener import ListenerOptions, listening
from adapters.email.options import Server
from adapters.email.parse import parse
from adapters.email.render import From, render
from adapters.email.send import SmtpSender
from router.core.outbound import MailThread, OutboundFile, OutboundMessage, Refused, TryAgain
from router.core.words import Ms
from tests.adapters.email import certificate
from tests.adapters.email.mails import facts
from tests.patience import PATIENCE_S

SHOP = From(address="help@shop.example", name="Lamp Shop")
NOW = Ms(1_793_613_600_000)
ASKED = MailThread(
    subject="AW: Lampe",
    references=("1@example.org", "2@shop.example"),
    token="K7Q2M9XW",
    quoted="My lamp is broken.\nSince Monday.",
    quoted_author="Ann Lee <ann@example.org>",
    quoted_at=NOW,
)
ANSWER = OutboundMessage(
    id="m-42",
    recipient="ann@example.org",
    text="Please send it in.\n\nBo <3",
    reply_to="3@example.org",
    author_name="Bo Ek",
    mail=ASKED,
    files=(OutboundFile(name="Rücksendung.pdf", media_type="application/pdf", url="", content=b"%PDF-1.7"),),
)


def test_an_answer_belongs_to_the_thread_it_answers() -> None:
    mail = render(ANSWER, sender=SHOP, now=NOW)
    found = parse(mail.raw).messages[0]
    assert mail.message_id == found.external_id == "usher.m-42.0@shop.example"
    assert (found.sender, found.sender_name) == ("help@shop.example", "Bo Ek – Lamp Shop")
    assert found.subject == "Re: Lampe [ref:K7Q2M9XW]"
    assert found.in_reply_to == "3@example.org"
    assert facts(found).references == ("1@example.org", "2@shop.example", "3@example.org")
    assert facts(found).token == "K7Q2M9XW"
    assert found.sent_at == NOW
    assert [(file.name, file.content) for file in found.attachments] == [("Rücksendung.pdf", b"%PDF-1.7")]


def test_an_answer_quotes_what_it_answers_so_that_it_can_be_left_out_again() -> None:
    raw = render(ANSWER, sender=SHOP, now=NOW).raw
    assert b"> My lamp is broken." in raw
    from_customer = raw.replace(b"usher.m-42.0@", b"x@")
    found = parse(from_customer).messages[0]
    assert found.text == "Please send it in.\n\nBo <3"
    assert "Bo &lt;3" in facts(found).html
    assert "Since Monday." in facts(found).full_text


def test_every_attempt_renders_the_same_id() -> None:
    later = Ms(NOW + 60_000)
    assert render(ANSWER, sender=SHOP, now=NOW).message_id == render(ANSWER, sender=SHOP, now=later).message_id


def test_a_subject_and_names_cannot_smuggle_fields() -> None:
    evil = "Hi\r\nBcc: all@example.org\r\n\r\nbody"
    thread = MailThread(subject=evil, quoted="x", quoted_author=evil, references=("a@b\r\nX-Evil: 1",))
    message = OutboundMessage(
        id=evil,
        recipient="ann@example.org",
        text="x",
        mail=thread,
        author_name=evil,
        files=(OutboundFile(name=evil, media_type="text/plain", url="", content=b"x"),),
    )
    head = render(message, sender=SHOP, now=NOW).raw.partition(b"\r\n\r\n")[0]
    assert not [line for line in head.split(b"\r\n") if line.lower().startswith((b"bcc", b"x-evil", b"body"))]


@pytest.mark.parametrize(
    "recipient", ["", "ann", "ann@example.org\r\nBcc: x@y.example", "a@b.example, c@d.example", "<a@b>"]
)
def test_what_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(Refused, match="bad_address"):
        render(OutboundMessage(id="1", recipient=recipient, text="x"), sender=SHOP, now=NOW)


def test_a_machines_answer_says_that_it_is_one() -> None:
    message = OutboundMessage(
        id="1", recipient="ann@example.org", text="x", reply_to="3@x", mail=MailThread(subject="Lamp", automatic=True)
    )
    raw = render(message, sender=SHOP, now=NOW).raw.replace(b"usher.1.0@", b"x@")
    assert b"Auto-Submitted: auto-replied" in raw
    assert parse(raw).kind == "auto_reply"


def test_a_long_thread_keeps_its_beginning_and_its_end() -> None:
    thread = MailThread(subject="x", references=tuple(f"{n}@example.org" for n in range(500)))
    message = OutboundMessage(id="1", recipient="ann@example.org", text="x", reply_to="499@example.org", mail=thread)
    raw = render(message, sender=SHOP, now=NOW).raw
    references = facts(parse(raw).messages[0]).references
    assert (references[0], references[-1], len(references)) == ("0@example.org", "499@example.org", 30)
    assert max(map(len, raw.split(b"\r\n"))) < 998


class Scripted:
    """A server that answers as it is told, by the step it is asked at."""

    def __init__(self, **answers: str) -> None:
        self._answers = answers
        self.took: list[bytes] = []

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answers.get(address.partition("@")[0], self._answers.get("rcpt", "250 OK"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._answers.get("data", "250 OK")
        if answer == "hang":
            await asyncio.sleep(60)
        if answer.startswith("250"):
            self.took.append(envelope.original_content or b"")
        return answer


@asynccontextmanager
async def scripted(script: Scripted, pem: Path | None = None, password: str = "") -> AsyncIterator[int]:
    context = None
    if pem:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pem)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
        return AuthResult(success=getattr(given, "password", b"") == password.encode(), handled=False)

    opened: list[SMTP] = []

    def one() -> SMTP:
        opened.append(
            SMTP(
                script,
                tls_context=context,
                require_starttls=bool(pem),
                authenticator=check if password else None,
                auth_required=bool(password),
            )
        )
        return opened[-1]

    server = await asyncio.get_running_loop().create_server(one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in opened:
            if connection.transport is not None:
                connection.transport.close()
        await server.wait_closed()


def sender(port: int, **changes: object) -> SmtpSender:
    given: dict[str, object] = {"host": "127.0.0.1", "port": port, "tls": "none", "answer_s": PATIENCE_S, **changes}
    return SmtpSender(Server(**given), SHOP, now=lambda: NOW)  # type: ignore[arg-type]


async def test_a_mail_that_is_taken_ends_with_its_id() -> None:
    script = Scripted()
    async with scripted(script) as port:
        assert await sender(port).send(ANSWER) == ("usher.m-42.0@shop.example",)
        assert await sender(port).send(ANSWER, sent=("usher.m-42.0@shop.example",)) == ("usher.m-42.0@shop.example",)
    assert len(script.took) == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"mail": "451 4.7.1 Greylisted"},
        {"rcpt": "452 4.2.2 Mailbox full"},
        {"data": "421 4.3.0 Going down"},
        {"data": "hang"},
    ],
)
async def test_what_may_work_later_is_tried_again(answers: dict[str, str]) -> None:
    async with scripted(Scripted(**answers)) as port:
        with pytest.raises(TryAgain):
            await sender(port, **({"answer_s": 1.0} if "hang" in answers.values() else {})).send(ANSWER)


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with scripted(Scripted()) as port:
        pass
    with pytest.raises(TryAgain, match="unreachable"):
        await sender(port).send(ANSWER)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"mail": "550 5.7.1 No"}, "550"),
        ({"rcpt": "550 5.1.1 No such user"}, "550"),
        ({"data": "554 5.7.1 Spam"}, "554"),
        ({"mail": "530 5.7.0 Log in first"}, "not_configured"),
    ],
)
async def test_what_never_will_work_is_refused_with_the_servers_words(answers: dict[str, str], code: str) -> None:
    async with scripted(Scripted(**answers)) as port:
        with pytest.raises(Refused) as refused:
            await sender(port).send(ANSWER)
    assert refused.value.code == code
    assert refused.value.reason.endswith(next(iter(answers.values())).split()[-1])


async def test_a_copy_that_is_refused_does_not_stop_the_answer() -> None:
    script = Scripted(boss="550 5.1.1 No such user")
    copied = OutboundMessage(
        id="1", recipient="ann@example.org", text="x", mail=MailThread(subject="x", cc=("boss@example.org",))
    )
    async with scripted(script) as port:
        assert await sender(port).send(copied)
    assert len(script.took) == 1


async def test_a_password_is_given_in_secret_only_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    script, pem = Scripted(), certificate.make(tmp_path)
    secret = {"host": "localhost", "tls": "starttls", "user": "help"}
    async with scripted(script, pem, password="right") as port:
        assert await sender(port, **secret, ca_file=str(pem), password="right").send(ANSWER)
        with pytest.raises(Refused, match="not_configured"):
            await sender(port, **secret, ca_file=str(pem), password="wrong").send(ANSWER)
        with pytest.raises(TryAgain):
            await sender(port, **secret, password="right").send(ANSWER)
    async with scripted(script) as port:
        with pytest.raises((Refused, TryAgain)):
            await sender(port, **secret, ca_file=str(pem), password="right").send(ANSWER)
    assert len(script.took) == 1


class Kept:
    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.arrivals: list[Arrival] = []

    async def deliver(self, arrival: Arrival) -> None:
        if self.fails:
            raise ConnectionError("the database is away")
        self.arrivals.append(arrival)


def mailbox_of(address: str) -> str:
    return {"help@shop.example": "help", "sales@shop.example": "sales", "ann@example.org": "ann"}.get(
        address.lower(), ""
    )


async def test_a_mail_is_taken_when_it_is_kept() -> None:
    kept = Kept()
    async with listening(ListenerOptions(port=0), mailbox_of=mailbox_of, deliver=kept.deliver) as port:
        await sender(port).send(ANSWER)
        await sender(port).send(ANSWER)
    [first, again] = kept.arrivals
    assert (first.mailbox, first.sender, first.recipients) == ("ann", "help@shop.example", ("ann@example.org",))
    assert parse(first.raw).messages[0].subject == "Re: Lampe [ref:K7Q2M9XW]"
    assert first.dedupe_id == again.dedupe_id


async def test_a_mail_that_could_not_be_kept_stays_with_its_sender() -> None:
    kept = Kept(fails=True)
    async with listening(ListenerOptions(port=0), mailbox_of=mailbox_of, deliver=kept.deliver) as port:
        with pytest.raises(TryAgain, match="451"):
            await sender(port).send(ANSWER)


async def test_nothing_is_relayed_and_nothing_too_large_or_running_in_circles_is_taken() -> None:
    kept = Kept()
    options = ListenerOptions(port=0, mail_bytes=20_000)
    async with listening(options, mailbox_of=mailbox_of, deliver=kept.deliver) as port:
        for message, code in (
            (OutboundMessage(id="1", recipient="other@example.com", text="x"), "550"),
            (OutboundMessage(id="2", recipient="ann@example.org", text="x" * 30_000), "552"),
        ):
            with pytest.raises(Refused, match=code):
                await sender(port).send(message)
        assert b"554 5.4.6" in await _say(port, b"Received: x\r\n" * 60 + b"\r\nx\r\n")
    assert not kept.arrivals


async def _say(port: int, mail: bytes) -> bytes:
    """A mail handed over by hand; what the server answered to all of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\n")
    await writer.drain()
    answers = b""
    async with asyncio.timeout(PATIENCE_S):
        while b"354" not in answers:
            answers += await reader.readline()
        writer.write(mail + b".\r\nQUIT\r\n")
        answers += await reader.read()
    writer.close()
    return answers


async def test_a_bounce_with_an_empty_return_path_is_taken() -> None:
    kept = Kept()
    async with listening(ListenerOptions(port=0), mailbox_of=mailbox_of, deliver=kept.deliver) as port:
        assert b"250 2.0.0 Kept" in await _say(port, b"From: MAILER-DAEMON\r\nSubject: failure notice\r\n\r\nx\r\n")
    assert kept.arrivals[0].sender == ""


async def test_more_senders_than_fit_are_told_to_come_back() -> None:
    kept = Kept()
    async with listening(ListenerOptions(port=0, connections=1), mailbox_of=mailbox_of, deliver=kept.deliver) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.readline()).startswith(b"220")
        with pytest.raises(TryAgain):
            await sender(port).send(ANSWER)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(PATIENCE_S):
            while not kept.arrivals:  # until it is noticed that there is room again
                with suppress(TryAgain):
                    await sender(port).send(ANSWER)


async def test_an_end_of_mail_hidden_in_a_mail_ends_nothing() -> None:
    """SMTP smuggling: only CRLF.CRLF ends a mail."""
    kept = Kept()
    async with listening(ListenerOptions(port=0), mailbox_of=mailbox_of, deliver=kept.deliver) as port:
        hidden = (
            b"Subject: a\r\n\r\nx\n.\nMAIL FROM:<evil@x>\r\nRCPT TO:<help@shop.example>\r\nDATA\r\nSubject: b\r\n\r\n"
        )
        await _say(port, hidden)
    assert len(kept.arrivals) == 1
