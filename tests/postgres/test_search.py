"""The index follows what is written, whatever happens between; what is erased is found no more."""

from __future__ import annotations

import contextlib

import pytest

from router.core import query_words
from router.core.words import CustomerId
from router.store.postgres import conversations, erasures, files, messages, search, search_index
from router.store.postgres.database import Database
from router.store.postgres.search import Hit
from router.store.postgres.writer import Writer
from tests.postgres.conftest import CUSTOMER, a_draft, a_start


async def filled(database: Database) -> None:
    while await search_index.fill(database):
        pass


async def found(database: Database, query: str, kinds: tuple[str, ...] = ()) -> list[Hit]:
    asked = query_words.wanted(query)
    stems = await search.stems(database, asked.words)
    if kinds:
        return await search.others(database, asked, stems, kinds, limit=20)
    return await search.messages(database, asked, stems, limit=20)


@pytest.mark.parametrize(
    ("language", "text", "query"),
    [
        ("en", "The parcels were broken", "parcel "),
        ("de", "Die Häuser sind alt", "haus "),
        ("ru", "Мои посылки потерялись", "посылка "),
        ("el", "Οι παραγγελίες μου", "παραγγελία "),
        ("pl", "Zgubiona paczka", "zgubiona pacz"),
    ],
)
async def test_messages_are_found_by_other_forms_of_their_words(
    database: Database, writer: Writer, language: str, text: str, query: str
) -> None:
    new = a_start(language=language, text=text)
    await conversations.start(writer, new)
    await filled(database)
    assert [hit.id for hit in await found(database, query)] == [new.id]


async def test_a_changed_message_is_found_by_its_new_words_only(database: Database, writer: Writer) -> None:
    new = a_start(text="azure")
    await conversations.start(writer, new)
    await filled(database)
    await messages.amend(database, new.id, CUSTOMER, new.start_id, text="crimson", why="edited_at", at=5)
    await filled(database)
    assert await found(database, "azure ") == []
    assert [hit.id for hit in await found(database, "crimson ")] == [new.id]


async def test_a_batch_that_was_not_committed_is_taken_again(database: Database, writer: Writer) -> None:
    new = a_start(text="vermilion")
    await conversations.start(writer, new)
    with contextlib.suppress(ZeroDivisionError):
        async with database.transaction() as connection:
            await connection.execute("DELETE FROM search_queue")
            raise ZeroDivisionError
    await filled(database)
    assert [hit.id for hit in await found(database, "vermilion ")] == [new.id]


async def test_the_newest_come_first_and_a_conversation_once(database: Database, writer: Writer) -> None:
    one, other = a_start(text="ochre", at=1_000), a_start(text="ochre", at=2_000)
    for new in (one, other):
        await conversations.start(writer, new)
    await messages.append(writer, a_draft(one.id, text="more ochre", at=3_000))
    await filled(database)
    assert [hit.id for hit in await found(database, "ochre ")] == [one.id, other.id]


async def test_notes_are_found_and_lines_of_the_house_are_not(database: Database, writer: Writer) -> None:
    new = a_start()
    await conversations.start(writer, new)
    await messages.append(writer, a_draft(new.id, kind="note", author="agent", author_id="a", text="umber"))
    await messages.append(writer, a_draft(new.id, kind="system", author="system", author_id="", text="sienna"))
    await filled(database)
    assert len(await found(database, "umber ")) == 1
    assert await found(database, "sienna ") == []


async def test_an_erasure_begun_before_a_crash_is_finished_after_it_and_leaves_no_words(
    database: Database, writer: Writer
) -> None:
    learnt = {"rule": "r", "callback": {"number": "Cobalt"}, "details": {"address": "Cobalt Street 1"}}
    new = a_start(text="My name is Cobalt", subject="Cobalt", author_name="Cobalt", attributes=learnt)
    await conversations.start(writer, new)
    file = files.File(
        id="file_1",
        conversation_id=new.id,
        owner=CUSTOMER,
        account="shop",
        name="cobalt.txt",
        claimed_type="text/plain",
        media_type="text/plain",
        sha256=b"x",
        state="stored",
        next_at=0,
        created_at=0,
    )
    await files.store(database, file, b"Cobalt")
    await filled(database)
    await erasures.ask(database, [CUSTOMER], by="sup_1", at=7)
    async for _ in erasures.carry_out(database, CustomerId(CUSTOMER), now=8):
        break  # the node is gone
    async for _ in erasures.carry_out(database, CustomerId(CUSTOMER), now=9):
        pass
    assert await erasures.finished(database, CustomerId(CUSTOMER), at=9)
    await filled(database)
    assert await found(database, "cobalt ") == []
    assert await found(database, "anna", ("customer",)) == []
    texts = await database.fetch_value(
        """
        SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.text ILIKE '%cobalt%' OR m.author_name ILIKE '%cobalt%' OR c.subject ILIKE '%cobalt%'
            OR c.attributes::text ILIKE '%cobalt%'
        """
    )
    assert texts == 0
    assert await database.fetch_value("SELECT count(*) FROM file_contents") == 0
    assert await database.fetch_value("SELECT count(*) FROM work_items") == 1
