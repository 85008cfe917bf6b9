"""Calls are not starved by chats: one agent for each call that waits too long takes nothing else until it fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.events import AgentDraining
from router.core.words import AgentId, WorkItemId
from router.store.audit import audit
from tests.store.routing.centre import SETTINGS, Centre, call, chat

ANN, BOB, CALL = AgentId("ann"), AgentId("bob"), WorkItemId("call")
PATIENCE_MS = 10_000


@pytest.fixture(autouse=True)
async def _draining(centre: Centre) -> None:
    sales = replace(SETTINGS.queues["sales"], drain_after_ms=PATIENCE_MS)
    await centre.store.configure(replace(SETTINGS, queues={**SETTINGS.queues, "sales": sales}))


async def chatting(centre: Centre, *names: str) -> None:
    """Each of these agents is full with two chats."""
    for name in names:
        await centre.agent(name)
        for number in range(2):
            await centre.item(f"{name}{number}", chat(weight=50))
            await centre.accepted(f"{name}{number}")


async def draining(centre: Centre, agent: AgentId = ANN) -> str | None:
    record = await centre.store.agent(agent)
    assert record is not None
    return record.draining


async def late_call(centre: Centre) -> None:
    """A call has waited too long, and Ann has just ended a chat."""
    await chatting(centre, "ann")
    await centre.item("call", call())
    await centre.wait(PATIENCE_MS)
    await centre.did(await centre.store.complete(WorkItemId("ann0"), ANN))


async def test_an_agent_who_ends_a_chat_while_a_call_waits_too_long_takes_no_more_chats(centre: Centre) -> None:
    await late_call(centre)
    assert AgentDraining(at=centre.clock[0], agent=ANN, for_item=CALL) in centre.events
    assert await centre.item("chat") is None
    assert await audit(centre.connection, centre.store) == []
    await centre.did(await centre.store.complete(WorkItemId("ann1"), ANN))
    assert centre.offered_to("call") == "ann"
    assert await draining(centre) is None


async def test_before_that_chats_are_taken_as_ever(centre: Centre) -> None:
    await chatting(centre, "ann")
    await centre.item("call", call())
    await centre.wait(PATIENCE_MS - 1)
    await centre.did(await centre.store.complete(WorkItemId("ann0"), ANN))
    assert await centre.item("chat") == "ann"


async def test_one_call_drains_one_agent(centre: Centre) -> None:
    await chatting(centre, "ann", "bob")
    await centre.item("call", call())
    await centre.wait(PATIENCE_MS)
    await centre.store.complete(WorkItemId("ann0"), ANN)
    await centre.store.complete(WorkItemId("bob0"), BOB)
    assert (await draining(centre), await draining(centre, BOB)) == ("call", None)
    assert await centre.item("chat") == "bob"


async def test_when_somebody_else_takes_the_call_the_agent_takes_chats_again(centre: Centre) -> None:
    await late_call(centre)
    await centre.item("chat")
    await centre.agent("bob")
    assert centre.offered_to("call") == "bob"
    assert centre.offered_to("chat") == "ann"


async def test_when_the_caller_hangs_up_the_agent_takes_chats_again(centre: Centre) -> None:
    await late_call(centre)
    await centre.item("chat")
    await centre.did(await centre.store.cancel(CALL))
    assert centre.offered_to("chat") == "ann"


async def test_when_the_agent_takes_a_break_the_next_one_drains_for_the_call(centre: Centre) -> None:
    await chatting(centre, "ann", "bob")
    await centre.item("call", call())
    await centre.wait(PATIENCE_MS)
    await centre.store.complete(WorkItemId("ann0"), ANN)
    await centre.store.set_status(ANN, "away")
    await centre.store.complete(WorkItemId("bob0"), BOB)
    assert (await draining(centre), await draining(centre, BOB)) == (None, "call")


async def test_who_has_not_the_skill_drains_for_nothing(centre: Centre) -> None:
    await chatting(centre, "ann")
    await centre.item("call", call(french=5))
    await centre.wait(PATIENCE_MS)
    await centre.store.complete(WorkItemId("ann0"), ANN)
    assert await draining(centre) is None


async def test_what_is_small_beside_the_agent_drains_nobody(centre: Centre) -> None:
    await centre.agent("ann")
    for name in ("a", "b", "c", "d"):
        await centre.item(name)
        await centre.accepted(name)
    await centre.item("chat")
    await centre.wait(PATIENCE_MS)
    await centre.store.set_status(ANN, "chats")
    assert await draining(centre) is None
