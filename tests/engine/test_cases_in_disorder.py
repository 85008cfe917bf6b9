"""Cases when two do something at once, a node dies between two lines, or an alarm is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from config.secret import Secret
from config.settings import Settings
from router import app
from router.cli.serving import plan_of
from router.core.cases.matter import Matter, Turn
from router.core.words import AgentId, ConversationId
from router.engine import rebuild, talk
from router.engine.cases import clock, following, hearing, keeping, line, opening, shown, telling, viewing, visiting
from router.engine.centre import Centre
from router.gateway.session import Session
from router.protocol.case_records import NewCustomer
from router.protocol.cases import CreateCase
from router.protocol.errors import BadRequest, Conflict
from router.store.postgres import conversations, messages
from router.store.postgres.cases import held, lists
from router.store.postgres.database import Database
from tests.patience import PATIENCE_S
from tests.postgres.conftest import a_draft, a_start

ANNA = AgentId("anna")


@pytest.fixture
async def centre(valkey_url: str, postgres_url: str) -> AsyncIterator[Centre]:
    """One at rest, with the demo's policy: nothing happens but what a test does."""
    settings = Settings(redis_url=Secret(valkey_url), postgres_url=Secret(postgres_url))
    plan, _ = plan_of(settings, 0)
    async with app.centre(plan) as (made, _):
        await rebuild.ensure(made)
        yield made


def asked(subject: str = "A letter came", **facts: object) -> CreateCase:
    usual = {"id": 1, "client_id": subject, "subject": subject, "customer": NewCustomer(name="Ann"), "mine": False}
    return CreateCase(**usual | facts)  # type: ignore[arg-type]


async def begun(centre: Centre, command: CreateCase | None = None) -> Matter:
    case = await opening.by_hand(centre, ANNA, command or asked())
    return await keeping.now(centre, case.case_id)


async def spoken(centre: Centre, matter: Matter, text: str = "Where is it?") -> ConversationId:
    """A conversation with the case's customer, which belongs to nothing yet."""
    start = a_start(customer_id=matter.customer_id, author_id=matter.customer_id, text=text, at=centre.now(), item=None)
    made = await conversations.start(centre.writer, start)
    assert isinstance(made, conversations.Started)
    return made.conversation_id


async def notes(centre: Centre, matter: Matter) -> list[str]:
    said = await messages.page(centre.database, ConversationId(matter.conversation_id))
    return [each.text for each in said if each.kind == "note"]


# ---------------------------------------------------------------- a node died, a reply was lost


async def test_what_was_left_of_a_beginning_is_done_when_it_is_asked_for_again(centre: Centre) -> None:
    command = asked(text="It never came.")
    matter = await begun(centre, asked())  # as far as a node came that died before the note
    again = await begun(centre, command)
    assert (again.id, await notes(centre, matter)) == (matter.id, ["It never came."])
    await begun(centre, command)
    assert await notes(centre, matter) == ["It never came."]


async def test_a_note_that_is_too_long_is_refused_before_anything_is_done(centre: Centre) -> None:
    too_long = "x" * (line.NOTE_CHARS + 1)
    with pytest.raises(BadRequest, match="text_too_long"):
        await begun(centre, asked("Too long", text=too_long))
    assert await centre.database.fetch_value("SELECT count(*) FROM cases") == 0


async def test_who_took_a_case_owns_it_though_nobody_heard_of_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "SETTLED_MS", 0)
    matter = await begun(centre)
    take = """
        UPDATE work_items SET state = 'assigned', agent_id = $2, offer_id = id || ':1', accepted_at = 1
        WHERE conversation_id = $1
    """
    await centre.database.execute(take, matter.conversation_id, ANNA)
    await following.sweep(centre)
    assert (await keeping.now(centre, matter.id)).owner_id == ANNA
    await keeping.apply(centre, "", matter.id, {"owner_id": "ben"})
    await following.sweep(centre)
    assert (await keeping.now(centre, matter.id)).owner_id == "ben"


async def test_what_a_customer_is_owed_is_said_once_though_whoever_owed_it_died(centre: Centre) -> None:
    matter = await begun(centre)
    said = await spoken(centre, matter)
    await held.link(centre.database, matter.id, said, at=centre.now())
    day_ms = 86_400_000
    for _ in range(2):  # the same promise after another one is a promise anew
        for days in (1, 2):
            await keeping.apply(centre, "", matter.id, {"promised_at": day_ms * days})
            for _ in range(2):
                await clock.ring(centre, matter.id)
    await keeping.apply(centre, "", matter.id, {"status": "closed"})
    for _ in range(2):
        await clock.ring(centre, matter.id)
    by_house = [each.text for each in await messages.page(centre.database, said) if each.author == "bot"]
    *promises, survey = by_house
    assert len(promises) == 4
    assert "How" in survey
    now = await keeping.now(centre, matter.id)
    assert (now.owes, now.asked_at is not None) == (False, True)
    sent = "SELECT count(*) FROM case_entries WHERE case_id = $1 AND word = 'survey_sent'"
    assert await centre.database.fetch_value(sent, matter.id) == 1


async def test_who_cannot_be_reached_is_owed_nothing_for_ever(centre: Centre) -> None:
    matter = await begun(centre)
    await keeping.apply(centre, "", matter.id, {"promised_at": 86_400_000})
    await keeping.apply(centre, "", matter.id, {"status": "closed"})
    await clock.ring(centre, matter.id)
    now = await keeping.now(centre, matter.id)
    assert (now.owes, now.asked_at) == (False, None)


async def test_a_lost_alarm_is_found_though_others_ring_all_the_time(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "SWEPT_EVERY_S", 0.2)
    matter = await begun(centre)
    await centre.database.execute("UPDATE cases SET next_at = 1 WHERE id = $1", matter.id)
    looked_at = "SELECT next_at > 1 FROM cases WHERE id = $1"

    async def ring() -> None:
        while True:
            centre.cases.ring("case_of_nobody")
            await asyncio.sleep(0.01)

    tasks = [asyncio.create_task(each) for each in (clock.run(centre), ring())]
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await centre.database.fetch_value(looked_at, matter.id):
                await asyncio.sleep(0.02)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


# ---------------------------------------------------------------- two at once


async def test_a_case_that_is_closed_while_it_is_put_in_line_is_not_in_line(centre: Centre) -> None:
    before = await begun(centre, asked(mine=True))
    routed = (await keeping.apply(centre, "", before.id, {"routed_at": centre.now()})).matter
    await keeping.apply(centre, "", before.id, {"status": "closed"})
    await line.settle(centre, routed)  # by whoever had it put in line, a moment late
    states = "SELECT state FROM work_items WHERE conversation_id = $1"
    assert [row["state"] for row in await centre.database.fetch(states, before.conversation_id)] == ["closed"]


async def test_a_case_that_moves_while_it_is_put_in_line_waits_where_it_belongs(centre: Centre) -> None:
    before = await begun(centre, asked(mine=True))
    routed = (await keeping.apply(centre, "", before.id, {"routed_at": centre.now()})).matter
    other = next(name for name in centre.policy.queues if name != routed.queue)
    await keeping.apply(centre, "", before.id, {"queue": other})
    await line.settle(centre, routed)
    queues = "SELECT queue FROM work_items WHERE conversation_id = $1 AND state <> 'closed'"
    assert [row["queue"] for row in await centre.database.fetch(queues, before.conversation_id)] == [other]


async def test_a_rating_that_is_sent_twice_counts_once(centre: Centre) -> None:
    matter = await begun(centre)
    await keeping.apply(centre, "", matter.id, {"status": "closed"})
    await asyncio.gather(*(visiting.rate(centre, matter.id, 4, "") for _ in range(2)))
    with pytest.raises(Conflict, match="wrong_state"):
        await visiting.rate(centre, matter.id, 5, "")
    rated = "SELECT count(*) FROM case_entries WHERE case_id = $1 AND kind = 'rated'"
    assert await centre.database.fetch_value(rated, matter.id) == 1


async def test_what_is_said_counts_for_the_case_it_belongs_to_by_now(centre: Centre) -> None:
    one, other = await begun(centre, asked("One")), await begun(centre, asked("Other"))
    said = await spoken(centre, one)
    for matter in (one, other):
        await keeping.apply(centre, "", matter.id, {"status": "waiting"})
        await held.link(centre.database, matter.id, said, at=centre.now())
    for matter in (one, other):  # who found it with the first one comes late
        await hearing.hear(centre, matter.id, said)
    assert [(await keeping.now(centre, each.id)).status for each in (one, other)] == ["waiting", "working"]


async def test_an_answer_counts_though_the_case_is_closed_with_it(centre: Centre) -> None:
    matter = await begun(centre)
    said = await spoken(centre, matter)
    await held.link(centre.database, matter.id, said, at=centre.now())
    await messages.append(centre.writer, a_draft(said, author="agent", author_id=ANNA, at=centre.now()))
    closed = await keeping.apply(centre, "", matter.id, {"status": "closed"})
    assert closed.matter.status == "closed"
    assert {each.kind: each.state for each in closed.milestones} == {"first_response": "met", "resolution": "met"}


async def test_a_conversation_that_was_no_case_is_listened_to_once_it_is_one(centre: Centre) -> None:
    matter = await begun(centre)
    said, told = await spoken(centre, matter), centre.cases.told
    centre.cases.pass_over(said, told=told)
    await held.link(centre.database, matter.id, said, at=centre.now())
    case = await shown.case(centre, matter.id)
    telling.said(centre, talk.CaseSaid(case=case, conversations=[said]))
    await messages.append(centre.writer, a_draft(said, author_id=matter.customer_id))
    centre.cases.pass_over(said, told=told)  # by who looked before it was told
    centre.cases.note(said)
    assert centre.cases.take(10) == [said]


async def test_what_is_told_last_is_how_the_case_is(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    matter, slow = await begun(centre), lists.conversations_of

    async def meanwhile(database: Database, case_id: str) -> list[ConversationId]:
        await keeping.apply(centre, "", case_id, {"priority": "urgent"})  # and another node tells of it
        return await slow(database, case_id)

    monkeypatch.setattr(lists, "conversations_of", meanwhile)
    await centre.talk.start()
    await telling.tell(centre, Turn(matter=matter))
    (said,) = [talk.decode(each) for each in await anext(centre.talk.listen())]
    assert isinstance(said, talk.CaseSaid)
    assert said.case.priority == "urgent"


async def test_a_session_that_ends_while_it_opens_a_case_looks_at_nothing(centre: Centre) -> None:
    matter, watching = await begun(centre), centre.cases.watching
    session = Session("ses_1", "usher.v1.json", keep=10, on_lost=lambda: watching.remove(session))
    opening_it = asyncio.create_task(viewing.open_(centre, ANNA, session, matter.id))
    await asyncio.sleep(0)
    session.end(4408)
    await opening_it
    assert watching.here() == {}
