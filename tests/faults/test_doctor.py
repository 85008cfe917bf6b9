"""The doctor sees what is wrong, says what it is, and mends what can be mended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from config.secret import Secret
from config.settings import Settings
from router import app
from router.cli.serving import plan_of
from router.core.compiler import settings_of
from router.core.events import OfferDeclined
from router.core.words import AgentId, DeviceId, OfferId, WorkItemId
from router.engine import audit, intake, offers, presence, rebuild, visitors
from router.engine.centre import Centre
from router.protocol.customer import StartConversation
from router.store import library
from router.store.postgres import journal
from router.store.step import Written
from tests.faults.conftest import Serve

pytestmark = pytest.mark.faults

AGENT = AgentId("agent-0")

Harm = Callable[[Centre, WorkItemId], Awaitable[object]]


async def forget_the_item(centre: Centre, item: WorkItemId) -> None:
    await centre.store.connection.ask("DEL", f"{centre.store.prefix}item:{item}")


async def drop_the_timers(centre: Centre, item: WorkItemId) -> None:
    await centre.store.connection.ask("DEL", f"{centre.store.prefix}timers")


async def shelve_a_stranger(centre: Centre, item: WorkItemId) -> None:
    lane = (await centre.store.snapshot()).items[item].lane
    await centre.store.connection.ask("ZADD", f"{centre.store.prefix}lane:{lane}", 1, "wi_stranger")


async def overfill_the_agent(centre: Centre, item: WorkItemId) -> None:
    await change_agent(centre, {"used": 99})


async def free_the_agent_unnoticed(centre: Centre, item: WorkItemId) -> None:
    """One more waits as the agent is busy; then the record says available, and nobody matches."""
    await presence.set_status(centre, AGENT, "busy")
    await begin_conversation(centre)
    await change_agent(centre, {"status": "available"})


async def change_agent(centre: Centre, facts: dict[str, object]) -> None:
    key = f"{centre.store.prefix}agent:{AGENT}"
    record = msgspec.msgpack.decode(await centre.store.connection.ask("GET", key)) | facts
    await centre.store.connection.ask("SET", key, msgspec.msgpack.encode(record))


async def wipe_the_store(centre: Centre, item: WorkItemId) -> None:
    await centre.store.connection.ask("FLUSHALL")


async def run_ahead_of_the_store(centre: Centre, item: WorkItemId) -> None:
    """An event is journaled that the store lost: it came back with older data."""
    seq = await centre.store.seq()
    event = OfferDeclined(at=1, offer=OfferId("wi_x:1"), item=WorkItemId("wi_x"), agent=AGENT, reason="")
    await centre.journal([Written(seq + 1, msgspec.msgpack.encode(event))])
    await centre.store.connection.ask("FUNCTION", "FLUSH")  # what a restart leaves of the library's memory: nothing
    await library.load(centre.store.connection)


async def lose_a_journal_entry(centre: Centre, item: WorkItemId) -> None:
    await centre.database.execute("DELETE FROM journal WHERE type = 'offer.created'")


async def give_the_row_to_another(centre: Centre, item: WorkItemId) -> None:
    await centre.database.execute("UPDATE work_items SET agent_id = 'agent-7' WHERE id = $1", item)


async def begin_another_epoch(centre: Centre, item: WorkItemId) -> None:
    await centre.database.execute("UPDATE store_epochs SET epoch = 'another'")


async def close_the_row(centre: Centre, item: WorkItemId) -> None:
    await centre.database.execute("UPDATE work_items SET state = 'closed', closed_at = 1 WHERE id = $1", item)


async def close_the_conversation(centre: Centre, item: WorkItemId) -> None:
    """As a server that died before it told the store; some seconds ago."""
    await centre.database.execute("UPDATE conversations SET state = 'closed', closed_at = 1")
    await centre.database.execute("UPDATE work_items SET enqueued_at = 1 WHERE id = $1", item)


async def leave_a_conversation_alone(centre: Centre, item: WorkItemId) -> None:
    await centre.database.execute(
        """
        INSERT INTO conversations (id, channel, account, customer_id, start_id, subject, language, department, page_url,
            attributes, state, started_at, last_n)
        SELECT 'con_alone', channel, account, customer_id, 'alone', subject, language, department, page_url, attributes,
            'open', 1, 0 FROM conversations LIMIT 1
        """
    )


async def give_up_a_request(centre: Centre, item: WorkItemId) -> None:
    await centre.database.execute(
        "INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, state, next_at)"
        " VALUES ('bot', '', 'one', '{}', '', 1, 'failed', 1)"
    )


async def begin_conversation(centre: Centre) -> None:
    token = (await visitors.create(centre, "demo")).token
    visitor = await visitors.known(centre, token, "demo")
    await intake.start(centre, visitor, StartConversation(id=1, client_id="one", text="hello"))


@pytest.fixture
async def at_work(
    valkey_url: str, postgres_url: str, centre: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Centre, WorkItemId]]:
    """A centre in which agent-0 holds one item, at rest: a running one would mend some harm before the doctor comes."""
    monkeypatch.setattr(audit, "AGAIN_S", 0.01)
    settings = Settings(
        redis_url=Secret(valkey_url), postgres_url=Secret(postgres_url), policy=centre, demo=True, heartbeat_s=1
    )
    plan, _ = plan_of(settings, 0)
    async with app.centre(plan) as (made, _):
        await rebuild.ensure(made)
        await made.store.configure(settings_of(plan.policy))
        await presence.sign_in(made, AGENT, DeviceId("desk"))
        await begin_conversation(made)
        (item,) = (await made.store.snapshot()).items
        await offers.accept(made, AGENT, OfferId(f"{item}:1"))
        yield made, item


async def wrong(centre: Centre, *, repair: bool = False) -> set[str]:
    return {check.name for check in await audit.checks(centre, repair=repair) if not check.ok}


async def test_nothing_is_wrong_with_a_sound_centre(at_work: tuple[Centre, WorkItemId]) -> None:
    assert await wrong(at_work[0]) == set()
    assert await wrong(at_work[0], repair=True) == set()


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (forget_the_item, "every open item is live and in the same state"),
        (give_the_row_to_another, "every open item is live and in the same state"),
        (drop_the_timers, "every deadline has its timer"),
        (close_the_row, "no live item is closed in PostgreSQL"),
        (shelve_a_stranger, "lines hold the waiting items in order"),
        (overfill_the_agent, "units held are those of the items"),
        (free_the_agent_unnoticed, "no item waits while an eligible agent is free"),
    ],
)
async def test_the_doctor_names_a_harm(at_work: tuple[Centre, WorkItemId], harm: Harm, name: str) -> None:
    centre, item = at_work
    await harm(centre, item)
    assert name in await wrong(centre)


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (lose_a_journal_entry, "the journal has no gaps"),
        (begin_another_epoch, "the live state is of the journal's epoch"),
        (wipe_the_store, "the live state is of the journal's epoch"),
        (run_ahead_of_the_store, "the live state is not older than the journal"),
        (leave_a_conversation_alone, "every open conversation has an open item"),
        (close_the_conversation, "no item of a closed conversation waits"),
        (give_up_a_request, "what providers brought had its effect"),
    ],
)
async def test_repairing_mends_what_the_doctor_names(at_work: tuple[Centre, WorkItemId], harm: Harm, name: str) -> None:
    centre, item = at_work
    await harm(centre, item)
    assert name in await wrong(centre)
    assert await wrong(centre, repair=True) == set()


async def test_a_step_that_a_rebuild_did_not_see_is_undone_and_not_acknowledged(
    at_work: tuple[Centre, WorkItemId],
) -> None:
    centre, item = at_work
    step = await centre.store.complete(item, AGENT)
    await wipe_the_store(centre, item)
    await rebuild.ensure(centre)
    with pytest.raises(journal.TooLate):
        await centre.journal(step.events)
    live = await centre.store.item(item)
    assert live is not None
    assert (live.state, live.agent) == ("assigned", AGENT)
    assert await wrong(centre) == set()


async def test_a_doctor_who_cannot_come_in_says_so(serve: Serve) -> None:
    node = serve(redis="unix:///nowhere/valkey.sock")
    status, answer = await node.ask("doctor")
    assert status == 1
    assert answer["ok"] is False
    assert "Redis or Valkey" in answer["checks"][0]["detail"]
