"""Erasing takes a bounded number of rows at a time, and one who cannot be erased keeps nobody else waiting."""

from __future__ import annotations

from router.store.postgres import briefs, conversations, erasures, traces
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer
from tests.postgres.conftest import CUSTOMER, a_start

MESSAGES = 20_000
WORDS_LEFT = "SELECT count(*) FROM messages WHERE text <> '' OR author_name <> '' OR extra IS NOT NULL"


async def test_a_customer_of_many_messages_is_erased_a_few_at_a_time(database: Database, writer: Writer) -> None:
    begun = await conversations.start(writer, a_start())
    assert isinstance(begun, conversations.Started)
    await database.execute(
        """
        INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at)
        SELECT $1, n, 'text', 'customer', $2, 'Anna', 'Word ' || n, 'c' || n, n FROM generate_series(2, $3) AS n
        """,
        *(begun.conversation_id, CUSTOMER, MESSAGES),
    )
    await database.execute("CREATE TABLE taken (rows bigint NOT NULL)")
    await database.execute(
        """
        CREATE FUNCTION count_taken() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO taken SELECT count(*) FROM fresh; RETURN NULL; END $$
        """
    )
    await database.execute(
        """
        CREATE TRIGGER counts AFTER UPDATE ON messages REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION count_taken()
        """
    )
    await erasures.ask(database, [CUSTOMER], by="sue", at=1)
    claimed = await erasures.claim(database, now=2)
    assert claimed == erasures.Erasure(customer_id=CUSTOMER, attempts=1)
    assert await erasures.claim(database, now=2) is None
    async for _ in erasures.carry_out(database, CUSTOMER, now=2):
        pass
    assert await erasures.finished(database, CUSTOMER, at=3)
    taken = [row["rows"] for row in await database.fetch("SELECT rows FROM taken")]
    assert (sum(taken), max(taken)) == (MESSAGES, traces.Trace("").most)
    assert await database.fetch_value(WORDS_LEFT) == 0
    assert await erasures.standing(database, [CUSTOMER]) == ""


async def test_erasing_again_after_a_crash_changes_nothing_and_ends(database: Database, writer: Writer) -> None:
    await conversations.start(writer, a_start())
    await erasures.ask(database, [CUSTOMER], by="sue", at=1)
    for now in (2, 3):
        async for _ in erasures.carry_out(database, CUSTOMER, now=now):
            pass
    assert await erasures.standing(database, [CUSTOMER]) == "under_way"
    assert await erasures.finished(database, CUSTOMER, at=4)


async def test_what_waits_is_claimed_again_when_its_node_is_dead_or_its_time_has_come(database: Database) -> None:
    await erasures.ask(database, [CUSTOMER], by="sue", at=1_000)
    assert await erasures.claim(database, now=999) is None
    assert await erasures.claim(database, now=1_000) is not None
    dead = 1_000 + erasures.CLAIMED_MS
    assert await erasures.claim(database, now=dead - 1) is None
    second = await erasures.claim(database, now=dead)
    assert second is not None
    assert second.attempts == 2
    await erasures.not_yet(database, CUSTOMER, reason="TimeoutError", again_at=dead + 5_000)
    assert await erasures.claim(database, now=dead + 4_999) is None
    await erasures.not_yet(database, CUSTOMER, reason="call_under_way", again_at=0, failed=False)
    third = await erasures.claim(database, now=dead)
    assert third is not None
    assert third.attempts == 2


async def test_what_was_said_in_a_conversation_that_was_open_goes_once_it_is_over(
    database: Database, writer: Writer
) -> None:
    begun = await conversations.start(writer, a_start())
    assert isinstance(begun, conversations.Started)
    await erasures.ask(database, [CUSTOMER], by="sue", at=10)
    assert await erasures.finished(database, CUSTOMER, at=20)
    assert await erasures.ask_again(database, now=30) == 0
    await database.execute("UPDATE conversations SET state = 'closed', closed_at = 25")
    assert await erasures.ask_again(database, now=30) == 1
    assert await erasures.standing(database, [CUSTOMER]) == "under_way"
    assert await erasures.finished(database, CUSTOMER, at=30)
    assert await erasures.ask_again(database, now=40) == 0


def test_an_event_without_its_brief_is_otherwise_the_same() -> None:
    packed = b"\x83\xa4type\xadoffer.created\xa4item\xa5brief\xa5brief\xc4\x03\x00\xff\x01"
    assert briefs.without(packed) == b"\x82\xa4type\xadoffer.created\xa4item\xa5brief"
