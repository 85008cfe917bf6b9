"""The inbox worked off: requests of providers have their effect once, in the order their senders wrote.

A request is acknowledged to its provider when it is durable. Its effect comes after, here: at once on the node that
received it, on any other when that one died. Everything done for an entry can be done again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import structlog

from config.channel_accounts import STAFF_CHANNEL
from router.core.inbound import InboundMessage, Parsed
from router.engine import deliveries, departments, inbound
from router.engine.carriers import Carrier
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import patiently
from router.protocol.errors import UsherError
from router.store.postgres import inbox as stored

log = structlog.get_logger()

SETTLE_S = 0.1
"""How long a burst is gathered, so that what was sent first is written first though it arrived second."""
SETTLED_SHARE = 0.8
"""Of it, as the clocks of nodes are put right by some milliseconds now and then."""
SWEPT_EVERY_S = 1.0
LARGE_BYTES = 256 * 1024
"""Larger bodies, as of mails with files, are read in a thread and kept apart from what is committed together."""
AT_ONCE = 100
"""Entries worked off together; senders in them side by side, each sender's in order."""
SENDERS_AT_ONCE = 16
BEHIND_MS = 500
"""How long what must not overtake is left alone before it is looked at again."""


async def receive(
    centre: Centre, carrier: Carrier, dedupe_ids: Sequence[str], headers: Mapping[str, str], body: bytes
) -> bool:
    """Make a request durable; False when it came before. Raises StoreUnavailable, Overloaded: let it be sent again.

    dedupe_ids: the provider's ids of what is inside; none: its bytes say what it is. Its sender is who wrote the first
    message in it: providers put several together of one person, seldom of many.
    """
    received = stored.Received(
        account=carrier.account.key,
        sender=await _sender(carrier, body, headers),
        dedupe_id=_digest(dedupe_ids, body),
        headers=headers,
        body=body,
        at=centre.now(),
    )
    if len(body) <= LARGE_BYTES:
        fresh = await stored.receive(centre.writer, received)
    else:
        fresh = await stored.receive_large(centre.database, received)
    if fresh:
        centre.exchange.something_received.set()
    return fresh


async def _sender(carrier: Carrier, body: bytes, headers: Mapping[str, str]) -> str:
    """Who wrote it; "" for what we fail to read: it is kept all the same, and read again when it is worked off."""
    try:
        first = next(iter((await _read(carrier, body, headers)).messages), None)
    except Exception:
        log.exception("request not read when it came", account=carrier.account.key)
        return ""
    return inbound.keepable(first.place or first.sender) if first is not None else ""


async def _read(carrier: Carrier, body: bytes, headers: Mapping[str, str]) -> Parsed:
    """What is in a body; others of the node go on while a large one is read."""
    if len(body) <= LARGE_BYTES:
        return carrier.parse(body, headers)
    return await asyncio.to_thread(carrier.parse, body, headers)


def _digest(dedupe_ids: Sequence[str], body: bytes) -> str:
    digest = blake2b(digest_size=24)
    for part in [one.encode(errors="surrogatepass") for one in dedupe_ids] or [b"body", body]:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


async def run(centre: Centre) -> None:
    """Work off what this node receives and what others left, for ever."""

    async def once() -> None:
        if await woken(centre.exchange.something_received, SWEPT_EVERY_S):
            await asyncio.sleep(SETTLE_S)
        while await work_off(centre):
            pass

    await patiently("inbox", once)


async def work_off(centre: Centre) -> bool:
    """Work off entries whose time has come, AT_ONCE at most; whether there may be more."""
    now = centre.now()
    settled_at = now - round(SETTLE_S * SETTLED_SHARE * 1_000)
    async with stored.claimed(centre.database, now=now, settled_at=settled_at, limit=AT_ONCE) as claim:
        works = [await _parse(centre, entry) for entry in claim.entries]
        by_sender: dict[tuple[str, str], list[tuple[_Work, InboundMessage]]] = defaultdict(list)
        for work in works:
            for message in work.parsed.messages:
                by_sender[work.entry.account, message.place or message.sender].append((work, message))
        turns = asyncio.Semaphore(SENDERS_AT_ONCE)
        await asyncio.gather(*(_one_sender(centre, turns, _in_order(said)) for said in by_sender.values()))
        for work in works:  # after the messages: a receipt may be about an answer to one of them
            await _receipts(centre, work)
            await _end(centre, claim, work)
    return claim.more


@dataclass(slots=True)
class _Work:
    """An entry being worked off. trouble: why a part of it could not be done now. behind: a part of it was not tried,
    as what its sender wrote before could not be done."""

    entry: stored.Entry
    carrier: Carrier | None
    parsed: Parsed
    trouble: list[str] = field(default_factory=list)
    behind: bool = False
    unknown: list[str] = field(default_factory=list)
    """Addresses that are no accounts of ours; nothing to be tried again."""


async def _parse(centre: Centre, entry: stored.Entry) -> _Work:
    carrier = centre.carriers.get(entry.account)
    if carrier is None:  # another node may know it already, while accounts are changed
        unknown = Parsed(kind="error", error="there is no such account here")
        return _Work(entry, None, unknown, trouble=["unknown_account"])
    try:
        return _Work(entry, carrier, await _read(carrier, entry.body, entry.headers))
    except Exception as error:  # a mistake of ours: it must not take the other entries with it, nor be forgotten
        log.exception("request not parsed", account=entry.account, inbox_id=entry.id)
        return _Work(entry, carrier, Parsed(kind="error", error="not parsed"), trouble=[type(error).__name__])


def _in_order(said: list[tuple[_Work, InboundMessage]]) -> list[tuple[_Work, InboundMessage]]:
    """As their sender wrote them; those without a time where they stand."""
    if all(message.sent_at is not None for _, message in said):
        said.sort(key=lambda one: one[1].sent_at or 0)  # stable: equal times keep the order of arrival
    return said


async def _one_sender(centre: Centre, turns: asyncio.Semaphore, said: list[tuple[_Work, InboundMessage]]) -> None:
    async with turns:
        blocked = False
        for work, message in said:
            if blocked:  # it must not overtake what failed
                work.behind = True
            elif not await _message(centre, work, message):
                blocked = work.entry.attempts < stored.BLOCKING_FAILURES


async def _message(centre: Centre, work: _Work, message: InboundMessage) -> bool:
    """Carry out one message; False when it has to be tried again."""
    carrier = work.carrier and centre.carriers.addressed(work.carrier, message.account)
    if carrier is None:
        log.warning("message for an unknown account", account=work.entry.account, inbox_id=work.entry.id)
        work.unknown.append(message.account)
        return True
    try:
        if carrier.account.channel == STAFF_CHANNEL:
            await departments.heard(centre, carrier, message)
        elif message.mail is None or not await departments.heard_by_mail(centre, carrier, message):
            await inbound.take(centre, carrier, message, inbox_id=work.entry.id)
    except UsherError as error:
        work.trouble.append(error.code)
        return False
    except Exception as error:
        log.exception("inbound message failed", account=work.entry.account, inbox_id=work.entry.id)
        work.trouble.append(type(error).__name__)
        return False
    return True


async def _receipts(centre: Centre, work: _Work) -> None:
    for receipt in work.parsed.receipts:
        carrier = work.carrier and centre.carriers.addressed(work.carrier, receipt.account)
        account = work.entry.account if carrier is None else carrier.account.key
        try:
            known = await deliveries.receipt(centre, account, receipt)
        except UsherError as error:
            work.trouble.append(error.code)
            continue
        except Exception as error:
            log.exception("receipt failed", account=work.entry.account, inbox_id=work.entry.id)
            work.trouble.append(type(error).__name__)
            continue
        if not known:
            work.trouble.append("receipt_unknown")


async def _end(centre: Centre, claim: stored.Claim, work: _Work) -> None:
    entry, parsed = work.entry, work.parsed
    if parsed.kind == "error":
        log.warning("request not understood", account=entry.account, inbox_id=entry.id, reason=parsed.error)
    young = entry.attempts < deliveries.RECEIPT_TRIES
    if work.behind and not work.trouble:
        await claim.put_off(entry, until=centre.now() + BEHIND_MS)
        return
    if set(work.trouble) <= {"receipt_unknown"} and not (work.trouble and young):
        unknown = [f"unknown_account:{address}" for address in work.unknown]
        reason = parsed.error or " ".join([*work.trouble, *unknown])
        claim.done(entry, kind=parsed.kind, reason=reason)
        return
    away = set(work.trouble) <= {"unavailable", "receipt_unknown"}
    if not await claim.failed(entry, reason=" ".join(work.trouble), now=centre.now(), away=away):
        log.error("request given up", account=entry.account, inbox_id=entry.id, reason=work.trouble)
