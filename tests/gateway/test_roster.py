"""People are brought in, given passwords and let go while nodes run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from config.staff import DemoStaff
from router.app import centre
from router.core.words import AgentId
from router.engine import roster
from router.engine.centre import Centre
from router.plan import Plan
from router.protocol.errors import BadRequest, NotFound
from router.store.postgres import audit
from tests.gateway.centre import Node, Room
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def operator(room: Room) -> AsyncIterator[Centre]:
    """Beside the nodes, as a command is."""
    plan = Plan(settings=room.centre.settings, policy=room.centre.policy, accounts={}, origins=frozenset())
    async with centre(plan, prepare=False) as (made, _):
        yield made


def maria(room: Room, *queues: str) -> DemoStaff:
    name = f"maria-{room.number}"
    return DemoStaff(
        id=AgentId(name),
        name="Maria Nowak",
        email=f"{name}@centre.example",
        password="",
        role="agent",
        team="rooms",
        language="pl",
        skills={"en": 5},
        queues=frozenset(queues or (room.queue,)),
        backup=frozenset(),
        attributes={},
        limit=100,
        at_most={"webchat": 3},
    )


async def signs_in(node: Node, email: str, password: str) -> int:
    answer = await request(
        node.url, "POST", "/api/login", json={"email": email, "password": password}, headers={"origin": node.url}
    )
    return answer.status_code


async def known(tab: Tab, agent_id: str) -> bool:
    return agent_id in {each["agent_id"] for each in (await tab.ask("colleagues.fetch"))["colleagues"]}


async def in_time(room: Room, agent_id: str, node: Node) -> Tab:
    """A tab of theirs on this node, once it has heard of them."""
    async with asyncio.timeout(PATIENCE_S):
        while (tab := await room.tab(agent_id, node=node)).close_code is not None:
            await asyncio.sleep(0.05)
    return tab


async def test_who_is_brought_in_signs_in_and_gets_work_on_nodes_that_ran_before(room: Room, operator: Centre) -> None:
    person = maria(room)
    brought = await roster.bring_in(operator, [person])
    assert (list(brought.added), brought.changed, brought.as_they_were) == ([person.email], [], 0)
    assert await signs_in(room.centre.first, person.email, "wrong") == 401
    assert await signs_in(room.centre.first, person.email, brought.added[person.email]) == 200
    for node in (room.centre.first, room.centre.second):
        tab = await in_time(room, person.id, node)
        assert tab.state["me"]["name"] == "Maria Nowak"
    await tab.ask("status.set", status="available")
    await room.start(await room.customer())
    await tab.event("offer.created")


async def test_the_same_file_again_changes_nothing_and_another_only_what_it_says(room: Room, operator: Centre) -> None:
    person, queue = maria(room), f"room-{room.number + 1}"
    password = (await roster.bring_in(operator, [person])).added[person.email]
    again = await roster.bring_in(operator, [person])
    assert (again.added, again.changed, again.as_they_were) == ({}, [], 1)
    tab = await in_time(room, person.id, room.centre.second)
    moved = await roster.bring_in(operator, [maria(room, queue)])
    assert (moved.added, moved.changed) == ({}, [person.email])
    assert (await tab.event("profile.changed"))["queues"] == [queue]
    assert await signs_in(room.centre.first, person.email, password) == 200


async def test_an_address_belongs_to_one_person_and_nothing_is_brought_in_when_it_is_doubled(
    room: Room, operator: Centre
) -> None:
    person = maria(room)
    double = replace(person, email=f"{room.anna}@CENTRE.example")
    with pytest.raises(BadRequest, match=room.anna):
        await roster.bring_in(operator, [double])
    with pytest.raises(NotFound):
        await roster.give_password(operator, person.email, "long enough for anybody")


async def test_another_password_ends_what_was_signed_in_by_the_old_one(room: Room, operator: Centre) -> None:
    person = maria(room)
    old = (await roster.bring_in(operator, [person])).added[person.email]
    cookie = {"cookie": f"usher_session={await room.centre.cookie(person.id)}"}
    with pytest.raises(BadRequest):
        await roster.give_password(operator, person.email, "short")
    await roster.give_password(operator, person.email.upper(), "a word nobody guesses")
    assert (await request(room.centre.first.url, "GET", "/api/me", headers=cookie)).status_code == 401
    assert await signs_in(room.centre.first, person.email, old) == 401
    assert await signs_in(room.centre.first, person.email, "a word nobody guesses") == 200


async def test_who_is_let_go_is_signed_out_everywhere_and_comes_back_with_the_old_password(
    room: Room, operator: Centre
) -> None:
    person = maria(room)
    password = (await roster.bring_in(operator, [person])).added[person.email]
    tab = await in_time(room, person.id, room.centre.second)
    await roster.set_active(operator, person.email, active=False)
    await eventually(lambda: tab.close_code is not None, "they are still connected")
    assert await signs_in(room.centre.first, person.email, password) == 401
    sue = await room.tab(room.sue, node=room.centre.second)
    assert not await known(sue, person.id)
    await roster.set_active(operator, person.email, active=True)
    assert await signs_in(room.centre.first, person.email, password) == 200
    done = [entry for entry in await audit.newest(operator.database) if entry.subject == person.id]
    assert [entry.action for entry in done] == ["staff.activate", "staff.deactivate", "staff.add"]
    assert {entry.actor_id for entry in done} == {"operator"}
