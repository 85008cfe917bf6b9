"""How it is with our mailboxes, for whoever runs the centre: in the doctor's audit, in the numbers, as an alert."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from router.core.words import Ms
from router.engine import alerts
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.store.postgres import mailboxes as stored

LOOKED_EVERY_S = 30.0
PATIENT_MS: Ms = 300_000
"""How long something may be wrong before people are told."""
QUIET_MS: Ms = 900_000
"""A mailbox is looked into at least every five minutes."""
WORDS = {
    "login_refused": "its server refuses our name and password",
    "certificate": "its server's certificate is not good",
    "quota": "its server says that it is full",
    "server_error": "its server refuses what it is asked",
    "unreachable": "its server cannot be reached",
    "not_kept": "its mails cannot be kept",
}


class MailboxNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """fetched_by: the node that does; "": none, or mails come by SMTP only. well_s: since it was looked into last.

    trouble: login_refused, certificate, quota, server_error, unreachable, not_kept, or "". left: mails that stay in it
    unread. waiting, given_up: mails to work off, and that could not be. to_send: answers that wait for another try.
    """

    account: str
    fetched_by: str
    well_s: int | None
    trouble: str
    trouble_s: int | None
    left: int
    waiting: int
    given_up: int
    to_send: int


async def numbers(centre: Centre) -> list[MailboxNumbers]:
    """Of all our e-mail accounts, as they are now."""
    now = centre.now()
    return [
        MailboxNumbers(
            account=each.account,
            fetched_by=each.held_by,
            well_s=_since_s(each.well_at, now),
            trouble=each.trouble,
            trouble_s=_since_s(each.trouble_at, now),
            left=each.left,
            waiting=each.waiting,
            given_up=each.given_up,
            to_send=each.to_send,
        )
        for each in await stored.standings(centre.database, _accounts(centre))
    ]


async def problems(centre: Centre) -> list[tuple[str, str]]:
    """Account and what is wrong with it, each as a sentence."""
    fetched = frozenset(_accounts(centre, fetched=True))
    standings = await stored.standings(centre.database, _accounts(centre))
    return [
        (each.account, sentence)
        for each in standings
        for sentence in _wrong(each, centre.now(), fetched=each.account in fetched)
    ]


def _wrong(each: stored.Standing, now: Ms, *, fetched: bool) -> Iterator[str]:
    if each.trouble and each.trouble_at is not None:
        if now - each.trouble_at >= PATIENT_MS:
            yield f"{WORDS[each.trouble]}, for {_minutes(now - each.trouble_at)} min"
    elif fetched and each.well_at is None:
        yield "it was never looked into"
    elif fetched and each.well_at is not None and now - each.well_at >= QUIET_MS:
        yield f"nobody has looked into it for {_minutes(now - each.well_at)} min"
    if each.left:
        yield f"{each.left} mails are left in it: they could not be read or kept"
    if each.given_up:
        yield f"{each.given_up} of its mails could not be worked off"


async def run(centre: Centre) -> None:
    """Tell supervisors what is wrong with mailboxes, for ever."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        await alert(centre)

    await patiently("mailbox alerts", once)


async def alert(centre: Centre) -> None:
    """Tell supervisors once in a while."""
    wanted = centre.departments.alerts
    if wanted is None:
        return
    again = centre.now() // (wanted.again_s * 1_000)
    for number, (account, sentence) in enumerate(await problems(centre)):
        key = f"mailbox:{account}:{number}:{again}"
        await alerts.tell_supervisors(centre, key, f"Mailbox {account}: {sentence}.")


def _accounts(centre: Centre, *, fetched: bool = False) -> list[str]:
    """Keys of our e-mail accounts. fetched: of those that are fetched from."""
    return [
        box.account.key
        for box in centre.carriers
        if box.account.channel == "email" and (not fetched or box.account.option("imap_host"))
    ]


def _since_s(at: Ms | None, now: Ms) -> int | None:
    return None if at is None else max(0, now - at) // 1_000


def _minutes(ms: Ms) -> int:
    return ms // 60_000
