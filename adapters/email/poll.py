"""Mails in by IMAP: fetched as they come (IDLE), each durable before it is marked seen."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog
from imapclient import SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from adapters.email.arrival import Arrival, CannotKeep, Deliver, dedupe_id
from adapters.email.oauth import AccessToken
from adapters.email.options import LIMITS, Server
from adapters.trust import of_mail_servers
from router.core.outbound import Refused, TryAgain

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST_FAILURES = 5
QUARANTINE = "Quarantine"
"""The folder mails are copied to that are left; the mail itself stays where it is, unseen."""
TROUBLES = ("login_refused", "certificate", "quota", "server_error", "unreachable", "not_kept")
"""certificate: of the server, or another fault of TLS. server_error: it says no. not_kept: mails come, we fail."""
CHUNK_S = 5.0
"""IDLE is waited for in pieces, so that stopping is noticed."""
SHORTEST_IDLE_S = 2.0
"""The first IDLE after a mail; each quiet one is followed by one twice as long. What comes between search and IDLE is
told by neither, and mails seldom come alone: so it waits for seconds, not for minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a folder was read. Holds for as long as the server keeps uid_validity (RFC 3501 §2.3.1.1)."""

    uid_validity: int
    last_uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Where positions are kept, by mailbox."""

    load: Callable[[str], Awaitable[Position | None]]
    keep: Callable[[str, Position], Awaitable[None]]


async def _unheard(*_: object) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Who is told how a mailbox is. well: it was looked into. trouble: it could not be; a word of TROUBLES. left: a
    mail stays in it that cannot be read or kept, at this place, and why.
    """

    well: Callable[[str], Awaitable[None]] = _unheard
    trouble: Callable[[str, str], Awaitable[None]] = _unheard
    left: Callable[[str, Position, str], Awaitable[None]] = _unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxOptions:
    """name: of the mailbox, for Arrival and positions. idle_s: how long one IDLE lasts at most; servers end it
    after 30 min, routers forget it sooner. every_s: how often servers without IDLE are asked. again_s: the first and
    the longest wait after trouble. token: instead of the server's password, an access token.
    """

    name: str
    server: Server
    token: AccessToken | None = None
    folder: str = "INBOX"
    idle_s: float = 300.0
    every_s: float = 30.0
    again_s: tuple[float, float] = (1.0, 300.0)


UNHEARD = Reports()


class WrongLogin(Exception):
    """The server knows no such user and password: a person has to look."""


class Poller:
    """Fetches the mails of one folder; other people and programs may read it too.

    Without a position, or after the server has numbered anew, what is unseen is new: what we kept we marked. A mail
    that was kept and not marked, as of a crash between, comes again, and its dedupe_id with it. All that blocks happens
    in a thread of the poller's own.
    """

    def __init__(
        self, options: MailboxOptions, *, deliver: Deliver, positions: Positions, reports: Reports = UNHEARD
    ) -> None:
        self._options = options
        self._deliver = deliver
        self._positions = positions
        self._reports = reports
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"imap {options.name}")
        self._failures: Counter[int] = Counter()

    async def run(self) -> None:
        """Fetch what is there and what comes, until cancelled. Trouble is logged and waited out."""
        shortest, longest = self._options.again_s
        wait_s = shortest
        try:
            while True:
                began = time.monotonic()
                try:
                    await self._session()
                except WrongLogin:
                    log.error("imap login refused", mailbox=self._options.name)
                    wait_s = longest
                    await self._reports.trouble(self._options.name, "login_refused")
                except (IMAPClientError, OSError, ValueError, TryAgain) as trouble:
                    log.warning("imap trouble", mailbox=self._options.name, error=type(trouble).__name__)
                    await self._reports.trouble(self._options.name, trouble_of(trouble))
                except Exception:
                    log.exception("mail not kept", mailbox=self._options.name)
                    await self._reports.trouble(self._options.name, "not_kept")
                if time.monotonic() - began > longest:
                    wait_s = shortest
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
                wait_s = min(longest, wait_s * 2)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def once(self) -> int:
        """Fetch what is there; how many mails were kept. Raises what goes wrong, WrongLogin among it."""
        client = await self._connected()
        try:
            return await self._fetch(client)
        finally:
            await self._do(_leave, client)

    async def _do(self, work: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _session(self) -> None:
        client = await self._connected()
        span_s = SHORTEST_IDLE_S
        try:
            while True:
                came = await self._fetch(client)
                await self._reports.well(self._options.name)
                span_s = SHORTEST_IDLE_S if came else min(self._options.idle_s, span_s * 2)
                await self._wait(client, span_s)
        finally:
            with suppress(Exception):
                client.shutdown()

    async def _connected(self) -> IMAPClient:
        give = self._options.token
        try:
            token = await give() if give is not None else ""
        except Refused as refused:
            raise WrongLogin from refused
        return await self._do(self._connect, token)

    def _connect(self, token: str) -> IMAPClient:
        server = self._options.server
        context = of_mail_servers(server.ca_file) if server.tls != "none" else None
        waits = SocketTimeout(connect=server.connect_s, read=server.answer_s)
        client = IMAPClient(server.host, server.port, ssl=server.tls == "tls", ssl_context=context, timeout=waits)
        try:
            if server.tls == "starttls":
                client.starttls(context)
            if token:
                client.oauth2_login(server.user, token)
            else:
                client.login(server.user, server.password)
        except LoginError as refused:
            _leave(client)
            raise WrongLogin from refused
        except BaseException:
            with suppress(Exception):
                client.shutdown()
            raise
        return client

    async def _fetch(self, client: IMAPClient) -> int:
        selected = await self._do(client.select_folder, self._options.folder)
        validity, next_uid = int(selected[b"UIDVALIDITY"]), int(selected.get(b"UIDNEXT", 1))
        position = await self._positions.load(self._options.name)
        if position is None or position.uid_validity != validity:
            return await self._fetch_unseen(client, validity, next_uid)
        last = position.last_uid
        found = await self._do(client.search, ["UID", f"{last + 1}:*"])
        # "n:*" always means the last mail too, though its number is lower (RFC 3501 §6.4.8)
        new = sorted(uid for uid in found if uid > last)
        kept = 0
        for uid in new:
            kept += await self._take(client, uid, validity)
            await self._positions.keep(self._options.name, Position(uid_validity=validity, last_uid=uid))
        return kept

    async def _fetch_unseen(self, client: IMAPClient, validity: int, next_uid: int) -> int:
        """The first time: a position is kept when all are, as mails others have seen lie between them."""
        unseen = sorted(await self._do(client.search, ["UNSEEN"]))
        kept = [await self._take(client, uid, validity) for uid in unseen]
        last = max(next_uid - 1, *unseen, 0)
        await self._positions.keep(self._options.name, Position(uid_validity=validity, last_uid=last))
        return sum(kept)

    async def _take(self, client: IMAPClient, uid: int, validity: int) -> bool:
        """One mail: its bytes, as many as are read; kept; marked. False: it is gone, or left where it is.

        A mail the server fails to give, or that cannot be kept, is left unseen after MOST_FAILURES: the rest must come.
        """
        part = f"BODY.PEEK[]<0.{LIMITS.mail_bytes + 1}>"
        try:
            answer = (await self._do(client.fetch, [uid], [part])).get(uid, {})
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            return await self._failed(client, Position(uid_validity=validity, last_uid=uid), "not_given", error)
        raw = next(
            (value for key, value in answer.items() if key.startswith(b"BODY[]") and isinstance(value, bytes)), b""
        )
        if not raw:
            return False
        try:
            await self._deliver(Arrival(mailbox=self._options.name, raw=raw, dedupe_id=dedupe_id(raw)))
        except CannotKeep as error:
            return await self._failed(client, Position(uid_validity=validity, last_uid=uid), "not_kept", error)
        await self._do(client.add_flags, [uid], [SEEN])
        return True

    async def _failed(self, client: IMAPClient, at: Position, reason: str, error: Exception) -> bool:
        """Try a mail again, or leave it: a copy lies in the folder QUARANTINE then, where the server allows that."""
        self._failures[at.last_uid] += 1
        if self._failures[at.last_uid] < MOST_FAILURES:
            raise error
        with suppress(IMAPClientError):
            await self._do(_copy, client, at.last_uid)
        await self._reports.left(self._options.name, at, reason)
        log.error("mail left in its mailbox", mailbox=self._options.name, uid=at.last_uid, reason=reason)
        return False

    async def _wait(self, client: IMAPClient, span_s: float) -> None:
        """Until something is said to have come, or it is time to look by ourselves."""
        if not client.has_capability("IDLE"):
            await asyncio.sleep(self._options.every_s)
            return
        await self._do(client.idle)
        until = time.monotonic() + span_s
        while (left := until - time.monotonic()) > 0:
            if await self._do(client.idle_check, min(CHUNK_S, left)):
                break
        await self._do(client.idle_done)


def trouble_of(error: Exception) -> str:
    """One of TROUBLES."""
    if isinstance(error, ssl.SSLError):
        return "certificate"
    if isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError):
        return "quota" if "QUOTA" in str(error).upper() else "server_error"
    return "unreachable"


def _copy(client: IMAPClient, uid: int) -> None:
    if not client.folder_exists(QUARANTINE):
        client.create_folder(QUARANTINE)
    client.copy([uid], QUARANTINE)


def _leave(client: IMAPClient) -> None:
    with suppress(Exception):
        client.logout()
