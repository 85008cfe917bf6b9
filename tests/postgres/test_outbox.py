"""What became of messages on their way out: by whoever has them now, and of all their parts."""

from __future__ import annotations

import pytest

from router.core.words import ConversationId
from router.store.postgres import conversations, notices, outbox, steps
from router.store.postgres.database import Database
from router.store.postgres.outbox import Changed, Delivery, Outgoing
from router.store.postgres.writer import Writer
from tests.postgres.conftest import a_start

NOW = 1_000_000
LAPSED = NOW + outbox.CLAIMED_MS
ACCOUNT = "main"


@pytest.fixture
async def waiting(writer: Writer, database: Database) -> ConversationId:
    """A conversation whose first message is to go out."""
    new = a_start()
    await conversations.start(writer, new)
    await database.execute(
        """
        INSERT INTO outbox (conversation_id, n, account, recipient, content, next_at, created_at)
        VALUES ($1, 1, $2, 'somebody', '{}', 0, 0)
        """,
        *(new.id, ACCOUNT),
    )
    return new.id


async def claimed(database: Database, now: int) -> Outgoing:
    (one,) = await outbox.claim(database, now=now, limit=1)
    return one


async def test_who_comes_too_late_takes_a_message_from_nobody_who_sends_it_meanwhile(
    database: Database, waiting: ConversationId
) -> None:
    late, now = await claimed(database, NOW), await claimed(database, LAPSED)
    assert (late.attempts, now.attempts) == (1, 2)
    assert await outbox.again(database, late, at=NOW, code="http_503", reason="busy") is None
    assert await outbox.park(database, late, now=NOW, code="blocked", reason="no") is None
    assert await outbox.claim(database, now=LAPSED, limit=1) == []
    sent = Changed(conversation_id=waiting, n=1, delivery="sent")
    assert await outbox.sent(database, now, ["wamid.1"], now=LAPSED) == sent


@pytest.mark.parametrize(
    ("parts", "receipts", "known"),
    [
        (1, ("delivered", "failed"), "delivered"),
        (1, ("failed", "delivered"), "delivered"),
        (2, ("delivered", "failed"), "failed"),
        (2, ("failed", "delivered", "read"), "failed"),
        (2, ("delivered", "read"), "read"),
    ],
)
async def test_a_part_that_failed_is_not_hidden_by_another_that_arrived(
    database: Database, waiting: ConversationId, parts: int, receipts: tuple[Delivery, ...], known: Delivery
) -> None:
    ids = [f"wamid.{part}" for part in range(parts)]
    await outbox.sent(database, await claimed(database, NOW), ids, now=NOW)
    for number, state in enumerate(receipts):
        await outbox.receipt(database, ACCOUNT, ids[number % parts], state, code="", reason="")
    assert await database.fetch_value("SELECT state FROM outbox WHERE conversation_id = $1", waiting) == known


async def test_what_another_has_posted_meanwhile_is_not_posted_again(database: Database) -> None:
    post = steps.Post(key="alert:1", step_id=None, account=ACCOUNT, place="C1", kind="alert", text="Look!")
    await steps.post(database, post, now=NOW)
    (due,) = await steps.claim(database, now=NOW, limit=1)
    await steps.posted(database, due.post, "1.2")
    await steps.not_posted(database, due.post, reason="time-out", again_at=NOW)
    assert await steps.claim(database, now=LAPSED, limit=1) == []


async def test_what_another_has_told_of_meanwhile_is_not_told_again(database: Database) -> None:
    async with database.transaction() as connection:
        await notices.keep_in(connection, [notices.Notice(key="k", receiver="r", body="{}")], NOW)
    (due,) = await notices.claim(database, now=NOW, limit=1)
    await notices.sent(database, due.notice.key)
    await notices.not_sent(database, due.notice.key, reason="time-out", again_at=NOW)
    assert await notices.claim(database, now=LAPSED, limit=1) == []
