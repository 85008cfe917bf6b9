"""A bot's answers by group commit: words, talk and turn together or not at all."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from router.core.bot.actions import Say
from router.core.bot.talk import Talk
from router.core.words import ConversationId, Ms
from router.store.postgres import bot_answers, bot_talks, conversations, messages
from router.store.postgres.bot_answers import Answer, GivenBack
from router.store.postgres.bot_talks import CLAIMED_MS, Claimed, Turn
from router.store.postgres.conversations import Close, Closed, StillOpen
from router.store.postgres.database import Database
from router.store.postgres.messages import Appended, Refused
from router.store.postgres.writer import Writer
from tests.postgres.conftest import a_draft, a_start

NOW: Ms = 1_700_000_000_000


@pytest.fixture
async def conversation(writer: Writer) -> ConversationId:
    new = a_start(item=None, attributes={"bot": "fern", "bot_until": NOW + 1})
    await conversations.start(writer, new)
    return new.id


async def claimed_of(database: Database, conversation_id: ConversationId, now: Ms = NOW) -> Claimed:
    claimed = await bot_talks.claim(database, conversation_id, now=now)
    assert claimed is not None
    return claimed


def answer_of(claimed: Claimed, *texts: str, hold_until: Ms = 0) -> Answer:
    """To the customer's first message."""
    said = [Say(key=f"bot:{number}", text=text) for number, text in enumerate(texts)]
    return Answer(
        claimed=claimed,
        talk=Talk(bot="fern", language="en", heard_n=1, todo=tuple(said)),
        turn=Turn(n=1, language="en", decision="replied", intent="hours", confidence=0.9, model="m", advice=("slow",)),
        drafts=[
            a_draft(
                claimed.conversation.id,
                author="bot",
                author_id="fern",
                author_name="Fern",
                text=each.text,
                client_id=each.key,
                at=NOW + 5,
                extra={"quick_replies": ["Yes"]} if number else None,
            )
            for number, each in enumerate(said)
        ],
        hold_until=hold_until,
        at=NOW + 5,
    )


async def test_words_talk_and_turn_are_kept_together_and_once(
    database: Database, writer: Writer, conversation: ConversationId
) -> None:
    claimed = await claimed_of(database, conversation)
    assert (claimed.conversation.attributes["bot"], [said.text for said in claimed.said]) == ("fern", ["Hello"])
    assert await bot_talks.claim(database, conversation, now=NOW + 1) is None
    answer = answer_of(claimed, "We open at nine.", 'Does that "help"?', hold_until=NOW + 99)
    assert await bot_answers.answer(writer, answer) == [Appended(n=n, at=NOW + 5, repeated=False) for n in (2, 3)]
    assert await bot_answers.answer(writer, answer) == [Appended(n=n, at=NOW + 5, repeated=True) for n in (2, 3)]
    told = await messages.page(database, conversation)
    assert [(m.author, m.author_id, m.author_name, m.text) for m in told[1:]] == [
        ("bot", "fern", "Fern", "We open at nine."),
        ("bot", "fern", "Fern", 'Does that "help"?'),
    ]
    assert [m.extra for m in told[1:]] == [None, {"quick_replies": ["Yes"]}]
    turn = await database.fetch_row("SELECT * FROM bot_turns WHERE conversation_id = $1", conversation)
    assert turn is not None
    assert (turn["n"], turn["decision"], turn["intent"], turn["advice"]) == (1, "replied", "hours", ["slow"])
    row = await conversations.by_id(database, conversation)
    assert row is not None
    assert row.attributes["bot_until"] == NOW + 99

    assert await bot_talks.claim(database, conversation, now=NOW + CLAIMED_MS) is None, "it is told yet"
    done = replace(answer.talk, todo=())
    assert await bot_answers.give_back(writer, GivenBack(claimed=claimed, talk=done, due_at=NOW + 50, at=NOW + 6))
    again = await claimed_of(database, conversation, NOW + 7)
    assert (again.talk, again.due_at, again.attempts, again.said) == (done, NOW + 50, 1, ())
    assert again.claim > claimed.claim


async def test_who_was_taken_for_lost_says_nothing_and_gives_nothing_back(
    database: Database, writer: Writer, conversation: ConversationId
) -> None:
    slow = await claimed_of(database, conversation)
    quick = await claimed_of(database, conversation, NOW + CLAIMED_MS)
    late = GivenBack(claimed=slow, talk=Talk(bot="fern", language="pl"), due_at=1, at=1)
    before = asyncio.create_task(messages.append(writer, a_draft(conversation, kind="note", author="agent")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the next ones wait for it, and are written together
    nothing, given_back, said = await asyncio.gather(
        bot_answers.answer(writer, answer_of(slow, "It is somebody else's.")),
        bot_answers.give_back(writer, late),
        bot_answers.answer(writer, answer_of(quick, "It is mine.")),
    )
    assert nothing is None
    assert not given_back
    assert said == [Appended(n=3, at=NOW + 5, repeated=False)]
    await before
    assert [m.text for m in await messages.page(database, conversation)] == ["Hello", "And then?", "It is mine."]
    kept = await database.fetch_row("SELECT * FROM bot_talks WHERE conversation_id = $1", conversation)
    assert kept is not None
    assert (kept["claimed_until"], kept["body"]["language"]) == (NOW + 5 + CLAIMED_MS, "en")


async def test_many_are_answered_in_one_entry_each_and_a_closed_one_is_refused(
    database: Database, writer: Writer
) -> None:
    begun = [a_start(item=None, attributes={"bot": "fern"}) for _ in range(40)]
    await asyncio.gather(*[conversations.start(writer, new) for new in begun])
    claims = [await claimed_of(database, new.id) for new in begun]
    end = Close(
        conversation_id=begun[7].id, author="system", author_id="", author_name="", text="over", client_id="e", at=NOW
    )
    await conversations.close(writer, end)
    texts = [[f"{number}/{each}" for each in range(number % 3)] for number in range(40)]
    outcomes = await asyncio.gather(
        *[bot_answers.answer(writer, answer_of(claim, *said)) for claim, said in zip(claims, texts, strict=True)]
    )
    assert outcomes[7] == [Refused(reason="closed")]
    for new, said, outcome in zip(begun, texts, outcomes, strict=True):
        if new is not begun[7]:
            assert outcome == [Appended(n=2 + n, at=NOW + 5, repeated=False) for n in range(len(said))]
            assert [m.text for m in await messages.page(database, new.id)] == ["Hello", *said]


async def test_a_conversation_is_closed_only_when_all_its_customer_said_was_heard(
    database: Database, writer: Writer
) -> None:
    begun = [a_start(item=None) for _ in range(3)]
    await asyncio.gather(*[conversations.start(writer, new) for new in begun])
    heard, spoken, closed = (new.id for new in begun)

    def end(conversation_id: ConversationId, heard_n: int) -> Close:
        return Close(
            conversation_id=conversation_id,
            author="bot",
            author_id="fern",
            author_name="Fern",
            text="over",
            client_id="ended",
            at=NOW,
            heard_n=heard_n,
        )

    await messages.append(writer, a_draft(closed, client_id="late"))
    await conversations.close(writer, end(closed, 2))
    ends = [end(ConversationId("nobody's"), 1), end(spoken, 1), end(heard, 1), end(closed, 1)]
    late = messages.append(writer, a_draft(spoken, client_id="late"))
    _, *outcomes = await asyncio.gather(late, *[conversations.close(writer, each) for each in ends])
    assert outcomes == [None, StillOpen(), Closed(n=2, at=NOW), Closed(n=3, at=NOW)]
    assert await conversations.close(writer, end(heard, 1)) == Closed(n=2, at=NOW), "again is the same"
    assert await conversations.close(writer, end(spoken, 2)) == Closed(n=3, at=NOW)


async def test_what_a_bot_let_go_is_over_whatever_becomes_of_its_claim(
    database: Database, writer: Writer, conversation: ConversationId
) -> None:
    claimed = await claimed_of(database, conversation)
    details = {"order": "10012"}
    await bot_talks.let_go(
        database, conversation, reason="asked", intent="return", details=details, language="pl", now=NOW + 1
    )
    assert await bot_answers.answer(writer, answer_of(claimed, "One thing more.")) is None
    assert await bot_talks.claim(database, conversation, now=NOW + CLAIMED_MS) is None
    talk = await database.fetch_row("SELECT stage, reason, ended_at FROM bot_talks")
    assert talk is not None
    assert tuple(talk) == ("handed_over", "asked", NOW + 1)
    row = await conversations.by_id(database, conversation)
    assert row is not None
    assert (row.language, row.attributes["intent"], row.attributes["details"]) == ("pl", "return", details)
    assert "bot_until" not in row.attributes


async def test_only_what_was_tried_in_vain_is_counted(database: Database, conversation: ConversationId) -> None:
    for number, (in_vain, attempts) in enumerate([(False, 1), (False, 1), (True, 1), (True, 2), (False, 3)]):
        claimed = await claimed_of(database, conversation, NOW + number)
        assert claimed.attempts == attempts
        await bot_talks.leave(database, claimed, until=NOW + number + 1, in_vain=in_vain)
