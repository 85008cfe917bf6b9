"""What is old goes, kind by kind, and nothing younger; what belongs to a case goes with it."""

from __future__ import annotations

import pytest

from router.core.retention import DAY_MS, Kind, Retention
from router.store.postgres import conversations, retention, traces
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer
from tests.postgres.conftest import CUSTOMER, a_start

NOW = 1_000 * DAY_MS
CUTOFF, OLD, YOUNG = NOW - 30 * DAY_MS, NOW - 31 * DAY_MS, NOW - 29 * DAY_MS


async def talked(database: Database, writer: Writer, *, closed_at: int | None) -> str:
    begun = await conversations.start(writer, a_start(attributes={"rule": "r", "details": {"a": "b"}}))
    assert isinstance(begun, conversations.Started)
    await database.execute(
        "UPDATE conversations SET state = $2, closed_at = $3, started_at = coalesce($3, started_at) WHERE id = $1",
        *(begun.conversation_id, "open" if closed_at is None else "closed", closed_at),
    )
    return begun.conversation_id


async def a_case(database: Database, number: int, *, closed_at: int | None, of: str) -> str:
    """Of a conversation with the customer."""
    case_id, own = f"case_{number}", f"con_of_case_{number}"
    await database.execute(
        """
        INSERT INTO conversations (id, channel, account, customer_id, start_id, subject, language, department, page_url,
            attributes, state, started_at, closed_at, last_n)
        VALUES ($1, 'case', '', $2, $1, 'The lamp', 'en', '', '', '{}', 'closed', 1, 1, 0)
        """,
        *(own, CUSTOMER),
    )
    await database.execute(
        """
        INSERT INTO cases (id, start_id, conversation_id, customer_id, subject, case_type, priority, status, owner_id,
            queue, channel, account, language, folder, labels, created_by, created_at, updated_at, status_since,
            closed_at, plan, requirements)
        VALUES ($1, $1, $2, $3, 'The lamp', '', 'normal', $4, '', '', 'email', '', 'en', '', '{fragile}', '', 1, 1, 1,
            $5, '', '{}')
        """,
        *(case_id, own, CUSTOMER, "new" if closed_at is None else "closed", closed_at),
    )
    await database.execute("INSERT INTO case_conversations VALUES ($1, $2, 0, 1)", of, case_id)
    return case_id


async def due(database: Database, kind: Kind) -> list[str]:
    return [each async for ids in retention.due(database, kind, before=CUTOFF) for each in ids]


async def words(database: Database, conversation_id: str) -> str:
    text: str = await database.fetch_value("SELECT text FROM messages WHERE conversation_id = $1", conversation_id)
    return text


async def test_closed_conversations_of_no_case_go_when_they_are_old(database: Database, writer: Writer) -> None:
    old = await talked(database, writer, closed_at=OLD)
    young = await talked(database, writer, closed_at=YOUNG)
    await talked(database, writer, closed_at=None)
    of_a_case = await talked(database, writer, closed_at=OLD)
    await a_case(database, 1, closed_at=None, of=of_a_case)
    assert await due(database, "conversations") == [old]
    await traces.take_out_of_conversations(database, [old], at=NOW)
    assert await due(database, "conversations") == []
    assert [await words(database, each) for each in (old, young, of_a_case)] == ["", "Hello", "Hello"]
    kept = await database.fetch_value("SELECT attributes FROM conversations WHERE id = $1", old)
    assert kept == {"rule": "r", "forgotten_at": NOW}


async def test_a_case_goes_with_all_its_conversations_once_they_are_over(database: Database, writer: Writer) -> None:
    over, goes_on, lately = [await talked(database, writer, closed_at=at) for at in (OLD, None, YOUNG)]
    old = await a_case(database, 1, closed_at=OLD, of=over)
    for number, of in ((2, goes_on), (3, lately)):
        await a_case(database, number, closed_at=OLD, of=of)
    await a_case(database, 4, closed_at=None, of=await talked(database, writer, closed_at=OLD))
    assert await due(database, "cases") == [old]
    await retention.cases(database, [old], at=NOW)
    assert await due(database, "cases") == []
    assert await words(database, over) == ""
    row = await database.fetch_row("SELECT subject, labels, status FROM cases WHERE id = $1", old)
    assert row is not None
    assert tuple(row) == ("", [], "closed")


async def test_customers_go_who_had_no_contact_for_so_long(database: Database, writer: Writer) -> None:
    for name, created_at in (("cus_old", OLD), ("cus_young", YOUNG), ("cus_merged", OLD)):
        await database.execute(
            "INSERT INTO customers (id, name, email, language, attributes, created_at)"
            " VALUES ($1, '', '', '', '{}', $2)",
            *(name, created_at),
        )
    await talked(database, writer, closed_at=YOUNG)  # of the customer there is
    assert await due(database, "customers") == ["cus_merged", "cus_old"]
    await database.execute("UPDATE customers SET merged_into = $1, head_id = $1 WHERE id = 'cus_merged'", CUSTOMER)
    assert await due(database, "customers") == ["cus_old"]
    assert await retention.one_with(database, [CUSTOMER]) == [CUSTOMER, "cus_merged"]
    of_another = await talked(database, writer, closed_at=YOUNG)
    await database.execute("INSERT INTO guests VALUES ($1, 'cus_old')", of_another)  # wrote there, lately
    assert await due(database, "customers") == []


@pytest.mark.parametrize("kind", ["mails", "bot", "audit", "requests"])
async def test_other_rows_go_by_their_age(database: Database, writer: Writer, kind: Kind) -> None:
    conversation_id = await talked(database, writer, closed_at=YOUNG)
    for number, at in enumerate((OLD, YOUNG)):
        await _one_of_each(database, conversation_id, number, at)
    assert await retention.count_due(database, kind, before=CUTOFF) == {"bot": 3, "requests": 2}.get(kind, 1)
    assert await retention.forget_rows(database, kind, before=CUTOFF) >= 1
    assert await retention.count_due(database, kind, before=CUTOFF) == 0
    assert await retention.count_due(database, kind, before=NOW) > 0


async def test_a_mail_that_was_attached_to_another_stays_when_originals_go(database: Database, writer: Writer) -> None:
    conversation_id = await talked(database, writer, closed_at=YOUNG)
    for name, source in (("original", {}), ("attached", {"url": "", "provider_id": ""})):
        await database.execute(
            """
            INSERT INTO files (id, conversation_id, owner, account, name, claimed_type, media_type, state, source,
                next_at, created_at)
            VALUES ($1, $2, '', '', '', 'message/rfc822', 'message/rfc822', 'stored', $3, 0, $4)
            """,
            *(name, conversation_id, source, OLD),
        )
    assert await retention.forget_rows(database, "mails", before=CUTOFF) == 1
    assert await database.fetch_value("SELECT array_agg(id) FROM files") == ["attached"]


async def _one_of_each(database: Database, conversation_id: str, number: int, at: int) -> None:
    await database.execute(
        """
        INSERT INTO files (id, conversation_id, owner, account, name, claimed_type, media_type, state, source, next_at,
            created_at) VALUES ($1, $2, '', '', '', 'message/rfc822', '', 'stored', '{}', 0, $3)
        """,
        *(f"file_{number}", conversation_id, at),
    )
    await database.execute(
        "INSERT INTO audit (at, actor_id, action, subject, detail) VALUES ($1, '', '', '', '{}')", at
    )
    await database.execute(
        "INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, next_at, state)"
        " VALUES ('', '', $1, '{}', '', $2, 0, 'done')",
        *(str(number), at),
    )
    await database.execute(
        "INSERT INTO posts (key, account, place, kind, text, state, next_at)"
        " VALUES ($1, '', '', 'alert', '', 'sent', $2)",
        *(str(number), at),
    )
    await database.execute(
        "INSERT INTO bot_turns VALUES ($1, $2, $3, 'en', 'answer', '', 1, '')", *(conversation_id, number, at)
    )
    for stage, ended_at in (("ended", at), ("talking", None)):  # the other was closed by its customer
        await database.execute(
            "INSERT INTO conversations (id, channel, account, customer_id, start_id, subject, language, department,"
            " page_url, attributes, state, started_at, closed_at, last_n)"
            " SELECT $2, channel, account, customer_id, $2, '', 'en', '', '', '{}', 'closed', 1, $3, 0"
            " FROM conversations WHERE id = $1",
            *(conversation_id, f"con_{stage}_{number}", at),
        )
        await database.execute(
            "INSERT INTO bot_talks (conversation_id, account, bot, stage, heard_n, body, claimed_until, attempts,"
            " due_at, started_at, ended_at) VALUES ($1, '', 'fern', $2, 1, '{}', 0, 0, 0, 0, $3)",
            *(f"con_{stage}_{number}", stage, ended_at),
        )


async def test_turns_to_forget_are_one_callers(database: Database) -> None:
    turns = [await retention.take_turn(database, "audit", now=now, every_ms=100) for now in (0, 1, 99, 100)]
    assert turns == [True, False, False, True]
    assert await retention.take_turn(database, "bot", now=1, every_ms=100)


def test_what_has_no_period_stays_for_ever() -> None:
    kept = Retention(days={"audit": 2})
    assert kept.before("audit", NOW) == NOW - 2 * DAY_MS
    assert kept.before("cases", NOW) is None
    assert Retention().before("requests", NOW) == NOW - 14 * DAY_MS
