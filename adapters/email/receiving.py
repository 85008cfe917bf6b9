"""Mails come in: fetched by one node for each mailbox, taken by all that listen. Each is kept before anything else.

A node that fetches says so again and again; when it dies, another takes over once HELD_S are over. Should two fetch at
once after all, each mail still counts once, by its `dedupe_id`.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from adapters.email.account import addresses, mailbox
from adapters.email.arrival import Arrival, CannotKeep
from adapters.email.listener import ListenerOptions, listening
from adapters.email.mailbox import Mailbox
from adapters.email.poll import MailboxOptions, Poller, Position, Positions, Reports
from router.engine import inbox
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.protocol.errors import UsherError
from router.store.postgres import mailboxes as stored

log = structlog.get_logger()

HELD_S, HELD_AGAIN_S = 10.0, 2.5
LARGE_AT_ONCE = 2
"""Mails that are kept at the same time by a node: each may be some tens of megabytes."""
LISTEN_AGAIN_S = 10.0
TAKEN_BYTES = 36 * 1024 * 1024
"""The largest mail taken by SMTP: the largest file there may be (25 MiB), encoded, and a letter beside it."""


async def run(centre: Centre, boxes: Sequence[Mailbox]) -> None:
    """Fetch and take the mails of all mailboxes, for ever."""
    turns = asyncio.Semaphore(LARGE_AT_ONCE)
    async with asyncio.TaskGroup() as tasks:
        for box in boxes:
            if mailbox(box.account) is not None:
                tasks.create_task(_fetch(centre, box, turns), name=f"mailbox {box.account.key}")
        if boxes and centre.settings.smtp_listen:
            tasks.create_task(_listen(centre, boxes, turns), name="smtp listener")


async def deliver(centre: Centre, box: Mailbox, arrival: Arrival, turns: asyncio.Semaphore) -> None:
    """Keep a mail; raises UsherError when it cannot be kept now, CannotKeep when it never will be."""
    headers = {"return-path": arrival.sender} if arrival.recipients else {}
    async with turns:
        try:
            await inbox.receive(centre, box, (arrival.dedupe_id,), headers, arrival.raw)
        except UsherError:
            raise
        except Exception as error:
            raise CannotKeep(type(error).__name__) from error


# ---------------------------------------------------------------- fetched


async def _fetch(centre: Centre, box: Mailbox, turns: asyncio.Semaphore) -> None:
    """Fetch while the mailbox is this node's."""
    key = box.account.key

    async def once() -> None:
        if await _held(centre, key):
            log.info("mailbox is fetched here", account=key)
            await _while_held(centre, box, turns)
            log.info("mailbox is fetched here no more", account=key)
        await asyncio.sleep(HELD_AGAIN_S * random.uniform(0.8, 1.2))

    try:
        await patiently("mailbox", once)
    finally:
        with suppress(UsherError):
            await stored.leave(centre.database, key, centre.node)


async def _while_held(centre: Centre, box: Mailbox, turns: asyncio.Semaphore) -> None:
    fetching = asyncio.create_task(_poller(centre, box, turns).run(), name=f"fetch {box.account.key}")
    try:
        while await _held(centre, box.account.key):
            await asyncio.wait([fetching], timeout=HELD_AGAIN_S)
    finally:
        fetching.cancel()
        with suppress(asyncio.CancelledError):
            await fetching


async def _held(centre: Centre, key: str) -> bool:
    """Whether it is ours for another HELD_S; while PostgreSQL is away nothing can be kept, so it is not."""
    try:
        return await stored.hold(centre.database, key, centre.node, for_s=HELD_S)
    except UsherError as error:
        log.info("waiting for a store", task="mailbox", reason=str(error))
        return False


def _poller(centre: Centre, box: Mailbox, turns: asyncio.Semaphore) -> Poller:
    server = mailbox(box.account)
    assert server is not None

    async def load(name: str) -> Position | None:
        read = await stored.read_to(centre.database, name)
        return None if read is None else Position(uid_validity=read.uid_validity, last_uid=read.last_uid)

    async def keep(name: str, at: Position) -> None:
        read = stored.Read(uid_validity=at.uid_validity, last_uid=at.last_uid)
        await stored.note_read(centre.database, name, read)

    async def kept(arrival: Arrival) -> None:
        await deliver(centre, box, arrival, turns)

    async def well(name: str) -> None:
        with suppress(UsherError):
            await stored.note_well(centre.database, name, now=centre.now())

    async def trouble(name: str, word: str) -> None:
        with suppress(UsherError):
            await stored.note_trouble(centre.database, name, word, now=centre.now())

    async def left(name: str, at: Position, reason: str) -> None:
        read = stored.Read(uid_validity=at.uid_validity, last_uid=at.last_uid)
        await stored.note_left(centre.database, name, read, reason, now=centre.now())

    options = MailboxOptions(
        name=box.account.key, server=server, token=box.token, folder=box.account.option("folder", "INBOX")
    )
    return Poller(
        options,
        deliver=kept,
        positions=Positions(load=load, keep=keep),
        reports=Reports(well=well, trouble=trouble, left=left),
    )


# ---------------------------------------------------------------- taken


async def _listen(centre: Centre, boxes: Sequence[Mailbox], turns: asyncio.Semaphore) -> None:
    settings = centre.settings
    by_key = {box.account.key: box for box in boxes}
    ours = {address: box.account.key for box in reversed(boxes) for address in addresses(box.account)}

    async def kept(arrival: Arrival) -> None:
        await deliver(centre, by_key[arrival.mailbox], arrival, turns)

    host, _, port = settings.smtp_listen.rpartition(":")
    options = ListenerOptions(
        host=host.strip("[]"),
        port=int(port),
        hostname=settings.smtp_hostname or "localhost",
        mail_bytes=TAKEN_BYTES,
    )
    while True:
        try:
            async with listening(
                options, mailbox_of=lambda address: _mailbox_of(ours, address), deliver=kept, tls=_certificate(centre)
            ):
                await asyncio.Event().wait()
        except OSError as error:
            log.error("smtp does not listen", host=host, port=port, reason=error.strerror or type(error).__name__)
        await asyncio.sleep(LISTEN_AGAIN_S)


def _mailbox_of(ours: Mapping[str, str], address: str) -> str:
    """The mailbox of an address, whatever stands behind a plus in it (RFC 5233); "" when it is none of ours."""
    name, _, domain = address.lower().rpartition("@")
    return ours.get(f"{name}@{domain}") or ours.get(f"{name.partition('+')[0]}@{domain}", "")


def _certificate(centre: Centre) -> ssl.SSLContext | None:
    if centre.settings.smtp_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(centre.settings.smtp_certificate)
    return context
