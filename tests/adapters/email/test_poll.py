"""Mails are fetched from a real IMAP server: none lost, each durable before it is seen."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from adapters.email.arrival import Arrival, CannotKeep
from adapters.email.options import Server
from adapters.email.poll import (
    MOST_FAILURES,
    QUARANTINE,
    MailboxOptions,
    Poller,
    Position,
    Positions,
    Reports,
    WrongLogin,
    trouble_of,
)
from tests.adapters.email import certificate
from tests.adapters.email.dovecot import PASSWORD, Dovecot, dovecot
from tests.adapters.email.mails import raw
from tests.patience import PATIENCE_S


class Kept:
    """What was kept, and where reading stood; can be made to fail, as a database does."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.position: Position | None = None
        self.fails = 0
        self.more = asyncio.Event()

    async def deliver(self, arrival: Arrival) -> None:
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the database is away")
        self.arrivals.append(arrival)
        self.more.set()

    async def load(self, mailbox: str) -> Position | None:
        return self.position

    async def keep(self, mailbox: str, position: Position) -> None:
        self.position = position

    @property
    def subjects(self) -> list[str]:
        lines = (line for arrival in self.arrivals for line in arrival.raw.decode().splitlines())
        return [line.removeprefix("Subject: ") for line in lines if line.startswith("Subject: ")]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.arrivals) < count:
                self.more.clear()
                await self.more.wait()


def poller(server: Dovecot, kept: Kept) -> Poller:
    where = Server(host="127.0.0.1", port=server.port, tls="none", user="help", password=PASSWORD)
    options = MailboxOptions(name="help@shop.example", server=where, again_s=(0.05, 0.2))
    return Poller(options, deliver=kept.deliver, positions=Positions(load=kept.load, keep=kept.keep))


@asynccontextmanager
async def running(poller: Poller) -> AsyncIterator[None]:
    task = asyncio.create_task(poller.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_mails_are_fetched_once_and_marked_when_they_are_kept() -> None:
    kept = Kept()
    async with dovecot() as server:
        server.put(raw(Subject="one"))
        server.put(raw(Subject="two"))
        assert await poller(server, kept).once() == 2
        assert kept.subjects == ["one", "two"]
        assert server.seen() == 2
        assert await poller(server, kept).once() == 0
        server.put(raw(Subject="three"))
        assert await poller(server, kept).once() == 1
        assert kept.subjects == ["one", "two", "three"]


async def test_a_mail_that_was_not_kept_is_not_seen_and_comes_again() -> None:
    kept = Kept()
    async with dovecot() as server:
        server.put(raw(Subject="one"))
        kept.fails = 1
        with pytest.raises(ConnectionError):
            await poller(server, kept).once()
        assert server.seen() == 0
        assert await poller(server, kept).once() == 1
        assert kept.subjects == ["one"]


async def test_a_mail_kept_before_a_crash_comes_again_with_the_same_id() -> None:
    kept = Kept()
    async with dovecot() as server:
        server.put(raw(Subject="one"))
        await poller(server, kept).once()
        before = kept.position
        server.put(raw(Subject="two"))
        await poller(server, kept).once()
        kept.position = before
        await poller(server, kept).once()
        assert kept.subjects == ["one", "two", "two"]
        assert len({arrival.dedupe_id for arrival in kept.arrivals}) == 2


async def test_old_mails_others_have_read_are_left_alone() -> None:
    kept = Kept()
    async with dovecot() as server:
        server.put(raw(Subject="old"), seen=True)
        server.put(raw(Subject="new"))
        await poller(server, kept).once()
        assert kept.subjects == ["new"]


async def test_a_mail_somebody_else_reads_first_is_fetched_nevertheless() -> None:
    kept = Kept()
    async with dovecot() as server:
        await poller(server, kept).once()
        server.put(raw(Subject="read by a colleague"), seen=True)
        await poller(server, kept).once()
        assert kept.subjects == ["read by a colleague"]


async def test_a_server_that_numbers_anew_loses_no_mail() -> None:
    kept = Kept()
    async with dovecot() as server:
        server.put(raw(Subject="one"))
        await poller(server, kept).once()
        server.put(raw(Subject="two"))
        assert kept.position is not None
        kept.position = Position(uid_validity=kept.position.uid_validity - 1, last_uid=1_000)
        await poller(server, kept).once()
        assert kept.subjects == ["one", "two"]
        assert await poller(server, kept).once() == 0


async def test_mails_come_at_once_while_the_poller_runs_and_trouble_is_waited_out() -> None:
    kept = Kept()
    async with dovecot() as server, running(poller(server, kept)):
        server.put(raw(Subject="one"))
        await kept.until(1)
        kept.fails = 2
        server.put(raw(Subject="two"))
        await kept.until(2)
        assert kept.subjects == ["one", "two"]


async def test_a_wrong_password_is_told_apart_from_trouble() -> None:
    kept = Kept()
    async with dovecot() as server:
        where = Server(host="127.0.0.1", port=server.port, tls="none", user="help", password="wrong")
        options = MailboxOptions(name="help", server=where)
        with pytest.raises(WrongLogin):
            await Poller(options, deliver=kept.deliver, positions=Positions(load=kept.load, keep=kept.keep)).once()


async def test_a_server_is_spoken_to_in_secret_and_only_if_it_is_who_it_says(tmp_path: Path) -> None:
    kept, pem = Kept(), certificate.make(tmp_path)
    async with dovecot(certificate=pem) as server:
        server.put(raw(Subject="one"))
        for ca_file, fetched in (("", 0), (str(pem), 1)):
            where = Server(
                host="localhost", port=server.port, tls="starttls", user="help", password=PASSWORD, ca_file=ca_file
            )
            one = Poller(
                MailboxOptions(name="help", server=where),
                deliver=kept.deliver,
                positions=Positions(load=kept.load, keep=kept.keep),
            )
            if fetched:
                assert await one.once() == 1
            else:
                with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
                    await one.once()
        assert kept.subjects == ["one"]


class Told:
    """What was reported of a mailbox, in order."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.left: list[tuple[int, str]] = []
        self.more = asyncio.Event()

    @property
    def reports(self) -> Reports:
        return Reports(well=self.well, trouble=self.trouble, left=self.leave)

    async def well(self, mailbox: str) -> None:
        await self.trouble(mailbox, "well")

    async def trouble(self, mailbox: str, word: str) -> None:
        if self.words[-1:] != [word]:
            self.words.append(word)
        self.more.set()

    async def leave(self, mailbox: str, at: Position, reason: str) -> None:
        self.left.append((at.last_uid, reason))

    async def until(self, word: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while word not in self.words:
                self.more.clear()
                await self.more.wait()


def watched(server: Dovecot, kept: Kept, told: Told, *, password: str = PASSWORD, port: int = 0) -> Poller:
    where = Server(host="127.0.0.1", port=port or server.port, tls="none", user="help", password=password)
    options = MailboxOptions(name="help@shop.example", server=where, again_s=(0.05, 0.1))
    positions = Positions(load=kept.load, keep=kept.keep)
    return Poller(options, deliver=kept.deliver, positions=positions, reports=told.reports)


async def test_a_mail_that_can_never_be_kept_is_left_and_copied_and_the_others_come() -> None:
    class Picky(Kept):
        async def deliver(self, arrival: Arrival) -> None:
            if b"Subject: bad" in arrival.raw:
                raise CannotKeep("DataError")
            await super().deliver(arrival)

    kept, told = Picky(), Told()
    async with dovecot() as server:
        for subject in ("one", "bad", "two"):
            server.put(raw(Subject=subject))
        async with running(watched(server, kept, told)):
            await told.until("well")
        assert set(kept.subjects) == {"one", "two"}
        assert [reason for _, reason in told.left] == ["not_kept"]
        assert told.words.count("not_kept") <= MOST_FAILURES
        assert server.seen() == 2
        aside, none_seen = Kept(), Told()
        options = MailboxOptions(
            name="x",
            server=Server(host="127.0.0.1", port=server.port, tls="none", user="help", password=PASSWORD),
            folder=QUARANTINE,
        )
        positions = Positions(load=aside.load, keep=aside.keep)
        assert await Poller(options, deliver=aside.deliver, positions=positions, reports=none_seen.reports).once() == 1
        assert aside.subjects == ["bad"]


async def test_trouble_is_reported_in_a_word_and_so_is_its_end() -> None:
    kept, told = Kept(), Told()
    async with dovecot() as server:
        async with running(watched(server, kept, told, password="wrong")):
            await told.until("login_refused")
        async with running(watched(server, kept, told, port=1)):
            await told.until("unreachable")
        async with running(watched(server, kept, told)):
            await told.until("well")
    assert told.words == ["login_refused", "unreachable", "well"]


def test_every_trouble_has_its_word() -> None:
    assert trouble_of(ssl.SSLCertVerificationError("expired")) == "certificate"
    assert trouble_of(IMAPClientError("[OVERQUOTA] Mailbox is full")) == "quota"
    assert trouble_of(IMAPClientError("no such folder")) == "server_error"
    assert trouble_of(IMAPClientAbortError("gone")) == trouble_of(ConnectionResetError()) == "unreachable"
