"""Trouble with a mailbox is seen: in the numbers, by the doctor, as an alert; and a mistake of ours loses no mail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.email import mailbox
from config.departments import Alerts, Departments
from config.secret import Secret
from config.settings import Settings
from router import app
from router.cli.serving import plan_of
from router.core.compiler import settings_of
from router.core.words import Ms
from router.engine import audit, inbox, mailbox_health, rebuild
from router.engine.centre import Centre
from router.store.postgres import mailboxes
from router.store.postgres.mailboxes import Read
from tests.adapters.email.mails import raw
from tests.mail.conftest import account
from tests.patience import comes_to_be

MINUTE: Ms = 60_000
FETCHED, TAKEN = "mail-1", "mail-2"


@pytest.fixture
async def centre(valkey_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Centre]:
    """A centre at rest, with a mailbox that is fetched from and one that takes mails by SMTP."""
    monkeypatch.setattr(audit, "AGAIN_S", 0.01)
    settings = Settings(redis_url=Secret(valkey_url), postgres_url=Secret(postgres_url), demo=True)
    plan, _ = plan_of(settings, 0)
    boxes = [account(1, 25, imap_host="imap.example"), account(2, 25)]
    alerts = Departments(alerts=Alerts(account="slack", place="C0ALERTS"))
    plan = replace(plan, channels={each.key: each for each in boxes}, departments=alerts, bots={})
    async with app.centre(plan) as (made, _):
        await rebuild.ensure(made)
        await made.store.configure(settings_of(plan.policy))
        yield made


async def looked_into(centre: Centre, minutes_ago: int) -> None:
    await mailboxes.hold(centre.database, FETCHED, "node-1", for_s=60)
    await mailboxes.note_well(centre.database, FETCHED, now=centre.now() - minutes_ago * MINUTE)


async def alerts(centre: Centre) -> list[str]:
    await mailbox_health.alert(centre)
    return [row["text"] for row in await centre.database.fetch("SELECT text FROM posts ORDER BY id")]


async def test_a_mailbox_that_is_well_is_nobodys_concern(centre: Centre) -> None:
    assert await mailbox_health.problems(centre) == [(FETCHED, "it was never looked into")]
    await looked_into(centre, 14)
    assert await mailbox_health.problems(centre) == []
    assert await alerts(centre) == []
    fetched, taken = await mailbox_health.numbers(centre)
    assert (fetched.account, fetched.fetched_by, fetched.trouble, fetched.left) == (FETCHED, "node-1", "", 0)
    assert fetched.well_s in range(14 * 60, 15 * 60)
    assert (taken.account, taken.fetched_by, taken.well_s) == (TAKEN, "", None)


async def test_what_is_wrong_for_some_minutes_is_told_by_the_doctor_and_to_supervisors(centre: Centre) -> None:
    await looked_into(centre, 20)
    for minutes_ago in (7, 2):
        at = centre.now() - minutes_ago * MINUTE
        await mailboxes.note_trouble(centre.database, FETCHED, "login_refused", now=at)
    told = f"Mailbox {FETCHED}: its server refuses our name and password, for 7 min."
    assert [await alerts(centre), await alerts(centre)] == [[told], [told]]
    (check,) = [each for each in await audit.checks(centre, repair=False) if each.name == "mailboxes are well"]
    assert not check.ok
    assert "refuses our name" in check.detail
    (fetched, _) = await mailbox_health.numbers(centre)
    assert (fetched.trouble, fetched.trouble_s is not None) == ("login_refused", True)
    await mailboxes.note_well(centre.database, FETCHED, now=centre.now())
    assert await mailbox_health.problems(centre) == []


async def test_a_mailbox_nobody_looks_into_is_told_of_and_so_is_mail_that_is_left(centre: Centre) -> None:
    await looked_into(centre, 16)
    left = Read(uid_validity=1, last_uid=7)
    for _ in range(2):
        await mailboxes.note_left(centre.database, FETCHED, left, "not_kept", now=centre.now())
    assert await mailbox_health.problems(centre) == [
        (FETCHED, "nobody has looked into it for 16 min"),
        (FETCHED, "1 mails are left in it: they could not be read or kept"),
    ]
    await looked_into(centre, 0)
    repaired = {each.name: each.ok for each in await audit.checks(centre, repair=True)}
    assert repaired["mailboxes are well"]


async def test_a_mail_we_fail_to_read_is_kept_and_read_once_that_is_mended(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(_: bytes) -> Any:
        raise RecursionError("a mistake of ours")

    async def worked_off() -> str:
        await inbox.work_off(centre)
        state: str = await centre.database.fetch_value("SELECT state || ' ' || reason FROM inbox")
        return state

    carrier = centre.carriers.get(TAKEN)
    assert carrier is not None
    with monkeypatch.context() as broken:
        broken.setattr(mailbox, "parse", mistaken)
        assert await inbox.receive(centre, carrier, ("one",), {}, raw("Where is my lamp?\n"))
        assert not await inbox.receive(centre, carrier, ("one",), {}, raw("Where is my lamp?\n"))
        await comes_to_be(worked_off, "waiting RecursionError")  # what came just now is left alone for a moment
    await centre.database.execute("UPDATE inbox SET next_at = 0")
    assert await worked_off() == "done "
    said = await centre.database.fetch(
        "SELECT text FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.account = $1", TAKEN
    )
    assert [row["text"] for row in said] == ["Where is my lamp?"]
