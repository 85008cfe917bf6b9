"""The server is killed while five agents work off a shared mailbox: no mail is lost, none is answered twice."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from loadtest.centre import PASSWORD
from loadtest.client import CommandRefused
from router.protocol import staff
from tests.adapters.email import dovecot
from tests.adapters.email.mails import raw
from tests.faults.conftest import ENVIRONMENT
from tests.faults.crashing import ENDED
from tests.faults.people import Clerk
from tests.faults.server import Server
from tests.mail.post_office import PostOffice, post_office
from tests.servers import free_port

pytestmark = pytest.mark.faults

MAILS, AGENTS = 24, 5
PATIENCE_S = 90.0
CHANNELS = """
[[channels]]
key = "help"
channel = "email"
address = "help@shop.example"
department = "{queue}"
secrets.imap_password = "file:imap-password"
options.imap_host = "127.0.0.1"
options.imap_port = "{imap}"
options.imap_tls = "none"
options.imap_user = "help"
options.smtp_host = "127.0.0.1"
options.smtp_port = "{smtp}"
options.smtp_tls = "none"
options.smtp_user = "-"
"""


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as running:
        yield running


@pytest.fixture
async def imap() -> AsyncIterator[dovecot.Dovecot]:
    async with dovecot.dovecot() as running:
        yield running


@pytest.fixture
async def node(
    valkey_url: str, postgres_url: str, centre: Path, tmp_path: Path, imap: dovecot.Dovecot, office: PostOffice
) -> AsyncIterator[Server]:
    """The centre with a shared mailbox, not started, on stores that stay when it is killed."""
    folder = tmp_path / "centre"
    shutil.copytree(centre, folder)
    (folder / "channels.toml").write_text(CHANNELS.format(queue="s0-general", imap=imap.port, smtp=office.port))
    (folder / "imap-password").write_text(dovecot.PASSWORD)
    made = Server(
        command=("serve", "--policy", str(folder)),
        port=free_port(),
        log=tmp_path / "server.log",
        environment={
            **ENVIRONMENT,
            "USHER_REDIS_URL": valkey_url,
            "USHER_POSTGRES_URL": postgres_url,
            "USHER_DEMO": "true",
        },
    )
    yield made
    await made.end()


async def clerk_of(node: Server, number: int = 0) -> Clerk:
    return await Clerk.signs_in(node.address, f"agent-{number}@replay.example", PASSWORD)


def mail(number: int) -> bytes:
    return raw(
        f"Question {number}\n",
        From=f"Writer {number} <writer-{number}@example.org>",
        To="help@shop.example",
        Subject=f"Matter {number}",
        Message_ID=f"<{number}@example.org>",
    )


async def works(clerk: Clerk) -> None:
    """Takes what rings, answers it and ends it, for ever; what a crash cut short is done again."""
    while True:
        await clerk.until(lambda: bool(clerk.rings or clerk.holds), within_s=PATIENCE_S)
        for offer in list(clerk.rings.values()):
            with suppress(CommandRefused):
                await clerk.client.ask(staff.AcceptOffer, offer_id=offer.offer_id)
            clerk.rings.pop(offer.offer_id, None)
        for work in list(clerk.holds.values()):
            conversation_id = work.conversation.conversation_id
            with suppress(CommandRefused):
                await clerk.client.ask(
                    staff.SendMessage,
                    conversation_id=conversation_id,
                    client_id=f"answer-{conversation_id}"[:64],
                    text=f"Answer to {work.work_item.preview}",
                )
            with suppress(CommandRefused):
                await clerk.finishes(work.work_item.work_item_id)
            clerk.holds.pop(work.work_item.work_item_id, None)


async def until(office: PostOffice, imap: dovecot.Dovecot, *, seen: int = 0, letters: int = 0) -> None:
    """Wait until so many mails were fetched and so many answers arrived."""
    async with asyncio.timeout(PATIENCE_S):
        while imap.seen() < seen or len({letter.message_id for letter in office.letters}) < letters:
            await asyncio.sleep(0.01)


async def test_no_mail_is_lost_and_none_answered_twice_by_a_server_that_is_killed(
    node: Server, postgres_url: str, office: PostOffice, imap: dovecot.Dovecot
) -> None:
    for number in range(MAILS):
        imap.put(mail(number))
    await node.start(ends_at="nowhere")
    clerks = [await clerk_of(node, number) for number in range(AGENTS)]
    async with asyncio.TaskGroup() as tasks:
        working = [tasks.create_task(works(clerk)) for clerk in clerks]
        await until(office, imap, seen=3)
        await node.kill()
        await node.start()
        await until(office, imap, seen=MAILS, letters=MAILS)
        await settled(postgres_url, MAILS)
        for task in working:
            task.cancel()
    by_recipient = Counter(recipients for recipients, _ in {(one.recipients, one.message_id) for one in office.letters})
    assert by_recipient == {(f"writer-{number}@example.org",): 1 for number in range(MAILS)}


async def test_a_server_that_ends_between_two_lines_answers_a_mail_once(
    node: Server, postgres_url: str, office: PostOffice, imap: dovecot.Dovecot
) -> None:
    imap.put(mail(0))
    for place in ("mail kept, not marked seen", "mail written, its marks not"):
        with suppress(AssertionError):  # it may end before it says that it is ready
            await node.start(ends_at=place)
        assert await node.ended() == ENDED, node.said()
    await node.start(ends_at="answer sent, not noted")
    clerk = await clerk_of(node)
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(works(clerk))
        assert await node.ended() == ENDED, node.said()
        await node.start()
        await until(office, imap, seen=1, letters=1)
        await settled(postgres_url, 1)
        working.cancel()
    assert len({letter.message_id for letter in office.letters}) == 1


async def settled(postgres_url: str, mails: int) -> None:
    """Wait until so many mails are worked off, each a conversation with one answer, and never more."""
    wanted = {"conversations": mails, "questions": mails, "answers": mails, "waiting": 0}
    connection = await asyncpg.connect(postgres_url)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (found := dict(await connection.fetchrow(COUNTS))) != wanted:
                assert all(found[name] <= mails for name in wanted), found
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


COUNTS = """
SELECT count(DISTINCT c.id) AS conversations,
    count(*) FILTER (WHERE m.author = 'customer') AS questions,
    count(*) FILTER (WHERE m.author = 'agent' AND m.kind = 'text') AS answers,
    (SELECT count(*) FROM inbox WHERE state <> 'done') AS waiting
FROM conversations c JOIN messages m ON m.conversation_id = c.id WHERE c.channel = 'email'
"""
